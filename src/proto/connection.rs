//! One line: a peer, its bytes in and out, its deadlines. State transitions only.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::config::Limits;
use super::lines::Carrier;
use super::plain::writer::{Rendered, Style, Writer};
use super::plain::{Encoding, Incoming, PARTIAL_WAIT, QUIET, Reader, SPACING};
use super::timer::{Timer, Timers};

/// How long a queue may be beyond its limits. A burst that a healthy peer reads in a moment is no reason to part.
const OVERFULL_GRACE: Duration = Duration::from_secs(2);
/// Beyond so many times the limit of bytes there is no grace: memory is bounded.
pub(super) const HARD_LIMIT_FACTOR: usize = 4;
/// How long a peer may take to answer our FIN with its own. Closing at once would answer bytes on the way with a reset,
/// which destroys what the peer has not yet read.
pub(super) const LINGER: Duration = Duration::from_secs(1);

/// How far a line has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Words go both ways.
    Open,
    /// Nothing is taken from the peer any more; the last words are going out.
    Parting,
    /// We have sent our FIN.
    Finished,
}

/// What became of a deadline.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expired {
    /// Messages, perhaps none.
    Incoming(Vec<Incoming>),
    /// There is something to write, perhaps.
    Writable,
    /// The peer does not read.
    TooSlow,
    /// Messages had to give way to the goodbye.
    Farewell,
    /// The line has lingered long enough.
    Over,
}

/// One line.
#[derive(Debug)]
pub(super) struct Line {
    /// Whether the peer is in the room; otherwise they could not come in, or are on their way out.
    pub(super) is_in: bool,
    /// Whether the peer has ever sent anything.
    pub(super) has_spoken: bool,
    pub(super) writer: Writer,
    reader: Reader,
    timers: Timers,
    phase: Phase,
    /// The operating system took nothing last time; whoever offers bytes to it knows when to try again.
    blocked: bool,
}

impl Line {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            is_in: false,
            has_spoken: false,
            writer: Writer::default(),
            reader: Reader::new(encoding),
            timers: Timers::default(),
            phase: Phase::Open,
            blocked: false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether the peer hears what is said.
    pub(super) fn is_listening(&self) -> bool {
        self.is_open() && self.is_in
    }

    pub(super) fn style(&self) -> Style {
        Style {
            gbk: self.reader.is_gbk(),
            newline: self.reader.newline(),
        }
    }

    /// The peer sent bytes.
    pub(super) fn read(&mut self, now: Instant, bytes: &[u8]) -> Vec<Incoming> {
        self.has_spoken = true;
        let mut incoming = Vec::new();
        self.reader.read(bytes, &mut incoming);
        if !incoming.is_empty() || !self.reader.is_inside() {
            self.timers.stop(Timer::Partial);
        }
        if self.reader.is_inside() {
            self.timers.set(Timer::Quiet, now + QUIET);
        } else {
            self.timers.stop(Timer::Quiet);
        }
        incoming
    }

    /// Nothing more will come.
    pub(super) fn read_end(&mut self) -> Vec<Incoming> {
        let mut incoming = Vec::new();
        self.reader.flush(&mut incoming);
        incoming
    }

    /// Queues a message for the peer.
    pub(super) fn send(&mut self, now: Instant, rendered: &Arc<Rendered>, own: Option<u64>, limits: &Limits) {
        self.writer.push(rendered, own);
        self.watch_writing(now, limits);
        if self.blocked {
            self.watch_queue(now, limits); // before the first offer nobody can know whether the peer is slow
        }
    }

    /// The operating system took bytes.
    pub(super) fn written(&mut self, now: Instant, bytes: usize, limits: &Limits, sent: impl FnMut(u64)) {
        self.writer.written(bytes, sent);
        self.blocked = bytes == 0;
        if bytes > 0 {
            self.timers.stop(Timer::WriteStall);
        }
        self.watch_writing(now, limits);
        if self.writer.is_resting() {
            self.timers.set_if_unset(Timer::Spacing, now + SPACING);
        }
        self.watch_queue(now, limits);
    }

