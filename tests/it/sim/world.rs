//! One host, many lines, a network with faults, and the invariants that must hold after every step.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use landline::proto::{
    Command, Endpoint, Event, HostConfig, LeaveReason, Limits, LineEnd, LineId, MemberId, Now, Transmit,
};

use super::link::{End, Link};
use super::peer::Kind;
use crate::pure::{describe, keep_at_once, plain_guest, plain_host, start};

/// A mistake made on purpose, to see that the invariants find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// Bytes reach the host twice.
    Duplicate,
    /// Bytes never reach the host.
    Lose,
    /// Two messages of one author change places.
    Reorder,
    /// Bytes that were written are written again.
    WriteTwice,
    /// An own message is neither sent nor refused.
    ForgetSent,
    /// Nobody bounds the queues.
    Unbounded,
}

/// Queues are small here, so that slow readers reach the bounds.
const MAX_QUEUED_BYTES: usize = 20_000;
/// Four times the limit, and one message with its pieces and names.
const HARD_LIMIT: usize = 4 * MAX_QUEUED_BYTES + 8_192;
const MAX_LINES: u64 = 8;

pub(crate) struct World {
    endpoint: Endpoint,
    now: Now,
    chance: fastrand::Rng,
    mistake: Option<Mistake>,
    links: BTreeMap<u64, Link>,
    last_line: u64,
    last_token: u64,
    said: Vec<Event>,
    names: BTreeSet<String>,
    unsettled: usize,
    closed: bool,
    pub(crate) trace: Vec<String>,
}

impl World {
    pub(crate) fn new(seed: u64, mistake: Option<Mistake>) -> Self {
        let mut limits = Limits {
            max_lines: 6,
            max_queued_bytes: MAX_QUEUED_BYTES,
            max_queued_messages: 50,
            ..Limits::default()
        };
        if mistake == Some(Mistake::Unbounded) {
            limits.max_queued_bytes = usize::MAX;
            limits.max_queued_messages = usize::MAX;
        }
        let config = HostConfig {
            welcome: "天王盖地虎".into(),
            limits,
            ..plain_host(seed as u8)
        };
        Self {
            endpoint: Endpoint::host(start(), config),
            now: start(),
            chance: fastrand::Rng::with_seed(seed),
            mistake,
            links: BTreeMap::new(),
            last_line: 0,
            last_token: 0,
            said: Vec::new(),
            names: BTreeSet::new(),
            unsettled: 0,
            closed: false,
            trace: Vec::new(),
        }
    }

    /// Some hundred steps with faults, then a healthy network until everything has arrived, then the end.
    pub(crate) fn run(&mut self) -> Result<(), String> {
        for _ in 0..400 {
            self.step()?;
            self.check_memory()?;
        }
        self.heal()?;
        self.check_arrived()?;
        self.leave()
    }

    fn step(&mut self) -> Result<(), String> {
        match self.chance.u8(..100) {
            0..6 if (self.links.len() as u64) < MAX_LINES => self.dial(),
            0..25 => self.peer_says(),
            25..35 => self.host_says(),
            35..60 => {
                let line = self.any_link();
                self.carry_to_host(line)?;
            }
            60..80 => {
                let line = self.any_link();
                self.carry_to_peer(line);
            }
            80..95 => {
                let milliseconds = self.chance.u64(1..400);
                self.pass(Duration::from_millis(milliseconds))?;
                let overdue = self.links.iter().filter(|(_, link)| link.is_overdue(self.now));
                for line in overdue.map(|(line, _)| *line).collect::<Vec<_>>() {
                    self.carry_to_host(Some(line))?;
                    self.carry_to_peer(Some(line));
                }
            }
            95..99 => self.fault(),
            _ => {
                let member = self.chance.u64(..=self.last_line);
                let member = plain_guest(member);
                self.endpoint.handle_command(self.now, Command::Remove { member });
            }
        }
        self.drain()
    }

