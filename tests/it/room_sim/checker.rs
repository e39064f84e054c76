//! What must hold, whatever happens: the invariants of the room's log, looked at whenever something has changed.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use landline::proto::identity::MemberKey;
use landline::proto::log::{Admission, Batch, Body, Change, Hash, History, PlacedEntry, SignedHead};
use landline::proto::message::Receipt;
use landline::proto::wire::decode_body;
use landline::proto::{EntryId, Event};

use super::image::Image;
use super::node::Node;
use super::witness::Witness;

/// What went wrong.
pub(crate) type Violation = String;

/// All that was seen.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    witness: Witness,
    /// The host lies: what only a host can keep is not asked.
    lied_to: bool,
    host: Option<MemberKey>,
    honest: BTreeMap<MemberKey, usize>,
    /// What honest people have written, and in which order.
    written: BTreeMap<(MemberKey, EntryId), u64>,
    /// Written messages that are on a disk and whose end is not known.
    open: BTreeMap<EntryId, usize>,
    /// What hosts' disks hold, place by place.
    log: Vec<Placed>,
    names: BTreeSet<(MemberKey, EntryId)>,
    /// What was written into histories that have ended: the host has set them aside.
    former: BTreeSet<EntryId>,
    former_hashes: BTreeSet<Hash>,
    newest: BTreeMap<MemberKey, u64>,
    members: BTreeMap<MemberKey, Vec<Stay>>,
    acknowledged: BTreeMap<EntryId, u64>,
    shown: BTreeMap<usize, u64>,
    /// The host has lost what it had said was safe: what follows from that is no violation, but must be noticed.
    pub(crate) lost: Option<u64>,
    /// What was lost once, and may come back from guests: after several losses more than one entry for a place.
    lost_hashes: BTreeSet<(u64, Hash)>,
    pub(crate) entries: u64,
    open_history: bool,
    /// How far guests were that have come back with less.
    had: BTreeMap<usize, u64>,
    /// When a guest that had come back with an old outbox has said something again. What it had said the first time may still be on its way.
    again: BTreeMap<(MemberKey, EntryId), u64>,
    /// The next number of what is written.
    next_number: u64,
    /// Invites that were made, and people who have come in by one.
    pub(crate) invites: usize,
    invited: usize,
}

#[derive(Debug, Clone, Copy)]
struct Placed {
    hash: Hash,
    id: EntryId,
}

/// When somebody was a member, and what they may see.
#[derive(Debug, Clone, Copy)]
struct Stay {
    until: Option<u64>,
    /// The first place that they may see.
    first: u64,
}

pub(crate) fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(what()) }
}

impl Checker {
    pub(crate) fn new(nodes: &[Node], lied_to: bool) -> Self {
        let honest = nodes
            .iter()
            .enumerate()
            .map(|(node, person)| (person.identity.key(), node));
        Self {
            host: nodes.first().map(|host| host.identity.key()),
            honest: honest.collect(),
            lied_to,
            ..Self::default()
        }
    }

    /// A program has asked its disk for something: from now on an entry is written.
    pub(crate) fn asked(&mut self, batch: &Batch) -> Result<(), Violation> {
        for change in &batch.changes {
            if let Change::Queue(entry) = change
                && let Entry::Vacant(new) = self.written.entry((entry.author, entry.id))
            {
                new.insert(self.next_number);
                self.next_number += 1;
            }
        }
        self.witness.asked(batch)
    }

