//! Conformance: any text of one character and more is found, as messages read now.

use landline::proto::log::{Body, Change, Target};
use landline::proto::wire::encode_body;

use super::conformance::checks;
use super::scribe::{ANN, BOB, Bench, HOST, NOWHERE, shared};

checks![
    every_part_of_a_text_is_found,
    every_part_is_found_in_the_index,
    two_chinese_characters_are_found,
    upper_and_lower_case_are_the_same,
    forms_of_a_character_are_the_same,
    the_newest_comes_first,
    a_search_has_a_limit,
    nothing_is_found_by_nothing,
    signs_are_only_signs,
    what_is_found_is_told_whole,
    an_edit_replaces_the_words,
    an_edit_does_not_move_a_message,
    the_last_edit_counts,
    nobody_edits_the_words_of_others,
    an_edit_must_mean_its_target,
    what_was_taken_back_is_not_found,
    the_host_may_take_anything_back,
    others_may_not,
    what_was_taken_back_stays_so,
    a_plain_guests_words_are_found,
    nobody_edits_a_plain_guests_words,
    a_reply_is_found,
    words_of_other_entries_are_not_found,
    control_characters_do_not_divide_words,
    a_long_query_is_compared_to_its_end,
    a_query_may_be_longer_than_all_texts,
    nothing_is_missed_while_the_index_is_behind,
    nothing_is_missed_after_a_crash,
    many_are_found_across_index_and_backlog,
];

fn every_part(bench: &mut Bench) {
    let texts = ["Grüße, ﬁne café!", "会议在 3 点 🙂", "a", "İstanbul ß", "x\ty\nz"];
    for text in texts {
        bench.say(ANN, text);
    }
    bench.rest();
    for (text, seq) in texts.iter().zip(1..) {
        let characters: Vec<char> = text.chars().collect();
        for start in 0..characters.len() {
            for end in start + 1..=characters.len() {
                let part: String = characters[start..end].iter().collect();
                assert!(bench.find(&part).contains(&seq), "{part:?} of {text:?}");
            }
        }
    }
}

fn every_part_of_a_text_is_found(bench: &mut Bench) {
    bench.make();
    every_part(bench);
}

/// So many messages that the rest goes to the index.
fn fill(bench: &mut Bench) {
    let changes: Vec<Change> = (0..300).map(|_| bench.scribe.say(BOB, "~")).collect();
    bench.keep(changes);
}

fn every_part_is_found_in_the_index(bench: &mut Bench) {
    bench.make();
    let texts = ["Grüße, ﬁne café!", "会议在 3 点 🙂", "x\ty\nz"];
    for text in texts {
        bench.say(ANN, text);
    }
    fill(bench);
    bench.rest();
    for _ in 0..2 {
        for (text, seq) in texts.iter().zip(1..) {
            let characters: Vec<char> = text.chars().collect();
            for start in 0..characters.len() {
                for end in start + 1..=characters.len() {
                    let part: String = characters[start..end].iter().collect();
                    assert!(bench.find(&part).contains(&seq), "{part:?} of {text:?}");
                }
            }
        }
        bench.subject.reopen();
    }
}

fn two_chinese_characters_are_found(bench: &mut Bench) {
    bench.make();
    for text in ["今天下午开会", "开，会", "会议", "我们开会吧", "开"] {
        bench.say(ANN, text);
    }
    fill(bench);
    bench.rest();
    assert_eq!(bench.find("开会"), [4, 1]);
    assert_eq!(bench.find("开"), [5, 4, 2, 1]);
    assert_eq!(bench.find("下午开"), [1]);
    assert_eq!(bench.find("会开"), NOWHERE);
}

fn upper_and_lower_case_are_the_same(bench: &mut Bench) {
    bench.make();
    for text in ["Hello", "HELLO", "hello", "ÄRGER", "ärger", "Привет"] {
        bench.say(ANN, text);
    }
    for query in ["hello", "HELLO", "hElLo"] {
        assert_eq!(bench.find(query), [3, 2, 1], "{query}");
    }
    assert_eq!(bench.find("Ärg"), [5, 4]);
    assert_eq!(bench.find("ПРИВЕТ"), [6]);
}

