//! The host of a room.
//!
//! [`Core`] decides in terms of messages; here are the lines that carry them, with keys and without. Nobody tells a line which of both it is:
//! a native guest speaks first, and what is silent or begins otherwise is plain text.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

use self::bucket::Bucket;
use self::knocks::crowd_address;
use super::config::CHANCE_BYTES;
use super::connection::Line;
use super::endpoint::Side;
use super::identity::Identity;
use super::lines::{Carrier, Lines};
use super::log::{BatchId, PlacedEntry, StoreError};
use super::native::{Expired, Native};
use super::session::{Hello, LineKind, Padded, Session, SessionEvent, SessionFailure};
use super::{
    Command, Event, HostConfig, LeaveReason, Limits, LineEnd, LineId, Mistake, Now, ReadId, Store, Transmit, wire,
};

mod batch;
mod bucket;
mod clock;
mod commands;
mod core;
mod door;
mod guard;
mod guesses;
mod invites;
mod knocks;
mod line;
mod opening;
mod owed;
mod plain;
mod plain_side;
mod refusals;
mod refused;
mod resume;
mod sequencer;
mod spread;
mod states;
mod submit;
mod unspread;

pub use self::core::{Core, Out};
pub use plain::Entrance;

/// Whoever has said nothing for so long is a plain-text program that waits for the other side to speak: a native guest speaks at once.
const SILENCE: Duration = Duration::from_secs(1);
/// Where plain text is not taken, nobody is in a hurry: a lost packet may hold up a native guest's first words.
const LONG_SILENCE: Duration = Duration::from_secs(5);
/// Lines beyond the limit that may be told that there is no room for them; further ones are closed without a word.
const MAX_REFUSED_LINES: usize = 64;

/// The host of a room, with its lines.
#[derive(Debug)]
pub(super) struct Host {
    core: Core,
    lines: Lines<Wire>,
    identity: Identity,
    limits: Limits,
    welcome: String,
    /// Chance for handshakes.
    chance: ChaCha20Rng,
    handshakes: Bucket,
}

/// A line, as far as it is known.
#[derive(Debug)]
enum Wire {
    /// Nothing has come yet.
    Stranger(Stranger),
    Native(Box<Native>, SocketAddr),
    Plain(Box<Line>, SocketAddr),
}

#[derive(Debug)]
struct Stranger {
    address: SocketAddr,
    /// Silence until then says that it is plain text.
    plain_at: Instant,
}

impl Host {
    pub(super) fn new(now: Now, config: HostConfig) -> Self {
        // The core's chance and that of handshakes must not be the same numbers.
        let mut chance = ChaCha20Rng::from_seed(config.seed);
        let mut seed = [0; CHANCE_BYTES];
        chance.fill_bytes(&mut seed);
        let (identity, limits, welcome) = (config.identity.clone(), config.limits.clone(), config.welcome.clone());
        let handshakes = Bucket::new(limits.handshakes_per_second, limits.handshakes_at_once);
        Self {
            core: Core::new(now, HostConfig { seed, ..config }),
            lines: Lines::default(),
            identity,
            limits,
            welcome,
            chance,
            handshakes,
        }
    }

    /// Whether one more line from there can be looked at.
    fn has_room_for(&self, address: SocketAddr) -> bool {
        let ip = crowd_address(address);
        let limits = &self.limits;
        let (mut neighbours, mut strangers, mut strange_neighbours) = (0, 0, 0);
        for (line, wire) in self.lines.iter() {
            let near = crowd_address(wire.address()) == ip;
            let strange = !self.core.is_in(line);
            neighbours += usize::from(near);
            strangers += usize::from(strange);
            strange_neighbours += usize::from(near && strange);
        }
        self.lines.len() < limits.max_lines + MAX_REFUSED_LINES
            && neighbours < limits.max_lines_per_address
            && strangers < limits.max_strangers
            && strange_neighbours < limits.max_strangers_per_address
    }

    /// The first bytes of a line tell what it is.
    fn recognise(&mut self, now: Now, line: LineId, bytes: &[u8]) {
        let Some(Wire::Stranger(stranger)) = self.lines.get(line) else {
            return;
        };
        let address = stranger.address;
        match Hello::classify(bytes) {
            LineKind::Undecided => {}
            LineKind::Plain => self.be_plain(now, line),
            LineKind::Native if self.handshakes.empty_until(now.monotonic).is_some() => {
                self.close(line); // before any costly computation; whoever is honest comes again
            }
            LineKind::Native => {
                self.handshakes.take(now.monotonic);
                let session = Session::host(&self.identity, &mut self.chance, now.monotonic);
                let native = Native::new(session, self.limits.write_stall);
                self.lines.insert(line, Wire::Native(Box::new(native), address));
            }
        }
    }

