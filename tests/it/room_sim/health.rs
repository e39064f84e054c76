//! The end of a run: no more faults, and what must be well then.

use landline::proto::{Command, LineEnd};

use super::checker::Violation;
use super::net::Way;
use super::node::Life;
use super::plan::Lies;
use super::world::{HOST, Happening, SECOND, World};

impl World {
    /// All faults are over, and everything starts again that does not run.
    pub(crate) fn heal(&mut self) {
        self.note(|| "faults are over".to_owned());
        self.faults = false;
        self.liar_repents();
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
    pub(crate) fn cut_if_dead(&mut self, line: u64) {
        let soon = self.now + 30 * SECOND;
        for way in [Way::ToHost, Way::ToGuest] {
            let dead = self
                .net
                .pipe(line, way)
                .is_some_and(|pipe| pipe.black_hole || pipe.over || pipe.not_before > soon);
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

    pub(crate) fn is_well(&mut self) -> bool {
        if self
            .guard_since
            .is_some_and(|since| self.now > since.max(10 * SECOND) + 10 * SECOND)
        {
            self.guard_since = None;
            self.command(HOST, Command::NewEpoch);
        }
        self.check_well().is_ok()
    }

    /// Whether everybody can agree at last: not on two stories with the same host's signature.
    pub(crate) fn can_be_well(&self) -> bool {
        self.plan.lies.is_none_or(Lies::leave_no_trace)
    }

    pub(crate) fn check_well(&self) -> Result<(), Violation> {
        let host = &self.nodes[HOST].image;
        for (number, node) in self.nodes.iter().enumerate().skip(1) {
            let member = self.checker.is_member(&node.identity.key());
            if node.life == Life::Outside || !member {
                continue;
            }
            let image = &node.image;
            let head = image.head.map(|head| (head.seq, head.hash));
            let same_head = head == host.entries.last().map(|placed| (placed.seq, placed.hash));
            let same = image.last() == host.last()
                && image.entries.last().map(|e| e.hash) == host.entries.last().map(|e| e.hash);
            if !node.connected || !image.outbox.is_empty() || !same || !same_head {
                return Err(format!(
                    "I15: guest {number} is not well: in {}, outbox {}, at {} of {}, same head {}",
                    node.connected,
                    image.outbox.len(),
                    image.last(),
                    host.last(),
                    same_head,
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
