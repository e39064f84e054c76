//! What a lying host tells one guest: the log as it is, or another one from some place on, consistently and with the host's own signature.

use std::collections::BTreeMap;

use landline::proto::EntryId;
use landline::proto::identity::Identity;
use landline::proto::log::{Body, Epoch, Hash, PlacedEntry, RoomId, Seen, SignedEntry, SignedHead};
use landline::proto::wire::encode_body;

/// One guest's story.
#[derive(Debug, Default)]
pub(crate) struct Story {
    places: BTreeMap<u64, Told>,
    /// Where it leaves the log, and what is said there instead.
    fork: Option<(u64, Vec<SignedEntry>)>,
    epoch: Option<Epoch>,
}

#[derive(Debug, Clone, Copy)]
struct Told {
    real: Hash,
    told: Hash,
}

/// Something that is in one story only.
pub(crate) fn invention(author: &Identity, room: RoomId, number: u64, body: &Body) -> SignedEntry {
    let mut id = [0xEE; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let seen = Seen {
        seq: 0,
        hash: Hash([0; 32]),
    };
    SignedEntry::sign(author, room, EntryId(id), 0, 1, seen, encode_body(body))
}

impl Story {
    /// Entries on their way to the guest. From now on the story may go its own way, with `instead` at the first of them.
    pub(crate) fn tell(&mut self, entries: Vec<PlacedEntry>, instead: Vec<SignedEntry>) -> Vec<PlacedEntry> {
        let first = entries.first().map(|placed| placed.seq);
        if let (None, Some(seq)) = (&self.fork, first)
            && self.before(seq).is_some()
            && !instead.is_empty()
        {
            self.fork = Some((seq, instead));
        }
        entries.into_iter().map(|placed| self.tell_one(placed)).collect()
    }

    fn tell_one(&mut self, placed: PlacedEntry) -> PlacedEntry {
        let (seq, placed_ms, real) = (placed.seq, placed.placed_ms, placed.hash);
        let told = match (&self.fork, self.before(seq)) {
            (Some((at, instead)), Some(before)) if *at <= seq => {
                let entry = instead.get((seq - at) as usize).cloned();
                entry.unwrap_or(placed.entry).place(seq, placed_ms, &before)
            }
            _ => placed,
        };
        self.places.insert(seq, Told { real, told: told.hash });
        told
    }

    /// What was told before a place.
    pub(crate) fn before(&self, seq: u64) -> Option<Hash> {
        self.places.get(&seq.checked_sub(1)?).map(|told| told.told)
    }

    /// Whether it goes its own way.
    pub(crate) fn is_forked(&self) -> bool {
        self.fork.is_some()
    }

    /// The newest place that was told.
    pub(crate) fn last(&self) -> u64 {
        self.places.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// The host's word as it fits the story; `None`: it is on what is still to be told.
    pub(crate) fn head(&self, host: &Identity, room: RoomId, head: SignedHead) -> Option<SignedHead> {
        match self.places.get(&head.seq) {
            Some(told) if told.real == head.hash => Some(SignedHead::sign(host, room, head.epoch, head.seq, told.told)),
            None if self.fork.is_some() => None,
            _ => Some(head),
        }
    }

    /// The host's word on the newest place of the story.
    pub(crate) fn newest(&self, host: &Identity, room: RoomId, epoch: Epoch) -> Option<SignedHead> {
        let (seq, told) = self.places.last_key_value()?;
        Some(SignedHead::sign(host, room, epoch, *seq, told.told))
    }

    /// What stands in the log where the guest has heard this.
    pub(crate) fn real(&self, seen: Seen) -> Seen {
        let told = self.places.get(&seen.seq).filter(|told| told.told == seen.hash);
        Seen {
            hash: told.map_or(seen.hash, |told| told.real),
            ..seen
        }
    }

    /// A history begins, or goes on.
    pub(crate) fn is_about(&mut self, epoch: Epoch, floor: Seen) {
        if self.epoch.replace(epoch).is_some_and(|before| before != epoch) {
            *self = Self::default();
        }
        let Seen { seq, hash } = floor;
        self.places.entry(seq).or_insert(Told { real: hash, told: hash });
    }

    /// The liar forgets what it has told: from now on the truth.
    pub(crate) fn forget(&mut self) {
        self.places.clear();
        self.fork = None;
    }
}
