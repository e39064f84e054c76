//! Connecting: every address of a name, a new one every quarter of a second, the first that answers wins (RFC 8305).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, at, bounded, select};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, Socket, Type};

use super::io_event::IoEvent;
use super::thread::Thread;
use super::{Failure, Join};
use crate::proto::Address;

/// The next address is tried when the last one has not answered after this (RFC 8305, "Connection Attempt Delay").
const NEXT_AFTER: Duration = Duration::from_millis(250);
/// How long a cancelled attempt may go unnoticed.
const SLICE: Duration = Duration::from_millis(50);

/// An attempt to connect. Dropping it cancels; what it still finds out goes nowhere.
#[derive(Debug)]
pub(super) struct Connector {
    stop: Option<Sender<Infallible>>,
    thread: Thread,
}

impl Connector {
    /// Starts to connect; the last event is `Connected` or `ConnectFailed`.
    pub(super) fn start(join: &Join, io: Sender<IoEvent>) -> io::Result<Self> {
        let (stop, stopped) = bounded(0);
        let attempt = Attempt {
            address: join.address.clone(),
            deadline: Instant::now() + join.connect_within,
            io,
            stopped,
        };
        let thread = Thread::spawn("connect", || attempt.run())?;
        Ok(Self {
            stop: Some(stop),
            thread,
        })
    }
}

impl Drop for Connector {
    fn drop(&mut self) {
        self.stop = None;
        self.thread = Thread::none();
    }
}

/// The thread that connects.
struct Attempt {
    address: Address,
    deadline: Instant,
    io: Sender<IoEvent>,
    stopped: Receiver<Infallible>,
}

/// Why there is no connection.
enum NoStream {
    Cancelled,
    Failed(Failure),
}

impl From<Failure> for NoStream {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Attempt {
    fn run(self) {
        let event = match self.resolve().and_then(|addresses| self.race(addresses)) {
            Ok((stream, address)) => IoEvent::Connected { stream, address },
            Err(NoStream::Failed(failure)) => IoEvent::ConnectFailed { failure },
            Err(NoStream::Cancelled) => return,
        };
        if self.io.send(event).is_err() {
            tracing::trace!("a connection came after its room had ended");
        }
    }

    /// The addresses of the name.
    ///
    /// The system's resolver cannot be interrupted: it runs on a thread of its own, which nobody joins and which holds
    /// nothing but the name and a channel without a reader, should it come back after a cancel.
    fn resolve(&self) -> Result<Vec<SocketAddr>, NoStream> {
        if let Ok(ip) = self.address.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, self.address.port)]);
        }
        let (found, addresses) = bounded(1);
        let name = (self.address.host.clone(), self.address.port);
        std::thread::Builder::new()
            .name("resolve".to_owned())
            .spawn(move || {
                let resolved = name.to_socket_addrs().map(Vec::from_iter).unwrap_or_default();
                if found.send(resolved).is_err() {
                    tracing::trace!("a name was resolved after its room had ended");
                }
            })
            .map_err(|error| Failure::too_little(&error))?;
        let resolved = select! {
            recv(addresses) -> resolved => resolved.unwrap_or_default(),
            recv(at(self.deadline)) -> _ => Vec::new(),
            recv(self.stopped) -> _ => return Err(NoStream::Cancelled),
        };
        if resolved.is_empty() {
            let host = self.address.host.clone();
            return Err(Failure::NotResolved { host }.into());
        }
        Ok(alternating(resolved))
    }

    /// Tries all addresses until one answers.
    fn race(&self, addresses: Vec<SocketAddr>) -> Result<(TcpStream, SocketAddr), NoStream> {
        let mut race = Race {
            waiting: addresses.into(),
            running: Vec::new(),
            failures: Vec::new(),
            next: Instant::now(),
        };
        loop {
            let now = Instant::now();
            if self.stopped.try_recv() == Err(TryRecvError::Disconnected) {
                return Err(NoStream::Cancelled);
            }
            if let Some(address) = race.take_due(now) {
                if self.io.send(IoEvent::Connecting { address }).is_err() {
                    return Err(NoStream::Cancelled);
                }
                race.start(address);
            }
            if now >= self.deadline || race.is_lost() {
                return Err(race.most_telling().into());
            }
            if let Some(winner) = race.wait(now, self.deadline)? {
                return Ok(winner);
            }
        }
    }
}

/// The addresses of one name: those to try, those being tried, those that failed.
struct Race {
    waiting: VecDeque<SocketAddr>,
    running: Vec<(Socket, SocketAddr)>,
    failures: Vec<Failure>,
    /// When the next one starts.
    next: Instant,
}

impl Race {
    fn take_due(&mut self, now: Instant) -> Option<SocketAddr> {
        if now < self.next && !self.running.is_empty() {
            return None;
        }
        self.next = now + NEXT_AFTER;
        self.waiting.pop_front()
    }

