//! What is on a disk: the rules of a store, in memory, written independently of the stores that the program has.

use std::collections::{BTreeMap, BTreeSet};

use landline::proto::identity::MemberKey;
use landline::proto::invite::InviteSecret;
use landline::proto::log::{
    Batch, Change, Hash, InviteNumber, Kept, Loaded, Peer, PlacedEntry, Seen, SignedEntry, SignedHead, StoreError,
};
use landline::proto::words::Words;
use landline::proto::{EntryId, MemberId};

/// One room on one disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    pub(crate) kept: Option<Kept>,
    pub(crate) entries: Vec<PlacedEntry>,
    pub(crate) head: Option<SignedHead>,
    pub(crate) peers: BTreeMap<MemberKey, Peer>,
    pub(crate) invites: BTreeMap<InviteNumber, (Option<InviteSecret>, u64)>,
    pub(crate) outbox: Vec<SignedEntry>,
    pub(crate) read: u64,
    pub(crate) compare: Option<Words>,
    /// Entries of the histories before, put aside.
    pub(crate) aside: usize,
    names: BTreeSet<(MemberKey, EntryId)>,
    names_aside: BTreeSet<(MemberKey, EntryId)>,
    places_aside: BTreeSet<(u64, EntryId)>,
}

impl Image {
    /// The newest place; that of the floor if there is no entry.
    pub(crate) fn last(&self) -> u64 {
        self.floor() + self.entries.len() as u64
    }

    pub(crate) fn floor(&self) -> u64 {
        self.kept.as_ref().map_or(0, |kept| kept.floor.seq)
    }

    pub(crate) fn at(&self, seq: u64) -> Option<&PlacedEntry> {
        self.entries.get(seq.checked_sub(self.floor() + 1)? as usize)
    }

    /// The hash of a place, or of the floor.
    pub(crate) fn hash_at(&self, seq: u64) -> Option<Hash> {
        let floor = self
            .kept
            .as_ref()
            .map(|kept| kept.floor)
            .filter(|floor| floor.seq == seq);
        floor
            .map(|floor| floor.hash)
            .or_else(|| self.at(seq).map(|placed| placed.hash))
    }

    /// Whether an entry is in the log, or was in a history before.
    pub(crate) fn has(&self, author: MemberKey, id: EntryId) -> bool {
        self.names.contains(&(author, id)) || self.names_aside.contains(&(author, id))
    }

    /// Whether an entry had this place in a history before.
    pub(crate) fn had(&self, seq: u64, id: EntryId) -> bool {
        self.places_aside.contains(&(seq, id))
    }

    pub(crate) fn page(&self, from: u64, limit: usize) -> Vec<PlacedEntry> {
        let before = from.saturating_sub(self.floor() + 1) as usize;
        self.entries.iter().skip(before).take(limit).cloned().collect()
    }

    /// One transaction.
    pub(crate) fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.check(batch)?;
        for change in &batch.changes {
            self.change(change);
        }
        Ok(())
    }

    pub(crate) fn load(&self, me: &MemberKey) -> Option<Loaded> {
        let kept = self.kept.clone()?;
        let host = kept.host;
        let last = self.entries.last().map(|entry| Seen {
            seq: entry.seq,
            hash: entry.hash,
        });
        let number = |key: &MemberKey| match self.peers.get(key) {
            _ if *key == host => MemberId::HOST,
            Some(peer) => peer.id,
            None => MemberId(u64::MAX),
        };
        let own = self.entries.iter().map(|placed| &placed.entry).chain(&self.outbox);
        let counter = own
            .filter(|entry| entry.author == *me)
            .map(|entry| entry.counter + 1)
            .max();
        let mut peers: Vec<Peer> = self.peers.values().cloned().collect();
        peers.sort_by_key(|peer| peer.id);
        Some(Loaded {
            last: last.unwrap_or(kept.floor),
            head: self.head,
            peers,
            invites: self
                .invites
                .iter()
                .map(|(number, (secret, end))| (*number, secret.clone(), *end))
                .collect(),
            outbox: self.outbox.clone(),
            counter: counter.unwrap_or(0),
            read: self.read,
            compare: self.compare,
            ids: self
                .entries
                .iter()
                .map(|placed| (number(&placed.entry.author), placed.entry.id, placed.seq))
                .collect(),
            kept,
        })
    }

    fn check(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut last = self.last();
        let mut names = BTreeSet::new();
        let mut anew = false;
        let mut known = self.kept.is_some();
        for change in &batch.changes {
            match change {
                Change::Room(kept) if !std::mem::replace(&mut known, true) => last = kept.floor.seq,
                Change::NewEpoch(kept) => {
                    last = kept.floor.seq;
                    anew = true;
                    names.clear();
                }
                Change::Append(placed) => {
                    let name = (placed.entry.author, placed.entry.id);
                    let twice = !anew && self.names.contains(&name);
                    if placed.seq != last + 1 || twice || !names.insert(name) {
                        return Err(StoreError::Conflict);
                    }
                    last += 1;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Room(kept) => self.kept = Some(kept.clone()),
            Change::NewEpoch(kept) => {
                self.aside += self.entries.len();
                let places = self.entries.iter().map(|placed| (placed.seq, placed.entry.id));
                self.places_aside.extend(places);
                self.names_aside.append(&mut self.names);
                self.entries.clear();
                self.head = None;
                self.kept = Some(kept.clone());
            }
            Change::Append(placed) => {
                self.names.insert((placed.entry.author, placed.entry.id));
                self.entries.push(placed.clone());
            }
            Change::Head(head) => self.head = Some(*head),
            Change::Peer(peer) => {
                self.peers.insert(peer.key, peer.clone());
            }
            Change::Invite {
                number,
                secret,
                expires,
            } => {
                self.invites.insert(*number, (secret.clone(), *expires));
            }
            Change::Queue(entry) => self.outbox.push(entry.clone()),
            Change::Unqueue(id) => self.outbox.retain(|entry| entry.id != *id),
            Change::Read(seq) => self.read = *seq,
            Change::Compare(words) => self.compare = *words,
        }
    }
}
