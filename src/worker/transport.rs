//! One line's socket: its options, a thread that reads, writes that never wait.
//!
//! A line is read by its reader while the driver sleeps. While the driver is awake, one reader at a time may step back and
//! leave the reading to the driver: a peer who answers at once is then heard without a thread in between. Which of both
//! reads goes to and fro by messages, so that never two do and no byte overtakes another.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use socket2::{SockRef, TcpKeepalive};

use super::io_event::IoEvent;
use super::thread::Thread;
use crate::proto::{LineEnd, LineId};

/// Bytes taken from a socket at a time at most: whatever a chat says in one go.
pub(super) const READ_BYTES: usize = 16 << 10;
/// What a reader takes at first: what a member says fits, and only who has said more at a time costs more.
const FIRST_READ_BYTES: usize = 1 << 10;
const _: () = assert!(READ_BYTES.is_multiple_of(FIRST_READ_BYTES));
/// A reader calls nothing deep; a thousand of them are to fit anywhere.
const READER_STACK_BYTES: usize = 128 << 10;
/// Quiet for this long, the system asks the peer's computer whether it is still there …
const KEEPALIVE_AFTER: Duration = Duration::from_secs(15);
/// … again after this …
const KEEPALIVE_EVERY: Duration = Duration::from_secs(5);
/// … and so many times: a pulled cable is noticed after 35 s.
const KEEPALIVE_RETRIES: u32 = 4;
/// The same for a line with bytes under way, where keep-alive does not ask.
#[cfg(target_os = "linux")]
const UNANSWERED_WITHIN: Duration = Duration::from_secs(35);

/// What became of an attempt to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// The system took so many bytes, at least one.
    Bytes(usize),
    /// The system's buffer is full.
    Full,
    /// The connection is gone.
    Broken(LineEnd),
}

/// One connection. Its reader ends by [`Line::close`], or with the receiver of its events.
#[derive(Debug)]
pub(super) struct Line {
    socket: Arc<Socket>,
    // The order of dropping: a reader that waits ends without this, and only then may it be joined.
    read_on: Sender<()>,
    // Joined on drop: close first.
    _reader: Thread,
}

impl Line {
    /// Takes a connection over and starts to read. `one_waits` is shared by all lines: whether a reader has stepped back.
    pub(super) fn open(
        id: LineId,
        stream: TcpStream,
        io: &Sender<IoEvent>,
        one_waits: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        tune(&stream);
        system::prepare(&stream)?;
        let socket = Arc::new(Socket {
            stream,
            closed: AtomicBool::new(false),
            read_by_driver: AtomicBool::new(false),
            held_back: AtomicBool::new(false),
        });
        let (read_on, reads_on) = bounded(1); // told twice is told
        let reader = Reader {
            id,
            socket: Arc::clone(&socket),
            io: io.clone(),
            one_waits,
            reads_on,
        };
        let reader = Thread::spawn_small_in_room(format!("line-{}", id.0), READER_STACK_BYTES, io, || reader.run())?;
        Ok(Self {
            socket,
            read_on,
            _reader: reader,
        })
    }

    /// Reads what is there, while the reader waits; never waits.
    pub(super) fn try_read(&self, id: LineId, buffer: &mut [u8]) -> Option<IoEvent> {
        match system::try_read(&self.socket.stream, buffer) {
            Ok(0) => Some(IoEvent::Ended {
                line: id,
                end: LineEnd::Finished,
            }),
            Ok(count) => Some(IoEvent::Bytes {
                line: id,
                bytes: buffer[..count].into(),
                reader_waits: true,
            }),
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => None,
                _ => Some(IoEvent::Ended {
                    line: id,
                    end: line_end(&error),
                }),
            },
        }
    }

    /// The driver reads no more here.
    pub(super) fn hand_back(&self) {
        self.socket.read_by_driver.store(false, Ordering::Release);
        self.wake_reader();
    }

    /// Nobody reads any more after what the reader may be reading now, until [`Line::read_on`].
    pub(super) fn hold_back(&self) {
        self.socket.held_back.store(true, Ordering::Release);
    }

    /// The line is read again.
    pub(super) fn read_on(&self) {
        self.socket.held_back.store(false, Ordering::Release);
        self.wake_reader();
    }

    /// The reader looks again whether it may read. It does not mind to be woken in vain.
    fn wake_reader(&self) {
        if self.read_on.try_send(()).is_err() {
            tracing::trace!("a reader has ended, or is told already");
        }
    }

    /// Offers bytes to the system; never waits.
    pub(super) fn write(&self, bytes: &[u8]) -> Written {
        loop {
            match system::send(&self.socket.stream, bytes) {
                Ok(0) => return Written::Full,
                Ok(taken) => return Written::Bytes(taken),
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock => return Written::Full,
                    _ => return Written::Broken(line_end(&error)),
                },
            }
        }
    }

    /// Closes the sending side; the peer may go on.
    pub(super) fn finish(&self) {
        self.shutdown(Shutdown::Write);
    }

    /// Ends both directions, and with them the reader, once it has passed on what had arrived.
    pub(super) fn end(&self) {
        self.shutdown(Shutdown::Both);
    }

    /// Ends both directions, and with them the reader, which passes on nothing more.
    pub(super) fn close(&self) {
        self.socket.closed.store(true, Ordering::Relaxed);
        self.end();
        self.read_on();
    }

    fn shutdown(&self, how: Shutdown) {
        if let Err(error) = self.socket.stream.shutdown(how) {
            tracing::debug!(%error, "a socket was gone before it was shut down"); // that is what was wanted
        }
    }
}

