//! This computer's copy of the log: what it has, and whether what comes fits on to it.

use std::collections::VecDeque;

use crate::proto::identity::MemberKey;
use crate::proto::log::{Epoch, Hash, PlacedEntry, RoomId, Seen, SignedHead};
use crate::proto::{Limits, Mistake};

/// Newest places whose hashes are remembered: two pages, so that whatever comes twice on one line can be compared.
const MAX_RECENT: usize = 512;

/// How far the copy goes. What is on its way to the disk counts.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) room: RoomId,
    pub(super) host: MemberKey,
    pub(super) epoch: Epoch,
    last: Seen,
    /// How far the disk has it.
    kept: Seen,
    /// The host's newest word, also on entries that have not yet come.
    head: Option<SignedHead>,
    /// An earlier word of the host, until the entry is here that it is about.
    promised: Option<SignedHead>,
    /// Places and hashes, the newest last.
    recent: VecDeque<Seen>,
}

/// Where something from the host stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It comes next.
    Next,
    /// It is here already.
    Known,
    /// Something is missing before it.
    Gap,
    /// It is not what it claims to be, or not for this room.
    Forged,
    /// Something else stands in its place.
    Other,
}

impl Copy {
    pub(super) fn new(room: RoomId, host: MemberKey, epoch: Epoch, last: Seen, head: Option<SignedHead>) -> Self {
        Self {
            room,
            host,
            epoch,
            last,
            kept: last,
            head,
            promised: head.filter(|head| head.seq > last.seq),
            recent: VecDeque::from([last]),
        }
    }

    pub(super) fn last(&self) -> Seen {
        self.last
    }

    /// The newest entry that is on disk: all that the host may believe to be here.
    pub(super) fn kept(&self) -> Seen {
        self.kept
    }

    /// The disk has everything up to here. Whether it is of this copy, and not of a history before.
    pub(super) fn flushed(&mut self, seen: Seen) -> bool {
        let ours = self.recent.contains(&seen);
        if ours {
            self.kept = seen;
        }
        ours
    }

    pub(super) fn head(&self) -> Option<SignedHead> {
        self.head
    }

    /// Where an entry stands, by its place, its hash and its author's signature.
    pub(super) fn fit(&self, placed: &PlacedEntry, limits: &Limits) -> Fit {
        if placed.seq <= self.last.seq {
            return self.compare(placed.seq, placed.hash);
        }
        let gap = placed.seq > self.last.seq + 1;
        if gap && !limits.makes(Mistake::TakeGap) {
            return Fit::Gap;
        }
        let follows = gap || placed.follows(&self.last.hash) || limits.makes(Mistake::IgnoreChain);
        let genuine = placed.entry.is_genuine() || limits.makes(Mistake::TrustHost);
        let signed = self.is_signed(placed, limits);
        if placed.entry.room != self.room || !follows || !genuine || !signed {
            return Fit::Forged;
        }
        Fit::Next
    }

    /// Whether the host has given its word on an entry, or on one behind it. What has no such word could be denied, and told to others
    /// differently.
    fn is_signed(&self, placed: &PlacedEntry, limits: &Limits) -> bool {
        let said = |head: &SignedHead| head.seq != placed.seq || head.hash == placed.hash;
        let as_said = self.head.iter().chain(&self.promised).all(said) || limits.makes(Mistake::ForgetHead);
        let deniable = self.head.is_none_or(|head| head.seq < placed.seq) && !limits.makes(Mistake::TakeUnsigned);
        as_said && !deniable
    }

    /// Adds the entry that comes next.
    pub(super) fn add(&mut self, placed: &PlacedEntry) {
        self.last = Seen {
            seq: placed.seq,
            hash: placed.hash,
        };
        let last = self.last.seq;
        if self.promised.is_none_or(|head| head.seq <= last) {
            self.promised = self.head.filter(|head| head.seq > last);
        }
        self.recent.push_back(self.last);
        if self.recent.len() > MAX_RECENT {
            self.recent.pop_front();
        }
    }

    /// Where the host's word stands: on what is here, on what is still to come, or against what is here.
    pub(super) fn fit_head(&self, head: &SignedHead) -> Fit {
        if head.epoch != self.epoch || !head.is_genuine(self.room, &self.host) {
            return Fit::Forged;
        }
        if self
            .head
            .is_some_and(|kept| kept.seq == head.seq && kept.hash != head.hash)
        {
            return Fit::Other;
        }
        if head.seq > self.last.seq {
            return Fit::Next;
        }
        self.compare(head.seq, head.hash)
    }

    /// Remembers the host's word if it is newer. Whether it is.
    pub(super) fn note(&mut self, head: SignedHead) -> bool {
        let newer = self.head.is_none_or(|kept| kept.seq < head.seq);
        if newer {
            self.head = Some(head);
            self.promised.get_or_insert(head);
        }
        newer
    }

    /// Of what stands too far back nothing is remembered: it counts as known, and is not taken either.
    fn compare(&self, seq: u64, hash: Hash) -> Fit {
        match self.recent.iter().find(|seen| seen.seq == seq) {
            Some(seen) if seen.hash != hash => Fit::Other,
            _ => Fit::Known,
        }
    }
}
