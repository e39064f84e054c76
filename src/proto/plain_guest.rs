//! A guest on plain text: one line, and nothing that is kept.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use self::outbox::Outbox;
use super::connection::{Expired, Line};
use super::endpoint::Side;
use super::lines::Lines;
use super::plain::{BYE, MAX_MESSAGE_BYTES};
use super::room::Room;
use super::transmit::Transmit;
use super::{
    CloseReason, Command, Event, LeaveReason, LineEnd, LineId, MemberId, Notice, Now, PlainGuestConfig, RefuseReason,
};
use crate::text;

mod door;
mod outbox;
mod talk;

/// How far the room has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// There is no line yet.
    Starting,
    Open,
    /// The last words are going out; it closes for this reason when they have.
    Closing(CloseReason),
    Closed,
}

/// A guest on plain text.
#[derive(Debug)]
pub(super) struct PlainGuest {
    config: PlainGuestConfig,
    state: State,
    room: Room,
    lines: Lines<Line>,
    outbox: Outbox,
    events: VecDeque<Event>,
    ids: ChaCha20Rng,
    last_seq: u64,
}

impl PlainGuest {
    /// A guest; its one line is opened by `handle_opened`.
    pub(super) fn new(config: PlainGuestConfig) -> Self {
        Self {
            ids: ChaCha20Rng::from_seed(config.seed),
            config,
            state: State::Starting,
            room: Room::default(),
            lines: Lines::default(),
            outbox: Outbox::default(),
            events: VecDeque::new(),
            last_seq: 0,
        }
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

    /// This computer leaves: `bye` once what was said before has gone out; `Closed` when the line is done, at the latest after
    /// [`super::Limits::farewell`] and a second.
    fn handle_leave(&mut self, now: Now) {
        match self.state {
            State::Closing(_) | State::Closed => return,
            State::Starting | State::Open => self.state = State::Closing(CloseReason::Left),
        }
        for line in self.lines.ids() {
            if let Some(peer) = self.lines.get_mut(line)
                && peer.is_open()
            {
                peer.part(now.monotonic, &self.config.limits);
                peer.say_bye(now.monotonic, &self.config.limits);
                self.settle(now, line);
            }
        }
        self.close_when_done();
    }

    fn notice(&mut self, notice: Notice) {
        self.events.push_back(Event::Notice { notice });
    }

    /// Lets every deadline of a line that has passed come true.
    fn expire(&mut self, now: Now, line: LineId) {
        while let Some(peer) = self.lines.get_mut(line)
            && let Some(expired) = peer.expire(now.monotonic, &self.config.limits)
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

    /// In a guest's own eyes.
    const ME: MemberId = MemberId(1);
}

impl Side for PlainGuest {
    fn handle_opened(&mut self, _now: Now, line: LineId, address: SocketAddr) {
        match self.state {
            State::Starting => self.enter(line, address),
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
        let limits = &self.config.limits;
        let mut sent = Vec::new();
        self.lines.change(now.monotonic, line, |peer| {
            peer.written(now.monotonic, bytes, limits, |own| sent.push(own));
        });
        self.settle_own(sent, true);
    }

    fn handle_command(&mut self, now: Now, command: Command) {
        match command {
            Command::Say { text, .. } => self.handle_say(now, &text),
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
        let limits = &self.config.limits;
        self.lines.iter().any(|(_, line)| {
            line.writer.queued_bytes() > limits.max_queued_bytes / 2
                || line.writer.messages() > limits.max_queued_messages / 2
        })
    }
}

/// Blanks are no message.
fn is_empty(text: &str) -> bool {
    text.trim().is_empty()
}
