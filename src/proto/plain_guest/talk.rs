//! What is said in a room: who hears it, what is a command, and what goes to one line only.

use std::sync::Arc;
use std::time::SystemTime;

use rand_chacha::rand_core::RngCore as _;

use super::{INFORMATION, NAME_COMMAND, PlainGuest, Role, is_empty};
use crate::proto::connection::Line;
use crate::proto::plain::writer::{Rendered, Style};
use crate::proto::plain::{BYE, Incoming, MAX_MESSAGE_BYTES};
use crate::proto::room::NameRefusal;
use crate::proto::{Author, Entry, EntryId, Event, LeaveReason, LineId, MemberId, Notice, Now};
use crate::text;

impl PlainGuest {
    /// What a peer has sent, message by message.
    pub(super) fn take_in(&mut self, now: Now, line: LineId, incoming: Vec<Incoming>) {
        for incoming in incoming {
            let Some(member) = self.open_member(line) else {
                return;
            };
            match incoming {
                Incoming::Message(text) => self.hear(now, line, member, &text),
                Incoming::Cut(text) => {
                    self.entry(now, line, member, &text);
                    self.tell_of_cut(now, line, member);
                }
                Incoming::Endless => self.lose(line, LeaveReason::Endless),
            }
        }
    }

    /// A whole message of a member: a command, or words.
    fn hear(&mut self, now: Now, line: LineId, member: MemberId, text: &str) {
        let host = matches!(self.role, Role::Host(_));
        match text.strip_prefix(NAME_COMMAND) {
            _ if text == BYE => self.part(now, line, Some(LeaveReason::Bye)),
            Some(wish) if host && (wish.is_empty() || wish.starts_with(' ')) => self.rename(now, line, member, wish),
            _ => self.entry(now, line, member, text),
        }
    }

    fn entry(&mut self, now: Now, line: LineId, member: MemberId, text: &str) {
        let text: Arc<str> = text::clean_message(text).into();
        let Some(author) = self.room.member(member).map(|member| member.author.clone()) else {
            return;
        };
        if is_empty(&text) {
            return;
        }
        let prefix = format!("{}: ", author.name);
        let entry = self.next_entry(author, false, Arc::clone(&text), now.wall);
        self.events.push_back(Event::Said { entry });
        if matches!(self.role, Role::Host(_)) {
            let (_, too_slow) = self.spread(now, &prefix, &text, Some(line), None);
            self.part_with(too_slow);
        }
    }

    fn tell_of_cut(&mut self, now: Now, line: LineId, member: MemberId) {
        if matches!(self.role, Role::Host(_)) {
            let sentence = format!("your message was longer than {MAX_MESSAGE_BYTES} bytes, the rest was cut off");
            self.tell(now, line, INFORMATION, &sentence);
        }
        if let Some(member) = self.room.member(member).cloned() {
            self.notice(Notice::MessageCut { member });
        }
    }

    fn rename(&mut self, now: Now, line: LineId, id: MemberId, wish: &str) {
        let renamed = self.room.rename(id, wish);
        let Some(member) = self.room.member(id).cloned() else {
            return;
        };
        match renamed {
            Ok(Some(previous)) => self.events.push_back(Event::Renamed { member, previous }),
            Ok(None) => {}
            Err(refusal) => {
                let why = match refusal {
                    NameRefusal::Empty => "this is no name",
                    NameRefusal::Misleading => "this name would mislead others",
                    NameRefusal::Taken => "this name is taken or looks like another member's",
                };
                let sentence = format!("{why}, you are still {}", member.author.name);
                self.tell(now, line, INFORMATION, &sentence);
                self.notice(Notice::NameRefused { member });
            }
        }
    }

    /// Words of the person at this computer that can go out.
    pub(super) fn say(&mut self, now: Now, text: Arc<str>) {
        let me = match self.role {
            Role::Host(_) => MemberId::HOST,
            Role::Guest(_) => Self::ME_AS_GUEST,
        };
        let Some(author) = self.room.member(me).map(|member| member.author.clone()) else {
            return;
        };
        let entry = self.next_entry(author, true, Arc::clone(&text), now.wall);
        let (seq, id) = (entry.seq, entry.id);
        self.events.push_back(Event::Said { entry });
        let (lines, too_slow) = self.spread(now, "", &text, None, Some(seq));
        self.events.extend(self.outbox.begin(seq, id, text, lines));
        self.part_with(too_slow);
    }

    /// One message to all lines but its author's, made once for each style. How many have it, and which of them are so far
    /// behind that they must go.
    fn spread(
        &mut self,
        now: Now,
        prefix: &str,
        text: &str,
        except: Option<LineId>,
        own: Option<u64>,
    ) -> (usize, Vec<LineId>) {
        let mut made: [Option<Arc<Rendered>>; Style::COUNT] = Default::default();
        let (mut lines, mut too_slow) = (0, Vec::new());
        let limits = self.role.limits();
        self.lines.for_each(now.monotonic, |id, peer| {
            if Some(id) == except || !is_listening(peer) {
                return;
            }
            let style = peer.style();
            let rendered = made[style.index()].get_or_insert_with(|| Rendered::message(prefix, text, style));
            peer.send(now.monotonic, rendered, own, limits);
            lines += 1;
            if peer.is_beyond_hard_limit(limits) {
                too_slow.push(id);
            }
        });
        (lines, too_slow)
    }

    fn part_with(&mut self, too_slow: Vec<LineId>) {
        for line in too_slow {
            self.lose(line, LeaveReason::TooSlow);
        }
    }

    /// Words for one line only, that are no entry.
    pub(super) fn tell(&mut self, now: Now, line: LineId, prefix: &str, text: &str) {
        let limits = self.role.limits();
        let Some(peer) = self.lines.get_mut(line) else {
            return;
        };
        let rendered = Rendered::message(prefix, text, peer.style());
        peer.send(now.monotonic, &rendered, None, limits);
        if peer.is_beyond_hard_limit(limits) {
            self.lose(line, LeaveReason::TooSlow);
        } else {
            self.settle(now, line);
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

/// Whether a line hears what is said.
fn is_listening(peer: &Line) -> bool {
    peer.is_open() && peer.member.is_some()
}
