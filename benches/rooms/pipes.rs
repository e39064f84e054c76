//! P2: from one headless guest's standard input to the standard output of others, through a headless host.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command as Process, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::event::epoll;

use crate::dialect::{MARK, words};
use crate::numbers::{Goal, quantile, report};
use crate::process::{Server, end, wait};
use crate::sockets::{PATIENCE, Result, connect, wait_for_any, watch};

const CROWDS: [usize; 2] = [1, 10];
const ROUNDS: usize = 3;
/// Messages of a round: fewer than a member may say at once.
const MESSAGES: usize = 40;
/// What a member may say in a second.
const PACE: Duration = Duration::from_millis(50);
const CLI: &str = env!("CARGO_BIN_EXE_landline-cli");

pub(crate) fn run() -> Result {
    println!(
        "P2     against guests that only pass bytes on between pipe and socket, and a bare loop without encryption as their host"
    );
    let folder = tempfile::tempdir()?;
    for crowd in CROWDS {
        let mut ours = Pipes::landline(&folder.path().join(crowd.to_string()), crowd)?;
        let mut bare = Pipes::bare(crowd)?;
        for (how, pace) in [("paced", PACE), ("closed", Duration::ZERO)] {
            let (mut theirs, mut own) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                theirs.push(bare.round(pace)?);
                wait(PACE * 60); // they may say as much again
                own.push(ours.round(pace)?);
            }
            for (part, name, goal) in [(0.5, "p50", 1.5), (0.99, "p99", 2.0)] {
                let take = |rounds: &[Vec<f64>]| rounds.iter().map(|round| quantile(round, part)).collect::<Vec<_>>();
                let what = format!("through the pipes of 1 and {crowd} guests, {how}, {name}");
                report("P2", &what, "us", &take(&own), &take(&theirs), Goal::AtMost(goal));
            }
        }
    }
    Ok(())
}

/// A host, somebody who speaks and some who hear.
struct Pipes {
    _host: Host,
    speaker: Chatter,
    audience: Vec<Chatter>,
    ready: OwnedFd,
    said: u64,
    delivered: u64,
}

