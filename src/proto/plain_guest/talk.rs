//! What is said on a plain line, as its guest sees it.

use std::sync::Arc;
use std::time::SystemTime;

use rand_chacha::rand_core::RngCore as _;

use super::{PlainGuest, is_empty};
use crate::proto::connection::Line;
use crate::proto::plain::writer::Rendered;
use crate::proto::plain::{BYE, Incoming};
use crate::proto::{Author, Entry, EntryId, Event, LeaveReason, LineId, MemberId, Notice, Now};
use crate::text;

impl PlainGuest {
    /// What the host has sent, message by message.
    pub(super) fn take_in(&mut self, now: Now, line: LineId, incoming: Vec<Incoming>) {
        for incoming in incoming {
            if !self.lines.get(line).is_some_and(Line::is_listening) {
                return;
            }
            match incoming {
                Incoming::Message(text) if text == BYE => self.part(now, line, LeaveReason::Bye),
                Incoming::Message(text) => self.entry(now, &text),
                Incoming::Cut(text) => {
                    self.entry(now, &text);
                    if let Some(member) = self.room.member(MemberId::HOST).cloned() {
                        self.notice(Notice::MessageCut { member });
                    }
                }
                Incoming::Endless => self.lose(line, LeaveReason::Endless),
            }
        }
    }

    fn entry(&mut self, now: Now, text: &str) {
        let text: Arc<str> = text::clean_message(text).into();
        let Some(author) = self.room.member(MemberId::HOST).map(|member| member.author.clone()) else {
            return;
        };
        if !is_empty(&text) {
            let entry = self.next_entry(author, false, text, now.wall);
            self.events.push_back(Event::Said { entry });
        }
    }

    /// Words of the person at this computer that can go out.
    pub(super) fn say(&mut self, now: Now, text: Arc<str>) {
        let Some(author) = self.room.member(Self::ME).map(|member| member.author.clone()) else {
            return;
        };
        let entry = self.next_entry(author, true, Arc::clone(&text), now.wall);
        let (seq, id) = (entry.seq, entry.id);
        self.events.push_back(Event::Said { entry });
        let listening = self.lines.iter().find(|(_, line)| line.is_listening());
        let line = listening.map(|(line, _)| line);
        self.outbox.begin(seq, id, Arc::clone(&text));
        match line {
            Some(line) => self.send(now, line, &text, seq),
            None => self.settle_own(vec![seq], false),
        }
    }

    /// Words of the person for the host; `own` is their number.
    fn send(&mut self, now: Now, line: LineId, text: &str, own: u64) {
        let limits = &self.config.limits;
        let beyond = self.lines.change(now.monotonic, line, |peer| {
            let rendered = Rendered::message("", text, peer.style());
            peer.send(now.monotonic, &rendered, Some(own), limits);
            peer.is_beyond_hard_limit(limits)
        });
        if beyond == Some(true) {
            self.lose(line, LeaveReason::TooSlow);
        }
    }

    fn next_entry(&mut self, author: Author, mine: bool, text: Arc<str>, at: SystemTime) -> Entry {
        self.last_seq += 1;
        Entry {
            seq: self.last_seq,
            id: self.next_id(),
            author,
            mine,
            text,
            reply_to: None,
            at,
        }
    }

    /// An id for the next entry of this computer, from the seed.
    pub(super) fn next_id(&mut self) -> EntryId {
        let mut id = [0; 16];
        self.ids.fill_bytes(&mut id);
        EntryId(id)
    }
}
