//! Everything without the mouse.

use egui::Event as Input;
use egui::Key;
use egui::Modifiers;
use egui::accesskit::Role;
use egui_kittest::kittest::{Queryable as _, by};
use landline::worker::Command;

use landline::gui::Start;

use super::{Stage, say, settings};

/// Goes on with Tab until something has the focus.
fn tab_to(stage: &mut Stage, role: Role, label: &str) {
    const MANY: usize = 40;
    for _ in 0..MANY {
        let there = stage
            .harness
            .get_all_by_role_and_label(role, label)
            .any(|node| node.is_focused());
        if there {
            return;
        }
        stage.key(Modifiers::NONE, Key::Tab);
    }
    panic!("{label} is not reached with Tab");
}

#[test]
fn a_room_is_hosted_and_spoken_in_with_keys_alone() {
    let mut stage = Stage::new();
    tab_to(&mut stage, Role::TextInput, "Room name");
    tab_to(&mut stage, Role::Button, "Start");
    stage.key(Modifiers::NONE, Key::Enter);
    stage.listening(0);
    assert!(stage.node(Role::MultilineTextInput, "Message").is_focused());
    stage.harness.event(Input::Text("hello".to_owned()));
    stage.run();
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.commands(0), [say("hello")]);
    tab_to(&mut stage, Role::Button, "Leave room");
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.commands(0), [Command::Leave]);
}

#[test]
fn enter_in_a_field_starts_and_joins() {
    let mut stage = Stage::new();
    stage.fill(Role::TextInput, "Invite, address or room", "10.0.0.7");
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.opened(), 1);
    assert!(
        stage.node(Role::Button, "Cancel").is_focused(),
        "what was begun with a key can be undone with one"
    );
    stage.key(Modifiers::NONE, Key::Space);
    assert_eq!(stage.commands(0), [Command::Leave]);
}

#[test]
fn the_focus_goes_through_the_window_as_people_read() {
    let mut stage = Stage::hosting();
    stage.key(Modifiers::COMMAND, Key::K);
    let order = [
        (Role::TextInput, "Search rooms"),
        (Role::Button, "Search in this room"),
        (Role::MultilineTextInput, "Message"),
        (Role::Button, "Send"),
    ];
    for (role, label) in &order[..3] {
        tab_to(&mut stage, *role, label);
    }
    stage.write("something to send");
    tab_to(&mut stage, order[3].0, order[3].1);
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.commands(0), [say("something to send")]);
}

#[test]
fn what_ends_the_room_is_the_last_of_the_buttons_above_it() {
    let mut stage = Stage::hosting();
    stage.said(0, 1, "Bo", "hello");
    tab_to(&mut stage, Role::Button, "Search in this room");
    for label in ["Members", "Save transcript", "Leave room"] {
        stage.key(Modifiers::NONE, Key::Tab);
        assert!(stage.node(Role::Button, label).is_focused(), "{label}");
    }
    stage.key(Modifiers::NONE, Key::Tab);
    let newest = by().role(Role::ListItem).label_contains("hello");
    assert!(
        stage.harness.get_all(newest).any(|node| node.is_focused()),
        "who comes with Tab sees where they are"
    );
}

#[test]
fn escape_closes_one_layer_at_a_time() {
    let mut stage = Stage::hosting();
    stage.key(Modifiers::COMMAND, Key::Comma);
    stage.key(Modifiers::COMMAND, Key::Slash);
    assert!(stage.has("Close the list of keys") && stage.has("Close settings"));
    stage.key(Modifiers::NONE, Key::Escape);
    assert!(!stage.has("Close the list of keys") && stage.has("Close settings"));
    stage.key(Modifiers::NONE, Key::Escape);
    assert!(!stage.has("Close settings"));
    assert!(stage.node(Role::MultilineTextInput, "Message").is_focused());
}

#[test]
fn new_room_by_key() {
    let mut stage = Stage::hosting();
    stage.key(Modifiers::COMMAND, Key::N);
    assert!(stage.node(Role::TextInput, "Room name").is_focused());
    stage.key(Modifiers::COMMAND, Key::Tab);
    assert!(stage.node(Role::MultilineTextInput, "Message").is_focused());
}

#[test]
fn what_has_the_focus_is_in_sight() {
    let mut stage = Stage::with(settings(), Start::Panel, [640.0, 500.0]);
    tab_to(&mut stage, Role::Button, "Join");
    stage.run();
    let button = stage.node(Role::Button, "Join").rect();
    assert!(button.bottom() <= 500.0, "{button:?}");
}
