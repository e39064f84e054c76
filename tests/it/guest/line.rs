//! What goes over the line when, and a line over which nothing goes.

use landline::proto::Command;
use landline::proto::message::{ByeReason, Message};

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
    // A page without the host's word on its end: the host waits before it sends the next one.
    let place = |table: &mut Table, text| {
        table.place(MAX, &message(text));
        vec![table.log.last().unwrap().clone()]
    };
    let entries = place(&mut table, "four");
    let mut table = table.hears(Message::Entries { entries, head: None });
    assert_eq!(table.said(), [Message::Stored { seq: 8 }]);
    let mut table = table.placed(MAX, "five").wants(Command::Leave);
    assert_eq!(
        table.said(),
        [Message::Stored { seq: 9 }, Message::Bye(ByeReason::Leaving)]
    );
}

#[test]
fn a_host_that_takes_no_bytes_is_left_after_twenty_seconds() {
    let table = Table::inside().deaf_for(1).says("anybody there?");
    let table = table.deaf_for(19).shows_nothing("lost");
    table.deaf_for(1).shows(&["lost TimedOut"]);
}
