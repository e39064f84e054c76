//! A host that has lost part of its log.

use landline::proto::log::StoreError;
use landline::proto::message::{Message, SubmitRefusal};
use landline::proto::{Command, KnockId};

use super::disk::Mood;
use super::room::Room;

/// Li and Mo have seven entries, the host has lost the last two.
fn lost() -> Room {
    let room = Room::new()
        .member("Li")
        .member("Mo")
        .submits("Li", "a")
        .says("b")
        .submits("Mo", "c");
    room.quietly().forgets_after(5).quietly()
}

fn sends_back(room: Room, who: &str, from: u64, to: u64) -> Room {
    let copy = room.people[who].copy.iter();
    let entries = copy
        .filter(|placed| (from..=to).contains(&placed.seq))
        .cloned()
        .collect();
    let head = room.people[who].head;
    room.sends(who, Message::Entries { entries, head })
}

#[test]
fn it_takes_nothing_before_its_guests_have_sent_it_back() {
    let room = lost().comes("Li");
    let room = room.hears("Li", &["welcome m1 from 2 to 5", "missing from 6"]);
    let room = room.shows(&["notice LogLost { from: 6 }", "Li joined"]);
    let room = room.submits("Li", "d").hears("Li", &["refused Busy"]);
    let room = room.says("e").shows(&["queued e", "refused \"e\": Host(Busy)"]);
    let room = sends_back(room, "Li", 6, 7);
    let room = room.shows(&["6 Host: b", "7 Mo: c", "notice LogWhole"]);
    let room = room
        .again("Li")
        .hears("Li", &["acknowledged 8", "entries 8 to 8, head 8"]);
    assert_eq!(room.people["Li"].copy, room.disk.log[2..]);
    assert!(SubmitRefusal::Busy.retry());
}

#[test]
fn it_takes_them_page_by_page_and_passes_them_on() {
    let room = lost();
    let mut room = room;
    // Mo has kept less.
    room.people.get_mut("Mo").unwrap().copy.truncate(1);
    room.people.get_mut("Mo").unwrap().head = None;
    let room = room.comes("Li").quietly();
    let room = sends_back(room, "Li", 6, 6).hears("Li", &["missing from 7"]);
    let room = sends_back(room, "Li", 7, 7).quietly();
    assert_eq!(room.disk.log.len(), 7);
    let room = room.comes_anew("Mo");
    assert_eq!(room.people["Mo"].copy, room.disk.log[3..]);
}

#[test]
fn what_is_not_what_it_had_signed_is_not_taken() {
    let mut room = lost().comes("Li").quietly();
    let mut altered: Vec<_> = room.people["Li"].copy[3..].to_vec();
    altered.remove(0);
    altered[0].seq = 6;
    let previous = room.disk.log[4].hash;
    altered[0] = altered[0].entry.clone().place(6, altered[0].placed_ms, &previous);
    let mut other = room.writes("Li", &super::room::message("never said"));
    other.counter = 0;
    let more = other.place(7, 0, &altered[0].hash);
    altered.push(more);
    let message = Message::Entries {
        entries: altered,
        head: room.people["Li"].head,
    };
    let room = room.sends("Li", message).hears("Li", &["bye Protocol"]);
    assert_eq!(room.disk.log.len(), 5);
    let room = room
        .comes("Mo")
        .hears("Mo", &["welcome m2 from 3 to 5", "missing from 6"]);
    assert_eq!(sends_back(room, "Mo", 6, 7).disk.log.len(), 7);
}

#[test]
fn the_next_one_is_asked_when_one_goes_or_has_nothing() {
    let room = lost().comes("Li").comes("Mo").quietly();
    let empty = Message::Entries {
        entries: Vec::new(),
        head: None,
    };
    let room = room.sends("Li", empty).hears("Mo", &["missing from 6"]);
    let room = sends_back(room, "Mo", 6, 7).hears("Mo", &[]);
    assert_eq!(room.disk.log.len(), 7);
    // Both have all of it, and hear what is new.
    room.says("d")
        .hears("Li", &["entries 8 to 8, head 8"])
        .hears("Mo", &["entries 8 to 8, head 8"]);
    let room = lost().comes("Li").comes("Mo").quietly();
    room.vanishes("Li").hears("Mo", &["missing from 6"]);
}

#[test]
fn the_next_one_is_asked_when_one_says_nothing_for_half_a_minute() {
    let room = lost().comes("Li").comes("Mo").quietly();
    let room = room.after(29_999).hears("Mo", &[]);
    let room = room.after(1).hears("Mo", &["missing from 6"]);
    let room = sends_back(room, "Mo", 6, 6).hears("Mo", &["missing from 7"]);
    let room = room.after(29_999);
    assert_eq!(sends_back(room, "Mo", 7, 7).disk.log.len(), 7);
}

#[test]
fn a_person_may_give_it_up_and_begin_another_history() {
    let room = lost().comes("Li").quietly().wants(Command::NewEpoch);
    assert!(room.people["Li"].closed);
    let room = room.shows(&[
        "Li left: Lost(Finished)",
        "another history",
        "settings of 房间",
        "Li is known",
        "Mo is known",
    ]);
    assert_eq!(room.disk.log.len(), 4, "settings, the host, Li and Mo");
    let room = room
        .comes("Li")
        .hears("Li", &["welcome m1 from 2 to 4 anew", "entries 3 to 4, head 4"]);
    room.submits("Li", "hi")
        .hears("Li", &["acknowledged 5", "entries 5 to 5, head 5"]);
}

#[test]
fn whoever_begins_another_history_on_a_full_disk_is_told_each_time() {
    let room = lost().comes("Li").quietly().disk(Mood::Broken(StoreError::Full));
    let room = room.wants(Command::NewEpoch).shows(&["notice DiskFull"]);
    room.wants(Command::NewEpoch).shows(&["notice DiskFull"]);
}

#[test]
fn a_log_that_has_gone_on_otherwise_is_noticed_too() {
    let mut room = lost();
    room = room.says("another sixth").says("another seventh").quietly().comes("Li");
    let room = room
        .hears("Li", &["denied Busy"])
        .shows(&["notice LogLost { from: 7 }"]);
    room.says("more")
        .shows(&["queued more", "refused \"more\": Host(Busy)"]);
}

#[test]
fn its_own_word_counts_whoever_shows_it() {
    let room = Room::new()
        .says("a")
        .member("Li")
        .says("b")
        .quietly()
        .forgets_after(3)
        .quietly();
    let room = room.knocks("Li").shows(&["notice LogLost { from: 4 }"]);
    let room = room.shows_nonce("Li").quietly();
    // Nobody is made a member either, before it is known who is one.
    room.wants(Command::Admit {
        knock: KnockId(1),
        compared: false,
    })
    .hears("Li", &["denied Busy"]);
}

#[test]
fn it_is_whole_only_when_all_of_it_is_stored() {
    let room = Room::new().member("Li").says("a").says("b").member("Mo").says("c");
    let room = room.quietly().forgets_after(4).quietly().comes("Li").quietly();
    sends_back(room, "Li", 5, 7).shows(&["5 Host: b", "Mo is known", "7 Host: c", "notice LogWhole"]);
}
