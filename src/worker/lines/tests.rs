//! Lines over loopback: who reads, and when nobody does.

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
        self.lines.open(id, stream, &self.io_sender).unwrap();
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

/// Says so much that the reader reports it in more than one piece.
fn says_much(peer: &mut TcpStream) -> usize {
    let much = vec![b'x'; 3 * READ_BYTES];
    peer.write_all(&much).unwrap();
    much.len()
}

/// All bytes that are held, and the end if it has come.
fn held(table: &mut Table, line: LineId) -> (usize, Option<LineEnd>) {
    let mut bytes = 0;
    loop {
        match table.lines.next_held(line) {
            Some(Held::Bytes(more)) => bytes += more.len(),
            Some(Held::End(end)) => return (bytes, Some(end)),
            None => return (bytes, None),
        }
    }
}

#[test]
fn a_line_that_is_held_back_is_read_no_more_until_it_may_go_on() {
    let mut table = Table::new();
    let (mut peer, mut other) = (table.open(ONE), table.open(OTHER));
    assert!(table.hears_by_reader(&mut peer, b"too much"));
    table.lines.take_over(ONE);
    table.lines.hold_back(ONE, Some(b"too much".as_slice().into()));
    let said = says_much(&mut peer);
    // Its reader does not read, and neither does the driver, which is free to read another line.
    assert!(table.hears_by_reader(&mut other, b"words"));
    table.lines.take_over(OTHER);
    assert!(table.lines.try_read().is_none() && table.io.is_empty());
    assert_eq!(held(&mut table, ONE), (b"too much".len(), None));
    table.lines.read_on(ONE);
    let mut heard = 0;
    while heard < said {
        let Ok(IoEvent::Bytes { line: ONE, bytes, .. }) = table.io.recv_timeout(DEADLINE) else {
            panic!("only {heard} of {said} bytes are read");
        };
        heard += bytes.len();
    }
}

#[test]
fn a_line_that_ends_while_it_is_held_back_ends_after_what_it_said() {
    let mut table = Table::new();
    let mut peer = table.open(ONE);
    table.hears_by_reader(&mut peer, b"last words");
    table.lines.take_over(ONE);
    table.lines.hold_back(ONE, Some(b"last words".as_slice().into()));
    assert_eq!(table.lines.remove(ONE, LineEnd::Reset), None);
    let (heard, _table) = in_time(move || (held(&mut table, ONE), table));
    assert_eq!(heard, (b"last words".len(), Some(LineEnd::Reset)));
}

#[test]
fn a_line_that_is_held_back_can_be_closed() {
    let mut table = Table::new();
    let mut peer = table.open(ONE);
    table.hears_by_reader(&mut peer, b"words");
    table.lines.take_over(ONE);
    table.lines.hold_back(ONE, None);
    table.lines.close(ONE);
    let end = table.io.recv_timeout(DEADLINE).unwrap();
    assert!(matches!(end, IoEvent::Ended { line: ONE, .. }), "{end:?}");
    table.lines.hold_back(ONE, Some(b"late".as_slice().into()));
    assert!(!table.lines.is_held_back(ONE), "the room is done with it");
    let mut other = table.open(OTHER);
    assert!(table.hears_by_reader(&mut other, b"words"));
    table.lines.take_over(OTHER);
    table.lines.hold_back(OTHER, None);
    in_time(move || table.lines.close_all());
}
