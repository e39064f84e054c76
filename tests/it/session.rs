//! Native lines: what two honest sides do together.

mod hostile;
mod middle;
mod support;
mod vectors;

use std::time::Duration;

use landline::proto::identity::Identity;
use landline::proto::message::{ByeReason, Message};
use landline::proto::session::{Expect, Hello, LineKind, SessionFailure};
use landline::proto::wire::{self, MAX_ENCODED_BYTES};
use support::{Pair, Recording, Side, identity, unknown};

const SECOND: Duration = Duration::from_secs(1);
const BLOCK_FRAME: usize = 2 + 256 + 16;

fn read(seq: u64) -> Message {
    Message::Read { seq }
}

#[test]
fn both_sides_learn_who_the_other_is() {
    let pair = Pair::new().drive();
    let (guest, host) = pair.ready();
    assert_eq!(guest.peer, identity(1).key());
    assert_eq!(host.peer, identity(2).key());
    assert_eq!(guest.hash, host.hash);
    let another = Pair::of(&identity(2), &identity(1), 2).drive();
    assert_ne!(another.ready().0.hash, guest.hash);
}

#[test]
fn stand_ins_do_the_same_with_the_same_lengths() {
    let lengths = |pair: Pair| {
        let recording = Recording::of(pair, 5);
        (recording.to_host.len(), recording.to_guest.len())
    };
    assert_eq!(lengths(Pair::stand_in(1)), lengths(Pair::new()));
    let pair = Pair::stand_in(1).drive();
    assert_eq!(pair.ready().0.hash, pair.ready().1.hash);
    assert_eq!(pair.ready().0.peer, Identity::stand_in(1).key());
    let mixed = Pair::of(&Identity::stand_in(2), &identity(1), 1).drive();
    assert_eq!(mixed.guest.failure(), Some(SessionFailure::Garbled));
}

#[test]
fn messages_come_whole_and_in_order_both_ways() {
    let mut pair = Pair::new().drive();
    for seq in 1..=50 {
        pair.guest.session.send(pair.now, &read(seq));
        pair.host
            .session
            .send_encoded(pair.now, &wire::encode(&read(seq + 100)));
    }
    pair.guest.session.send(pair.now, &Message::Bye(ByeReason::Leaving));
    pair.carry();
    let mut expected: Vec<Message> = (1..=50).map(read).collect();
    assert_eq!(pair.guest.messages(), (101..=150).map(read).collect::<Vec<_>>());
    expected.push(Message::Bye(ByeReason::Leaving));
    assert_eq!(pair.host.messages(), expected);
}

#[test]
fn every_split_of_the_bytes_means_the_same() {
    let recording = Recording::of(Pair::stand_in(1), 3);
    let whole = recording.replay_to_host(|host, now, bytes| host.hears(now, bytes));
    assert_eq!(whole.messages().len(), 3);
    for at in 0..recording.to_host.len() {
        let split = recording.replay_to_host(|host, now, bytes| {
            host.hears(now, &bytes[..at]);
            host.hears(now, &bytes[at..]);
        });
        assert_eq!(split.events, whole.events, "split at {at}");
    }
    let guest = recording.replay_to_guest(|guest, now, bytes| guest.hears(now, bytes));
    assert_eq!(guest.messages().len(), 3);
    for at in 0..recording.to_guest.len() {
        let split = recording.replay_to_guest(|guest, now, bytes| {
            guest.hears(now, &bytes[..at]);
            guest.hears(now, &bytes[at..]);
        });
        assert_eq!(split.events, guest.events, "split at {at}");
    }
}

#[test]
fn single_bytes_mean_the_same_with_noise() {
    let recording = Recording::of(Pair::new(), 3);
    let single = |side: &mut Side, now, bytes: &[u8]| bytes.chunks(1).for_each(|byte| side.hears(now, byte));
    assert_eq!(recording.replay_to_host(single).messages().len(), 3);
    assert_eq!(recording.replay_to_guest(single).messages().len(), 3);
}

#[test]
fn the_first_byte_tells_native_from_plain() {
    assert_eq!(Hello::classify(b""), LineKind::Undecided);
    assert_eq!(Hello::classify(&[0]), LineKind::Native);
    assert_eq!(Hello::classify(Pair::new().guest.session.pending()), LineKind::Native);
    for byte in 1..=255 {
        assert_eq!(Hello::classify(&[byte, 0]), LineKind::Plain);
    }
}

#[test]
fn an_expected_host_is_recognised_and_another_one_learns_nothing() {
    let mut pair = Pair::new();
    pair.guest = Side::guest(&identity(2), Expect::Host(identity(3).key()), 9, pair.now);
    pair.carry();
    let shown = identity(1).key();
    assert_eq!(pair.guest.failure(), Some(SessionFailure::OtherHost { shown }));
    assert_eq!(pair.guest.session.pending(), b"");
    assert!(pair.host.events.is_empty());
}

