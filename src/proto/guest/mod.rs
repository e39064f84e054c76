//! A guest with a key: over many lines, one after another, to one host.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use super::endpoint::Side;
use super::{CloseReason, Command, Event, GuestConfig, LineEnd, LineId, Now, Transmit};

/// A guest with a key.
#[derive(Debug)]
pub(super) struct Guest {
    transmits: VecDeque<Transmit>,
    events: VecDeque<Event>,
}

impl Guest {
    pub(super) fn new(_now: Now, _config: GuestConfig) -> Self {
        Self {
            transmits: VecDeque::from([Transmit::Connect]),
            events: VecDeque::new(),
        }
    }
}

impl Side for Guest {
    fn handle_opened(&mut self, _now: Now, line: LineId, _address: SocketAddr) {
        self.transmits.push_back(Transmit::Close(line));
    }

    fn handle_bytes(&mut self, _now: Now, _line: LineId, _bytes: &[u8]) {}

    fn handle_ended(&mut self, _now: Now, _line: LineId, _end: LineEnd) {}

    fn handle_written(&mut self, _now: Now, _line: LineId, _bytes: usize) {}

    fn handle_command(&mut self, _now: Now, command: Command) {
        if command == Command::Leave {
            self.events.push_back(Event::Closed {
                reason: CloseReason::Left,
            });
        }
    }

    fn handle_timeout(&mut self, _now: Now) {}

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn pending(&self, _line: LineId) -> &[u8] {
        &[]
    }

    fn queued_bytes(&self, _line: LineId) -> usize {
        0
    }
}
