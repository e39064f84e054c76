//! Programs that start, tell their people what happens, crash and end.

use std::hash::Hash as _;

use landline::proto::log::{Epoch, Loaded, RoomId, Settings};
use landline::proto::{
    Admit, CloseReason, Command, Endpoint, Event, GuestConfig, HostConfig, KnockId, LineEnd, Notice, Now, Store,
};

use super::hostile::Hostile;
use super::net::Way;
use super::node::Life;
use super::world::{HOST, Happening, SECOND, World};

impl World {
    pub(crate) fn start_node(&mut self, node: usize) {
        if self.nodes[node].is_up() {
            return;
        }
        if node != HOST && self.nodes[node].life == Life::Outside && self.nodes[node].invite.is_none() {
            let knocks = self.plan.admit != Admit::Invited && self.nodes[node].image.kept.is_none();
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

    pub(crate) fn host(&self, now: Now, seed: [u8; 32]) -> Endpoint {
        let host = &self.nodes[HOST];
        let settings = Settings {
            name: "room".into(),
            history: self.plan.history,
            plain: None,
            admit: self.plan.admit,
        };
        let made = || Loaded::made(RoomId([5; 16]), Epoch([1; 16]), host.identity.key(), settings.clone());
        let loaded = host.image.load(&host.identity.key()).unwrap_or_else(made);
        let config = HostConfig {
            identity: host.identity.clone(),
            seed,
            settings: loaded.kept.settings.clone(),
            loaded,
            name: host.name.as_str().into(),
            welcome: String::new(),
            limits: self.limits.clone(),
        };
        Endpoint::host(now, config)
    }

    pub(crate) fn guest(&self, now: Now, node: usize, seed: [u8; 32]) -> Endpoint {
        let person = &self.nodes[node];
        let config = GuestConfig {
            identity: person.identity.clone(),
            seed,
            loaded: person.image.load(&person.identity.key()),
            invite: person.invite.clone(),
            name: person.name.as_str().into(),
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
        self.forget_what_the_disk_forgot(node);
        let long = self.plan.long && self.chance.u8(..8) == 0;
        let longest = if long { 90 } else { 4 };
        let delay = self.chance.u64(SECOND / 10..longest * SECOND);
        self.after(delay, Happening::Start { node });
    }

    /// What is left of a disk that had lied, or of one that was replaced by an old copy.
    fn forget_what_the_disk_forgot(&mut self, node: usize) {
        let flushed = self.nodes[node].flushed.take();
        let restore = self.faults && self.chance.u8(..4) == 0;
        let backup = self.nodes[node].backup.take_if(|_| restore);
        if let Some(image) = backup.or(flushed) {
            self.note(|| format!("{node} has lost what came after {}", image.last()));
            let before = std::mem::replace(&mut self.nodes[node].image, *image);
            if node == HOST {
                self.checker.host_lost(&self.nodes[node].image);
            } else {
                self.checker.guest_lost(node, &before, &self.nodes[node].image);
            }
        }
    }

    /// The program is no more; the other ends of its lines learn of it, or not.
    pub(crate) fn stop(&mut self, node: usize) {
        let person = &mut self.nodes[node];
        person.endpoint = None;
        person.run += 1;
        person.deadline = None;
        person.wishes.clear();
        person.disk_is_busy = false;
        person.pauses = false;
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

    /// Whether the host's end of a connection is still there.
    fn is_heard(&mut self, line: u64) -> bool {
        self.net.pipe(line, Way::ToHost).is_some_and(|pipe| !pipe.over)
    }

    pub(crate) fn see(&mut self, node: usize, event: Event) {
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
                // A slow disk may say so when the host has gone.
                let connected = self.lines_of(node).into_iter().any(|line| self.is_heard(line));
                let person = &mut self.nodes[node];
                person.connected = connected;
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

    pub(crate) fn closed(&mut self, node: usize, reason: CloseReason) {
        self.stop(node);
        let honest = self.checker.lost.is_some()
            || self.liar.is_some()
            || !matches!(
                reason,
                CloseReason::TwoStories | CloseReason::Forged { .. } | CloseReason::HostKeyChanged { .. }
            );
        if !honest {
            self.violation
                .get_or_insert_with(|| format!("I9: {node} was closed: {reason:?}, and nobody has lied"));
        }
        if matches!(reason, CloseReason::Removed | CloseReason::Denied(_)) {
            self.nodes[node].life = Life::Outside;
            self.nodes[node].invite = None;
        }
        let delay = self.chance.u64(SECOND..3 * SECOND);
        self.after(delay, Happening::Start { node });
    }

    pub(crate) fn answer_knock(&mut self, knock: KnockId) {
        let command = match self.chance.u8(..8) {
            0 => Command::Refuse { knock },
            _ => Command::Admit { knock, compared: false },
        };
        self.command(HOST, command);
    }
}
