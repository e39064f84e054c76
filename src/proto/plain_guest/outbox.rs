//! This computer's own messages until the operating system has taken them, or the line that was to carry them is gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::proto::{EntryId, Event, RefuseReason};

/// Own messages on their way, by sequence number.
#[derive(Debug, Default)]
pub(super) struct Outbox(BTreeMap<u64, (EntryId, Arc<str>)>);

impl Outbox {
    /// A message that the line is to carry.
    pub(super) fn begin(&mut self, seq: u64, id: EntryId, text: Arc<str>) {
        self.0.insert(seq, (id, text));
    }

    /// The line has passed a message on, or will never do so; the fact that follows.
    pub(super) fn settle(&mut self, seq: u64, sent: bool) -> Option<Event> {
        let (id, text) = self.0.remove(&seq)?;
        Some(if sent {
            Event::Sent { id, seq, plain: true }
        } else {
            let reason = RefuseReason::LineLost;
            Event::Refused { id, text, reason }
        })
    }
}
