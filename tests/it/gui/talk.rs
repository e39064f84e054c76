//! Writing and reading.

use egui::Event as Input;
use egui::ImeEvent;
use egui::Key;
use egui::Modifiers;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use landline::gui::Start;
use landline::profile::Settings;
use landline::proto;

use super::{Stage, member, said, say, settings};

#[test]
fn both_sides_are_heard() {
    let mut stage = Stage::hosting();
    stage.tell_room(
        0,
        proto::Event::Joined {
            member: member(1, "Bo", false),
        },
    );
    stage.said(0, 1, "Bo", "你好 from nc");
    assert!(stage.has("你好 from nc"));
    stage.write("hello");
    stage.press("Send");
    assert_eq!(stage.commands(0), [say("hello")]);
    assert_eq!(stage.written(), "");
    stage.said(0, 2, "Ann", "hello");
    assert!(
        stage.node(Role::MultilineTextInput, "Message").is_focused(),
        "ready for the next one"
    );
}

#[test]
fn enter_sends_and_shift_enter_does_not() {
    let mut stage = Stage::hosting();
    stage.write("one");
    stage.key(Modifiers::SHIFT, Key::Enter);
    stage.write("two");
    assert_eq!(stage.written(), "one\ntwo");
    assert_eq!(stage.commands(0), []);
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.commands(0), [say("one\ntwo")]);
    assert_eq!(stage.written(), "");
}

#[test]
fn the_setting_swaps_the_keys() {
    let swapped = Settings {
        enter_is_newline: true,
        ..settings()
    };
    let mut stage = Stage::with(swapped, Start::Panel, [1100.0, 900.0]);
    stage.press("Start");
    stage.listening(0);
    stage.write("one");
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!((stage.written().as_str(), stage.commands(0)), ("one\n", vec![]));
    stage.key(Modifiers::COMMAND, Key::Enter);
    assert_eq!(stage.commands(0), [say("one")]);
}

#[test]
fn nothing_is_not_sent() {
    let mut stage = Stage::hosting();
    stage.key(Modifiers::NONE, Key::Enter);
    stage.write("  ");
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.commands(0), []);
    assert!(stage.node(Role::Button, "Send").accesskit_node().is_disabled());
}

#[test]
fn enter_belongs_to_the_input_method_while_it_composes() {
    let mut stage = Stage::hosting();
    stage.node(Role::MultilineTextInput, "Message").focus();
    stage.run();
    stage.compose("ni hao");
    assert!(stage.node(Role::Button, "Send").accesskit_node().is_disabled());
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.commands(0), [], "Enter picks a candidate");
    stage.ime(ImeEvent::Commit("你好".to_owned()));
    assert_eq!(stage.written(), "你好");
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.commands(0), [say("你好")]);
}

#[test]
fn enter_that_commits_does_not_send() {
    let mut stage = Stage::hosting();
    stage.node(Role::MultilineTextInput, "Message").focus();
    stage.run();
    stage.compose("nihao");
    let enter = Input::Key {
        key: Key::Enter,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let together = [Input::Ime(ImeEvent::Commit("nihao".to_owned())), enter];
    stage.harness.input_mut().events.extend(together); // the harness gives its own events a frame each
    stage.run();
    assert_eq!(stage.commands(0), []);
    assert_eq!(stage.written(), "nihao");
}

#[test]
fn a_draft_has_no_unfinished_word() {
    let mut stage = Stage::hosting();
    stage.write("draft ");
    stage.compose("ni hao");
    stage.press("New room");
    stage.compose("");
    stage.harness.get_all_by_role(Role::ListItem).next().unwrap().click();
    stage.run();
    assert_eq!(stage.written(), "draft ");
}

#[test]
fn shortcuts_belong_to_the_input_method_while_it_composes() {
    let mut stage = Stage::hosting();
    stage.node(Role::MultilineTextInput, "Message").focus();
    stage.run();
    stage.compose("ni");
    stage.key(Modifiers::COMMAND, Key::N);
    stage.key(Modifiers::COMMAND, Key::Comma);
    assert!(!stage.has("Talk with people near you") && !stage.has("Close settings"));
}

#[test]
fn a_text_that_is_too_long_says_so_and_stays() {
    let mut stage = Stage::hosting();
    let long = "字".repeat(6000);
    stage.write(&long);
    assert!(stage.has("18000 of 16384 bytes"));
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.commands(0), []);
    assert_eq!(stage.written(), long);
}

