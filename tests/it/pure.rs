//! The language of the tests of the pure core: an endpoint, a virtual clock, raw peers as byte strings, events as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use landline::proto::identity::Identity;
use landline::proto::log::{Epoch, History, Loaded, RoomId, Settings};
use landline::proto::{
    Admit, Command, Encoding, Endpoint, Entry, Event, HostConfig, Limits, LineEnd, LineId, MemberId, Now,
    PlainGuestConfig, Store, Transmit,
};

/// An endpoint without a network: a virtual clock, raw peers as byte strings, events as text.
///
/// ```text
/// Room::host().open(1).sends(1, "你好").after(150).shows("…")
/// ```
pub(crate) struct Room {
    pub(crate) endpoint: Endpoint,
    pub(crate) now: Now,
    pub(crate) events: Vec<Event>,
    wires: BTreeMap<u64, Wire>,
    /// How long whoever calls is silent before a test goes on.
    silence: u64,
}

/// What the operating system and the peer at the other end of a line have seen.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    pub(crate) received: Vec<u8>,
    /// Each write on its own, with the milliseconds since the start.
    pub(crate) writes: Vec<(u64, Vec<u8>)>,
    pub(crate) finished: bool,
    pub(crate) closed: bool,
    /// Bytes that the operating system takes before its buffer is full; `None`: all.
    pub(crate) room: Option<usize>,
}

impl Room {
    pub(crate) fn host() -> Self {
        Self::host_with(|_| {})
    }

    /// A host without a welcome, unless `change` sets one.
    pub(crate) fn host_with(change: impl FnOnce(&mut HostConfig)) -> Self {
        let mut config = plain_host(7);
        change(&mut config);
        Self::new(Endpoint::host(start(), config), SILENCE)
    }

    pub(crate) fn guest() -> Self {
        Self::guest_with(|_| {})
    }

    /// A guest of a plain program, unless `change` says otherwise.
    pub(crate) fn guest_with(change: impl FnOnce(&mut PlainGuestConfig)) -> Self {
        let mut config = PlainGuestConfig {
            seed: [8; 32],
            name: "Gina".into(),
            host: "host.lan:8888".into(),
            encoding: Encoding::Auto,
            limits: Limits::default(),
        };
        change(&mut config);
        Self::new(Endpoint::plain_guest(config), 0)
    }

    fn new(endpoint: Endpoint, silence: u64) -> Self {
        let mut room = Self {
            endpoint,
            now: start(),
            events: Vec::new(),
            wires: BTreeMap::new(),
            silence,
        };
        room.drain();
        room
    }

    /// Opens line `line` from 10.0.0.`line`. Who calls a host says nothing for a second, as plain-text programs do that wait for the other side.
    pub(crate) fn open(self, line: u64) -> Self {
        self.open_from(line, &format!("10.0.0.{line}:5000"))
    }

    pub(crate) fn open_from(self, line: u64, address: &str) -> Self {
        let silence = self.silence;
        self.dial_from(line, address).after(silence)
    }

    /// Opens line `line`, and no time passes.
    pub(crate) fn dial(self, line: u64) -> Self {
        self.dial_from(line, &format!("10.0.0.{line}:5000"))
    }

    pub(crate) fn dial_from(mut self, line: u64, address: &str) -> Self {
        let address: SocketAddr = address.parse().expect("tests write addresses right");
        self.wires.entry(line).or_default();
        self.endpoint.handle_opened(self.now, LineId(line), address);
        self.drain();
        self
    }

    /// From now on the operating system takes only so many bytes more of a line.
    pub(crate) fn stalls(mut self, line: u64, after: usize) -> Self {
        self.wire_mut(line).room = Some(after);
        self
    }

    /// The peer reads again.
    pub(crate) fn reads(mut self, line: u64) -> Self {
        self.wire_mut(line).room = None;
        self.write(LineId(line));
        self.drain();
        self
    }

    pub(crate) fn sends(mut self, line: u64, bytes: impl AsRef<[u8]>) -> Self {
        self.endpoint.handle_bytes(self.now, LineId(line), bytes.as_ref());
        self.drain();
        self
    }

    pub(crate) fn ends(mut self, line: u64, end: LineEnd) -> Self {
        self.endpoint.handle_ended(self.now, LineId(line), end);
        self.drain();
        self
    }

    pub(crate) fn says(mut self, text: &str) -> Self {
        self.endpoint.handle_command(self.now, Command::say(text));
        self.drain();
        self
    }

    pub(crate) fn removes(mut self, member: u64) -> Self {
        let member = plain_guest(member);
        self.endpoint.handle_command(self.now, Command::Remove { member });
        self.drain();
        self
    }

