//! Messages as bytes: nothing is lost, nothing of a stranger's harms, and the specification's vectors hold.

use fastrand::Rng;
use landline::proto::identity::{Identity, MemberKey, Signature};
use landline::proto::log::{
    Admission, Admit, Body, Epoch, Hash, History, InviteNumber, RoomId, Seen, Settings, SignedEntry, SignedHead, Target,
};
use landline::proto::message::{
    ByeReason, DenyReason, Join, MAX_PAGE_ENTRIES, MAX_PAGE_MEMBERS, Message, Presence, PresenceState, Proof, Receipt,
    Resume, RosterEntry, SubmitRefusal, Welcome,
};
use landline::proto::wire::{self, MAX_BODY_BYTES, MAX_ENCODED_BYTES, MAX_NUMBER, MAX_TIME_MS, WireError};
use landline::proto::{Encoding, EntryId, MemberId};
use landline::text::{MAX_MESSAGE_BYTES, MAX_NAME_BYTES};

mod samples;
mod vectors;

/// Cases of each fuzz test.
const CASES: u64 = 200_000;
/// A quarter of what a line's thread has: decoding needs no deep stack.
const STACK_BYTES: usize = 256 * 1024;

fn with_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .name("small stack".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(run)
        .unwrap();
    thread.join().unwrap();
}

#[test]
fn what_is_written_is_what_is_read() {
    let mut chance = Rng::with_seed(1);
    for _ in 0..200 {
        for message in samples::all(&mut chance) {
            assert_eq!(wire::decode(&wire::encode(&message)), Ok(message));
        }
        let body = samples::body(&mut chance);
        assert_eq!(wire::decode_body(&wire::encode_body(&body)), Ok(body));
        let placed = samples::placed(&mut chance);
        assert_eq!(wire::decode_entry(&wire::encode_entry(&placed)), Ok(placed));
        let signed = samples::signed(&mut chance);
        assert_eq!(wire::decode_signed(&wire::encode_signed(&signed)), Ok(signed));
        let head = samples::head(&mut chance);
        assert_eq!(wire::decode_head(&wire::encode_head(&head)), Ok(head));
    }
}

/// What was decoded says the same after another round, so that two computers never disagree about one message.
fn decodes_twice_alike(bytes: &[u8]) -> bool {
    if let Ok(body) = wire::decode_body(bytes) {
        assert_eq!(wire::decode_body(&wire::encode_body(&body)), Ok(body));
    }
    if let Ok(entry) = wire::decode_entry(bytes) {
        assert_eq!(wire::decode_entry(&wire::encode_entry(&entry)), Ok(entry));
    }
    if let Ok(head) = wire::decode_head(bytes) {
        assert_eq!(wire::decode_head(&wire::encode_head(&head)), Ok(head));
    }
    let Ok(message) = wire::decode(bytes) else {
        return false;
    };
    assert_eq!(wire::decode(&wire::encode(&message)), Ok(message.clone()));
    message != Message::Unknown
}

#[test]
fn garbage_is_an_error_or_a_message_that_survives_another_round() {
    with_small_stack(|| {
        let mut chance = Rng::with_seed(2);
        for _ in 0..CASES {
            let length = chance.usize(..80);
            let bytes: Vec<u8> = std::iter::repeat_with(|| chance.u8(..)).take(length).collect();
            decodes_twice_alike(&bytes);
        }
    });
}

#[test]
fn damaged_messages_are_errors_or_messages_that_survive_another_round() {
    with_small_stack(|| {
        let mut chance = Rng::with_seed(3);
        let mut understood = 0;
        for _ in 0..CASES {
            let mut bytes = wire::encode(&samples::message(&mut chance));
            damage(&mut bytes, &mut chance);
            understood += u64::from(decodes_twice_alike(&bytes));
        }
        let share = understood * 100 / CASES;
        assert!(
            (10..90).contains(&share),
            "{share} % are understood: the damage is not worth the name"
        );
    });
}

/// One to three of: a changed bit, a removed piece, a piece from elsewhere in it, an unknown field.
fn damage(bytes: &mut Vec<u8>, chance: &mut Rng) {
    for _ in 0..chance.u8(1..=3) {
        let at = chance.usize(..=bytes.len());
        let end = chance.usize(at..=bytes.len()).min(at + 40);
        match chance.u8(..4) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.u8(..8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].to_vec();
                let to = chance.usize(..=bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => drop(bytes.splice(at..at, [0xFA, 0x7F, 0x02, 0x08, 0x01])), // field 2047
        }
    }
}

#[test]
fn depth_is_no_way_to_exhaust_the_stack() {
    with_small_stack(|| {
        for byte in [0x0B, 0x0A, 0x7B, 0x13] {
            assert!(!decodes_twice_alike(&vec![byte; MAX_ENCODED_BYTES]));
        }
    });
}

