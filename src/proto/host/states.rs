//! Who is here and how far members have come: states, sent and forgotten. What changes in a moment is sent together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::proto::MemberId;
use crate::proto::message::{MAX_PAGE_MEMBERS, Message, Presence, Receipt};
use crate::proto::pace::gather;

/// What has changed since the last time it was sent.
#[derive(Debug, Default)]
pub(super) struct States {
    presence: BTreeMap<MemberId, Presence>,
    moved: BTreeSet<MemberId>,
    receipts: BTreeMap<MemberId, Receipt>,
    /// Since when something has changed.
    since: Option<Instant>,
}

impl States {
    /// Somebody came or went; the last counts.
    pub(super) fn presence(&mut self, now: Instant, presence: Presence) {
        self.presence.insert(presence.id, presence);
        self.since.get_or_insert(now);
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
        self.since.get_or_insert(now);
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

    /// When something is due, with so many members to tell.
    pub(super) fn next_deadline(&self, members: usize) -> Option<Instant> {
        self.since.and_then(|since| since.checked_add(gather(members)))
    }

    /// What is due for so many members.
    pub(super) fn take_due(&mut self, now: Instant, members: usize) -> Vec<Message> {
        if self.next_deadline(members).is_none_or(|due| due > now) {
            return Vec::new();
        }
        self.since = None;
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