    fn dial(&mut self) {
        self.last_line += 1;
        let line = self.last_line;
        let kind = self.chance.choice(Kind::ALL).unwrap_or(Kind::Script);
        let mut link = Link::new(kind, line);
        // Two lines in three come from one address: duplicate dials.
        let address = ([10, 0, 0, (line % 3) as u8], line as u16).into();
        self.endpoint.handle_opened(self.now, LineId(line), address);
        link.open(self.now);
        self.links.insert(line, link);
    }

    fn any_link(&mut self) -> Option<u64> {
        let open: Vec<u64> = self.links.keys().copied().collect();
        self.chance.choice(open)
    }

    fn peer_says(&mut self) {
        self.last_token += 1;
        let token = format!("<{}>", self.last_token);
        if let Some(line) = self.any_link()
            && let Some(link) = self.links.get_mut(&line)
        {
            let bye = self.chance.u8(..30) == 0;
            link.say(self.now, &token, bye, &mut self.chance);
        }
    }

    fn host_says(&mut self) {
        self.last_token += 1;
        let filler = "字".repeat(if self.chance.u8(..8) == 0 { 2_000 } else { 1 });
        self.unsettled += 1;
        let text = format!("<{}>{filler}", self.last_token);
        self.endpoint.handle_command(self.now, Command::say(text));
    }

    fn fault(&mut self) {
        let now = self.now;
        if let Some(line) = self.any_link()
            && let Some(link) = self.links.get_mut(&line)
        {
            link.fault(now, &mut self.chance);
        }
    }

    fn carry_to_host(&mut self, line: Option<u64>) -> Result<(), String> {
        let Some(line) = line else {
            return Ok(());
        };
        let Some(link) = self.links.get_mut(&line) else {
            return Ok(());
        };
        let bytes = link.take_for_host(self.now, &mut self.chance);
        if !bytes.is_empty() {
            let id = LineId(line);
            match self.mistake.filter(|_| self.chance.u8(..10) == 0) {
                Some(Mistake::Lose) => {}
                Some(Mistake::Duplicate) => {
                    self.endpoint.handle_bytes(self.now, id, &bytes);
                    self.endpoint.handle_bytes(self.now, id, &bytes);
                }
                _ => self.endpoint.handle_bytes(self.now, id, &bytes),
            }
        } else if let Some(end) = link.take_end_for_host() {
            self.endpoint.handle_ended(self.now, LineId(line), end);
        }
        self.drain()
    }

    fn carry_to_peer(&mut self, line: Option<u64>) {
        let now = self.now;
        if let Some(line) = line
            && let Some(link) = self.links.get_mut(&line)
        {
            link.carry_to_peer(now, &mut self.chance);
            // The peer has read: the operating system takes more.
            self.write(line);
        }
    }

    fn pass(&mut self, duration: Duration) -> Result<(), String> {
        let until = self.now.monotonic + duration;
        for _ in 0..10_000 {
            let guests = self.links.values().filter_map(Link::next_timeout);
            let next = guests.chain(self.endpoint.poll_timeout()).min();
            let Some(next) = next.filter(|at| *at <= until) else {
                self.now.wall += until - self.now.monotonic;
                self.now.monotonic = until;
                return Ok(());
            };
            self.now.wall += next.saturating_duration_since(self.now.monotonic);
            self.now.monotonic = next.max(self.now.monotonic);
            self.endpoint.handle_timeout(self.now);
            for link in self.links.values_mut() {
                link.time_out(self.now);
            }
            self.drain()?;
        }
        Err("the endpoints do not come to rest".to_owned())
    }

    fn write(&mut self, line: u64) {
        let Some(link) = self.links.get_mut(&line) else {
            return;
        };
        let pending = self.endpoint.pending(LineId(line));
        let taken = link.take_from_host(pending);
        let again = self.mistake == Some(Mistake::WriteTwice) && taken > 20 && self.chance.u8(..5) == 0;
        let reported = if again { taken - 20 } else { taken };
        self.endpoint.handle_written(self.now, LineId(line), reported);
    }