fn forms_of_a_character_are_the_same(bench: &mut Bench) {
    bench.make();
    for text in ["ＡＢＣ１２３", "abc123", "caf\u{e9}", "cafe\u{301}"] {
        bench.say(ANN, text);
    }
    assert_eq!(bench.find("bc12"), [2, 1]);
    assert_eq!(bench.find("ｂｃ１２"), [2, 1]);
    assert_eq!(bench.find("caf\u{e9}"), [4, 3]);
}

fn the_newest_comes_first(bench: &mut Bench) {
    bench.make();
    for index in 0..40 {
        bench.say(ANN, if index % 3 == 0 { "needle" } else { "hay" });
    }
    let expected: Vec<u64> = (0..40)
        .rev()
        .filter(|index| index % 3 == 0)
        .map(|index| index + 1)
        .collect();
    assert_eq!(bench.find("needle"), expected);
    assert_eq!(bench.find("n"), expected);
}

fn a_search_has_a_limit(bench: &mut Bench) {
    bench.make();
    for _ in 0..5 {
        bench.say(ANN, "needle");
    }
    for (limit, expected) in [(0, 0), (1, 1), (4, 4), (5, 5), (6, 5)] {
        let found = bench.store().search("eed", limit).unwrap();
        let places: Vec<u64> = found.iter().map(|found| found.entry.seq).collect();
        assert_eq!(places, (1..=5).rev().take(expected).collect::<Vec<_>>());
    }
}

fn nothing_is_found_by_nothing(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "hay");
    assert_eq!(bench.find(""), NOWHERE);
    assert_eq!(bench.find("needle"), NOWHERE);
    assert_eq!(bench.find("z"), NOWHERE);
    assert_eq!(bench.find(" "), NOWHERE);
}

fn signs_are_only_signs(bench: &mut Bench) {
    bench.make();
    let texts = [
        "100% sure",
        "snake_case",
        "say \"hello\" AND go",
        "it's; DROP TABLE entry;--",
        "a*b (c) -d ^e {f} col:g NEAR(h, 2)",
        "back\\slash ~ [brackets]",
    ];
    for text in texts {
        bench.say(ANN, text);
    }
    fill(bench);
    bench.rest();
    for (text, seq) in texts.iter().zip(1..) {
        assert_eq!(bench.find(text), [seq], "{text}");
    }
    for (query, expected) in [
        ("%", vec![1]),
        ("%s", vec![]),
        ("_", vec![2]),
        ("\"", vec![3]),
        ("\"\"", vec![]),
        ("\" OR \"", vec![]),
        ("hello* ", vec![]),
        ("piece:hello", vec![]),
        ("hello OR snake", vec![]),
        ("NOT", vec![]),
        ("'", vec![4]),
        ("*", vec![5]),
        ("a*", vec![5]),
        ("^e", vec![5]),
        ("(c)", vec![5]),
        ("\\", vec![6]),
        ("\0", vec![]),
        ("\u{1}", vec![]),
        ("w\u{1}\u{1}", vec![]),
        ("\u{e020}", vec![]),
    ] {
        assert_eq!(bench.find(query), expected, "{query:?}");
    }
}

fn what_is_found_is_told_whole(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "One needle\r\nin a stack");
    let [found] = &*bench.store().search("NEEDLE", 9).unwrap() else {
        panic!("one is found");
    };
    assert_eq!(found.entry, bench.scribe.written[0]);
    assert_eq!((&*found.text, found.edited), ("One needle\nin a stack", false));
}

fn edit(bench: &mut Bench, seq: u64, text: &str) {
    let target = bench.scribe.target(seq);
    let edit = bench.scribe.edit(ANN, target, text);
    bench.keep([edit]);
}

