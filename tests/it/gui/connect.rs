//! Hosting, joining, what goes wrong, leaving.

use egui::Key;
use egui::Modifiers;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use landline::gui::Start;
use landline::proto;
use landline::proto::CloseReason;
use landline::proto::Encoding;
use landline::proto::EntryId;
use landline::proto::LineEnd;
use landline::proto::RefuseReason;
use landline::worker::Command;
use landline::worker::EndReason;
use landline::worker::Event;
use landline::worker::Failure;
use landline::worker::Role as Part;
use std::sync::Arc;

use super::{Stage, address, say, settings};

#[test]
fn hosting_starts_a_worker_and_shows_how_to_come_in() {
    let mut stage = Stage::new();
    stage.fill(Role::TextInput, "Room name", "读书会");
    stage.fill(Role::TextInput, "Port", "9000");
    stage.press("Start");
    let config = stage.config(0);
    assert_eq!(config.name, "Ann");
    let Part::Host(host) = config.role else {
        panic!("a host was asked for")
    };
    assert_eq!((host.room.as_str(), host.port, host.plain), ("读书会", 9000, None));
    assert!(stage.has("Opening port 9000…"));
    stage.listening(0);
    for shown in [
        "Your room is open",
        "192.168.1.20",
        "nc 192.168.1.20 8888",
        "Copy 192.168.1.20",
    ] {
        assert!(stage.has(shown), "{shown}");
    }
    assert!(stage.has("Plain text: anybody on the network can read and forge this"));
    assert!(stage.has("Hosting at port 8888 · 1 person"));
    assert_eq!(stage.harness.state().0.settings().room, "读书会");
}

#[test]
fn joining_a_program_says_nothing_by_itself() {
    let mut stage = Stage::new();
    stage.fill(Role::TextInput, "Invite, address or room", "teacher-pc:7000");
    stage
        .node(Role::Switch, "The other side is a plain-text program")
        .click();
    stage.run();
    stage.node(Role::RadioButton, "GBK").click();
    stage.run();
    stage.press("Join");
    let Part::Join(join) = stage.config(0).role else {
        panic!("a guest was asked for")
    };
    assert_eq!(join.target.to_string(), "teacher-pc:7000");
    assert_eq!(join.plain, Some(Encoding::Gbk));
    stage.connected(0);
    assert!(stage.has("You are in"));
    let recent = &stage.harness.state().0.settings().recent[0];
    assert_eq!(
        (recent.address.as_str(), recent.program, recent.encoding.as_str()),
        ("teacher-pc:7000", true, "gbk")
    );
}

#[test]
fn what_is_wrong_stands_beside_the_field() {
    let mut stage = Stage::new();
    assert!(!stage.has("type the address"));
    stage.fill(Role::TextInput, "Port", "70000");
    assert!(stage.has("The port must be a number from 1 to 65535"));
    stage.press("Start");
    stage.fill(Role::TextInput, "Invite, address or room", "what is this");
    assert!(stage.has("neither an invite, a computer's name nor an address"));
    stage.press("Join");
    stage.fill(Role::TextInput, "Invite, address or room", "landline:abc");
    assert!(stage.has("The invite is damaged: copy all of it"));
    stage.press("Join");
    assert_eq!(stage.opened(), 0, "nothing was started");
    stage.fill(Role::TextInput, "Invite, address or room", "10.0.0.7:7000");
    stage.fill(Role::TextInput, "Port", "7000");
    assert!(!stage.has("must be a number") && !stage.has("neither"));
}

#[test]
fn an_empty_address_is_told_only_when_join_was_pressed() {
    let mut stage = Stage::new();
    stage.press("Join");
    assert!(stage.has("or type the address that the host's window shows"));
    assert_eq!(stage.opened(), 0);
}

#[test]
fn a_taken_port_offers_the_next_one() {
    let mut stage = Stage::new();
    stage.press("Start");
    let failure = Failure::PortTaken {
        port: 8888,
        free: Some(8889),
    };
    stage.ended(0, EndReason::Failed(failure));
    assert!(stage.has("Port 8888 is already in use on this computer"));
    assert!(stage.has("Retry"));
    stage.press("Use port 8889");
    let Part::Host(host) = stage.config(1).role else {
        panic!("a host was asked for")
    };
    assert_eq!(host.port, 8889);
    stage.listening(1);
    assert!(stage.has("Your room is open"));
}

#[test]
fn a_name_that_is_not_found_is_told_and_tried_again() {
    let mut stage = Stage::new();
    stage.fill(Role::TextInput, "Invite, address or room", "nobody.local");
    stage.press("Join");
    let failure = Failure::NotResolved {
        host: "nobody.local".to_owned(),
    };
    stage.ended(0, EndReason::Failed(failure));
    assert!(stage.has("No computer called nobody.local was found. Check the spelling"));
    stage.press("Retry");
    assert_eq!(stage.opened(), 2);
}

