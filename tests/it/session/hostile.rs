//! Native lines: what strangers and a bad network send. Every case is counted; nothing is delivered that was not said.

use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;
use landline::proto::identity::Identity;
use landline::proto::message::Message;
use landline::proto::session::SessionFailure;

use super::support::{Pair, Recording, Side};

const HELLO: Range<usize> = 0..8;
const FIRST: Range<usize> = 8..40;
const SECOND: Range<usize> = 0..352;
const THIRD: Range<usize> = 40..360;
const FRAME_BYTES: usize = 2 + 256 + 16;
/// Cases of each kind of fuzzing. The full hundred thousands run without curves, whose work is the same whatever the bytes.
const FUZZ_CASES: usize = 200_000;
const FUZZ_CASES_WITH_NOISE: usize = 1_000;
/// What may wait for somebody who is not known: the second message, or a hello.
const MAX_PENDING_FOR_STRANGERS: usize = 352;

/// Says what of `side`'s messages is not the beginning of 1, 2, 3 …
#[track_caller]
fn heard_only_the_truth(side: &Side, at_most: usize) {
    let messages = side.messages();
    let truth = (1..).map(|seq| Message::Read { seq }).take(messages.len());
    assert_eq!(messages, truth.collect::<Vec<_>>());
    assert!(messages.len() <= at_most, "{} of {at_most}", messages.len());
}

#[test]
fn every_edit_of_the_hello_ends_the_line() {
    let mut cases = 0;
    for at in HELLO {
        for value in 0..=255 {
            let mut pair = Pair::new();
            let mut bytes = pair.guest.says(pair.now);
            let is_edit = bytes[at] != value;
            bytes[at] = value;
            pair.host.hears(pair.now, &bytes);
            pair.carry();
            let both = pair.guest.ready().is_some() && pair.host.ready().is_some();
            let none = pair.guest.ready().is_none() && pair.host.ready().is_none();
            assert!(if is_edit { none } else { both }, "byte {at} = {value}");
            cases += 1;
        }
    }
    assert_eq!(cases, 2_048);
}

/// All lengths that two bytes can say, to a line that `ready` brings to where it reads them. Whether it goes on waiting.
fn every_length(mut line: impl FnMut() -> Side, is_possible: impl Fn(u16) -> bool) {
    for length in 0..=u16::MAX {
        let mut side = line();
        side.session.handle_bytes(side.born, &length.to_be_bytes());
        let failed = side.session.poll_event().is_some();
        assert_eq!(failed, !is_possible(length), "{length}");
    }
}

fn is_whole_blocks(length: u16) -> bool {
    length > 16 && (length - 16).is_multiple_of(256)
}

#[test]
fn every_beginning_of_a_line_but_one_is_refused_at_once() {
    let origin = Pair::stand_in(1).origin;
    every_length(|| origin.host(), |length| length.to_be_bytes() == [0, b'L']);
}

#[test]
fn every_length_of_a_first_frame_is_checked_before_its_bytes_come() {
    let recording = Recording::of(Pair::stand_in(1), 0);
    every_length(|| recording.host_hears(&recording.to_host), is_whole_blocks);
}

#[test]
fn every_length_of_a_frame_under_a_later_key_is_checked_before_its_bytes_come() {
    let mut pair = Pair::stand_in(1).drive();
    let handshake = Recording::of(Pair::stand_in(1), 0);
    pair.now += Duration::from_secs(600);
    pair.host.session.send(pair.now, &Message::Read { seq: 1 });
    assert_eq!(pair.host.session.queued_frames(), 2, "a key and a message");
    let bytes = [handshake.to_guest.clone(), pair.host.says(pair.now)].concat();
    every_length(|| handshake.guest_hears(&bytes), is_whole_blocks);
}

#[test]
fn a_lying_length_delivers_nothing() {
    let recording = Recording::of(Pair::stand_in(1), 2);
    for blocks in 2..=255_u16 {
        let mut bytes = recording.to_host.clone();
        bytes[THIRD.end..][..2].copy_from_slice(&(blocks * 256 + 16).to_be_bytes());
        bytes.resize(THIRD.end + 66_000, 0);
        let host = recording.host_hears(&bytes);
        assert_eq!(
            (host.messages(), host.failure()),
            (vec![], Some(SessionFailure::Garbled))
        );
    }
}

