//! What goes over the line when, and a line over which nothing goes.

use landline::proto::message::{ByeReason, Message};
use landline::proto::{Command, LineEnd};

use super::table::Table;
use super::words::{MAX, message};

#[test]
fn a_host_learns_at_once_what_is_stored_and_of_a_flood_five_times_a_second() {
    let mut table = Table::inside().after(1_000);
    table.said();
    let mut table = table.placed(MAX, "one");
    assert_eq!(table.said(), [Message::Stored { seq: 5 }]);
    let mut table = table.placed(MAX, "two").placed(MAX, "three").after(199);
    assert_eq!(table.said(), []);
    let mut table = table.after(1);
    assert_eq!(table.said(), [Message::Stored { seq: 7 }]);
    // A page that is not the last one: the host waits before it sends the next.
    table.place(MAX, &message("four"));
    let entries = table.log.last().cloned().into_iter().collect();
    table.place(MAX, &message("five"));
    let head = Some(table.head());
    let mut table = table.hears(Message::Entries { entries, head });
    assert_eq!(table.said(), [Message::Stored { seq: 8 }]);
    let mut table = table.placed(MAX, "six").wants(Command::Leave);
    assert_eq!(
        table.said(),
        [Message::Stored { seq: 10 }, Message::Bye(ByeReason::Leaving)]
    );
}

#[test]
fn a_host_that_takes_no_bytes_is_left_after_twenty_seconds() {
    let table = Table::inside().deaf_for(1).says("anybody there?");
    let table = table.deaf_for(19).shows_nothing("lost");
    table.deaf_for(1).shows(&["lost TimedOut"]);
}

#[test]
fn a_host_that_makes_its_guest_talk_and_does_not_listen_is_not_read_and_then_left() {
    let mut table = Table::inside().deaf_for(1);
    let nothing = Message::Entries {
        entries: Vec::new(),
        head: None,
    };
    let mut times = 0;
    while table.reads() {
        times += 1;
        assert!(times < 100_000, "it would answer without end");
        table = table.hears(nothing.clone());
    }
    table.deaf_for(20).shows(&["lost TimedOut"]);
}

#[test]
fn attempts_are_farther_and_farther_apart_and_at_once_on_demand() {
    let mut table = Table::inside().loses_line(LineEnd::TimedOut);
    for _ in 0..8 {
        table = table.after(30_000).nobody_answers();
    }
    assert_eq!(table.after_calls(14_000), 0);
    let mut table = table.wants(Command::Retry);
    assert_eq!(table.after_calls(0), 1);
}

#[test]
fn a_line_is_renewed_every_day_without_a_word() {
    let mut table = Table::inside().after(1);
    for _ in 0..24 * 60 * 4 {
        table = table.after(15_000);
    }
    assert_eq!(table.connects, 1);
    table.answers().welcomes().shows_nothing("lost");
}
