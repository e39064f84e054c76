//! A guest with a key: over many lines, one after another, to one host.
//!
//! [`core::Core`] decides in terms of messages; here is the line that carries them. The order of a guest's events: how the room is and who is
//! known in it, what was said before (the newest part), what waits in the outbox; then, for every line, `Connected`, who is here, what was
//! said meanwhile, `CaughtUp`. Whoever is in for the first time has nothing before `Connected`.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

pub(super) use self::core::LEAVE_WAIT;
use self::core::{Core, Out};
use self::line::Line;
use super::endpoint::Side;
use super::lines::Carrier as _;
use super::log::{BatchId, PlacedEntry, StoreError};
use super::message::Message;
use super::native::Native;
use super::session::{Expect, Session, SessionEvent};
use super::{Command, Event, GuestConfig, LineEnd, LineId, Mistake, Now, ReadId, Store, Transmit, wire};

mod answered;
mod backoff;
mod copy;
mod core;
mod door;
mod follow;
mod keeper;
mod line;
mod memory;
mod outbox;
mod progress;
mod say;

/// A guest with a key.
#[derive(Debug)]
pub(super) struct Guest {
    core: Core,
    line: Option<Line>,
    transmits: VecDeque<Transmit>,
}

impl Guest {
    pub(super) fn new(now: Now, config: GuestConfig) -> Self {
        let mut guest = Self {
            core: Core::new(now, config),
            line: None,
            transmits: VecDeque::new(),
        };
        guest.settle(now);
        guest
    }

    /// Passes on what the session has for the core, and what the core has for the session.
    fn drive(&mut self, now: Now) {
        while let Some(event) = self.line.as_mut().and_then(|line| line.native.poll_event()) {
            match event {
                SessionEvent::Ready { peer, hash } => self.core.handle_ready(now, peer, hash),
                SessionEvent::Message(message) => self.core.handle_message(now, message),
                SessionEvent::Failed(failure) => self.core.handle_failed(now, failure),
            }
            self.settle(now);
        }
        self.settle(now);
    }

    /// Does what the core wants of the line, and asks for what follows from it.
    fn settle(&mut self, now: Now) {
        self.core.tell_progress(now);
        while let Some(out) = self.core.out.pop_front() {
            match out {
                Out::Connect => self.transmits.push_back(Transmit::Connect),
                Out::Send(message) => self.send(now, &message),
                Out::Finish => self.line.iter_mut().for_each(|line| line.native.part(now.monotonic)),
                Out::Close => self.close(),
            }
        }
        if let Some(line) = &mut self.line {
            self.transmits.extend(line.next_transmit(now.monotonic));
        }
    }

    fn send(&mut self, now: Now, message: &Message) {
        if let Some(line) = &mut self.line {
            line.native.send(now.monotonic, &wire::encode(message));
        }
    }

    fn close(&mut self) {
        if let Some(line) = self.line.take() {
            self.transmits.push_back(Transmit::Close(line.id));
        }
    }

    fn is_at(&self, id: LineId) -> bool {
        self.line.as_ref().is_some_and(|line| line.id == id)
    }
}

impl Side for Guest {
    fn handle_opened(&mut self, now: Now, line: LineId, address: SocketAddr) {
        if !self.core.opened(address) {
            self.transmits.push_back(Transmit::Close(line));
            return;
        }
        self.close();
        let expect = self.core.expected_host().map_or(Expect::AnyHost, Expect::Host);
        let chance = &mut self.core.chance;
        let session = Session::guest(&self.core.config.identity, expect, chance, now.monotonic);
        let stall = self.core.config.limits.write_stall;
        self.line = Some(Line::new(line, Native::new(session, stall)));
        self.drive(now);
    }

    fn handle_unreachable(&mut self, now: Now) {
        self.core.handle_unreachable(now);
        self.drive(now);
    }

    fn handle_bytes(&mut self, now: Now, line: LineId, bytes: &[u8]) {
        if self.is_at(line) {
            self.line
                .iter_mut()
                .for_each(|line| line.native.read(now.monotonic, bytes));
            self.drive(now);
        }
    }

    fn handle_ended(&mut self, now: Now, line: LineId, end: LineEnd) {
        if self.is_at(line) {
            self.close();
            self.core.handle_gone(now, end);
            self.drive(now);
        }
    }

    fn handle_written(&mut self, now: Now, line: LineId, bytes: usize) {
        if self.is_at(line) {
            self.line
                .iter_mut()
                .for_each(|line| line.native.written(now.monotonic, bytes));
            self.drive(now);
        }
    }

    fn handle_command(&mut self, now: Now, command: Command) {
        self.core.handle_command(now, command);
        self.drive(now);
    }

    fn handle_stored(&mut self, now: Now, batch: BatchId, result: Result<(), StoreError>) {
        self.core.handle_stored(now, batch, result);
        self.drive(now);
    }

    fn handle_read(&mut self, now: Now, read: ReadId, entries: Vec<PlacedEntry>) {
        self.core.handle_read(now, read, entries);
        self.drive(now);
    }

    fn handle_timeout(&mut self, now: Now) {
        let expired = self.line.as_mut().and_then(|line| line.native.expire(now.monotonic));
        if expired.is_some() {
            self.close();
            self.core.handle_gone(now, LineEnd::TimedOut);
        }
        self.core.handle_timeout(now);
        self.drive(now);
    }

    /// Writes that have become void are left out.
    fn poll_transmit(&mut self) -> Option<Transmit> {
        while let Some(transmit) = self.transmits.pop_front() {
            let Transmit::Write(id) = transmit else {
                return Some(transmit);
            };
            if let Some(line) = self.line.as_mut().filter(|line| line.id == id) {
                line.write_asked = false;
                if !line.native.pending().is_empty() {
                    return Some(transmit);
                }
            }
        }
        None
    }

    fn poll_store(&mut self) -> Option<Store> {
        self.core.keeper.poll()
    }

    /// The last event waits for the last line's end: whoever reads it may close everything.
    fn poll_event(&mut self) -> Option<Event> {
        let line = self.line.is_some();
        self.core
            .events
            .pop_front_if(|event| !line || !matches!(event, Event::Closed { .. }))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let line = self.line.as_ref().and_then(|line| line.native.next_deadline());
        [line, self.core.next_deadline()].into_iter().flatten().min()
    }

    fn pending(&self, line: LineId) -> &[u8] {
        match &self.line {
            Some(open) if open.id == line => open.native.pending(),
            _ => &[],
        }
    }

    fn queued_bytes(&self, line: LineId) -> usize {
        match &self.line {
            Some(open) if open.id == line => open.native.queued_bytes(),
            _ => 0,
        }
    }

    /// Nothing while a host that asks and does not listen has had enough answers.
    fn wants_bytes(&self, line: LineId) -> bool {
        let limits = &self.core.config.limits;
        self.core.wants_bytes()
            && (self.queued_bytes(line) <= limits.max_queued_bytes || limits.makes(Mistake::AnswerAll))
    }

    fn is_congested(&self) -> bool {
        self.core.is_congested()
    }
}
