//! Conformance: the log and what a batch is.

use landline::proto::identity::MemberKey;
use landline::proto::log::{Body, Change, Hash, Loaded, RoomId};
use landline::proto::wire::{MAX_NUMBER, MAX_TIME_MS};

use super::conformance::checks;
use super::scribe::{ANN, BOB, Bench, HOST, NOWHERE, Scribe, message, peer};

checks![
    a_new_store_has_nothing,
    the_first_change_makes_the_room,
    nothing_comes_before_the_room,
    a_batch_may_be_empty,
    a_room_becomes_known_better,
    a_room_stays_the_same_room,
    a_floor_moves_until_something_stands_on_it,
    entries_come_back_as_they_were,
    entries_are_there_after_a_crash,
    an_entry_has_the_next_place,
    an_entry_follows_the_one_before,
    an_entry_is_for_this_room,
    a_name_is_used_once,
    a_name_is_used_once_in_a_batch,
    a_name_is_used_once_across_a_crash,
    two_authors_may_have_the_same_name,
    a_refused_batch_leaves_nothing,
    the_same_place_is_free_after_a_refusal,
    a_batch_carries_what_a_host_commits_at_once,
    pages_have_bounds,
    on_a_guest_the_log_begins_at_its_floor,
    what_nobody_understands_is_kept_to_the_byte,
    the_longest_text_is_kept,
    the_greatest_numbers_are_kept,
];

fn a_new_store_has_nothing(bench: &mut Bench) {
    for _ in 0..2 {
        let store = bench.store();
        assert_eq!(store.load(), Ok(None));
        assert_eq!(store.read(0, 10), Ok(Vec::new()));
        assert_eq!(store.search("a", 10), Ok(Vec::new()));
        assert_eq!(store.summary(), Ok(None));
        assert_eq!(store.former(), Ok(Vec::new()));
        assert_eq!(store.read_former(1, 0, 10), Ok(Vec::new()));
        assert!(!store.rest());
        bench.subject.reopen();
    }
}

fn the_first_change_makes_the_room(bench: &mut Bench) {
    bench.make();
    let new = Loaded::new(bench.scribe.kept.clone());
    assert_eq!(bench.load(), new);
    bench.subject.reopen();
    assert_eq!(bench.load(), new);
}

fn nothing_comes_before_the_room(bench: &mut Bench) {
    let scribe = &mut bench.scribe;
    let queued = scribe.signed(HOST, &message("hello"));
    let changes = [
        Change::NewEpoch(scribe.kept.clone()),
        Change::Head(scribe.head()),
        Change::Peer(peer(ANN, 1, "Ann")),
        Change::Unqueue(queued.id),
        Change::Queue(queued),
        Change::Read(1),
        scribe.say(HOST, "hello"),
    ];
    for change in changes {
        bench.refuse([change.clone()]);
        let room = bench.scribe.room();
        bench.refuse([change, room]);
    }
    assert_eq!(bench.store().load(), Ok(None));
}

fn a_batch_may_be_empty(bench: &mut Bench) {
    bench.keep([]);
    assert_eq!(bench.store().load(), Ok(None));
    bench.make();
    bench.keep([]);
    assert_eq!(bench.load(), Loaded::new(bench.scribe.kept.clone()));
}

fn a_room_becomes_known_better(bench: &mut Bench) {
    bench.make();
    bench.say(HOST, "hello");
    let kept = &mut bench.scribe.kept;
    kept.settings.name = "四班".into();
    kept.addresses = vec![
        "[fe80::1%3]:8888".parse().unwrap(),
        "[::1]:1".parse().unwrap(),
        "10.0.0.8:9".parse().unwrap(),
    ];
    bench.make();
    bench.subject.reopen();
    assert_eq!(bench.load().kept, bench.scribe.kept);
    assert_eq!(bench.load().last, bench.scribe.last);
    bench.scribe.kept.addresses.clear();
    bench.make();
    assert_eq!(bench.load().kept.addresses, []);
}

fn a_room_stays_the_same_room(bench: &mut Bench) {
    bench.make();
    let kept = bench.scribe.kept.clone();
    let mut other = kept.clone();
    other.room = RoomId([0; 16]);
    bench.refuse([Change::Room(other.clone())]);
    bench.refuse([Change::NewEpoch(other)]);
    let mut other = kept.clone();
    other.host = BOB;
    bench.refuse([Change::Room(other.clone())]);
    bench.refuse([Change::NewEpoch(other)]);
    let mut other = kept;
    other.epoch.0 = [8; 16];
    bench.refuse([Change::Room(other)]);
}

