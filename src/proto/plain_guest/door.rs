//! Who comes into a room and how lines end.

use std::net::SocketAddr;
use std::sync::Arc;

use super::{INFORMATION, NAME_COMMAND, PlainGuest, Role, State, is_empty};
use crate::proto::connection::Line;
use crate::proto::plain::{Encoding, Newline};
use crate::proto::{Author, CloseReason, Event, LeaveReason, LineId, Member, MemberId, Notice, Now};
use crate::text;

/// Lines beyond the limit that may be told that there is no room for them; further ones are closed without a word.
const MAX_REFUSED_LINES: usize = 64;

impl PlainGuest {
    /// Somebody has called the host.
    pub(super) fn answer(&mut self, now: Now, line: LineId, address: SocketAddr) {
        let Role::Host(config) = &self.role else {
            return;
        };
        let Some(encoding) = config.settings.plain else {
            let sentence = "this room takes no plain text, so this connection is closed";
            self.turn_away(now, line, address, sentence, Notice::PlainRefused { address });
            return;
        };
        if self.room.members().len() > config.limits.max_lines {
            let sentence = "the room is full, please try again later";
            self.turn_away(now, line, address, sentence, Notice::RoomFull { address });
            return;
        }
        let welcome = text::clean_message(&config.welcome);
        let mut peer = Line::new(encoding, None);
        let member = self.room.add_plain_guest(address);
        peer.member = Some(member.author.id);
        self.lines.insert(line, peer);
        self.events.push_back(Event::Joined { member });
        if !is_empty(&welcome) {
            self.tell(now, line, "", &welcome);
        }
    }

    /// Somebody cannot come in: they are told why, and the room is told, but not too often.
    fn turn_away(&mut self, now: Now, line: LineId, address: SocketAddr, sentence: &str, notice: Notice) {
        if self.refusals.mention(now.monotonic, address.ip()) {
            self.notice(notice);
        }
        if self.lines.len() >= self.role.limits().max_lines + MAX_REFUSED_LINES {
            self.lines.close(line);
            return;
        }
        self.lines.insert(line, Line::new(Encoding::Auto, None));
        self.tell(now, line, INFORMATION, sentence);
        self.part(now, line, None);
    }

    /// This guest has reached its host.
    pub(super) fn enter(&mut self, now: Now, line: LineId, address: SocketAddr) {
        let Role::Guest(config) = &self.role else {
            return;
        };
        let me = myself(Self::ME_AS_GUEST, &config.name, "Guest", true);
        let host = Author {
            id: MemberId::HOST,
            name: Arc::clone(&config.host),
            plain: true,
        };
        let room = Arc::clone(&config.host);
        let introduction = config.introduce.then(|| format!("{NAME_COMMAND} {}", me.author.name));
        let newline = config.introduce.then_some(Newline::Lf);
        let mut peer = Line::new(config.encoding, newline);
        peer.member = Some(MemberId::HOST);
        self.lines.insert(line, peer);
        self.state = State::Open;
        self.events.push_back(Event::Connected {
            host: host.clone(),
            room,
            secure: false,
            resumed: false,
        });
        self.come_in(Member {
            author: host,
            named: false,
            me: false,
            address: Some(address),
            key: None,
            here: true,
            verified: false,
        });
        self.come_in(me);
        self.notice(Notice::PlainText);
        if let Some(introduction) = introduction {
            self.tell(now, line, "", &introduction);
        }
    }

    pub(super) fn come_in(&mut self, member: Member) {
        self.room.add(member.clone());
        self.events.push_back(Event::Joined { member });
    }

    /// What waits gives way to the goodbye.
    pub(super) fn hurry(&mut self, now: Now, line: LineId) {
        let Some(peer) = self.lines.get_mut(line) else {
            return;
        };
        let mut lost = Vec::new();
        peer.hurry(now.monotonic, self.role.limits(), |own| lost.push(own));
        self.settle_own(lost, false);
    }

    /// Ends a line properly: what has begun to go out goes out, then the FIN; the peer may take its time to answer.
    /// `reason` is why its member goes, if it has one.
    pub(super) fn part(&mut self, now: Now, line: LineId, reason: Option<LeaveReason>) {
        let limits = self.role.limits();
        let Some(peer) = self.lines.get_mut(line) else {
            return;
        };
        let mut lost = Vec::new();
        peer.part(now.monotonic);
        if reason.is_some() {
            peer.writer.drop_waiting(|own| lost.push(own));
        }
        // A guest's `bye` is answered: the tutorial's client reads on until it hears it, and would read for ever.
        let host = matches!(self.role, Role::Host(_));
        if host && matches!(reason, Some(LeaveReason::Removed | LeaveReason::Bye)) {
            peer.say_bye(now.monotonic, limits);
        }
        let member = peer.member.take();
        self.settle_own(lost, false);
        if let (Some(member), Some(reason)) = (member, reason) {
            self.go(member, reason);
        }
        self.settle(now, line);
    }

    /// A line is gone without goodbye.
    pub(super) fn lose(&mut self, line: LineId, reason: LeaveReason) {
        let member = self.lines.get_mut(line).and_then(|peer| peer.member.take());
        if let Some(member) = member {
            self.go(member, reason);
        }
        self.close(line);
    }

    /// A member is no longer there; for a guest whose host is gone, the room is over.
    fn go(&mut self, member: MemberId, reason: LeaveReason) {
        match self.role {
            Role::Guest(_) if self.state == State::Open => {
                self.state = State::Closing(match reason {
                    LeaveReason::Bye | LeaveReason::Removed => CloseReason::HostLeft,
                    LeaveReason::Lost(end) => CloseReason::Lost(end),
                    LeaveReason::TooSlow => CloseReason::TooSlow,
                    LeaveReason::Endless => CloseReason::Endless,
                });
            }
            Role::Guest(_) => {}
            Role::Host(_) => {
                if let Some(member) = self.room.remove(member)
                    && self.state == State::Open
                {
                    self.events.push_back(Event::Left { member, reason });
                }
            }
        }
    }

    pub(super) fn close(&mut self, line: LineId) {
        if self.lines.get(line).is_none() {
            return;
        }
        let mut lost = Vec::new();
        if let Some(mut peer) = self.lines.close(line) {
            peer.writer.drop_all(|own| lost.push(own));
        }
        self.settle_own(lost, false);
        self.close_when_done();
    }

    pub(super) fn close_when_done(&mut self) {
        if let State::Closing(reason) = self.state
            && self.lines.is_empty()
        {
            self.state = State::Closed;
            self.events.push_back(Event::Closed { reason });
        }
    }
}

/// The person at this computer; `unnamed` is what they are called if nothing of their name can be shown.
pub(super) fn myself(id: MemberId, name: &str, unnamed: &str, plain: bool) -> Member {
    let name = text::clean_name(name);
    Member {
        author: Author {
            id,
            name: name.as_deref().unwrap_or(unnamed).into(),
            plain,
        },
        named: true,
        me: true,
        address: None,
        key: None,
        here: true,
        verified: false,
    }
}
