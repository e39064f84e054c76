//! Nothing moves but what people move: appending, trimming, widths, wheel, keys, scroll bar.

use std::sync::Arc;
use std::time::Duration;

use egui::{Event, Key, Modifiers, Pos2, accesskit::Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use landline::gui::stage::Stage;

use super::{Talk, append, message, press, say};

#[test]
fn new_messages_move_nothing_while_somebody_reads() {
    let mut harness = Talk::new().lines(200).shown();
    harness.state_mut().go_to(100);
    harness.run_steps(30);
    assert!(!harness.state().at_latest());
    let (row, place) = (harness.state().position(), message(&harness, "line 100 of"));
    let unread = harness.state().unread();
    append(&mut harness, "Ana", "something new");
    assert_eq!(harness.state().position(), row);
    assert_eq!(message(&harness, "line 100 of"), place);
    assert_eq!(harness.state().unread(), unread + 1);
}

#[test]
fn rows_that_go_at_the_front_move_nothing() {
    let text: Arc<str> = "word ".repeat(3_200).into();
    let mut talk = Talk::new();
    while talk.chat.dropped() == 0 {
        talk = talk.says("Lin", &text);
    }
    let mut harness = talk.lines(40).shown();
    let middle = harness.state().chat.dropped() + harness.state().chat.rows().len() as u64 - 25;
    harness.state_mut().go_to(middle);
    harness.run_steps(30);
    let before = (harness.state().position(), message(&harness, "line 15 of"));
    let dropped = harness.state().chat.dropped();
    while harness.state().chat.dropped() == dropped {
        let stage = harness.state_mut();
        let mut seq = stage.chat.dropped() + stage.chat.rows().len() as u64;
        say(&mut stage.chat, &mut seq, "Lin", &text);
    }
    harness.run_steps(4);
    assert_eq!((harness.state().position(), message(&harness, "line 15 of")), before);
}

#[test]
fn the_end_is_followed_until_somebody_goes_up_and_again_after_the_button() {
    let mut harness = Talk::new().lines(100).shown();
    harness.state_mut().go_to_latest();
    harness.run_steps(30);
    append(&mut harness, "Ana", "followed");
    assert!(harness.state().at_latest());
    message(&harness, "followed");
    harness.key_press(Key::PageUp);
    harness.run_steps(30);
    assert!(!harness.state().at_latest());
    append(&mut harness, "Ana", "not followed");
    assert_eq!(harness.state().unread(), 1);
    harness.get_by_label("Jump to latest (1 new message)").click();
    harness.run_steps(30);
    assert!(harness.state().at_latest());
    assert_eq!(harness.state().unread(), 0);
}

#[test]
fn an_own_message_is_always_gone_to() {
    let mut harness = Talk::new().lines(100).shown();
    harness.state_mut().go_to(10);
    harness.run_steps(30);
    append(&mut harness, "Me", "my own words");
    message(&harness, "my own words");
    assert!(harness.state().at_latest());
}

#[test]
fn the_scroll_bar_has_a_name_and_a_value() {
    let mut harness = Talk::new().lines(100).shown();
    harness.state_mut().go_to_latest();
    harness.run_steps(30);
    let bar = harness.get_by_role_and_label(Role::ScrollBar, "Scroll through the messages");
    assert_eq!(bar.accesskit_node().numeric_value(), Some(100.0));
}

#[test]
fn idle_is_idle() {
    let mut harness = Talk::new().lines(100).says("Me", "and mine").shown();
    harness.run_steps(200);
    let delay = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert_eq!(delay, Duration::MAX, "nothing asks for a frame");
}

#[test]
fn the_message_at_the_top_stays_there_when_the_window_gets_another_width() {
    let words = "many words that are wrapped in a narrow window, ".repeat(8);
    let mut talk = Talk::new();
    for n in 0..60 {
        talk = talk.says("Lin", &format!("{n} {words}"));
    }
    let mut harness = talk.shown();
    harness.state_mut().go_to(30);
    harness.run_steps(30);
    // How far into its row the view's top edge is, as a part of the row.
    let part = |harness: &Harness<'_, Stage>| {
        let (row, offset) = harness.state().position();
        (
            row,
            offset / f64::from(message(harness, &format!(": {row} many words")).height()),
        )
    };
    harness.hover_at(Pos2::new(400.0, 300.0));
    while part(&harness).1 < 0.6 {
        harness.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: vec2(0.0, -5.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        harness.run_steps(20);
    }
    let (row, before) = part(&harness);
    for width in [500.0, 1100.0, 800.0] {
        harness.set_size(vec2(width, 600.0));
        harness.run_steps(3);
        let (now_row, now) = part(&harness);
        assert_eq!(now_row, row, "at {width}");
        assert!((now - before).abs() < 0.05, "at {width}: {before} became {now}");
    }
}

#[test]
fn the_thumb_stays_under_the_hand_that_drags_it() {
    let mut harness = Talk::new().lines(2_000).shown();
    harness.state_mut().go_to_latest();
    harness.run_steps(30);
    let bar = harness.get_by_role(Role::ScrollBar).rect();
    let value = |harness: &Harness<'_, Stage>| harness.get_by_role(Role::ScrollBar).accesskit_node().numeric_value();
    let grip = Pos2::new(bar.center().x, bar.bottom() - 6.0);
    press(&mut harness, grip, true);
    let travel = bar.height() - 32.0; // the shortest thumb
    for step in 1..=10_u8 {
        harness.event(Event::PointerMoved(grip - vec2(0.0, travel * f32::from(step) / 20.0)));
        harness.run_steps(1);
    }
    harness.run_steps(1);
    let halfway = value(&harness).expect("the bar has a value");
    assert!((halfway - 50.0).abs() <= 2.0, "{halfway}");
    press(&mut harness, grip, false);
    let track = Pos2::new(bar.center().x, bar.top() + 20.0);
    press(&mut harness, track, true);
    press(&mut harness, track, false);
    harness.run_steps(2);
    assert!(
        value(&harness).is_some_and(|value| value <= 2.0),
        "a press on the track goes there"
    );
}