#[test]
fn a_chat_message_is_one_block() {
    for (length, frame) in [
        (1, BLOCK_FRAME),
        (254, BLOCK_FRAME),
        (255, BLOCK_FRAME + 256),
        (510, BLOCK_FRAME + 256),
    ] {
        let mut pair = Pair::new().drive();
        pair.guest.session.send_encoded(pair.now, &vec![0; length]);
        assert_eq!(pair.guest.session.pending().len(), frame, "{length}");
    }
}

#[test]
fn what_waits_is_one_run_of_bytes_and_is_counted() {
    let mut pair = Pair::new().drive();
    for seq in 0..1_000 {
        pair.host.session.send(pair.now, &read(seq));
    }
    let session = &mut pair.host.session;
    assert_eq!(
        (session.queued_bytes(), session.queued_frames()),
        (1_000 * BLOCK_FRAME, 1_000)
    );
    session.written(pair.now, BLOCK_FRAME - 1);
    assert_eq!(
        (session.queued_bytes(), session.queued_frames()),
        (999 * BLOCK_FRAME + 1, 1_000)
    );
    assert_eq!(session.pending().len(), session.queued_bytes());
    session.written(pair.now, 1);
    assert_eq!(session.queued_frames(), 999);
}

#[test]
fn writes_of_any_size_lose_and_repeat_nothing() {
    let mut pair = Pair::new().drive();
    let mut said = 0;
    for round in 0..500_usize {
        for _ in 0..round % 7 {
            said += 1;
            pair.host.session.send(pair.now, &read(said));
        }
        let part = (round * 611 % 1_777).min(pair.host.session.pending().len());
        let bytes = pair.host.session.pending()[..part].to_vec();
        pair.host.session.written(pair.now, part);
        pair.guest.hears(pair.now, &bytes);
    }
    pair.carry();
    assert_eq!(pair.guest.messages(), (1..=said).map(read).collect::<Vec<_>>());
    assert_eq!(
        (pair.host.session.queued_bytes(), pair.host.session.queued_frames()),
        (0, 0)
    );
}

#[test]
fn nothing_is_said_before_ready_nor_after_failing() {
    let mut pair = Pair::new();
    pair.host.session.send(pair.now, &read(1));
    assert_eq!(pair.host.session.pending(), b"");
    pair.carry();
    pair.host.hears(pair.now, &[0, 0]);
    assert_eq!(pair.host.failure(), Some(SessionFailure::Garbled));
    pair.host.session.send(pair.now, &read(1));
    pair.host.hears(pair.now, &[0, 0]);
    assert_eq!(pair.host.session.pending(), b"");
    assert_eq!(pair.host.events.len(), 2, "Ready, Failed");
    assert_eq!(pair.host.session.next_deadline(), None);
}

#[test]
fn the_longest_message_passes_and_a_longer_one_ends_the_line() {
    let mut pair = Pair::new().drive();
    pair.guest.session.send_encoded(pair.now, &unknown(MAX_ENCODED_BYTES));
    pair.carry();
    assert_eq!(
        (pair.host.messages(), pair.host.failure()),
        (vec![Message::Unknown], None)
    );
    pair.guest
        .session
        .send_encoded(pair.now, &unknown(MAX_ENCODED_BYTES + 1));
    pair.guest.drain();
    assert_eq!(pair.guest.failure(), Some(SessionFailure::TooLong));
}

#[test]
fn versions_that_do_not_meet_are_named_to_both() {
    for (min, max) in [(2, 3), (0, 0), (1, 0), (255, 255)] {
        let mut pair = Pair::new();
        let mut hello = pair.guest.says(pair.now);
        hello[4..6].copy_from_slice(&[min, max]);
        pair.host.hears(pair.now, &hello);
        assert_eq!(pair.host.failure(), Some(SessionFailure::Version { min, max }));
        let answer = pair.host.says(pair.now);
        assert_eq!(answer, b"\0LCH\x01\x01\0\0");
        for byte in answer.chunks(1) {
            assert_eq!(pair.guest.failure(), None);
            pair.guest.hears(pair.now, byte);
        }
        assert_eq!(pair.guest.failure(), Some(SessionFailure::Version { min: 1, max: 1 }));
    }
}

#[test]
fn a_wider_range_of_versions_is_no_hindrance_but_cannot_be_forged() {
    let mut pair = Pair::new();
    let mut hello = pair.guest.says(pair.now);
    hello[5] = 9;
    pair.host.hears(pair.now, &hello);
    assert_eq!(pair.host.failure(), None, "the host speaks 1, which is in 1 to 9");
    pair.carry();
    assert_eq!(
        pair.guest.failure(),
        Some(SessionFailure::Garbled),
        "but the guest has not said 9"
    );
}

