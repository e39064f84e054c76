//! A host and its guests on a network with faults, in virtual time: one step is one thing that happens somewhere.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hasher as _};
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;
use landline::proto::identity::Identity;
use landline::proto::log::{BatchId, SignedHead};
use landline::proto::{Command, Endpoint, KnockId, Limits, Mistake, Now};

use super::checker::{Checker, Violation};
use super::hostile::Hostile;
use super::liar::Liar;
use super::net::{Net, Way};
use super::node::Node;
use super::plan::Plan;
use super::witness::Witness;

pub(crate) const HOST: usize = 0;
pub(crate) const SECOND: u64 = 1_000_000;
/// How long everything may take to be well again once all faults are over.
const CONVERGE_WITHIN: u64 = 60 * SECOND;
/// A run that makes more steps than this goes in circles.
const MAX_STEPS: u64 = 400_000;
/// What may wait for one line: little, so that bounds are met.
pub(crate) const MAX_QUEUED_BYTES: usize = 80_000;
/// The longest message: it may be just being added.
pub(crate) const MAX_MESSAGE_BYTES: usize = 66_000;

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happening {
    Arrive {
        line: u64,
        way: Way,
    },
    Reached {
        node: usize,
        run: u32,
    },
    Kept {
        node: usize,
        run: u32,
    },
    /// Nothing more is at hand for a program.
    Lull {
        node: usize,
        run: u32,
    },
    Start {
        node: usize,
    },
    Act,
    Fault,
    Admit {
        knock: KnockId,
    },
    Sweep,
    /// What the liar has for the host.
    Whisper {
        line: u64,
    },
}

/// Everything.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) chance: Rng,
    pub(crate) now: u64,
    pub(crate) start: Instant,
    pub(crate) wall_offset: u64,
    agenda: BTreeMap<(u64, u64), Happening>,
    last_item: u64,
    pub(crate) nodes: Vec<Node>,
    pub(crate) net: Net,
    pub(crate) checker: Checker,
    pub(crate) hostile: Option<Hostile>,
    pub(crate) liar: Option<Liar>,
    pub(crate) wanting: VecDeque<usize>,
    pub(crate) acts: u32,
    pub(crate) faults: bool,
    pub(crate) guard_since: Option<u64>,
    /// What guests had shown the host when it asked for a batch.
    pub(crate) known_heads: BTreeMap<BatchId, Vec<SignedHead>>,
    pub(crate) limits: Limits,
    pub(crate) trace: DefaultHasher,
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
        let liar = plan.lies.map(|lies| Liar::new(identity(0), chance.fork(), lies));
        Self {
            checker: Checker::new(&nodes, liar.is_some()),
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
            liar,
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
        let until = self.now
            + if self.can_be_well() {
                CONVERGE_WITHIN
            } else {
                CONVERGE_WITHIN / 6
            };
        while self.now < until && !self.is_well() {
            self.step()?;
            self.step_until_still()?;
        }
        if self.can_be_well() {
            self.check_well()?;
        }
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
            Happening::Lull { node, run } if self.nodes[node].run == run => self.pause(node),
            Happening::Reached { .. } | Happening::Kept { .. } | Happening::Lull { .. } => {}
            Happening::Start { node } => self.start_node(node),
            Happening::Act => self.act(),
            Happening::Fault => self.fault(),
            Happening::Admit { knock } => self.answer_knock(knock),
            Happening::Whisper { line } => self.liar_whispers(line),
            Happening::Sweep => {
                self.net.sweep();
                self.liar_looks_after_wires();
                let kept = self.checker.all_kept(&self.nodes);
                if let Err(violation) = kept.and_then(|()| Witness::compare(&self.nodes)) {
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
            self.pause_soon(node);
        }
    }

    /// What a program is told comes alone or in a run, of which all but the last say nothing of what follows.
    fn pause_soon(&mut self, node: usize) {
        if self.nodes[node].pauses {
            return;
        }
        if self.chance.bool() {
            self.pause(node);
        } else {
            self.nodes[node].pauses = true;
            let (delay, run) = (self.chance.u64(1..500), self.nodes[node].run);
            self.after(delay, Happening::Lull { node, run });
        }
    }

    fn pause(&mut self, node: usize) {
        self.nodes[node].pauses = false;
        let now = self.moment();
        if let Some(endpoint) = &mut self.nodes[node].endpoint {
            endpoint.handle_lull(now);
            self.drain(node);
        }
    }

    pub(crate) fn command(&mut self, node: usize, command: Command) {
        self.note(|| format!("{node} wants {command:?}"));
        let now = self.moment();
        self.with(node, |endpoint| endpoint.handle_command(now, command));
    }

    pub(crate) fn drain(&mut self, node: usize) {
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
}