    fn drain(&mut self) -> Result<(), String> {
        keep_at_once(&mut self.endpoint, self.now);
        while let Some(transmit) = self.endpoint.poll_transmit() {
            self.trace.push(format!("{transmit:?}"));
            match transmit {
                Transmit::Write(line) => self.write(line.0),
                Transmit::Finish(line) => self.links.get_mut(&line.0).into_iter().for_each(Link::finish),
                Transmit::Close(line) => self.links.get_mut(&line.0).into_iter().for_each(Link::close),
                Transmit::Connect => return Err("a host calls nobody".to_owned()),
            }
        }
        while let Some(event) = self.endpoint.poll_event() {
            self.said.push(event);
        }
        let mut events = std::mem::take(&mut self.said);
        if self.mistake == Some(Mistake::Reorder) && events.len() > 1 {
            events.reverse();
        }
        for event in events {
            self.happen(&event)?;
        }
        Ok(())
    }

    /// Checks one event against what the network knows. Members are numbered as lines were let in.
    fn happen(&mut self, event: &Event) -> Result<(), String> {
        self.trace.push(describe(event));
        if std::mem::replace(&mut self.closed, matches!(event, Event::Closed { .. })) {
            return Err("something happened after the end".to_owned());
        }
        if let Event::Joined { member } | Event::Renamed { member, .. } = event {
            self.names.insert(member.author.name.to_string());
        }
        match event {
            Event::Joined { member } if !member.me => {
                let line = u64::from(member.address.ok_or("a guest has an address")?.port());
                self.links.get_mut(&line).ok_or("unknown line")?.member = Some(member.author.id);
            }
            Event::Said { entry } => {
                for link in self.links.values_mut() {
                    link.hear(entry)?;
                }
            }
            Event::Left { member, reason } => self.left(member.author.id, *reason)?,
            Event::Sent { .. } if self.mistake == Some(Mistake::ForgetSent) && self.chance.u8(..10) == 0 => {}
            Event::Sent { .. } | Event::Refused { .. } => {
                self.unsettled = self.unsettled.checked_sub(1).ok_or("a message was settled twice")?;
            }
            _ => {}
        }
        Ok(())
    }

    fn left(&mut self, member: MemberId, reason: LeaveReason) -> Result<(), String> {
        let link = self.links.values_mut().find(|link| link.member == Some(member));
        link.ok_or("somebody left who was not there")?.leave(reason)
    }

    fn check_memory(&self) -> Result<(), String> {
        for line in self.links.keys() {
            let queued = self.endpoint.queued_bytes(LineId(*line));
            if queued > HARD_LIMIT {
                return Err(format!("line {line} queues {queued} bytes"));
            }
        }
        Ok(())
    }

    /// No more faults: everything that is on its way arrives.
    fn heal(&mut self) -> Result<(), String> {
        for link in self.links.values_mut() {
            link.heal();
        }
        let lines: Vec<u64> = self.links.keys().copied().collect();
        for _ in 0..400 {
            for line in &lines {
                self.carry_to_host(Some(*line))?;
                self.carry_to_peer(Some(*line));
            }
            self.drain()?;
            self.pass(Duration::from_millis(100))?;
        }
        match self.links.values().all(Link::is_idle) {
            true => Ok(()),
            false => Err("something never arrived".to_owned()),
        }
    }

    fn check_arrived(&self) -> Result<(), String> {
        for (line, link) in &self.links {
            link.check_arrived(&self.names)
                .map_err(|what| format!("line {line}: {what}"))?;
        }
        if self.unsettled > 0 {
            return Err(format!("{} messages are neither sent nor refused", self.unsettled));
        }
        match self.endpoint.poll_timeout() {
            Some(_) if self.links.values().all(|link| link.end == End::Over) => Err("an empty room waits".to_owned()),
            _ => Ok(()),
        }
    }

    fn leave(&mut self) -> Result<(), String> {
        self.endpoint.handle_command(self.now, Command::Leave);
        self.drain()?;
        self.pass(Endpoint::LEAVE_WITHIN)?;
        self.pass(Duration::from_secs(60))?;
        match (self.closed, self.endpoint.poll_timeout()) {
            (true, None) => Ok(()),
            state => Err(format!("leaving left {state:?}")),
        }
    }
}

/// How the peer's end of a line looks to the other side.
pub(crate) fn end_of(choice: bool) -> LineEnd {
    if choice { LineEnd::Reset } else { LineEnd::TimedOut }
}