#[test]
fn in_a_low_window_what_is_wrong_with_a_field_is_in_sight() {
    for height in [400.0, 440.0, 480.0, 520.0, 560.0] {
        let mut stage = Stage::with(settings(), Start::Panel, [640.0, height]);
        let seen = |node: egui_kittest::Node<'_>| node.rect().top() > 0.0 && node.rect().bottom() < height;
        stage.fill(Role::TextInput, "Port", "70000");
        let told = stage.harness.get_by_label_contains("The port must be a number");
        assert!(seen(told), "{height}: {:?}", told.rect());
        stage.fill(Role::TextInput, "Invite, address or room", "10.0.0.7");
        stage.key(Modifiers::NONE, Key::Enter);
        assert!(seen(stage.node(Role::Button, "Cancel")), "{height}");
        let address = address("10.0.0.7:8888");
        stage.ended(0, EndReason::Failed(Failure::Refused { address }));
        let told = stage.harness.get_by_label_contains("no room is open at this port");
        assert!(seen(told), "{height}: {:?}", told.rect());
    }
}

#[test]
fn connecting_can_be_cancelled_at_once() {
    let mut stage = Stage::new();
    stage.fill(Role::TextInput, "Invite, address or room", "10.0.0.7");
    stage.press("Join");
    stage.tell(
        0,
        Event::Connecting {
            address: address("10.0.0.7:8888"),
        },
    );
    assert!(stage.has("Connecting to 10.0.0.7:8888…"));
    stage.press("Cancel");
    assert_eq!(stage.commands(0), [Command::Leave]);
    assert!(stage.harness.query_by_role_and_label(Role::Button, "Join").is_some());
    stage.connected(0); // too late
    stage.ended(0, EndReason::Cancelled);
    assert!(stage.has("Talk with people near you"), "a late answer opens nothing");
}

#[test]
fn the_program_can_start_in_a_room() {
    let start = Start::Join {
        address: Some("10.0.0.7".to_owned()),
        program: Some(Encoding::Gbk),
        name: Some("Bo".to_owned()),
    };
    let stage = Stage::with(settings(), start, [1100.0, 900.0]);
    let config = stage.config(0);
    assert_eq!(config.name, "Bo");
    assert!(matches!(config.role, Part::Join(join) if join.plain == Some(Encoding::Gbk)));
}

/// What the desktop tells of the window.
fn window(stage: &mut Stage) -> &mut egui::ViewportInfo {
    let viewports = &mut stage.harness.input_mut().viewports;
    viewports.entry(egui::ViewportId::ROOT).or_default()
}

#[test]
fn closing_the_window_says_goodbye_first() {
    let mut stage = Stage::hosting();
    window(&mut stage).events.push(egui::ViewportEvent::Close);
    stage.harness.step();
    assert_eq!(stage.commands(0), [Command::Leave]);
    let sent = |stage: &Stage, wanted: &egui::ViewportCommand| {
        let output = &stage.harness.output().viewport_output[&egui::ViewportId::ROOT];
        output.commands.contains(wanted)
    };
    assert!(sent(&stage, &egui::ViewportCommand::CancelClose));
    window(&mut stage).events.clear();
    stage.harness.step();
    assert!(stage.has("Leaving the rooms…"));
    assert!(!sent(&stage, &egui::ViewportCommand::Close));
    stage.opened.borrow()[0]
        .events
        .send(Event::Ended(EndReason::Closed(CloseReason::Left)))
        .unwrap();
    stage.harness.step();
    assert!(sent(&stage, &egui::ViewportCommand::Close));
}

#[test]
fn a_lost_line_can_be_joined_again() {
    let mut stage = Stage::joined();
    stage.said(0, 1, "Bo", "before");
    stage.ended(0, EndReason::Closed(CloseReason::Lost(LineEnd::Reset)));
    assert!(stage.has("The line was lost: the connection was cut"));
    stage.write("not yet");
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.written(), "not yet", "what is written is kept");
    stage.press("Rejoin");
    assert_eq!(stage.opened(), 2);
    stage.connected(1);
    assert!(stage.has("before"), "what was said stays");
    stage.harness.key_press(Key::Enter);
    stage.run();
    assert_eq!(stage.commands(1), [say("not yet")]);
}

#[test]
fn a_refused_message_can_be_said_again() {
    let mut stage = Stage::hosting();
    stage.tell_room(
        0,
        proto::Event::Refused {
            id: EntryId([9; 16]),
            text: Arc::from("once more"),
            reason: RefuseReason::LineLost,
        },
    );
    assert!(stage.has("once more"));
    stage.press("Retry");
    assert_eq!(stage.commands(0), [say("once more")]);
}
