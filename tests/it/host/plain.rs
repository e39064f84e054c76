//! People without keys in a room of people with keys.

use landline::proto::host::{Entrance, Out};
use landline::proto::log::Settings;
use landline::proto::{Command, Encoding, LeaveReason, LineEnd, LineId};

use super::disk::Mood;
use super::room::Room;

/// The line of somebody without a key.
const PLAIN: LineId = LineId(900);

fn open() -> Room {
    let room = Room::with(|config| config.settings.plain = Some(Encoding::Auto));
    comes(room.member("Li")).quietly()
}

fn comes(room: Room) -> Room {
    room.acts(|core, now| {
        let address = "10.0.0.9:1".parse().unwrap();
        assert_eq!(core.handle_plain(now, PLAIN, address), Entrance::Open);
    })
}

fn says(room: Room, words: &str) -> Room {
    room.acts(|core, now| core.handle_words(now, PLAIN, words))
}

fn spread(prefix: &str, text: &str, except: Option<LineId>) -> Out {
    Out::Spread {
        prefix: prefix.into(),
        text: text.into(),
        except,
    }
}

#[test]
fn their_words_are_entries_that_the_host_vouches_for() {
    let room = says(open().disk(Mood::Slow), "hi").hears("Li", &[]).shows(&[]);
    let room = room.disk(Mood::Quick).hears("Li", &["entries 4 to 4, head 4"]);
    let room = room.shows(&["4 plain guest 10.0.0.9: hi"]);
    assert_eq!(room.disk.log[3].entry.author, room.disk.log[0].entry.author);
    assert_eq!(room.plain, [spread("plain guest 10.0.0.9: ", "hi", Some(PLAIN))]);
}

#[test]
fn they_hear_what_is_stored_with_names() {
    let room = open().disk(Mood::Slow).submits("Li", "hi").says("ho");
    assert_eq!(room.plain, []);
    let room = room.disk(Mood::Quick);
    let expected = [spread("Li: ", "hi", None), spread("", "ho", None)];
    let heard: Vec<Out> = room.plain.iter().map(without_line).collect();
    assert_eq!(heard, expected);
}

/// Whose own line is left out says nothing about people with keys, who have no plain line.
fn without_line(out: &Out) -> Out {
    match out {
        Out::Spread { prefix, text, .. } => spread(prefix, text, None),
        other => other.clone(),
    }
}

#[test]
fn they_are_seen_to_come_and_go_in_order_with_their_words() {
    let room = comes(Room::with(|config| config.settings.plain = Some(Encoding::Auto)).member("Li"));
    let room = room.shows(&["plain guest 10.0.0.9 joined"]).after(200);
    let room = room.hears("Li", &["presence plain guest 10.0.0.9 Here"]);
    let room = says(room.disk(Mood::Slow), "last");
    let gone = LeaveReason::Lost(LineEnd::Reset);
    let room = room
        .acts(|core, now| core.handle_plain_gone(now, PLAIN, gone))
        .shows(&[]);
    let room = room.disk(Mood::Quick);
    room.shows(&["4 plain guest 10.0.0.9: last", "plain guest 10.0.0.9 left: Lost(Reset)"])
        .after(200)
        .hears("Li", &["entries 4 to 4, head 4", "presence plain guest 10.0.0.9 Lost"]);
}

#[test]
fn a_long_message_of_gbk_is_more_than_one_entry_and_nothing_is_lost() {
    let long = "字".repeat(8_000);
    let room = says(open(), &long);
    let said: String = room
        .events
        .iter()
        .map(|event| match event {
            landline::proto::Event::Said { entry } => entry.text.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(said, long);
    assert_eq!(room.disk.log.len(), 5);
}

#[test]
fn who_cannot_be_heard_is_told() {
    let full = Mood::Broken(landline::proto::log::StoreError::Full);
    let room = says(open().disk(full), "hi").shows(&["notice DiskFull"]);
    assert!(matches!(&room.plain[..], [Out::Tell { line: PLAIN, .. }]));
}

#[test]
fn turning_plain_text_off_says_bye_and_on_says_what_that_means() {
    let room = open();
    let settings = |plain| Settings {
        plain,
        ..room.disk.kept.as_ref().unwrap().settings.clone()
    };
    let (off, on) = (settings(None), settings(Some(Encoding::Gbk)));
    let room = room.wants(Command::Change { settings: off });
    let room = room.shows(&["settings of 房间", "plain guest 10.0.0.9 left: Removed"]);
    assert_eq!(room.plain, [Out::Part(PLAIN)]);
    let room = room.acts(|core, now| {
        let entrance = core.handle_plain(now, PLAIN, "10.0.0.9:1".parse().unwrap());
        assert_eq!(entrance, Entrance::NoPlainText);
    });
    let room = room.quietly().wants(Command::Change { settings: on });
    room.shows(&["settings of 房间", "notice PlainText"]);
}

#[test]
fn a_members_name_is_nobody_elses() {
    let room = open().acts(|core, now| core.handle_wish(now, PLAIN, "Li"));
    assert!(matches!(&room.plain[..], [Out::Tell { line: PLAIN, .. }]));
    let room = says(room.quietly(), "a").shows(&["4 plain guest 10.0.0.9: a"]);
    let room = room.acts(|core, now| core.handle_wish(now, PLAIN, "Mo")).quietly();
    let room = says(room, "b").shows(&["5 Mo: b"]).member("Mo");
    says(room, "c").shows(&["7 plain guest 10.0.0.9: c"]);
}

#[test]
fn they_are_not_read_while_too_much_waits_for_the_disk() {
    let mut room = open().disk(Mood::Slow);
    for _ in 0..4_200 {
        if !room.core.wants_bytes(PLAIN) {
            break;
        }
        room = says(room, "x");
    }
    assert!(!room.core.wants_bytes(PLAIN), "their program waits");
    assert_eq!(room.plain, [], "and nobody is told that anything was not taken");
    let room = room.disk(Mood::Quick);
    assert!(room.core.wants_bytes(PLAIN) && room.disk.log.len() > 4_096);
}
