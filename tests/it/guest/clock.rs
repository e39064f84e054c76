//! The guest's wall clock jumps by hours, while it is in and between two starts.

use landline::proto::LineEnd;

use super::table::Table;
use super::words::MAX;
use crate::support::set_clock;

impl Table {
    fn clock_jumps(mut self, hours: i32) -> Self {
        set_clock(&mut self.now, hours);
        self
    }
}

#[test]
fn a_guest_whose_clock_jumps_calls_again_when_it_is_time_and_loses_nothing() {
    for hours in [9, -9, 1_000, -200] {
        let table = Table::inside().says("one").clock_jumps(hours).says("two");
        let mut table = table.loses_line(LineEnd::Reset).clock_jumps(-hours).says("three");
        assert_eq!(table.connects, 0, "{hours}: not before it is time");
        table = table.after(30_000);
        assert_eq!(table.connects, 1, "{hours}");
        table.submitted();
        let mut table = table.answers().welcomes();
        let entries = table.submitted();
        assert!(entries.iter().map(|entry| entry.counter).is_sorted());
        assert_eq!(entries.len(), 3, "{hours}");
        for entry in entries {
            table = table.takes(entry);
        }
        table
            .placed(MAX, "four")
            .shows(&["I said one", "I said two", "I said three", "Max said four"]);
    }
}

#[test]
fn a_guest_that_starts_again_with_another_clock_goes_on_where_it_was() {
    for hours in [9, -9, 1_000, -200] {
        let table = Table::inside().says("one").crash().clock_jumps(hours);
        let mut table = table.start().says("two").answers().welcomes();
        let entries = table.submitted();
        assert_eq!(entries.len(), 2, "{hours}");
        for entry in entries {
            table = table.takes(entry);
        }
        table.shows(&["queued one", "queued two", "I said one", "I said two"]);
    }
}

#[test]
fn a_knock_is_given_up_after_its_time_whatever_the_clock_says() {
    for hours in [10, -10] {
        let (table, _) = Table::confirming().start().answers().knock_is_shown();
        let table = table.clock_jumps(hours).after(149_999).shows_nothing("lost");
        table.after(1).shows(&["lost TimedOut"]);
    }
}
