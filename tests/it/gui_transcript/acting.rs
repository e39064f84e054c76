//! Selecting, copying, links, remedies, by mouse and by keys.

use egui::{Event, Key, Modifiers, PointerButton, Pos2, accesskit::Role};
use egui_kittest::kittest::{Queryable as _, by};
use landline::proto::Event as RoomEvent;
use landline::proto::RefuseReason;
use landline::worker;

use super::{Talk, copied, drag, message, morning, press, say};

#[test]
fn a_selection_over_several_messages_is_copied_from_the_model() {
    let mut harness = Talk::new()
        .says("Lin", "first words here")
        .says("Me", "second words")
        .says("Lin", "third words")
        .shown();
    let (first, third) = (message(&harness, "first words"), message(&harness, "third words"));
    let from = Pos2::new(first.left() + 60.0, first.bottom() - 20.0);
    drag(
        &mut harness,
        from,
        Pos2::new(third.right() - 20.0, third.bottom() - 24.0),
    );
    let expected = "Lin, 09:31\nfirst words here\n\nMe, 09:32\nsecond words\n\nLin, 09:33\nthird words";
    assert_eq!(copied(&mut harness).as_deref(), Some(expected));
}

#[test]
fn a_quick_hand_selects_from_where_it_pressed() {
    let mut harness = Talk::new()
        .says("Lin", "first words")
        .says("Me", "second words")
        .shown();
    let (first, second) = (message(&harness, "first words"), message(&harness, "second words"));
    let from = Pos2::new(first.left() + 60.0, first.bottom() - 20.0);
    let to = Pos2::new(second.right() - 40.0, second.bottom() - 34.0);
    harness.event(Event::PointerMoved(from));
    harness.event(Event::PointerButton {
        pos: from,
        button: PointerButton::Primary,
        pressed: true,
        modifiers: Modifiers::NONE,
    });
    harness.event(Event::PointerMoved(to)); // all in one frame
    harness.run_steps(3);
    press(&mut harness, to, false);
    let text = copied(&mut harness).expect("something is selected");
    assert_eq!(text, "Lin, 09:31\nfirst words\n\nMe, 09:32\nsecond words");
}

#[test]
fn a_selection_within_one_message_is_its_bare_text() {
    let mut harness = Talk::new().says("Lin", "看这里 https://example.org/a").shown();
    let row = message(&harness, "看这里");
    let from = Pos2::new(row.left() + 60.0, row.bottom() - 40.0);
    drag(&mut harness, from, Pos2::new(row.right() - 10.0, row.bottom() - 40.0));
    assert_eq!(copied(&mut harness).as_deref(), Some("看这里 https://example.org/a"));
}

#[test]
fn everything_can_be_selected_and_copied_by_keys_alone() {
    let mut harness = Talk::new().lines(300).shown();
    harness.get_by_role(Role::List).focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    let text = copied(&mut harness).expect("something is selected");
    assert_eq!(text.matches(" of a long talk").count(), 300);
}

#[test]
fn the_menu_of_a_message_is_reached_by_keys_alone() {
    for (modifiers, key) in [(Modifiers::SHIFT, Key::F10), (Modifiers::NONE, Key::Menu)] {
        let mut harness = Talk::new().says("Lin", "one").says("Bo", "two").shown();
        harness.get_by_role(Role::List).focus();
        harness.run_steps(2);
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(8);
        assert!(harness.get_by_label("Copy message").is_focused());
        harness.key_press(Key::Enter);
        harness.run_steps(8);
        assert_eq!(harness.state().asked, ["copied"]);
        assert!(harness.query_by_label("Copy message").is_none(), "the menu closes");
        let newest = harness.get(by().role(Role::ListItem).label_contains("two"));
        assert!(newest.is_focused(), "the focus comes back to the message");
    }
}

#[test]
fn a_message_that_did_not_go_out_says_why_and_offers_remedies() {
    let mut talk = Talk::new();
    let id = say(&mut talk.chat, &mut talk.seq, "Me", "lost words");
    let refused = RoomEvent::Refused {
        id,
        text: "lost words".into(),
        reason: RefuseReason::LineLost,
    };
    talk.chat.apply(&worker::Event::Room(refused), morning());
    let mut harness = talk.shown();
    let node = by().role(Role::ListItem).label_contains("the line was lost");
    harness.get(node);
    harness.get_by_label("Copy").click();
    harness.run_steps(2);
    harness.get_by_label("Retry").click();
    harness.run_steps(2);
    assert_eq!(harness.state().asked, ["copied", "retry lost words"]);
}

#[test]
fn a_link_is_opened_only_after_its_host_was_shown() {
    let mut harness = Talk::new().says("Lin", "https://example.org/somewhere").shown();
    let row = message(&harness, "example.org");
    let at = Pos2::new(row.left() + 120.0, row.bottom() - 34.0);
    press(&mut harness, at, true);
    press(&mut harness, at, false);
    harness.run_steps(10);
    assert!(harness.state().asked.is_empty());
    harness.get_by_label("example.org");
    harness.get_by_label("Open").click();
    harness.run_steps(2);
    assert_eq!(harness.state().asked, ["open https://example.org/somewhere"]);
}

#[test]
fn a_link_can_be_opened_by_keys_alone() {
    let mut harness = Talk::new().says("Lin", "see https://example.org/a.").shown();
    harness.get_by_role(Role::List).focus();
    harness.run_steps(2);
    for key in [Key::ArrowUp, Key::Enter] {
        harness.key_press(key);
        harness.run_steps(4);
    }
    harness.get_by_label("https://example.org/a");
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    assert_eq!(harness.state().asked, ["open https://example.org/a"]);
}

#[test]
fn a_link_question_is_cancelled_by_escape() {
    let mut harness = Talk::new().says("Lin", "https://example.org/a").shown();
    harness.get_by_role(Role::List).focus();
    harness.run_steps(2);
    for key in [Key::ArrowUp, Key::Enter] {
        harness.key_press(key);
        harness.run_steps(4);
    }
    assert!(harness.query_by_label("https://example.org/a").is_some());
    harness.key_press(Key::Escape);
    harness.run_steps(4);
    assert!(harness.query_by_label("https://example.org/a").is_none());
    assert!(harness.state().asked.is_empty());
}

#[test]
fn typing_while_the_transcript_has_the_focus_goes_to_the_composer() {
    let mut harness = Talk::new().lines(3).shown();
    harness.get_by_role(Role::List).focus();
    harness.run_steps(2);
    harness.event(Event::Text("h".to_owned()));
    harness.run_steps(2);
    assert_eq!(harness.state().asked, ["typed h"]);
}
