//! What gets into the log, and when anybody hears of it.

use landline::proto::identity::Signature;
use landline::proto::log::{Body, SignedEntry, StoreError, Target};
use landline::proto::message::Message;
use landline::proto::{Command, MemberId};

use super::disk::Mood;
use super::room::{Room, message};

#[test]
fn everybody_hears_of_an_entry_once_it_is_stored() {
    let room = Room::new()
        .member("Li")
        .member("Mo")
        .disk(Mood::Slow)
        .submits("Li", "hi");
    let room = room.hears("Li", &[]).hears("Mo", &[]).shows(&[]);
    room.disk(Mood::Quick)
        .hears("Li", &["acknowledged 5", "entries 5 to 5, head 5"])
        .hears("Mo", &["entries 5 to 5, head 5"])
        .shows(&["5 Li: hi"]);
}

#[test]
fn a_hosts_own_words_go_the_same_way() {
    let room = Room::new()
        .member("Li")
        .disk(Mood::Slow)
        .says("hi")
        .shows(&["queued hi"]);
    room.hears("Li", &[])
        .disk(Mood::Quick)
        .hears("Li", &["entries 4 to 4, head 4"])
        .shows(&["4 Host: hi", "4 stored"]);
}

#[test]
fn what_comes_while_a_batch_is_stored_is_the_next_batch() {
    let mut room = Room::new().member("Li").disk(Mood::Slow);
    for number in 0..101 {
        room = room.says(&number.to_string());
    }
    let before = room.disk.batches.len();
    let room = room.disk(Mood::Quick).quietly();
    let sizes: Vec<usize> = room.disk.batches[before - 1..]
        .iter()
        .map(|batch| batch.changes.len())
        .collect();
    assert_eq!(sizes, [1, 64, 36]);
}

#[test]
fn what_comes_at_once_is_one_batch_that_departs_when_nothing_more_is_at_hand() {
    let mut room = Room::new().member("Li").member("Mo");
    let line = room.people["Li"].line;
    let entries = ["a", "b", "c"].map(|text| room.writes("Li", &message(text)));
    let before = room.disk.batches.len();
    let room = room.acts(|core, now| {
        for entry in entries {
            core.handle_message(now, line, Message::Submit(entry));
        }
        assert_eq!(core.poll_store(), None);
    });
    let sizes = room.disk.batches[before..].iter().map(|batch| batch.changes.len());
    assert_eq!(sizes.collect::<Vec<_>>(), [3]);
    room.hears("Mo", &["entries 5 to 7, head 7"]);
}

#[test]
fn nobody_who_speaks_alone_waits_for_company() {
    Room::new().acts(|core, now| {
        core.handle_command(now, Command::say("hi"));
        core.handle_lull(now);
        assert!(core.poll_store().is_some(), "it departs");
    });
}

#[test]
fn a_full_batch_departs_at_once() {
    Room::new().acts(|core, now| {
        for _ in 0..64 {
            assert_eq!(core.poll_store(), None);
            core.handle_command(now, Command::say("hi"));
        }
        assert!(core.poll_store().is_some(), "nothing more has room in it");
    });
}

#[test]
fn the_same_entry_twice_is_one_entry_with_one_place() {
    let mut room = Room::new().member("Li");
    let entry = room.writes("Li", &message("hi"));
    let again = || Message::Submit(entry.clone());
    let room = room
        .disk(Mood::Slow)
        .sends("Li", again())
        .sends("Li", again())
        .sends("Li", again());
    let room = room.disk(Mood::Quick);
    // The first is alone in its batch; the others come after it.
    let room = room.hears(
        "Li",
        &[
            "acknowledged 4",
            "entries 4 to 4, head 4",
            "acknowledged 4",
            "acknowledged 4",
        ],
    );
    let room = room.says("more").restarts().comes("Li").quietly().sends("Li", again());
    assert_eq!(room.hears("Li", &["acknowledged 4"]).disk.log.len(), 5);
}

#[test]
fn twice_in_one_batch_is_once_too() {
    let mut room = Room::new().member("Li");
    let entry = room.writes("Li", &message("hi"));
    let again = || Message::Submit(entry.clone());
    let room = room
        .disk(Mood::Slow)
        .says("first")
        .sends("Li", again())
        .sends("Li", again());
    let room = room.disk(Mood::Quick);
    room.hears(
        "Li",
        &[
            "entries 4 to 4, head 4",
            "acknowledged 5",
            "acknowledged 5",
            "entries 5 to 5, head 5",
        ],
    );
}

