//! This computer's own messages until the operating system has taken them, or the last line that was to carry them is gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::proto::{EntryId, Event, RefuseReason};

/// Own messages on their way, by sequence number.
#[derive(Debug, Default)]
pub(super) struct Outbox(BTreeMap<u64, Own>);

#[derive(Debug)]
struct Own {
    id: EntryId,
    text: Arc<str>,
    /// Lines that have it and have not yet passed it on.
    waiting: usize,
    /// Lines that have passed it on.
    sent: usize,
}

impl Outbox {
    /// A message that `lines` lines are to carry; with none it is sent at once.
    pub(super) fn begin(&mut self, seq: u64, id: EntryId, text: Arc<str>, lines: usize) -> Option<Event> {
        if lines == 0 {
            return Some(Event::Sent {
                id,
                seq,
                lines: Some(lines),
            });
        }
        let own = Own {
            id,
            text,
            waiting: lines,
            sent: 0,
        };
        self.0.insert(seq, own);
        None
    }

    /// One line has passed a message on, or will never do so; the fact that follows when it was the last.
    pub(super) fn settle(&mut self, seq: u64, sent: bool) -> Option<Event> {
        let own = self.0.get_mut(&seq)?;
        own.waiting -= 1;
        own.sent += usize::from(sent);
        if own.waiting > 0 {
            return None;
        }
        let own = self.0.remove(&seq)?;
        Some(if own.sent > 0 {
            Event::Sent {
                id: own.id,
                seq,
                lines: Some(own.sent),
            }
        } else {
            Event::Refused {
                id: own.id,
                text: own.text,
                reason: RefuseReason::LineLost,
            }
        })
    }
}
