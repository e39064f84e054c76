//! The one thread that owns a room: one loop, one `select!`.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender, at, bounded, never, select};

use super::connector::Connector;
use super::io_event::IoEvent;
use super::lines::Lines;
use super::listener::{self, Listener};
use super::reach;
use super::transport::Written;
use super::window::Window;
use super::{Command, Config, EndReason, Event, Failure, Host, Join, Role};
use crate::proto::plain::BYE;
use crate::proto::{self, Endpoint, LineId, Now, Transmit};

/// Reports of the IO threads that wait for the driver: at most 16 MiB of bytes that nobody has looked at.
const IO_EVENTS: usize = 1024;
/// Reports taken before anything is answered: a busy host then writes once per line for all of them. More would let
/// what is queued for a line grow while nothing of it is written.
const IO_BATCH: usize = 128;
/// Bytes taken before anything is answered, for the same reason.
const IO_BATCH_BYTES: usize = 64 << 10;

/// How often the driver looks, and lets others run, before it sleeps: the answer to what it has just done is often on its
/// way, and to put a thread to sleep and wake it costs more than to come back a few times. While it looks it reads the line
/// that spoke last itself. Both together halve a round trip through two workers (`benches/network`).
const LOOKS_BEFORE_SLEEP: usize = 16;

/// Why the driver woke up.
enum Wake {
    Io(IoEvent),
    Command(Command),
    /// Nobody holds the worker any more.
    Abandoned,
    /// The window has taken an event.
    Taken,
    Timer,
}

/// What makes the lines.
#[derive(Debug)]
enum Source {
    Nothing,
    // Held for their `Drop`.
    Listener { _listener: Listener },
    Connector { _connector: Connector },
}

/// The actor: everything of one room that is not pure.
pub(super) struct Driver {
    endpoint: Endpoint,
    role: Role,
    commands: Receiver<Command>,
    /// Closed when nobody holds the worker any more; known even while no command is taken.
    held: Receiver<Infallible>,
    window: Window,
    io: Receiver<IoEvent>,
    io_sender: Sender<IoEvent>,
    source: Source,
    lines: Lines,
    next_line: u64,
    timer: Receiver<Instant>,
    /// For when `timer` is set.
    timer_at: Option<Instant>,
    /// Whose turn it was last: the person's at this computer, or the peers'.
    person_was_heard: bool,
    ended: bool,
}

impl Driver {
    pub(super) fn new(
        config: Config,
        commands: Receiver<Command>,
        held: Receiver<Infallible>,
        events: Sender<Event>,
        wake: Box<dyn Fn() + Send>,
    ) -> Self {
        let (io_sender, io) = bounded(IO_EVENTS);
        Self {
            endpoint: config.endpoint(now()),
            role: config.role,
            commands,
            held,
            window: Window::new(events, wake),
            io,
            io_sender,
            source: Source::Nothing,
            lines: Lines::default(),
            next_line: 0,
            timer: never(),
            timer_at: None,
            person_was_heard: false,
            ended: false,
        }
    }

    /// Lives until the room is over. If that is because of a panic, the window still hears that it is over.
    pub(super) fn run(mut self) {
        let lived = catch_unwind(AssertUnwindSafe(|| self.live()));
        self.close();
        if lived.is_err() {
            self.window.end_by_panic();
        }
    }

    fn live(&mut self) {
        self.open();
        while self.window.flush() && !(self.ended && self.window.is_empty()) {
            match self.wait() {
                Wake::Io(event) => self.handle_io_batch(event),
                Wake::Command(command) => self.handle_commands(command),
                Wake::Abandoned => break,
                Wake::Taken => self.window.sent(),
                Wake::Timer => self.timer_at = None,
            }
            self.settle();
        }
        self.say_goodbye();
    }

    fn open(&mut self) {
        let opened = match self.role.clone() {
            Role::Host(host) => self.listen(&host),
            Role::Join(join) => self.connect(&join),
        };
        if let Err(failure) = opened {
            self.end(EndReason::Failed(failure));
        }
    }

    fn listen(&mut self, host: &Host) -> Result<(), Failure> {
        listener::raise_file_limit();
        let (socket, bound) = listener::bind(host.bind, host.port)?;
        let listener = Listener::start(socket, self.io_sender.clone()).map_err(|error| Failure::too_little(&error))?;
        self.source = Source::Listener { _listener: listener };
        self.window.push(Event::Listening {
            room: host.room.clone(),
            port: bound.port(),
            addresses: reach::addresses(bound),
        });
        self.drain_endpoint();
        Ok(())
    }

