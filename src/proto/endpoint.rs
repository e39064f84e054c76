//! All lines of one room: who hears what.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::connection::{Expired, Line};
use super::lines::Lines;
use super::outbox::Outbox;
use super::plain::{BYE, Encoding, MAX_MESSAGE_BYTES, Newline};
use super::refusals::Refusals;
use super::room::Room;
use super::{
    Author, CloseReason, Event, GuestConfig, HostConfig, LeaveReason, Limits, LineEnd, LineId, Member, MemberId,
    Notice, Now, RefuseReason,
};
use crate::text;

mod talk;

/// What a guest says first, to be called something.
const NAME_COMMAND: &str = "/name";
/// Before words of the host's program.
const INFORMATION: &str = "Landline: ";
/// Lines beyond the limit that may be told that there is no room for them; further ones are closed without a word.
const MAX_REFUSED_LINES: usize = 64;

/// Something for the worker to do with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transmit {
    /// Bytes are waiting: offer [`Endpoint::pending`] to the socket, report with [`Endpoint::handle_written`].
    Write(LineId),
    /// Everything has been written: close the sending side (FIN), go on reading.
    Finish(LineId),
    /// Close the socket; no further input of this line is taken.
    Close(LineId),
}

/// Which side of the room this is.
#[derive(Debug)]
enum Role {
    Host(HostConfig),
    Guest(GuestConfig),
}

/// How far the room has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A guest without a line.
    Starting,
    Open,
    /// The last words are going out; it closes for this reason when they have.
    Closing(CloseReason),
    Closed,
}

/// All lines of one room, seen by its host or by one guest. See the module's contract.
#[derive(Debug)]
pub struct Endpoint {
    role: Role,
    state: State,
    room: Room,
    lines: Lines,
    outbox: Outbox,
    refusals: Refusals,
    events: VecDeque<Event>,
    ids: fastrand::Rng,
    last_seq: u64,
}

impl Endpoint {
    /// How long leaving may take in the worst case.
    pub const LEAVE_WITHIN: Duration = Duration::from_secs(2);

    /// An open room with nobody in it but its host.
    #[must_use]
    pub fn host(config: HostConfig, seed: u64) -> Self {
        let me = myself(MemberId::HOST, &config.name, "Host", false);
        let plain = config.plain.is_some();
        let mut endpoint = Self::new(Role::Host(config), State::Open, seed);
        endpoint.come_in(me);
        if plain {
            endpoint.notice(Notice::PlainText);
        }
        endpoint
    }

    /// A guest; its one line is opened by `handle_opened`.
    #[must_use]
    pub fn guest(config: GuestConfig, seed: u64) -> Self {
        Self::new(Role::Guest(config), State::Starting, seed)
    }

    /// A connection exists: accepted (host) or made (guest).
    pub fn handle_opened(&mut self, now: Now, line: LineId, address: SocketAddr) {
        match (&self.role, self.state) {
            (Role::Host(_), State::Open) if self.lines.get(line).is_none() => self.answer(now, line, address),
            (Role::Guest(_), State::Starting) => self.enter(now, line, address),
            _ if self.lines.get(line).is_some() => {}
            _ => {
                self.lines.close(line);
            }
        }
    }

    /// A peer sent bytes.
    pub fn handle_bytes(&mut self, now: Now, line: LineId, bytes: &[u8]) {
        self.expire(now, line); // a pause that is over ended the message before
        if let Some(peer) = self.lines.get_mut(line)
            && peer.is_open()
        {
            let incoming = peer.read(now.monotonic, bytes);
            self.take_in(now, line, incoming);
        }
        self.settle(now, line);
    }

    /// A connection ended. What it had sent before is still shown.
    pub fn handle_ended(&mut self, now: Now, line: LineId, end: LineEnd) {
        self.expire(now, line);
        if let Some(peer) = self.lines.get_mut(line)
            && peer.is_open()
        {
            let incoming = peer.read_end();
            self.take_in(now, line, incoming);
        }
        self.lose(line, LeaveReason::Lost(end));
    }

    /// The operating system took `bytes` of [`Endpoint::pending`]; 0 means that its buffer is full. After 0 no write is
    /// asked for until some bytes have been taken: whoever offers them knows when the socket takes more.
    pub fn handle_written(&mut self, now: Now, line: LineId, bytes: usize) {
        let limits = self.role.limits();
        let mut sent = Vec::new();
        self.lines.change(now.monotonic, line, |peer| {
            peer.written(now.monotonic, bytes, limits, |own| sent.push(own));
        });
        self.settle_own(sent, true);
    }

    /// The person at this computer says something. Ends in exactly one of `Said` (and later `Sent` or `Refused`) or `Refused`.
    /// Exactly `bye` leaves.
    pub fn handle_say(&mut self, now: Now, text: &str) {
        let cleaned = text::clean_message(text);
        let refusal = if self.state != State::Open {
            Some(RefuseReason::NotConnected)
        } else if is_empty(&cleaned) {
            Some(RefuseReason::Empty)
        } else if cleaned.len() > MAX_MESSAGE_BYTES {
            Some(RefuseReason::TooLong { bytes: cleaned.len() })
        } else {
            None
        };
        match refusal {
            Some(reason) => {
                let id = self.next_id();
                let text = text.into();
                self.events.push_back(Event::Refused { id, text, reason });
            }
            None if cleaned == BYE => self.handle_leave(now),
            None => self.say(now, cleaned.into()),
        }
    }

    /// The host removes a member: `bye`, and the line is closed. Unknown members and guests' calls do nothing.
    pub fn handle_remove(&mut self, now: Now, member: MemberId) {
        if matches!(self.role, Role::Host(_))
            && let Some(line) = self.lines.of_member(member)
        {
            self.part(now, line, Some(LeaveReason::Removed));
        }
    }