#[test]
fn no_flipped_bit_is_delivered() {
    let recording = Recording::of(Pair::new(), 4);
    let mut cases = 0;
    for bit in 0..recording.to_host.len() * 8 {
        let bytes = flipped(&recording.to_host, bit);
        let whole_frames = (bit / 8).saturating_sub(THIRD.end) / FRAME_BYTES;
        let host = recording.host_hears(&bytes);
        heard_only_the_truth(&host, whole_frames);
        assert_eq!(host.ready().is_some(), bit / 8 >= THIRD.end, "bit {bit}");
        cases += 1;
    }
    for bit in 0..recording.to_guest.len() * 8 {
        let bytes = flipped(&recording.to_guest, bit);
        let whole_frames = (bit / 8).saturating_sub(SECOND.end) / FRAME_BYTES;
        let guest = recording.guest_hears(&bytes);
        heard_only_the_truth(&guest, whole_frames);
        assert_eq!(guest.ready().is_some(), bit / 8 >= SECOND.end, "bit {bit}");
        cases += 1;
    }
    assert!(cases >= 20_000, "{cases}");
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

/// Every frame of a guest's stream.
fn frames(recording: &Recording) -> Vec<&[u8]> {
    recording.to_host[THIRD.end..].chunks(FRAME_BYTES).collect()
}

#[test]
fn nothing_is_delivered_twice_or_elsewhere() {
    const CASES: usize = 10_000;
    let recordings: Vec<Recording> = (1..=4)
        .map(|seed| Recording::of(Pair::of(&super::identity(2), &super::identity(1), seed), 6))
        .collect();
    let mut random = Rng::with_seed(8);
    for _ in 0..CASES {
        let own = &recordings[random.usize(..recordings.len())];
        let other = &recordings[random.usize(..recordings.len())];
        let mut stream = frames(own);
        let reflected: Vec<&[u8]> = own.to_guest[SECOND.end..].chunks(FRAME_BYTES).collect();
        let at = random.usize(..stream.len());
        let from = random.usize(..stream.len());
        match random.u8(..5) {
            0 => stream.insert(at, stream[from]),
            1 => stream.swap(at, from),
            2 => drop(stream.remove(at)),
            3 => stream[at] = frames(other)[from],
            _ => stream[at] = reflected[from],
        }
        let same = frames(own)
            .iter()
            .zip(&stream)
            .take_while(|(left, right)| left == right)
            .count();
        let bytes = [&own.to_host[..THIRD.end], &stream.concat()].concat();
        let host = own.host_hears(&bytes);
        heard_only_the_truth(&host, same);
        assert_eq!(host.messages().len(), same);
    }
}

#[test]
fn handshakes_of_other_sessions_fit_nowhere() {
    let recordings: Vec<Recording> = (1..=12)
        .map(|seed| Recording::of(Pair::of(&super::identity(2), &super::identity(1), seed), 1))
        .collect();
    for own in &recordings {
        for other in recordings.iter().filter(|other| other.to_host != own.to_host) {
            assert_eq!(own.host_hears(&other.to_host).ready(), None, "a whole session again");
            assert_eq!(own.guest_hears(&other.to_guest).ready(), None);
            let spliced = [&own.to_host[..THIRD.start], &other.to_host[THIRD.start..]].concat();
            assert_eq!(own.host_hears(&spliced).ready(), None);
        }
        assert_eq!(own.guest_hears(&own.to_host).ready(), None, "reflected");
    }
}

#[test]
fn what_is_cut_off_is_not_guessed() {
    let recording = Recording::of(Pair::stand_in(1), 6);
    assert!(recording.to_host.len() > 2_000);
    for cut in 0..recording.to_host.len() {
        let host = recording.host_hears(&recording.to_host[..cut]);
        assert_eq!(host.failure(), None);
        assert_eq!(host.messages().len(), cut.saturating_sub(THIRD.end) / FRAME_BYTES);
    }
}

/// `part` of the stream, or all of it, altered in one of the ways of a bad network and of a bad person.
fn mutated(stream: &[u8], part: &Range<usize>, random: &mut Rng) -> Vec<u8> {
    let mut bytes = stream.to_vec();
    match random.u8(..6) {
        0 => random.fill(&mut bytes[part.clone()]),
        1 => bytes[random.usize(part.clone())] ^= random.u8(1..),
        2 => drop(bytes.drain(random.usize(part.clone())..part.end)),
        3 => {
            let at = random.usize(part.clone());
            bytes
                .splice(at..at, (0..random.usize(1..300)).map(|_| 0))
                .for_each(drop);
        }
        4 => bytes[part.clone()].fill(random.choice([0, 1, 0x7F, 0x80, 0xFF]).unwrap()),
        _ => {
            let from = random.usize(part.clone());
            bytes.copy_within(part.start..part.start + (part.end - from), from);
        }
    }
    bytes
}

/// Plays mutations of `part` of what one side hears; it must not come to trust what it did not before.
fn fuzz(recording: &Recording, cases: usize, part: Range<usize>, to_host: bool) {
    let stream = if to_host {
        &recording.to_host
    } else {
        &recording.to_guest
    };
    let handshake = if to_host { THIRD.end } else { SECOND.end };
    let mut random = Rng::with_seed(part.end as u64);
    for _ in 0..cases {
        let bytes = mutated(stream, &part, &mut random);
        let same = stream
            .iter()
            .zip(&bytes)
            .take_while(|(left, right)| left == right)
            .count();
        let side = if to_host {
            recording.host_hears(&bytes)
        } else {
            recording.guest_hears(&bytes)
        };
        heard_only_the_truth(&side, same.saturating_sub(handshake) / FRAME_BYTES);
        assert_eq!(side.ready().is_some(), same >= handshake);
        assert!(side.ready().is_some() || side.session.queued_bytes() <= MAX_PENDING_FOR_STRANGERS);
    }
}

#[test]
fn fuzzed_hellos() {
    let recording = Recording::of(Pair::stand_in(1), 0);
    fuzz(&recording, FUZZ_CASES, HELLO, true);
}

#[test]
fn fuzzed_first_messages() {
    fuzz(&Recording::of(Pair::stand_in(1), 0), FUZZ_CASES, FIRST, true);
    fuzz(&Recording::of(Pair::new(), 0), FUZZ_CASES_WITH_NOISE, FIRST, true);
}

#[test]
fn fuzzed_second_messages() {
    fuzz(&Recording::of(Pair::stand_in(1), 0), FUZZ_CASES, SECOND, false);
    fuzz(&Recording::of(Pair::new(), 0), FUZZ_CASES_WITH_NOISE, SECOND, false);
}

#[test]
fn fuzzed_third_messages() {
    fuzz(&Recording::of(Pair::stand_in(1), 0), FUZZ_CASES, THIRD, true);
    fuzz(&Recording::of(Pair::new(), 0), FUZZ_CASES_WITH_NOISE, THIRD, true);
}

#[test]
fn fuzzed_frames() {
    let recording = Recording::of(Pair::stand_in(1), 2);
    fuzz(&recording, FUZZ_CASES, THIRD.end..recording.to_host.len(), true);
    let recording = Recording::of(Pair::new(), 2);
    fuzz(
        &recording,
        FUZZ_CASES_WITH_NOISE,
        THIRD.end..recording.to_host.len(),
        true,
    );
}

/// Somebody who is known but not well-meaning: the frames are genuine, what they say is not.
#[test]
fn fuzzed_messages_of_members() {
    let mut random = Rng::with_seed(1);
    let mut pair = Pair::stand_in(1).drive();
    let mut failures = 0;
    for _ in 0..FUZZ_CASES {
        let message: Vec<u8> = (0..random.usize(..40)).map(|_| random.u8(..)).collect();
        pair.guest.session.send_encoded(pair.now, &message);
        let bytes = pair.guest.says(pair.now);
        pair.host.hears(pair.now, &bytes);
        pair.host.says(pair.now);
        match pair.host.failure() {
            None => pair.host.events.clear(),
            Some(failure) => {
                assert_eq!(failure, SessionFailure::Garbled);
                failures += 1;
                pair = Pair::of(&Identity::stand_in(2), &Identity::stand_in(1), failures).drive();
            }
        }
    }
    assert!(failures > 1_000);
}
