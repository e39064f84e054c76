//! What people read, line by line; and what happens when nobody reads.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::proto::{self, Author, CloseReason, Entry, EntryId, LeaveReason, LineEnd, Member, MemberId, RefuseReason};
use crate::worker::{EndReason, Event, Failure};

fn author(name: &str) -> Author {
    Author {
        id: MemberId(3),
        name: name.into(),
        plain: true,
    }
}

fn member(name: &str) -> Member {
    Member {
        author: author(name),
        named: true,
        me: false,
        address: Some(([10, 0, 0, 2], 5000).into()),
        key: None,
        here: true,
        verified: false,
    }
}

fn said(name: &str, text: &str, mine: bool) -> proto::Event {
    let entry = Entry {
        seq: 1,
        id: EntryId([1; 16]),
        author: author(name),
        mine,
        text: text.into(),
        reply_to: None,
        at: SystemTime::UNIX_EPOCH + Duration::from_secs(14 * 3600 + 5 * 60),
    };
    proto::Event::Said { entry }
}

/// The line of a record, and where it goes.
fn shown(record: &Record<'_>) -> Option<(Stream, String)> {
    readable(record, false, &TimeZone::UTC)
}

/// What a person at the terminal reads of an event.
fn read(event: proto::Event) -> String {
    let event = Event::Room(event);
    let record = Record::of(&event).unwrap();
    let (stream, line) = shown(&record).unwrap();
    assert_eq!(stream, Stream::Out);
    line
}

#[test]
fn comings_and_goings() {
    let left = |reason| {
        read(proto::Event::Left {
            member: member("Ann"),
            reason,
        })
    };
    assert_eq!(
        read(proto::Event::Joined { member: member("Ann") }),
        "→ Ann came in from 10.0.0.2:5000 (m3)"
    );
    assert_eq!(
        read(proto::Event::Joined {
            member: member("plain guest 10.0.0.2")
        }),
        "→ plain guest 10.0.0.2 came in (m3)"
    );
    assert_eq!(left(LeaveReason::Bye), "← Ann left");
    assert_eq!(
        left(LeaveReason::Lost(LineEnd::Reset)),
        "← Ann is gone: line lost (reset)"
    );
    assert_eq!(left(LeaveReason::Removed), "← Ann was removed");
    assert_eq!(left(LeaveReason::TooSlow), "← Ann was removed: too slow");
    assert_eq!(
        left(LeaveReason::Endless),
        "← Ann was removed: a message without an end"
    );
    assert_eq!(
        read(proto::Event::Renamed {
            member: member("Bob"),
            previous: "Ann".into()
        }),
        "· Ann is now Bob"
    );
}

#[test]
fn a_message_of_many_lines_cannot_pass_for_several() {
    assert_eq!(read(said("Ann", "你好", false)), "14:05  Ann: 你好");
    assert_eq!(
        read(said("Ann", "one\n14:06  Boss: two", false)),
        "14:05  Ann: one\n       14:06  Boss: two"
    );
}

#[test]
fn nothing_that_a_terminal_obeys_gets_through() {
    let line = read(said("A\u{1b}[31mnn\n", "\u{1b}[2J\u{9b}2J\u{7}\u{202e}x", false));
    assert!(!line.contains(char::is_control), "{line:?}");
    assert!(!line.contains('\u{202e}'), "{line:?}");
}

#[test]
fn own_words_are_not_repeated_to_whoever_typed_them() {
    let event = Event::Room(said("Me", "hi", true));
    let record = Record::of(&event).unwrap();
    assert!(readable(&record, true, &TimeZone::UTC).is_none());
    assert!(readable(&record, false, &TimeZone::UTC).is_some());
}

#[test]
fn what_goes_wrong_goes_to_standard_error() {
    let text = Arc::<str>::from("words");
    let refused = Record::refused(None, &text, RefuseReason::LineLost);
    assert_eq!(
        shown(&refused),
        Some((
            Stream::Err,
            "not sent: the line ended before the message was sent: words".to_owned()
        ))
    );
    let records = Record::ended(&EndReason::Failed(Failure::NotResolved {
        host: "nowhere".to_owned(),
    }));
    let error = "error: no computer called nowhere was found. Check the spelling, or ask the host for the address in \
                 numbers.";
    assert_eq!(shown(&records[0]), Some((Stream::Err, error.to_owned())));
    assert_eq!(shown(&records[1]), None);
}

#[test]
fn every_end_is_told() {
    let last = |reason| {
        let records = Record::ended(&EndReason::Closed(reason));
        let lines: Vec<String> = records.iter().filter_map(shown).map(|(_, line)| line).collect();
        lines.join("\n")
    };
    assert_eq!(last(CloseReason::Left), "You left the room");
    assert_eq!(last(CloseReason::HostLeft), "The host closed the room");
    assert_eq!(
        last(CloseReason::Lost(LineEnd::TimedOut)),
        "! the line is lost (timed-out)"
    );
    assert!(last(CloseReason::TooSlow).contains("did not read"));
    assert!(last(CloseReason::Endless).contains("without an end"));
}

#[test]
fn after_a_failure_nothing_more_is_written() {
    /// Takes one record.
    struct Pipe(bool);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            assert!(!self.0, "written after the failure");
            self.0 = bytes.starts_with(br#"{"event":"closed""#);
            if self.0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut output = Output::new(true, false, Pipe(false), io::sink());
    output.write(&Record::started());
    assert_eq!(output.broken(), None);
    output.write(&Record::Closed { reason: "left" });
    output.write(&Record::started());
    assert_eq!(output.broken(), Some(io::ErrorKind::BrokenPipe));
}
