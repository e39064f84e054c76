//! Workers with keys and disks over loopback: rooms that last, lines that do not.

use std::time::{Duration, Instant};

use landline::proto::identity::Identity;
use landline::proto::invite::Invite;
use landline::proto::log::{RoomId, Settings};
use landline::proto::message::DenyReason;
use landline::proto::{Admit, CloseReason, Encoding, Event as RoomEvent, LeaveReason};
use landline::worker::{Command, Config, EndReason, Event, Home, JOIN_WITHIN, Target};

use crate::cupboard::Cupboard;
use crate::loopback::{Raw, Seat, WELCOME, change_host, change_join, guest, host, native, silent_port, time_to_drop};

mod disks;
mod ends;

/// A computer with a disk.
struct Computer {
    home: Home,
    _profile: tempfile::TempDir,
}

impl Computer {
    fn new(seed: u8) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let home = Home::in_folder(Identity::from_seed(&[seed; 32]), profile.path().to_owned());
        Self {
            home,
            _profile: profile,
        }
    }
}

/// A host that listens: the seat, the room, the port.
fn hosting(home: &Home, config: Config) -> (Seat, RoomId, u16) {
    let seat = Seat::at(home, config);
    let (room, port) = seat.until("listening", |event| match event {
        Event::Listening { id, port, .. } => Some((*id, *port)),
        _ => None,
    });
    (seat, room, port)
}

/// The same room at the same port.
fn again(room: RoomId, port: u16) -> Config {
    let mut config = host("韩梅梅");
    change_host(&mut config, |host| (host.again, host.port) = (Some(room), port));
    config.seed = None; // the same chance would draw the same names for other entries
    config
}

/// How the room is, the next time that it is told.
fn settings_of(seat: &Seat) -> Settings {
    seat.room("settings", |event| match event {
        RoomEvent::Settings { settings, .. } => Some(settings.clone()),
        _ => None,
    })
}

