//! P1: a round trip on one core.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command as Process;
use std::time::Instant;

use anyhow::{bail, ensure};
use landline::proto::EntryId;
use landline::proto::log::Hash;
use landline::proto::message::Message;
use landline::proto::session::{Expect, Session, SessionEvent};
use landline::proto::wire::{self, MAX_NUMBER};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::guest::identity;
use crate::hosts::ROUND_TRIP_BYTES;
use crate::numbers::{Goal, middle, report, timed};
use crate::process::Server;
use crate::sockets::{Result, connect};

const ROUND_TRIPS: usize = 2000;
const ROUNDS: usize = 9;
/// The part of this program that runs pinned to a core.
pub(crate) const PINNED: &str = "round-trip-on-one-core";

/// Runs this program again, all of it on the first core.
pub(crate) fn pinned() -> Result {
    let program = std::env::current_exe()?;
    match Process::new("taskset")
        .args(["-c", "0"])
        .arg(program)
        .arg(PINNED)
        .status()
    {
        Ok(status) => ensure!(status.success(), "{PINNED} failed"),
        Err(error) => println!("skipped: P1: taskset: {error}"),
    }
    Ok(())
}

pub(crate) fn on_one_core() -> Result {
    let start = |role: &str| Server::start_self(&[OsStr::new(role)]);
    let echo = start("bare-echo")?;
    let mut bare = connect(echo.port)?;
    let mut alone = Line::new(start("echo")?)?;
    let mut threaded = Line::new(start("echo-by-channel")?)?;
    let (mut bares, mut alones, mut threadeds) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bares.push(round(|| ping(&mut bare))?);
        alones.push(round(|| alone.ping())?);
        threadeds.push(round(|| threaded.ping())?);
    }
    let what = format!("round trip of {ROUND_TRIP_BYTES} B on one core against plain TCP");
    report("P1", &format!("{what}, session"), "us", &alones, &bares, Goal::None);
    let what = format!("{what}, session and a hand-over between threads");
    report("P1", &what, "us", &threadeds, &bares, Goal::AtMost(1.6));
    Ok(())
}

fn round(mut ping: impl FnMut() -> Result) -> Result<f64> {
    let times: Result<Vec<f64>> = (0..ROUND_TRIPS).map(|_| timed(&mut ping)).collect();
    Ok(middle(&times?))
}

fn ping(stream: &mut TcpStream) -> Result {
    let mut line = [b'x'; ROUND_TRIP_BYTES];
    stream.write_all(&line)?;
    Ok(stream.read_exact(&mut line)?)
}

/// An encrypted line whose other end says what it hears.
struct Line {
    stream: TcpStream,
    session: Session,
    message: Vec<u8>,
    buffer: Vec<u8>,
    _server: Server,
}

impl Line {
    fn new(server: Server) -> Result<Self> {
        let mut chance = ChaCha20Rng::from_seed([5; 32]);
        let session = Session::guest(&identity(0), Expect::AnyHost, &mut chance, Instant::now());
        let message = wire::encode(&Message::Acknowledged {
            id: EntryId([1; 16]),
            seq: MAX_NUMBER,
            hash: Hash([2; 32]),
        });
        ensure!(
            message.len().abs_diff(ROUND_TRIP_BYTES) <= 1,
            "a message of {} B",
            message.len()
        );
        let mut line = Self {
            stream: connect(server.port)?,
            session,
            message,
            buffer: vec![0; 16 << 10],
            _server: server,
        };
        line.hear()?; // ready
        Ok(line)
    }

    fn ping(&mut self) -> Result {
        self.session.send_encoded(Instant::now(), &self.message);
        self.hear()
    }

    /// Writes what waits, and reads up to the next event.
    fn hear(&mut self) -> Result {
        loop {
            let count = self.session.pending().len();
            self.stream.write_all(self.session.pending())?;
            self.session.written(Instant::now(), count);
            match self.session.poll_event() {
                Some(SessionEvent::Failed(failure)) => bail!("the line failed: {failure:?}"),
                Some(SessionEvent::Ready { .. } | SessionEvent::Message(Message::Acknowledged { .. })) => return Ok(()),
                Some(SessionEvent::Message(_)) => continue, // new keys and the like
                None => {}
            }
            let count = self.stream.read(&mut self.buffer)?;
            ensure!(count > 0, "the server closed the line");
            self.session.handle_bytes(Instant::now(), &self.buffer[..count]);
        }
    }
}
