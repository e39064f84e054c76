//! The one thread that owns a room: one loop, one `select!`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender, at, bounded, never, select};

use super::calls::Calls;
use super::disk::Disk;
use super::io_event::IoEvent;
use super::lines::Lines;
use super::opening::{self, Source, Unopened};
use super::person::{Person, gives_up};
use super::transport::Written;
use super::window::Window;
use super::{Command, Config, EndReason, Event, Failure, Home};
use crate::proto::{self, Endpoint, LineId, Now, Transmit};

mod reports;

/// Reports of the IO threads that wait for the driver: at most 16 MiB of bytes that nobody has looked at.
const IO_EVENTS: usize = 1024;
/// Reports and commands taken before anything is answered: a busy host then writes once per line for all of them. More would let
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

/// Which lines are heard first. The one that is read here begins a batch, and the others go on with it: neither a flood there nor one here
/// drowns the rest.
#[derive(Clone, Copy)]
enum Turn {
    ReadHere,
    Others,
}

/// How long a room that nobody holds any more waits for answers of the disk, so that what was said a moment ago can be kept too.
const KEEP_WITHIN: Duration = Duration::from_millis(500);

/// Opens a room and lives until it is over. If that is because of a panic, the window still hears that it is over.
pub(super) fn run(home: Home, config: Config, person: Person, mut window: Window) {
    let lived = catch_unwind(AssertUnwindSafe(|| live(home, config, person, &mut window)));
    if lived.is_err() {
        window.end(EndReason::Failed(Failure::Internal));
    }
}

fn live(home: Home, config: Config, mut person: Person, window: &mut Window) {
    let (io_sender, io) = bounded(IO_EVENTS);
    match opening::open(&home, &config, &[], &mut person, &io_sender) {
        Ok(opened) => Driver {
            home,
            config,
            person,
            window,
            endpoint: opened.endpoint,
            disk: opened.disk,
            source: opened.source,
            io,
            io_sender,
            lines: Lines::default(),
            next_line: 0,
            timer: never(),
            timer_at: None,
            person_was_heard: false,
            abandoned: false,
            ended: false,
        }
        .live(opened.listening),
        Err(Unopened::Ended(reason, _disk)) => window.end(reason),
        Err(Unopened::Abandoned) => {}
    }
}

/// The actor: everything of one room that is not pure.
struct Driver<'a> {
    home: Home,
    config: Config,
    person: Person,
    window: &'a mut Window,
    endpoint: Endpoint,
    disk: Option<Disk>,
    source: Source,
    io: Receiver<IoEvent>,
    io_sender: Sender<IoEvent>,
    lines: Lines,
    next_line: u64,
    timer: Receiver<Instant>,
    /// For when `timer` is set.
    timer_at: Option<Instant>,
    /// Whose turn it was last: the person's at this computer, or the peers'.
    person_was_heard: bool,
    /// Nobody holds the worker any more.
    abandoned: bool,
    ended: bool,
}

