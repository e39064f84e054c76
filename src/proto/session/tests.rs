//! Native lines: what only somebody with a keyboard full of secrets could send – genuine frames and messages that say something wrong.

use std::time::{Duration, Instant};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use zeroize::Zeroizing;

use super::frames::{Frames, HEADER_BYTES};
use super::hello::{Hello, Versions};
use super::incoming::Incoming;
use super::introduction::{INTRODUCTION_BYTES, Introduction, Role};
use super::outgoing::Outgoing;
use super::secrecy::{Handshake, Transport};
use super::{Expect, Padded, Session, SessionEvent, SessionFailure};
use crate::proto::identity::Identity;
use crate::proto::message::Message;

const PROLOGUE: &[u8] = b"landline/native/v1\0LCH\x01\x01\0\0";

fn identity(number: u8) -> Identity {
    Identity::from_seed(&[number; 32])
}

fn ephemeral() -> Zeroizing<[u8; 32]> {
    Zeroizing::new([5; 32])
}

/// A guest whose first message has gone to an impostor's Noise.
fn guest_and_impostor(guest: &Identity, impostor: &Identity) -> (Session, Handshake) {
    let now = Instant::now();
    let mut session = Session::guest(guest, Expect::AnyHost, &mut ChaCha20Rng::seed_from_u64(1), now);
    let mut handshake = Handshake::host(impostor, PROLOGUE, ephemeral());
    assert_eq!(session.pending()[..8], Hello::OWN.to_bytes());
    handshake.read(&session.pending()[8..], &mut [0; 32]).unwrap();
    session.written(now, 40);
    (session, handshake)
}

/// What a guest makes of a host that introduces itself like this. It answers nothing unless it believes it.
fn guest_hears(introduction: impl FnOnce(&Identity, &[u8; 32]) -> [u8; INTRODUCTION_BYTES]) -> SessionEvent {
    let impostor = identity(9);
    let (mut session, mut handshake) = guest_and_impostor(&identity(2), &impostor);
    let mut message = Vec::new();
    let payload = introduction(&impostor, handshake.static_key());
    handshake.write(&payload, &mut message).unwrap();
    session.handle_bytes(Instant::now(), &message);
    let event = session.poll_event().unwrap();
    assert_eq!(session.pending().is_empty(), matches!(event, SessionEvent::Failed(_)));
    event
}

/// The same for a host and its guest.
fn host_hears(introduction: impl FnOnce(&Identity, &[u8; 32]) -> [u8; INTRODUCTION_BYTES]) -> SessionEvent {
    let (now, impostor) = (Instant::now(), identity(9));
    let mut session = Session::host(&identity(1), &mut ChaCha20Rng::seed_from_u64(1), now);
    let mut handshake = Handshake::guest(&impostor, PROLOGUE, ephemeral());
    let mut message = Hello::OWN.to_bytes().to_vec();
    handshake.write(&[], &mut message).unwrap();
    session.handle_bytes(now, &message);
    handshake.read(session.pending(), &mut [0; 352]).unwrap();
    message.clear();
    let payload = introduction(&impostor, handshake.static_key());
    handshake.write(&payload, &mut message).unwrap();
    session.handle_bytes(now, &message);
    session.poll_event().unwrap()
}

fn altered(introduction: Introduction, alter: impl FnOnce(&mut [u8; INTRODUCTION_BYTES])) -> [u8; INTRODUCTION_BYTES] {
    let mut bytes = introduction.to_bytes();
    alter(&mut bytes);
    bytes
}

#[test]
fn an_honest_introduction_is_believed() {
    let event = guest_hears(|own, key| Introduction::new(own, Role::Host, key, 1).to_bytes());
    assert!(matches!(event, SessionEvent::Ready { peer, .. } if peer == identity(9).key()));
    let event = host_hears(|own, key| Introduction::new(own, Role::Guest, key, 1).to_bytes());
    assert!(matches!(event, SessionEvent::Ready { peer, .. } if peer == identity(9).key()));
}