    pub(crate) fn leaves(mut self) -> Self {
        self.endpoint.handle_command(self.now, Command::Leave);
        self.drain();
        self
    }

    /// Lets time pass, from deadline to deadline.
    pub(crate) fn after(mut self, milliseconds: u64) -> Self {
        let until = self.now.monotonic + Duration::from_millis(milliseconds);
        for _ in 0..100_000 {
            let Some(next) = self.endpoint.poll_timeout().filter(|at| *at <= until) else {
                self.pass(until);
                return self;
            };
            self.pass(next.max(self.now.monotonic));
            self.endpoint.handle_timeout(self.now);
            self.drain();
        }
        panic!("the endpoint does not come to rest");
    }

    fn pass(&mut self, until: Instant) {
        let passed = until - self.now.monotonic;
        self.now.monotonic += passed;
        self.now.wall += passed;
    }

    fn drain(&mut self) {
        keep_at_once(&mut self.endpoint, self.now);
        while let Some(transmit) = self.endpoint.poll_transmit() {
            match transmit {
                Transmit::Write(line) => self.write(line),
                Transmit::Finish(line) => {
                    let wire = self.wire_mut(line.0);
                    assert!(!wire.finished && !wire.closed, "one FIN, before the close");
                    wire.finished = true;
                }
                Transmit::Close(line) => {
                    let wire = self.wire_mut(line.0);
                    assert!(!wire.closed, "one close");
                    wire.closed = true;
                }
                Transmit::Connect => panic!("nobody here has a key"),
            }
        }
        while let Some(event) = self.endpoint.poll_event() {
            self.events
                .extend(is_plain(&event).then(|| self.without_founding(event)));
        }
    }

    /// Messages are counted from 1: how a host's room was made, and that the host is a member of it, stands before them in the log.
    fn without_founding(&self, mut event: Event) -> Event {
        if self.silence > 0
            && let Event::Said {
                entry: Entry { seq, .. },
            }
            | Event::Sent { seq, .. } = &mut event
        {
            *seq -= FOUNDING;
        }
        event
    }

    fn write(&mut self, line: LineId) {
        let milliseconds = self.now.monotonic.duration_since(epoch()).as_millis() as u64;
        let wire = self.wires.get_mut(&line.0).expect("only opened lines are used");
        assert!(!wire.finished && !wire.closed, "nothing is written behind the end");
        let pending = self.endpoint.pending(line);
        let taken = wire.room.map_or(pending.len(), |room| room.min(pending.len()));
        wire.received.extend_from_slice(&pending[..taken]);
        if taken > 0 {
            wire.writes.push((milliseconds, pending[..taken].to_vec()));
        }
        wire.room = wire.room.map(|room| room - taken);
        self.endpoint.handle_written(self.now, line, taken);
    }

    fn wire_mut(&mut self, line: u64) -> &mut Wire {
        self.wires.get_mut(&line).expect("only opened lines are used")
    }

    pub(crate) fn wire(&self, line: u64) -> &Wire {
        &self.wires[&line]
    }

    /// What the peer has received since the last question.
    pub(crate) fn take_received(&mut self, line: u64) -> Vec<u8> {
        std::mem::take(&mut self.wire_mut(line).received)
    }

    /// What the peer has received since the last question, as text.
    #[track_caller]
    pub(crate) fn hears(mut self, line: u64, expected: &str) -> Self {
        let received = self.take_received(line);
        assert_eq!(String::from_utf8_lossy(&received), expected, "on line {line}");
        self
    }

    /// What happened since the last question, one line each; see [`describe`].
    #[track_caller]
    pub(crate) fn shows(mut self, expected: &[&str]) -> Self {
        let shown: Vec<String> = self.events.drain(..).map(|event| describe(&event)).collect();
        assert_eq!(shown, expected);
        self
    }

    /// Looks at the last of what happened only.
    #[track_caller]
    pub(crate) fn quietly_but_last(mut self, expected: &[&str]) -> Self {
        let forgotten = self.events.len().saturating_sub(expected.len());
        self.events.drain(..forgotten);
        self.shows(expected)
    }

    /// Forgets what happened so far.
    pub(crate) fn quietly(mut self) -> Self {
        self.events.clear();
        self
    }
}

