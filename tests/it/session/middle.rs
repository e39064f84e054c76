//! Native lines: somebody in the middle, who reads, alters, holds back and speaks for both.

use std::time::Instant;

use fastrand::Rng;
use landline::proto::identity::Identity;
use landline::proto::message::Message;
use landline::proto::session::{Expect, SessionFailure};

use super::support::{Pair, Side, identity};

/// Attacks in all; each draws its ways anew.
const ATTACKS: u64 = 1_000;

/// What the middle does to a chunk of bytes on its way.
#[derive(Debug, Clone, Copy)]
enum Trick {
    Relay,
    FlipABit,
    ReplaceAKey,
    Zero,
    Drop,
    Repeat,
    FromAnotherSession,
    Reflect,
}

const TRICKS: [Trick; 8] = [
    Trick::Relay,
    Trick::FlipABit,
    Trick::ReplaceAKey,
    Trick::Zero,
    Trick::Drop,
    Trick::Repeat,
    Trick::FromAnotherSession,
    Trick::Reflect,
];

impl Trick {
    fn play(self, bytes: &[u8], other: &[u8], reflected: &[u8], random: &mut Rng) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let at = random.usize(..bytes.len());
        match self {
            Self::Relay => {}
            Self::FlipABit => bytes[at] ^= 1 << random.u8(..8),
            Self::ReplaceAKey => {
                let from = bytes.len().saturating_sub(32).min(at);
                bytes[from..].iter_mut().take(32).for_each(|byte| *byte = random.u8(..));
            }
            Self::Zero => bytes.iter_mut().skip(at).take(32).for_each(|byte| *byte = 0),
            Self::Drop => bytes.truncate(at),
            Self::Repeat => bytes.extend_from_within(at..),
            Self::FromAnotherSession => bytes = other.to_vec(),
            Self::Reflect => bytes = reflected.to_vec(),
        }
        bytes
    }
}

#[test]
fn whoever_alters_something_is_not_between_two_who_trust_each_other() {
    let mut random = Rng::with_seed(2026);
    let (mut altered, mut relayed) = (0, 0);
    for seed in 0..ATTACKS {
        let was_altered = attack(seed, &mut random);
        if was_altered { altered += 1 } else { relayed += 1 }
    }
    assert!(altered > 500 && relayed > 20, "{altered} and {relayed}");
}

/// One attack on a handshake and the first words after it. Whether anything was altered.
fn attack(seed: u64, random: &mut Rng) -> bool {
    let mut pair = Pair::of(&identity(2), &identity(1), seed);
    let mut other = Pair::of(&identity(2), &identity(1), seed + ATTACKS);
    let mut was_altered = false;
    for step in 0..4 {
        if step == 3 {
            pair.guest.session.send(pair.now, &Message::Read { seq: 1 });
            pair.host.session.send(pair.now, &Message::Read { seq: 1 });
        }
        let honest = [pair.guest.says(pair.now), pair.host.says(pair.now)];
        let others = other.carry_once().unwrap_or_default();
        for (from, others) in [(0, &others.0), (1, &others.1)] {
            if honest[from].is_empty() {
                continue;
            }
            let trick = if random.u8(..3) == 0 {
                TRICKS[random.usize(..TRICKS.len())]
            } else {
                Trick::Relay
            };
            let bytes = trick.play(&honest[from], others, &honest[1 - from], random);
            was_altered |= bytes != honest[from];
            let receiver = if from == 0 { &mut pair.host } else { &mut pair.guest };
            receiver.hears(pair.now, &bytes);
        }
    }
    check(&pair, was_altered);
    was_altered
}

fn check(pair: &Pair, was_altered: bool) {
    let (guest, host) = (pair.guest.ready(), pair.host.ready());
    assert!(guest.is_none_or(|ready| ready.peer == identity(1).key()));
    assert!(host.is_none_or(|ready| ready.peer == identity(2).key()));
    if let (Some(guest), Some(host)) = (guest, host) {
        assert_eq!(
            guest.hash, host.hash,
            "both trust, so nothing of the handshake was altered"
        );
    }
    for side in [&pair.guest, &pair.host] {
        assert!(side.messages().len() <= 1, "a word was heard twice");
    }
    if !was_altered {
        assert!(guest.is_some() && host.is_some());
        assert_eq!((pair.guest.messages().len(), pair.host.messages().len()), (1, 1));
    }
}

/// The middle speaks with both, under its own identity. It is seen as what it is, or not at all.
#[test]
fn who_speaks_for_both_shows_the_own_key() {
    let (now, middle) = (Instant::now(), identity(9));
    for expect in [Expect::AnyHost, Expect::Host(identity(1).key())] {
        let mut guest = Side::guest(&identity(2), expect, 1, now);
        let mut to_guest = Side::host(&middle, 2, now);
        let mut to_host = Side::guest(&middle, Expect::AnyHost, 3, now);
        let mut host = Side::host(&identity(1), 4, now);
        for _ in 0..3 {
            to_guest.hears(now, &guest.says(now));
            guest.hears(now, &to_guest.says(now));
            host.hears(now, &to_host.says(now));
            to_host.hears(now, &host.says(now));
        }
        assert_eq!(host.ready().unwrap().peer, middle.key());
        match expect {
            Expect::AnyHost => {
                assert_eq!(guest.ready().unwrap().peer, middle.key());
                assert_ne!(
                    guest.ready().unwrap().hash,
                    host.ready().unwrap().hash,
                    "proofs do not pass"
                );
            }
            Expect::Host(_) => {
                let shown = middle.key();
                assert_eq!(guest.failure(), Some(SessionFailure::OtherHost { shown }));
                assert_eq!(to_guest.ready(), None, "the middle does not learn who the guest is");
            }
        }
    }
}

/// Nothing that the guest sends to an impostor depends on who the guest is: after the hello and a random key it falls silent.
#[test]
fn an_impostor_never_sees_the_guests_key() {
    let now = Instant::now();
    for seed in 0..200 {
        let impostor = Identity::from_seed(&[seed as u8 + 10; 32]);
        let mut guest = Side::guest(&identity(2), Expect::Host(identity(1).key()), seed, now);
        let mut host = Side::host(&impostor, seed + 1_000, now);
        let first = guest.says(now);
        let anybody = Side::guest(&identity(3), Expect::AnyHost, seed, now).says(now);
        assert_eq!(first, anybody);
        host.hears(now, &first);
        guest.hears(now, &host.says(now));
        guest.session.send(now, &Message::Ping);
        assert_eq!(guest.says(now), b"");
        assert!(matches!(guest.failure(), Some(SessionFailure::OtherHost { .. })));
        assert!(host.events.is_empty());
    }
}