#[test]
fn forged_and_foreign_entries_are_refused() {
    let mut room = Room::new().member("Li").member("Mo");
    let genuine = room.writes("Li", &message("hi"));
    let mut forged = genuine.clone();
    forged.signature = Signature([1; 64]);
    let mut elsewhere = genuine.clone();
    elsewhere.room = landline::proto::log::RoomId([9; 16]);
    for entry in [forged, elsewhere] {
        room = room
            .sends("Li", Message::Submit(entry))
            .hears("Li", &["refused Forged"]);
    }
    let room = room
        .sends("Mo", Message::Submit(genuine))
        .hears("Mo", &["refused Forged"])
        .shows(&[]);
    let mut long = room;
    let mut entry = long.writes("Li", &message("hi"));
    entry.body = vec![0; 20_000].into();
    long.sends("Li", Message::Submit(entry))
        .hears("Li", &["refused TooLong"]);
}

#[test]
fn nobody_changes_anothers_words_but_the_host_may_take_them_back() {
    let room = Room::new().member("Li").member("Mo").submits("Li", "hi").quietly();
    let target = Target {
        seq: 5,
        id: room.disk.log[4].entry.id,
    };
    let edit = Body::Edit {
        target,
        text: "ho".into(),
    };
    let delete = Body::Delete { target };
    let room = room.submits_body("Mo", &edit).hears("Mo", &["refused BadTarget"]);
    let room = room.submits_body("Mo", &delete).hears("Mo", &["refused BadTarget"]);
    let room = room.submits_body("Li", &edit).shows(&["6 edits 5: ho"]);
    room.wants(Command::Delete { seq: 5 }).shows(&["7 deletes 5 by Host"]);
}

#[test]
fn only_the_host_writes_about_the_room() {
    let room = Room::new().member("Li");
    let member = room.key("Li");
    let settings = room.disk.kept.as_ref().unwrap().settings.clone();
    let vouched = Body::Vouched {
        id: MemberId(1 << 33),
        name: "x".into(),
        text: "y".into(),
    };
    let mut room = room;
    for body in [Body::Removed { member }, Body::Settings(settings), vouched] {
        room = room.submits_body("Li", &body).hears("Li", &["refused NotAllowed"]);
    }
    assert_eq!(room.shows(&[]).disk.log.len(), 3);
}

#[test]
fn edits_reactions_and_names_are_shown_when_stored() {
    let room = Room::new().member("Li").says("hi").quietly().disk(Mood::Slow);
    let react = |on| Command::React {
        seq: 4,
        emoji: "👍".into(),
        on,
    };
    let edit = Command::Edit {
        seq: 4,
        text: "ho".into(),
    };
    let rename = Command::Rename { name: "Boss".into() };
    let room = room
        .wants(edit)
        .wants(react(true))
        .wants(react(false))
        .wants(rename)
        .shows(&[]);
    room.disk(Mood::Quick).shows(&[
        "5 edits 4: ho",
        "6 reacts to 4 👍 true",
        "7 reacts to 4 👍 false",
        "Host is now Boss",
    ]);
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    let edit = Command::Edit {
        seq: 99,
        text: "ho".into(),
    };
    Room::new()
        .quietly()
        .wants(edit)
        .shows(&["refused \"ho\": Host(BadTarget)"]);
}

#[test]
fn a_full_disk_refuses_the_batch_and_leaves_no_trace() {
    let room = Room::new()
        .member("Li")
        .member("Mo")
        .disk(Mood::Slow)
        .says("one")
        .quietly();
    let room = room.submits("Li", "two").says("three").submits("Mo", "four");
    let room = room.disk(Mood::Broken(StoreError::Full));
    let room = room
        .hears("Li", &["refused DiskFull"])
        .hears("Mo", &["refused DiskFull"]);
    let room = room.shows(&[
        "queued three",
        "notice DiskFull",
        "refused \"one\": DiskFull",
        "refused \"three\": DiskFull",
    ]);
    assert_eq!(room.disk.log.len(), 4);
    let room = room.disk(Mood::Quick).says("five").again("Li").quietly();
    assert_eq!(room.disk.log.len(), 6);
    let host = room.disk.log[0].entry.author;
    let own = room.disk.log.iter().filter(|placed| placed.entry.author == host);
    let counters: Vec<u64> = own.map(|placed| placed.entry.counter).collect();
    assert_eq!(counters, [0, 1, 2, 3, 4], "no gap in the host's count");
}