enum Host {
    Landline(#[expect(dead_code, reason = "held until everybody has gone")] Chatter),
    Bare(#[expect(dead_code, reason = "held until everybody has gone")] Server),
}

/// A headless program.
struct Chatter {
    child: Child,
    input: ChildStdin,
    output: Option<ChildStdout>,
}

impl Chatter {
    fn output(&self) -> Result<&ChildStdout> {
        self.output.as_ref().context("it is read here")
    }

    /// Starts a program and reads up to the first line that has `sign` in it.
    fn start(process: &mut Process, sign: &str) -> Result<(Self, String)> {
        let mut child = process
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let input = child.stdin.take().context("its input is piped")?;
        let mut output = child.stdout.take().context("its output is piped")?;
        let mut line = String::new();
        {
            let mut reader = BufReader::with_capacity(1, &mut output); // nothing behind the line is taken
            while !line.contains(sign) {
                line.clear();
                ensure!(reader.read_line(&mut line)? > 0, "a program has ended");
            }
        }
        let output = Some(output);
        Ok((Self { child, input, output }, line))
    }
}

impl Drop for Chatter {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

impl Pipes {
    fn landline(folder: &Path, audience: usize) -> Result<Self> {
        let mut host = Process::new(CLI);
        host.args([
            "host",
            "--json",
            "--admit",
            "anyone",
            "--bind",
            "127.0.0.1",
            "--port",
            "0",
        ]);
        host.args(["--max-per-address", "4096", "--stay", "--profile"])
            .arg(folder.join("host"));
        let (mut host, line) = Chatter::start(&mut host, "\"listening\"")?;
        let line: serde_json::Value = serde_json::from_str(&line)?;
        let address = line["addresses"][0]
            .as_str()
            .context("a room has an address")?
            .to_owned();
        if let Some(mut output) = host.output.take() {
            let drain = move || std::io::copy(&mut output, &mut std::io::sink());
            std::thread::Builder::new().name("host".to_owned()).spawn(drain)?;
        }
        let guest = |number: usize| {
            let mut guest = Process::new(CLI);
            guest.args(["join", "--stay", "--name", &format!("Member{number}"), "--profile"]);
            guest.arg(folder.join(number.to_string())).arg(&address);
            Ok(Chatter::start(&mut guest, "You are in")?.0)
        };
        Self::new(Host::Landline(host), audience, guest)
    }

    fn bare(audience: usize) -> Result<Self> {
        let host = Server::start_self(&[OsStr::new("bare-fan")])?;
        let port = host.port.to_string();
        let guest = |_| {
            let mut guest = Process::new(std::env::current_exe()?);
            guest.env(crate::hosts::ROLE, "1").args(["pipe", &port]);
            Ok(Chatter::start(&mut guest, "in")?.0)
        };
        Self::new(Host::Bare(host), audience, guest)
    }

    fn new(host: Host, audience: usize, guest: impl Fn(usize) -> Result<Chatter>) -> Result<Self> {
        let ready = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let speaker = guest(0)?;
        watch(&ready, speaker.output()?, u64::MAX)?;
        let audience: Vec<Chatter> = (1..=audience).map(guest).collect::<Result<_>>()?;
        for (number, chatter) in audience.iter().enumerate() {
            watch(&ready, chatter.output()?, number as u64)?;
        }
        let mut pipes = Self {
            _host: host,
            speaker,
            audience,
            ready,
            said: 0,
            delivered: 0,
        };
        pipes.warm_up()?;
        Ok(pipes)
    }

    /// Everybody has come when one message reaches all; before that it reaches some.
    fn warm_up(&mut self) -> Result {
        let deadline = Instant::now() + PATIENCE;
        let everybody = self.audience.len() as u64;
        loop {
            let before = self.delivered;
            self.say()?;
            while self.gather(Duration::from_millis(500))? {}
            if self.delivered - before == everybody {
                (self.said, self.delivered) = (0, 0);
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "not everybody hears");
        }
    }

    fn say(&mut self) -> Result {
        self.said += 1;
        Ok(self.speaker.input.write_all((words() + "\n").as_bytes())?)
    }

    /// Microseconds until the last one has each message.
    fn round(&mut self, pace: Duration) -> Result<Vec<f64>> {
        while self.gather(Duration::ZERO)? {}
        let mut next = Instant::now();
        (0..MESSAGES)
            .map(|_| {
                let said = Instant::now();
                self.say()?;
                while self.delivered < self.said * self.audience.len() as u64 {
                    ensure!(self.gather(PATIENCE)?, "nothing comes any more");
                }
                let took = said.elapsed().as_secs_f64() * 1e6;
                next += pace;
                while let Some(rest) = next.checked_duration_since(Instant::now()) {
                    self.gather(rest)?;
                }
                Ok(took)
            })
            .collect()
    }

    /// Reads what has come; whether something has.
    fn gather(&mut self, within: Duration) -> Result<bool> {
        let numbers = wait_for_any(&self.ready, Some(within))?;
        let mut buffer = [0; 16 << 10];
        for number in &numbers {
            let hears = *number < self.audience.len();
            let chatter = self.audience.get_mut(*number).unwrap_or(&mut self.speaker);
            let output = chatter.output.as_mut().context("it is read here")?;
            let count = output.read(&mut buffer)?;
            ensure!(count > 0, "a guest has ended");
            if hears {
                self.delivered += memchr::memchr_iter(MARK, &buffer[..count]).count() as u64;
            }
        }
        Ok(!numbers.is_empty())
    }
}

/// The role of a guest that only passes bytes on.
pub(crate) fn pass_on(port: u16) -> Result {
    let mut line = connect(port)?;
    line.set_read_timeout(None)?;
    println!("in");
    let mut heard = line.try_clone()?;
    std::thread::Builder::new().name("output".to_owned()).spawn(move || {
        let mut buffer = [0; 16 << 10];
        let mut output = std::io::stdout().lock();
        while let Ok(count @ 1..) = heard.read(&mut buffer) {
            if output
                .write_all(&buffer[..count])
                .and_then(|()| output.flush())
                .is_err()
            {
                break;
            }
        }
    })?;
    let mut buffer = [0; 16 << 10];
    while let count @ 1.. = std::io::stdin().read(&mut buffer)? {
        line.write_all(&buffer[..count])?;
    }
    Ok(())
}
