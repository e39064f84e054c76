//! Disks that are full, fail, wait and panic; rooms that cannot be opened.

use landline::proto::log::{RoomId, StoreError};
use landline::proto::{CloseReason, Event as RoomEvent};
use landline::store::Fault;
use landline::worker::{Command, EndReason, Event, Failure, JOIN_WITHIN};

use super::{again, at, hosting, returning, settings_of};
use crate::cupboard::Cupboard;
use crate::loopback::{Raw, Seat, host, native, program_port, time_to_drop};

// What cannot be

#[test]
fn a_room_that_is_not_kept_here_cannot_be_opened_again_nor_joined() {
    let room = RoomId([9; 16]);
    let (home, _) = Cupboard::of(1);
    let unknown = EndReason::Failed(Failure::UnknownRoom);
    assert_eq!(Seat::at(&home, again(room, 0)).end(), unknown);
    assert_eq!(Seat::at(&home, returning("李雷", room)).end(), unknown);
}

#[test]
fn somebody_elses_room_is_joined_and_not_opened() {
    let (_host, room, port) = hosting(&Cupboard::of(1).0, host("韩梅梅"));
    let (home, _) = Cupboard::of(2);
    let guest = Seat::at(&home, native("李雷", &at(port)));
    guest.comes_in();
    drop(guest);
    let reason = Seat::at(&home, again(room, 0)).end();
    assert_eq!(reason, EndReason::Failed(Failure::OthersRoom));
}

#[test]
fn a_room_is_open_once_whichever_way_it_is_asked_for() {
    let (home, _) = Cupboard::of(1);
    let (open, room, port) = hosting(&home, host("韩梅梅"));
    settings_of(&open); // a new room is there when it is on the disk
    let already = EndReason::Failed(Failure::AlreadyOpen { room });
    assert_eq!(Seat::at(&home, again(room, 0)).end(), already);
    let (laptop, _) = Cupboard::of(2);
    let guest = Seat::at(&laptop, native("李雷", &at(port)));
    guest.comes_in();
    assert_eq!(Seat::at(&laptop, returning("李雷", room)).end(), already);
    // Only the host's answer tells which room is behind an address. It takes the newer line for the only one.
    assert_eq!(Seat::at(&laptop, native("李雷", &at(port))).end(), already);
    guest.loses_its_line();
    guest.send(Command::Retry);
    assert!(guest.comes_in());
    guest.say("我在这里");
    open.hears("我在这里");
    drop(open);
    drop(hosting(&home, again(room, port))); // who has left it has let go of it
}

#[test]
fn what_comes_in_one_breath_is_kept_in_one_batch() {
    let (home, disk) = Cupboard::of(1);
    let (host, _, port) = hosting(&home, host("韩梅梅"));
    let mut guest = Raw::welcomed(port);
    host.sees_join();
    let before = disk.batches();
    guest.sends("一\n二\n三\n");
    for word in ["一", "二", "三"] {
        host.hears(word);
    }
    assert_eq!(disk.batches(), before + 1);
}

#[test]
fn a_room_whose_file_cannot_be_opened_says_so() {
    let (home, cupboard) = Cupboard::of(1);
    cupboard.is_damaged();
    let reason = Seat::at(&home, returning("李雷", RoomId([9; 16]))).end();
    assert!(matches!(reason, EndReason::Failed(Failure::Disk { .. })), "{reason:?}");
}

#[test]
fn an_address_where_nobody_is_is_told_at_once_and_not_tried_again() {
    let (listener, port) = program_port();
    drop(listener);
    let reason = Seat::open(native("李雷", &at(port))).end();
    let address = at(port).parse().unwrap();
    assert_eq!(reason, EndReason::Failed(Failure::Refused { address }));
}

// Disks

#[test]
fn a_full_disk_is_told_and_what_comes_later_is_stored() {
    let (home, disk) = Cupboard::of(1);
    let (host, _, port) = hosting(&home, host("韩梅梅"));
    let guest = Seat::open(native("李雷", &at(port)));
    guest.comes_in();
    disk.fails_next(Fault::Full);
    guest.say("装不下");
    let refused = guest.room("refused", |event| match event {
        RoomEvent::Refused { text, reason, .. } => Some((text.to_string(), reason.retry())),
        _ => None,
    });
    assert_eq!(refused, ("装不下".to_owned(), true));
    guest.say("现在呢");
    host.hears("装不下"); // it stayed in the outbox
    host.hears("现在呢");
}

#[test]
fn a_disk_that_fails_ends_the_room_and_nothing_is_acknowledged() {
    let (home, disk) = Cupboard::of(1);
    let (host, _, port) = hosting(&home, host("韩梅梅"));
    let guest = Seat::open(native("李雷", &at(port)));
    guest.comes_in();
    host.sees_name("李雷");
    disk.fails_next(Fault::FailedBefore);
    guest.say("有人吗");
    assert_eq!(host.end(), EndReason::Closed(CloseReason::Disk(StoreError::Failed)));
    let told = guest.until("lost or acknowledged", |event| match event {
        Event::Room(RoomEvent::Lost { .. }) | Event::Ended(_) => Some(true),
        Event::Room(RoomEvent::Sent { .. }) => Some(false),
        _ => None,
    });
    assert!(told, "it was acknowledged");
}

#[test]
fn a_panic_of_the_disks_thread_ends_the_room_and_nothing_is_acknowledged() {
    let (home, disk) = Cupboard::of(1);
    let (host, _, port) = hosting(&home, host("韩梅梅"));
    let mut guest = Raw::welcomed(port);
    host.sees_join();
    disk.panics_next();
    guest.sends("有人吗\n");
    host.until("ended", |event| match event {
        Event::Ended(reason) => {
            assert_eq!(*reason, EndReason::Failed(Failure::Internal));
            Some(())
        }
        Event::Room(RoomEvent::Said { .. } | RoomEvent::Sent { .. }) => panic!("{event:?}"),
        _ => None,
    });
    guest.reads_to_end();
    assert!(time_to_drop(host) < JOIN_WITHIN);
}

#[test]
fn nothing_is_said_or_acknowledged_before_it_is_on_the_disk() {
    let (home, disk) = Cupboard::of(1);
    let (host, _, port) = hosting(&home, host("韩梅梅"));
    let guest = Seat::open(native("李雷", &at(port)));
    guest.comes_in();
    host.sees_name("李雷");
    let before = disk.entries();
    let gate = disk.waits_next();
    guest.say("等一等");
    gate.is_reached();
    assert_eq!(disk.entries(), before);
    // A room whose disk waits still answers its window: it is left while it does.
    drop(gate);
    host.hears("等一等");
    guest.is_acknowledged();
}
