//! `landline-cli` as a process, with the test at its pipes; and raw peers that know nothing of Landline.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use serde_json::Value;
use tempfile::TempDir;

/// Nothing takes longer, unless it is broken; a machine that builds at the same time is slow.
const SOON: Duration = Duration::from_secs(20);

/// A running `landline-cli`. Dropping it kills it.
pub(crate) struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    out: Receiver<String>,
    err: Receiver<String>,
    /// Removed with it.
    profile: Rc<TempDir>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    /// What was written to standard output and not read before.
    pub(crate) out: Vec<String>,
    pub(crate) err: Vec<String>,
}

impl Program {
    /// With `--json` and a profile of its own.
    pub(crate) fn json(arguments: &[&str]) -> Self {
        let arguments: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
        Self::start(&arguments)
    }

    /// With a profile of its own.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_in(Rc::new(tempfile::tempdir().unwrap()), arguments)
    }

    fn start_in(profile: Rc<TempDir>, arguments: &[&str]) -> Self {
        let folder = profile.path().to_str().unwrap();
        let mut child = command(&[&["--profile", folder], arguments].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = lines_of(child.stdout.take().unwrap());
        let err = lines_of(child.stderr.take().unwrap());
        Self {
            stdin: child.stdin.take(),
            child,
            out,
            err,
            profile,
        }
    }

    /// A host at any free port of the loopback that lets plain text in; yields the address.
    pub(crate) fn host(arguments: &[&str]) -> (Self, SocketAddr) {
        let (program, listening) = Self::hosting(&[&["--plain", "auto"], arguments].concat());
        let address = listening["addresses"][0].as_str().unwrap().parse().unwrap();
        (program, address)
    }

    /// A host at any free port of the loopback; yields its announcement.
    pub(crate) fn hosting(arguments: &[&str]) -> (Self, Value) {
        let fixed = ["host", "--bind", "127.0.0.1", "--port", "0"];
        let program = Self::json(&[&fixed, arguments].concat());
        program.record("started");
        let listening = program.until("listening");
        (program, listening)
    }

    /// Another one on the same profile, once this one has ended.
    pub(crate) fn again(&self, arguments: &[&str]) -> Self {
        Self::start_in(Rc::clone(&self.profile), &[&["--json"], arguments].concat())
    }

    /// Runs a command to its end on the same profile, once this one has ended.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let fixed = ["--json", "--profile", self.profile()];
        command(&[&fixed, arguments].concat()).output().unwrap().into()
    }

    /// Ends it as a power cut would, as far as a process can see.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Leaves the room.
    pub(crate) fn end(&mut self) {
        self.say("/bye");
        self.child.wait().unwrap();
    }

    /// Its profile.
    pub(crate) fn profile(&self) -> &str {
        self.profile.path().to_str().unwrap()
    }

    /// The same, for longer than it runs.
    pub(crate) fn folder(&self) -> Rc<TempDir> {
        Rc::clone(&self.profile)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stdin.as_mut().unwrap().write_all(bytes).unwrap();
    }

    pub(crate) fn say(&mut self, line: &str) {
        self.write(format!("{line}\n").as_bytes());
    }

    pub(crate) fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().unwrap()
    }

    pub(crate) fn end_input(&mut self) {
        drop(self.take_stdin());
    }

    /// The next line of standard output.
    #[track_caller]
    pub(crate) fn line(&self) -> String {
        match self.out.recv_timeout(SOON) {
            Ok(line) => line,
            Err(error) => panic!("{error}; standard error: {:?}", self.err.try_iter().collect::<Vec<_>>()),
        }
    }

    /// The next record, which must be of `event`.
    #[track_caller]
    pub(crate) fn record(&self, event: &str) -> Value {
        let record = parse(&self.line());
        assert_eq!(record["event"], event, "{record}");
        record
    }

    /// The next record of `event`, whatever comes before it.
    #[track_caller]
    pub(crate) fn until(&self, event: &str) -> Value {
        loop {
            let record = parse(&self.line());
            if record["event"] == event {
                return record;
            }
            assert_ne!(record["event"], "closed", "before {event}");
        }
    }

    /// The next record of `event` that says `value` in `field`, whatever comes before it.
    #[track_caller]
    pub(crate) fn until_of(&self, event: &str, field: &str, value: &str) -> Value {
        loop {
            let record = self.until(event);
            if record[field] == value {
                return record;
            }
        }
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// Waits until it has ended by itself.
    #[track_caller]
    pub(crate) fn outcome(mut self) -> Outcome {
        let mut out = Vec::new();
        loop {
            match self.out.recv_timeout(SOON) {
                Ok(line) => out.push(line),
                Err(error) if error.is_disconnected() => break,
                Err(_) => panic!("it goes on; last lines: {out:?}"),
            }
        }
        let status: ExitStatus = self.child.wait().unwrap();
        Outcome {
            code: status.code(),
            out,
            err: self.err.iter().collect(),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has mostly ended already, and then there is nothing to kill.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl From<std::process::Output> for Outcome {
    fn from(output: std::process::Output) -> Self {
        let lines = |bytes| String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect();
        Self {
            code: output.status.code(),
            out: lines(output.stdout),
            err: lines(output.stderr),
        }
    }
}

impl Outcome {
    /// The last record.
    pub(crate) fn last(&self) -> Value {
        parse(self.out.last().unwrap())
    }

    /// The records of `event`.
    pub(crate) fn records(&self, event: &str) -> Vec<Value> {
        let mut records: Vec<Value> = self.out.iter().map(|line| parse(line)).collect();
        records.retain(|record| record["event"] == event);
        records
    }
}

/// The program with nothing of this machine's own settings.
pub(crate) fn command(arguments: &[&str]) -> Command {
    command_under(&[], arguments)
}

/// The same, started by another program that is given what to start.
pub(crate) fn command_under(starter: &[&str], arguments: &[&str]) -> Command {
    let words = [starter, &[env!("CARGO_BIN_EXE_landline-cli")], arguments].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env_remove("LANDLINE_PROFILE");
    command.env("USER", "Tess").env("TZ", "UTC").env_remove("RUST_LOG");
    command
}

pub(crate) fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
}

fn lines_of(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    const LINES: usize = 1 << 16; // more than any test writes, so that the program never waits for the test
    let (sender, lines) = crossbeam_channel::bounded(LINES);
    thread::Builder::new()
        .name("program-output".to_owned())
        .spawn(move || forward(stream, &sender))
        .unwrap();
    lines
}

fn forward(stream: impl std::io::Read, lines: &Sender<String>) {
    for line in BufReader::new(stream).lines() {
        if lines.send(line.unwrap()).is_err() {
            return;
        }
    }
}

/// A program that knows only sockets.
pub(crate) struct Peer {
    stream: BufReader<TcpStream>,
}

impl Peer {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::of(TcpStream::connect(address).unwrap())
    }

    /// Comes in and waits for the welcome; from its own newline on it is sent newlines.
    pub(crate) fn enter(address: SocketAddr, host: &Program) -> Self {
        let mut peer = Self::connect(address);
        peer.write(b"hello\n");
        host.until("message");
        peer.reads("天王盖地虎,宝塔镇河妖".len());
        peer
    }

    pub(crate) fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().unwrap();
        Self::of(stream)
    }

    fn of(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    /// Exactly so many bytes, as text.
    pub(crate) fn reads(&mut self, bytes: usize) -> String {
        let mut text = vec![0; bytes];
        self.stream.read_exact(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    /// The next line, without its end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end_matches(['\r', '\n']).to_owned()
    }

    /// Everything up to the other side's FIN.
    pub(crate) fn rest(&mut self) -> String {
        let mut text = String::new();
        self.stream.read_to_string(&mut text).unwrap();
        text
    }
}
