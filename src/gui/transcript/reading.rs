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
    /// The last row that was seen.
    seen: Option<u64>,
    /// Messages up to a place were here before, and so many of them wait.
    past: Option<Past>,
    /// Nothing has been waiting since the divider was put up.
    caught_up: bool,
}

/// Stands above the first message that was new when people came back, until they leave the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Divider {
    row: u64,
    count: usize,
}

/// What was kept of a room before it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Past {
    /// The newest place.
    pub(crate) last: u64,
    /// How many messages up to it nobody has read.
    pub(crate) unread: usize,
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
            let past = self.past.filter(|past| message.seq.is_some_and(|seq| seq <= past.last));
            match (message.mine, past) {
                (true, None) => arrived.mine = true,
                (true, Some(_)) => {}
                (false, None) => {
                    arrived.others += 1;
                    self.unread.push_back(number);
                }
                (false, Some(past)) => {
                    self.unread.push_back(number);
                    if self.unread.len() > past.unread {
                        self.unread.pop_front();
                    }
                }
            }
        }
        self.counted_to = first + chat.rows().len() as u64;
        arrived
    }

    /// What was here before the room was opened.
    pub(crate) fn remember(&mut self, past: Past) {
        self.past = Some(past);
    }

    /// The last row that was seen.
    pub(crate) fn seen_to(&self) -> Option<u64> {
        self.seen
    }

    /// How many messages wait.
    pub(crate) fn unread(&self) -> usize {
        self.unread.len()
    }

    /// The oldest message that waits.
    pub(crate) fn first_unread(&self) -> Option<u64> {
        self.unread.front().copied()
    }

    /// Puts the divider above the oldest message that waits.
    pub(crate) fn divide(&mut self) {
        let Some(row) = self.first_unread() else { return };
        self.caught_up = false;
        self.divider = Some(Divider {
            row,
            count: self.unread.len(),
        });
    }

    /// Puts the divider above what comes in while nobody looks. One above messages that still wait stays where it is.
    pub(crate) fn divide_news(&mut self) {
        let counting = self
            .divider
            .is_some_and(|divider| Some(divider.row) == self.first_unread());
        if self.divider.is_none() || self.caught_up || counting {
            self.divide();
        }
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
        self.seen = self.seen.max(Some(row));
        self.caught_up |= self.unread.is_empty();
    }

    /// The person turned to something else: the divider has done its work.
    pub(crate) fn leave(&mut self) {
        self.divider = None;
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;

    /// Rows `rows` are messages of others that wait.
    fn waiting(reading: &mut Reading, rows: std::ops::Range<u64>) {
        reading.unread.extend(rows);
    }

    #[test]
    fn the_divider_stays_until_everything_was_read_and_something_new_came() {
        let mut reading = Reading::default();
        waiting(&mut reading, 5..8);
        reading.divide();
        assert_eq!(reading.divider_at(5), Some(3));
        reading.seen(6);
        waiting(&mut reading, 8..9);
        reading.divide_news();
        assert_eq!(
            (reading.divider_at(5), reading.unread()),
            (Some(3), 2),
            "some still wait"
        );
        reading.seen(8);
        reading.divide_news();
        assert_eq!(reading.divider_at(5), Some(3), "nothing new");
        waiting(&mut reading, 20..22);
        reading.divide_news();
        waiting(&mut reading, 22..23);
        reading.divide_news();
        assert_eq!((reading.divider_at(5), reading.divider_at(20)), (None, Some(3)));
        reading.leave();
        assert_eq!(reading.divider_at(20), None);
    }
}