fn at(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// A guest that goes to a room which it knows.
fn returning(name: &str, room: RoomId) -> Config {
    let mut config = native(name, "127.0.0.1:1");
    change_join(&mut config, |join| join.target = Target::Known(room));
    config
}

impl Seat {
    /// Whether it goes on where it was.
    fn comes_in(&self) -> bool {
        self.room("connected", |event| match event {
            RoomEvent::Connected { resumed, secure, .. } => {
                assert!(*secure);
                Some(*resumed)
            }
            _ => None,
        })
    }

    /// The next own message that the host has stored.
    fn is_acknowledged(&self) {
        self.room("sent", |event| match event {
            RoomEvent::Sent { plain: false, .. } => Some(()),
            _ => None,
        });
    }

    /// It goes on where it was, and what it has kept is stored by the host, whichever its disk tells first.
    fn comes_back_and_sends(&self) {
        let (mut connected, mut sent) = (false, false);
        self.room("connected and sent", |event| {
            match event {
                RoomEvent::Connected { resumed, .. } => connected = *resumed,
                RoomEvent::Sent { .. } => sent = true,
                _ => {}
            }
            (connected && sent).then_some(())
        });
    }

    fn is_queued(&self) {
        self.room("queued", |event| {
            matches!(event, RoomEvent::Queued { .. }).then_some(())
        });
    }

    fn loses_its_line(&self) {
        self.room("lost", |event| matches!(event, RoomEvent::Lost { .. }).then_some(()));
    }

    fn makes_an_invite(&self) -> Invite {
        self.send(Command::Invite);
        self.room("invite", |event| match event {
            RoomEvent::Invite { invite } => Some(invite.clone()),
            _ => None,
        })
    }
}

// Rooms

#[test]
fn a_host_and_a_guest_talk_both_ways_and_know_what_is_stored() {
    let (host, _, port) = hosting(&Home::fleeting().unwrap(), host("韩梅梅"));
    let guest = Seat::open(native("李雷", &at(port)));
    assert!(!guest.comes_in());
    host.sees_name("李雷");
    guest.say("你好，梅梅");
    assert_eq!(&*host.hears("你好，梅梅").author.name, "李雷");
    guest.is_acknowledged();
    host.say("你好，李雷");
    host.is_acknowledged();
    assert_eq!(&*guest.hears("你好，李雷").author.name, "韩梅梅");
    guest.send(Command::Leave);
    assert_eq!(guest.end(), EndReason::Closed(CloseReason::Left));
    assert_eq!(host.sees_leave(), LeaveReason::Bye);
}

#[test]
fn plain_guests_and_guests_with_keys_are_in_one_room() {
    let (host, _, port) = hosting(&Home::fleeting().unwrap(), host("韩梅梅"));
    let guest = Seat::open(native("李雷", &at(port)));
    guest.comes_in();
    let mut script = Raw::welcomed(port);
    script.sends("/name Lucy\n");
    guest.sees_name("Lucy");
    script.sends("hi\n");
    assert!(guest.hears("hi").author.plain);
    guest.say("hello");
    script.reads("李雷: hello\n");
    drop(host);
}

#[test]
fn an_invite_says_where_the_room_is_and_lets_one_person_in() {
    let (home, _) = Cupboard::of(1);
    let mut config = host("韩梅梅");
    change_host(&mut config, |host| host.admit = Some(Admit::Invited));
    let (host, _, port) = hosting(&home, config);
    let mut invite = host.makes_an_invite();
    assert!(
        invite.addresses.iter().all(|address| address.port == port),
        "{:?}",
        invite.addresses
    );
    // Some of the addresses are of no use from here.
    let (_silent, silent_port) = silent_port();
    let useless = [at(silent_port), "nobody.invalid:1".to_owned(), at(1)].map(|address| address.parse().unwrap());
    invite.addresses.splice(..0, useless);
    let mut config = native("李雷", "127.0.0.1:1");
    change_join(&mut config, |join| join.target = Target::Invite(invite));
    let guest = Seat::open(config);
    guest.comes_in();
    guest.say("谢谢");
    host.hears("谢谢");
}

#[test]
fn a_room_that_was_closed_to_strangers_stays_so_when_it_is_opened_again() {
    let computer = Computer::new(1);
    let (seat, room, port) = hosting(&computer.home, host("韩梅梅"));
    let mut settings = settings_of(&seat);
    settings.admit = Admit::Invited;
    seat.send(Command::Change {
        settings: settings.clone(),
    });
    assert_eq!(settings_of(&seat), settings);
    drop(seat);
    let mut config = again(room, port);
    change_host(&mut config, |host| host.admit = None);
    let (seat, ..) = hosting(&computer.home, config);
    assert_eq!(settings_of(&seat).admit, Admit::Invited);
    let stranger = Seat::open(native("李雷", &at(port)));
    assert_eq!(
        stranger.end(),
        EndReason::Closed(CloseReason::Denied(DenyReason::NotInvited))
    );
}

#[test]
fn a_room_that_let_plain_text_in_does_so_again_until_it_is_told_otherwise() {
    let computer = Computer::new(1);
    let (seat, room, port) = hosting(&computer.home, host("韩梅梅"));
    assert_eq!(settings_of(&seat).plain, Some(Encoding::Auto));
    drop(seat);
    let opened = |plain| {
        let mut config = again(room, port);
        change_host(&mut config, |host| host.plain = plain);
        hosting(&computer.home, config).0
    };
    let seat = opened(None);
    Seat::connected(guest("李雷", &at(port))).hears(WELCOME);
    drop(seat);
    let seat = opened(Some(None));
    seat.room("plain text is off", |event| match event {
        RoomEvent::Settings { settings, .. } => settings.plain.is_none().then_some(()),
        _ => None,
    });
    drop(seat);
    assert_eq!(settings_of(&opened(None)).plain, None);
}

// Coming back

#[test]
fn guests_come_back_by_themselves_when_the_host_opens_its_room_again() {
    let (computer, laptop) = (Computer::new(1), Computer::new(2));
    let (host, room, port) = hosting(&computer.home, host("韩梅梅"));
    let guest = Seat::at(&laptop.home, native("李雷", &at(port)));
    guest.comes_in();
    guest.say("之前");
    guest.is_acknowledged();
    drop(host);
    guest.loses_its_line();
    guest.say("之间");
    guest.is_queued();
    let (host, same, _) = hosting(&computer.home, again(room, port));
    assert_eq!(same, room);
    guest.send(Command::Retry);
    guest.comes_back_and_sends();
    host.hears("之前");
    host.hears("之间");
    host.say("之后");
    guest.hears("之后");
}

#[test]
fn what_a_guest_said_without_a_host_is_sent_after_the_guest_was_started_again() {
    let (computer, laptop) = (Computer::new(1), Computer::new(2));
    let (host, room, port) = hosting(&computer.home, host("韩梅梅"));
    let guest = Seat::at(&laptop.home, native("李雷", &at(port)));
    guest.comes_in();
    drop(host);
    guest.loses_its_line();
    guest.say("还没有人听到");
    guest.is_queued();
    assert!(time_to_drop(guest) < JOIN_WITHIN);

    let guest = Seat::at(&laptop.home, returning("李雷", room));
    guest.is_queued();
    let (host, _, _) = hosting(&computer.home, again(room, port));
    guest.send(Command::Retry);
    host.hears("还没有人听到");
    guest.is_acknowledged();
}

#[test]
fn what_was_said_just_before_the_worker_was_dropped_is_in_the_outbox() {
    let (computer, laptop) = (Computer::new(1), Computer::new(2));
    let (host, room, port) = hosting(&computer.home, host("韩梅梅"));
    let guest = Seat::at(&laptop.home, native("李雷", &at(port)));
    guest.comes_in();
    drop(host);
    guest.loses_its_line();
    let texts: Vec<_> = (0..20).map(|number| format!("第{number}句")).collect();
    texts.iter().for_each(|text| guest.say(text));
    drop(guest);
    let guest = Seat::at(&laptop.home, returning("李雷", room));
    for said in texts {
        let kept = guest.room("queued", |event| match event {
            RoomEvent::Queued { text, .. } => Some(text.to_string()),
            _ => None,
        });
        assert_eq!(kept, said);
    }
}

#[test]
fn what_a_host_said_just_before_the_worker_was_dropped_is_in_the_log() {
    let (home, disk) = Cupboard::of(1);
    let (host, ..) = hosting(&home, host("韩梅梅"));
    host.say("一");
    host.is_acknowledged();
    let before = disk.entries();
    (0..20).for_each(|number| host.say(&format!("第{number}句")));
    drop(host);
    assert_eq!(disk.entries(), before + 20);
}

#[test]
fn who_joins_by_the_address_of_a_room_they_know_goes_on_where_they_were() {
    let (computer, laptop) = (Computer::new(1), Computer::new(2));
    let (host, _, port) = hosting(&computer.home, host("韩梅梅"));
    let guest = Seat::at(&laptop.home, native("李雷", &at(port)));
    assert!(!guest.comes_in());
    guest.say("一");
    guest.is_acknowledged();
    drop(guest);
    host.sees_leave();
    host.say("二");
    let guest = Seat::at(&laptop.home, native("李雷", &at(port)));
    assert!(guest.comes_in(), "it is the same room");
    guest.hears("二");
    guest.say("三");
    host.hears("三");
}

#[test]
fn what_is_said_while_a_known_room_is_recognised_is_not_lost() {
    let ((home, disk), (host, _, port)) = (Cupboard::of(2), hosting(&Home::fleeting().unwrap(), host("韩梅梅")));
    let guest = Seat::at(&home, native("李雷", &at(port)));
    guest.comes_in();
    drop(guest);
    host.sees_leave();
    let gate = disk.waits_next();
    let guest = Seat::at(&home, native("李雷", &at(port)));
    gate.is_reached(); // the host has let it in, and the disk is about to see that it knows the room
    for _ in 0..3 {
        guest.say("早了");
    }
    drop(gate);
    for _ in 0..3 {
        guest.room("given back or sent", |event| match event {
            RoomEvent::Refused { text, .. } => {
                assert_eq!(&**text, "早了");
                Some(())
            }
            RoomEvent::Sent { .. } => Some(()),
            _ => None,
        });
    }
}

#[test]
fn what_is_said_while_a_known_room_is_opened_is_not_lost() {
    let ((home, disk), (host, _, port)) = (Cupboard::of(2), hosting(&Home::fleeting().unwrap(), host("韩梅梅")));
    let guest = Seat::at(&home, native("李雷", &at(port)));
    guest.comes_in();
    drop(guest);
    host.sees_leave();
    let recognised = disk.waits_next();
    let guest = Seat::at(&home, native("李雷", &at(port)));
    recognised.is_reached();
    let opened = disk.waits_next();
    drop(recognised);
    opened.is_reached();
    (0..3).for_each(|number| guest.say(&format!("第{number}句")));
    drop(opened);
    (0..3).for_each(|number| drop(host.hears(&format!("第{number}句"))));
}

// Too much

#[test]
fn a_member_who_says_too_much_at_once_is_heard_later_and_nobody_waits_for_that() {
    const MUCH: usize = 160; // the first 60 at once, then 20 a second on average: seconds in all
    let (host, _, port) = hosting(&Home::fleeting().unwrap(), host("韩梅梅"));
    let (loud, quiet) = (
        Seat::open(native("大声", &at(port))),
        Seat::open(native("小声", &at(port))),
    );
    loud.comes_in();
    quiet.comes_in();
    host.sees_name("大声");
    let start = Instant::now();
    for number in 0..MUCH {
        loud.say(&format!("{number}"));
    }
    host.hears("0");
    quiet.say("我也在");
    let (mut heard, mut quiet_at) = (1, None);
    while heard < MUCH || quiet_at.is_none() {
        let entry = host.room("said", |event| match event {
            RoomEvent::Said { entry } if !entry.mine => Some(entry.clone()),
            _ => None,
        });
        if &*entry.text == "我也在" {
            quiet_at = Some(heard);
        } else {
            assert_eq!(*entry.text, format!("{heard}"), "nothing is lost, all is in order");
            heard += 1;
        }
    }
    assert!(quiet_at < Some(MUCH), "it waited for the other");
    assert!(start.elapsed() > Duration::from_secs(1), "all of it was heard at once");
}
