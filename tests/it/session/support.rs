//! Two sides of a native line and the wire between them, in the tests' hands.

use std::time::{Duration, Instant};

use landline::proto::identity::{Identity, MemberKey};
use landline::proto::message::Message;
use landline::proto::session::{Expect, Session, SessionEvent, SessionFailure};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// A genuine identity: 1 is the host's, 2 the guest's.
pub(super) fn identity(number: u8) -> Identity {
    Identity::from_seed(&[number; 32])
}

pub(super) fn chance(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// What `Ready` said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ready {
    pub(super) peer: MemberKey,
    pub(super) hash: [u8; 32],
}

/// One side, and what it has told so far.
pub(super) struct Side {
    pub(super) session: Session,
    pub(super) events: Vec<SessionEvent>,
    pub(super) born: Instant,
}

impl Side {
    pub(super) fn new(session: Session, born: Instant) -> Self {
        Self {
            session,
            events: Vec::new(),
            born,
        }
    }

    pub(super) fn guest(identity: &Identity, expect: Expect, seed: u64, now: Instant) -> Self {
        Self::new(Session::guest(identity, expect, &mut chance(seed), now), now)
    }

    pub(super) fn host(identity: &Identity, seed: u64, now: Instant) -> Self {
        Self::new(Session::host(identity, &mut chance(seed), now), now)
    }

    pub(super) fn hears(&mut self, now: Instant, bytes: &[u8]) {
        self.session.handle_bytes(now, bytes);
        self.drain();
    }

    pub(super) fn drain(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.events.push(event);
        }
    }

    /// Everything that waits; it counts as written.
    pub(super) fn says(&mut self, now: Instant) -> Vec<u8> {
        let bytes = self.session.pending().to_vec();
        self.session.written(now, bytes.len());
        bytes
    }

    pub(super) fn ready(&self) -> Option<Ready> {
        self.events.iter().find_map(|event| match event {
            SessionEvent::Ready { peer, hash } => Some(Ready {
                peer: *peer,
                hash: *hash,
            }),
            _ => None,
        })
    }

    /// What was said, beside keep-alive and new keys.
    pub(super) fn messages(&self) -> Vec<Message> {
        self.events
            .iter()
            .filter_map(|event| match event {
                SessionEvent::Message(Message::Ping | Message::Pong | Message::Rekey) => None,
                SessionEvent::Message(message) => Some(message.clone()),
                _ => None,
            })
            .collect()
    }

    pub(super) fn failure(&self) -> Option<SessionFailure> {
        self.events.iter().find_map(|event| match event {
            SessionEvent::Failed(failure) => Some(*failure),
            _ => None,
        })
    }
}

/// An honest guest and an honest host.
pub(super) struct Pair {
    pub(super) guest: Side,
    pub(super) host: Side,
    pub(super) now: Instant,
    pub(super) origin: Origin,
}

/// What two sides are made from: the same again gives the same bytes.
#[derive(Clone)]
pub(super) struct Origin {
    guest: Identity,
    host: Identity,
    seed: u64,
    now: Instant,
}

impl Origin {
    pub(super) fn guest(&self) -> Side {
        Side::guest(&self.guest, Expect::Host(self.host.key()), 2 * self.seed, self.now)
    }

    pub(super) fn host(&self) -> Side {
        Side::host(&self.host, 2 * self.seed + 1, self.now)
    }
}

impl Pair {
    /// With Noise.
    pub(super) fn new() -> Self {
        Self::of(&identity(2), &identity(1), 1)
    }

    /// Without curves.
    pub(super) fn stand_in(seed: u64) -> Self {
        Self::of(&Identity::stand_in(2), &Identity::stand_in(1), seed)
    }

    pub(super) fn of(guest: &Identity, host: &Identity, seed: u64) -> Self {
        let origin = Origin {
            guest: guest.clone(),
            host: host.clone(),
            seed,
            now: Instant::now(),
        };
        Self {
            guest: origin.guest(),
            host: origin.host(),
            now: origin.now,
            origin,
        }
    }