#[test]
fn who_says_nothing_is_not_waited_for() {
    let pair = Pair::new();
    let mut host = Side::host(&identity(1), 1, pair.now);
    host.session
        .handle_timeout(pair.now + 5 * SECOND - Duration::from_millis(1));
    host.drain();
    assert_eq!(host.failure(), None);
    assert_eq!(host.session.next_deadline(), Some(pair.now + 5 * SECOND));
    host.session.handle_timeout(pair.now + 5 * SECOND);
    host.drain();
    assert_eq!(host.failure(), Some(SessionFailure::Late));

    let mut guest = Side::guest(&identity(2), Expect::AnyHost, 1, pair.now);
    assert_eq!(guest.session.next_deadline(), Some(pair.now + 10 * SECOND));
    guest.session.handle_timeout(pair.now + 10 * SECOND);
    guest.drain();
    assert_eq!(guest.failure(), Some(SessionFailure::Late));
}

#[test]
fn a_byte_now_and_then_does_not_stretch_the_handshake() {
    let mut pair = Pair::new();
    let bytes = pair.guest.says(pair.now);
    for second in 0..10 {
        let now = pair.now + second * SECOND;
        pair.host.session.handle_timeout(now);
        pair.host.hears(now, &bytes[second as usize * 4..][..4]);
    }
    assert_eq!(pair.host.failure(), None);
    assert_eq!(pair.host.session.next_deadline(), Some(pair.now + 10 * SECOND));
    pair.host.session.handle_timeout(pair.now + 10 * SECOND);
    pair.host.drain();
    assert_eq!(pair.host.failure(), Some(SessionFailure::Late));
}

#[test]
fn a_quiet_line_lives() {
    let pair = Pair::stand_in(1).drive().after(3_600 * SECOND);
    assert_eq!((pair.guest.messages(), pair.host.messages()), (Vec::new(), Vec::new()));
    assert_eq!((pair.guest.failure(), pair.host.failure()), (None, None));
}

#[test]
fn a_dead_line_is_found_after_a_minute() {
    let mut pair = Pair::new().drive();
    let mut asked = Vec::new();
    for second in 1..60 {
        pair.host.session.handle_timeout(pair.now + second * SECOND);
        if !pair.host.says(pair.now).is_empty() {
            asked.push(second);
        }
    }
    pair.host.drain();
    assert_eq!((asked, pair.host.failure()), (vec![20, 40], None));
    pair.host.session.handle_timeout(pair.now + 60 * SECOND);
    pair.host.drain();
    assert_eq!(pair.host.failure(), Some(SessionFailure::Silent));
}

#[test]
fn who_only_asks_and_never_reads_makes_nothing_pile_up() {
    let mut pair = Pair::stand_in(1).drive();
    for _ in 0..1_000 {
        pair.guest.session.send(pair.now, &Message::Ping);
    }
    let pings = pair.guest.says(pair.now);
    pair.host.hears(pair.now, &pings);
    assert_eq!(pair.host.session.queued_frames(), 1);
}

/// How many frames it takes to say `message` so often. All of them arrive.
fn frames(pair: &mut Pair, times: usize, message: &[u8]) -> usize {
    let before = pair.host.messages().len();
    (0..times).for_each(|_| pair.guest.session.send_encoded(pair.now, message));
    let frames = pair.guest.session.queued_frames();
    let bytes = pair.guest.says(pair.now);
    pair.host.hears(pair.now, &bytes);
    assert_eq!(
        (pair.host.failure(), pair.host.messages().len()),
        (None, before + times)
    );
    frames
}

#[test]
fn keys_are_renewed_after_so_many_frames() {
    let mut pair = Pair::new().drive();
    let (often, message) = (1 << 14, wire::encode(&read(1)));
    assert_eq!(frames(&mut pair, often, &message), often);
    assert_eq!(frames(&mut pair, 1, &message), 2, "the next key is announced");
    assert_eq!(frames(&mut pair, often, &message), often + 1);
}

#[test]
fn keys_are_renewed_after_so_many_bytes() {
    let mut pair = Pair::new().drive();
    let blocks = 252;
    let message = unknown(blocks * 256 - 2);
    let often = (64_usize << 20).div_ceil(blocks * 256);
    assert_eq!(frames(&mut pair, often, &message), often);
    assert_eq!(frames(&mut pair, 1, &message), 2);
}

#[test]
fn keys_are_renewed_after_ten_minutes() {
    let mut pair = Pair::new().drive();
    let message = wire::encode(&read(1));
    pair.now += 599 * SECOND;
    assert_eq!(frames(&mut pair, 1, &message), 1);
    pair.now += SECOND;
    assert_eq!(frames(&mut pair, 1, &message), 2);
    assert_eq!(frames(&mut pair, 1, &message), 1);
}