#[test]
fn the_end_of_a_long_text_is_in_sight_once_it_is_pasted() {
    let mut stage = Stage::hosting();
    let long: Vec<String> = (0..300).map(|line| format!("line {line}")).collect();
    stage.harness.event(Input::Paste(long.join("\n")));
    stage.run();
    let field = stage.node(Role::MultilineTextInput, "Message").rect();
    assert!(field.height() > 3000.0, "all of it is there");
    assert!(field.bottom() < 900.0, "and the window is at its end: {field:?}");
}

#[test]
fn a_long_name_of_a_room_does_not_make_the_empty_composer_higher() {
    let height = |room: &str| {
        let named = Settings {
            room: room.to_owned(),
            ..settings()
        };
        let mut stage = Stage::with(named, Start::Panel, [400.0, 900.0]);
        stage.press("Start");
        stage.listening(0);
        stage.node(Role::MultilineTextInput, "Message").rect().height()
    };
    assert_eq!(height("A room with a long, long name 32"), height("A"));
}

#[test]
fn a_busy_room_keeps_the_text() {
    let mut stage = Stage::hosting();
    for _ in 0..landline::worker::COMMANDS {
        stage.write("x");
        stage.harness.key_press(Key::Enter);
        stage.harness.step();
    }
    stage.write("kept");
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.written(), "kept");
    assert!(stage.has("The room is busy"));
    assert_eq!(stage.commands(0).len(), landline::worker::COMMANDS);
}

#[test]
fn typing_anywhere_goes_to_the_composer() {
    let mut stage = Stage::hosting();
    let nowhere = egui::pos2(700.0, 500.0);
    stage.harness.hover_at(nowhere);
    stage.harness.drag_at(nowhere);
    stage.harness.drop_at(nowhere);
    stage.run();
    assert!(!stage.node(Role::MultilineTextInput, "Message").is_focused());
    stage.harness.event(Input::Text("hi".to_owned()));
    stage.run();
    assert_eq!(stage.written(), "hi");
}

#[test]
fn who_waits_for_the_first_word_stays_with_the_newest() {
    let mut stage = Stage::hosting();
    for seq in 1..60 {
        stage.send(0, said(seq, "Bo", &format!("word {seq}")));
    }
    stage.run();
    let shown = stage.harness.query_all_by_label_contains("word 59").count();
    assert!(shown > 1, "the newest is in sight, not only in the list of rooms");
}

#[test]
fn a_search_finds_and_says_what_it_found() {
    let mut stage = Stage::hosting();
    for (seq, text) in (1..).zip(["Apples", "pears", "more apples"]) {
        stage.said(0, seq, "Bo", text);
    }
    stage.key(Modifiers::COMMAND, Key::F);
    stage.node(Role::TextInput, "Search in this room").type_text("APPLES");
    stage.run();
    assert!(stage.has("2 of 2"), "the newest first");
    stage.press("Next match");
    assert!(stage.has("1 of 2"));
    stage.said(0, 4, "Bo", "apples again");
    assert!(stage.has("1 of 3"));
    stage.fill(Role::TextInput, "Search in this room", "plums");
    assert!(stage.has("Nothing found"));
    stage.key(Modifiers::NONE, Key::Escape);
    assert!(!stage.has("Nothing found"));
    assert!(stage.node(Role::MultilineTextInput, "Message").is_focused());
}