    fn connect(&mut self, join: &Join) -> Result<(), Failure> {
        let connector = Connector::start(join, self.io_sender.clone()).map_err(|error| Failure::too_little(&error))?;
        self.source = Source::Connector { _connector: connector };
        Ok(())
    }

    fn wait(&mut self) -> Wake {
        if self.is_abandoned() {
            return Wake::Abandoned; // peers who never stop talking would hide it from `sleep`
        }
        let wake = (0..LOOKS_BEFORE_SLEEP)
            .find_map(|_| self.look())
            .unwrap_or_else(|| self.sleep());
        self.person_was_heard = matches!(wake, Wake::Command(_));
        wake
    }

    fn is_abandoned(&self) -> bool {
        self.held.try_recv().is_err_and(|error| error.is_disconnected())
    }

    /// Whether something has come meanwhile; otherwise others may run. The person and the peers take turns: neither
    /// drowns the other.
    fn look(&mut self) -> Option<Wake> {
        let wake = if self.person_was_heard {
            self.report().or_else(|| self.command())
        } else {
            self.command().or_else(|| self.report())
        };
        if wake.is_none() {
            std::thread::yield_now();
        }
        wake
    }

    /// First the line that is read here, once for each batch of the others: neither a flood there nor one here drowns the rest.
    fn report(&mut self) -> Option<Wake> {
        let takes = self.takes_reports();
        takes
            .then(|| self.lines.try_read().or_else(|| self.io.try_recv().ok()))
            .flatten()
            .map(Wake::Io)
    }

    fn command(&self) -> Option<Wake> {
        let takes = self.takes_commands();
        takes
            .then(|| self.commands.try_recv().ok().map(Wake::Command))
            .flatten()
    }

    fn takes_reports(&self) -> bool {
        !self.ended && !self.window.makes_peers_wait()
    }

    /// A script that does not read, or says more than its line takes, is told to wait.
    fn takes_commands(&self) -> bool {
        !self.window.makes_commands_wait() && (self.ended || !self.endpoint.is_congested())
    }

    /// The one place where the driver blocks.
    fn sleep(&mut self) -> Wake {
        self.set_timer();
        self.lines.hand_back();
        let (no_io, no_commands) = (never(), never());
        let io = if self.takes_reports() { &self.io } else { &no_io };
        let commands = if self.takes_commands() {
            &self.commands
        } else {
            &no_commands
        };
        let window = self.window.sender().clone();
        select! {
            recv(io) -> event => event.map_or(Wake::Timer, Wake::Io),
            recv(commands) -> command => command.map_or(Wake::Abandoned, Wake::Command),
            send(window, self.window.next()) -> sent => sent.map_or(Wake::Abandoned, |()| Wake::Taken),
            recv(self.held) -> _ => Wake::Abandoned,
            recv(self.timer) -> _ => Wake::Timer,
        }
    }

    fn set_timer(&mut self) {
        let deadline = match self.ended {
            true => None,
            false => [self.endpoint.poll_timeout(), self.lines.next_retry()]
                .into_iter()
                .flatten()
                .min(),
        };
        if deadline != self.timer_at {
            self.timer_at = deadline;
            self.timer = deadline.map_or_else(never, at);
        }
    }

    /// Takes what else has come in meanwhile, so that all of it is answered with one write per line.
    fn handle_io_batch(&mut self, first: IoEvent) {
        let mut bytes = self.handle_io(first);
        for _ in 1..IO_BATCH {
            if bytes >= IO_BATCH_BYTES {
                break;
            }
            let Ok(event) = self.io.try_recv() else { break };
            bytes += self.handle_io(event);
        }
    }

    /// Yields the bytes that came.
    fn handle_io(&mut self, event: IoEvent) -> usize {
        match event {
            IoEvent::Accepted { stream, address } => self.accept(stream, address),
            IoEvent::AcceptFailed { error } => tracing::warn!("nobody new can come in at the moment: {error}"),
            IoEvent::Connecting { address } => self.window.push(Event::Connecting { address }),
            IoEvent::Connected { stream, address } => self.connected(stream, address),
            IoEvent::ConnectFailed { failure } => self.end(EndReason::Failed(failure)),
            IoEvent::Bytes {
                line,
                bytes,
                reader_waits,
            } => {
                if reader_waits {
                    self.lines.take_over(line);
                }
                if self.lines.is_open(line) {
                    self.endpoint.handle_bytes(now(), line, &bytes);
                }
                return bytes.len();
            }
            IoEvent::Ended { line, end } => {
                if let Some(end) = self.lines.remove(line, end) {
                    self.endpoint.handle_ended(now(), line, end);
                }
            }
        }
        0
    }

