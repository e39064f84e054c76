//! How a plain guest comes in, and how its line ends.

use std::net::SocketAddr;
use std::sync::Arc;

use super::{PlainGuest, State};
use crate::proto::connection::Line;
use crate::proto::{Author, CloseReason, Event, LeaveReason, LineId, Member, MemberId, Notice, Now};
use crate::text;

/// What a guest is called whose name cannot be shown.
const UNNAMED: &str = "Guest";

impl PlainGuest {
    /// This guest has reached its host.
    pub(super) fn enter(&mut self, line: LineId, address: SocketAddr) {
        let me = myself(&self.config.name);
        let host = Author {
            id: MemberId::HOST,
            name: Arc::clone(&self.config.host),
            plain: true,
        };
        let mut peer = Line::new(self.config.encoding);
        peer.is_in = true;
        self.lines.insert(line, peer);
        self.state = State::Open;
        self.events.push_back(Event::Connected {
            host: host.clone(),
            room: Arc::clone(&self.config.host),
            id: None,
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
    }

    fn come_in(&mut self, member: Member) {
        self.room.add(member.clone());
        self.events.push_back(Event::Joined { member });
    }

    /// What waits gives way to the goodbye.
    pub(super) fn hurry(&mut self, now: Now, line: LineId) {
        let Some(peer) = self.lines.get_mut(line) else {
            return;
        };
        let mut lost = Vec::new();
        peer.hurry(now.monotonic, &self.config.limits, |own| lost.push(own));
        self.settle_own(lost, false);
    }

    /// Ends the line properly: what has begun to go out goes out, then the FIN; the peer may take its time to answer.
    pub(super) fn part(&mut self, now: Now, line: LineId, reason: LeaveReason) {
        let Some(peer) = self.lines.get_mut(line) else {
            return;
        };
        let mut lost = Vec::new();
        peer.part(now.monotonic, &self.config.limits);
        peer.writer.drop_waiting(|own| lost.push(own));
        self.settle_own(lost, false);
        self.go(line, reason);
        self.settle(now, line);
    }

    /// The line is gone without goodbye.
    pub(super) fn lose(&mut self, line: LineId, reason: LeaveReason) {
        self.go(line, reason);
        self.close(line);
    }

    /// The host is no longer there: the room is over.
    fn go(&mut self, line: LineId, reason: LeaveReason) {
        let was_in = self
            .lines
            .get_mut(line)
            .is_some_and(|peer| std::mem::take(&mut peer.is_in));
        if was_in && self.state == State::Open {
            self.state = State::Closing(match reason {
                LeaveReason::Bye | LeaveReason::Removed => CloseReason::HostLeft,
                LeaveReason::Lost(end) => CloseReason::Lost(end),
                LeaveReason::TooSlow => CloseReason::TooSlow,
                LeaveReason::Endless => CloseReason::Endless,
            });
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

/// The person at this computer.
fn myself(name: &str) -> Member {
    let name = text::clean_name(name);
    Member {
        author: Author {
            id: PlainGuest::ME,
            name: name.as_deref().unwrap_or(UNNAMED).into(),
            plain: true,
        },
        named: true,
        me: true,
        address: None,
        key: None,
        here: true,
        verified: false,
    }
}
