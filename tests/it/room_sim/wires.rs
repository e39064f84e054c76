//! Bytes between computers: written, on their way, and arriving in whatever pieces.

use std::hash::Hash as _;

use landline::proto::{LineEnd, LineId, Transmit};

use super::net::{WINDOW, Way};
use super::world::{HOST, Happening, MAX_MESSAGE_BYTES, MAX_QUEUED_BYTES, World};

/// A guest has sixty entries without an answer at most, and they may all be long.
const MAX_SUBMITTED_BYTES: usize = 60 * 17_000;

impl World {
    /// Bytes that the program did not want to read come again.
    pub(crate) fn let_go_on(&mut self, node: usize) {
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

    pub(crate) fn transmit(&mut self, node: usize, transmit: Transmit) {
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
    pub(crate) fn outgoing(node: usize) -> Way {
        if node == HOST { Way::ToGuest } else { Way::ToHost }
    }

    pub(crate) fn incoming(node: usize) -> Way {
        if node == HOST { Way::ToHost } else { Way::ToGuest }
    }

    pub(crate) fn write(&mut self, node: usize, line: LineId) {
        let now = self.moment();
        if node == HOST && self.has_liar_on(line.0) {
            return self.liar_hears_host(line);
        }
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
        let bound = if node == HOST {
            MAX_QUEUED_BYTES + MAX_MESSAGE_BYTES
        } else {
            MAX_SUBMITTED_BYTES
        };
        if queued > bound {
            self.violation
                .get_or_insert_with(|| format!("I12: {queued} bytes wait for one line"));
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

    pub(crate) fn arrive(&mut self, line: u64, way: Way) {
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
            if node == HOST && self.has_liar_on(line) {
                self.liar_hears_guest(line, &bytes);
                continue;
            }
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
    pub(crate) fn arrive_next(&mut self, line: u64, way: Way) {
        let now = self.now;
        if let Some(pipe) = self.net.pipe(line, way)
            && (pipe.bytes.front().is_some_and(|(at, _)| *at <= now) || pipe.bytes.is_empty() && pipe.end.is_some())
        {
            self.after(0, Happening::Arrive { line, way });
        }
    }

    /// A guest's call has come as far as it comes.
    pub(crate) fn reach(&mut self, node: usize) {
        let now = self.moment();
        if !self.nodes[HOST].is_up() {
            self.with(node, |endpoint| endpoint.handle_unreachable(now));
            return;
        }
        let line = self.net.connect(node);
        self.note(|| format!("{node} reaches the host on {}", line.0));
        self.liar_opens(node, line);
        let address = ([10, 0, 0, node as u8], 4_000).into();
        self.with(HOST, |endpoint| endpoint.handle_opened(now, line, address));
        let host = ([10, 0, 0, 100], 8888).into();
        self.with(node, |endpoint| endpoint.handle_opened(now, line, host));
    }
}
