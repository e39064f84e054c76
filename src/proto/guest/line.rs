//! A guest's one line: its session, and when it has taken too long to write or to end.

use std::time::{Duration, Instant};

use crate::proto::message::Message;
use crate::proto::session::Session;
use crate::proto::{LineId, Transmit};

/// How long the goodbye may take to go out, and the host to answer our FIN.
const FAREWELL: Duration = Duration::from_secs(1);

/// How far a line has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// The last words are going out, until then.
    Parting(Instant),
    /// Our FIN is sent; the line is closed then.
    Finished(Instant),
}

/// A line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: LineId,
    pub(super) session: Session,
    state: State,
    /// Nothing was taken last time; whoever offers bytes knows when to try again.
    blocked: bool,
    /// Whether a write has been asked for and not yet been fetched.
    pub(super) write_asked: bool,
    stalled_at: Option<Instant>,
    stall: Duration,
}

impl Line {
    pub(super) fn new(id: LineId, session: Session, stall: Duration) -> Self {
        Self {
            id,
            session,
            state: State::Open,
            blocked: false,
            write_asked: false,
            stalled_at: None,
            stall,
        }
    }

    pub(super) fn read(&mut self, now: Instant, bytes: &[u8]) {
        if self.state == State::Open {
            self.session.handle_bytes(now, bytes);
        }
    }

    pub(super) fn written(&mut self, now: Instant, bytes: usize) {
        self.session.written(now, bytes);
        self.blocked = bytes == 0;
        self.stalled_at = None;
    }

    pub(super) fn send(&mut self, now: Instant, message: &Message) {
        if self.state == State::Open {
            self.session.send(now, message);
        }
    }

    /// Nothing more is taken or said; what waits still goes out.
    pub(super) fn part(&mut self, now: Instant) {
        self.state = State::Parting(now + FAREWELL);
    }

    pub(super) fn next_transmit(&mut self, now: Instant) -> Option<Transmit> {
        if !self.session.pending().is_empty() {
            self.stalled_at.get_or_insert(now + self.stall);
            let ask = !self.blocked && !std::mem::replace(&mut self.write_asked, true);
            return ask.then_some(Transmit::Write(self.id));
        }
        self.stalled_at = None;
        let State::Parting(_) = self.state else {
            return None;
        };
        self.state = State::Finished(now + FAREWELL);
        Some(Transmit::Finish(self.id))
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.session.next_deadline().is_some_and(|at| at <= now) {
            self.session.handle_timeout(now);
        }
    }

    /// Whether it has taken too long.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.own_deadline().is_some_and(|at| at <= now)
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        [self.session.next_deadline(), self.own_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    fn own_deadline(&self) -> Option<Instant> {
        match self.state {
            State::Open => self.stalled_at,
            State::Parting(at) | State::Finished(at) => Some(at),
        }
    }
}
