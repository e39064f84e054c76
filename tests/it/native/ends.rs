//! Giving up, and letting go: in every state, in time.

use std::any::Any;
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;
use landline::proto::log::RoomId;
use landline::proto::{Admit, CloseReason, Event as RoomEvent};
use landline::worker::{Command, EndReason, Event, Home, JOIN_WITHIN};

use super::{again, at, hosting};
use crate::cupboard::Cupboard;
use crate::loopback::{
    DEADLINE, JOIN_WITHIN_UNDER_LOAD, Seat, change_host, host, native, program_port, silent_at, silent_port,
    time_to_drop,
};

/// Ends it by command, within the time that dropping may take.
fn leaves_in_time(seat: &Seat) -> EndReason {
    let before = Instant::now();
    seat.send(Command::Leave);
    let reason = seat.end();
    assert!(before.elapsed() < JOIN_WITHIN, "{:?}", before.elapsed());
    reason
}

/// A guest, and what keeps it in its state.
type Kept = (Seat, Box<dyn Any>);

fn connecting() -> Kept {
    let (silent, port) = silent_port();
    let guest = Seat::open(native("李雷", &at(port)));
    guest.calls();
    (guest, Box::new(silent))
}

/// Somebody answers, and says nothing.
fn greeting() -> Kept {
    let (listener, port) = program_port();
    let guest = Seat::open(native("李雷", &at(port)));
    let line = listener.accept().unwrap();
    (guest, Box::new(line))
}

fn knocking() -> Kept {
    let mut config = host("韩梅梅");
    change_host(&mut config, |host| host.admit = Some(Admit::Ask));
    let (host, _, port) = hosting(&Home::fleeting().unwrap(), config);
    let guest = Seat::open(native("李雷", &at(port)));
    guest.room("waiting", |event| {
        matches!(event, RoomEvent::Waiting { .. }).then_some(())
    });
    (guest, Box::new(host))
}

fn inside() -> Kept {
    let (host, _, port) = hosting(&Home::fleeting().unwrap(), host("韩梅梅"));
    let guest = Seat::open(native("李雷", &at(port)));
    guest.comes_in();
    (guest, Box::new(host))
}

/// Without a line, until the next attempt.
fn away() -> (Seat, u16) {
    let (host, _, port) = hosting(&Home::fleeting().unwrap(), host("韩梅梅"));
    let guest = Seat::open(native("李雷", &at(port)));
    guest.comes_in();
    drop(host);
    guest.loses_its_line();
    (guest, port)
}

/// Somebody was there once, and does not answer.
fn calling_again() -> Kept {
    let (guest, port) = away();
    let (silent, _) = silent_at(port);
    guest.send(Command::Retry);
    guest.calls();
    (guest, Box::new(silent))
}

fn guests_in_every_state() -> [(&'static str, Kept); 6] {
    [
        ("connecting", connecting()),
        ("greeting", greeting()),
        ("knocking", knocking()),
        ("inside", inside()),
        ("away", (away().0, Box::new(()))),
        ("calling again", calling_again()),
    ]
}

impl Seat {
    fn calls(&self) {
        self.until("connecting", |event| {
            matches!(event, Event::Connecting { .. }).then_some(())
        });
    }
}

#[test]
fn leaving_ends_a_guest_in_every_state_at_once() {
    for (state, (guest, _held)) in guests_in_every_state() {
        let reason = leaves_in_time(&guest);
        let expected = match state {
            "connecting" => EndReason::Cancelled,
            _ => EndReason::Closed(CloseReason::Left),
        };
        assert_eq!(reason, expected, "{state}");
    }
}

#[test]
fn dropping_ends_a_guest_in_every_state_at_once() {
    for (state, (guest, _held)) in guests_in_every_state() {
        let time = time_to_drop(guest);
        assert!(time < JOIN_WITHIN, "{state}: {time:?}");
    }
}

#[test]
fn leaving_and_dropping_end_a_room_that_is_still_being_loaded() {
    let (home, disk) = Cupboard::of(1);
    for leaves in [true, false] {
        let gate = disk.waits_next();
        let seat = Seat::at(&home, again(RoomId([9; 16]), 0));
        gate.is_reached();
        seat.say("太慢了");
        if leaves {
            seat.send(Command::Leave);
        }
        let (dropping, dropped) = bounded(1);
        let closer = std::thread::Builder::new().name("closer".to_owned());
        let thread = closer.spawn(move || {
            let reason = leaves.then(|| {
                seat.until("ended", |event| match event {
                    Event::Ended(reason) => Some(reason.clone()),
                    _ => None,
                })
            });
            dropping.send(()).unwrap();
            drop(seat);
            reason
        });
        dropped.recv_timeout(DEADLINE).unwrap();
        drop(gate); // the disk is waited for
        let reason = thread.unwrap().join().unwrap();
        assert_eq!(reason, leaves.then_some(EndReason::Cancelled));
    }
}

#[test]
fn dropping_a_room_waits_for_the_batch_that_is_being_kept() {
    let (home, disk) = Cupboard::of(1);
    let (host, _, _) = hosting(&home, host("韩梅梅"));
    host.say("一");
    host.is_acknowledged();
    let before = disk.entries();
    let gate = disk.waits_next();
    host.say("二");
    gate.is_reached();
    let (done, dropped) = bounded(1);
    let dropper = std::thread::Builder::new().name("dropper".to_owned());
    dropper
        .spawn(move || {
            drop(host);
            done.send(()).unwrap();
        })
        .unwrap();
    assert!(
        dropped.recv_timeout(Duration::from_millis(700)).is_err(),
        "it did not wait"
    );
    drop(gate);
    dropped.recv_timeout(DEADLINE).unwrap();
    assert_eq!(disk.entries(), before + 1);
}

#[test]
fn a_host_with_guests_that_have_keys_ends_in_time() {
    let (host, _, port) = hosting(&Home::fleeting().unwrap(), host("韩梅梅"));
    let guests: Vec<_> = (0..8)
        .map(|number| {
            let guest = Seat::open(native(&format!("Guest{number}"), &at(port)));
            guest.comes_in();
            guest
        })
        .collect();
    assert!(time_to_drop(host) < JOIN_WITHIN_UNDER_LOAD);
    guests.iter().for_each(Seat::loses_its_line);
}