fn a_floor_moves_until_something_stands_on_it(bench: &mut Bench) {
    bench.make();
    bench.scribe = Scribe::from(40);
    bench.make();
    assert_eq!(bench.load().last, bench.scribe.last);
    bench.say(ANN, "first");
    assert_eq!(bench.load().last.seq, 41);
    bench.refuse([Scribe::from(39).room()]);
    bench.make();
}

fn entries_come_back_as_they_were(bench: &mut Bench) {
    bench.make();
    for text in ["one", "二", "three"] {
        bench.say(ANN, text);
    }
    assert_eq!(bench.read(), bench.scribe.written);
    assert_eq!(bench.load().last, bench.scribe.last);
}

fn entries_are_there_after_a_crash(bench: &mut Bench) {
    bench.make();
    for round in 0..5 {
        bench.say(ANN, &format!("round {round}"));
        bench.subject.reopen();
        assert_eq!(bench.read(), bench.scribe.written);
        assert_eq!(bench.load().last, bench.scribe.last);
    }
}

fn an_entry_has_the_next_place(bench: &mut Bench) {
    bench.make();
    bench.say(HOST, "one");
    let signed = bench.scribe.signed(HOST, &message("two"));
    let previous = bench.scribe.last.hash;
    for seq in [0, 1, 3, u64::MAX] {
        bench.refuse([Change::Append(signed.clone().place(seq, 5, &previous))]);
    }
    bench.keep([Change::Append(signed.place(2, 5, &previous))]);
}

fn an_entry_follows_the_one_before(bench: &mut Bench) {
    bench.make();
    bench.say(HOST, "one");
    let signed = bench.scribe.signed(HOST, &message("two"));
    bench.refuse([Change::Append(signed.clone().place(2, 5, &Hash([0; 32])))]);
    let mut altered = signed.place(2, 5, &bench.scribe.last.hash);
    altered.placed_ms = 6;
    bench.refuse([Change::Append(altered)]);
}

fn an_entry_is_for_this_room(bench: &mut Bench) {
    bench.make();
    let mut signed = bench.scribe.signed(HOST, &message("one"));
    signed.room = RoomId([0; 16]);
    let placed = bench.scribe.place(signed);
    bench.refuse([Change::Append(placed)]);
}

fn a_name_is_used_once(bench: &mut Bench) {
    bench.make();
    let signed = bench.scribe.signed(ANN, &message("one"));
    let first = bench.scribe.place(signed.clone());
    bench.keep([Change::Append(first)]);
    bench.say(ANN, "two");
    let again = bench.scribe.clone().place(signed);
    bench.refuse([Change::Append(again)]);
}

fn a_name_is_used_once_in_a_batch(bench: &mut Bench) {
    bench.make();
    let signed = bench.scribe.signed(ANN, &message("one"));
    let first = bench.scribe.place(signed.clone());
    let again = bench.scribe.place(signed);
    bench.refuse([Change::Append(first), Change::Append(again)]);
}

fn a_name_is_used_once_across_a_crash(bench: &mut Bench) {
    bench.make();
    let signed = bench.scribe.signed(ANN, &message("one"));
    let first = bench.scribe.place(signed.clone());
    bench.keep([Change::Append(first)]);
    bench.subject.reopen();
    let again = bench.scribe.clone().place(signed);
    bench.refuse([Change::Append(again)]);
}

fn two_authors_may_have_the_same_name(bench: &mut Bench) {
    bench.make();
    let signed = bench.scribe.signed(ANN, &message("one"));
    let mut other = signed.clone();
    other.author = BOB;
    let both = [signed, other].map(|signed| Change::Append(bench.scribe.place(signed)));
    bench.keep(both);
    assert_eq!(bench.read().len(), 2);
}

fn a_refused_batch_leaves_nothing(bench: &mut Bench) {
    bench.make();
    bench.say(HOST, "one");
    let mut scribe = bench.scribe.clone();
    let mut kept = scribe.kept.clone();
    kept.settings.name = "other".into();
    let queued = scribe.signed(HOST, &message("queued"));
    let said = scribe.say(BOB, "two");
    let changes = [
        Change::Room(kept),
        Change::Peer(peer(ANN, 1, "Ann")),
        Change::Queue(queued),
        Change::Head(scribe.head()),
        Change::Read(1),
        said.clone(),
        said,
    ];
    bench.refuse(changes);
    assert_eq!(bench.find("two"), NOWHERE);
    bench.subject.reopen();
    assert_eq!(bench.read(), bench.scribe.written);
    assert_eq!(bench.find("two"), NOWHERE);
}