    /// The host's disk holds a batch.
    pub(crate) fn host_kept(&mut self, batch: &Batch, heads: &[SignedHead]) -> Result<(), Violation> {
        // A guest that is in has shown the newest head it knows.
        let known_head = heads
            .iter()
            .filter(|head| self.lost_hashes.contains(&(head.seq, head.hash)))
            .map(|head| head.seq)
            .max();
        for change in &batch.changes {
            match change {
                Change::NewEpoch(_) => self.forget_log(),
                Change::Append(placed) => self.appended(placed, known_head)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// A guest's disk holds a batch.
    pub(crate) fn guest_kept(
        &mut self,
        node: usize,
        me: MemberKey,
        image: &Image,
        batch: &Batch,
    ) -> Result<(), Violation> {
        self.witness.kept(node, me, image, batch)?;
        let mine = image.kept.as_ref().map(|kept| kept.epoch);
        for change in &batch.changes {
            match change {
                Change::Append(placed) if self.lied_to => self.witness.genuine(node, image, placed, &self.honest)?,
                Change::Append(placed) if self.former_hashes.contains(&placed.hash) => {} // a slow disk gets what came before the end
                Change::Append(placed) => {
                    let known = self.log.get(placed.seq as usize - 1).map(|known| known.hash);
                    let lost = self.lost_hashes.contains(&(placed.seq, placed.hash));
                    ensure(known == Some(placed.hash) || lost, || {
                        format!(
                            "I3/I6: guest {node} has at {} what the host's disk has not ({mine:?})",
                            placed.seq
                        )
                    })?;
                    ensure(self.was_member(&me, placed.seq), || {
                        format!("I10: guest {node} got entry {} without being a member then", placed.seq)
                    })?;
                }
                Change::Queue(entry) => {
                    self.open.insert(entry.id, node);
                }
                Change::Unqueue(id) if self.lied_to => {
                    self.open.remove(id); // the witness has found it where a host cannot reach it, or before the floor
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A program has started.
    pub(crate) fn started(&mut self, node: usize) {
        self.shown.remove(&node);
        self.witness.started(node);
    }

    /// A person has seen something.
    pub(crate) fn saw(&mut self, node: usize, image: &Image, event: &Event) -> Result<(), Violation> {
        self.witness.saw(node, image, event)?;
        match event {
            // A full disk may have got the end of a history and the next one's beginning at once.
            Event::Said { entry } if image.had(entry.seq, entry.id) => Ok(()),
            Event::Said { entry } => {
                ensure(entry.seq <= image.last(), || {
                    format!("I3: {node} shows {} before it is on disk", entry.seq)
                })?;
                let id = image.at(entry.seq).map(|placed| placed.entry.id);
                ensure(id == Some(entry.id), || {
                    format!("I6: {node} shows another entry at {}", entry.seq)
                })?;
                let before = self.shown.insert(node, entry.seq).unwrap_or(0);
                ensure(before < entry.seq, || {
                    format!("I4: {node} shows {} after {before}", entry.seq)
                })
            }
            Event::Sent { id, seq, .. } if node > 0 => self.sent(*id, *seq),
            Event::Queued { id, .. } if node > 0 => ensure(image.outbox.iter().any(|entry| entry.id == *id), || {
                format!("I11: {node} calls an entry queued that is not on its disk")
            }),
            Event::Refused { id, .. } => {
                self.open.remove(id);
                Ok(())
            }
            Event::NewEpoch => {
                self.shown.remove(&node);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The host says how far a guest has stored.
    pub(crate) fn receipt(&self, receipt: &Receipt, nodes: &[Node]) -> Result<(), Violation> {
        if self.lied_to {
            return Ok(());
        }
        let host = &nodes[0].image;
        let Some(peer) = host.peers.values().find(|peer| peer.id == receipt.id) else {
            return Ok(());
        };
        let Some(node) = self.honest.get(&peer.key).filter(|node| **node > 0) else {
            return Ok(());
        };
        // What is before the first place that they may see counts as stored.
        let stored = nodes[*node].image.last().max(self.had(*node));
        let stored = stored.max(peer.first_seq.saturating_sub(1));
        ensure(receipt.stored <= stored || self.lost.is_some(), || {
            format!("I2: {node} is said to have stored {}, and has {stored}", receipt.stored)
        })
    }

    /// Whatever was acknowledged is where it was acknowledged; whatever was written is somewhere.
    pub(crate) fn all_kept(&self, nodes: &[Node]) -> Result<(), Violation> {
        for (id, seq) in &self.acknowledged {
            let there = self.log.get(*seq as usize - 1).map(|placed| placed.id);
            let lost = self.lied_to || self.lost.is_some_and(|from| *seq >= from);
            ensure(lost || there == Some(*id), || {
                format!("I1: acknowledged at {seq} and not there")
            })?;
        }
        let names: BTreeSet<EntryId> = self.log.iter().map(|placed| placed.id).collect();
        for (id, node) in &self.open {
            let Node { image, identity, .. } = &nodes[*node];
            let queued = image.outbox.iter().any(|entry| entry.id == *id);
            let copied = self.lied_to && image.has(identity.key(), *id);
            let written = names.contains(id) || self.former.contains(id);
            let safe = queued || copied || written || self.lost.is_some();
            ensure(safe, || format!("I11: {id} of {node} has vanished"))?;
        }
        Ok(())
    }

    /// The host has come back with another disk: less than it had, or an old copy with more than a disk that had lied.
    pub(crate) fn host_lost(&mut self, image: &Image) {
        let both = self.log.iter().zip(&image.entries);
        let left = both.take_while(|(noted, kept)| noted.hash == kept.hash).count();
        if left == self.log.len() && left == image.entries.len() {
            return;
        }
        let gone = self.log.split_off(left);
        let first = left as u64 + 1;
        self.lost = Some(self.lost.map_or(first, |lost| lost.min(first)));
        for (seq, placed) in (first..).zip(&gone) {
            self.lost_hashes.insert((seq, placed.hash));
        }
        self.members.clear();
        self.names.clear();
        self.newest.clear();
        let kept = std::mem::take(&mut self.log);
        debug_assert_eq!(kept.len(), left);
        for placed in &image.entries {
            self.note(placed);
        }
    }

    /// A guest has come back with less than it had. What it had written since and nobody else has is gone with its disk; what waits in its
    /// outbox again is said now.
    pub(crate) fn guest_lost(&mut self, node: usize, before: &Image, image: &Image) {
        self.had.insert(node, before.last().max(self.had(node)));
        let names: BTreeSet<EntryId> = self.log.iter().map(|placed| placed.id).collect();
        let queued: BTreeSet<EntryId> = image.outbox.iter().map(|entry| entry.id).collect();
        self.open
            .retain(|id, whose| *whose != node || queued.contains(id) || names.contains(id));
        let again = image.outbox.iter().filter(|entry| !names.contains(&entry.id));
        for (entry, number) in again.zip(self.next_number..) {
            self.again.insert((entry.author, entry.id), number);
            self.next_number = number + 1;
        }
    }

    /// When the next entry of its author was written: again, if that makes it the newest.
    fn number_of(&self, name: (MemberKey, EntryId)) -> Option<u64> {
        let newest = self.newest.get(&name.0).copied();
        let first = self.written.get(&name).copied()?;
        let again = self.again.get(&name).copied();
        let later = [Some(first), again].into_iter().flatten();
        later
            .filter(|number| newest.is_none_or(|newest| newest < *number))
            .min()
            .or(Some(first))
    }

    /// How far a guest once was.
    fn had(&self, node: usize) -> u64 {
        self.had.get(&node).copied().unwrap_or(0)
    }

    fn forget_log(&mut self) {
        let lost = self.lost_hashes.iter().map(|(_, hash)| *hash);
        self.former_hashes.extend(lost);
        for placed in self.log.drain(..) {
            self.former.insert(placed.id);
            self.former_hashes.insert(placed.hash);
        }
        self.names.clear();
        self.newest.clear();
        self.members.clear();
        self.acknowledged.clear();
        self.lost_hashes.clear();
    }

    fn sent(&mut self, id: EntryId, seq: u64) -> Result<(), Violation> {
        let there = self.log.get((seq as usize).saturating_sub(1)).map(|placed| placed.id);
        let truly = self.lost.is_none() && !self.lied_to;
        ensure(there == Some(id) || !truly, || {
            format!("I2: acknowledged at {seq} before it was on the host's disk")
        })?;
        let before = self.acknowledged.insert(id, seq);
        self.open.remove(&id);
        ensure(before.is_none_or(|before| before == seq) || !truly, || {
            format!("I1: acknowledged at {before:?} and at {seq}")
        })
    }

    fn appended(&mut self, placed: &PlacedEntry, known_head: Option<u64>) -> Result<(), Violation> {
        let entry = &placed.entry;
        let seq = placed.seq;
        ensure(seq == self.log.len() as u64 + 1, || {
            format!("I5: {seq} after {}", self.log.len())
        })?;
        ensure(entry.is_genuine(), || format!("I9: {seq} is not signed by its author"))?;
        let name = (entry.author, entry.id);
        ensure(!self.names.contains(&name), || {
            format!("I4: {} is at {seq} again", entry.id)
        })?;
        let host = self.host == Some(entry.author);
        ensure(host || self.is_member(&entry.author), || {
            format!("I10: {seq} is of somebody who is no member")
        })?;
        if !host && self.honest.contains_key(&entry.author) {
            let number = self.number_of(name);
            let number = number.ok_or_else(|| format!("I9: nobody has written {seq}"))?;
            let newest = self.newest.get(&entry.author).copied();
            ensure(self.lied_to || newest.is_none_or(|newest| newest < number), || {
                format!(
                    "I8: {seq} of {:?} stands behind a later one",
                    self.honest.get(&entry.author)
                )
            })?;
        }
        let body = decode_body(&entry.body).map_err(|error| format!("I9: {seq}: {error}"))?;
        let of_host = matches!(
            body,
            Body::Admitted { .. } | Body::Removed { .. } | Body::Settings(_) | Body::Vouched { .. }
        );
        ensure(host || !of_host, || {
            format!("I10: {seq} may be written by the host only")
        })?;
        let was_lost = self
            .lost_hashes
            .range((seq, Hash([0; 32]))..)
            .next()
            .is_some_and(|(lost, _)| *lost == seq);
        let comes_back = self.lost_hashes.contains(&(seq, placed.hash));
        ensure(
            self.lied_to || !was_lost || comes_back || known_head.is_none_or(|known| known < seq),
            || format!("I14: {seq} is given again although its loss is known"),
        )?;
        if let Body::Admitted {
            how: Admission::Invited,
            ..
        } = body
        {
            self.invited += 1;
            ensure(self.invited <= self.invites || self.lost.is_some(), || {
                format!("I10: {} came in with {} invites", self.invited, self.invites)
            })?;
        }
        self.note(placed);
        self.entries += 1;
        Ok(())
    }

    fn note(&mut self, placed: &PlacedEntry) {
        let entry = &placed.entry;
        self.log.push(Placed {
            hash: placed.hash,
            id: entry.id,
        });
        self.names.insert((entry.author, entry.id));
        if let Some(number) = self.number_of((entry.author, entry.id)) {
            self.newest.insert(entry.author, number);
        }
        match decode_body(&entry.body) {
            Ok(Body::Admitted { member, .. }) => {
                let first = if self.open_history { 1 } else { placed.seq };
                if let Some(node) = self.honest.get(&member).copied() {
                    self.had.insert(node, self.had(node).max(first - 1)); // counts as stored from now on, also after another admission
                }
                let stay = Stay { until: None, first };
                self.members.entry(member).or_default().push(stay);
            }
            Ok(Body::Removed { member }) => {
                let stay = self.members.get_mut(&member).and_then(|stays| stays.last_mut());
                stay.into_iter().for_each(|stay| stay.until = Some(placed.seq));
            }
            Ok(Body::Settings(settings)) => self.open_history = settings.history == History::All,
            _ => {}
        }
    }

    pub(crate) fn is_member(&self, key: &MemberKey) -> bool {
        let stays = self.members.get(key);
        stays
            .and_then(|stays| stays.last())
            .is_some_and(|stay| stay.until.is_none())
    }

    /// Whether somebody may have entry `seq`: from the first place that was theirs to see, until they were removed.
    fn was_member(&self, key: &MemberKey, seq: u64) -> bool {
        let stays = self.members.get(key).map_or(&[][..], Vec::as_slice);
        self.lost.is_some()
            || stays
                .iter()
                .any(|stay| seq >= stay.first && stay.until.is_none_or(|until| seq <= until))
    }
}
