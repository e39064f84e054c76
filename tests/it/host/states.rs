//! Presence, receipts, and how much a member may say.

use landline::proto::Command;
use landline::proto::message::Message;

use super::room::Room;

#[test]
fn presence_is_gathered() {
    let room = Room::new().member("Li").member("Mo").after(1_000).quietly();
    let room = room.vanishes("Mo").comes("Mo").after(199).hears("Li", &[]);
    let room = room.after(1).hears("Li", &["presence Mo Here", "receipts m2 4 0"]);
    let room = room.sends("Mo", Message::Bye(landline::proto::message::ByeReason::Leaving));
    assert!(room.people["Mo"].finished);
    room.after(200).hears("Li", &["presence Mo Left"]);
}

#[test]
fn those_who_become_members_are_told_together() {
    let mut room = Room::new().member("Li").after(1_000);
    let (mo, na) = (room.invite(), room.invite());
    let room = room.quietly().comes_with("Mo", &mo).hears("Li", &[]);
    let room = room.hears("Mo", &["welcome m2 from 3 to 4", "entries 4 to 4, head 4"]);
    let room = room.after(100).comes_with("Na", &na).hears("Mo", &[]).quietly();
    let room = room.after(99).hears("Li", &[]);
    let room = room.after(1).hears("Na", &[]); // it has both
    let room = room.hears("Mo", &["entries 5 to 5, head 5"]);
    room.hears(
        "Li",
        &[
            "entries 4 to 5, head 5",
            "presence Mo Here Na Here",
            "receipts m2 3 0 m3 4 0",
        ],
    );
}

#[test]
fn whatever_follows_a_new_member_is_told_behind_it_and_at_once() {
    let mut room = Room::new().member("Li");
    let (mo, na) = (room.invite(), room.invite());
    let room = room.comes_with("Mo", &mo).quietly().says("hi");
    let room = room.hears("Mo", &["entries 5 to 5, head 5"]);
    let room = room.hears("Li", &["entries 4 to 5, head 5"]);
    let room = room.after(1_000).hears("Mo", &[]).quietly();
    let room = room.comes_with("Na", &na).quietly().wants(Command::Leave);
    room.hears("Li", &["entries 6 to 6, head 6", "bye Leaving"]);
}

#[test]
fn another_history_has_nothing_of_what_was_gathered() {
    let mut room = Room::new().member("Li");
    let mo = room.invite();
    let room = room.comes_with("Mo", &mo).quietly().wants(Command::NewEpoch);
    let room = room.after(1_000).comes_anew("Li").quietly().says("hi");
    let newest = room.disk.log.len();
    room.hears("Li", &[&format!("entries {newest} to {newest}, head {newest}")]);
}

#[test]
fn a_large_room_gathers_longer() {
    let mut room = Room::new();
    for number in 0..150 {
        room = room.member(&format!("M{number}"));
    }
    let room = room.says("a").after(1_000).quietly();
    let newest = room.disk.log.len() as u64;
    let room = room
        .sends("M1", Message::Stored { seq: newest })
        .after(299)
        .hears("M0", &[]);
    room.after(1).hears("M0", &[&format!("receipts m2 {newest} 0")]);
}

#[test]
fn receipts_are_gathered_and_only_grow() {
    let room = Room::new()
        .member("Li")
        .member("Mo")
        .says("a")
        .says("b")
        .after(1_000)
        .quietly();
    let room = room
        .sends("Li", Message::Stored { seq: 5 })
        .sends("Li", Message::Read { seq: 6 });
    let room = room
        .sends("Li", Message::Read { seq: 4 })
        .shows(&["m1 has 5 read 0", "m1 has 6 read 6"]);
    let room = room
        .after(200)
        .hears("Mo", &["receipts m1 6 6"])
        .after(1_000)
        .hears("Mo", &[]);
    room.sends("Li", Message::Read { seq: 99 }).after(200).hears("Mo", &[]);
}

#[test]
fn the_host_reads_too() {
    let room = Room::new()
        .member("Li")
        .says("a")
        .after(1_000)
        .quietly()
        .wants(Command::Read { seq: 4 });
    let room = room.after(200).hears("Li", &["receipts m0 4 4"]).quietly().restarts();
    room.quietly().wants(Command::Read { seq: 4 }).shows(&[]);
}

#[test]
fn who_says_too_much_is_not_heard_for_a_while() {
    let mut room = Room::new().member("Li").after(10_000);
    for number in 0..60 {
        let line = room.people["Li"].line;
        assert!(room.core.wants_bytes(line), "{number}");
        room = room.submits("Li", "x");
    }
    let line = room.people["Li"].line;
    assert!(!room.core.wants_bytes(line));
    let room = room.after(49);
    assert!(!room.core.wants_bytes(line));
    let room = room.after(1);
    assert!(room.core.wants_bytes(line));
    // A new line is no new allowance.
    let room = room.submits("Li", "x").comes("Li");
    let line = room.people["Li"].line;
    let room = room.submits("Li", "x");
    assert!(!room.core.wants_bytes(line));
}

#[test]
fn storing_what_was_sent_is_not_counted() {
    let mut room = Room::new().member("Li").after(10_000);
    for _ in 0..200 {
        room = room.says("x").stores("Li");
    }
    assert!(room.core.wants_bytes(room.people["Li"].line));
    for _ in 0..60 {
        room = room.stores("Li"); // says nothing new
    }
    assert!(!room.core.wants_bytes(room.people["Li"].line));
}

#[test]
fn too_much_from_everybody_is_refused_for_now() {
    let mut room = Room::new().member("Li").disk(super::disk::Mood::Slow).says("x");
    for _ in 0..4096 {
        room = room.says("x");
    }
    room.quietly().submits("Li", "hi").hears("Li", &["refused Busy"]);
}

#[test]
fn who_does_not_read_is_told_so_and_comes_back() {
    let room = Room::new().member("Li");
    let line = room.people["Li"].line;
    let room = room.acts(|core, now| core.handle_slow(now, line));
    room.hears("Li", &["bye TooSlow"])
        .shows(&["Li left: TooSlow"])
        .comes("Li")
        .hears("Li", &["welcome m1 from 2 to 3"]);
}
