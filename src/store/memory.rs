//! A room's store without a disk: for simulations and tests, and as the plainest reading of what a store is.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{self, Retelling, holds};
use super::{Former, Found, LastMessage, MAX_UNREAD, ReadError, RoomStore, Summary, words};
use crate::proto::identity::MemberKey;
use crate::proto::log::{Batch, Body, Change, Kept, Loaded, PlacedEntry, Seen, SignedEntry, StoreError};
use crate::proto::{EntryId, MemberId};

/// What goes wrong with the next batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no room; the same batch may succeed later.
    Full,
    /// The disk fails before the batch is on it.
    FailedBefore,
    /// The disk fails, and the batch is on it all the same.
    FailedAfter,
}

/// A store in memory.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    me: MemberKey,
    disk: Option<Disk>,
    fault: Option<Fault>,
    failed: bool,
}

/// What would be on a disk.
#[derive(Debug, Clone)]
struct Disk {
    /// Everything but `ids`.
    loaded: Loaded,
    entries: Vec<PlacedEntry>,
    names: BTreeSet<(MemberKey, EntryId)>,
    former: Vec<(Former, Vec<PlacedEntry>)>,
}

/// A batch while it may still be refused.
struct Draft<'a> {
    me: &'a MemberKey,
    disk: Option<&'a Disk>,
    loaded: Option<Loaded>,
    appended: Vec<PlacedEntry>,
    ended: Vec<(Former, Vec<PlacedEntry>)>,
}

impl MemoryStore {
    /// The store of a room that is not there yet, on the computer of `me`.
    #[must_use]
    pub fn new(me: MemberKey) -> Self {
        Self {
            me,
            disk: None,
            fault: None,
            failed: false,
        }
    }

    /// Lets the next batch fail.
    pub fn fail_next(&mut self, fault: Fault) {
        self.fault = Some(fault);
    }

    /// What a program finds that starts again after this one has ended in whatever way.
    #[must_use]
    pub fn reopened(&self) -> Self {
        Self {
            fault: None,
            failed: false,
            ..self.clone()
        }
    }

    fn healthy(&self) -> Result<Option<&Disk>, ReadError> {
        if self.failed {
            Err(ReadError::Failed)
        } else {
            Ok(self.disk.as_ref())
        }
    }

    fn try_keep(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut draft = Draft::new(&self.me, self.disk.as_ref());
        for change in &batch.changes {
            draft.apply(change)?;
        }
        let Draft {
            loaded,
            appended,
            ended,
            ..
        } = draft;
        if let Some(loaded) = loaded {
            self.commit(loaded, appended, ended);
        }
        Ok(())
    }

    fn commit(&mut self, loaded: Loaded, appended: Vec<PlacedEntry>, ended: Vec<(Former, Vec<PlacedEntry>)>) {
        let mut disk = self.disk.take().unwrap_or_else(|| Disk {
            loaded: loaded.clone(),
            entries: Vec::new(),
            names: BTreeSet::new(),
            former: Vec::new(),
        });
        if !ended.is_empty() {
            disk.entries.clear();
            disk.names.clear();
            disk.former.extend(ended);
        }
        disk.names.extend(appended.iter().map(name));
        disk.entries.extend(appended);
        disk.loaded = loaded;
        self.disk = Some(disk);
    }
}

impl RoomStore for MemoryStore {
    fn load(&mut self) -> Result<Option<Loaded>, ReadError> {
        Ok(self.healthy()?.map(|disk| Loaded {
            ids: disk.ids(),
            ..disk.loaded.clone()
        }))
    }

