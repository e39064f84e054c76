//! The language of tests over real sockets: a seat in a room, a raw peer, a deadline for everything.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, bounded};
use landline::proto::{Admit, Encoding, Entry, Event as RoomEvent, LeaveReason, Limits, Member};
use landline::worker::{Command, Config, EndReason, Event, Home, Host, Join, Role, Target, Worker};

/// Nothing on one computer takes this long unless it is broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);
/// What the tutorial's server says first.
pub(crate) const WELCOME: &str = "天王盖地虎,宝塔镇河妖";

/// A config for a host on loopback at a free port.
pub(crate) fn host(name: &str) -> Config {
    Config {
        name: name.to_owned(),
        role: Role::Host(Host {
            room: format!("{name}'s room"),
            again: None,
            bind: Some(Ipv4Addr::LOCALHOST.into()),
            port: 0,
            admit: Some(Admit::Anyone),
            history: None,
            plain: Some(Some(Encoding::Auto)),
            welcome: WELCOME.to_owned(),
        }),
        limits: Limits::default(),
        seed: Some([7; 32]),
    }
}

/// A config for a guest of a Landline host.
pub(crate) fn guest(name: &str, address: &str) -> Config {
    Config {
        name: name.to_owned(),
        role: Role::Join(Join {
            target: Target::Address(address.parse().unwrap()),
            plain: Some(Encoding::Auto),
            confirm: false,
            connect_within: DEADLINE,
        }),
        limits: Limits::default(),
        seed: Some([8; 32]),
    }
}

/// A config for a guest with a key.
pub(crate) fn native(name: &str, address: &str) -> Config {
    let mut config = guest(name, address);
    change_join(&mut config, |join| join.plain = None);
    config.seed = None;
    config
}

/// A config for a guest of a plain-text program.
pub(crate) fn guest_of_program(port: u16, encoding: Encoding) -> Config {
    let mut config = guest("李雷", &format!("127.0.0.1:{port}"));
    change_join(&mut config, |join| join.plain = Some(encoding));
    config
}

/// Bounds for so many lines from this one computer.
pub(crate) fn crowded(lines: usize) -> Limits {
    Limits {
        max_lines: lines,
        max_lines_per_address: lines,
        max_strangers: lines,
        max_strangers_per_address: lines,
        ..Limits::default()
    }
}

pub(crate) fn change_host(config: &mut Config, change: impl FnOnce(&mut Host)) {
    match &mut config.role {
        Role::Host(host) => change(host),
        Role::Join(_) => panic!("not a host"),
    }
}

pub(crate) fn change_join(config: &mut Config, change: impl FnOnce(&mut Join)) {
    match &mut config.role {
        Role::Join(join) => change(join),
        Role::Host(_) => panic!("not a guest"),
    }
}

/// Somebody in a room, by way of a worker.
pub(crate) struct Seat {
    pub(crate) worker: Worker,
}

impl Seat {
    /// Of somebody who is nobody else, and of whom nothing stays.
    pub(crate) fn open(config: Config) -> Self {
        Self::at(&Home::fleeting().unwrap(), config)
    }

    /// Of somebody who may come again.
    pub(crate) fn at(home: &Home, config: Config) -> Self {
        Self {
            worker: Worker::spawn(home.clone(), config, || {}).unwrap(),
        }
    }

    /// A host that listens.
    pub(crate) fn listening(config: Config) -> (Self, u16) {
        let seat = Self::open(config);
        let port = seat.until("listening", |event| match event {
            Event::Listening { port, .. } => Some(*port),
            _ => None,
        });
        (seat, port)
    }

    /// A guest that is in.
    pub(crate) fn connected(config: Config) -> Self {
        let seat = Self::open(config);
        seat.room("connected", |event| {
            matches!(event, RoomEvent::Connected { .. }).then_some(())
        });
        seat
    }

    pub(crate) fn send(&self, command: Command) {
        self.worker.send(command).unwrap();
    }

    pub(crate) fn say(&self, text: &str) {
        self.send(Command::say(text));
    }

    /// The first event from here on that `find` takes; what comes before is passed over.
    pub(crate) fn until<T>(&self, what: &str, mut find: impl FnMut(&Event) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        let mut passed = Vec::new();
        loop {
            match self.worker.events().recv_deadline(deadline) {
                Ok(event) => match find(&event) {
                    Some(found) => return found,
                    None => passed.push(event),
                },
                Err(error) => panic!(
                    "no “{what}” ({error}) among the last of {}: {:#?}",
                    passed.len(),
                    last(&passed)
                ),
            }
        }
    }

    pub(crate) fn room<T>(&self, what: &str, mut find: impl FnMut(&RoomEvent) -> Option<T>) -> T {
        self.until(what, |event| match event {
            Event::Room(event) => find(event),
            _ => None,
        })
    }

    /// The next message of somebody else; it must be this one.
    pub(crate) fn hears(&self, text: &str) -> Entry {
        let entry = self.room(text, |event| match event {
            RoomEvent::Said { entry } if !entry.mine => Some(entry.clone()),
            _ => None,
        });
        assert_eq!(&*entry.text, text);
        entry
    }

    pub(crate) fn sees_join(&self) -> Member {
        self.room("joined", |event| match event {
            RoomEvent::Joined { member } if !member.me => Some(member.clone()),
            _ => None,
        })
    }

    /// Somebody is called this from now on, whether they came or were renamed.
    pub(crate) fn sees_name(&self, name: &str) -> Member {
        self.room(name, |event| match event {
            RoomEvent::Joined { member } | RoomEvent::Renamed { member, .. } if &*member.author.name == name => {
                Some(member.clone())
            }
            _ => None,
        })
    }

