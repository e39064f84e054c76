//! The host's wall clock jumps by hours, while the room is open and between two starts. Nothing but an invite's end hangs on it.

use landline::proto::Command;

use super::room::{Room, message};
use crate::support::set_clock;

impl Room {
    fn clock_jumps(mut self, hours: i32) -> Self {
        set_clock(&mut self.now, hours);
        self
    }
}

#[test]
fn what_is_said_while_the_clock_jumps_keeps_its_order_on_the_disk_and_with_everybody() {
    let mut room = Room::new().member("Li").quietly();
    for (round, hours) in [9, -20, 400, -3, -400].into_iter().enumerate() {
        room = room.clock_jumps(hours).says("from the host").submits("Li", "from Li");
        room = match round % 2 {
            0 => room.restarts().comes("Li"),
            _ => room.vanishes("Li").clock_jumps(-hours).comes("Li"),
        };
        room = room.after(1_000);
        assert!(room.core.is_in(room.people["Li"].line), "round {round}");
    }
    let said = [message("from the host"), message("from Li")].map(|body| landline::proto::wire::encode_body(&body));
    let log = &room.disk.log;
    let texts: Vec<usize> = log
        .iter()
        .filter_map(|placed| said.iter().position(|body| *body == placed.entry.body))
        .collect();
    assert_eq!(texts, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    assert!(
        log.windows(2).any(|pair| pair[1].placed_ms < pair[0].placed_ms),
        "it says what the clock said"
    );
    assert_eq!(room.people["Li"].copy.last(), log.last(), "Li has everything");
}

#[test]
fn a_knock_waits_for_two_minutes_whatever_the_clock_says() {
    for hours in [10, -10] {
        let room = Room::new().knocks("Li").shows_nonce("Li").quietly().clock_jumps(hours);
        let room = room.after(119_999).hears("Li", &[]);
        room.after(1).hears("Li", &["denied NoAnswer"]).shows(&["knock over"]);
    }
}

#[test]
fn an_invite_ends_by_the_clock_and_is_not_lost_when_that_was_wrong() {
    let mut room = Room::new();
    let [first, second] = [room.invite(), room.invite()];
    room = room
        .clock_jumps(25)
        .comes_with("Li", &first)
        .hears("Li", &["denied InviteExpired"]);
    let third = room.invite(); // it ends a day after what the clock says
    room = room.clock_jumps(-25).comes_with("Li", &first).after(200).quietly();
    assert!(room.core.is_in(room.people["Li"].line));
    room = room.comes_with("Cy", &first).hears("Cy", &["denied InviteUsed"]);
    room = room.restarts().comes_with("Mo", &second).after(200);
    assert!(room.core.is_in(room.people["Mo"].line));
    room = room.clock_jumps(-5).comes_with("Cy", &third).after(200);
    assert!(room.core.is_in(room.people["Cy"].line));
}

#[test]
fn people_are_removed_and_leave_while_the_clock_jumps() {
    let room = Room::new().member("Li").member("Mo").clock_jumps(-30).quietly();
    let member = room.disk.peers.values().find(|peer| peer.name == "Li").unwrap().id;
    let room = room.wants(Command::Remove { member }).clock_jumps(60);
    let room = room.after(1_000).comes("Li");
    assert!(!room.core.is_in(room.people["Li"].line));
    assert!(room.core.is_in(room.people["Mo"].line));
}