    /// Whether the queue needs more memory than any patience is worth.
    pub(super) fn is_beyond_hard_limit(&self, limits: &Limits) -> bool {
        self.writer.queued_bytes() > limits.max_queued_bytes.saturating_mul(HARD_LIMIT_FACTOR)
    }

    /// Nothing is taken from the peer any more; what is queued goes out, but not for ever.
    pub(super) fn part(&mut self, now: Instant, limits: &Limits) {
        self.phase = Phase::Parting;
        for timer in [Timer::Quiet, Timer::Partial, Timer::Overfull] {
            self.timers.stop(timer);
        }
        self.timers.set_if_sooner(Timer::Linger, now + limits.farewell + LINGER);
    }

    /// Queues the goodbye behind everything else, and gives up the rest if it takes too long.
    pub(super) fn say_bye(&mut self, now: Instant, limits: &Limits) {
        self.send(now, &Rendered::bye(self.style().newline), None, limits);
        self.timers.set_if_unset(Timer::Farewell, now + limits.farewell);
    }

    /// Gives up what waits before the goodbye; own messages among it are reported.
    pub(super) fn hurry(&mut self, now: Instant, limits: &Limits, lost: impl FnMut(u64)) {
        if self.writer.drop_waiting(lost) {
            self.send(now, &Rendered::bye(self.style().newline), None, limits);
        }
    }

    /// One deadline that has passed; call until `None`.
    pub(super) fn expire(&mut self, now: Instant, limits: &Limits) -> Option<Expired> {
        Some(match self.timers.take_expired(now)? {
            Timer::Quiet => Expired::Incoming(self.quiet(now)),
            Timer::Partial => Expired::Incoming(self.read_end()),
            Timer::Spacing => {
                self.writer.release();
                self.watch_writing(now, limits);
                Expired::Writable
            }
            Timer::WriteStall | Timer::Overfull => Expired::TooSlow,
            Timer::Farewell => Expired::Farewell,
            Timer::Linger => Expired::Over,
        })
    }

    fn quiet(&mut self, now: Instant) -> Vec<Incoming> {
        let mut incoming = Vec::new();
        self.reader.quiet(&mut incoming);
        if !self.reader.is_inside() {
            self.timers.stop(Timer::Partial);
        } else if incoming.is_empty() {
            self.timers.set_if_unset(Timer::Partial, now + PARTIAL_WAIT);
        } else {
            self.timers.set(Timer::Partial, now + PARTIAL_WAIT);
        }
        incoming
    }

    fn watch_writing(&mut self, now: Instant, limits: &Limits) {
        if self.writer.pending().is_empty() {
            self.timers.stop(Timer::WriteStall);
        } else {
            self.timers.set_if_unset(Timer::WriteStall, now + limits.write_stall);
        }
    }

    fn watch_queue(&mut self, now: Instant, limits: &Limits) {
        let overfull =
            self.writer.queued_bytes() > limits.max_queued_bytes || self.writer.messages() > limits.max_queued_messages;
        if overfull && self.is_open() {
            self.timers.set_if_unset(Timer::Overfull, now + OVERFULL_GRACE);
        } else {
            self.timers.stop(Timer::Overfull);
        }
    }
}

impl Carrier for Line {
    fn pending(&self) -> &[u8] {
        self.writer.pending()
    }

    fn wants_write(&self) -> bool {
        !self.blocked && !self.writer.pending().is_empty()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    fn finish(&mut self, now: Instant) -> bool {
        let due = self.phase == Phase::Parting && self.writer.is_empty();
        if due {
            self.phase = Phase::Finished;
            self.timers.stop(Timer::Farewell);
            self.timers.set_if_sooner(Timer::Linger, now + LINGER);
        }
        due
    }
}
