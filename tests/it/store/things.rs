//! Conformance: what hangs on a room beside its log, and the room in a few words.

use landline::proto::invite::InviteSecret;
use landline::proto::log::{Body, Change, InviteNumber, Loaded, Target};
use landline::proto::words::Words;
use landline::proto::{EntryId, MemberId};
use landline::store::{LAST_MESSAGE_CHARS, MAX_UNREAD};

use super::conformance::checks;
use super::scribe::{ANN, BOB, Bench, HOST, message, peer, shared};

checks![
    the_last_head_is_kept,
    a_head_is_of_this_history,
    members_are_listed_by_number,
    a_member_is_replaced_by_key,
    the_last_word_in_a_batch_counts,
    invites_are_used_up,
    the_outbox_keeps_its_order,
    an_entry_waits_once,
    what_left_the_outbox_may_wait_again,
    an_own_entry_leaves_the_outbox_when_it_is_in_the_log,
    own_entries_are_counted,
    on_a_guest_own_entries_are_counted_in_the_log,
    reading_goes_on_only,
    words_are_to_be_compared_until_they_were,
    all_names_are_known,
    names_of_strangers_are_left_out,
    everything_is_there_after_a_crash,
    a_summary_says_what_the_room_is,
    on_a_guest_a_summary_says_who_hosts,
    a_summary_knows_the_last_message,
    a_summary_tells_the_last_message_as_it_reads_now,
    unread_are_messages_of_others,
    on_a_guest_own_messages_are_read,
    unread_are_counted_up_to_a_bound,
];

fn the_last_head_is_kept(bench: &mut Bench) {
    bench.make();
    assert_eq!(bench.load().head, None);
    let mut ahead = bench.scribe.head();
    ahead.seq = 77; // a guest hears how far the log goes before it has it
    bench.keep([Change::Head(ahead)]);
    assert_eq!(bench.load().head, Some(ahead));
    bench.say(HOST, "one");
    let head = bench.scribe.head();
    bench.keep([Change::Head(head)]);
    bench.subject.reopen();
    assert_eq!(bench.load().head, Some(head));
}

fn a_head_is_of_this_history(bench: &mut Bench) {
    bench.make();
    let mut head = bench.scribe.head();
    head.epoch.0 = [0; 16];
    bench.refuse([Change::Head(head)]);
}

fn members_are_listed_by_number(bench: &mut Bench) {
    bench.make();
    let (host, ann, bob) = (peer(HOST, 0, "Hana"), peer(ANN, 2, "Ann"), peer(BOB, 1, "鲍勃"));
    bench.keep([&ann, &bob, &host].map(|peer| Change::Peer(peer.clone())));
    bench.subject.reopen();
    assert_eq!(bench.load().peers, [host, bob, ann]);
}

fn a_member_is_replaced_by_key(bench: &mut Bench) {
    bench.make();
    bench.keep([Change::Peer(peer(ANN, 2, "Ann"))]);
    let mut ann = peer(ANN, 3, "Anna");
    (ann.member, ann.verified, ann.first_seq) = (false, true, 9);
    bench.keep([Change::Peer(ann.clone())]);
    assert_eq!(bench.load().peers, [ann.clone()]);
    bench.subject.reopen();
    assert_eq!(bench.load().peers, [ann]);
}

fn the_last_word_in_a_batch_counts(bench: &mut Bench) {
    bench.make();
    let names = ["Ann", "Anna", "Annabel"].map(|name| Change::Peer(peer(ANN, 1, name)));
    bench.keep(names);
    bench.subject.reopen();
    assert_eq!(bench.load().peers, [peer(ANN, 1, "Annabel")]);
}

