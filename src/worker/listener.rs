//! Listening: one socket for both families where the system can, a thread that accepts.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::Failure;
use super::io_event::IoEvent;
use super::thread::Thread;

/// Connections that may wait to be accepted: a classroom that joins in the same second.
const BACKLOG: i32 = 1024;
/// Ports tried above one that is taken.
const FREE_PORTS_TRIED: u16 = 50;
/// After a failed accept (too many open files, mostly) wait this long: people who come meanwhile wait no longer than they notice,
/// and ten tries a second cost nothing.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// A connection of this computer to itself takes no longer.
const KNOCK_WITHIN: Duration = Duration::from_millis(200);

/// An open port. Dropping it closes the port and joins the thread; whoever drops it has dropped the receiver of events.
#[derive(Debug)]
pub(super) struct Listener {
    socket: Arc<TcpListener>,
    stop: Option<Sender<Infallible>>,
    thread: Thread,
}

impl Listener {
    /// Starts to accept.
    pub(super) fn start(socket: TcpListener, io: &Sender<IoEvent>) -> io::Result<Self> {
        let socket = Arc::new(socket);
        let (stop, stopped) = bounded(0);
        let acceptor = Acceptor {
            socket: Arc::clone(&socket),
            io: io.clone(),
            stopped,
            reserve: reserve(),
        };
        let thread = Thread::spawn_in_room("accept", io, || acceptor.run())?;
        Ok(Self {
            socket,
            stop: Some(stop),
            thread,
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop = None;
        // Linux ends a blocking accept like this; where it is an error, a visitor does.
        if SockRef::from(&*self.socket).shutdown(std::net::Shutdown::Both).is_err() {
            knock(&self.socket);
        }
        self.thread = Thread::none();
    }
}

fn knock(socket: &TcpListener) {
    let visit = socket.local_addr().and_then(|address| {
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        TcpStream::connect_timeout(&SocketAddr::new(ip, address.port()), KNOCK_WITHIN)
    });
    if let Err(error) = visit {
        tracing::debug!(%error, "a port could not be visited"); // it is full of visitors, or already closed
    }
}

/// The blocking thread that accepts.
struct Acceptor {
    socket: Arc<TcpListener>,
    io: Sender<IoEvent>,
    stopped: Receiver<Infallible>,
    /// A descriptor to give away when there are no others.
    reserve: Option<Socket>,
}

impl Acceptor {
    fn run(mut self) {
        let mut in_trouble = false;
        loop {
            let accepted = self.socket.accept();
            if self.is_stopped_within(Duration::ZERO) {
                return;
            }
            let event = match accepted {
                Ok((stream, address)) => {
                    in_trouble = false;
                    let address = SocketAddr::new(address.ip().to_canonical(), address.port());
                    IoEvent::Accepted { stream, address }
                }
                Err(error) if is_the_visitors_fault(&error) => continue,
                Err(error) => {
                    self.turn_everybody_away();
                    if self.is_stopped_within(ACCEPT_AGAIN_AFTER) {
                        return;
                    }
                    if std::mem::replace(&mut in_trouble, true) {
                        continue; // said already
                    }
                    IoEvent::AcceptFailed { error }
                }
            };
            if self.io.send(event).is_err() {
                return;
            }
        }
    }

    /// Without a descriptor nobody can be let in, nor be told so: those who wait are let in on the one in reserve and closed at once. In
    /// the queue they would wait in vain, and keep the next accept from ever waiting.
    fn turn_everybody_away(&mut self) {
        self.reserve = None;
        for _ in 0..BACKLOG {
            if !self.somebody_waits() || self.socket.accept().is_err() {
                break;
            }
        }
        self.reserve = reserve();
    }

    fn somebody_waits(&self) -> bool {
        const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };
        let mut queue = [PollFd::new(&*self.socket, PollFlags::IN)];
        matches!(poll(&mut queue, Some(&AT_ONCE)), Ok(ready) if ready > 0)
    }

    fn is_stopped_within(&self, time: Duration) -> bool {
        matches!(self.stopped.recv_timeout(time), Err(RecvTimeoutError::Disconnected))
    }
}

/// Any descriptor will do. `None`: not even this one is to be had.
fn reserve() -> Option<Socket> {
    Socket::new(Domain::IPV4, Type::DGRAM, None).ok()
}

/// Gone again before it was accepted: the next one is not concerned.
fn is_the_visitors_fault(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    )
}

/// Opens the port; the address says which one it became.
pub(super) fn bind(ip: Option<IpAddr>, port: u16) -> Result<(TcpListener, SocketAddr), Failure> {
    listen(ip, port)
        .and_then(|socket| socket.local_addr().map(|address| (socket, address)))
        .map_err(|error| failure(&error, ip, port))
}

/// At one address, or at all there are.
fn listen(ip: Option<IpAddr>, port: u16) -> io::Result<TcpListener> {
    match ip {
        Some(ip) => listen_at(ip, port),
        None => listen_at(Ipv6Addr::UNSPECIFIED.into(), port).or_else(|error| {
            if error.kind() == io::ErrorKind::AddrInUse {
                return Err(error);
            }
            listen_at(Ipv4Addr::UNSPECIFIED.into(), port) // a computer without IPv6
        }),
    }
}

fn listen_at(ip: IpAddr, port: u16) -> io::Result<TcpListener> {
    let address = SocketAddr::new(ip, port);
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if ip == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
        socket.set_only_v6(false)?;
    }
    // So that a host can open its room again at once; on Windows it would mean to share the port with another program.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn failure(error: &io::Error, ip: Option<IpAddr>, port: u16) -> Failure {
    match (error.kind(), ip) {
        (io::ErrorKind::AddrInUse, _) => Failure::PortTaken {
            port,
            free: free_port(ip, port),
        },
        (io::ErrorKind::PermissionDenied, _) => Failure::PortNotAllowed { port },
        (io::ErrorKind::AddrNotAvailable, Some(address)) => Failure::AddressNotLocal { address },
        _ => Failure::Listen {
            port,
            cause: error.to_string(),
        },
    }
}

/// A port near `taken` at which listening works: it has just been tried.
fn free_port(ip: Option<IpAddr>, taken: u16) -> Option<u16> {
    (1..=FREE_PORTS_TRIED)
        .filter_map(|above| taken.checked_add(above))
        .find(|port| listen(ip, *port).is_ok())
}

/// Lets a host have as many lines as the system allows at most, not only as many as it allows at first.
pub(super) fn raise_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::debug!(%error, "the limit on open files stays as it is"); // macOS says so to "no limit"
        }
    }
}