#[test]
fn somebody_elses_identity_is_not_believed() {
    let forged = SessionEvent::Failed(SessionFailure::Forged);
    let another = identity(3);
    let claims = |own: &Identity, role: Role, key: &[u8; 32]| {
        altered(Introduction::new(own, role, key, 1), |bytes| {
            bytes[..32].copy_from_slice(&another.key().0)
        })
    };
    assert_eq!(
        guest_hears(|own, key| claims(own, Role::Host, key)),
        forged,
        "another's key, one's own signature"
    );
    assert_eq!(host_hears(|own, key| claims(own, Role::Guest, key)), forged);
    let stolen = |role: Role| {
        let handshake = Handshake::host(&another, PROLOGUE, ephemeral());
        Introduction::new(&another, role, handshake.static_key(), 1).to_bytes()
    };
    assert_eq!(
        guest_hears(|_, _| stolen(Role::Host)),
        forged,
        "genuine, but for another static key"
    );
    assert_eq!(host_hears(|_, _| stolen(Role::Guest)), forged);
}

#[test]
fn nobody_is_shown_their_own_introduction_as_somebody_elses() {
    let forged = SessionEvent::Failed(SessionFailure::Forged);
    assert_eq!(
        guest_hears(|own, key| Introduction::new(own, Role::Guest, key, 1).to_bytes()),
        forged
    );
    assert_eq!(
        host_hears(|own, key| Introduction::new(own, Role::Host, key, 1).to_bytes()),
        forged
    );
}

#[test]
fn every_bit_of_key_and_signature_counts() {
    let forged = SessionEvent::Failed(SessionFailure::Forged);
    for bit in (0..96 * 8).step_by(5) {
        let event = guest_hears(|own, key| {
            altered(Introduction::new(own, Role::Host, key, 1), |bytes| {
                bytes[bit / 8] ^= 1 << (bit % 8)
            })
        });
        assert_eq!(event, forged, "bit {bit}");
    }
}

#[test]
fn a_choice_of_version_that_is_not_the_best_is_a_lie() {
    let garbled = SessionEvent::Failed(SessionFailure::Garbled);
    for (chosen, min, max) in [(0, 1, 1), (2, 1, 2), (1, 2, 3), (0, 0, 1), (1, 1, 0)] {
        let lie = |bytes: &mut [u8; INTRODUCTION_BYTES]| bytes[96..99].copy_from_slice(&[chosen, min, max]);
        let event = guest_hears(|own, key| altered(Introduction::new(own, Role::Host, key, 1), lie));
        assert_eq!(event, garbled, "{chosen} of {min} to {max}");
        let event = host_hears(|own, key| altered(Introduction::new(own, Role::Guest, key, 1), lie));
        assert_eq!(event, garbled);
    }
    let newer = |bytes: &mut [u8; INTRODUCTION_BYTES]| bytes[98..100].copy_from_slice(&[7, 42]);
    let event = guest_hears(|own, key| altered(Introduction::new(own, Role::Host, key, 1), newer));
    assert!(
        matches!(event, SessionEvent::Ready { .. }),
        "a newer host, and what only it knows"
    );
}

#[test]
fn the_best_version_is_the_newest_that_both_speak() {
    let range = |min, max| Versions { min, max };
    assert_eq!(range(1, 1).best(range(1, 1)), Some(1));
    assert_eq!(range(1, 4).best(range(2, 3)), Some(3));
    assert_eq!(range(2, 3).best(range(1, 9)), Some(3));
    assert_eq!(range(1, 1).best(range(2, 3)), None);
    assert_eq!(range(1, 1).best(range(1, 0)), None);
}

#[test]
fn introductions_of_chance_are_never_believed() {
    const CASES: usize = 50_000;
    let mut random = ChaCha20Rng::seed_from_u64(3);
    let (guest, impostor) = (Identity::stand_in(2), Identity::stand_in(9));
    for _ in 0..CASES {
        let (mut session, mut handshake) = guest_and_impostor(&guest, &impostor);
        let mut payload = Introduction::new(&impostor, Role::Host, handshake.static_key(), 1).to_bytes();
        let at = random.next_u32() as usize % 96;
        let byte = (random.next_u32() % 255) as u8 + 1;
        payload[at] ^= byte;
        let mut message = Vec::new();
        handshake.write(&payload, &mut message).unwrap();
        session.handle_bytes(Instant::now(), &message);
        assert_eq!(session.poll_event(), Some(SessionEvent::Failed(SessionFailure::Forged)));
    }
}