    fn keep(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Failed);
        }
        match self.fault.take() {
            None => self.try_keep(batch),
            Some(Fault::Full) => Err(StoreError::Full),
            Some(fault) => {
                if fault == Fault::FailedAfter {
                    self.try_keep(batch)?;
                }
                self.failed = true;
                Err(StoreError::Failed)
            }
        }
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, ReadError> {
        Ok(self
            .healthy()?
            .map_or_else(Vec::new, |disk| page(&disk.entries, from, limit)))
    }

    fn search(&mut self, query: &str, limit: usize) -> Result<Vec<Found>, ReadError> {
        let query = words::fold(query);
        let Some(disk) = self.healthy()?.filter(|_| !query.is_empty()) else {
            return Ok(Vec::new());
        };
        let readings = disk.readings();
        let found = disk.entries.iter().rev().filter_map(|entry| {
            let reading = readings.get(&entry.seq)?.as_ref()?;
            words::fold(&reading.text).contains(&query).then(|| Found {
                entry: entry.clone(),
                text: reading.text.as_str().into(),
                edited: reading.edited,
            })
        });
        Ok(found.take(limit).collect())
    }

    fn summary(&mut self) -> Result<Option<Summary>, ReadError> {
        let me = self.me;
        Ok(self.healthy()?.map(|disk| disk.summary(&me)))
    }

    fn former(&mut self) -> Result<Vec<Former>, ReadError> {
        let former = self.healthy()?.map(|disk| disk.former.iter());
        Ok(former.into_iter().flatten().map(|(former, _)| former.clone()).collect())
    }

    fn read_former(&mut self, number: u32, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, ReadError> {
        let mut former = self.healthy()?.into_iter().flat_map(|disk| &disk.former);
        Ok(former
            .find(|(former, _)| former.number == number)
            .map_or_else(Vec::new, |(_, entries)| page(entries, from, limit)))
    }

    fn rest(&mut self) -> bool {
        false
    }
}

/// How a message reads now.
struct Reading {
    text: String,
    edited: bool,
}

impl Disk {
    fn ids(&self) -> Vec<(MemberId, EntryId, u64)> {
        let host = self.loaded.kept.host;
        let numbers: BTreeMap<MemberKey, MemberId> = self
            .loaded
            .peers
            .iter()
            .map(|peer| (peer.key, peer.id))
            .chain([(host, MemberId::HOST)])
            .collect();
        let mut ids: Vec<_> = self
            .entries
            .iter()
            .filter_map(|placed| Some((*numbers.get(&placed.entry.author)?, placed.entry.id, placed.seq)))
            .collect();
        ids.sort_unstable_by_key(|(.., seq)| *seq);
        ids
    }

    /// The messages by place; `None`: taken back.
    fn readings(&self) -> BTreeMap<u64, Option<Reading>> {
        let mut readings = BTreeMap::new();
        for placed in &self.entries {
            let body = rules::body(placed);
            if let Some(text) = rules::said(&body) {
                let text = words::shown(text);
                readings.insert(placed.seq, Some(Reading { text, edited: false }));
            } else if let Some(retelling) = rules::retelling(&body) {
                self.retell(&mut readings, placed, &body, retelling);
            }
        }
        readings
    }

    fn retell(
        &self,
        readings: &mut BTreeMap<u64, Option<Reading>>,
        placed: &PlacedEntry,
        body: &Body,
        retelling: Retelling,
    ) {
        let (Retelling::Edited(target) | Retelling::Deleted(target)) = retelling;
        let Some(reading) = readings.get_mut(&target.seq).filter(|reading| reading.is_some()) else {
            return;
        };
        let first = page(&self.entries, target.seq, 1).remove(0);
        let vouched = matches!(rules::body(&first), Body::Vouched { .. });
        let (host, by) = (&self.loaded.kept.host, &placed.entry.author);
        if rules::may_retell(host, by, retelling, first.entry.id, &first.entry.author, vouched) {
            *reading = match body {
                Body::Edit { text, .. } => Some(Reading {
                    text: words::shown(text),
                    edited: true,
                }),
                _ => None,
            };
        }
    }

    fn last_message(&self, placed: &PlacedEntry, me: &MemberKey) -> Option<LastMessage> {
        let mut readings = self.readings();
        let now = readings.remove(&placed.seq)?.map(|reading| reading.text);
        let mut peers = self.loaded.peers.iter();
        let peer = peers.find(|peer| peer.key == placed.entry.author);
        rules::last_message(placed, now.as_deref(), peer.map(|peer| (peer.id, &*peer.name)), me)
    }

    fn summary(&self, me: &MemberKey) -> Summary {
        let kept = &self.loaded.kept;
        let messages = || {
            self.entries
                .iter()
                .filter(|placed| rules::said(&rules::body(placed)).is_some())
        };
        let of_others =
            |placed: &&PlacedEntry| placed.entry.author != *me || matches!(rules::body(placed), Body::Vouched { .. });
        let unread = messages()
            .filter(|placed| placed.seq > self.loaded.read)
            .filter(of_others)
            .count();
        Summary {
            room: kept.room,
            name: kept.settings.name.clone(),
            settings: kept.settings.clone(),
            host: kept.host,
            hosting: kept.host == *me,
            members: self.loaded.peers.iter().filter(|peer| peer.member).count(),
            last: self.loaded.last,
            last_message_ms: messages().next_back().map(|placed| placed.placed_ms),
            last_message: messages().next_back().and_then(|placed| self.last_message(placed, me)),
            unread: (unread as u64).min(MAX_UNREAD),
        }
    }
}

