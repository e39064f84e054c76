//! The end of the log, as far as those who are in have not been sent it. Mostly that is nothing. Entries that say no more than who has become a
//! member are gathered here: nobody waits for them but the one who comes in and gets them with the welcome, and a crowd that comes
//! one after another would cost each of those who are in a message for each of those who come. Anything else takes all of it along.

use std::time::{Duration, Instant};

use crate::proto::log::PlacedEntry;
use crate::proto::message::MAX_PAGE_ENTRIES;
use crate::proto::wire::entries_of_a_page;

/// How long they are gathered: nobody sees the difference. No longer in large rooms, other than states: until then only the host and
/// the newcomer have the entry.
const GATHER: Duration = Duration::from_millis(200);

/// What is in the log, and those who are in have not been sent yet.
#[derive(Debug, Default)]
pub(super) struct Unspread {
    entries: Vec<PlacedEntry>,
    since: Option<Instant>,
}

impl Unspread {
    pub(super) fn add(&mut self, now: Instant, entries: Vec<PlacedEntry>) {
        if !entries.is_empty() {
            self.entries.extend(entries);
            self.since.get_or_insert(now);
        }
    }

    /// All of it from a place on, if that is one page: nobody has to read it from the disk.
    pub(super) fn page(&self, from: u64) -> Option<Vec<PlacedEntry>> {
        let first = self.entries.iter().position(|placed| placed.seq == from)?;
        let rest = &self.entries[first..];
        let is_page = rest.len() <= MAX_PAGE_ENTRIES && entries_of_a_page(rest) == rest.len();
        is_page.then(|| rest.to_vec())
    }

    /// Takes all of it, in order.
    pub(super) fn take(&mut self) -> Vec<PlacedEntry> {
        self.since = None;
        std::mem::take(&mut self.entries)
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.since.and_then(|since| since.checked_add(GATHER))
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next_deadline().is_some_and(|due| due <= now)
    }
}
