//! All open sockets of a room, and when to try again those whose buffers are full.
//!
//! The driver itself tries again, by a timer for each such line. A thread that polls them would know sooner, but would
//! have to share the endpoint's queues; a full buffer holds more than a line takes in 64 ms, so nothing is lost by that.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::io_event::IoEvent;
use super::transport::{Line, READ_BYTES, Written};
use crate::proto::{LineEnd, LineId};

/// A full buffer is tried again after this, then after twice as long …
const RETRY_FIRST: Duration = Duration::from_millis(2);
/// … up to this: a slow line costs sixteen calls a second.
const RETRY_LAST: Duration = Duration::from_millis(64);

/// The sockets by line.
#[derive(Debug)]
pub(super) struct Lines {
    slots: BTreeMap<LineId, Slot>,
    /// Lines whose buffers were full, by when to try again.
    full: BTreeSet<(Instant, LineId)>,
    /// Lines whose readers read no more for now.
    held_back: BTreeSet<LineId>,
    /// The line that is read here, while its reader waits.
    read_here: Option<LineId>,
    /// Whether a reader waits, or is about to; the readers share it, so that at most one does.
    one_waits: Arc<AtomicBool>,
    /// What is read here goes through this.
    buffer: Box<[u8]>,
}

#[derive(Debug)]
struct Slot {
    line: Line,
    state: State,
    /// How long the next full buffer is left alone.
    retry_after: Duration,
    /// What its reader had passed on before it stopped: no more than fits into the channel.
    held: VecDeque<Box<[u8]>>,
    /// How the line ended after that.
    held_end: Option<LineEnd>,
}

/// What a line said that was not wanted then.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Held {
    Bytes(Box<[u8]>),
    /// Nothing more comes; the line is gone.
    End(LineEnd),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Open, and not to be written to before then.
    Full(Instant),
    /// A write failed: what had arrived is still read, then the line ends like this.
    Broken(LineEnd),
    /// The room is done with it; only the reader is waited for.
    Closed,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            slots: BTreeMap::new(),
            full: BTreeSet::new(),
            held_back: BTreeSet::new(),
            read_here: None,
            one_waits: Arc::default(),
            buffer: vec![0; READ_BYTES].into(),
        }
    }
}

impl Lines {
    /// Takes a connection over; what comes is reported to `io`.
    pub(super) fn open(&mut self, id: LineId, stream: TcpStream, io: &Sender<IoEvent>) -> io::Result<()> {
        let line = Line::open(id, stream, io, Arc::clone(&self.one_waits))?;
        let slot = Slot {
            line,
            state: State::Open,
            retry_after: RETRY_FIRST,
            held: VecDeque::new(),
            held_end: None,
        };
        self.slots.insert(id, slot);
        Ok(())
    }

    /// A line's reader waits: from now on the line is read here, until [`Lines::hand_back`] or its end. One that the room is
    /// done with ends by its reader.
    pub(super) fn take_over(&mut self, id: LineId) {
        self.read_here = Some(id);
        if !self.is_open(id) {
            self.hand_back();
        }
    }

    /// What has come on the line that is read here; never waits.
    pub(super) fn try_read(&mut self) -> Option<IoEvent> {
        let id = self.read_here?;
        self.slots.get(&id)?.line.try_read(id, &mut self.buffer)
    }

    /// No line is read here any more; the reader that waits goes on.
    pub(super) fn hand_back(&mut self) {
        if let Some(id) = self.read_here.take() {
            self.one_waits.store(false, Ordering::Relaxed);
            if let Some(slot) = self.slots.get(&id) {
                slot.line.hand_back();
            }
        }
    }

    /// Offers bytes to a line; `None` if it takes none now (full, broken, closed, unknown).
    pub(super) fn write(&mut self, now: Instant, id: LineId, bytes: &[u8]) -> Option<Written> {
        let slot = self.slots.get_mut(&id).filter(|slot| slot.state == State::Open)?;
        let written = slot.line.write(bytes);
        match written {
            Written::Bytes(_) => slot.retry_after = RETRY_FIRST,
            Written::Full => {
                let at = now + slot.retry_after;
                slot.retry_after = (slot.retry_after * 2).min(RETRY_LAST);
                slot.state = State::Full(at);
                self.full.insert((at, id));
            }
            Written::Broken(end) => {
                slot.state = State::Broken(end);
                slot.line.end();
            }
        }
        Some(written)
    }

