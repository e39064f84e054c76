//! What is searched for in one room, and where it was found.

use crate::chat::{Chat, Row};

/// The search of one room.
#[derive(Debug, Default)]
pub(crate) struct RoomSearch {
    /// Whether the field is shown.
    pub(crate) open: bool,
    /// What is typed.
    pub(crate) query: String,
    /// Row numbers with a match, oldest first.
    matches: Vec<u64>,
    current: usize,
    shown: Option<u64>,
    searched: String,
    next_row: u64,
}

impl RoomSearch {
    /// Looks at what is new since the last time; everything if something else is searched for.
    pub(crate) fn update(&mut self, chat: &Chat) {
        let needle = self.query.trim().to_lowercase();
        if !self.open || needle.is_empty() {
            self.forget();
            return;
        }
        if needle != self.searched {
            self.forget();
            self.searched = needle;
        }
        let first = chat.dropped();
        self.matches.retain(|row| *row >= first);
        let start = self.next_row.max(first);
        let skip = usize::try_from(start - first).unwrap_or(usize::MAX);
        let found_before = self.matches.len();
        for (row, number) in chat.rows().iter().skip(skip).zip(start..) {
            if contains(row, &self.searched) {
                self.matches.push(number);
            }
        }
        self.next_row = first + chat.rows().len() as u64;
        if found_before == 0 {
            self.current = self.matches.len().saturating_sub(1); // the newest match is where people look
        }
    }

    /// Goes to the next match in time, or to the one before; round at the ends.
    pub(crate) fn step(&mut self, forward: bool) {
        let count = self.matches.len();
        if count > 0 {
            let step = if forward { 1 } else { count - 1 };
            self.current = (self.current + step) % count;
        }
    }

    /// Ends the search.
    pub(crate) fn close(&mut self) {
        self.open = false;
        self.query.clear();
        self.forget();
    }

    /// What is searched for, in small letters; empty if nothing is.
    pub(crate) fn needle(&self) -> &str {
        &self.searched
    }

    /// The number of the row of the match one is at.
    fn current_row(&self) -> Option<u64> {
        self.matches.get(self.current).copied()
    }

    /// The number of the row to go to, once for every match one comes to.
    pub(crate) fn take_target(&mut self) -> Option<u64> {
        let current = self.current_row();
        (std::mem::replace(&mut self.shown, current) != current).then_some(current)?
    }

    /// Which match one is at, from 1, and how many there are.
    pub(crate) fn place(&self) -> (usize, usize) {
        (self.current + 1, self.matches.len())
    }

    /// Whether something was searched for and not found.
    pub(crate) fn in_vain(&self) -> bool {
        !self.searched.is_empty() && self.matches.is_empty()
    }

    fn forget(&mut self) {
        self.matches.clear();
        self.searched.clear();
        self.current = 0;
        self.next_row = 0;
    }
}

fn contains(row: &Row, needle: &str) -> bool {
    match row {
        Row::Message(message) => message.text.to_lowercase().contains(needle),
        _ => false,
    }
}