fn an_edit_replaces_the_words(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "tomorow at five");
    edit(bench, 1, "tomorrow at six");
    for _ in 0..2 {
        assert_eq!(bench.find("five"), NOWHERE);
        assert_eq!(bench.find("tomorow"), NOWHERE);
        let [found] = &*bench.store().search("six", 9).unwrap() else {
            panic!("one is found");
        };
        assert_eq!(found.entry, bench.scribe.written[0]);
        assert_eq!((&found.text, found.edited), (&shared("tomorrow at six"), true));
        fill(bench);
        bench.rest();
    }
}

fn an_edit_does_not_move_a_message(bench: &mut Bench) {
    bench.make();
    for text in ["needle", "hay", "needle", "hay", "needle"] {
        bench.say(ANN, text);
    }
    edit(bench, 2, "a needle now");
    edit(bench, 3, "nothing");
    for _ in 0..2 {
        assert_eq!(bench.find("needle"), [5, 2, 1]);
        let newest = bench.store().search("needle", 2).unwrap();
        assert_eq!(newest.iter().map(|found| found.entry.seq).collect::<Vec<_>>(), [5, 2]);
        fill(bench);
        bench.rest();
    }
}

fn the_last_edit_counts(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "alpha");
    for text in ["beta", "gamma", "beta"] {
        edit(bench, 1, text);
    }
    assert_eq!(bench.find("beta"), [1]);
    assert_eq!(bench.find("a"), [1]);
    assert_eq!((bench.find("gamma"), bench.find("alpha")), (vec![], vec![]));
}

fn nobody_edits_the_words_of_others(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "mine");
    let target = bench.scribe.target(1);
    let edits = [BOB, HOST].map(|key| bench.scribe.edit(key, target, "yours"));
    bench.keep(edits);
    assert_eq!(bench.find("mine"), [1]);
    assert_eq!(bench.find("yours"), NOWHERE);
}

fn an_edit_must_mean_its_target(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "one");
    bench.say(ANN, "two");
    let id = bench.scribe.target(2).id;
    let nowhere = [0, 1, 3, 4, 99, u64::MAX >> 12].map(|seq| Target { seq, id });
    let edits = nowhere.map(|target| bench.scribe.edit(ANN, target, "other"));
    bench.keep(edits);
    let own = bench.scribe.target(3);
    let of_an_edit = bench.scribe.edit(ANN, own, "other");
    let mut itself = bench.scribe.signed(ANN, &Body::Unknown);
    let (seq, id) = (bench.scribe.last.seq + 1, itself.id);
    let (target, text) = (Target { seq, id }, "other".into());
    itself.body = encode_body(&Body::Edit { target, text });
    let of_itself = Change::Append(bench.scribe.place(itself));
    bench.keep([of_an_edit, of_itself]);
    assert_eq!(bench.find("other"), NOWHERE);
    assert_eq!(bench.find("one"), [1]);
}

fn what_was_taken_back_is_not_found(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "oh no");
    bench.say(ANN, "oh yes");
    edit(bench, 1, "oh well");
    let target = bench.scribe.target(1);
    let delete = bench.scribe.delete(ANN, target);
    bench.keep([delete]);
    for _ in 0..2 {
        assert_eq!(bench.find("oh"), [2]);
        assert_eq!(bench.find("well"), NOWHERE);
        bench.subject.reopen();
    }
}

fn the_host_may_take_anything_back(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "rude");
    let plain = bench.scribe.vouch("rude too");
    let targets = [1, 2].map(|seq| bench.scribe.target(seq));
    let deletes = targets.map(|target| bench.scribe.delete(HOST, target));
    bench.keep([plain].into_iter().chain(deletes));
    assert_eq!(bench.find("rude"), NOWHERE);
}

fn others_may_not(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "stays");
    let target = bench.scribe.target(1);
    let delete = bench.scribe.delete(BOB, target);
    bench.keep([delete]);
    assert_eq!(bench.find("stays"), [1]);
}

fn what_was_taken_back_stays_so(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "gone");
    let target = bench.scribe.target(1);
    let delete = bench.scribe.delete(ANN, target);
    bench.keep([delete]);
    edit(bench, 1, "gone, or not");
    assert_eq!(bench.find("gone"), NOWHERE);
}

