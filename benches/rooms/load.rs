//! The load client: one speaker and an audience, in one thread.

use std::io::Write as _;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use anyhow::ensure;
use landline::proto::message::Resume;
use rustix::event::epoll;

use crate::numbers::{middle, quantile};
use crate::process::Server;
use crate::sockets::{PATIENCE, Result, wait_for_any, watch};

/// Messages under way in the saturated room.
pub(crate) const UNDER_WAY: u64 = 64;
/// Messages a second in the paced one.
const PACE: Duration = Duration::from_millis(50);
const PACED: usize = 20;
/// How often members look whether they have put something off for long enough.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const SATURATED_FOR: Duration = Duration::from_millis(1000);

/// One line to a server.
pub(crate) trait Member {
    fn stream(&self) -> &TcpStream;
    /// Where its copy of the room ends, if it keeps one.
    fn copy(&self) -> Option<Resume> {
        None
    }
    /// Reads what has come, and answers what must be answered; yields how many messages it was.
    fn hear(&mut self, buffer: &mut [u8]) -> Result<u64>;
    /// Does what it has put off, if it is time.
    fn catch_up(&mut self) -> Result;
    /// Does what can be done for so many messages before the clock starts.
    fn prepare(&mut self, messages: usize);
    fn say(&mut self) -> Result;
}

/// Writes all of it; the server reads it soon.
pub(crate) fn spin(mut stream: &TcpStream, mut bytes: &[u8]) -> Result {
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A room with its server.
pub(crate) struct Load {
    pub(crate) server: Server,
    pub(crate) name: &'static str,
    speaker: Box<dyn Member>,
    audience: Vec<Box<dyn Member>>,
    ready: OwnedFd,
    said: u64,
    delivered: u64,
    buffer: Vec<u8>,
    looked: Instant,
}

/// One round of a saturated room.
pub(crate) struct Saturated {
    pub(crate) per_second: f64,
    pub(crate) cpu_us: f64,
}

/// One round of a paced room: microseconds until the last one has a message.
pub(crate) struct Paced {
    pub(crate) half: f64,
    pub(crate) most: f64,
    pub(crate) cpu_us: f64,
}

impl Load {
    /// Members come by `come`, which is told the port and their numbers; 0 is the speaker.
    pub(crate) fn new(
        name: &'static str,
        server: Server,
        audience: usize,
        mut come: impl FnMut(u16, usize) -> Result<Box<dyn Member>>,
    ) -> Result<Self> {
        let ready = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let speaker = come(server.port, 0)?;
        watch(&ready, speaker.stream(), u64::MAX)?;
        let mut load = Self {
            server,
            name,
            speaker,
            audience: Vec::new(),
            ready,
            said: 0,
            delivered: 0,
            buffer: vec![0; 256 << 10],
            looked: Instant::now(),
        };
        for number in 1..=audience {
            let member = come(load.server.port, number)?;
            watch(&load.ready, member.stream(), load.audience.len() as u64)?;
            load.audience.push(member);
            load.gather(Some(Duration::ZERO))?; // what others hear of the newcomer
        }
        Ok(load)
    }

    /// Everybody goes without a word; where their copies end, by their numbers.
    pub(crate) fn leave(self) -> (Server, Vec<Option<Resume>>) {
        let copies = std::iter::once(&self.speaker).chain(&self.audience);
        let copies = copies.map(|member| member.copy()).collect();
        (self.server, copies)
    }

    pub(crate) fn everybody(&self) -> u64 {
        self.audience.len() as u64
    }

    /// Everybody has come when one message reaches all; before that it reaches some.
    pub(crate) fn warm_up(&mut self) -> Result {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.quiet(Duration::from_millis(300))?;
            let before = self.delivered;
            self.speaker.say()?;
            self.quiet(Duration::from_millis(300))?;
            if self.delivered - before == self.everybody() {
                (self.said, self.delivered) = (0, 0);
                return Ok(());
            }
            let heard = self.delivered - before;
            let everybody = self.everybody();
            ensure!(
                Instant::now() < deadline,
                "{}: only {heard} of {everybody} hear",
                self.name
            );
        }
    }

    /// Reads until nothing has come for so long; a room that never is quiet is not waited for.
    pub(crate) fn quiet(&mut self, pause: Duration) -> Result {
        let deadline = Instant::now() + PATIENCE;
        while self.gather(Some(pause))? > 0 && Instant::now() < deadline {}
        Ok(())
    }

    fn say(&mut self) -> Result {
        self.said += 1;
        self.speaker.say()
    }

    /// Twenty messages a second.
    pub(crate) fn pace(&mut self) -> Result<Paced> {
        self.speaker.prepare(PACED);
        self.quiet(Duration::ZERO)?;
        let (cpu, mut times, mut next) = (self.server.cpu()?, Vec::new(), Instant::now());
        for _ in 0..PACED {
            let said = Instant::now();
            self.say()?;
            self.gather_until(self.said * self.everybody())?;
            times.push(said.elapsed().as_secs_f64() * 1e6);
            next += PACE;
            while let Some(rest) = next.checked_duration_since(Instant::now()) {
                self.gather(Some(rest))?;
            }
        }
        let cpu = self.server.cpu()?.saturating_sub(cpu);
        Ok(Paced {
            half: middle(&times),
            most: quantile(&times, 0.99),
            cpu_us: cpu.as_secs_f64() * 1e6 / (PACED as u64 * self.everybody()) as f64,
        })
    }

    /// As many messages as the server takes, [`UNDER_WAY`] at a time.
    pub(crate) fn saturate(&mut self) -> Result<Saturated> {
        let everybody = self.everybody();
        self.speaker
            .prepare((400_000 / self.audience.len()).clamp(2_000, 30_000));
        self.quiet(Duration::ZERO)?;
        let (before, cpu, started) = (self.delivered, self.server.cpu()?, Instant::now());
        while started.elapsed() < SATURATED_FOR {
            while self.said * everybody < self.delivered + UNDER_WAY * everybody {
                self.say()?;
            }
            ensure!(
                self.gather(Some(PATIENCE))? > 0,
                "{}: nothing comes any more",
                self.name
            );
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
            let came = self.gather(Some(PATIENCE))?;
            ensure!(
                came > 0,
                "{}: nothing comes any more after {} of {delivered}",
                self.name,
                self.delivered
            );
        }
        Ok(())
    }

    /// Reads what has come; yields how many lines had something.
    fn gather(&mut self, within: Option<Duration>) -> Result<usize> {
        if self.looked.elapsed() >= LOOK_EVERY {
            self.looked = Instant::now();
            self.speaker.catch_up()?;
            self.audience.iter_mut().try_for_each(|member| member.catch_up())?;
        }
        let numbers = wait_for_any(&self.ready, within)?;
        for number in &numbers {
            match self.audience.get_mut(*number) {
                Some(member) => self.delivered += member.hear(&mut self.buffer)?,
                None => {
                    self.speaker.hear(&mut self.buffer)?; // its own words, and what answers them
                }
            }
        }
        Ok(numbers.len())
    }
}
