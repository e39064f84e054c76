//! A host that lies: what a guest does not believe.

use landline::proto::MemberId;
use landline::proto::log::{Admission, Body, Hash, Seen, SignedHead};
use landline::proto::message::{Message, Presence, PresenceState};

use super::table::{Disk, EPOCH, ROOM, Table};
use super::words::{HANA, MAX, message, person};

const MALLORY: u64 = 66;

#[track_caller]
fn ends_as_forged(table: &mut Table, without: &str) {
    let events = table.seen_events();
    assert!(events.iter().any(|event| event.contains("closed Forged")), "{events:?}");
    assert!(!events.iter().any(|event| event.contains(without)), "{events:?}");
}

fn acknowledged(table: &mut Table, seq: u64) -> Message {
    let id = table.submitted().first().unwrap().id;
    let hash = Hash([4; 32]);
    Message::Acknowledged { id, seq, hash }
}

#[test]
fn what_is_acknowledged_where_something_else_stands_stays_in_the_outbox() {
    for place in [0, 1, 4] {
        let mut table = Table::inside().says("mine");
        let answer = acknowledged(&mut table, place);
        let mut table = table.hears(answer);
        assert_eq!(table.image.outbox.len(), 1, "at {place}");
        ends_as_forged(&mut table, "sent");
    }
}

#[test]
fn an_acknowledged_entry_stays_in_the_outbox_until_it_comes() {
    let mut table = Table::inside().says("mine");
    let answer = acknowledged(&mut table, 9);
    let mut table = table
        .hears(answer)
        .loses_line(landline::proto::LineEnd::Reset)
        .after(500);
    assert_eq!(table.image.outbox.len(), 1);
    table = table.answers().welcomes();
    assert_eq!(table.submitted().len(), 1, "it goes again");
}

#[test]
fn a_welcome_that_contradicts_itself_is_none() {
    for (seq, hash) in [(0, Hash([6; 32])), (4, Hash([6; 32])), (5, Hash([6; 32]))] {
        let table = Table::new().start().answers();
        let mut welcome = table.welcome();
        welcome.floor = Seen { seq, hash };
        ends_as_forged(&mut table.hears(Message::Welcome(welcome)), "connected");
    }
}

#[test]
fn entries_on_which_the_host_has_not_given_its_word_are_not_taken() {
    let mut table = Table::inside();
    table.place(MAX, &message("deniable"));
    let entries = vec![table.log.last().unwrap().clone()];
    let mut table = table.hears(Message::Entries { entries, head: None });
    ends_as_forged(&mut table, "Max said");
}

#[test]
fn a_word_of_the_host_on_a_later_entry_is_enough() {
    let mut table = Table::inside();
    table.place(MAX, &message("one"));
    table.place(MAX, &message("two"));
    let head = Some(table.head());
    let pages: Vec<_> = table.log[4..].iter().map(|placed| vec![placed.clone()]).collect();
    for entries in pages {
        table = table.hears(Message::Entries { entries, head });
    }
    table.shows(&["Max said one", "Max said two"]);
}

#[test]
fn an_entry_that_is_not_the_one_the_host_has_signed_is_not_taken() {
    let mut table = Table::inside();
    let promised = SignedHead::sign(&person(HANA), ROOM, EPOCH, 5, Hash([9; 32]));
    table = table.hears(Message::Entries {
        entries: Vec::new(),
        head: Some(promised),
    });
    table.place(MAX, &message("something else"));
    table.place(MAX, &message("and more"));
    ends_as_forged(&mut table.hears_rest(), "Max said");
}

#[test]
fn presence_does_not_make_a_member_somebody_else() {
    let presence = Presence {
        id: MemberId(1),
        key: Some(person(MALLORY).key()),
        name: "Max".into(),
        state: PresenceState::Here,
    };
    Table::inside()
        .hears(Message::Presence(vec![presence]))
        .placed(MAX, "it is still me")
        .shows(&["Max said it is still me"]);
}

#[test]
fn the_number_of_somebody_who_has_spoken_is_nobody_else_s() {
    let mut table = Table::inside().placed(MAX, "my words").shows(&["Max said my words"]);
    let member = person(MAX).key();
    table.place(HANA, &Body::Removed { member });
    let admitted = Body::Admitted {
        member: person(MALLORY).key(),
        id: MemberId(1),
        name: "Max".into(),
        how: Admission::Knocked,
    };
    table.place(HANA, &admitted);
    table.place(MALLORY, &message("my words as well"));
    ends_as_forged(&mut table.hears_rest(), "said");
}

#[test]
fn a_host_that_asks_without_listening_gets_one_answer_at_a_time() {
    let mut table = Table::inside().with_disk(Disk::Waits);
    table.said();
    for _ in 0..50 {
        table = table.hears(Message::Missing { from: 1 });
    }
    let mut table = table.with_disk(Disk::Keeps);
    let pages = table
        .said()
        .into_iter()
        .filter(|said| matches!(said, Message::Entries { .. }));
    assert_eq!(pages.count(), 1);
}