    fn is_lost(&self) -> bool {
        self.waiting.is_empty() && self.running.is_empty()
    }

    fn start(&mut self, address: SocketAddr) {
        match begin(address) {
            Ok(socket) => self.running.push((socket, address)),
            Err(error) => self.failures.push(failure(&error, address)),
        }
    }

    /// Waits until something happens, or it is time to look at the clock.
    fn wait(&mut self, now: Instant, deadline: Instant) -> Result<Option<(TcpStream, SocketAddr)>, Failure> {
        if self.running.is_empty() {
            return Ok(None);
        }
        let mut until = deadline.min(now + SLICE);
        if !self.waiting.is_empty() {
            until = until.min(self.next);
        }
        let ready =
            ready(&self.running, until.saturating_duration_since(now)).map_err(|error| Failure::too_little(&error))?;
        for (index, ready) in ready.into_iter().enumerate().rev() {
            match outcome(&self.running[index].0, ready) {
                None => {}
                Some(Ok(())) => {
                    let (socket, address) = self.running.swap_remove(index);
                    return Ok(Some((socket.into(), address)));
                }
                Some(Err(error)) => {
                    let (_, address) = self.running.swap_remove(index);
                    self.failures.push(failure(&error, address));
                    self.next = now; // no need to wait for the next one
                }
            }
        }
        Ok(None)
    }

    /// What to tell: that somebody said no, before that nobody answered, before that there is no way.
    fn most_telling(mut self) -> Failure {
        let unanswered = self.running.iter().map(|(_, address)| *address).chain(self.waiting);
        self.failures
            .extend(unanswered.map(|address| Failure::TimedOut { address }));
        self.failures
            .into_iter()
            .min_by_key(|failure| match failure {
                Failure::Refused { .. } => 0,
                Failure::TimedOut { .. } => 1,
                Failure::Unreachable { .. } => 2,
                _ => 3,
            })
            .expect("a race has at least one address, and each of them wins, fails, runs or waits")
    }
}

/// Families take turns, so that a broken IPv6 costs a quarter of a second and not all the time there is.
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().map(SocketAddr::is_ipv6) else {
        return addresses;
    };
    let (preferred, other): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| address.is_ipv6() == first);
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    let mut mixed = Vec::new();
    loop {
        let pair = [preferred.next(), other.next()];
        if pair == [None, None] {
            return mixed;
        }
        mixed.extend(pair.into_iter().flatten());
    }
}

/// Starts to connect without waiting.
fn begin(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    match socket.connect(&address.into()) {
        Err(error) if !is_under_way(&error) => Err(error),
        _ => Ok(socket),
    }
}

fn is_under_way(error: &io::Error) -> bool {
    #[cfg(unix)]
    let started = error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error());
    #[cfg(not(unix))]
    let started = false; // Windows says that it would block
    started || error.kind() == io::ErrorKind::WouldBlock
}

/// Which of the attempts have come to something.
fn ready(running: &[(Socket, SocketAddr)], timeout: Duration) -> io::Result<Vec<bool>> {
    let mut polled: Vec<_> = running
        .iter()
        .map(|(socket, _)| PollFd::new(socket, PollFlags::OUT))
        .collect();
    let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
    match poll(&mut polled, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(polled.iter().map(|fd| !fd.revents().is_empty()).collect())
}

/// What became of an attempt, if anything has. Windows before 2020 does not call a failed one ready.
fn outcome(socket: &Socket, ready: bool) -> Option<io::Result<()>> {
    match socket.take_error() {
        Ok(None) if ready && is_connected_to_itself(socket) => Some(Err(io::ErrorKind::ConnectionRefused.into())),
        Ok(None) => ready.then_some(Ok(())),
        Ok(Some(error)) | Err(error) => Some(Err(error)),
    }
}

/// Where nobody listens at a port of this computer, the system may take that very port for our side, and TCP then lets
/// the two ends of one socket meet.
fn is_connected_to_itself(socket: &Socket) -> bool {
    match (socket.local_addr(), socket.peer_addr()) {
        (Ok(local), Ok(peer)) => local.as_socket() == peer.as_socket(),
        _ => false,
    }
}

fn failure(error: &io::Error, address: SocketAddr) -> Failure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Failure::Refused { address },
        io::ErrorKind::TimedOut => Failure::TimedOut { address },
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            Failure::Unreachable { address }
        }
        _ => Failure::Connect {
            address,
            cause: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_that_meets_itself_is_refused() {
        let new = || Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP)).unwrap();
        let (own, other) = (new(), std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        own.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        own.connect(&own.local_addr().unwrap()).unwrap();
        let refused = outcome(&own, true).unwrap().unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        let visitor = new();
        visitor.connect(&other.local_addr().unwrap().into()).unwrap();
        assert!(outcome(&visitor, true).unwrap().is_ok());
    }
}
