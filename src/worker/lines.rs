//! All open sockets of a room, and when to try again those whose buffers are full.
//!
//! The driver itself tries again, by a timer for each such line. A thread that polls them would know sooner, but would
//! have to share the endpoint's queues; a full buffer holds more than a line takes in 64 ms, so nothing is lost by that.

use std::collections::{BTreeMap, BTreeSet};
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
            read_here: None,
            one_waits: Arc::default(),
            buffer: vec![0; READ_BYTES].into(),
        }
    }
}

impl Lines {
    /// Takes a connection over; what comes is reported to `io`.
    pub(super) fn open(&mut self, id: LineId, stream: TcpStream, io: Sender<IoEvent>) -> io::Result<()> {
        let line = Line::open(id, stream, io, Arc::clone(&self.one_waits))?;
        let slot = Slot {
            line,
            state: State::Open,
            retry_after: RETRY_FIRST,
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
                slot.line.read_on();
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
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.state = State::Closed;
            slot.line.close();
        }
        self.hand_back_line(id);
    }

    /// Whether what a line's reader says still counts.
    pub(super) fn is_open(&self, id: LineId) -> bool {
        self.slots.get(&id).is_some_and(|slot| slot.state != State::Closed)
    }

    /// A line has ended: its thread and socket go. Yields how the line ended, unless the room was already done with it.
    pub(super) fn remove(&mut self, id: LineId, end: LineEnd) -> Option<LineEnd> {
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
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{Ipv4Addr, TcpListener};

    use crossbeam_channel::{Receiver, bounded};

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(20);

    struct Table {
        lines: Lines,
        io: Receiver<IoEvent>,
        io_sender: Sender<IoEvent>,
    }

    impl Table {
        fn new() -> Self {
            let (io_sender, io) = bounded(8);
            Self {
                lines: Lines::default(),
                io,
                io_sender,
            }
        }

        /// Opens a line and yields its peer.
        fn open(&mut self, id: LineId) -> TcpStream {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (stream, _) = listener.accept().unwrap();
            self.lines.open(id, stream, self.io_sender.clone()).unwrap();
            peer
        }

        /// A peer says something, and its reader tells; yields whether the reader then waits.
        fn hears_by_reader(&self, peer: &mut TcpStream, said: &[u8]) -> bool {
            peer.write_all(said).unwrap();
            match self.io.recv_timeout(DEADLINE).unwrap() {
                IoEvent::Bytes {
                    bytes, reader_waits, ..
                } => {
                    assert_eq!(&*bytes, said);
                    reader_waits
                }
                other => panic!("{other:?}"),
            }
        }

        fn reads_here(&mut self) -> IoEvent {
            let deadline = Instant::now() + DEADLINE;
            loop {
                if let Some(event) = self.lines.try_read() {
                    return event;
                }
                assert!(Instant::now() < deadline, "nothing is read here");
                std::thread::yield_now();
            }
        }
    }

    /// What joins a reader; one that waits for ever fails and does not hang the test.
    fn in_time<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
        let (done, result) = bounded(1);
        let thread = std::thread::Builder::new().name("closer".to_owned());
        thread.spawn(move || done.send(act()).ok()).unwrap();
        result.recv_timeout(DEADLINE).expect("the reader waits for ever")
    }

    const ONE: LineId = LineId(1);
    const OTHER: LineId = LineId(2);

    #[test]
    fn a_line_is_read_here_or_by_its_reader_and_never_by_both() {
        let mut table = Table::new();
        let mut peer = table.open(ONE);
        for _ in 0..3 {
            assert!(table.hears_by_reader(&mut peer, b"to the reader"));
            table.lines.take_over(ONE);
            assert!(table.lines.try_read().is_none());
            peer.write_all(b"to the driver").unwrap();
            assert!(matches!(table.reads_here(), IoEvent::Bytes { bytes, .. } if &*bytes == b"to the driver"));
            table.lines.hand_back();
            assert!(table.lines.try_read().is_none());
        }
    }

    #[test]
    fn one_reader_waits_at_a_time() {
        let mut table = Table::new();
        let (mut peer, mut other) = (table.open(ONE), table.open(OTHER));
        assert!(table.hears_by_reader(&mut peer, b"first"));
        table.lines.take_over(ONE);
        for _ in 0..2 {
            assert!(!table.hears_by_reader(&mut other, b"meanwhile"));
        }
        table.lines.hand_back();
        assert!(table.hears_by_reader(&mut other, b"now"));
    }

    #[test]
    fn a_line_that_ends_here_lets_its_reader_go_and_another_wait() {
        let mut table = Table::new();
        let (mut peer, mut other) = (table.open(ONE), table.open(OTHER));
        assert!(table.hears_by_reader(&mut peer, b"last words"));
        table.lines.take_over(ONE);
        drop(peer);
        assert!(matches!(
            table.reads_here(),
            IoEvent::Ended {
                line: ONE,
                end: LineEnd::Finished
            }
        ));
        let (left, table) = in_time(move || (table.lines.remove(ONE, LineEnd::Finished), table));
        assert_eq!(left, Some(LineEnd::Finished));
        assert!(table.hears_by_reader(&mut other, b"mine"));
        assert!(table.io.is_empty(), "the end was told twice");
    }

    #[test]
    fn a_line_that_the_room_is_done_with_ends_by_its_reader() {
        for taken_over_first in [true, false] {
            let mut table = Table::new();
            let mut peer = table.open(ONE);
            assert!(table.hears_by_reader(&mut peer, b"words"));
            if taken_over_first {
                table.lines.take_over(ONE);
                table.lines.close(ONE);
            } else {
                table.lines.close(ONE);
                table.lines.take_over(ONE);
            }
            let end = table.io.recv_timeout(DEADLINE).unwrap();
            assert!(matches!(end, IoEvent::Ended { line: ONE, .. }), "{end:?}");
            assert_eq!(table.lines.remove(ONE, LineEnd::Finished), None);
            assert_eq!(peer.read(&mut [0]).unwrap(), 0);
        }
    }

    #[test]
    fn closing_all_ends_a_reader_that_waits() {
        let mut table = Table::new();
        let mut peer = table.open(ONE);
        assert!(table.hears_by_reader(&mut peer, b"words"));
        table.lines.take_over(ONE);
        in_time(move || table.lines.close_all());
    }
}
