//! Conformance: another history begins, and the former is kept aside.

use landline::proto::invite::InviteSecret;
use landline::proto::log::{Change, InviteNumber, Loaded};

use super::conformance::checks;
use super::scribe::{ANN, BOB, Bench, HOST, NOWHERE, message, peer};

checks![
    another_history_begins_empty,
    a_former_history_can_be_read,
    members_invites_and_outbox_stay,
    a_name_may_be_used_again_in_another_history,
    a_former_history_is_not_searched,
    an_epoch_may_come_back,
    a_history_may_begin_amid_a_batch,
    a_refused_batch_begins_no_history,
    an_empty_history_is_kept_too,
    a_host_knows_the_names_of_this_history,
];

fn another_history_begins_empty(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "one");
    bench.keep([Change::Head(bench.scribe.head()), Change::Read(1)]);
    let begin = bench.scribe.begin(8);
    bench.keep([begin]);
    for _ in 0..2 {
        assert_eq!(bench.load(), Loaded::new(bench.scribe.kept.clone()));
        assert_eq!(bench.read(), []);
        let summary = bench.store().summary().unwrap().unwrap();
        assert_eq!((summary.last_message_ms, summary.unread), (None, 0));
        bench.subject.reopen();
    }
    bench.say(ANN, "uno");
    assert_eq!(bench.read(), bench.scribe.written);
    assert_eq!(bench.load().last.seq, 1);
}

fn a_former_history_can_be_read(bench: &mut Bench) {
    bench.make();
    for text in ["one", "two", "three"] {
        bench.say(ANN, text);
    }
    let former = bench.scribe.clone();
    let begin = bench.scribe.begin(8);
    bench.keep([begin]);
    bench.say(ANN, "uno");
    for _ in 0..2 {
        let [told] = &*bench.store().former().unwrap() else {
            panic!("there is one former history");
        };
        assert_eq!((told.number, told.epoch), (1, former.kept.epoch));
        assert_eq!((told.floor, told.last), (former.kept.floor, former.last));
        assert_eq!(told.settings, former.kept.settings);
        let store = bench.store();
        assert_eq!(store.read_former(1, 0, 99).unwrap(), former.written);
        assert_eq!(store.read_former(1, 2, 1).unwrap(), former.written[1..2]);
        assert_eq!(store.read_former(1, 4, 1).unwrap(), []);
        assert_eq!(store.read_former(2, 0, 99).unwrap(), []);
        assert_eq!(store.read_former(u32::MAX, 0, 99).unwrap(), []);
        bench.subject.reopen();
    }
}

fn members_invites_and_outbox_stay(bench: &mut Bench) {
    bench.make();
    let waiting = bench.scribe.signed(HOST, &message("waiting"));
    let invite = Change::Invite {
        number: InviteNumber([1; 8]),
        secret: Some(InviteSecret([2; 16])),
        expires: 3,
    };
    bench.keep([
        Change::Peer(peer(ANN, 1, "Ann")),
        Change::Queue(waiting.clone()),
        invite,
    ]);
    let begin = bench.scribe.begin(8);
    bench.keep([begin]);
    bench.subject.reopen();
    let loaded = bench.load();
    assert_eq!(loaded.peers, [peer(ANN, 1, "Ann")]);
    assert_eq!(loaded.outbox, [waiting]);
    assert_eq!((loaded.invites.len(), loaded.counter), (1, 1));
}

fn a_name_may_be_used_again_in_another_history(bench: &mut Bench) {
    bench.make();
    let signed = bench.scribe.signed(ANN, &message("again"));
    let first = bench.scribe.place(signed.clone());
    bench.keep([Change::Append(first)]);
    let begin = bench.scribe.begin(8);
    let again = bench.scribe.place(signed.clone());
    bench.keep([begin, Change::Append(again)]);
    assert_eq!(bench.read(), bench.scribe.written);
    let third = bench.scribe.clone().place(signed);
    bench.refuse([Change::Append(third)]);
}

fn a_former_history_is_not_searched(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "needle");
    let changes: Vec<Change> = (0..600).map(|_| bench.scribe.say(ANN, "needle")).collect();
    bench.keep(changes);
    bench.rest();
    bench.say(ANN, "needle");
    let begin = bench.scribe.begin(8);
    bench.keep([begin]);
    assert_eq!(bench.find("needle"), NOWHERE);
    bench.say(ANN, "hay");
    bench.say(ANN, "needle");
    assert_eq!(bench.find("needle"), [2]);
    bench.subject.reopen();
    assert_eq!(bench.find("needle"), [2]);
}

fn an_epoch_may_come_back(bench: &mut Bench) {
    bench.make();
    let mut logs = Vec::new();
    for (epoch, text) in [(8, "b"), (7, "a"), (8, "b again")] {
        logs.push(bench.scribe.written.clone());
        let begin = bench.scribe.begin(epoch);
        bench.keep([begin]);
        bench.say(BOB, text);
    }
    bench.subject.reopen();
    assert_eq!(bench.read(), bench.scribe.written);
    let former = bench.store().former().unwrap();
    assert_eq!(former.iter().map(|former| former.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(
        former.iter().map(|former| former.epoch.0[0]).collect::<Vec<_>>(),
        [7, 8, 7]
    );
    for (number, log) in (1..).zip(logs) {
        assert_eq!(bench.store().read_former(number, 0, 9).unwrap(), log);
    }
}

fn a_history_may_begin_amid_a_batch(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "one");
    let two = bench.scribe.say(ANN, "two");
    let first = bench.scribe.written.clone();
    let begin = bench.scribe.begin(8);
    let uno = bench.scribe.say(ANN, "uno");
    let second = bench.scribe.written.clone();
    let again = bench.scribe.begin(9);
    let eins = bench.scribe.say(ANN, "eins");
    bench.keep([two, begin, uno, again, eins]);
    for _ in 0..2 {
        assert_eq!(bench.read(), bench.scribe.written);
        assert_eq!(bench.store().read_former(1, 0, 9).unwrap(), first);
        assert_eq!(bench.store().read_former(2, 0, 9).unwrap(), second);
        assert_eq!(bench.find("eins"), [1]);
        assert_eq!(bench.find("uno"), NOWHERE);
        bench.subject.reopen();
    }
}

fn a_refused_batch_begins_no_history(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "one");
    let mut scribe = bench.scribe.clone();
    let begin = scribe.begin(8);
    let uno = scribe.say(ANN, "uno");
    bench.refuse([begin, uno.clone(), uno]);
    assert_eq!(bench.find("one"), [1]);
    bench.say(ANN, "two");
    bench.subject.reopen();
    assert_eq!(bench.read(), bench.scribe.written);
}

fn an_empty_history_is_kept_too(bench: &mut Bench) {
    bench.make();
    let begin = bench.scribe.begin(8);
    bench.keep([begin]);
    let [former] = &*bench.store().former().unwrap() else {
        panic!("there is one former history");
    };
    assert_eq!(former.floor, former.last);
    assert_eq!(bench.store().read_former(1, 0, 9).unwrap(), []);
}

fn a_host_knows_the_names_of_this_history(bench: &mut Bench) {
    bench.make();
    bench.say(HOST, "one");
    let begin = bench.scribe.begin(8);
    bench.keep([begin]);
    assert_eq!(bench.load().ids, []);
    bench.say(HOST, "uno");
    bench.subject.reopen();
    let ids: Vec<_> = bench.load().ids.into_iter().map(|(_, id, _)| id).collect();
    assert_eq!(ids, [bench.scribe.written[0].entry.id]);
}