fn a_plain_guests_words_are_found(bench: &mut Bench) {
    bench.make();
    let plain = bench.scribe.vouch("天王盖地虎");
    bench.keep([plain]);
    assert_eq!(bench.find("盖地"), [1]);
}

fn nobody_edits_a_plain_guests_words(bench: &mut Bench) {
    bench.make();
    let plain = bench.scribe.vouch("said so");
    let target = bench.scribe.target(1);
    let edit = bench.scribe.edit(HOST, target, "never said");
    bench.keep([plain, edit]);
    assert_eq!(bench.find("said so"), [1]);
    assert_eq!(bench.find("never"), NOWHERE);
}

fn a_reply_is_found(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "question");
    let reply_to = Some(bench.scribe.target(1));
    let text = "answer".into();
    let reply = bench.scribe.append(BOB, &Body::Message { text, reply_to });
    bench.keep([reply]);
    assert_eq!(bench.find("answer"), [2]);
}

fn words_of_other_entries_are_not_found(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "hello");
    let target = bench.scribe.target(1);
    let emoji = "👍".into();
    let others = [
        Body::Renamed { name: "Anna".into() },
        Body::Reaction {
            target,
            emoji,
            on: true,
        },
        Body::Unknown,
    ]
    .map(|body| bench.scribe.append(ANN, &body));
    bench.keep(others);
    assert_eq!((bench.find("Anna"), bench.find("👍")), (vec![], vec![]));
}

fn control_characters_do_not_divide_words(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "in\u{202e}vis\u{2066}ible");
    bench.say(ANN, "bell\u{7}");
    assert_eq!(bench.find("invisible"), [1]);
    assert_eq!(bench.find("bell\u{fffd}"), [2]);
}

fn a_long_query_is_compared_to_its_end(bench: &mut Bench) {
    bench.make();
    let long: String = (0..400).map(|index| format!("{index} ")).collect();
    bench.say(ANN, &long);
    bench.say(ANN, &format!("{long}!"));
    fill(bench);
    bench.rest();
    assert_eq!(bench.find(&long), [2, 1]);
    assert_eq!(bench.find(&format!("{long}!")), [2]);
    assert_eq!(bench.find(&format!("{long}?")), NOWHERE);
}

fn a_query_may_be_longer_than_all_texts(bench: &mut Bench) {
    bench.make();
    bench.say(ANN, "aaa");
    fill(bench);
    bench.rest();
    assert_eq!(bench.find(&"a".repeat(100_000)), NOWHERE);
    assert_eq!(bench.find(&"开".repeat(100_000)), NOWHERE);
}

fn nothing_is_missed_while_the_index_is_behind(bench: &mut Bench) {
    bench.make();
    let mut expected = Vec::new();
    for round in 0..8 {
        let changes: Vec<Change> = (0..100)
            .map(|index| bench.scribe.say(ANN, &format!("needle {round}/{index}")))
            .collect();
        expected.splice(0..0, (round * 100 + 1..=round * 100 + 100).rev());
        bench.keep(changes);
        bench.store().rest();
        assert_eq!(bench.find("needle"), expected);
        assert_eq!(bench.find("e"), expected);
    }
}

fn nothing_is_missed_after_a_crash(bench: &mut Bench) {
    bench.make();
    for round in 0..6 {
        let changes: Vec<Change> = (0..150).map(|_| bench.scribe.say(ANN, "needle")).collect();
        bench.keep(changes);
        if round % 2 == 0 {
            bench.store().rest();
        }
        bench.subject.reopen();
        assert_eq!(bench.find("needle").len(), bench.scribe.written.len());
        assert_eq!(bench.find("ne").len(), bench.scribe.written.len());
    }
}

fn many_are_found_across_index_and_backlog(bench: &mut Bench) {
    bench.make();
    fill(bench);
    bench.say(ANN, "old needle");
    fill(bench);
    bench.rest();
    bench.say(ANN, "new needle");
    edit(bench, 301, "old needle, edited");
    assert_eq!(bench.find("needle"), [602, 301]);
    assert_eq!(bench.find("edited"), [301]);
}