    pub(crate) fn sees_leave(&self) -> LeaveReason {
        self.room("left", |event| match event {
            RoomEvent::Left { reason, .. } => Some(*reason),
            _ => None,
        })
    }

    /// How it ended; nothing may come after that.
    pub(crate) fn end(&self) -> EndReason {
        let reason = self.until("ended", |event| match event {
            Event::Ended(reason) => Some(reason.clone()),
            _ => None,
        });
        assert_eq!(
            self.worker.events().recv_timeout(DEADLINE),
            Err(RecvTimeoutError::Disconnected),
            "after the end"
        );
        reason
    }
}

fn last(events: &[Event]) -> &[Event] {
    &events[events.len().saturating_sub(12)..]
}

/// How long dropping a worker may take that has much to clean up, in a test program without optimisation, while others
/// keep the computer busy.
pub(crate) const JOIN_WITHIN_UNDER_LOAD: Duration = Duration::from_secs(8);

/// No clock decides: the test may be slower than a peer may be.
pub(crate) const PATIENT: Duration = Duration::from_secs(3600);

/// How long dropping takes; a drop that hangs fails and does not hang the test.
pub(crate) fn time_to_drop<T: Send + 'static>(value: T) -> Duration {
    let (done, dropped) = bounded(1);
    std::thread::Builder::new()
        .name("dropper".to_owned())
        .spawn(move || {
            let before = Instant::now();
            drop(value);
            done.send(before.elapsed()).unwrap();
        })
        .unwrap();
    dropped.recv_timeout(DEADLINE).expect("dropping takes for ever")
}

/// A program on the other side that knows nothing of Landline.
pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
}

impl Raw {
    pub(crate) fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            read: Vec::new(),
        }
    }

    pub(crate) fn connect(port: u16) -> Self {
        Self::new(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap())
    }

    /// Connected, and past the welcome.
    pub(crate) fn welcomed(port: u16) -> Self {
        let mut raw = Self::connect(port);
        raw.reads(WELCOME);
        raw
    }

    pub(crate) fn sends(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Reads until `text` has come; what came with it stays.
    pub(crate) fn reads(&mut self, text: &str) {
        let at = loop {
            if let Some(at) = find(&self.read, text.as_bytes()) {
                break at;
            }
            let mut buffer = [0; 4096];
            let count = self.stream.read(&mut buffer).unwrap();
            let so_far = String::from_utf8_lossy(&self.read);
            assert_ne!(count, 0, "the line ended before “{text}”, after “{so_far}”");
            self.read.extend_from_slice(&buffer[..count]);
        };
        self.read.drain(..at + text.len());
    }

    /// Reads until `byte` has come so many times.
    pub(crate) fn reads_so_many(&mut self, byte: u8, times: usize) {
        let mut buffer = [0; 64 << 10];
        let (mut seen, mut fresh) = (0, std::mem::take(&mut self.read));
        loop {
            seen += fresh.iter().filter(|read| **read == byte).count();
            if seen >= times {
                self.read = fresh;
                return;
            }
            let count = self.stream.read(&mut buffer).unwrap();
            assert_ne!(count, 0, "the line ended after {seen} of {times}");
            fresh = buffer[..count].to_vec();
        }
    }

    /// One `recv(1024)`, as the scripts do it.
    pub(crate) fn recv(&mut self) -> Vec<u8> {
        assert!(
            self.read.is_empty(),
            "“{}” was not looked at",
            String::from_utf8_lossy(&self.read)
        );
        let mut buffer = [0; 1024];
        let count = self.stream.read(&mut buffer).unwrap();
        buffer[..count].to_vec()
    }

    /// Reads to the end, which must come; a reset counts.
    pub(crate) fn reads_to_end(&mut self) -> String {
        let mut rest = std::mem::take(&mut self.read);
        if let Err(error) = self.stream.read_to_end(&mut rest) {
            assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "the line does not end");
        }
        String::from_utf8_lossy(&rest).into_owned()
    }

    /// Reads until `text` has come (true), or the line has ended without it.
    pub(crate) fn reads_to_end_or(&mut self, text: &str) -> bool {
        let mut buffer = [0; 4096];
        while find(&self.read, text.as_bytes()).is_none() {
            match self.stream.read(&mut buffer) {
                Ok(count) if count > 0 => self.read.extend_from_slice(&buffer[..count]),
                _ => return false,
            }
        }
        true
    }

    pub(crate) fn finish(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// Ends as a crash does: RST instead of FIN.
    pub(crate) fn reset(self) {
        socket2::SockRef::from(&self.stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// A port at which a program can listen.
pub(crate) fn program_port() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A port at which nobody ever answers: its queue is full. Lives as long as what is returned.
pub(crate) fn silent_port() -> (Vec<socket2::Socket>, u16) {
    silent_at(0)
}

/// The same at a certain port.
pub(crate) fn silent_at(port: u16) -> (Vec<socket2::Socket>, u16) {
    let new = || socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let listener = new();
    listener.set_reuse_address(true).unwrap(); // a room was there a moment ago
    listener
        .bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())
        .unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut sockets = vec![listener];
    // Visitors until one is no longer let into the queue.
    for _ in 0..16 {
        let visitor = new();
        let answered = visitor.connect_timeout(&address, Duration::from_millis(100)).is_ok();
        sockets.push(visitor);
        if !answered {
            break;
        }
    }
    (sockets, address.as_socket().unwrap().port())
}
