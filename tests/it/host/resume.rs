//! How members get what they do not have.

use landline::proto::log::History;
use landline::proto::message::Message;
use landline::proto::{Command, MemberId};

use super::disk::Mood;
use super::room::{NOTHING, Room};

fn with_history(messages: u64) -> Room {
    let mut room = Room::new().member("Li").vanishes("Li");
    for number in 0..messages {
        room = room.says(&number.to_string());
    }
    room.quietly()
}

#[test]
fn a_member_goes_on_where_its_copy_ends() {
    let room = with_history(2)
        .comes("Li")
        .hears("Li", &["welcome m1 from 2 to 5", "entries 4 to 5, head 5"]);
    room.says("live").hears("Li", &["entries 6 to 6, head 6"]);
}

#[test]
fn whoever_becomes_a_member_waits_for_one_flush_and_nothing_else_of_the_disk() {
    let mut room = Room::new();
    let (li, mo) = (room.invite(), room.invite());
    let (batches, reads) = (room.disk.batches.len(), room.disk.reads);
    let room = room.comes_with("Li", &li).comes_with("Mo", &mo);
    let room = room.hears("Mo", &["welcome m2 from 3 to 4", "entries 4 to 4, head 4"]);
    assert_eq!((room.disk.batches.len(), room.disk.reads), (batches + 2, reads));
    // Who comes back with all there is waits for nothing.
    let room = room.stores("Mo").vanishes("Mo").comes("Mo");
    let room = room.hears("Mo", &["welcome m2 from 3 to 4"]);
    assert_eq!((room.disk.batches.len(), room.disk.reads), (batches + 2, reads));
    // A host that has just begun reads once where they begin.
    let room = room.restarts();
    let reads = room.disk.reads;
    let room = room.comes("Mo").vanishes("Mo").comes("Mo");
    assert_eq!(room.disk.reads, reads + 1);
    room.says("hi").quietly().comes_anew("Mo").hears(
        "Mo",
        &["bye Replaced", "welcome m2 from 3 to 5", "entries 4 to 5, head 5"],
    );
}

#[test]
fn pages_wait_until_the_last_one_is_stored() {
    let room = with_history(600).comes("Li");
    let room = room.hears("Li", &["welcome m1 from 2 to 603", "entries 4 to 259, head 603"]);
    let room = room.sends("Li", Message::Stored { seq: 258 }).hears("Li", &[]);
    let room = room.says("meanwhile").hears("Li", &[]).stores("Li");
    let room = room.hears("Li", &["entries 260 to 515, head 604"]).stores("Li");
    let room = room.hears("Li", &["entries 516 to 604, head 604"]);
    room.says("live").hears("Li", &["entries 605 to 605, head 605"]);
}

#[test]
fn nothing_is_lost_between_a_page_and_what_follows_live() {
    let room = with_history(10).disk(Mood::Slow).comes("Li").says("during").quietly();
    let room = room.disk(Mood::Quick).says("after");
    assert_eq!(room.people["Li"].copy, room.disk.log[2..]);
}

#[test]
fn another_copy_begins_anew() {
    let mut room = with_history(3).comes("Li").vanishes("Li").quietly();
    room.people.get_mut("Li").unwrap().copy.last_mut().unwrap().hash = NOTHING;
    room.people.get_mut("Li").unwrap().head = Some(room.head());
    let room = room.comes("Li");
    room.hears("Li", &["welcome m1 from 2 to 6 anew", "entries 3 to 6, head 6"]);
}

#[test]
fn a_copy_that_claims_more_than_there_is_begins_anew() {
    let mut room = with_history(3).comes("Li").vanishes("Li").quietly();
    let person = room.people.get_mut("Li").unwrap();
    person.copy.last_mut().unwrap().seq = 77; // and no word of the host's on it
    room.comes("Li")
        .hears("Li", &["welcome m1 from 2 to 6 anew", "entries 3 to 6, head 6"]);
}

#[test]
fn newcomers_see_nothing_of_before_unless_the_room_says_so() {
    let room = Room::with(|config| config.settings.history = History::All)
        .says("before")
        .quietly();
    let mut room = room;
    let invite = room.invite();
    let room = room.comes_with("Li", &invite);
    let room = room.hears("Li", &["welcome m1 from 0 to 4", "entries 1 to 4, head 4"]);
    assert_eq!(room.disk.peers[&MemberId(1)].first_seq, 1);
    let mut room = Room::new().says("before");
    let invite = room.invite();
    let room = room.comes_with("Li", &invite);
    room.hears("Li", &["welcome m1 from 3 to 4", "entries 4 to 4, head 4"]);
}

#[test]
fn a_restart_changes_nothing_for_anybody() {
    let room = with_history(2).restarts();
    let room = room.shows(&[
        "settings of 房间",
        "Li is known",
        "Host joined",
        "4 Host: 0",
        "5 Host: 1",
    ]);
    let room = room
        .comes("Li")
        .hears("Li", &["welcome m1 from 2 to 5", "entries 4 to 5, head 5"]);
    room.submits("Li", "hi")
        .hears("Li", &["acknowledged 6", "entries 6 to 6, head 6"]);
}

#[test]
fn what_the_person_wants_otherwise_becomes_entries_at_the_start() {
    let mut room = Room::new().quietly();
    room.change(|config| {
        config.name = "Boss".into();
        config.settings.name = "Attic".into();
    });
    let room = room.restarts();
    room.shows(&[
        "settings of 房间",
        "Host joined",
        "settings of Attic",
        "Host is now Boss",
    ]);
}

#[test]
fn whoever_begins_anew_knows_who_spoke_and_is_gone() {
    let room = Room::new().member("Li").member("Mo").submits("Mo", "hi");
    let room = room
        .wants(Command::Remove { member: MemberId(2) })
        .quietly()
        .comes_anew("Li");
    let roster = room.people["Li"]
        .messages
        .iter()
        .find_map(|message| match message.as_ref() {
            Message::Welcome(welcome) => Some(welcome.roster.len()),
            _ => None,
        });
    assert_eq!(roster, Some(3), "the host, Li, and Mo, whose words Li is about to get");
    let room = room.vanishes("Li").comes("Li");
    let Some(Message::Welcome(welcome)) = room.people["Li"]
        .messages
        .iter()
        .map(AsRef::as_ref)
        .rfind(|message| matches!(message, Message::Welcome(_)))
    else {
        panic!("welcomed again")
    };
    assert_eq!(welcome.roster.len(), 2);
}

#[test]
fn a_disk_that_cannot_be_read_disturbs_nobody_else() {
    let mut room = with_history(3).member("Mo");
    room.disk.log.remove(3); // gone behind the host's back
    let room = room.comes("Li").hears("Li", &["welcome m1 from 2 to 7"]);
    assert!(room.people["Li"].closed && !room.people["Mo"].closed);
}