/// A host whose room lets in plain guests only on purpose.
pub(crate) fn plain_host(seed: u8) -> HostConfig {
    let identity = Identity::from_seed(&[seed; 32]);
    let settings = Settings {
        name: "房间".into(),
        history: History::None,
        plain: Some(Encoding::Auto),
        admit: Admit::Ask,
    };
    HostConfig {
        seed: [seed; 32],
        loaded: Loaded::made(RoomId([1; 16]), Epoch([2; 16]), identity.key(), settings.clone()),
        identity,
        settings,
        name: "Host".into(),
        welcome: String::new(),
        limits: Limits::default(),
    }
}

/// Entries of a log before the first message.
const FOUNDING: u64 = 2;
/// How long a host waits for a native guest's first byte.
const SILENCE: u64 = 1_000;

/// The plain guest that came as number `number`.
pub(crate) fn plain_guest(number: u64) -> MemberId {
    MemberId(MemberId::PLAIN.0 + number)
}

/// What a plain line has to do with; a host's log and its members are tested in `host`.
fn is_plain(event: &Event) -> bool {
    !matches!(
        event,
        Event::Queued { .. } | Event::Settings { .. } | Event::Known { .. } | Event::Receipt { .. }
    )
}

/// A disk that is never slow and never full.
pub(crate) fn keep_at_once(endpoint: &mut Endpoint, now: Now) {
    endpoint.handle_lull(now);
    while let Some(wish) = endpoint.poll_store() {
        match wish {
            Store::Keep(batch) => endpoint.handle_stored(now, batch.id, Ok(())),
            Store::Read { .. } => panic!("a plain room reads nothing back"),
        }
        endpoint.handle_lull(now);
    }
}

/// The first moment of virtual time.
pub(crate) fn start() -> Now {
    Now {
        monotonic: epoch(),
        wall: SystemTime::UNIX_EPOCH,
    }
}

/// The start of virtual time. One instant for the whole process, so that differences can be printed.
pub(crate) fn epoch() -> Instant {
    static EPOCH: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

/// An event as one line of text.
pub(crate) fn describe(event: &Event) -> String {
    let mut line = String::new();
    match event {
        Event::Connected { host, room, .. } => write!(line, "connected to {} in {room}", host.name),
        Event::Joined { member } => write!(line, "{} joined", member.author.name),
        Event::Renamed { member, previous } => write!(line, "{previous} is now {}", member.author.name),
        Event::Left { member, reason } => write!(line, "{} left: {reason:?}", member.author.name),
        Event::Said { entry } => write!(line, "{} {}: {}", entry.seq, entry.author.name, entry.text),
        Event::Sent { seq, plain: true, .. } => write!(line, "{seq} sent"),
        Event::Sent { seq, .. } => write!(line, "{seq} stored"),
        Event::Refused { text, reason, .. } => write!(line, "refused {text:?}: {reason:?}"),
        Event::Notice { notice } => write!(line, "notice {notice:?}"),
        Event::Closed { reason } => write!(line, "closed: {reason:?}"),
        native => write!(line, "{native:?}"),
    }
    .expect("a string takes everything");
    line
}

/// Two Landlines on plain text, and a cable without delay.
pub(crate) struct Pair {
    pub(crate) host: Room,
    pub(crate) guest: Room,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self {
            host: Room::host(),
            guest: Room::guest(),
        }
    }

    pub(crate) fn connect(mut self) -> Self {
        self.host = self.host.open(1);
        self.guest = self.guest.open(1);
        self.drive()
    }

    pub(crate) fn host_says(mut self, text: &str) -> Self {
        self.host = self.host.says(text);
        self.drive()
    }

    pub(crate) fn guest_says(mut self, text: &str) -> Self {
        self.guest = self.guest.says(text);
        self.drive()
    }

    pub(crate) fn after(mut self, milliseconds: u64) -> Self {
        for _ in 0..milliseconds.div_ceil(10) {
            self.host = self.host.after(10);
            self.guest = self.guest.after(10);
            self = self.drive();
        }
        self
    }

    /// Carries bytes and ends until nothing moves.
    pub(crate) fn drive(mut self) -> Self {
        loop {
            let to_guest = std::mem::take(&mut self.host.wire_mut(1).received);
            let to_host = std::mem::take(&mut self.guest.wire_mut(1).received);
            if to_guest.is_empty() && to_host.is_empty() {
                break;
            }
            self.guest = self.guest.sends(1, to_guest);
            self.host = self.host.sends(1, to_host);
        }
        if self.host.wire(1).finished && !self.guest.wire(1).closed {
            self.guest = self.guest.ends(1, LineEnd::Finished);
        }
        if (self.guest.wire(1).finished || self.guest.wire(1).closed) && !self.host.wire(1).closed {
            self.host = self.host.ends(1, LineEnd::Finished);
        }
        self
    }
}
