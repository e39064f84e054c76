//! A native line and its end: what its session has to say goes out, then the FIN, and nothing takes for ever.

use std::time::{Duration, Instant};

use super::lines::Carrier;
use super::session::{Padded, Session, SessionEvent};

/// How long the goodbye may take to go out, and how long the peer may take to answer our FIN.
const FAREWELL: Duration = Duration::from_secs(1);

/// How far a line has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Nothing is taken from the peer any more; the last words are going out, until then.
    Parting(Instant),
    /// Our FIN is sent; the line is closed then.
    Finished(Instant),
}

/// A native line.
#[derive(Debug)]
pub(super) struct Native {
    session: Session,
    phase: Phase,
    /// The operating system took nothing last time; whoever offers bytes to it knows when to try again.
    blocked: bool,
    /// When the peer has taken no byte for too long.
    stalled_at: Option<Instant>,
    stall: Duration,
}

impl Native {
    pub(super) fn new(session: Session, stall: Duration) -> Self {
        Self {
            session,
            phase: Phase::Open,
            blocked: false,
            stalled_at: None,
            stall,
        }
    }

    pub(super) fn read(&mut self, now: Instant, bytes: &[u8]) {
        if self.phase == Phase::Open {
            self.session.handle_bytes(now, bytes);
            self.watch(now); // what it answers by itself waits, too
        }
    }

    pub(super) fn poll_event(&mut self) -> Option<SessionEvent> {
        self.session.poll_event()
    }

    /// Queues a message as [`super::wire::encode`] has made it.
    pub(super) fn send(&mut self, now: Instant, encoded: &[u8]) {
        self.send_padded(now, Padded::of(encoded).as_ref());
    }

    /// Queues a message that was made once for many lines; `None`: one that is longer than any may be.
    pub(super) fn send_padded(&mut self, now: Instant, message: Option<&Padded>) {
        if self.phase == Phase::Open {
            self.session.send_padded(now, message);
            self.watch(now);
        }
    }

    pub(super) fn written(&mut self, now: Instant, bytes: usize) {
        self.session.written(now, bytes);
        self.blocked = bytes == 0;
        if bytes > 0 {
            self.stalled_at = None;
        }
        self.watch(now);
    }

    /// Nothing more is taken or said; what waits still goes out.
    pub(super) fn part(&mut self, now: Instant) {
        if self.phase == Phase::Open {
            self.phase = Phase::Parting(now + FAREWELL);
        }
    }

    /// Lets what is due in the session happen. Whether the line has come to its end, by itself or because the peer does not read.
    pub(super) fn expire(&mut self, now: Instant) -> Option<Expired> {
        if self.session.next_deadline().is_some_and(|at| at <= now) {
            self.session.handle_timeout(now);
            self.watch(now);
        }
        match self.phase {
            Phase::Parting(at) | Phase::Finished(at) if at <= now => Some(Expired::Over),
            Phase::Open if self.stalled_at.is_some_and(|at| at <= now) => Some(Expired::TooSlow),
            _ => None,
        }
    }

    pub(super) fn queued_bytes(&self) -> usize {
        self.session.queued_bytes()
    }

    pub(super) fn queued_frames(&self) -> usize {
        self.session.queued_frames()
    }

    fn watch(&mut self, now: Instant) {
        if self.session.pending().is_empty() {
            self.stalled_at = None;
        } else {
            self.stalled_at.get_or_insert(now + self.stall);
        }
    }
}

/// What has become of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expired {
    /// The peer does not read.
    TooSlow,
    /// It has lingered long enough.
    Over,
}

impl Carrier for Native {
    fn pending(&self) -> &[u8] {
        self.session.pending()
    }

    fn wants_write(&self) -> bool {
        !self.blocked && !self.session.pending().is_empty()
    }

    fn finish(&mut self, now: Instant) -> bool {
        let due = matches!(self.phase, Phase::Parting(_)) && self.session.pending().is_empty();
        if due {
            self.phase = Phase::Finished(now + FAREWELL);
        }
        due
    }

    fn next_deadline(&self) -> Option<Instant> {
        let own = match self.phase {
            Phase::Open => self.stalled_at,
            Phase::Parting(at) | Phase::Finished(at) => Some(at),
        };
        let session = self.session.next_deadline().filter(|_| self.phase == Phase::Open);
        [session, own].into_iter().flatten().min()
    }
}