fn the_same_place_is_free_after_a_refusal(bench: &mut Bench) {
    bench.make();
    let mut scribe = bench.scribe.clone();
    let said = scribe.say(BOB, "not this");
    bench.refuse([said.clone(), said.clone()]);
    bench.keep([said]);
    bench.scribe = scribe;
    bench.say(BOB, "nor that");
    assert_eq!(bench.read(), bench.scribe.written);
}

fn a_batch_carries_what_a_host_commits_at_once(bench: &mut Bench) {
    bench.make();
    for round in 0..3 {
        let mut changes: Vec<Change> = (0..64)
            .map(|index| {
                let key = MemberKey([100 + index; 32]);
                bench.scribe.say(key, &format!("{round} {index}"))
            })
            .collect();
        changes.push(Change::Head(bench.scribe.head()));
        bench.keep(changes);
    }
    assert_eq!(bench.read(), bench.scribe.written);
    assert_eq!(bench.load().head, Some(bench.scribe.head()));
}

fn pages_have_bounds(bench: &mut Bench) {
    bench.make();
    let changes: Vec<Change> = (0..20).map(|index| bench.scribe.say(ANN, &index.to_string())).collect();
    bench.keep(changes);
    let written = bench.scribe.written.clone();
    let store = bench.store();
    for (from, limit, expected) in [
        (0, 0, &written[..0]),
        (0, 3, &written[..3]),
        (1, 1, &written[..1]),
        (5, 4, &written[4..8]),
        (18, 100, &written[17..]),
        (20, 1, &written[19..]),
        (21, 5, &written[..0]),
        (u64::MAX, usize::MAX, &written[..0]),
        (2, usize::MAX, &written[1..]),
    ] {
        assert_eq!(store.read(from, limit).unwrap(), expected, "{limit} from {from}");
    }
}

fn on_a_guest_the_log_begins_at_its_floor(bench: &mut Bench) {
    bench.scribe = Scribe::from(500);
    bench.make();
    let early = bench.scribe.signed(ANN, &message("early"));
    bench.refuse([Change::Append(early.place(1, 1, &bench.scribe.last.hash))]);
    bench.say(BOB, "one");
    bench.say(ANN, "two");
    let written = bench.scribe.written.clone();
    for from in [0, 1, 500, 501] {
        assert_eq!(bench.store().read(from, 9).unwrap(), written);
    }
    assert_eq!(bench.store().read(502, 9).unwrap(), written[1..]);
    bench.subject.reopen();
    assert_eq!(bench.read(), written);
    assert_eq!(bench.find("one"), [501]);
}

fn what_nobody_understands_is_kept_to_the_byte(bench: &mut Bench) {
    bench.make();
    let unknown = bench.scribe.append(ANN, &Body::Unknown);
    let mut garbled = bench.scribe.signed(ANN, &message("x"));
    garbled.body = [0xff; 40].into();
    let garbled = Change::Append(bench.scribe.place(garbled));
    bench.keep([unknown, garbled]);
    bench.subject.reopen();
    assert_eq!(bench.read(), bench.scribe.written);
}

fn the_longest_text_is_kept(bench: &mut Bench) {
    bench.make();
    let text = format!("{}针", "海".repeat(16_384 / 3 - 1));
    bench.say(ANN, &text);
    bench.rest();
    bench.subject.reopen();
    assert_eq!(bench.read(), bench.scribe.written);
    assert_eq!(bench.find("海针"), [1]);
}

fn the_greatest_numbers_are_kept(bench: &mut Bench) {
    bench.make();
    let mut signed = bench.scribe.signed(HOST, &message("late"));
    signed.counter = MAX_NUMBER;
    signed.written_ms = MAX_TIME_MS;
    let placed = signed.place(1, MAX_TIME_MS, &bench.scribe.last.hash);
    let mut peer = peer(ANN, u64::MAX, "Ann");
    peer.first_seq = u64::MAX;
    bench.keep([
        Change::Append(placed.clone()),
        Change::Peer(peer.clone()),
        Change::Read(u64::MAX),
    ]);
    bench.subject.reopen();
    let loaded = bench.load();
    assert_eq!(bench.read(), [placed]);
    assert_eq!((loaded.counter, loaded.read), (MAX_NUMBER + 1, u64::MAX));
    assert_eq!(loaded.peers, [peer]);
    assert_eq!(
        bench.store().summary().unwrap().unwrap().last_message_ms,
        Some(MAX_TIME_MS)
    );
}
