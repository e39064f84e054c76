//! The two stores against each other: whatever is asked of them, by chance, both answer the same.

use std::panic::catch_unwind;

use fastrand::Rng;
use landline::proto::invite::InviteSecret;
use landline::proto::log::{Body, Change, InviteNumber, Target};
use landline::proto::words::Words;
use landline::store::{MemoryStore, RoomStore};

use super::scribe::{ANN, BOB, HOST, InFile, InMemory, Scribe, Subject as _, batch, message, peer};

const SEEDS: u64 = 24;
const BATCHES: usize = 60;
const TEXTS: [&str; 8] = [
    "开会",
    "我们今天开会吧",
    "Hello",
    "hello there",
    "ＨＩ",
    "x",
    "100%",
    "naïve café",
];
const QUERIES: [&str; 10] = ["开", "开会", "今天开", "h", "he", "HELLO", "hi", "%", "é", "there"];

#[test]
fn both_stores_answer_alike() {
    let failed: Vec<u64> = (0..SEEDS)
        .filter(|seed| catch_unwind(|| contest(*seed)).is_err())
        .collect();
    assert!(failed.is_empty(), "seeds {failed:?}");
}

fn contest(seed: u64) {
    let me = if seed.is_multiple_of(3) { ANN } else { HOST };
    let mut memory = InMemory(MemoryStore::new(me));
    let mut in_file = InFile::new(me);
    let mut scribe = Scribe::new();
    let mut chance = Rng::with_seed(seed);
    let room = batch([scribe.room()]);
    assert_eq!(
        (memory.store().keep(&room), in_file.store().keep(&room)),
        (Ok(()), Ok(()))
    );
    let mut kept_batches = 0;
    for _ in 0..BATCHES {
        let mut draft = scribe.clone();
        let changes: Vec<Change> = (0..chance.usize(..5))
            .map(|_| change(&mut draft, &mut chance))
            .collect();
        let batch = batch(changes);
        let kept = memory.store().keep(&batch);
        assert_eq!(kept, in_file.store().keep(&batch), "{batch:?}");
        if kept.is_ok() {
            scribe = draft;
            kept_batches += 1;
        }
        match chance.u8(..8) {
            0 => in_file.reopen(),
            1 => while in_file.store().rest() {},
            _ => {}
        }
        compare(memory.store(), in_file.store(), &mut chance);
    }
    assert!(
        (BATCHES / 2..BATCHES).contains(&kept_batches),
        "{kept_batches} were kept"
    );
}

fn compare(left: &mut dyn RoomStore, right: &mut dyn RoomStore, chance: &mut Rng) {
    assert_eq!(left.load(), right.load());
    assert_eq!(left.summary(), right.summary());
    let former = left.former();
    assert_eq!(former, right.former());
    for former in former.unwrap() {
        let number = former.number;
        assert_eq!(left.read_former(number, 0, 99), right.read_former(number, 0, 99));
    }
    let (from, limit) = (chance.u64(..40), chance.usize(..40));
    assert_eq!(left.read(from, limit), right.read(from, limit));
    let (query, limit) = (QUERIES[chance.usize(..QUERIES.len())], chance.usize(..6));
    assert_eq!(left.search(query, limit), right.search(query, limit), "{query}");
}

/// Mostly something that can be kept.
fn change(scribe: &mut Scribe, chance: &mut Rng) -> Change {
    let author = [HOST, ANN, BOB][chance.usize(..3)];
    let text = TEXTS[chance.usize(..TEXTS.len())];
    match chance.u8(..40) {
        0..14 => scribe.say(author, text),
        14..17 => scribe.vouch(text),
        17..21 => {
            let target = target(scribe, chance);
            scribe.edit(author, target, text)
        }
        21..24 => {
            let target = target(scribe, chance);
            scribe.delete(author, target)
        }
        24 => scribe.append(author, &Body::Renamed { name: text.into() }),
        25..28 => scribe.room(),
        28..30 => Change::Head(scribe.head()),
        30..32 => {
            let id = [0, 1, 2][chance.usize(..3)];
            Change::Peer(peer(author, id, text))
        }
        32 => Change::Invite {
            number: InviteNumber([chance.u8(..3); 8]),
            secret: chance.bool().then_some(InviteSecret([1; 16])),
            expires: 5,
        },
        33..35 => {
            let mut signed = scribe.signed(author, &message(text));
            signed.id.0[1..].fill(0); // two of them may well have the same name
            signed.id.0[0] &= 7;
            Change::Queue(signed)
        }
        35..37 => {
            let mut id = scribe.name();
            id.0[1..].fill(0);
            id.0[0] &= 7;
            Change::Unqueue(id)
        }
        37 => match chance.u8(..3) {
            0 => Change::Compare(None),
            1 => Change::Compare(Some(Words([chance.u16(..2048); 4]))),
            _ => Change::Read(chance.u64(..20)),
        },
        38 => scribe.begin(chance.u8(1..4)),
        _ => {
            let signed = scribe.signed(author, &message(text));
            let seq = chance.u64(..30);
            Change::Append(signed.place(seq, 1, &scribe.last.hash))
        }
    }
}

fn target(scribe: &Scribe, chance: &mut Rng) -> Target {
    if scribe.written.is_empty() {
        let id = scribe.clone().name();
        return Target { seq: 1, id };
    }
    let entry = &scribe.written[chance.usize(..scribe.written.len())];
    Target {
        seq: entry.seq,
        id: entry.entry.id,
    }
}
