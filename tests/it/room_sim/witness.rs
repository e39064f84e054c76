//! What a guest owes its person whatever its host does: asked of every guest, also of one whose host lies.
//!
//! Not asked under a lying host is what only a host can keep: that an acknowledged entry stays (I1, I2), that all copies agree (I6: two of them that do not must
//! prove the lie instead), that only members hear something (I10), that an author's words keep their order and come through (I8, I15). A lie that
//! leaves nothing signed behind must not last, though: once it is over, I15 is asked again.

use std::collections::{BTreeMap, BTreeSet};

use landline::proto::identity::{MemberKey, Signature};
use landline::proto::log::{Batch, Body, Change, Hash, PlacedEntry};
use landline::proto::wire::decode_body;
use landline::proto::{EntryId, Event, MemberId};

use super::checker::{Violation, ensure};
use super::image::Image;
use super::node::Node;

/// What guests have said, heard and shown.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    /// What honest people have written.
    written: BTreeMap<(MemberKey, EntryId), Signature>,
    /// Of these, what is no message: nobody is told how far it is.
    silent: BTreeSet<EntryId>,
    /// Own entries that a guest has shown as refused.
    refused: BTreeSet<EntryId>,
    /// Where own messages are acknowledged, last.
    sent: BTreeMap<EntryId, u64>,
    /// Under which number a guest has shown whose words.
    faces: BTreeMap<(usize, MemberId), MemberKey>,
}

impl Witness {
    /// Something is about to be written to the outbox.
    pub(crate) fn asked(&mut self, batch: &Batch) -> Result<(), Violation> {
        for change in &batch.changes {
            if let Change::Queue(entry) = change {
                let name = (entry.author, entry.id);
                let body = decode_body(&entry.body).unwrap_or(Body::Unknown);
                if !matches!(body, Body::Message { .. }) {
                    self.silent.insert(entry.id);
                }
                let first = self.written.entry(name).or_insert(entry.signature);
                ensure(*first == entry.signature, || {
                    format!("I4: two things are called {}", entry.id)
                })?;
            }
        }
        Ok(())
    }

    /// A guest's disk holds a batch.
    pub(crate) fn kept(&self, node: usize, me: MemberKey, image: &Image, batch: &Batch) -> Result<(), Violation> {
        for change in &batch.changes {
            let Change::Unqueue(id) = change else {
                continue;
            };
            // Somebody who was let in again does not see where their earlier words stand.
            let sent = self.sent.get(id).is_some_and(|seq| (1..=image.floor()).contains(seq));
            let before = sent || image.floor() > 0 && self.silent.contains(id);
            let known = image.has(me, *id) || self.refused.contains(id) || before;
            ensure(known, || format!("I11: {id} has left {node}'s outbox, and is nowhere"))?;
        }
        let told = image.head.and_then(|head| Some((head, image.hash_at(head.seq)?)));
        ensure(told.is_none_or(|(head, hash)| head.hash == hash), || {
            format!("I6: {node} has something else than its host has signed")
        })
    }

    /// What a guest takes is its author's, and follows. Where the host is honest its own log, which was looked at, says as much.
    pub(crate) fn genuine(
        &self,
        node: usize,
        image: &Image,
        placed: &PlacedEntry,
        honest: &BTreeMap<MemberKey, usize>,
    ) -> Result<(), Violation> {
        let (seq, entry) = (placed.seq, &placed.entry);
        ensure(entry.is_genuine(), || {
            format!("I9: {node} takes {seq}, which is not signed by its author")
        })?;
        let guest = honest.get(&entry.author).is_some_and(|author| *author > 0);
        let written = self.written.get(&(entry.author, entry.id)) == Some(&entry.signature);
        ensure(!guest || written, || {
            format!("I9: {node} takes {seq}, which nobody has written")
        })?;
        let here = image.at(seq).is_some_and(|here| here.hash == placed.hash);
        let follows = image.hash_at(seq - 1).is_some_and(|before| placed.follows(&before));
        ensure(!here || follows, || {
            format!("I7: what {node} has at {seq} does not follow")
        })
    }

    /// A person sees something.
    pub(crate) fn saw(&mut self, node: usize, image: &Image, event: &Event) -> Result<(), Violation> {
        match event {
            Event::Said { entry } if node > 0 => {
                let placed = image.at(entry.seq).filter(|placed| placed.entry.id == entry.id);
                let key = placed.map(|placed| placed.entry.author);
                let host = image.kept.as_ref().map(|kept| kept.host);
                if entry.author.plain {
                    return ensure(key.is_none() || key == host, || {
                        format!("I9: {node} is told by a member what a plain guest says")
                    });
                }
                let Some(key) = key else {
                    return Ok(());
                };
                let face = *self.faces.entry((node, entry.author.id)).or_insert(key);
                ensure(face == key, || {
                    format!(
                        "I9: {node} shows the words of two people as those of {}",
                        entry.author.id
                    )
                })
            }
            Event::Sent { id, seq, .. } => {
                self.sent.insert(*id, *seq);
                Ok(())
            }
            Event::Refused { id, .. } => {
                self.refused.insert(*id);
                Ok(())
            }
            Event::NewEpoch => {
                self.started(node);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A guest's program has started, or begins another history.
    pub(crate) fn started(&mut self, node: usize) {
        self.faces.retain(|(other, _), _| *other != node);
    }

    /// Guests that have all that was signed for them compare it: two copies that differ prove that their host tells two stories.
    pub(crate) fn compare(nodes: &[Node]) -> Result<(), Violation> {
        for (number, one) in nodes.iter().enumerate().skip(1) {
            for (other_number, other) in nodes.iter().enumerate().skip(number + 1) {
                let differ = Self::differ(&one.image, &other.image);
                ensure(!differ || Self::is_proven(&one.image, &other.image), || {
                    format!("I6: {number} and {other_number} have been told two stories, and cannot prove it")
                })?;
            }
        }
        Ok(())
    }

    /// Whether two copies of one history differ. Where they do they differ to the end, as every hash covers all before.
    fn differ(one: &Image, other: &Image) -> bool {
        let epoch = |image: &Image| image.kept.as_ref().map(|kept| kept.epoch);
        let last = one.last().min(other.last());
        let both: Option<(Hash, Hash)> = one.hash_at(last).zip(other.hash_at(last));
        let caught_up = |image: &Image| image.head.is_some_and(|head| head.seq <= image.last());
        let began = last > one.floor() && last > other.floor();
        let comparable = caught_up(one) && caught_up(other) && epoch(one) == epoch(other) && began;
        comparable && both.is_some_and(|(one, other)| one != other)
    }

    /// Whether the older one of two heads contradicts the copy that the newer one is on.
    fn is_proven(one: &Image, other: &Image) -> bool {
        let (Some(first), Some(second)) = (one.head, other.head) else {
            return false;
        };
        let (older, copy) = match first.seq <= second.seq {
            true => (first, other),
            false => (second, one),
        };
        copy.hash_at(older.seq).is_none_or(|hash| hash != older.hash)
    }
}
