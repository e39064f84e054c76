//! All lines of one room: who hears what.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::connection::{self, Expired};
use super::lines::Lines;
use super::outbox::Outbox;
use super::plain::{BYE, MAX_MESSAGE_BYTES};
use super::refusals::Refusals;
use super::room::Room;
use super::transmit::Transmit;
use super::{
    CloseReason, Command, Event, GuestConfig, HostConfig, LeaveReason, Limits, LineEnd, LineId, MemberId, Notice, Now,
    RefuseReason,
};
use crate::text;

mod door;
mod talk;

/// What a guest says first, to be called something.
const NAME_COMMAND: &str = "/name";
/// Before words of the host's program.
const INFORMATION: &str = "Landline: ";

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
    pub const LEAVE_WITHIN: Duration = connection::LEAVE_WITHIN;

    /// An open room with nobody in it but its host.
    #[must_use]
    pub fn host(config: HostConfig, seed: u64) -> Self {
        let me = door::myself(MemberId::HOST, &config.name, "Host", false);
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

    /// The person at this computer wants something. What a plain room does not have is left undone.
    pub fn handle_command(&mut self, now: Now, command: Command) {
        match command {
            Command::Say { text, .. } => self.handle_say(now, &text),
            Command::Remove { member } => self.handle_remove(now, member),
            Command::Leave => self.handle_leave(now),
            _ => {}
        }
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

    /// Whether this guest should say no more for a while: half of what may wait for its line is waiting. Whoever reads
    /// words from a file stops here until it is over. A host is never held up, not even by its slowest guest.
    #[must_use]
    pub fn is_congested(&self) -> bool {
        let limits = self.role.limits();
        matches!(self.role, Role::Guest(_))
            && self.lines.any(|line| {
                line.writer.queued_bytes() > limits.max_queued_bytes / 2
                    || line.writer.messages() > limits.max_queued_messages / 2
            })
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

/// Blanks are no message.
fn is_empty(text: &str) -> bool {
    text.trim().is_empty()
}