impl<'a> Draft<'a> {
    fn new(me: &'a MemberKey, disk: Option<&'a Disk>) -> Self {
        Self {
            me,
            disk,
            loaded: disk.map(|disk| disk.loaded.clone()),
            appended: Vec::new(),
            ended: Vec::new(),
        }
    }

    fn apply(&mut self, change: &Change) -> Result<(), StoreError> {
        let Some(loaded) = &mut self.loaded else {
            let Change::Room(kept) = change else {
                return Err(StoreError::Conflict);
            };
            self.loaded = Some(Loaded::new(kept.clone()));
            return Ok(());
        };
        match change {
            Change::Room(kept) => {
                rules::check_room(&loaded.kept, loaded.last, kept)?;
                if loaded.last == loaded.kept.floor {
                    loaded.last = kept.floor;
                }
                loaded.kept = kept.clone();
            }
            Change::NewEpoch(kept) => self.begin(kept)?,
            Change::Append(entry) => self.append(entry)?,
            Change::Head(head) => {
                rules::check_head(&loaded.kept, head)?;
                loaded.head = Some(*head);
            }
            Change::Peer(peer) => {
                loaded.peers.retain(|known| known.key != peer.key);
                loaded.peers.push(peer.clone());
                loaded.peers.sort_by_key(|peer| (peer.id, peer.key));
            }
            Change::Invite {
                number,
                secret,
                expires,
            } => {
                loaded.invites.retain(|(known, ..)| known != number);
                loaded.invites.push((*number, secret.clone(), *expires));
                loaded.invites.sort_by_key(|(number, ..)| *number);
            }
            Change::Queue(entry) => {
                holds(loaded.outbox.iter().all(|waiting| waiting.id != entry.id))?;
                count(loaded, self.me, entry);
                loaded.outbox.push(entry.clone());
            }
            Change::Unqueue(id) => loaded.outbox.retain(|waiting| waiting.id != *id),
            Change::Read(seq) => loaded.read = loaded.read.max(*seq),
            Change::Compare(words) => loaded.compare = *words,
        }
        Ok(())
    }

    fn begin(&mut self, kept: &Kept) -> Result<(), StoreError> {
        let loaded = self.loaded.as_mut().expect("another history follows one");
        rules::check_epoch(&loaded.kept, kept)?;
        let mut entries = match self.disk {
            Some(disk) if self.ended.is_empty() => disk.entries.clone(),
            _ => Vec::new(),
        };
        entries.append(&mut self.appended);
        let before = self.disk.map_or(0, |disk| disk.former.len());
        let former = Former {
            number: u32::try_from(before + self.ended.len() + 1).expect("a batch for each, in memory"),
            epoch: loaded.kept.epoch,
            settings: loaded.kept.settings.clone(),
            floor: loaded.kept.floor,
            last: loaded.last,
        };
        self.ended.push((former, entries));
        loaded.last = kept.floor;
        loaded.kept = kept.clone();
        loaded.head = None;
        loaded.read = 0;
        Ok(())
    }

    fn append(&mut self, placed: &PlacedEntry) -> Result<(), StoreError> {
        let loaded = self.loaded.as_mut().expect("a room was made before its entries");
        rules::check_next(&loaded.kept, loaded.last, placed)?;
        let fresh = name(placed);
        let old = self.disk.filter(|_| self.ended.is_empty());
        holds(!old.is_some_and(|disk| disk.names.contains(&fresh)))?;
        holds(self.appended.iter().all(|other| name(other) != fresh))?;
        loaded.last = Seen {
            seq: placed.seq,
            hash: placed.hash,
        };
        count(loaded, self.me, &placed.entry);
        self.appended.push(placed.clone());
        Ok(())
    }
}

/// Own entries are counted when they are queued and when they are in the log, whichever is first.
fn count(loaded: &mut Loaded, me: &MemberKey, entry: &SignedEntry) {
    if entry.author == *me {
        loaded.counter = loaded.counter.max(entry.counter.saturating_add(1));
    }
}

fn name(placed: &PlacedEntry) -> (MemberKey, EntryId) {
    (placed.entry.author, placed.entry.id)
}

fn page(entries: &[PlacedEntry], from: u64, limit: usize) -> Vec<PlacedEntry> {
    let start = entries.partition_point(|entry| entry.seq < from);
    entries.iter().skip(start).take(limit).cloned().collect()
}
