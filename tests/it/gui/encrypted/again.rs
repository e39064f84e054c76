//! Rooms that are open already are found again, whichever way they are asked for.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use landline::proto::log::RoomId;
use landline::worker::{Command, EndReason, Event, Failure};

use super::{WHERE, said};
use crate::gui::{Stage, address};

const NOTE: &str = "This room is open already";

/// Ann is a guest in Lin's room at this address, and looks at the connection panel again.
fn elsewhere() -> Stage {
    let mut stage = Stage::new();
    stage.fill(Role::TextInput, WHERE, "10.0.0.7");
    stage.press("Join");
    let address = address("10.0.0.7:8888");
    stage.tell(0, Event::Connecting { address });
    stage.let_in();
    stage.tell_room(0, said(1, 0, "Lin", "here we are", None));
    stage.press("New room");
    assert!(!stage.has("here we are. "));
    stage.asked();
    stage
}

#[test]
fn the_address_of_an_open_room_leads_to_it_and_nobody_is_called() {
    let mut stage = elsewhere();
    stage.fill(Role::TextInput, WHERE, "10.0.0.7:8888");
    stage.press("Join");
    assert!(stage.has("here we are") && stage.has(NOTE));
    assert_eq!((stage.opened(), stage.asked()), (1, vec![]));
    stage.press("New room");
    stage.fill(Role::TextInput, WHERE, "10.0.0.8");
    stage.press("Join");
    assert_eq!(stage.opened(), 2, "somewhere else is another room");
}

#[test]
fn a_room_that_its_host_told_to_be_open_is_shown_and_called_again() {
    let mut stage = elsewhere();
    stage.fill(Role::TextInput, WHERE, "lins-computer");
    stage.press("Join");
    assert_eq!(stage.opened(), 2);
    let room = RoomId([1; 16]);
    stage.ended(1, EndReason::Failed(Failure::AlreadyOpen { room }));
    assert!(stage.has("here we are") && stage.has(NOTE));
    assert_eq!(stage.asked(), [Command::Retry], "its line was taken by the other");
    stage.press("New room");
    assert!(stage.harness.query_by_role_and_label(Role::Button, "Retry").is_none());
}

#[test]
fn a_room_of_ones_own_is_opened_once() {
    let mut stage = Stage::hosting_encrypted();
    for (field, typed, button) in [("Room name", "workshop", "Start"), (WHERE, "192.168.1.20", "Join")] {
        stage.press("New room");
        stage.fill(Role::TextInput, field, typed);
        stage.press(button);
        assert!(stage.has("Your room is open") && stage.has(NOTE));
        assert_eq!(stage.opened(), 1);
    }
}