#[test]
fn whoever_asks_something_of_a_full_disk_is_told_each_time() {
    let room = Room::new().member("Li").disk(Mood::Broken(StoreError::Full));
    let full = ["notice DiskFull"];
    let room = room
        .says("one")
        .shows(&["queued one", "notice DiskFull", "refused \"one\": DiskFull"]);
    let room = room.wants(Command::Invite).shows(&full);
    let room = room
        .wants(Command::Remove { member: MemberId(1) })
        .shows(&full)
        .wants(Command::Rename { name: "Hu".into() })
        .shows(&full);
    room.wants(Command::Read { seq: 1 }).shows(&["m0 has 3 read 1"]);
}

#[test]
fn refused_words_can_be_tried_again() {
    let room = Room::new().disk(Mood::Broken(StoreError::Full)).says("hi");
    let refused = room.events.iter().find_map(|event| match event {
        landline::proto::Event::Refused { id, .. } => Some(*id),
        _ => None,
    });
    let id = refused.expect("the disk is full");
    let room = room.disk(Mood::Quick).quietly().wants(Command::Resubmit { id });
    let room = room.shows(&["queued hi", "3 Host: hi", "3 stored"]);
    room.wants(Command::Resubmit { id }).shows(&[]);
}

#[test]
fn a_broken_disk_ends_the_room_without_a_goodbye() {
    for error in [StoreError::Failed, StoreError::Conflict] {
        let room = Room::new()
            .member("Li")
            .disk(Mood::Slow)
            .says("one")
            .submits("Li", "two")
            .says("three")
            .quietly();
        let room = room.disk(Mood::Broken(error)).hears("Li", &[]);
        assert!(room.people["Li"].closed && !room.people["Li"].finished);
        let closed = format!("closed: Disk({error:?})");
        let room = room.shows(&["refused \"one\": DiskFailed", "refused \"three\": DiskFailed", &closed]);
        // What is known to be on the disk goes on after a restart, and the guest's outbox comes again.
        let room = room
            .disk(Mood::Quick)
            .restarts()
            .quietly()
            .comes("Li")
            .submits("Li", "two");
        room.hears(
            "Li",
            &["welcome m1 from 2 to 3", "acknowledged 4", "entries 4 to 4, head 4"],
        );
    }
}

#[test]
fn who_is_removed_writes_nothing_more_also_not_from_the_queue() {
    let room = Room::new()
        .member("Li")
        .member("Mo")
        .disk(Mood::Slow)
        .says("x")
        .quietly();
    let room = room
        .wants(Command::Remove { member: MemberId(1) })
        .submits("Li", "late");
    let room = room
        .disk(Mood::Quick)
        .hears("Mo", &["entries 5 to 5, head 5", "entries 6 to 6, head 6"]);
    assert_eq!(room.disk.log.len(), 6, "the removal, and nothing of Li's behind it");
    room.hears("Li", &["entries 5 to 5, head 5", "bye Removed"]);
}

#[test]
fn what_was_refused_for_now_comes_before_what_was_said_after_it() {
    let mut room = Room::new().member("Li").disk(Mood::Slow).says("x").quietly();
    let (one, two) = (room.writes("Li", &message("one")), room.writes("Li", &message("two")));
    let submit = |entry: &SignedEntry| Message::Submit(entry.clone());
    let room = room.sends("Li", submit(&one));
    let mut room = room
        .disk(Mood::Broken(StoreError::Full))
        .hears("Li", &["refused DiskFull"]);
    room = room
        .disk(Mood::Quick)
        .sends("Li", submit(&two))
        .hears("Li", &["refused Busy"]);
    let room = room.sends("Li", submit(&one)).sends("Li", submit(&two)).quietly();
    let ids: Vec<_> = room.disk.log[3..].iter().map(|placed| placed.entry.id).collect();
    assert_eq!(ids, [one.id, two.id]);
}