    /// This computer leaves: `bye` on every line once what was said before has gone out; `Closed` when all are done, at the
    /// latest after [`Endpoint::LEAVE_WITHIN`].
    pub fn handle_leave(&mut self, now: Now) {
        match self.state {
            State::Closing(_) | State::Closed => return,
            State::Starting | State::Open => self.state = State::Closing(CloseReason::Left),
        }
        for line in self.lines.ids() {
            if let Some(peer) = self.lines.get_mut(line)
                && peer.is_open()
            {
                peer.part(now.monotonic);
                peer.say_bye(now.monotonic, self.role.limits());
                self.settle(now, line);
            }
        }
        self.close_when_done();
    }

    /// A deadline has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        for line in self.lines.due(now.monotonic) {
            self.expire(now, line);
            self.settle(now, line);
        }
    }

    /// What to do with sockets. Poll after every `handle_*`.
    #[must_use]
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.lines.next_transmit()
    }

    /// What happened. Poll after every `handle_*`.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When to call `handle_timeout`, if nothing else happens.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.lines.next_deadline()
    }

    /// The bytes that wait to be written to a line now (contiguous; empty for an unknown line).
    #[must_use]
    pub fn pending(&self, line: LineId) -> &[u8] {
        self.lines.get(line).map_or(&[], |line| line.writer.pending())
    }

    /// What waits for a line, now or later, in bytes of memory.
    #[must_use]
    pub fn queued_bytes(&self, line: LineId) -> usize {
        self.lines.get(line).map_or(0, |line| line.writer.queued_bytes())
    }

    fn new(role: Role, state: State, seed: u64) -> Self {
        Self {
            role,
            state,
            room: Room::default(),
            lines: Lines::default(),
            outbox: Outbox::default(),
            refusals: Refusals::default(),
            events: VecDeque::new(),
            ids: fastrand::Rng::with_seed(seed),
            last_seq: 0,
        }
    }

    /// Somebody has called the host.
    fn answer(&mut self, now: Now, line: LineId, address: SocketAddr) {
        let Role::Host(config) = &self.role else {
            return;
        };
        let Some(encoding) = config.plain else {
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
    fn enter(&mut self, now: Now, line: LineId, address: SocketAddr) {
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
        });
        self.come_in(Member {
            author: host,
            named: false,
            me: false,
            address: Some(address),
        });
        self.come_in(me);
        self.notice(Notice::PlainText);
        if let Some(introduction) = introduction {
            self.tell(now, line, "", &introduction);
        }
    }

    fn come_in(&mut self, member: Member) {
        self.room.add(member.clone());
        self.events.push_back(Event::Joined { member });
    }

    fn notice(&mut self, notice: Notice) {
        self.events.push_back(Event::Notice { notice });
    }

    /// Lets every deadline of a line that has passed come true.
    fn expire(&mut self, now: Now, line: LineId) {
        while let Some(peer) = self.lines.get_mut(line)
            && let Some(expired) = peer.expire(now.monotonic, self.role.limits())
        {
            match expired {
                Expired::Incoming(incoming) => self.take_in(now, line, incoming),
                Expired::Writable => {}
                Expired::TooSlow => self.lose(line, LeaveReason::TooSlow),
                Expired::Farewell => self.hurry(now, line),
                Expired::Over => self.close(line),
            }
        }
    }

    /// What waits gives way to the goodbye.
    fn hurry(&mut self, now: Now, line: LineId) {
        let Some(peer) = self.lines.get_mut(line) else {
            return;
        };
        let mut lost = Vec::new();
        peer.hurry(now.monotonic, self.role.limits(), |own| lost.push(own));
        self.settle_own(lost, false);
    }

    /// Ends a line properly: what has begun to go out goes out, then the FIN; the peer may take its time to answer.
    /// `reason` is why its member goes, if it has one.
    fn part(&mut self, now: Now, line: LineId, reason: Option<LeaveReason>) {
        let limits = self.role.limits();
        let Some(peer) = self.lines.get_mut(line) else {
            return;
        };
        let mut lost = Vec::new();
        peer.part(now.monotonic);
        if reason.is_some() {
            peer.writer.drop_waiting(|own| lost.push(own));
        }
        if reason == Some(LeaveReason::Removed) {
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
    fn lose(&mut self, line: LineId, reason: LeaveReason) {
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

    fn close(&mut self, line: LineId) {
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

    fn close_when_done(&mut self) {
        if let State::Closing(reason) = self.state
            && self.lines.is_empty()
        {
            self.state = State::Closed;
            self.events.push_back(Event::Closed { reason });
        }
    }

    fn settle(&mut self, now: Now, line: LineId) {
        self.lines.change(now.monotonic, line, |_| {});
    }

    fn settle_own(&mut self, messages: Vec<u64>, sent: bool) {
        for seq in messages {
            self.events.extend(self.outbox.settle(seq, sent));
        }
    }

    /// The member at the other end of a line that is taken from.
    fn open_member(&self, line: LineId) -> Option<MemberId> {
        self.lines
            .get(line)
            .filter(|peer| peer.is_open())
            .and_then(|peer| peer.member)
    }

    /// In a guest's own eyes.
    const ME_AS_GUEST: MemberId = MemberId(1);
}

impl Role {
    fn limits(&self) -> &Limits {
        match self {
            Self::Host(config) => &config.limits,
            Self::Guest(config) => &config.limits,
        }
    }
}

/// The person at this computer; `unnamed` is what they are called if nothing of their name can be shown.
fn myself(id: MemberId, name: &str, unnamed: &str, plain: bool) -> Member {
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
    }
}

/// Blanks are no message.
fn is_empty(text: &str) -> bool {
    text.trim().is_empty()
}