    /// Carries everything that waits, until nothing does.
    pub(super) fn drive(mut self) -> Self {
        self.carry();
        self
    }

    pub(super) fn carry(&mut self) {
        while self.carry_once().is_some() {}
    }

    /// What waits at both sides goes to the other: from the guest, from the host.
    pub(super) fn carry_once(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        let from_guest = self.guest.says(self.now);
        let from_host = self.host.says(self.now);
        self.host.hears(self.now, &from_guest);
        self.guest.hears(self.now, &from_host);
        (!from_guest.is_empty() || !from_host.is_empty()).then_some((from_guest, from_host))
    }

    /// Time passes; deadlines are kept, and everything is carried at once.
    pub(super) fn after(mut self, time: Duration) -> Self {
        let end = self.now + time;
        while let Some(next) = self.next_deadline().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            for side in [&mut self.guest, &mut self.host] {
                side.session.handle_timeout(self.now);
                side.drain();
            }
            self.carry();
        }
        self.now = end;
        self
    }

    fn next_deadline(&self) -> Option<Instant> {
        let sides = [&self.guest, &self.host].into_iter();
        sides.filter_map(|side| side.session.next_deadline()).min()
    }

    /// What the guest and what the host was told.
    #[track_caller]
    pub(super) fn ready(&self) -> (Ready, Ready) {
        (self.guest.ready().unwrap(), self.host.ready().unwrap())
    }
}

/// Everything that went over an honest line.
pub(super) struct Recording {
    pub(super) origin: Origin,
    pub(super) to_host: Vec<u8>,
    pub(super) to_guest: Vec<u8>,
}

impl Recording {
    /// Both sides say `messages` messages: [`Message::Read`] with 1, 2, 3 …
    pub(super) fn of(mut pair: Pair, messages: u64) -> Self {
        let mut recording = Self {
            origin: pair.origin.clone(),
            to_host: Vec::new(),
            to_guest: Vec::new(),
        };
        recording.carry(&mut pair);
        for seq in 1..=messages {
            pair.guest.session.send(pair.now, &Message::Read { seq });
            pair.host.session.send(pair.now, &Message::Read { seq });
            recording.carry(&mut pair);
        }
        assert_eq!(pair.host.messages().len() as u64, messages);
        assert_eq!(pair.guest.messages().len() as u64, messages);
        recording
    }

    fn carry(&mut self, pair: &mut Pair) {
        while let Some((from_guest, from_host)) = pair.carry_once() {
            self.to_host.extend(from_guest);
            self.to_guest.extend(from_host);
        }
    }

    /// The same host again, which is told `bytes`.
    pub(super) fn host_hears(&self, bytes: &[u8]) -> Side {
        self.replay_to_host(|host, now, _| host.hears(now, bytes))
    }

    /// The same guest again, which is told `bytes`.
    pub(super) fn guest_hears(&self, bytes: &[u8]) -> Side {
        self.replay_to_guest(|guest, now, _| guest.hears(now, bytes))
    }

    pub(super) fn replay_to_host(&self, hear: impl FnOnce(&mut Side, Instant, &[u8])) -> Side {
        let mut host = self.origin.host();
        hear(&mut host, self.origin.now, &self.to_host);
        host
    }

    pub(super) fn replay_to_guest(&self, hear: impl FnOnce(&mut Side, Instant, &[u8])) -> Side {
        let mut guest = self.origin.guest();
        hear(&mut guest, self.origin.now, &self.to_guest);
        guest
    }
}

/// A message of `length` bytes that only a later version knows: field 1,000, bytes.
pub(super) fn unknown(length: usize) -> Vec<u8> {
    let mut message = vec![0xC2, 0x3E, 0, 0, 0];
    let content = u32::try_from(length - message.len()).unwrap();
    let [low, middle, high] = [content, content >> 7, content >> 14].map(|bits| (bits & 0x7F) as u8);
    message[2..].copy_from_slice(&[low | 0x80, middle | 0x80, high]);
    message.resize(length, 7);
    message
}
