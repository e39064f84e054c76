//! Who is here and how far members have come: states, sent and forgotten. What changes in a moment is sent together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::proto::MemberId;
use crate::proto::message::{MAX_PAGE_MEMBERS, Message, Presence, Receipt};

/// How long changes are gathered: nobody sees the difference, and a crowd that comes at once costs one message to each of them.
const GATHER: Duration = Duration::from_millis(200);

/// What has changed since the last time it was sent.
#[derive(Debug, Default)]
pub(super) struct States {
    presence: BTreeMap<MemberId, Presence>,
    moved: BTreeSet<MemberId>,
    receipts: BTreeMap<MemberId, Receipt>,
    due: Option<Instant>,
}

impl States {
    /// Somebody came or went; the last counts.
    pub(super) fn presence(&mut self, now: Instant, presence: Presence) {
        self.presence.insert(presence.id, presence);
        self.due.get_or_insert(now + GATHER);
    }

    /// A member has stored or read more than before; what was known already changes nothing.
    pub(super) fn advance(&mut self, now: Instant, id: MemberId, stored: u64, read: u64) -> Option<Receipt> {
        let receipt = self.receipts.entry(id).or_insert(Receipt { id, stored: 0, read: 0 });
        if stored <= receipt.stored && read <= receipt.read {
            return None;
        }
        receipt.stored = receipt.stored.max(stored).max(read);
        receipt.read = receipt.read.max(read);
        self.moved.insert(id);
        self.due.get_or_insert(now + GATHER);
        Some(*receipt)
    }

    /// How far a member has come.
    pub(super) fn receipt(&self, id: MemberId) -> Receipt {
        let unknown = Receipt { id, stored: 0, read: 0 };
        self.receipts.get(&id).copied().unwrap_or(unknown)
    }

    /// Places begin anew.
    pub(super) fn forget_receipts(&mut self) {
        self.receipts.clear();
        self.moved.clear();
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.due
    }

    /// What is due for everybody.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Message> {
        if self.due.is_none_or(|due| due > now) {
            return Vec::new();
        }
        self.due = None;
        let presence: Vec<Presence> = std::mem::take(&mut self.presence).into_values().collect();
        let moved = std::mem::take(&mut self.moved);
        let receipts: Vec<Receipt> = moved.iter().map(|id| self.receipt(*id)).collect();
        let presence = presence
            .chunks(MAX_PAGE_MEMBERS)
            .map(|page| Message::Presence(page.to_vec()));
        let receipts = receipts
            .chunks(MAX_PAGE_MEMBERS)
            .map(|page| Message::Receipts(page.to_vec()));
        presence.chain(receipts).collect()
    }
}