/// What a line and its reader share: one descriptor.
#[derive(Debug)]
struct Socket {
    stream: TcpStream,
    /// A peer that goes on sending is read in spite of a shutdown; this ends it.
    closed: AtomicBool,
    /// The driver reads, and the reader waits.
    read_by_driver: AtomicBool,
    /// Nothing is to be read for now.
    held_back: AtomicBool,
}

impl Socket {
    fn is_the_readers(&self) -> bool {
        !self.read_by_driver.load(Ordering::Acquire) && !self.held_back.load(Ordering::Acquire)
    }
}

/// The blocking thread of one line.
struct Reader {
    id: LineId,
    socket: Arc<Socket>,
    io: Sender<IoEvent>,
    one_waits: Arc<AtomicBool>,
    reads_on: Receiver<()>,
}

impl Reader {
    fn run(self) {
        let mut buffer = vec![0; FIRST_READ_BYTES];
        let end = loop {
            match system::read(&self.socket.stream, &mut buffer) {
                Ok(0) => break LineEnd::Finished,
                Ok(_) if self.socket.closed.load(Ordering::Relaxed) => break LineEnd::Finished,
                Ok(count) => {
                    let reader_waits = !self.one_waits.swap(true, Ordering::Relaxed);
                    self.socket.read_by_driver.store(reader_waits, Ordering::Release);
                    let event = IoEvent::Bytes {
                        line: self.id,
                        bytes: buffer[..count].into(),
                        reader_waits,
                    };
                    grow_if_full(&mut buffer, count);
                    // Blocks while the driver is behind: TCP then pushes back. Fails when the driver is gone.
                    if self.io.send(event).is_err() || !self.waits_its_turn() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break line_end(&error),
            }
        };
        if self.io.send(IoEvent::Ended { line: self.id, end }).is_err() {
            tracing::trace!("a line ended after its room");
        }
    }

    /// Waits until it may read; `false`: never.
    fn waits_its_turn(&self) -> bool {
        while !self.socket.is_the_readers() {
            if self.reads_on.recv().is_err() {
                return false;
            }
        }
        true
    }
}

/// Who fills the buffer has more to say.
fn grow_if_full(buffer: &mut Vec<u8>, count: usize) {
    if count == buffer.len() && count < READ_BYTES {
        buffer.resize((count * 2).min(READ_BYTES), 0);
    }
}

/// How a connection ended, from the error of a read or write.
pub(super) fn line_end(error: &io::Error) -> LineEnd {
    match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected => LineEnd::Reset,
        // Unreachable: what a router said while the system retransmitted, told when it gives up.
        io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown => LineEnd::TimedOut,
        _ => LineEnd::Failed,
    }
}

/// Chat is small and to be there at once; a dead peer is to be noticed. A system that lacks an option still talks.
fn tune(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_EVERY)
        .with_retries(KEEPALIVE_RETRIES);
    let tuned = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_tcp_keepalive(&keepalive));
    #[cfg(target_os = "linux")]
    let tuned = tuned.and_then(|()| socket.set_tcp_user_timeout(Some(UNANSWERED_WITHIN)));
    #[cfg(target_vendor = "apple")]
    let tuned = tuned.and_then(|()| socket.set_nosigpipe(true));
    if let Err(error) = tuned {
        tracing::debug!(%error, "a socket option was refused");
    }
}

/// Unix: reads block, and each write says that it does not.
#[cfg(unix)]
mod system {
    use std::io::{self, Read as _};
    use std::net::TcpStream;

    use rustix::net::{RecvFlags, SendFlags};

    #[cfg(not(target_vendor = "apple"))]
    const SEND: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);
    #[cfg(target_vendor = "apple")]
    const SEND: SendFlags = SendFlags::DONTWAIT;

    pub(super) fn prepare(stream: &TcpStream) -> io::Result<()> {
        stream.set_nonblocking(false)
    }

    pub(super) fn send(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(stream, bytes, SEND)?)
    }

    pub(super) fn read(mut stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        stream.read(buffer)
    }

    pub(super) fn try_read(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        let (count, _) = rustix::net::recv(stream, buffer, RecvFlags::DONTWAIT)?;
        Ok(count)
    }
}

/// Elsewhere a write cannot say so: the socket does not block, and the reader waits by polling.
#[cfg(not(unix))]
mod system {
    use std::io::{self, Read as _, Write as _};
    use std::net::TcpStream;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    /// Not every system wakes a poll when the socket is shut down; a read then tells.
    const SLICE: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 100_000_000,
    };

    pub(super) fn prepare(stream: &TcpStream) -> io::Result<()> {
        stream.set_nonblocking(true)
    }

    pub(super) fn send(mut stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        stream.write(bytes)
    }

    pub(super) fn try_read(mut stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        stream.read(buffer)
    }

    pub(super) fn read(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match try_read(stream, buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return done,
            }
            poll(&mut [PollFd::new(stream, PollFlags::IN)], Some(&SLICE))?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_needs_more_only_for_who_says_more() {
        let mut buffer = vec![0; FIRST_READ_BYTES];
        for _ in 0..1000 {
            grow_if_full(&mut buffer, FIRST_READ_BYTES - 1);
        }
        assert_eq!(buffer.len(), FIRST_READ_BYTES);
        for _ in 0..1000 {
            let count = buffer.len();
            grow_if_full(&mut buffer, count);
        }
        assert_eq!(buffer.len(), READ_BYTES);
    }
}