    /// When the next full line is to be tried.
    pub(super) fn next_retry(&self) -> Option<Instant> {
        self.full.first().map(|(at, _)| *at)
    }

    /// Takes one full line whose time has come; call until `None`.
    pub(super) fn take_retry(&mut self, now: Instant) -> Option<LineId> {
        let (at, id) = *self.full.first().filter(|(at, _)| *at <= now)?;
        self.full.remove(&(at, id));
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.state = State::Open;
        }
        Some(id)
    }

    pub(super) fn finish(&self, id: LineId) {
        if let Some(slot) = self.slots.get(&id) {
            slot.line.finish();
        }
    }

    pub(super) fn close(&mut self, id: LineId) {
        self.forget_retry(id);
        self.held_back.remove(&id);
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.state = State::Closed;
            slot.held.clear();
            slot.line.close();
            if slot.held_end.is_some() {
                self.slots.remove(&id); // its reader has ended already
            }
        }
        self.hand_back_line(id);
    }

    /// Reads no more of a line until [`Lines::read_on`]; what it has said already is kept in order.
    pub(super) fn hold_back(&mut self, id: LineId, said: Option<Box<[u8]>>) {
        if let Some(slot) = self.slots.get_mut(&id).filter(|slot| slot.state != State::Closed) {
            slot.held.extend(said);
            slot.line.hold_back();
            self.held_back.insert(id);
            self.hand_back_line(id); // so that another line can be read here
        }
    }

    pub(super) fn is_held_back(&self, id: LineId) -> bool {
        self.held_back.contains(&id)
    }

    /// The lines that are held back.
    pub(super) fn held_back(&self) -> Vec<LineId> {
        self.held_back.iter().copied().collect()
    }

    /// Takes the next of what a line has said while it was held back; call until `None`, then read on.
    pub(super) fn next_held(&mut self, id: LineId) -> Option<Held> {
        let slot = self.slots.get_mut(&id)?;
        if let Some(bytes) = slot.held.pop_front() {
            return Some(Held::Bytes(bytes));
        }
        let end = slot.held_end.take()?;
        self.held_back.remove(&id);
        self.forget(id, end).map(Held::End)
    }

    /// Reads on.
    pub(super) fn read_on(&mut self, id: LineId) {
        self.held_back.remove(&id);
        if let Some(slot) = self.slots.get(&id) {
            slot.line.read_on();
        }
    }

    /// Whether what a line's reader says still counts.
    pub(super) fn is_open(&self, id: LineId) -> bool {
        self.slots.get(&id).is_some_and(|slot| slot.state != State::Closed)
    }

    /// A line has ended: its thread and socket go. Yields how the line ended, unless the room was already done with it, or is to hear
    /// first what it has held back.
    pub(super) fn remove(&mut self, id: LineId, end: LineEnd) -> Option<LineEnd> {
        if self.is_held_back(id)
            && let Some(slot) = self.slots.get_mut(&id)
        {
            slot.held_end = Some(end);
            return None;
        }
        self.forget(id, end)
    }

    fn forget(&mut self, id: LineId, end: LineEnd) -> Option<LineEnd> {
        self.forget_retry(id);
        let slot = self.slots.remove(&id)?;
        self.hand_back_line(id); // to nobody: a reader that waits ends with its slot, and tells nothing more
        match slot.state {
            State::Closed => None,
            State::Broken(cause) => Some(cause),
            State::Open | State::Full(_) => Some(end),
        }
    }

    /// Ends every line. All sockets are shut first, so that all readers end at the same time.
    pub(super) fn close_all(&mut self) {
        for slot in self.slots.values() {
            slot.line.close();
        }
        self.full.clear();
        self.held_back.clear();
        self.slots.clear();
        self.hand_back();
    }

    fn hand_back_line(&mut self, id: LineId) {
        if self.read_here == Some(id) {
            self.hand_back();
        }
    }

    fn forget_retry(&mut self, id: LineId) {
        if let Some(State::Full(at)) = self.slots.get(&id).map(|slot| slot.state) {
            self.full.remove(&(at, id));
        }
    }
}

#[cfg(test)]
mod tests;