    /// Passes on what sessions have for the core.
    fn drive(&mut self, now: Now, line: LineId) {
        while let Some(Wire::Native(native, address)) = self.lines.get_mut(line)
            && let Some(event) = native.poll_event()
        {
            let address = *address;
            match event {
                SessionEvent::Ready { peer, hash } => self.core.handle_ready(now, line, peer, hash, address),
                SessionEvent::Message(message) => self.core.handle_message(now, line, message),
                SessionEvent::Failed(failure) => {
                    self.core.handle_gone(now, line, LeaveReason::Lost(line_end(failure)));
                }
            }
            self.carry(now);
        }
    }

    /// Does what the core wants of the lines.
    fn carry(&mut self, now: Now) {
        while let Some(out) = self.core.poll_out() {
            match out {
                Out::Send { lines, message } => self.send(now, &lines, &wire::encode(&message)),
                Out::Finish(line) => self.part_native(now, line),
                Out::Close(line) => self.close(line),
                Out::Spread { prefix, text, except } => self.spread(now, &prefix, &text, except),
                Out::Tell { line, sentence } => self.inform(now, line, &sentence),
                Out::Part(line) => self.part_plain(now, line, true),
                Out::Farewell => self.say_farewell(now),
            }
        }
    }

    /// A message that was encoded once, to many lines.
    fn send(&mut self, now: Now, lines: &[LineId], encoded: &[u8]) {
        let message = Padded::of(encoded);
        let limits = &self.limits;
        let mut too_slow = Vec::new();
        for line in lines {
            self.lines.change(now.monotonic, *line, |wire| {
                let Wire::Native(native, _) = wire else {
                    return;
                };
                // Nothing is added for whoever is being parted from, not even the rest of this batch.
                if is_overfull(native, limits) {
                    return;
                }
                native.send_padded(now.monotonic, message.as_ref());
                if is_overfull(native, limits) {
                    too_slow.push(*line);
                }
            });
        }
        for line in too_slow {
            self.core.handle_slow(now, line);
        }
    }

    fn part_native(&mut self, now: Now, line: LineId) {
        self.lines.change(now.monotonic, line, |wire| {
            if let Wire::Native(native, _) = wire {
                native.part(now.monotonic);
            }
        });
    }

    /// Lets every deadline of a line that has passed come true.
    fn expire(&mut self, now: Now, line: LineId) {
        match self.lines.get_mut(line) {
            Some(Wire::Stranger(stranger)) if stranger.plain_at <= now.monotonic => self.be_plain(now, line),
            Some(Wire::Native(native, _)) => {
                match native.expire(now.monotonic) {
                    Some(Expired::TooSlow) => {
                        self.core.handle_gone(now, line, LeaveReason::TooSlow);
                        self.close(line);
                    }
                    Some(Expired::Over) => self.close(line),
                    None => {}
                }
                self.drive(now, line);
            }
            Some(Wire::Plain(..)) => self.expire_plain(now, line),
            Some(Wire::Stranger(_)) | None => {}
        }
    }

    fn close(&mut self, line: LineId) {
        if self.lines.get(line).is_some() {
            self.lines.close(line);
        }
    }

    /// Arranges what follows for a line that was changed.
    fn settle(&mut self, now: Now, line: LineId) {
        self.carry(now);
        self.lines.change(now.monotonic, line, |_| {});
    }
}

/// Whether more waits for a line than may.
fn is_overfull(native: &Native, limits: &Limits) -> bool {
    let overfull =
        native.queued_bytes() > limits.max_queued_bytes || native.queued_frames() > limits.max_queued_messages;
    overfull && !limits.makes(Mistake::QueueForever)
}

impl Side for Host {
    fn handle_opened(&mut self, now: Now, line: LineId, address: SocketAddr) {
        if self.lines.get(line).is_some() {
            return;
        }
        if !self.core.is_open() || !self.has_room_for(address) {
            self.lines.close(line);
            return;
        }
        let patience = match self.core.plain_encoding() {
            Some(_) => SILENCE,
            None => LONG_SILENCE,
        };
        let stranger = Stranger {
            address,
            plain_at: now.monotonic + patience,
        };
        self.lines.insert(line, Wire::Stranger(stranger));
        self.settle(now, line);
    }

    fn handle_bytes(&mut self, now: Now, line: LineId, bytes: &[u8]) {
        self.expire(now, line); // a pause that is over ended the message before
        self.recognise(now, line, bytes);
        match self.lines.get_mut(line) {
            Some(Wire::Native(native, _)) => {
                native.read(now.monotonic, bytes);
                self.drive(now, line);
            }
            // A native guest whose first packet was lost: it calls again, and is heard in time.
            Some(Wire::Plain(peer, _)) if !peer.has_spoken && Hello::classify(bytes) == LineKind::Native => {
                self.lose_plain(now, line, LeaveReason::Lost(LineEnd::Failed));
            }
            Some(Wire::Plain(peer, _)) if peer.is_open() => {
                let incoming = peer.read(now.monotonic, bytes);
                self.take_in(now, line, incoming);
            }
            _ => {}
        }
        self.settle(now, line);
    }

