//! Plain guests: people without keys, whom the host vouches for having heard.

use std::net::SocketAddr;
use std::sync::Arc;

use super::core::{Core, Out, State};
use super::sequencer::{Then, Work};
use crate::proto::identity::MemberKey;
use crate::proto::log::Body;
use crate::proto::message::PresenceState;
use crate::proto::plain::MAX_MESSAGE_BYTES;
use crate::proto::room::NameRefusal;
use crate::proto::{Event, LeaveReason, LineId, Member, MemberId, Notice, Now};
use crate::text;

/// What a plain guest is told whose words are not taken.
pub(super) const NOT_TAKEN: &str = "your message was not taken, please try again later";

/// Whether a plain guest may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// They are in.
    Open,
    /// The room is full.
    Full,
    /// The room takes no plain text.
    NoPlainText,
}

impl Core {
    /// Somebody without a key wants to come in.
    pub fn handle_plain(&mut self, now: Now, line: LineId, address: SocketAddr) -> Entrance {
        let entrance = if self.kept.settings.plain.is_none() || self.state != State::Open {
            Entrance::NoPlainText
        } else if self.present() >= self.config.limits.max_lines {
            Entrance::Full
        } else {
            Entrance::Open
        };
        let notice = match entrance {
            Entrance::Open => {
                self.admit_plain(now, line, address);
                return entrance;
            }
            Entrance::Full => Notice::RoomFull { address },
            Entrance::NoPlainText => Notice::PlainRefused { address },
        };
        if self.refusals.mention(now.monotonic, address.ip()) {
            self.notice(notice);
        }
        entrance
    }

    fn admit_plain(&mut self, now: Now, line: LineId, address: SocketAddr) {
        let member = self.room.add_plain_guest(address);
        let id = member.author.id;
        self.plain_lines.insert(line, id);
        self.presence(now, id, None, &member.author.name, PresenceState::Here);
        self.events.push_back(Event::Joined { member }); // at once: what is stored next is heard by them
    }

    /// A plain guest says something.
    pub fn handle_words(&mut self, now: Now, line: LineId, words: &str) {
        let text = text::clean_message(words);
        let Some(member) = self.plain_member(line).filter(|_| !text.trim().is_empty()) else {
            return;
        };
        if self.guard.is_on() || self.sequencer.is_full() || self.state != State::Open {
            return self.tell(line, NOT_TAKEN);
        }
        // One entry has less place than one message of GBK may need.
        for part in parts(&text) {
            let body = Body::Vouched {
                id: member.author.id,
                name: Arc::clone(&member.author.name),
                text: part.into(),
            };
            self.write(now, body, Then::Vouched { line });
        }
        self.settle(now);
    }

    /// A plain guest wants to be called something.
    pub fn handle_wish(&mut self, now: Now, line: LineId, wish: &str) {
        let Some(id) = self.plain_lines.get(&line).copied() else {
            return;
        };
        let renamed = self.room.rename(id, wish);
        let Some(member) = self.plain_member(line) else {
            return;
        };
        match renamed {
            Ok(Some(previous)) => {
                self.presence(now, id, None, &member.author.name, PresenceState::Here);
                self.tell_room(now, Event::Renamed { member, previous });
            }
            Ok(None) => {}
            Err(refusal) => {
                let why = match refusal {
                    NameRefusal::Empty => "this is no name",
                    NameRefusal::Misleading => "this name would mislead others",
                    NameRefusal::Taken => "this name is taken or looks like another member's",
                };
                self.tell(line, &format!("{why}, you are still {}", member.author.name));
                let notice = Notice::NameRefused { member };
                self.tell_room(now, Event::Notice { notice });
            }
        }
    }

    /// A plain guest's message was cut, and they were told.
    pub fn handle_cut(&mut self, now: Now, line: LineId) {
        if let Some(member) = self.plain_member(line) {
            let notice = Notice::MessageCut { member };
            self.tell_room(now, Event::Notice { notice });
        }
    }

    /// A plain guest is gone, like this.
    pub fn handle_plain_gone(&mut self, now: Now, line: LineId, how: LeaveReason) {
        let Some(member) = self.plain_lines.remove(&line).and_then(|id| self.room.remove(id)) else {
            return;
        };
        let state = Self::presence_of(how);
        self.presence(now, member.author.id, None, &member.author.name, state);
        self.tell_room(now, Event::Left { member, reason: how });
    }

    /// The host lets a plain guest out.
    pub(super) fn part_plain(&mut self, now: Now, line: LineId, how: LeaveReason) {
        self.handle_plain_gone(now, line, how);
        self.out.push_back(Out::Part(line));
    }

    /// Settings have changed: plain text is taken from now on, or not any more.
    pub(super) fn plain_changed(&mut self, now: Now, before: bool) {
        match (before, self.kept.settings.plain.is_some()) {
            (false, true) => self.notice(Notice::PlainText),
            (true, false) => {
                for line in self.plain_lines.keys().copied().collect::<Vec<_>>() {
                    self.part_plain(now, line, LeaveReason::Removed);
                }
            }
            _ => {}
        }
    }

    /// A member's name is theirs: nobody without a key is called so, or nearly so, any more.
    pub(super) fn reserve_name(&mut self, now: Now, key: &MemberKey) {
        let member = self.projection.id_of(key).and_then(|id| self.projection.member(id));
        let Some(author) = member.map(|member| member.author) else {
            return;
        };
        for (member, previous) in self.room.reserve(author.id, &author.name) {
            self.presence(now, member.author.id, None, &member.author.name, PresenceState::Here);
            self.tell_room(now, Event::Renamed { member, previous });
        }
    }

    /// A fact about plain guests, in its order with their words.
    fn tell_room(&mut self, now: Now, event: Event) {
        match self.state {
            State::Over => {}
            _ if self.sequencer.is_idle() => self.events.push_back(event),
            _ => {
                self.sequencer.push(Work::Tell(event));
                self.settle(now);
            }
        }
    }

    fn plain_member(&self, line: LineId) -> Option<Member> {
        let id: MemberId = *self.plain_lines.get(&line)?;
        self.room.member(id).cloned()
    }
}

/// A text in parts of which each is short enough for an entry, cut between characters.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.floor_char_boundary(MAX_MESSAGE_BYTES));
        parts.push(part);
        rest = after;
    }
    parts
}