fn invites_are_used_up(bench: &mut Bench) {
    bench.make();
    let invite = |number: u8, secret| Change::Invite {
        number: InviteNumber([number; 8]),
        secret,
        expires: 1_900_000_000,
    };
    bench.keep([
        invite(2, Some(InviteSecret([4; 16]))),
        invite(1, Some(InviteSecret([3; 16]))),
    ]);
    bench.keep([invite(2, None)]);
    bench.subject.reopen();
    let expected = [
        (InviteNumber([1; 8]), Some(InviteSecret([3; 16])), 1_900_000_000),
        (InviteNumber([2; 8]), None, 1_900_000_000),
    ];
    assert_eq!(bench.load().invites, expected);
}

fn the_outbox_keeps_its_order(bench: &mut Bench) {
    bench.make();
    let mut waiting: Vec<_> = (0..5)
        .map(|index| bench.scribe.signed(HOST, &message(&index.to_string())))
        .collect();
    bench.keep(waiting.iter().cloned().map(Change::Queue));
    assert_eq!(bench.load().outbox, waiting);
    let gone = waiting.remove(2);
    bench.keep([Change::Unqueue(gone.id), Change::Unqueue(EntryId([0xee; 16]))]);
    bench.subject.reopen();
    assert_eq!(bench.load().outbox, waiting);
}

fn an_entry_waits_once(bench: &mut Bench) {
    bench.make();
    let signed = bench.scribe.signed(HOST, &message("once"));
    bench.keep([Change::Queue(signed.clone())]);
    bench.refuse([Change::Queue(signed)]);
}

fn what_left_the_outbox_may_wait_again(bench: &mut Bench) {
    bench.make();
    let [first, second] = ["a", "b"].map(|text| bench.scribe.signed(HOST, &message(text)));
    bench.keep([Change::Queue(first.clone()), Change::Queue(second.clone())]);
    bench.keep([Change::Unqueue(first.id), Change::Queue(first.clone())]);
    assert_eq!(bench.load().outbox, [second.clone(), first.clone()]);
    // Also at the end of an outbox that was emptied across a crash.
    bench.keep([Change::Unqueue(first.id), Change::Unqueue(second.id)]);
    bench.subject.reopen();
    bench.keep([Change::Queue(second.clone())]);
    assert_eq!(bench.load().outbox, [second]);
}

fn an_own_entry_leaves_the_outbox_when_it_is_in_the_log(bench: &mut Bench) {
    bench.make();
    let signed = bench.scribe.signed(HOST, &message("mine"));
    bench.keep([Change::Queue(signed.clone())]);
    let placed = bench.scribe.place(signed.clone());
    bench.keep([Change::Append(placed), Change::Unqueue(signed.id)]);
    bench.subject.reopen();
    assert_eq!(bench.load().outbox, []);
    assert_eq!(bench.read(), bench.scribe.written);
}

fn own_entries_are_counted(bench: &mut Bench) {
    bench.make();
    assert_eq!(bench.load().counter, 0);
    let mut signed = bench.scribe.signed(HOST, &message("mine"));
    signed.counter = 41;
    bench.keep([Change::Queue(signed.clone())]);
    assert_eq!(bench.load().counter, 42);
    let mut others = bench.scribe.signed(ANN, &message("hers"));
    others.counter = 99;
    let others = bench.scribe.place(others);
    bench.keep([Change::Append(others), Change::Unqueue(signed.id)]);
    bench.subject.reopen();
    assert_eq!(bench.load().counter, 42);
    let mut older = bench.scribe.signed(HOST, &message("older"));
    older.counter = 7;
    bench.keep([Change::Queue(older)]);
    assert_eq!(bench.load().counter, 42);
}

fn on_a_guest_own_entries_are_counted_in_the_log(bench: &mut Bench) {
    bench.make();
    let mut signed = bench.scribe.signed(ANN, &message("from another time"));
    signed.counter = 5;
    let placed = bench.scribe.place(signed);
    bench.keep([Change::Append(placed)]);
    bench.subject.reopen();
    assert_eq!(bench.load().counter, 6);
}

