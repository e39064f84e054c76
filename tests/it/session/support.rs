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
}

impl Side {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            events: Vec::new(),
        }
    }

    pub(super) fn guest(identity: &Identity, expect: Expect, seed: u64, now: Instant) -> Self {
        Self::new(Session::guest(identity, expect, &mut chance(seed), now))
    }

    pub(super) fn host(identity: &Identity, seed: u64, now: Instant) -> Self {
        Self::new(Session::host(identity, &mut chance(seed), now))
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

    pub(super) fn messages(&self) -> Vec<Message> {
        self.events
            .iter()
            .filter_map(|event| match event {
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
        let now = Instant::now();
        Self {
            guest: Side::guest(guest, Expect::Host(host.key()), 2 * seed, now),
            host: Side::host(host, 2 * seed + 1, now),
            now,
        }
    }

    /// Carries everything that waits, until nothing does.
    pub(super) fn drive(mut self) -> Self {
        self.carry();
        self
    }

    pub(super) fn carry(&mut self) {
        loop {
            let from_guest = self.guest.says(self.now);
            let from_host = self.host.says(self.now);
            if from_guest.is_empty() && from_host.is_empty() {
                return;
            }
            self.host.hears(self.now, &from_guest);
            self.guest.hears(self.now, &from_host);
        }
    }

    /// Time passes; deadlines are kept to the millisecond, and everything is carried at once.
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

    #[track_caller]
    pub(super) fn ready(&mut self) -> (Ready, Ready) {
        (self.guest.ready().unwrap(), self.host.ready().unwrap())
    }
}
