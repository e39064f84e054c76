//! A disk for a room: quick, slow, full or broken, as a test wants it.

use std::collections::{BTreeMap, VecDeque};

use landline::proto::invite::InviteSecret;
use landline::proto::log::{Batch, BatchId, Change, InviteNumber, Kept, Loaded, Peer, PlacedEntry, StoreError};
use landline::proto::{MemberId, ReadId, Store};

/// What a disk answers.
pub(crate) enum Answer {
    Stored(BatchId, Result<(), StoreError>),
    Read(ReadId, Vec<PlacedEntry>),
}

/// How a disk behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Quick,
    /// Says nothing until it is asked to go on.
    Slow,
    Broken(StoreError),
}

pub(crate) struct Disk {
    pub(crate) mood: Mood,
    pub(crate) kept: Option<Kept>,
    pub(crate) log: Vec<PlacedEntry>,
    pub(crate) peers: BTreeMap<MemberId, Peer>,
    pub(crate) invites: BTreeMap<InviteNumber, (Option<InviteSecret>, u64)>,
    /// Each batch as it was asked for.
    pub(crate) batches: Vec<Batch>,
    /// How often something was read.
    pub(crate) reads: usize,
    read: u64,
    waiting: VecDeque<Store>,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            mood: Mood::Quick,
            kept: None,
            log: Vec::new(),
            peers: BTreeMap::new(),
            invites: BTreeMap::new(),
            batches: Vec::new(),
            reads: 0,
            read: 0,
            waiting: VecDeque::new(),
        }
    }

    pub(crate) fn ask(&mut self, wish: Store) {
        if let Store::Keep(batch) = &wish {
            self.batches.push(batch.clone());
        }
        self.waiting.push_back(wish);
    }

    /// What the disk says now, if it says anything.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        if self.mood == Mood::Slow {
            return None;
        }
        Some(match self.waiting.pop_front()? {
            Store::Keep(batch) => Answer::Stored(batch.id, self.keep(batch)),
            Store::Read { id, from, limit } => {
                self.reads += 1;
                let found = self.log.iter().filter(|placed| placed.seq >= from).take(limit);
                Answer::Read(id, found.cloned().collect())
            }
        })
    }

    fn keep(&mut self, batch: Batch) -> Result<(), StoreError> {
        if let Mood::Broken(error) = self.mood {
            return Err(error);
        }
        for change in batch.changes {
            self.change(change);
        }
        Ok(())
    }

    fn change(&mut self, change: Change) {
        match change {
            Change::Room(kept) => self.kept = Some(kept),
            Change::NewEpoch(kept) => {
                self.kept = Some(kept);
                self.log.clear();
            }
            Change::Append(placed) => {
                assert_eq!(placed.seq, self.log.len() as u64 + 1, "dense");
                let genesis = self.kept.as_ref().unwrap().floor.hash;
                let before = self.log.last().map_or(genesis, |placed| placed.hash);
                assert!(placed.follows(&before) && placed.entry.is_genuine());
                let name = |placed: &PlacedEntry| (placed.entry.author, placed.entry.id);
                assert!(self.log.iter().all(|other| name(other) != name(&placed)), "once");
                self.log.push(placed);
            }
            Change::Peer(peer) => drop(self.peers.insert(peer.id, peer)),
            Change::Invite {
                number,
                secret,
                expires,
            } => drop(self.invites.insert(number, (secret, expires))),
            Change::Read(seq) => self.read = seq,
            Change::Head(_) => panic!("a host signs its word when it gives it"),
            Change::Queue(_) | Change::Unqueue(_) => panic!("a host has no outbox"),
            Change::Compare(_) => panic!("a host has no host"),
        }
    }

    /// What a host finds when it opens the room again.
    pub(crate) fn loaded(&self) -> Loaded {
        let kept = self.kept.clone().expect("a room was made");
        let host = kept.host;
        let id_of = |key| match key == host {
            true => MemberId::HOST,
            false => self.peers.values().find(|peer| peer.key == key).expect("a member").id,
        };
        let ids = self
            .log
            .iter()
            .map(|placed| (id_of(placed.entry.author), placed.entry.id, placed.seq));
        let ids = ids.collect();
        let counter = self.log.iter().filter(|placed| placed.entry.author == host).count() as u64;
        let mut loaded = Loaded::new(kept);
        if let Some(placed) = self.log.last() {
            (loaded.last.seq, loaded.last.hash) = (placed.seq, placed.hash);
        }
        loaded.peers = self.peers.values().cloned().collect();
        let invites = self.invites.iter();
        loaded.invites = invites
            .map(|(number, (secret, expires))| (*number, secret.clone(), *expires))
            .collect();
        loaded.counter = counter;
        loaded.read = self.read;
        loaded.ids = ids;
        loaded
    }
}