/// Field 1 as `element`, as often as a message has place for it.
fn flood(field: &[u8]) -> Vec<u8> {
    field.repeat((MAX_ENCODED_BYTES - 8) / field.len())
}

fn envelope(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut bytes = key.to_vec();
    prost::encoding::encode_varint(content.len() as u64, &mut bytes);
    bytes.extend_from_slice(content);
    bytes
}

#[test]
fn a_list_of_tens_of_thousands_of_empty_elements_is_refused_before_it_is_made() {
    let elements = flood(&[0x0A, 0x00]);
    for kind in [&[0x7A_u8] as &[u8], &[0x82, 0x01], &[0x8A, 0x01], &[0x9A, 0x01]] {
        assert_eq!(wire::decode(&envelope(kind, &elements)), Err(WireError::TooMany));
    }
}

#[test]
fn a_page_ends_where_the_specification_says() {
    let receipts = |count: usize| Message::Receipts(vec![Receipt::default(); count]);
    let full = receipts(MAX_PAGE_MEMBERS);
    assert_eq!(wire::decode(&wire::encode(&full)), Ok(full));
    let over = wire::encode(&receipts(MAX_PAGE_MEMBERS + 1));
    assert_eq!(wire::decode(&over), Err(WireError::TooMany));

    let mut small = samples::placed(&mut Rng::with_seed(4));
    small.entry.body = wire::encode_body(&Body::Unknown);
    (small.entry.counter, small.entry.written_ms, small.placed_ms) = (0, 0, 0);
    let entries = |count: usize| Message::Entries {
        entries: vec![small.clone(); count],
        head: None,
    };
    assert!(wire::decode(&wire::encode(&entries(MAX_PAGE_ENTRIES))).is_ok());
    assert_eq!(wire::entries_of_a_page(&vec![small.clone(); 1_000]), MAX_PAGE_ENTRIES);
    let over = wire::encode(&entries(MAX_PAGE_ENTRIES + 1));
    assert_eq!(wire::decode(&over), Err(WireError::TooMany));
}

fn longest_member() -> RosterEntry {
    RosterEntry {
        key: Some(MemberKey([0xFF; 32])),
        id: MemberId(MAX_NUMBER),
        name: "x".repeat(MAX_NAME_BYTES).into(),
        here: true,
        receipt: Receipt {
            id: MemberId(MAX_NUMBER),
            stored: MAX_NUMBER,
            read: MAX_NUMBER,
        },
    }
}

#[test]
fn the_longest_pages_fit_into_a_frame() {
    let mut chance = Rng::with_seed(5);
    let mut longest = samples::placed(&mut chance);
    longest.entry.body = vec![0x78; MAX_BODY_BYTES].into();
    assert_eq!(wire::entries_of_a_page(&vec![longest.clone(); 300]), 3);
    let page = Message::Entries {
        entries: vec![longest; 3],
        head: Some(samples::head(&mut chance)),
    };
    assert!(wire::encode(&page).len() <= MAX_ENCODED_BYTES);

    let roster = Message::Roster(vec![longest_member(); MAX_PAGE_MEMBERS]);
    let bytes = wire::encode(&roster);
    assert!(bytes.len() < MAX_ENCODED_BYTES - 1_000, "{}", bytes.len());
    assert_eq!(wire::decode(&bytes), Ok(roster));
}

#[test]
fn a_page_has_as_many_entries_as_fit() {
    let mut chance = Rng::with_seed(6);
    for _ in 0..200 {
        let entries: Vec<_> = (0..400).map(|_| samples::placed(&mut chance)).collect();
        let head = Some(samples::head(&mut chance));
        let count = wire::entries_of_a_page(&entries);
        let page = |count: usize| Message::Entries {
            entries: entries[..count].to_vec(),
            head,
        };
        assert!(wire::decode(&wire::encode(&page(count))).is_ok());
        let one_more = wire::encode(&page(count + 1)).len();
        assert!(
            count == MAX_PAGE_ENTRIES || one_more > MAX_ENCODED_BYTES - 512,
            "{count} entries, {one_more} bytes"
        );
    }
    assert_eq!(wire::entries_of_a_page(&[]), 0);
}