    fn accept(&mut self, stream: TcpStream, address: SocketAddr) {
        // One that gets no thread is closed by this, and everybody else is left alone.
        if let Err(error) = self.open_line(stream, address) {
            tracing::warn!("somebody could not be let in: {error}");
        }
    }

    fn connected(&mut self, stream: TcpStream, address: SocketAddr) {
        self.source = Source::Nothing;
        if let Err(error) = self.open_line(stream, address) {
            self.end(EndReason::Failed(Failure::too_little(&error)));
        }
    }

    fn open_line(&mut self, stream: TcpStream, address: SocketAddr) -> io::Result<()> {
        let id = LineId(self.next_line);
        self.next_line += 1;
        self.lines.open(id, stream, self.io_sender.clone())?;
        self.endpoint.handle_opened(now(), id, address);
        Ok(())
    }

    /// Takes what else was said meanwhile, for the same reason as with peers.
    fn handle_commands(&mut self, first: Command) {
        self.handle_command(first);
        for _ in 1..IO_BATCH {
            if !self.takes_commands() || self.is_abandoned() {
                break;
            }
            let Ok(command) = self.commands.try_recv() else { break };
            self.handle_command(command);
        }
    }

    fn handle_command(&mut self, command: Command) {
        match command {
            _ if self.ended => {}
            Command::Leave if self.is_connecting() => self.end(EndReason::Cancelled),
            Command::Say { text, .. } if self.is_connecting() && text == BYE => self.end(EndReason::Cancelled),
            command => self.endpoint.handle_command(now(), command),
        }
    }

    fn is_connecting(&self) -> bool {
        matches!(self.source, Source::Connector { .. })
    }

    /// Does all that the endpoint wants done, then what is due: after a pause of this computer a peer that has read
    /// meanwhile must not be called slow before it was offered anything.
    fn settle(&mut self) {
        if self.ended {
            return;
        }
        while let Some(line) = self.lines.take_retry(Instant::now()) {
            self.write(line);
        }
        self.drain_endpoint();
        let now = now();
        if !self.ended && self.endpoint.poll_timeout().is_some_and(|at| at <= now.monotonic) {
            self.endpoint.handle_timeout(now);
            self.drain_endpoint();
        }
    }

    fn drain_endpoint(&mut self) {
        while let Some(transmit) = self.endpoint.poll_transmit() {
            match transmit {
                Transmit::Write(line) => self.write(line),
                Transmit::Finish(line) => self.lines.finish(line),
                Transmit::Close(line) => self.lines.close(line),
                Transmit::Connect => {} // only a guest with a key asks, and none is made yet
            }
        }
        while let Some(event) = self.endpoint.poll_event() {
            self.pass_on(event);
        }
    }

    /// Writes all that waits for a line, as far as the system takes it.
    fn write(&mut self, line: LineId) {
        loop {
            let pending = self.endpoint.pending(line);
            if pending.is_empty() {
                return;
            }
            let now = now();
            match self.lines.write(now.monotonic, line, pending) {
                Some(Written::Bytes(bytes)) => self.endpoint.handle_written(now, line, bytes),
                Some(Written::Full) => return self.endpoint.handle_written(now, line, 0),
                Some(Written::Broken(_)) | None => return, // its reader tells, or the retry comes
            }
        }
    }

    fn pass_on(&mut self, event: proto::Event) {
        match event {
            proto::Event::Closed { reason } => self.end(EndReason::Closed(reason)),
            event => self.window.push(Event::Room(event)),
        }
    }

    /// The room is over: the last event is pending, and nothing that still happens counts.
    fn end(&mut self, reason: EndReason) {
        if self.ended {
            return;
        }
        self.ended = true;
        // A port is free again when people read that the room is closed; a connector may take a moment to notice.
        if let Source::Listener { .. } = self.source {
            self.close();
        }
        self.window.push(Event::Ended(reason));
    }

    /// The worker was dropped: a last `bye` where that needs no waiting.
    fn say_goodbye(&mut self) {
        if !self.ended {
            self.endpoint.handle_command(now(), Command::Leave);
            self.drain_endpoint();
        }
    }

    /// Ends every IO thread. First nobody listens to them any more, so that none blocks in telling.
    fn close(&mut self) {
        self.ended = true;
        (self.io_sender, self.io) = bounded(0);
        self.lines.close_all();
        self.source = Source::Nothing;
    }
}

fn now() -> Now {
    Now {
        monotonic: Instant::now(),
        wall: SystemTime::now(),
    }
}