fn reading_goes_on_only(bench: &mut Bench) {
    bench.make();
    for (read, expected) in [(5, 5), (3, 5), (6, 6), (0, 6)] {
        bench.keep([Change::Read(read)]);
        assert_eq!(bench.load().read, expected);
    }
    bench.subject.reopen();
    assert_eq!(bench.load().read, 6);
}

fn words_are_to_be_compared_until_they_were(bench: &mut Bench) {
    bench.make();
    assert_eq!(bench.load().compare, None);
    bench.keep([Change::Compare(None)]);
    let [first, second] = [Words([1, 2, 3, 4]), Words([2047, 0, 256, 255])];
    bench.keep([Change::Compare(Some(first))]);
    bench.keep([Change::Compare(Some(second))]);
    bench.subject.reopen();
    assert_eq!(bench.load().compare, Some(second));
    let another = bench.scribe.begin(2);
    bench.keep([another]);
    assert_eq!(bench.load().compare, Some(second), "the host is the same");
    bench.keep([Change::Compare(None)]);
    bench.subject.reopen();
    assert_eq!(bench.load().compare, None);
}

fn all_names_are_known(bench: &mut Bench) {
    bench.make();
    bench.keep([peer(ANN, 4, "Ann"), peer(BOB, 3, "Bob")].map(Change::Peer));
    for author in [HOST, BOB, ANN, BOB] {
        bench.say(author, "hello");
    }
    let expected: Vec<_> = bench
        .scribe
        .written
        .iter()
        .zip([0, 3, 4, 3])
        .map(|(placed, id)| (MemberId(id), placed.entry.id, placed.seq))
        .collect();
    assert_eq!(bench.load().ids, expected);
    bench.subject.reopen();
    assert_eq!(bench.load().ids, expected);
}

fn names_of_strangers_are_left_out(bench: &mut Bench) {
    bench.make();
    bench.say(BOB, "who is that?");
    bench.say(HOST, "nobody");
    let ids = bench.load().ids;
    assert_eq!(ids.iter().map(|(.., seq)| *seq).collect::<Vec<_>>(), [2]);
}

fn everything_is_there_after_a_crash(bench: &mut Bench) {
    bench.make();
    let signed = bench.scribe.signed(HOST, &message("waiting"));
    let invite = Change::Invite {
        number: InviteNumber([1; 8]),
        secret: Some(InviteSecret([2; 16])),
        expires: 3,
    };
    let changes = vec![
        Change::Peer(peer(ANN, 1, "Ann")),
        bench.scribe.say(ANN, "hello"),
        Change::Head(bench.scribe.head()),
        invite,
        Change::Queue(signed),
        Change::Read(1),
        Change::Compare(Some(Words([5, 6, 7, 8]))),
    ];
    bench.keep(changes);
    let before: Loaded = bench.load();
    assert_eq!((before.outbox.len(), before.invites.len(), before.ids.len()), (1, 1, 1));
    for _ in 0..3 {
        bench.subject.reopen();
        assert_eq!(bench.load(), before);
    }
}

fn a_summary_says_what_the_room_is(bench: &mut Bench) {
    bench.make();
    let mut gone = peer(BOB, 2, "Bob");
    gone.member = false;
    bench.keep([peer(HOST, 0, "Hana"), peer(ANN, 1, "Ann"), gone].map(Change::Peer));
    let summary = bench.store().summary().unwrap().unwrap();
    assert_eq!(summary.room, bench.scribe.kept.room);
    assert_eq!(summary.name, shared("三班"));
    assert_eq!((summary.host, summary.hosting, summary.members), (HOST, true, 2));
    assert_eq!(summary.last, bench.scribe.last);
    assert_eq!((summary.last_message_ms, summary.unread), (None, 0));
}

fn on_a_guest_a_summary_says_who_hosts(bench: &mut Bench) {
    bench.make();
    let summary = bench.store().summary().unwrap().unwrap();
    assert_eq!((summary.host, summary.hosting), (HOST, false));
}