fn transports() -> (Transport, Transport) {
    let (left, right) = (Identity::stand_in(1), Identity::stand_in(2));
    let mut guest = Handshake::guest(&left, PROLOGUE, ephemeral());
    let mut host = Handshake::host(&right, PROLOGUE, ephemeral());
    let mut payload = [0; 352];
    for step in 0..3 {
        let (from, to) = if step == 1 {
            (&mut host, &mut guest)
        } else {
            (&mut guest, &mut host)
        };
        let mut message = Vec::new();
        from.write(&[0; INTRODUCTION_BYTES], &mut message).unwrap();
        to.read(&message, &mut payload).unwrap();
    }
    (guest.finish().1, host.finish().1)
}

#[test]
fn who_never_renews_the_key_is_parted_from() {
    let now = Instant::now();
    let (guest, host) = transports();
    let (mut sender, mut receiver) = (Frames::new(now, guest), Frames::new(now, host));
    let mut say = |renew: bool| {
        let mut out = Vec::new();
        if renew {
            sender.rekey(now, &mut out);
        } else {
            sender.seal(&Padded::of(&[]).unwrap(), &mut out);
        }
        receiver.open(&out[HEADER_BYTES..])
    };
    for _ in 0..(1 << 16) - 1 {
        assert_eq!(say(false), Ok(Message::Unknown));
    }
    assert_eq!(say(true), Ok(Message::Rekey), "the last moment");
    for _ in 0..1 << 16 {
        assert_eq!(say(false), Ok(Message::Unknown));
    }
    assert_eq!(say(false), Err(SessionFailure::Overused));
}

#[test]
fn a_key_is_old_by_time_even_if_unused() {
    let now = Instant::now();
    let mut frames = Frames::new(now, transports().0);
    assert!(!frames.is_rekey_due(now + Duration::from_millis(599_999)));
    assert!(frames.is_rekey_due(now + Duration::from_secs(600)));
    frames.rekey(now + Duration::from_secs(600), &mut Vec::new());
    assert!(!frames.is_rekey_due(now + Duration::from_secs(1_199)));
}

#[test]
fn a_piece_is_kept_only_until_its_rest_comes() {
    let mut incoming = Incoming::default();
    let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let mut rest = &bytes[..];
    let mut units = Vec::new();
    for piece in 1.. {
        let (mut chunk, after) = rest.split_at(piece.min(rest.len()));
        rest = after;
        while let Some(unit) = incoming.unit(100, &mut chunk) {
            assert_eq!(unit.len(), 100);
            units.extend_from_slice(&unit);
        }
        assert!(chunk.is_empty() && incoming.partial().len() < 100);
        if rest.is_empty() {
            break;
        }
    }
    assert_eq!(units, bytes);
}

#[test]
fn memory_is_given_back_with_the_next_word_after_a_flood() {
    let mut outgoing = Outgoing::default();
    for _ in 0..10_000 {
        outgoing.append(|out| out.extend_from_slice(&[1; 274]));
    }
    assert!(outgoing.kept_bytes() > 2_740_000);
    while !outgoing.pending().is_empty() {
        outgoing.written(65_536);
    }
    outgoing.append(|out| out.extend_from_slice(&[1; 274]));
    outgoing.written(274);
    assert!(outgoing.kept_bytes() < 10_000, "{}", outgoing.kept_bytes());
}

#[test]
fn a_welcome_leaves_nothing_behind_and_a_flood_is_not_given_back_run_by_run() {
    let mut outgoing = Outgoing::default();
    let mut run = |frames: usize| {
        for _ in 0..frames {
            outgoing.append(|out| out.extend_from_slice(&[1; 274]));
        }
        outgoing.written(frames * 274);
        outgoing.kept_bytes()
    };
    assert!(run(300) < 2_000, "what came with the welcome was written");
    assert!(run(300) > 82_000, "the next run may be as long");
    assert!(run(1) < 2_000);
    assert!(run(300) < 2_000);
}