    fn handle_ended(&mut self, now: Now, line: LineId, end: LineEnd) {
        self.expire(now, line);
        match self.lines.get_mut(line) {
            Some(Wire::Native(..)) => self.core.handle_gone(now, line, LeaveReason::Lost(end)),
            Some(Wire::Plain(peer, _)) => {
                let incoming = if peer.is_open() { peer.read_end() } else { Vec::new() };
                self.take_in(now, line, incoming);
                self.core.handle_plain_gone(now, line, LeaveReason::Lost(end));
            }
            Some(Wire::Stranger(_)) | None => {}
        }
        self.close(line);
        self.carry(now);
    }

    fn handle_written(&mut self, now: Now, line: LineId, bytes: usize) {
        let limits = &self.limits;
        self.lines.change(now.monotonic, line, |wire| match wire {
            Wire::Native(native, _) => native.written(now.monotonic, bytes),
            Wire::Plain(peer, _) => peer.written(now.monotonic, bytes, limits, |_| {}),
            Wire::Stranger(_) => {}
        });
    }

    fn handle_command(&mut self, now: Now, command: Command) {
        self.core.handle_command(now, command);
        self.carry(now);
    }

    fn handle_stored(&mut self, now: Now, batch: BatchId, result: Result<(), StoreError>) {
        self.core.handle_stored(now, batch, result);
        self.carry(now);
    }

    fn handle_read(&mut self, now: Now, read: ReadId, entries: Vec<PlacedEntry>) {
        self.core.handle_read(now, read, entries);
        self.carry(now);
    }

    fn handle_lull(&mut self, now: Now) {
        self.core.handle_lull(now);
        self.carry(now);
    }

    fn handle_timeout(&mut self, now: Now) {
        for line in self.lines.due(now.monotonic) {
            self.expire(now, line);
            self.settle(now, line);
        }
        self.core.handle_timeout(now);
        self.carry(now);
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.lines.next_transmit()
    }

    fn poll_store(&mut self) -> Option<Store> {
        self.core.poll_store()
    }

    /// The last event waits for the last line's end: whoever reads it may close everything.
    fn poll_event(&mut self) -> Option<Event> {
        let is_last = self.core.is_over_next();
        (!is_last || self.lines.is_empty())
            .then(|| self.core.poll_event())
            .flatten()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let deadlines = [self.lines.next_deadline(), self.core.poll_timeout()];
        deadlines.into_iter().flatten().min()
    }

    fn pending(&self, line: LineId) -> &[u8] {
        self.lines.get(line).map_or(&[], Carrier::pending)
    }

    fn queued_bytes(&self, line: LineId) -> usize {
        match self.lines.get(line) {
            Some(Wire::Native(native, _)) => native.queued_bytes(),
            Some(Wire::Plain(peer, _)) => peer.writer.queued_bytes(),
            Some(Wire::Stranger(_)) | None => 0,
        }
    }

    fn wants_bytes(&self, line: LineId) -> bool {
        self.core.wants_bytes(line)
    }
}

impl Wire {
    fn address(&self) -> SocketAddr {
        match self {
            Self::Stranger(stranger) => stranger.address,
            Self::Native(_, address) | Self::Plain(_, address) => *address,
        }
    }
}

impl Carrier for Wire {
    fn pending(&self) -> &[u8] {
        match self {
            Self::Stranger(_) => &[],
            Self::Native(native, _) => native.pending(),
            Self::Plain(peer, _) => peer.pending(),
        }
    }

    fn wants_write(&self) -> bool {
        match self {
            Self::Stranger(_) => false,
            Self::Native(native, _) => native.wants_write(),
            Self::Plain(peer, _) => peer.wants_write(),
        }
    }

    fn finish(&mut self, now: Instant) -> bool {
        match self {
            Self::Stranger(_) => false,
            Self::Native(native, _) => native.finish(now),
            Self::Plain(peer, _) => peer.finish(now),
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        match self {
            Self::Stranger(stranger) => Some(stranger.plain_at),
            Self::Native(native, _) => native.next_deadline(),
            Self::Plain(peer, _) => peer.next_deadline(),
        }
    }
}

/// How a session's failure looks to the room.
fn line_end(failure: SessionFailure) -> LineEnd {
    match failure {
        SessionFailure::Late | SessionFailure::Silent => LineEnd::TimedOut,
        _ => LineEnd::Failed,
    }
}