fn a_summary_knows_the_last_message(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "one");
    let at = bench.scribe.written[0].placed_ms;
    let renamed = bench.scribe.append(ANN, &Body::Renamed { name: "Anna".into() });
    bench.keep([renamed]);
    bench.subject.reopen();
    let summary = bench.store().summary().unwrap().unwrap();
    assert_eq!(summary.last_message_ms, Some(at));
    assert_eq!(summary.last, bench.scribe.last);
}

/// Who said the last message, whether that was this computer, and how it reads now.
fn last_message(bench: &mut Bench) -> Option<(String, bool, Option<String>)> {
    let last = bench.store().summary().unwrap().unwrap().last_message?;
    let text = last.text.map(|text| text.to_string());
    Some((last.author.name.to_string(), last.mine, text))
}

fn a_summary_tells_the_last_message_as_it_reads_now(bench: &mut Bench) {
    bench.make();
    assert_eq!(last_message(bench), None);
    bench.keep([Change::Peer(peer(ANN, 1, "Ann")), Change::Peer(peer(BOB, 2, "Bob"))]);
    let read = |who: &str, mine, text: &str| Some((who.to_owned(), mine, Some(text.to_owned())));
    bench.keep([Change::Peer(peer(HOST, 0, "Hana"))]);
    bench.say(HOST, "zero");
    assert_eq!(last_message(bench), read("Hana", true, "zero"));
    bench.say(BOB, "first");
    bench.say(ANN, "one");
    assert_eq!(last_message(bench), read("Ann", false, "one"));
    bench.keep([Change::Peer(peer(ANN, 1, "Anna"))]);
    let target = bench.scribe.target(3);
    let edit = bench.scribe.edit(ANN, target, "eins\u{7}");
    bench.keep([edit]);
    let older = bench.scribe.target(2);
    let edit = bench.scribe.edit(BOB, older, "erstens");
    bench.keep([edit]);
    bench.subject.reopen();
    assert_eq!(last_message(bench), read("Anna", false, "eins\u{fffd}"));
    let gone = bench.scribe.delete(ANN, target);
    bench.keep([gone]);
    assert_eq!(last_message(bench), Some(("Anna".to_owned(), false, None)));
    let plain = bench.scribe.vouch(&"长".repeat(500));
    bench.keep([plain]);
    let (_, mine, text) = last_message(bench).unwrap();
    assert_eq!((mine, text), (false, Some("长".repeat(LAST_MESSAGE_CHARS))));
}

fn unread(bench: &mut Bench) -> u64 {
    bench.store().summary().unwrap().unwrap().unread
}

fn unread_are_messages_of_others(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "one");
    bench.say(HOST, "two");
    let plain = bench.scribe.vouch("three");
    let target: Target = bench.scribe.target(1);
    let edit = bench.scribe.edit(ANN, target, "eins");
    bench.keep([plain, edit]);
    bench.say(BOB, "four");
    assert_eq!(unread(bench), 3);
    bench.keep([Change::Read(1)]);
    assert_eq!(unread(bench), 2);
    bench.keep([Change::Read(3)]);
    bench.subject.reopen();
    assert_eq!(unread(bench), 1);
    bench.keep([Change::Read(1_000_000)]);
    assert_eq!(unread(bench), 0);
}

fn on_a_guest_own_messages_are_read(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "mine");
    bench.say(HOST, "the host's");
    assert_eq!(unread(bench), 1);
}

fn unread_are_counted_up_to_a_bound(bench: &mut Bench) {
    bench.make();
    let changes: Vec<Change> = (0..MAX_UNREAD + 5).map(|_| bench.scribe.say(ANN, "hi")).collect();
    bench.keep(changes);
    assert_eq!(unread(bench), MAX_UNREAD);
    bench.keep([Change::Read(10)]);
    assert_eq!(unread(bench), MAX_UNREAD - 5);
}
