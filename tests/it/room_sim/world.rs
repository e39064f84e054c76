//! A host and its guests on a network with faults, in virtual time: one step is one thing that happens somewhere.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;
use landline::proto::identity::Identity;
use landline::proto::log::{BatchId, Epoch, Loaded, RoomId, Settings, SignedHead, StoreError};
use landline::proto::{
    Command, Endpoint, Event, GuestConfig, HostConfig, KnockId, Limits, LineEnd, LineId, Mistake, Notice, Now, Store,
    Transmit,
};

use super::checker::{Checker, Violation};
use super::hostile::Hostile;
use super::net::{Net, WINDOW, Way};
use super::node::{Life, Node};
use super::plan::Plan;

pub(crate) const HOST: usize = 0;
const SECOND: u64 = 1_000_000;
/// How long everything may take to be well again once all faults are over.
const CONVERGE_WITHIN: u64 = 60 * SECOND;
/// A run that makes more steps than this goes in circles.
const MAX_STEPS: u64 = 400_000;
/// What may wait for one line: little, so that bounds are met.
const MAX_QUEUED_BYTES: usize = 150_000;
/// The longest message: it may be just being added.
const MAX_MESSAGE_BYTES: usize = 66_000;

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happening {
    Arrive { line: u64, way: Way },
    Reached { node: usize, run: u32 },
    Kept { node: usize, run: u32 },
    Start { node: usize },
    Crash { node: usize },
    Act,
    Fault,
    Admit { knock: KnockId },
    Sweep,
}

/// Everything.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) chance: Rng,
    pub(crate) now: u64,
    start: Instant,
    wall_offset: u64,
    agenda: BTreeMap<(u64, u64), Happening>,
    last_item: u64,
    pub(crate) nodes: Vec<Node>,
    pub(crate) net: Net,
    pub(crate) checker: Checker,
    pub(crate) hostile: Option<Hostile>,
    wanting: VecDeque<usize>,
    pub(crate) acts: u32,
    pub(crate) faults: bool,
    guard_since: Option<u64>,
    /// What guests had shown the host when it asked for a batch.
    known_heads: BTreeMap<BatchId, Vec<SignedHead>>,
    limits: Limits,
    trace: DefaultHasher,
    pub(crate) steps: u64,
    pub(crate) violation: Option<Violation>,
    pub(crate) diary: Option<Vec<String>>,
}

impl World {
    pub(crate) fn new(seed: u64, start: Instant, mistake: Option<Mistake>) -> Self {
        let limits = Limits {
            max_queued_bytes: MAX_QUEUED_BYTES,
            mistake,
            ..Limits::default()
        };
        let mut chance = Rng::with_seed(seed);
        let plan = Plan::draw(&mut chance);
        let identity = |number: u64| match plan.genuine_keys {
            true => Identity::from_seed(&[number as u8 + 1; 32]),
            false => Identity::stand_in(seed * 100 + number),
        };
        let nodes: Vec<Node> = (0..=plan.guests as u64)
            .map(|number| Node::new(identity(number), format!("Person {number}")))
            .collect();
        let hostile = plan.hostile_guest.then(|| Hostile::new(identity(99), chance.fork()));
        Self {
            checker: Checker::new(&nodes),
            acts: plan.acts,
            plan,
            chance,
            now: 0,
            start,
            wall_offset: 1_700_000_000 * SECOND,
            agenda: BTreeMap::new(),
            last_item: 0,
            nodes,
            net: Net::default(),
            hostile,
            wanting: VecDeque::new(),
            faults: true,
            guard_since: None,
            known_heads: BTreeMap::new(),
            limits,
            trace: DefaultHasher::new(),
            steps: 0,
            violation: None,
            diary: None,
        }
    }

    /// A run: people and faults, then people and computers that are all well.
    pub(crate) fn run(&mut self) -> Result<u64, Violation> {
        self.start_node(HOST);
        for node in 1..self.nodes.len() {
            let at = self.chance.u64(0..2 * SECOND);
            self.at(at, Happening::Start { node });
        }
        self.at(SECOND, Happening::Act);
        self.at(SECOND, Happening::Fault);
        self.at(SECOND, Happening::Sweep);
        while self.acts > 0 {
            self.step()?;
        }
        self.heal();
        let until = self.now + CONVERGE_WITHIN;
        while self.now < until && !self.is_well() {
            self.step()?;
            self.step_until_still()?;
        }
        self.check_well()?;
        self.checker.all_kept(&self.nodes)?;
        Ok(self.trace.finish())
    }

