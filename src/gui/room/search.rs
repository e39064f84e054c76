//! What is searched for in one room, and where it was found.

use crate::chat::{Chat, Row};

/// Text that is looked through before a frame is drawn: a few milliseconds. The rest waits for the next frames.
const BYTES_PER_FRAME: usize = 4 << 20;

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
    /// Every row has been looked at once.
    complete: bool,
}

impl RoomSearch {
    /// Looks at what is new since the last time; at everything if something else is searched for. Whether there is more
    /// to look at than fits into a frame.
    pub(crate) fn update(&mut self, chat: &Chat) -> bool {
        let needle = self.query.trim().to_lowercase();
        if !self.open || needle.is_empty() {
            self.forget();
            return false;
        }
        if needle != self.searched {
            self.forget();
            self.searched = needle;
        }
        self.drop_older_than(chat.dropped());
        let nothing_yet = self.matches.is_empty() || !self.complete;
        self.look(chat);
        self.complete = self.next_row == chat.dropped() + chat.rows().len() as u64;
        if nothing_yet {
            self.current = self.matches.len().saturating_sub(1); // the newest match is where people look
        }
        !self.complete
    }

    /// Rows that are no longer kept are found no more.
    fn drop_older_than(&mut self, first: u64) {
        let gone = self.matches.partition_point(|row| *row < first);
        self.matches.drain(..gone);
        self.current = self.current.saturating_sub(gone);
        self.next_row = self.next_row.max(first);
    }

    fn look(&mut self, chat: &Chat) {
        let skip = usize::try_from(self.next_row - chat.dropped()).unwrap_or(usize::MAX);
        let mut bytes = 0;
        for row in chat.rows().range(skip.min(chat.rows().len())..) {
            if bytes >= BYTES_PER_FRAME {
                return;
            }
            if let Row::Message(message) = row {
                bytes += message.text.len();
                if message.text.to_lowercase().contains(&self.searched) {
                    self.matches.push(self.next_row);
                }
            }
            self.next_row += 1;
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
        let current = self.current_row().filter(|_| self.complete);
        (std::mem::replace(&mut self.shown, current) != current).then_some(current)?
    }

    /// Which match one is at, from 1, and how many there are.
    pub(crate) fn place(&self) -> (usize, usize) {
        (self.current + 1, self.matches.len())
    }

    /// Whether something was searched for and not found.
    pub(crate) fn in_vain(&self) -> bool {
        self.complete && self.matches.is_empty()
    }

    fn forget(&mut self) {
        self.matches.clear();
        self.searched.clear();
        self.current = 0;
        self.next_row = 0;
        self.complete = false;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::{BYTES_PER_FRAME, RoomSearch};
    use crate::chat::Chat;
    use crate::proto::{Author, Entry, EntryId, Event, MemberId};
    use crate::worker;

    fn say(chat: &mut Chat, text: &str) {
        let entry = Entry {
            seq: 1,
            id: EntryId([7; 16]),
            author: Author {
                id: MemberId(3),
                name: "Lin".into(),
                plain: true,
            },
            mine: false,
            text: Arc::from(text),
            reply_to: None,
            at: SystemTime::UNIX_EPOCH,
        };
        chat.apply(&worker::Event::Room(Event::Said { entry }), SystemTime::UNIX_EPOCH);
    }

    fn searching(query: &str) -> RoomSearch {
        RoomSearch {
            open: true,
            query: query.to_owned(),
            ..RoomSearch::default()
        }
    }

    #[test]
    fn a_long_transcript_is_searched_over_several_frames_and_begins_at_the_newest_match() {
        let mut chat = Chat::new("Workshop", true);
        let long = format!("needle {}", "x".repeat(BYTES_PER_FRAME / 2));
        for _ in 0..3 {
            say(&mut chat, &long);
        }
        let mut search = searching("NEEDLE");
        assert!(search.update(&chat), "more than a frame's worth");
        assert_eq!(search.take_target(), None, "nowhere to go before everything is known");
        assert!(!search.update(&chat));
        assert_eq!((search.place(), search.take_target()), ((3, 3), Some(2)));
        search.step(true);
        say(&mut chat, "a needle more");
        assert!(!search.update(&chat));
        assert_eq!(
            search.place(),
            (1, 4),
            "news do not move people away from where they are"
        );
    }

    #[test]
    fn matches_that_are_no_longer_kept_are_dropped_and_the_place_stays() {
        let mut chat = Chat::with_limit("Workshop", true, 1 << 20);
        for _ in 0..crate::chat::TRIM_ROWS {
            say(&mut chat, "needle");
        }
        say(&mut chat, "needle");
        let mut search = searching("needle");
        search.update(&chat);
        assert_eq!(search.place(), (1025, 1025));
        say(&mut chat, &"y".repeat(1 << 20));
        search.update(&chat);
        assert_eq!((search.place(), search.take_target()), ((1, 1), Some(1024)));
    }
}
