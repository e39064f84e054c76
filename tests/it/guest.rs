//! A guest with a key: what it takes, what it shows and when, what it never loses. One promise, one test.

mod clock;
mod disk;
mod door;
mod lies;
mod line;
mod table;
mod words;

use landline::proto::log::{Body, PlacedEntry, Target};
use landline::proto::message::{ByeReason, DenyReason, Message, Presence, PresenceState, Proof, SubmitRefusal};
use landline::proto::{Command, EntryId, LineEnd, MemberId};

use table::{Disk, Table};
use words::{GINA, HANA, MAX, message, person};

#[test]
fn a_guest_without_anything_knocks_and_then_follows() {
    let mut table = Table::new().start().answers();
    let said = table.said();
    let [Message::Join(join)] = said.as_slice() else {
        panic!("{said:?}");
    };
    assert_eq!((join.room, join.proof), (None, Proof::Knock));
    table
        .welcomes()
        .shows(&[
            "connected to room, resumed false",
            "settings room",
            "joined Hana",
            "known Max",
            "caught up 4",
        ])
        .placed(MAX, "你好")
        .shows(&["Max said 你好"]);
}

#[test]
fn nothing_is_shown_before_it_is_on_disk() {
    let mut table = Table::inside().after(1_000).with_disk(Disk::Waits).placed(MAX, "one");
    table.said();
    let mut table = table.shows_nothing("Max said");
    assert!(table.said().is_empty(), "nor does the host learn that it is");
    let mut table = table.with_disk(Disk::Keeps).shows(&["Max said one"]);
    assert!(table.said().contains(&Message::Stored { seq: 5 }));
}

#[test]
fn an_own_message_is_on_disk_before_it_goes_out_and_is_shown_once() {
    let mut table = Table::inside().with_disk(Disk::Waits).says("hello");
    assert!(table.submitted().is_empty());
    let table = table
        .shows_nothing("queued")
        .with_disk(Disk::Keeps)
        .shows(&["queued hello"]);
    assert_eq!(table.image.outbox.len(), 1);
    let table = table
        .takes_all()
        .shows(&["sent 5", "I said hello"])
        .hears_rest()
        .shows_nothing("I said");
    assert!(
        table.image.outbox.is_empty(),
        "it left the outbox as it entered the log"
    );
}

#[test]
fn after_a_lost_line_everything_unacknowledged_goes_again_in_the_old_order() {
    let mut table = Table::inside().says("one").says("two").says("three");
    let first = table.submitted();
    let mut table = table
        .loses_line(LineEnd::Reset)
        .shows(&["lost Reset"])
        .after(500)
        .answers()
        .welcomes();
    assert_eq!(table.submitted(), first);
    let kept: Vec<EntryId> = table.image.outbox.iter().map(|entry| entry.id).collect();
    assert_eq!(kept, first.iter().map(|entry| entry.id).collect::<Vec<_>>());
}

#[test]
fn after_a_crash_the_outbox_is_still_there_and_the_log_is_shown_without_the_host() {
    let mut table = Table::inside().placed(MAX, "before").says("mine").crash().start();
    let events = table.seen_events();
    assert!(
        events.ends_with(&["Max said before".to_owned(), "queued mine".to_owned()]),
        "{events:?}"
    );
    let mut table = table.answers().welcomes();
    assert_eq!(table.submitted().len(), 1);
    table.shows(&["connected to room, resumed true", "caught up 0"]);
}

#[test]
fn what_stands_in_the_log_already_does_not_go_out_again_whatever_the_outbox_says() {
    let mut table = Table::inside().says("hello");
    let waiting = table.image.outbox.clone();
    table = table.takes_all().hears_rest().crash();
    table.image.outbox = waiting;
    let mut table = table.start().shows_nothing("queued hello").answers().welcomes();
    assert!(table.submitted().is_empty() && table.image.outbox.is_empty());
}

#[test]
fn a_refusal_for_now_keeps_the_order_and_comes_back() {
    let mut table = Table::inside().says("one").says("two").refuses(SubmitRefusal::Busy);
    assert!(table.submitted().is_empty());
    let mut table = table.shows(&["refused one", "refused two"]).after(1_000);
    let texts: Vec<EntryId> = table.submitted().iter().map(|entry| entry.id).collect();
    assert_eq!(
        texts,
        table.image.outbox.iter().map(|entry| entry.id).collect::<Vec<_>>()
    );
}