impl Driver<'_> {
    fn live(mut self, listening: Option<Event>) {
        listening.into_iter().for_each(|event| self.window.push(event));
        self.settle();
        while self.window.flush() && !self.abandoned && !(self.ended && self.window.is_empty()) {
            let first = self.wait();
            self.take_in(first);
            self.settle();
        }
        self.say_goodbye();
    }

    /// Takes what else has come meanwhile, so that all of it shares one batch on the disk and one write per line.
    fn take_in(&mut self, first: Wake) {
        let mut bytes = self.take(first);
        for _ in 1..IO_BATCH {
            if self.abandoned || bytes >= IO_BATCH_BYTES {
                break;
            }
            let Some(wake) = self.at_hand(Turn::Others) else {
                break;
            };
            bytes += self.take(wake);
        }
    }

    /// Yields the bytes that came.
    fn take(&mut self, wake: Wake) -> usize {
        self.person_was_heard = matches!(wake, Wake::Command(_));
        match wake {
            Wake::Io(event) => return self.handle_io(event),
            Wake::Command(command) => self.handle_command(command),
            Wake::Abandoned => self.abandoned = true,
            Wake::Taken => self.window.sent(),
            Wake::Timer => self.timer_at = None,
        }
        0
    }

    fn wait(&mut self) -> Wake {
        (0..LOOKS_BEFORE_SLEEP)
            .find_map(|_| self.look())
            .unwrap_or_else(|| self.sleep())
    }

    /// Whether something has come meanwhile; otherwise others may run.
    fn look(&mut self) -> Option<Wake> {
        let wake = self.at_hand(Turn::ReadHere);
        if wake.is_none() {
            std::thread::yield_now();
        }
        wake
    }

    /// What can be taken in without waiting. The person and the peers take turns: neither drowns the other.
    fn at_hand(&mut self, turn: Turn) -> Option<Wake> {
        if self.person.is_gone() {
            return Some(Wake::Abandoned); // peers who never stop talking would hide it from `sleep`
        }
        if self.person_was_heard {
            self.report(turn).or_else(|| self.command())
        } else {
            self.command().or_else(|| self.report(turn))
        }
    }

    /// First the disk, for which most wait.
    fn report(&mut self, turn: Turn) -> Option<Wake> {
        let answer = self.disk.as_ref().and_then(|disk| disk.answers().try_recv().ok());
        let takes = self.takes_reports();
        let (lines, io) = (&mut self.lines, &self.io);
        let report = || match turn {
            _ if !takes => None,
            Turn::ReadHere => lines.try_read().or_else(|| io.try_recv().ok()),
            Turn::Others => io.try_recv().ok().or_else(|| lines.try_read()),
        };
        answer.or_else(report).map(Wake::Io)
    }

    fn command(&mut self) -> Option<Wake> {
        let takes = self.takes_commands();
        takes.then(|| self.person.next_command().map(Wake::Command)).flatten()
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
            self.person.commands()
        } else {
            &no_commands
        };
        let answers = self.disk.as_ref().map_or(&no_io, Disk::answers);
        let window = self.window.sender().clone();
        select! {
            recv(answers) -> event => event.map_or(Wake::Timer, Wake::Io),
            recv(io) -> event => event.map_or(Wake::Timer, Wake::Io),
            recv(commands) -> command => command.map_or(Wake::Abandoned, Wake::Command),
            send(window, self.window.next()) -> sent => sent.map_or(Wake::Abandoned, |()| Wake::Taken),
            recv(self.person.held()) -> _ => Wake::Abandoned,
            recv(self.timer) -> _ => Wake::Timer,
        }
    }

    fn set_timer(&mut self) {
        let deadline = match self.ended {
            true => None,
            false => [
                self.endpoint.poll_timeout(),
                self.lines.next_retry(),
                self.source.calls().and_then(Calls::next_look),
            ]
            .into_iter()
            .flatten()
            .min(),
        };
        if deadline != self.timer_at {
            self.timer_at = deadline;
            self.timer = deadline.map_or_else(never, at);
        }
    }

    fn handle_command(&mut self, command: Command) {
        match command {
            _ if self.ended => {}
            command if self.is_connecting() && gives_up(&command) => self.end(EndReason::Cancelled),
            command => self.endpoint.handle_command(now(), command),
        }
    }

    /// Whether nobody has ever answered, and nothing of the room is kept that could be left properly.
    fn is_connecting(&self) -> bool {
        let calls = self.source.calls();
        calls.is_some_and(|calls| calls.is_calling() && !calls.is_worth_another_try())
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
        self.hear_held();
        self.look_at_network();
        self.drain_endpoint();
        let now = now();
        if !self.ended && self.endpoint.poll_timeout().is_some_and(|at| at <= now.monotonic) {
            self.endpoint.handle_timeout(now);
            self.hear_held();
            self.drain_endpoint();
        }
    }

    /// On another network another try may succeed at once.
    fn look_at_network(&mut self) {
        let Some(calls) = self.source.calls_mut() else { return };
        match (calls.sees_another_network(Instant::now()), calls.is_calling()) {
            (false, _) => {}
            (true, true) => self.call(),
            (true, false) => self.endpoint.handle_command(now(), Command::Retry),
        }
    }

    /// All that is taken in at once was taken in.
    fn drain_endpoint(&mut self) {
        self.endpoint.handle_lull(now());
        self.ask_disk();
        while let Some(transmit) = self.endpoint.poll_transmit() {
            match transmit {
                Transmit::Write(line) => self.write(line),
                Transmit::Finish(line) => self.lines.finish(line),
                Transmit::Close(line) => self.lines.close(line),
                Transmit::Connect => self.call(),
            }
        }
        while let Some(event) = self.endpoint.poll_event() {
            self.pass_on(event);
        }
        self.ask_disk(); // what came of that
    }

    /// Passes on what is to be kept and read, as much as the disk's thread may have to do; the rest stays with the endpoint.
    fn ask_disk(&mut self) {
        let Some(disk) = &mut self.disk else { return };
        while disk.has_room()
            && let Some(wish) = self.endpoint.poll_store()
        {
            disk.wish(wish);
        }
    }

    /// Writes all that waits for a line, as far as the system takes it.
    fn write(&mut self, line: LineId) {
        loop {
            let pending = self.endpoint.pending(line);
            if pending.is_empty() {
                return;
            }
            let (now, waiting) = (now(), pending.len());
            match self.lines.write(now.monotonic, line, pending) {
                Some(Written::Bytes(bytes)) => {
                    self.endpoint.handle_written(now, line, bytes);
                    if bytes == waiting {
                        return;
                    }
                }
                Some(Written::Full) => return self.endpoint.handle_written(now, line, 0),
                Some(Written::Broken(_)) | None => return, // its reader tells, or the retry comes
            }
        }
    }

    fn pass_on(&mut self, event: proto::Event) {
        match event {
            proto::Event::Closed { reason } => self.end(EndReason::Closed(reason)),
            proto::Event::Invite { mut invite } => {
                invite.addresses = self.source.addresses(); // those of now: a laptop may have come to another network
                self.window.push(Event::Room(proto::Event::Invite { invite }));
            }
            event => self.window.push(Event::Room(event)),
        }
    }

    /// The room is over: the last event is pending, and nothing that still happens counts.
    fn end(&mut self, reason: EndReason) {
        if self.ended {
            return;
        }
        self.ended = true;
        // Port and file are free again when people read that the room is closed; a connector may take a moment to notice.
        self.disk = None;
        if let Source::Listener { .. } = self.source {
            self.close();
        }
        self.window.push(Event::Ended(reason));
    }

    /// The worker was dropped: what was said a moment ago is kept, and a last `bye` said where that needs no waiting.
    fn say_goodbye(&mut self) {
        while let Some(command) = self.person.next_command() {
            self.handle_command(command);
        }
        if !self.ended {
            self.endpoint.handle_command(now(), Command::Leave);
            self.drain_endpoint();
        }
        let deadline = Instant::now() + KEEP_WITHIN;
        while let Some(disk) = self.disk.as_ref().filter(|disk| disk.is_busy())
            && let Ok(answer) = disk.answers().recv_deadline(deadline)
        {
            self.handle_io(answer);
            self.drain_endpoint();
        }
    }

    /// Ends every IO thread. First nobody listens to them any more, so that none blocks in telling.
    fn close(&mut self) {
        (self.io_sender, self.io) = bounded(0);
        self.lines.close_all();
        self.source = Source::Nothing;
        self.disk = None;
    }
}

impl Drop for Driver<'_> {
    fn drop(&mut self) {
        self.close();
    }
}

pub(super) fn now() -> Now {
    Now {
        monotonic: Instant::now(),
        wall: SystemTime::now(),
    }
}