#[test]
fn what_is_too_long_is_refused() {
    let message = |bytes: usize| Body::Message {
        text: "x".repeat(bytes).into(),
        reply_to: None,
    };
    let longest = message(MAX_MESSAGE_BYTES);
    assert_eq!(wire::decode_body(&wire::encode_body(&longest)), Ok(longest));
    let longer = wire::encode_body(&message(MAX_MESSAGE_BYTES + 1));
    assert_eq!(wire::decode_body(&longer), Err(WireError::TooLong));

    let renamed = |bytes: usize| Body::Renamed {
        name: "x".repeat(bytes).into(),
    };
    assert!(wire::decode_body(&wire::encode_body(&renamed(MAX_NAME_BYTES))).is_ok());
    let longer = wire::encode_body(&renamed(MAX_NAME_BYTES + 1));
    assert_eq!(wire::decode_body(&longer), Err(WireError::TooLong));

    let emoji = Body::Reaction {
        target: Target {
            seq: 1,
            id: EntryId([0; 16]),
        },
        emoji: "👍".repeat(17).into(),
        on: true,
    };
    assert_eq!(wire::decode_body(&wire::encode_body(&emoji)), Err(WireError::TooLong));

    let mut submitted = samples::signed(&mut Rng::with_seed(7));
    submitted.body = vec![0; MAX_BODY_BYTES + 1].into();
    assert_eq!(
        wire::decode(&wire::encode(&Message::Submit(submitted))),
        Err(WireError::TooLong)
    );
    assert_eq!(wire::decode(&vec![0; MAX_ENCODED_BYTES + 1]), Err(WireError::TooLong));
}

#[test]
fn a_wished_name_has_at_most_32_graphemes() {
    let join = |name: &str| {
        Message::Join(Join {
            room: None,
            name: name.into(),
            proof: Proof::Knock,
            resume: None,
        })
    };
    assert!(wire::decode(&wire::encode(&join(&"x".repeat(32)))).is_ok());
    assert_eq!(
        wire::decode(&wire::encode(&join(&"x".repeat(33)))),
        Err(WireError::TooLong)
    );
}

#[test]
fn numbers_and_times_are_bounded() {
    let stored = |seq: u64| wire::decode(&wire::encode(&Message::Stored { seq }));
    assert!(stored(MAX_NUMBER).is_ok());
    assert_eq!(stored(MAX_NUMBER + 1), Err(WireError::Number));
    let mut placed = samples::placed(&mut Rng::with_seed(8));
    placed.placed_ms = MAX_TIME_MS + 1;
    assert_eq!(wire::decode_entry(&wire::encode_entry(&placed)), Err(WireError::Number));
}

/// A content that has one length-delimited field less or more than it should.
#[test]
fn a_key_of_another_length_is_refused_and_a_missing_part_too() {
    let mut pending = vec![0x5A, 0x22, 0x0A, 0x20];
    pending.extend([7; 32]);
    assert_eq!(wire::decode(&pending), Ok(Message::Pending { commitment: [7; 32] }));
    for length in [0, 31, 33] {
        let mut content = vec![0x0A, length];
        content.extend(vec![7; usize::from(length)]);
        assert_eq!(wire::decode(&envelope(&[0x5A], &content)), Err(WireError::Length));
    }
    assert_eq!(wire::decode(&[0x5A, 0x00]), Err(WireError::Length));
    assert_eq!(wire::decode_body(&[0x1A, 0x00]), Err(WireError::Missing));
    assert_eq!(wire::decode(&[0x5A]), Err(WireError::Garbled));
    assert_eq!(
        wire::decode_body(&[0x0A, 0x03, 0x0A, 0x01, 0xFF]),
        Err(WireError::Garbled)
    );
}

#[test]
fn what_only_a_newer_version_understands_is_no_error() {
    let unknown_kind = [0xA2, 0x06, 0x02, 0x08, 0x01]; // field 100
    assert_eq!(wire::decode(&unknown_kind), Ok(Message::Unknown));
    assert_eq!(wire::decode_body(&unknown_kind), Ok(Body::Unknown));
    let unknown_field = [0x1A, 0x05, 0x08, 0x07, 0x98, 0x06, 0x01];
    assert_eq!(wire::decode(&unknown_field), Ok(Message::Stored { seq: 7 }));
    assert_eq!(
        wire::decode(&[0x62, 0x02, 0x08, 0x63]),
        Ok(Message::Denied(DenyReason::Other))
    );
    assert_eq!(wire::decode(&[0x62, 0x00]), Ok(Message::Denied(DenyReason::Other)));
    assert_eq!(
        wire::decode(&[0x92, 0x02, 0x02, 0x08, 0x63]),
        Ok(Message::Bye(ByeReason::Other))
    );
    let settings = [0x42, 0x06, 0x10, 0x63, 0x18, 0x63, 0x20, 0x63];
    let warned = Settings {
        name: "".into(),
        history: History::All,
        plain: Some(Encoding::Auto),
        admit: Admit::Ask,
    };
    assert_eq!(wire::decode_body(&settings), Ok(Body::Settings(warned)));
    assert!(!SubmitRefusal::Other.retry());
}
