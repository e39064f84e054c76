//! Which entry stands where: so that nothing is taken twice, and nobody changes another's words.
//!
//! About 70 bytes an entry, for host and guest alike: a million entries are 70 MB.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use super::log::Target;
use super::{EntryId, MemberId};

/// The entries of one copy of the log, by place and by name.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The place before the first entry.
    floor: u64,
    places: VecDeque<(MemberId, EntryId)>,
    seqs: BTreeMap<(MemberId, EntryId), u64>,
    /// Where everybody's newest entry stands.
    newest: BTreeMap<MemberId, u64>,
}

impl Index {
    /// The entries after `floor`, in any order; what does not follow without a gap is left out.
    pub(super) fn new(floor: u64, entries: &[(MemberId, EntryId, u64)]) -> Self {
        let mut sorted = Cow::Borrowed(entries);
        if !entries.is_sorted_by_key(|(.., seq)| *seq) {
            sorted.to_mut().sort_by_key(|(.., seq)| *seq);
        }
        let mut places = VecDeque::with_capacity(entries.len());
        for (author, id, seq) in sorted.iter() {
            if *seq == floor + places.len() as u64 + 1 {
                places.push_back((*author, *id));
            }
        }
        // Built at once: a million that are put in one by one take seconds.
        let placed = || places.iter().copied().zip(floor + 1..);
        Self {
            floor,
            seqs: placed().collect(),
            newest: placed().map(|((author, _), seq)| (author, seq)).collect(),
            places,
        }
    }

    /// Notes the next entry. One that is not the next is not noted.
    pub(super) fn push(&mut self, seq: u64, author: MemberId, id: EntryId) {
        if seq == self.last() + 1 {
            self.places.push_back((author, id));
            self.seqs.insert((author, id), seq);
            self.newest.insert(author, seq);
        }
    }

    /// The newest place.
    pub(super) fn last(&self) -> u64 {
        self.floor + self.places.len() as u64
    }

    /// The place before the first.
    pub(super) fn floor(&self) -> u64 {
        self.floor
    }

    /// Where an author's entry stands.
    pub(super) fn seq_of(&self, author: MemberId, id: EntryId) -> Option<u64> {
        self.seqs.get(&(author, id)).copied()
    }

    /// Whether somebody has written anything after a place.
    pub(super) fn wrote_after(&self, author: MemberId, seq: u64) -> bool {
        self.newest.get(&author).is_some_and(|newest| *newest > seq)
    }

    /// Who wrote the entry at a place, and what it is called.
    pub(super) fn at(&self, seq: u64) -> Option<(MemberId, EntryId)> {
        let place = usize::try_from(seq.checked_sub(self.floor + 1)?).ok()?;
        self.places.get(place).copied()
    }

    /// The entry at a place, as others name it.
    pub(super) fn target(&self, seq: u64) -> Option<Target> {
        self.at(seq).map(|(_, id)| Target { seq, id })
    }

    /// Who wrote what is meant; `None`: there is no such entry.
    pub(super) fn author_of(&self, target: Target) -> Option<MemberId> {
        self.at(target.seq)
            .filter(|(_, id)| *id == target.id)
            .map(|(author, _)| author)
    }
}
