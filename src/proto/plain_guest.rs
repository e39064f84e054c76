//! A room on plain text: who hears what.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::config::CHANCE_BYTES;
use super::connection::Expired;
use super::endpoint::Side;
use super::lines::Lines;
use super::outbox::Outbox;
use super::plain::{BYE, MAX_MESSAGE_BYTES};
use super::refusals::Refusals;
use super::room::Room;
use super::transmit::Transmit;
use super::{
    CloseReason, Command, Event, HostConfig, LeaveReason, Limits, LineEnd, LineId, MemberId, Notice, Now,
    PlainGuestConfig, RefuseReason,
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
    Guest(PlainGuestConfig),
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
pub(super) struct PlainGuest {
    role: Role,
    state: State,
    room: Room,
    lines: Lines,
    outbox: Outbox,
    refusals: Refusals,
    events: VecDeque<Event>,
    ids: ChaCha20Rng,
    last_seq: u64,
}

impl PlainGuest {
    /// An open room with nobody in it but its host.
    pub(super) fn host(config: HostConfig) -> Self {
        let me = door::myself(MemberId::HOST, &config.name, "Host", false);
        let plain = config.settings.plain.is_some();
        let mut endpoint = Self::start(config.seed, Role::Host(config), State::Open);
        endpoint.come_in(me);
        if plain {
            endpoint.notice(Notice::PlainText);
        }
        endpoint
    }

    /// A guest; its one line is opened by `handle_opened`.
    pub(super) fn new(config: PlainGuestConfig) -> Self {
        Self::start(config.seed, Role::Guest(config), State::Starting)
    }

    /// The person at this computer says something. Ends in exactly one of `Said` (and later `Sent` or `Refused`) or `Refused`.
    /// Exactly `bye` leaves.
    fn handle_say(&mut self, now: Now, text: &str) {
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
    fn handle_remove(&mut self, now: Now, member: MemberId) {
        if matches!(self.role, Role::Host(_))
            && let Some(line) = self.lines.of_member(member)
        {
            self.part(now, line, Some(LeaveReason::Removed));
        }
    }

    /// This computer leaves: `bye` on every line once what was said before has gone out; `Closed` when all are done, at the
    /// latest after [`Endpoint::LEAVE_WITHIN`].
    fn handle_leave(&mut self, now: Now) {
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

    fn start(seed: [u8; CHANCE_BYTES], role: Role, state: State) -> Self {
        Self {
            role,
            state,
            room: Room::default(),
            lines: Lines::default(),
            outbox: Outbox::default(),
            refusals: Refusals::default(),
            events: VecDeque::new(),
            ids: ChaCha20Rng::from_seed(seed),
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

impl Side for PlainGuest {
    fn handle_opened(&mut self, now: Now, line: LineId, address: SocketAddr) {
        match (&self.role, self.state) {
            (Role::Host(_), State::Open) if self.lines.get(line).is_none() => self.answer(now, line, address),
            (Role::Guest(_), State::Starting) => self.enter(now, line, address),
            _ if self.lines.get(line).is_some() => {}
            _ => {
                self.lines.close(line);
            }
        }
    }

    fn handle_bytes(&mut self, now: Now, line: LineId, bytes: &[u8]) {
        self.expire(now, line); // a pause that is over ended the message before
        if let Some(peer) = self.lines.get_mut(line)
            && peer.is_open()
        {
            let incoming = peer.read(now.monotonic, bytes);
            self.take_in(now, line, incoming);
        }
        self.settle(now, line);
    }

    fn handle_ended(&mut self, now: Now, line: LineId, end: LineEnd) {
        self.expire(now, line);
        if let Some(peer) = self.lines.get_mut(line)
            && peer.is_open()
        {
            let incoming = peer.read_end();
            self.take_in(now, line, incoming);
        }
        self.lose(line, LeaveReason::Lost(end));
    }

    fn handle_written(&mut self, now: Now, line: LineId, bytes: usize) {
        let limits = self.role.limits();
        let mut sent = Vec::new();
        self.lines.change(now.monotonic, line, |peer| {
            peer.written(now.monotonic, bytes, limits, |own| sent.push(own));
        });
        self.settle_own(sent, true);
    }

    fn handle_command(&mut self, now: Now, command: Command) {
        match command {
            Command::Say { text, .. } => self.handle_say(now, &text),
            Command::Remove { member } => self.handle_remove(now, member),
            Command::Leave => self.handle_leave(now),
            _ => {}
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        for line in self.lines.due(now.monotonic) {
            self.expire(now, line);
            self.settle(now, line);
        }
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.lines.next_transmit()
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.lines.next_deadline()
    }

    fn pending(&self, line: LineId) -> &[u8] {
        self.lines.get(line).map_or(&[], |line| line.writer.pending())
    }

    fn queued_bytes(&self, line: LineId) -> usize {
        self.lines.get(line).map_or(0, |line| line.writer.queued_bytes())
    }

    fn is_congested(&self) -> bool {
        let limits = self.role.limits();
        matches!(self.role, Role::Guest(_))
            && self.lines.any(|line| {
                line.writer.queued_bytes() > limits.max_queued_bytes / 2
                    || line.writer.messages() > limits.max_queued_messages / 2
            })
    }
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
