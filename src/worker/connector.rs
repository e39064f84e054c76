//! Connecting: every address of a host, a new one every quarter of a second, the first that answers wins (RFC 8305).

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, Socket, Type};

use super::Failure;
use super::io_event::IoEvent;
use super::thread::Thread;
use crate::proto::Address;

/// The next address is tried when the last one has not answered after this (RFC 8305, "Connection Attempt Delay").
const NEXT_AFTER: Duration = Duration::from_millis(250);
/// How long a cancelled attempt may go unnoticed.
const SLICE: Duration = Duration::from_millis(50);

/// One attempt of a room to reach its host. What a cancelled one still reports is told from the others by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AttemptId(pub(super) u64);

/// An attempt to connect. Dropping it cancels.
#[derive(Debug)]
pub(super) struct Connector {
    stop: Option<Sender<Infallible>>,
    thread: Thread,
}

impl Connector {
    /// Starts to connect to whichever of `addresses` answers first; they are tried in this order, those that are names as soon
    /// as they are looked up. The last event is `Connected` or `ConnectFailed`.
    pub(super) fn start(
        id: AttemptId,
        addresses: Vec<Address>,
        within: Duration,
        io: &Sender<IoEvent>,
    ) -> io::Result<Self> {
        let (stop, stopped) = bounded(0);
        let attempt = Attempt {
            id,
            deadline: Instant::now() + within,
            io: io.clone(),
            stopped,
        };
        let thread = Thread::spawn_in_room("connect", io, move || attempt.run(&addresses))?;
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
    id: AttemptId,
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
    fn run(self, addresses: &[Address]) {
        let attempt = self.id;
        let event = match self.race(addresses) {
            Ok((stream, address)) => IoEvent::Connected {
                attempt,
                stream,
                address,
            },
            Err(NoStream::Failed(failure)) => IoEvent::ConnectFailed { attempt, failure },
            Err(NoStream::Cancelled) => return,
        };
        if self.io.send(event).is_err() {
            tracing::trace!("a connection came after its room had ended");
        }
    }

    /// Tries all addresses until one answers.
    fn race(&self, addresses: &[Address]) -> Result<(TcpStream, SocketAddr), NoStream> {
        let mut race = Race::new(addresses);
        let mut names = Names::look_up(addresses)?;
        loop {
            let now = Instant::now();
            if self.stopped.try_recv() == Err(TryRecvError::Disconnected) {
                return Err(NoStream::Cancelled);
            }
            if let Some(address) = race.take_due(now) {
                let attempt = self.id;
                if self.io.send(IoEvent::Connecting { attempt, address }).is_err() {
                    return Err(NoStream::Cancelled);
                }
                race.start(address);
            }
            if now >= self.deadline || (race.is_lost() && names.waiting.is_empty()) {
                race.failures.extend(names.waiting.into_iter().map(not_resolved));
                return Err(race.most_telling().into());
            }
            if let Some(winner) = race.wait(now, self.deadline)? {
                return Ok(winner);
            }
            let within = if race.is_lost() { SLICE } else { Duration::ZERO };
            race.join(names.next(within));
        }
    }
}

/// Names that are being looked up.
///
/// The system's resolver cannot be interrupted: each name has a thread of its own, which nobody joins and which holds
/// nothing but the name and a channel without a reader, should it come back after a cancel.
struct Names {
    found: Receiver<(String, Vec<SocketAddr>)>,
    waiting: Vec<String>,
}

impl Names {
    fn look_up(addresses: &[Address]) -> Result<Self, Failure> {
        let (finder, found) = bounded(addresses.len()); // so that no thread waits for a reader
        let mut waiting = Vec::new();
        for address in addresses.iter().filter(|address| literal(address).is_none()) {
            let (name, finder) = ((address.host.clone(), address.port), finder.clone());
            std::thread::Builder::new()
                .name("resolve".to_owned())
                .spawn(move || {
                    let resolved = name.to_socket_addrs().map(Vec::from_iter).unwrap_or_default();
                    if finder.send((name.0, resolved)).is_err() {
                        tracing::trace!("a name was resolved after it had been given up");
                    }
                })
                .map_err(|error| Failure::too_little(&error))?;
            waiting.push(address.host.clone());
        }
        Ok(Self { found, waiting })
    }

    /// The addresses of a name that has been looked up meanwhile, or is within this time.
    fn next(&mut self, within: Duration) -> Option<Result<Vec<SocketAddr>, Failure>> {
        if self.waiting.is_empty() {
            return None;
        }
        let (name, addresses) = self.found.recv_timeout(within).ok()?;
        let at = self.waiting.iter().position(|waiting| *waiting == name)?;
        self.waiting.remove(at);
        Some(match addresses.is_empty() {
            true => Err(not_resolved(name)),
            false => Ok(alternating(addresses)),
        })
    }
}

fn not_resolved(host: String) -> Failure {
    Failure::NotResolved { host }
}

/// The address, if it is given in numbers.
fn literal(address: &Address) -> Option<SocketAddr> {
    let ip = address.host.parse::<IpAddr>().ok()?;
    Some(SocketAddr::new(ip, address.port))
}

/// The addresses of a host: those to try, those being tried, those that failed.
struct Race {
    waiting: VecDeque<SocketAddr>,
    /// Whatever was to be tried so far: two names may mean one computer.
    known: BTreeSet<SocketAddr>,
    running: Vec<(Socket, SocketAddr)>,
    failures: Vec<Failure>,
    /// When the next one starts.
    next: Instant,
}

impl Race {
    fn new(addresses: &[Address]) -> Self {
        let mut race = Self {
            waiting: VecDeque::new(),
            known: BTreeSet::new(),
            running: Vec::new(),
            failures: Vec::new(),
            next: Instant::now(),
        };
        race.add(addresses.iter().filter_map(literal));
        race
    }

    fn add(&mut self, addresses: impl IntoIterator<Item = SocketAddr>) {
        for address in addresses {
            if self.known.insert(address) {
                self.waiting.push_back(address);
            }
        }
    }

    /// A name was looked up.
    fn join(&mut self, resolved: Option<Result<Vec<SocketAddr>, Failure>>) {
        match resolved {
            Some(Ok(addresses)) => self.add(addresses),
            Some(Err(failure)) => self.failures.push(failure),
            None => {}
        }
    }

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
            .unwrap_or(Failure::NoAddress)
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
