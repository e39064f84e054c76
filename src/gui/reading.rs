//! What of a room has been read: pure counting, no drawing.

use std::collections::VecDeque;

use crate::chat::{Chat, Row};

/// Which messages of others wait to be read, and where the divider stands.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Row numbers of messages that wait, oldest first.
    unread: VecDeque<u64>,
    /// The first row that has not been looked at here.
    counted_to: u64,
    divider: Option<Divider>,
}

/// Stands above the first message that was new when people came back, until they leave the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Divider {
    row: u64,
    count: usize,
}

/// What came in since the last count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// Messages of others.
    pub(crate) others: usize,
    /// Whether the person at this computer said something.
    pub(crate) mine: bool,
}

impl Reading {
    /// Counts what is new.
    pub(crate) fn count(&mut self, chat: &Chat) -> Arrived {
        let first = chat.dropped();
        while self.unread.front().is_some_and(|row| *row < first) {
            self.unread.pop_front();
        }
        let from = self.counted_to.max(first);
        let skip = usize::try_from(from - first).unwrap_or(usize::MAX);
        let mut arrived = Arrived::default();
        for (row, number) in chat.rows().iter().skip(skip).zip(from..) {
            let Row::Message(message) = row else { continue };
            if message.mine {
                arrived.mine = true;
            } else {
                arrived.others += 1;
                self.unread.push_back(number);
            }
        }
        self.counted_to = first + chat.rows().len() as u64;
        arrived
    }

    /// How many messages wait.
    pub(crate) fn unread(&self) -> usize {
        self.unread.len()
    }

    /// The oldest message that waits.
    pub(crate) fn first_unread(&self) -> Option<u64> {
        self.unread.front().copied()
    }

    /// Puts the divider above the oldest message that waits. One that stands above messages which were read since goes.
    pub(crate) fn divide(&mut self) {
        let Some(row) = self.first_unread() else { return };
        self.divider = Some(Divider {
            row,
            count: self.unread.len(),
        });
    }

    /// How many messages were new at `row`, if the divider stands above it.
    pub(crate) fn divider_at(&self, row: u64) -> Option<usize> {
        self.divider
            .filter(|divider| divider.row == row)
            .map(|divider| divider.count)
    }

    /// Everything up to and with `row` has been seen.
    pub(crate) fn seen(&mut self, row: u64) {
        while self.unread.front().is_some_and(|unread| *unread <= row) {
            self.unread.pop_front();
        }
    }

    /// The person turned to something else: the divider has done its work.
    pub(crate) fn leave(&mut self) {
        self.divider = None;
    }
}