#[test]
fn a_refusal_for_good_gives_the_text_back() {
    let table = Table::inside().says("no").refuses(SubmitRefusal::NotMember);
    assert_eq!(table.image.outbox.len(), 1, "people are told before it is forgotten");
    let table = table.shows(&["refused no: Host(NotMember)"]).after(0);
    assert!(table.image.outbox.is_empty());
}

#[test]
fn a_gap_is_asked_for_again() {
    let mut table = Table::inside();
    table.place(MAX, &message("missed"));
    table.place(MAX, &message("seen"));
    let last = table.log.last().cloned().into_iter().collect();
    let table = table.hears_entries(last).shows_nothing("Max said").after(500);
    table
        .answers()
        .welcomes()
        .shows(&["Max said missed", "Max said seen", "caught up 2"]);
}

#[test]
fn the_same_entry_again_is_ignored() {
    let table = Table::inside().placed(MAX, "once");
    let last = table.log.last().cloned().into_iter().collect();
    let table = table
        .shows(&["Max said once"])
        .hears_entries(last)
        .shows_nothing("Max said");
    assert_eq!(table.image.last(), 5);
}

#[test]
fn two_stories_of_a_host_are_proven() {
    let mut table = Table::inside().placed(MAX, "one story");
    table.log.pop();
    table.place(MAX, &message("another story"));
    let other = table.log.last().cloned().into_iter().collect();
    table
        .hears_entries(other)
        .shows(&["Notice { notice: TwoStories", "closed TwoStories"]);
}

/// An entry that its author has not signed like this, whatever was altered.
#[track_caller]
fn is_forged(alter: impl FnOnce(&mut Table)) {
    let mut table = Table::inside().placed(MAX, "before");
    alter(&mut table);
    let last = table.image.last();
    let table = table.hears_rest().shows(&["closed Forged"]);
    assert_eq!(table.image.last(), last, "and it is not kept");
}

#[test]
fn words_that_their_author_has_not_signed_end_the_room() {
    is_forged(|table| {
        let mut entry = table.written(MAX, &message("I owe Hana 100"));
        entry.signature = table.written(MAX, &message("I owe Hana 1")).signature;
        table.append(entry);
    });
}

#[test]
fn words_of_somebody_who_is_no_member_end_the_room() {
    is_forged(|table| {
        table.place(77, &message("let me in"));
    });
}

#[test]
fn words_of_somebody_who_was_removed_end_the_room() {
    is_forged(|table| {
        let member = person(MAX).key();
        table.place(HANA, &Body::Removed { member });
        let removed = table.log.last().cloned().into_iter().collect::<Vec<PlacedEntry>>();
        let head = Some(table.head());
        let page = Message::Entries { entries: removed, head };
        *table = std::mem::replace(table, Table::new()).hears(page);
        table.place(MAX, &message("still here"));
    });
}

#[test]
fn a_member_who_removes_another_ends_the_room() {
    is_forged(|table| {
        let member = person(GINA).key();
        table.place(MAX, &Body::Removed { member });
    });
}

#[test]
fn a_member_who_edits_anothers_words_ends_the_room() {
    is_forged(|table| {
        let target = Target {
            seq: 5,
            id: table.log[4].entry.id,
        };
        table.place(
            HANA,
            &Body::Edit {
                target,
                text: "I never said so".into(),
            },
        );
    });
}

#[test]
fn the_same_words_at_two_places_end_the_room() {
    is_forged(|table| {
        let again = table.log[4].entry.clone();
        table.append(again);
    });
}

#[test]
fn an_entry_that_does_not_follow_ends_the_room() {
    is_forged(|table| {
        let entry = table.written(MAX, &message("elsewhere"));
        let elsewhere = table.seen(2).hash;
        table.log.push(entry.place(6, 1, &elsewhere));
    });
}

#[test]
fn a_head_that_the_host_has_not_signed_ends_the_room() {
    let table = Table::inside();
    let mut head = table.head();
    head.seq += 1;
    let entries = Vec::new();
    table
        .hears(Message::Entries {
            entries,
            head: Some(head),
        })
        .shows(&["closed Forged"]);
}

#[test]
fn edits_deletions_reactions_and_names_are_shown() {
    let mut table = Table::inside().placed(MAX, "tpyo");
    let target = Target {
        seq: 5,
        id: table.log[4].entry.id,
    };
    let text = "typo".into();
    table.place(MAX, &Body::Edit { target, text });
    let emoji = "👍".into();
    table.place(
        HANA,
        &Body::Reaction {
            target,
            emoji,
            on: true,
        },
    );
    table.place(MAX, &Body::Renamed { name: "Maxine".into() });
    table.place(MAX, &Body::Delete { target });
    table.hears_rest().shows(&[
        "edited 5: typo",
        "reacted 5 👍 true",
        "Max is now Maxine",
        "deleted 5 by Maxine",
    ]);
}

