//! The rows that are kept, and which of them are on their way.

use std::collections::{BTreeMap, VecDeque};
use std::time::SystemTime;

use super::TRIM_ROWS;
use super::row::{Delivery, Message, Row};
use crate::proto::EntryId;

/// Rows in the order of the log; behind them own messages that have no place in it yet.
#[derive(Debug, Clone)]
pub(super) struct Transcript {
    rows: VecDeque<Row>,
    /// How many rows at the end have no place in the log yet.
    queued: usize,
    dropped: u64,
    /// The number of the first row of this history: places are looked for from here on.
    epoch: u64,
    /// The rows of own messages that the operating system has not taken (plain text), by number.
    sending: BTreeMap<EntryId, u64>,
    /// The rows of own messages that did not go out, by number.
    refused: BTreeMap<EntryId, u64>,
    /// The number of the newest message's row, apart from those that are queued.
    last_message: Option<u64>,
    text_bytes: usize,
    max_text_bytes: usize,
}

impl Transcript {
    pub(super) fn new(max_text_bytes: usize) -> Self {
        Self {
            rows: VecDeque::new(),
            queued: 0,
            dropped: 0,
            epoch: 0,
            sending: BTreeMap::new(),
            refused: BTreeMap::new(),
            last_message: None,
            text_bytes: 0,
            max_text_bytes,
        }
    }

    pub(super) fn rows(&self) -> &VecDeque<Row> {
        &self.rows
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The newest row that has its place.
    pub(super) fn newest_mut(&mut self) -> Option<&mut Row> {
        let placed = self.rows.len() - self.queued;
        self.rows.get_mut(placed.checked_sub(1)?)
    }

    pub(super) fn last_message(&self) -> Option<&Message> {
        if self.queued > 0 {
            return self.rows.back()?.message();
        }
        self.rows.get(self.index(self.last_message?)?)?.message()
    }

    /// Puts a row behind those that have their place.
    pub(super) fn push(&mut self, row: Row) {
        let index = self.rows.len() - self.queued;
        let number = self.dropped + index as u64;
        if let Row::Message(message) = &row {
            self.last_message = Some(number);
            match message.delivery {
                Delivery::Sending => drop(self.sending.insert(message.id, number)),
                Delivery::Refused(_) => drop(self.refused.insert(message.id, number)),
                _ => {}
            }
        }
        self.text_bytes += row.text_bytes();
        self.rows.insert(index, row);
        self.trim();
    }

    /// Another history begins.
    pub(super) fn begin_epoch(&mut self, at: SystemTime) {
        if self.rows.len() > self.queued {
            self.push(Row::NewEpoch { at });
        }
        self.epoch = self.dropped + (self.rows.len() - self.queued) as u64;
    }

    /// Puts an own message at the very end: it has no place yet.
    pub(super) fn queue(&mut self, message: Message) {
        let row = Row::Message(message);
        self.text_bytes += row.text_bytes();
        self.rows.push_back(row);
        self.queued += 1;
    }

    /// Takes a message out that has no place yet.
    pub(super) fn take_queued(&mut self, id: EntryId) -> Option<Message> {
        let index = self.queued_index(id)?;
        let row = self.rows.remove(index)?;
        self.text_bytes -= row.text_bytes();
        self.queued -= 1;
        match row {
            Row::Message(message) => Some(message),
            _ => None,
        }
    }

    /// A message that has no place yet.
    pub(super) fn queued_mut(&mut self, id: EntryId) -> Option<&mut Message> {
        let index = self.queued_index(id)?;
        self.rows.get_mut(index)?.message_mut()
    }

    /// How far a message got that the operating system had not taken; whether it was on its way.
    pub(super) fn deliver(&mut self, id: EntryId, delivery: Delivery) -> bool {
        let Some(number) = self.sending.remove(&id) else {
            return false;
        };
        let index = self.index(number);
        if let Some(message) = index
            .and_then(|index| self.rows.get_mut(index))
            .and_then(Row::message_mut)
        {
            message.delivery = delivery;
            if matches!(delivery, Delivery::Refused(_)) {
                self.refused.insert(id, number);
            }
        }
        true
    }

    /// Takes a message out that did not go out.
    pub(super) fn take_refused(&mut self, id: EntryId) -> Option<Message> {
        let number = self.refused.remove(&id)?;
        let row = self.rows.remove(self.index(number)?)?;
        self.text_bytes -= row.text_bytes();
        let later = self.sending.values_mut().chain(self.refused.values_mut());
        for other in later.filter(|other| **other > number) {
            *other -= 1;
        }
        self.epoch -= u64::from(self.epoch > number);
        let placed = self.rows.len() - self.queued;
        let newest = (0..placed).rfind(|index| self.rows[*index].message().is_some());
        self.last_message = newest.map(|index| self.dropped + index as u64);
        match row {
            Row::Message(message) => Some(message),
            _ => None,
        }
    }

    /// The message at a place of the log, if it is still kept.
    pub(super) fn at_place(&mut self, seq: u64) -> Option<&mut Message> {
        let index = self.find(seq)?;
        self.rows.get_mut(index)?.message_mut()
    }

    /// Its row's index. Messages stand in the order of their places; rows of other kinds stand between them.
    pub(super) fn find(&self, seq: u64) -> Option<usize> {
        let (mut low, mut high) = (self.index(self.epoch).unwrap_or(0), self.rows.len() - self.queued);
        while low < high {
            let middle = low + (high - low) / 2;
            let (index, place) = self.next_place(middle, high).unwrap_or((high, u64::MAX));
            if place == seq {
                return Some(index);
            }
            if place < seq {
                low = index + 1;
            } else {
                high = middle;
            }
        }
        None
    }

    /// More or fewer bytes than before in a row that is kept.
    pub(super) fn resized(&mut self, before: usize, after: usize) {
        self.text_bytes = self.text_bytes - before + after;
        self.trim();
    }

    fn next_place(&self, from: usize, to: usize) -> Option<(usize, u64)> {
        (from..to).find_map(|index| Some((index, self.rows[index].message()?.seq?)))
    }

    fn queued_index(&self, id: EntryId) -> Option<usize> {
        let first = self.rows.len() - self.queued;
        (first..self.rows.len()).find(|index| self.rows[*index].message().is_some_and(|message| message.id == id))
    }

    fn index(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.dropped)?).ok()
    }

    fn trim(&mut self) {
        if self.text_bytes <= self.max_text_bytes {
            return;
        }
        let placed = self.rows.len() - self.queued;
        for row in self.rows.drain(..TRIM_ROWS.min(placed.saturating_sub(1))) {
            self.text_bytes -= row.text_bytes();
            self.dropped += 1;
        }
    }
}