    /// What happens at the same moment, before anybody looks.
    fn step_until_still(&mut self) -> Result<(), Violation> {
        let until = self.now + 100_000;
        while self.next_time().is_some_and(|at| at <= until) {
            self.step()?;
        }
        Ok(())
    }

    pub(crate) fn moment(&self) -> Now {
        Now {
            monotonic: self.start + Duration::from_micros(self.now),
            wall: SystemTime::UNIX_EPOCH + Duration::from_micros(self.wall_offset + self.now),
        }
    }

    pub(crate) fn at(&mut self, at: u64, what: Happening) {
        self.last_item += 1;
        self.agenda.insert((at, self.last_item), what);
    }

    pub(crate) fn after(&mut self, delay: u64, what: Happening) {
        self.at(self.now + delay, what);
    }

    pub(crate) fn note(&mut self, what: impl FnOnce() -> String) {
        if let Some(diary) = &mut self.diary {
            diary.push(format!("{:>10} {}", self.now, what()));
        }
    }

    fn next_time(&self) -> Option<u64> {
        let item = self.agenda.first_key_value().map(|((at, _), _)| *at);
        let deadline = self.nodes.iter().filter_map(|node| node.deadline).min();
        item.into_iter().chain(deadline).min()
    }

    fn step(&mut self) -> Result<(), Violation> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(format!("I15: {MAX_STEPS} steps and no end"));
        }
        let deadline = (0..self.nodes.len())
            .filter_map(|node| Some((self.nodes[node].deadline?, node)))
            .min();
        let item = self.agenda.first_key_value().map(|((at, _), _)| *at);
        match (deadline, item) {
            (Some((at, node)), item) if item.is_none_or(|item| at < item) => {
                self.now = self.now.max(at);
                self.nodes[node].deadline = None;
                let now = self.moment();
                self.with(node, |endpoint| endpoint.handle_timeout(now));
            }
            (_, Some(_)) => {
                let ((at, _), what) = self.agenda.pop_first().expect("it was just looked at");
                self.now = self.now.max(at);
                self.happen(what);
            }
            _ => return Err("I15: nothing happens any more".to_owned()),
        }
        self.trace.write_u64(self.now);
        self.violation.take().map_or(Ok(()), Err)
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Arrive { line, way } => self.arrive(line, way),
            Happening::Reached { node, run } if self.nodes[node].run == run => self.reach(node),
            Happening::Kept { node, run } if self.nodes[node].run == run => self.keep(node),
            Happening::Reached { .. } | Happening::Kept { .. } => {}
            Happening::Start { node } => self.start_node(node),
            Happening::Crash { node } => self.crash(node),
            Happening::Act => self.act(),
            Happening::Fault => self.fault(),
            Happening::Admit { knock } => self.answer_knock(knock),
            Happening::Sweep => {
                self.net.sweep();
                if let Err(violation) = self.checker.all_kept(&self.nodes) {
                    self.violation.get_or_insert(violation);
                }
                self.hostile_acts();
                self.after(SECOND, Happening::Sweep);
            }
        }
    }

    /// Tells a program something, and does what it then wants.
    pub(crate) fn with(&mut self, node: usize, tell: impl FnOnce(&mut Endpoint)) {
        if let Some(endpoint) = &mut self.nodes[node].endpoint {
            tell(endpoint);
            self.drain(node);
        }
    }

    pub(crate) fn command(&mut self, node: usize, command: Command) {
        self.note(|| format!("{node} wants {command:?}"));
        let now = self.moment();
        self.with(node, |endpoint| endpoint.handle_command(now, command));
    }

    fn drain(&mut self, node: usize) {
        loop {
            let Some(endpoint) = &mut self.nodes[node].endpoint else {
                return;
            };
            if let Some(transmit) = endpoint.poll_transmit() {
                self.transmit(node, transmit);
            } else if let Some(wish) = endpoint.poll_store() {
                self.wish(node, wish);
            } else if let Some(event) = endpoint.poll_event() {
                self.see(node, event);
            } else {
                break;
            }
            if self.faults && self.plan.crashes && self.chance.u32(..4_000) == 0 {
                self.crash(node); // between any two of its actions
                return;
            }
        }
        let now = self.now;
        let start = self.start;
        if let Some(endpoint) = &self.nodes[node].endpoint {
            let deadline = endpoint.poll_timeout();
            let deadline = deadline.map(|at| at.saturating_duration_since(start).as_micros() as u64);
            self.nodes[node].deadline = deadline.map(|at| at.max(now + 1));
        }
        self.let_go_on(node);
    }

    /// Bytes that the program did not want to read come again.
    fn let_go_on(&mut self, node: usize) {
        let way = if node == HOST { Way::ToHost } else { Way::ToGuest };
        let held: Vec<u64> = self
            .net
            .connections
            .iter_mut()
            .filter_map(|(line, connection)| {
                let pipe = match way {
                    Way::ToHost => &mut connection.to_host,
                    Way::ToGuest if connection.guest == node => &mut connection.to_guest,
                    Way::ToGuest => return None,
                };
                let endpoint = self.nodes[node].endpoint.as_ref()?;
                (pipe.held && endpoint.wants_bytes(LineId(*line))).then(|| {
                    pipe.held = false;
                    *line
                })
            })
            .collect();
        for line in held {
            self.after(0, Happening::Arrive { line, way });
        }
    }

    fn transmit(&mut self, node: usize, transmit: Transmit) {
        match transmit {
            Transmit::Connect => {
                let run = self.nodes[node].run;
                let delay = self.delay();
                self.after(delay, Happening::Reached { node, run });
            }
            Transmit::Write(line) => self.write(node, line),
            Transmit::Finish(line) => self.end(node, line.0, LineEnd::Finished),
            Transmit::Close(line) => {
                self.end(node, line.0, LineEnd::Finished);
                self.deafen(node, line.0);
            }
        }
    }

    pub(crate) fn delay(&mut self) -> u64 {
        self.chance.u64(20..=self.plan.delay_us.max(21))
    }

    /// Whose bytes go which way.
    fn outgoing(node: usize) -> Way {
        if node == HOST { Way::ToGuest } else { Way::ToHost }
    }

    fn incoming(node: usize) -> Way {
        if node == HOST { Way::ToHost } else { Way::ToGuest }
    }

    fn write(&mut self, node: usize, line: LineId) {
        let now = self.moment();
        let Some(endpoint) = &mut self.nodes[node].endpoint else {
            return;
        };
        let queued = endpoint.queued_bytes(line);
        let pending = endpoint.pending(line);
        let way = Self::outgoing(node);
        let Some(pipe) = self.net.pipe(line.0, way) else {
            return;
        };
        let room = WINDOW.saturating_sub(pipe.waiting).min(pending.len());
        let bytes = pending[..room].to_vec();
        bytes.hash(&mut self.trace);
        pipe.waiting += room;
        pipe.full = room == 0;
        endpoint.handle_written(now, line, room);
        if room > 0 {
            self.carry(line.0, way, bytes);
        }
        if queued > MAX_QUEUED_BYTES + MAX_MESSAGE_BYTES {
            self.violation
                .get_or_insert(format!("I12: {queued} bytes wait for one line"));
        }
    }

    /// Puts bytes on their way.
    pub(crate) fn carry(&mut self, line: u64, way: Way, bytes: Vec<u8>) {
        let mut at = self.now + self.delay();
        let Some(pipe) = self.net.pipe(line, way) else {
            return;
        };
        at = at.max(pipe.not_before);
        pipe.not_before = at;
        if !pipe.black_hole {
            pipe.bytes.push_back((at, bytes));
            self.at(at, Happening::Arrive { line, way });
        }
    }

    /// This end sends nothing more.
    pub(crate) fn end(&mut self, node: usize, line: u64, end: LineEnd) {
        let at = self.now + self.delay();
        let way = Self::outgoing(node);
        let Some(pipe) = self.net.pipe(line, way) else {
            return;
        };
        pipe.end.get_or_insert(end);
        if !pipe.black_hole {
            let at = at.max(pipe.not_before);
            self.at(at, Happening::Arrive { line, way });
        }
    }

    /// This end listens no more.
    pub(crate) fn deafen(&mut self, node: usize, line: u64) {
        if let Some(pipe) = self.net.pipe(line, Self::incoming(node)) {
            pipe.over = true;
            pipe.bytes.clear();
            pipe.waiting = 0;
        }
    }

    /// What is due of a connection arrives now.
    pub(crate) fn deliver(&mut self, line: u64, way: Way) {
        self.after(0, Happening::Arrive { line, way });
    }

    fn arrive(&mut self, line: u64, way: Way) {
        let moment = self.moment();
        let now = self.now;
        let Some(guest) = self.net.connections.get(&line).map(|connection| connection.guest) else {
            return;
        };
        let node = if way == Way::ToHost { HOST } else { guest };
        if node >= self.nodes.len() {
            return self.hostile_hears(line);
        }
        let wants = self.nodes[node]
            .endpoint
            .as_ref()
            .is_some_and(|endpoint| endpoint.wants_bytes(LineId(line)));
        let Some(pipe) = self.net.pipe(line, way).filter(|pipe| !pipe.over) else {
            return;
        };
        if !wants && !pipe.bytes.is_empty() {
            pipe.held = true;
            return;
        }
        let Some((_, mut bytes)) = pipe.bytes.pop_front_if(|(at, _)| *at <= now) else {
            if let Some(end) = pipe.end.filter(|_| pipe.bytes.is_empty()) {
                pipe.over = true;
                self.with(node, |endpoint| endpoint.handle_ended(moment, LineId(line), end));
            }
            return;
        };
        pipe.waiting = pipe.waiting.saturating_sub(bytes.len());
        let more = std::mem::take(&mut pipe.full);
        let pieces = if self.chance.u8(..8) == 0 { 2 } else { 1 };
        let rest = bytes.split_off(bytes.len() / pieces);
        for bytes in [bytes, rest].into_iter().filter(|bytes| !bytes.is_empty()) {
            self.with(node, |endpoint| endpoint.handle_bytes(moment, LineId(line), &bytes));
        }
        self.arrive_next(line, way);
        if more {
            let other = if node == HOST { guest } else { HOST };
            if other < self.nodes.len() && self.nodes[other].is_up() {
                self.write(other, LineId(line));
                self.drain(other);
            }
        }
    }

    /// Behind these bytes come those that were held up with them; behind the last bytes comes the end.
    fn arrive_next(&mut self, line: u64, way: Way) {
        let now = self.now;
        if let Some(pipe) = self.net.pipe(line, way)
            && pipe.bytes.front().map_or(pipe.end.is_some(), |(at, _)| *at <= now)
        {
            self.after(0, Happening::Arrive { line, way });
        }
    }

    /// A guest's call has come as far as it comes.
    fn reach(&mut self, node: usize) {
        let now = self.moment();
        if !self.nodes[HOST].is_up() {
            self.with(node, |endpoint| endpoint.handle_unreachable(now));
            return;
        }
        let line = self.net.connect(node);
        self.note(|| format!("{node} reaches the host on {}", line.0));
        let address = ([10, 0, 0, node as u8], 4_000).into();
        self.with(HOST, |endpoint| endpoint.handle_opened(now, line, address));
        let host = ([10, 0, 0, 100], 8888).into();
        self.with(node, |endpoint| endpoint.handle_opened(now, line, host));
    }

    fn wish(&mut self, node: usize, wish: Store) {
        if let Store::Keep(batch) = &wish {
            self.checker.asked(batch);
            if node == HOST {
                let heads = self.nodes[1..].iter().filter(|node| node.connected);
                let heads = heads.filter_map(|node| node.image.head).collect();
                self.known_heads.insert(batch.id, heads);
            }
        }
        self.nodes[node].wishes.push_back(wish);
        self.disk_goes_on(node);
    }

    fn disk_goes_on(&mut self, node: usize) {
        if self.nodes[node].disk_is_busy || self.nodes[node].wishes.is_empty() {
            return;
        }
        self.nodes[node].disk_is_busy = true;
        let slow = self.faults && self.plan.disk_slow && self.chance.u8(..10) == 0;
        let delay = self.chance.u64(if slow { 10_000..2 * SECOND } else { 50..4_000 });
        let run = self.nodes[node].run;
        self.after(delay, Happening::Kept { node, run });
    }

    fn keep(&mut self, node: usize) {
        let now = self.moment();
        self.nodes[node].disk_is_busy = false;
        let Some(wish) = self.nodes[node].wishes.pop_front() else {
            return;
        };
        match wish {
            Store::Read { id, from, limit } => {
                let page = self.nodes[node].image.page(from, limit);
                self.with(node, |endpoint| endpoint.handle_read(now, id, page));
            }
            Store::Keep(batch) => {
                let result = self.flush(node, &batch);
                self.note(|| format!("{node} keeps {:?}: {result:?}", batch.id));
                self.with(node, |endpoint| endpoint.handle_stored(now, batch.id, result));
            }
        }
        self.disk_goes_on(node);
    }

    fn flush(&mut self, node: usize, batch: &landline::proto::log::Batch) -> Result<(), StoreError> {
        let fails = self.faults && self.plan.disk_fails && self.chance.u16(..400) == 0;
        if fails {
            if self.chance.bool() {
                self.apply(node, batch); // it is on the disk, and nobody knows
            }
            return Err(StoreError::Failed);
        }
        if self.nodes[node].full_until > self.now {
            return Err(StoreError::Full);
        }
        if !self.apply(node, batch) {
            self.note(|| format!("{node} asks its disk for {batch:?}"));
            self.violation
                .get_or_insert(format!("I4/I5: {node} asks its disk for what contradicts it"));
            return Err(StoreError::Conflict);
        }
        Ok(())
    }

    fn apply(&mut self, node: usize, batch: &landline::proto::log::Batch) -> bool {
        if self.nodes[node].image.apply(batch).is_err() {
            return false;
        }
        let checked = if node == HOST {
            let known = self.known_heads.remove(&batch.id).unwrap_or_default();
            self.checker.host_kept(batch, &known)
        } else {
            let Node { identity, image, .. } = &self.nodes[node];
            self.checker.guest_kept(node, identity.key(), image, batch)
        };
        if let Err(violation) = checked {
            self.violation.get_or_insert(violation);
        }
        true
    }

    fn start_node(&mut self, node: usize) {
        if self.nodes[node].is_up() {
            return;
        }
        if node != HOST && self.nodes[node].life == Life::Outside && self.nodes[node].invite.is_none() {
            let knocks = self.plan.admit != landline::proto::Admit::Invited && self.nodes[node].image.kept.is_none();
            if !knocks || self.chance.bool() {
                self.wanting.push_back(node);
                self.command(HOST, Command::Invite);
                self.after(3 * SECOND, Happening::Start { node });
                return;
            }
        }
        let now = self.moment();
        let seed = std::array::from_fn(|_| self.chance.u8(..));
        let endpoint = if node == HOST {
            self.host(now, seed)
        } else {
            self.guest(now, node, seed)
        };
        self.note(|| format!("{node} starts"));
        self.checker.started(node);
        let person = &mut self.nodes[node];
        person.endpoint = Some(endpoint);
        person.connected = false;
        if node == HOST {
            self.known_heads.clear();
            self.guard_since = None;
            self.nodes.iter_mut().for_each(|node| node.connected = false);
        }
        self.drain(node);
    }

    fn host(&self, now: Now, seed: [u8; 32]) -> Endpoint {
        let host = &self.nodes[HOST];
        let settings = Settings {
            name: "room".into(),
            history: self.plan.history,
            plain: None,
        };
        let made = || Loaded::made(RoomId([5; 16]), Epoch([1; 16]), host.identity.key(), settings.clone());
        let loaded = host.image.load(&host.identity.key()).unwrap_or_else(made);
        let config = HostConfig {
            identity: host.identity.clone(),
            seed,
            settings: loaded.kept.settings.clone(),
            loaded,
            name: host.name.as_str().into(),
            admit: self.plan.admit,
            welcome: String::new(),
            limits: self.limits.clone(),
        };
        Endpoint::host(now, config)
    }

    fn guest(&self, now: Now, node: usize, seed: [u8; 32]) -> Endpoint {
        let person = &self.nodes[node];
        let config = GuestConfig {
            identity: person.identity.clone(),
            seed,
            loaded: person.image.load(&person.identity.key()),
            invite: person.invite.clone(),
            expect: Some(self.nodes[HOST].identity.key()),
            name: person.name.as_str().into(),
            host: "host".into(),
            confirm: false,
            limits: self.limits.clone(),
        };
        Endpoint::guest(now, config)
    }

    /// A computer stops, between any two actions.
    pub(crate) fn crash(&mut self, node: usize) {
        if !self.nodes[node].is_up() {
            return;
        }
        self.note(|| format!("{node} crashes"));
        // Of what the disk was asked, some has happened, in order.
        let some = self.chance.usize(..=self.nodes[node].wishes.len());
        for _ in 0..some {
            if let Some(Store::Keep(batch)) = self.nodes[node].wishes.pop_front()
                && self.nodes[node].full_until <= self.now
            {
                self.apply(node, &batch);
            }
        }
        self.stop(node);
        if let Some(flushed) = self.nodes[node].flushed.take() {
            self.nodes[node].image = *flushed;
            self.checker.host_lost(&self.nodes[node].image);
            self.note(|| "its disk had lied".to_owned());
        }
        if node == HOST
            && self.faults
            && self.chance.u8(..4) == 0
            && let Some(backup) = self.nodes[node].backup.take()
        {
            self.nodes[node].image = *backup;
            self.checker.host_lost(&self.nodes[node].image);
            self.note(|| "an old backup is restored".to_owned());
        }
        let delay = self.chance.u64(SECOND / 10..4 * SECOND);
        self.after(delay, Happening::Start { node });
    }

    /// The program is no more; the other ends of its lines learn of it, or not.
    fn stop(&mut self, node: usize) {
        let person = &mut self.nodes[node];
        person.endpoint = None;
        person.run += 1;
        person.deadline = None;
        person.wishes.clear();
        person.disk_is_busy = false;
        person.connected = false;
        let lines: Vec<u64> = self.lines_of(node);
        for line in lines {
            self.deafen(node, line);
            if !(self.faults && self.plan.half_open && self.chance.bool()) {
                self.end(node, line, LineEnd::Reset);
            }
        }
    }

    pub(crate) fn lines_of(&self, node: usize) -> Vec<u64> {
        let connections = self.net.connections.iter();
        let mine = connections.filter(|(_, connection)| node == HOST || connection.guest == node);
        mine.map(|(line, _)| *line).collect()
    }

    fn see(&mut self, node: usize, event: Event) {
        self.note(|| format!("{node} sees {event:?}"));
        std::mem::discriminant(&event).hash(&mut self.trace);
        if let Err(violation) = self.checker.saw(node, &self.nodes[node].image, &event) {
            self.violation.get_or_insert(violation);
        }
        match event {
            Event::Receipt { receipt } if node == HOST => {
                if let Err(violation) = self.checker.receipt(&receipt, &self.nodes) {
                    self.violation.get_or_insert(violation);
                }
            }
            Event::Knock { knock, .. } => {
                let delay = self.chance.u64(SECOND / 2..3 * SECOND);
                self.after(delay, Happening::Admit { knock });
            }
            Event::Invite { invite } => {
                self.checker.invites += 1;
                if self.hostile.as_ref().is_some_and(Hostile::wants_invite) {
                    self.hostile
                        .iter_mut()
                        .for_each(|hostile| hostile.invite = Some(invite.clone()));
                } else if let Some(guest) = self.wanting.pop_front() {
                    self.after(SECOND / 10, Happening::Start { node: guest });
                    // Sometimes an invite is passed on, and two people try it.
                    if let Some(other) = self.wanting.pop_front_if(|_| self.chance.u8(..4) == 0) {
                        self.nodes[other].invite = Some(invite.clone());
                        self.after(SECOND, Happening::Start { node: other });
                    }
                    self.nodes[guest].invite = Some(invite);
                }
            }
            Event::Connected { .. } => {
                let person = &mut self.nodes[node];
                person.connected = true;
                person.life = Life::Inside;
                person.invite = None;
            }
            Event::Lost { .. } => self.nodes[node].connected = false,
            Event::Notice {
                notice: Notice::LogLost { .. },
            } => self.guard_since = Some(self.now),
            Event::Notice {
                notice: Notice::LogWhole,
            } => self.guard_since = None,
            Event::NewEpoch if node == HOST => self.guard_since = None,
            Event::Closed { reason } => self.closed(node, reason),
            _ => {}
        }
    }

    fn closed(&mut self, node: usize, reason: landline::proto::CloseReason) {
        use landline::proto::CloseReason;
        self.stop(node);
        let honest = self.checker.lost.is_some()
            || !matches!(
                reason,
                CloseReason::TwoStories | CloseReason::Forged { .. } | CloseReason::HostKeyChanged { .. }
            );
        if !honest {
            self.violation
                .get_or_insert(format!("I9: {node} was closed: {reason:?}, and nobody has lied"));
        }
        if matches!(reason, CloseReason::Removed | CloseReason::Denied(_)) {
            self.nodes[node].life = Life::Outside;
            self.nodes[node].invite = None;
        }
        let delay = self.chance.u64(SECOND..3 * SECOND);
        self.after(delay, Happening::Start { node });
    }

    fn answer_knock(&mut self, knock: KnockId) {
        let command = match self.chance.u8(..8) {
            0 => Command::Refuse { knock },
            _ => Command::Admit { knock },
        };
        self.command(HOST, command);
    }

    /// All faults are over, and everything starts again that does not run.
    fn heal(&mut self) {
        self.note(|| "faults are over".to_owned());
        self.faults = false;
        for node in 0..self.nodes.len() {
            self.nodes[node].full_until = 0;
            self.nodes[node].flushed = None;
            self.nodes[node].backup = None;
            self.after(1_000, Happening::Start { node });
        }
        let lines: Vec<u64> = self.net.connections.keys().copied().collect();
        for line in lines {
            self.cut_if_dead(line);
        }
    }

    /// What a fault has left of a connection ends, so that both ends know.
    fn cut_if_dead(&mut self, line: u64) {
        for way in [Way::ToHost, Way::ToGuest] {
            let dead = self
                .net
                .pipe(line, way)
                .is_some_and(|pipe| pipe.black_hole || pipe.over);
            if dead {
                self.cut(line, LineEnd::Reset);
            }
        }
    }

    pub(crate) fn cut(&mut self, line: u64, end: LineEnd) {
        for way in [Way::ToHost, Way::ToGuest] {
            if let Some(pipe) = self.net.pipe(line, way) {
                pipe.black_hole = false;
                pipe.bytes.clear();
                pipe.end = Some(end);
            }
            self.after(0, Happening::Arrive { line, way });
        }
    }

    pub(crate) fn jump_clock(&mut self, to: u64) {
        self.wall_offset = to;
    }

    fn is_well(&mut self) -> bool {
        if self
            .guard_since
            .is_some_and(|since| self.now > since.max(10 * SECOND) + 10 * SECOND)
        {
            self.guard_since = None;
            self.command(HOST, Command::NewEpoch);
        }
        self.check_well().is_ok()
    }

    fn check_well(&self) -> Result<(), Violation> {
        let host = &self.nodes[HOST].image;
        for (number, node) in self.nodes.iter().enumerate().skip(1) {
            let member = self.checker.is_member(&node.identity.key());
            if node.life == Life::Outside || !member {
                continue;
            }
            let image = &node.image;
            let same = image.last() == host.last()
                && image.entries.last().map(|e| e.hash) == host.entries.last().map(|e| e.hash);
            if !node.connected || !image.outbox.is_empty() || !same || image.head != host.head {
                return Err(format!(
                    "I15: guest {number} is not well: in {}, outbox {}, at {} of {}, same head {}",
                    node.connected,
                    image.outbox.len(),
                    image.last(),
                    host.last(),
                    image.head == host.head,
                ));
            }
        }
        let hosted = self.nodes[HOST].is_up();
        if hosted {
            Ok(())
        } else {
            Err("I15: the host is down".to_owned())
        }
    }
}