#[test]
fn a_name_that_looks_like_anothers_is_shown_with_its_key() {
    let mut table = Table::inside();
    table.place(MAX, &Body::Renamed { name: "Ｈana".into() });
    let events = table.hears_rest().seen_events();
    assert!(
        events
            .iter()
            .any(|event| event.starts_with("Max is now") && event.contains('(')),
        "{events:?}"
    );
}

#[test]
fn another_line_tells_who_has_gone_meanwhile() {
    let here = Presence {
        id: MemberId(1),
        key: Some(person(MAX).key()),
        name: "Max".into(),
        state: PresenceState::Here,
    };
    Table::inside()
        .hears(Message::Presence(vec![here]))
        .shows(&["joined Max"])
        .loses_line(LineEnd::Finished)
        .after(500)
        .answers()
        .welcomes()
        .placed(HANA, "hi")
        .shows(&["left Max", "Hana said hi"]);
}

#[test]
fn a_host_that_lost_its_log_gets_it_back() {
    let table = Table::inside().placed(MAX, "one").placed(MAX, "two");
    let mut table = table.hears(Message::Missing { from: 6 });
    let said = table.said();
    let Some(Message::Entries { entries, head }) = said.last() else {
        panic!("{said:?}");
    };
    assert_eq!((entries.as_slice(), *head), (&table.log[5..], Some(table.head())));
}

#[test]
fn a_host_with_another_key_is_refused_before_it_learns_anything() {
    let mut table = Table::inside().loses_line(LineEnd::Finished).after(500);
    table.become_another_host();
    table.said();
    let mut table = table.answers();
    assert!(table.said().is_empty());
    table.shows(&["closed HostKeyChanged"]);
}

#[test]
fn another_history_is_begun_on_the_hosts_word_only() {
    let mut table = Table::inside()
        .placed(MAX, "old")
        .loses_line(LineEnd::Finished)
        .after(500);
    table.begin_another_history();
    let table = table.answers().welcomes();
    assert_eq!((table.image.aside, table.image.last()), (5, 4));
    table.shows(&["another history", "caught up 4"]);
}

impl Table {
    fn after_calls(&mut self, milliseconds: u64) -> usize {
        *self = std::mem::replace(self, Self::new()).after(milliseconds);
        self.connects
    }
}

#[test]
fn who_is_denied_or_removed_stays_away() {
    Table::new()
        .start()
        .answers()
        .hears(Message::Denied(DenyReason::Refused))
        .shows(&["closed Denied(Refused)"]);
    let table = Table::inside()
        .hears(Message::Bye(ByeReason::Removed))
        .shows(&["closed Removed"]);
    assert_eq!(table.after(60_000).connects, 0);
}

#[test]
fn a_host_that_goes_is_waited_for() {
    let table = Table::inside()
        .hears(Message::Bye(ByeReason::Leaving))
        .shows(&["lost Finished"])
        .after(500);
    assert_eq!(table.connects, 1);
}

#[test]
fn what_waits_goes_out_when_people_know_that_the_line_is_back() {
    let table = Table::inside().says("x").loses_line(LineEnd::Reset).after(500);
    let mut table = table.answers().with_disk(Disk::Waits);
    drop(table.said());
    let mut table = table.welcomes();
    assert!(table.submitted().is_empty());
    table = table.with_disk(Disk::Keeps);
    table.takes_all().shows(&["lost Reset", "connected", "sent 5"]);
}

#[test]
fn a_host_gets_one_page_at_a_time_of_what_it_has_lost() {
    let mut table = Table::inside().with_disk(Disk::Waits);
    drop(table.said());
    for _ in 0..10 {
        table = table.hears(Message::Missing { from: 1 });
    }
    let mut table = table.with_disk(Disk::Keeps);
    let pages = table.said();
    assert!(matches!(pages.as_slice(), [Message::Entries { entries, .. }] if entries.len() == 4));
}

#[test]
fn leaving_waits_for_what_was_said_but_not_for_ever() {
    let table = Table::inside()
        .says("last words")
        .wants(Command::Leave)
        .shows_nothing("closed");
    table.takes_all().shows(&["sent 5", "closed Left"]);
    let table = Table::inside()
        .says("last words")
        .wants(Command::Leave)
        .after(9_999)
        .shows_nothing("closed");
    table.after(1).shows(&["closed Left"]);
}
