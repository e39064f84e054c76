//! The load client: one speaker and an audience, in one thread, in the language of each server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use anyhow::ensure;
use rustix::event::epoll;

use crate::servers::Server;
use crate::sockets::{PATIENCE, Result, connect, heard, wait_for_any, watch};

/// Messages of the fan-out and the saturated room, newline included.
const MESSAGE_BYTES: usize = 100;
/// Messages under way in the saturated room.
pub(crate) const UNDER_WAY: u64 = 64;
const SATURATED_FOR: Duration = Duration::from_millis(1200);
/// Once in every message and nowhere else.
const MARK: u8 = b'|';

/// What one server wants to be told; everything else about the load is the same for all.
pub(crate) trait Dialect {
    /// Said by member `number` when it has come.
    fn enter(&self, number: usize) -> String;
    /// Comes when entering is done.
    fn entered(&self) -> &'static str;
    /// A message of exactly [`MESSAGE_BYTES`] as the receivers read it, as near as the dialect allows.
    fn message(&self) -> Vec<u8>;
}

pub(crate) struct Raw;

impl Dialect for Raw {
    fn enter(&self, number: usize) -> String {
        format!("/name Member{number}\n")
    }

    fn entered(&self) -> &'static str {
        ""
    }

    fn message(&self) -> Vec<u8> {
        let mut message = vec![b'x'; MESSAGE_BYTES];
        (message[0], message[MESSAGE_BYTES - 1]) = (MARK, b'\n');
        message
    }
}

pub(crate) struct Irc;

impl Dialect for Irc {
    fn enter(&self, number: usize) -> String {
        format!("NICK m{number}\r\nUSER m 0 * :m\r\nJOIN #b\r\n")
    }

    fn entered(&self) -> &'static str {
        " 366 "
    }

    fn message(&self) -> Vec<u8> {
        let words = "x".repeat(MESSAGE_BYTES - 1);
        format!("PRIVMSG #b :{}{words}\r\n", char::from(MARK)).into_bytes()
    }
}

/// One speaker and an audience, in one thread.
pub(crate) struct Load {
    server: Server,
    message: Vec<u8>,
    speaker: TcpStream,
    audience: Vec<TcpStream>,
    ready: OwnedFd,
    said: u64,
    delivered: u64,
    buffer: Vec<u8>,
}

/// Member `number` comes.
fn enter(port: u16, dialect: &dyn Dialect, number: usize) -> Result<TcpStream> {
    let mut stream = connect(port)?;
    stream.write_all(dialect.enter(number).as_bytes())?;
    let mut heard = String::new();
    let mut buffer = [0; 64 << 10];
    while !heard.contains(dialect.entered()) {
        let count = stream.read(&mut buffer)?;
        ensure!(count > 0, "the server closed the line of member {number} after {heard}");
        heard.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    Ok(stream)
}

/// One round of a saturated room.
pub(crate) struct Saturated {
    pub(crate) per_second: f64,
    pub(crate) cpu_us: f64,
}

impl Load {
    pub(crate) fn new(server: Server, dialect: &dyn Dialect, audience: usize) -> Result<Self> {
        let ready = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let speaker = enter(server.port, dialect, 0)?;
        speaker.set_nonblocking(true)?;
        watch(&ready, &speaker, u64::MAX)?;
        let mut load = Self {
            server,
            speaker,
            message: dialect.message(),
            audience: Vec::new(),
            ready,
            said: 0,
            delivered: 0,
            buffer: vec![0; 256 << 10],
        };
        for number in 1..=audience {
            let stream = enter(load.server.port, dialect, number)?;
            stream.set_nonblocking(true)?;
            watch(&load.ready, &stream, load.audience.len() as u64)?;
            load.audience.push(stream);
            load.gather(Some(Duration::ZERO))?; // what others hear of the newcomer
        }
        load.warm_up()?;
        Ok(load)
    }

    /// Everybody has come when one message reaches all; before that it reaches some.
    fn warm_up(&mut self) -> Result {
        let deadline = Instant::now() + PATIENCE;
        let everybody = self.audience.len() as u64;
        loop {
            let before = self.delivered;
            self.say()?;
            while self.gather(Some(Duration::from_millis(300)))? > 0 {}
            if self.delivered - before == everybody {
                (self.said, self.delivered) = (0, 0);
                return Ok(());
            }
            ensure!(
                Instant::now() < deadline,
                "only {} of {everybody} hear",
                self.delivered - before
            );
        }
    }

    fn say(&mut self) -> Result {
        self.said += 1;
        let mut rest = &self.message[..];
        while !rest.is_empty() {
            match self.speaker.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    pub(crate) fn say_to_all(&mut self) -> Result {
        self.say()?;
        self.gather_until(self.said * self.audience.len() as u64)
    }

    /// As many messages as the server takes, [`UNDER_WAY`] at a time.
    pub(crate) fn saturate(&mut self) -> Result<Saturated> {
        let everybody = self.audience.len() as u64;
        let (before, cpu, started) = (self.delivered, self.server.cpu()?, Instant::now());
        while started.elapsed() < SATURATED_FOR {
            while self.said * everybody < self.delivered + UNDER_WAY * everybody {
                self.say()?;
            }
            self.gather(Some(PATIENCE))?;
        }
        self.gather_until(self.said * everybody)?;
        let (deliveries, seconds) = ((self.delivered - before) as f64, started.elapsed().as_secs_f64());
        let cpu = self.server.cpu()?.saturating_sub(cpu);
        Ok(Saturated {
            per_second: deliveries / seconds,
            cpu_us: cpu.as_secs_f64() * 1e6 / deliveries,
        })
    }

    fn gather_until(&mut self, delivered: u64) -> Result {
        while self.delivered < delivered {
            ensure!(self.gather(Some(PATIENCE))? > 0, "nothing comes any more");
        }
        Ok(())
    }

    /// Reads what has come; yields how many lines had something.
    fn gather(&mut self, within: Option<Duration>) -> Result<usize> {
        let numbers = wait_for_any(&self.ready, within)?;
        for number in &numbers {
            let stream = self.audience.get(*number).unwrap_or(&self.speaker);
            let heard = heard(stream, &mut self.buffer)?;
            if *number < self.audience.len() {
                self.delivered += heard.iter().filter(|byte| **byte == MARK).count() as u64;
            }
        }
        Ok(numbers.len())
    }
}
