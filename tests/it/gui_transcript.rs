//! The transcript by role and label: reading, selecting, copying, links, and that nothing moves.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use egui::{Event, Key, Modifiers, OutputCommand, PointerButton, Pos2, Rect, accesskit::Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use landline::chat::Chat;
use landline::gui::stage::Stage;
use landline::profile::Language;
use landline::proto::{Author, Entry, EntryId, Event as RoomEvent, MemberId, RefuseReason};
use landline::worker;

/// 14 January 2026, 09:30:00 UTC.
fn morning() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_383_000)
}

/// A room in which a test lets people talk.
struct Talk {
    chat: Chat,
    seq: u64,
}

impl Talk {
    fn new() -> Self {
        Self {
            chat: Chat::new("Design crew", true),
            seq: 0,
        }
    }

    fn says(mut self, name: &str, text: &str) -> Self {
        say(&mut self.chat, &mut self.seq, name, text);
        self
    }

    fn lines(self, count: usize) -> Self {
        (0..count).fold(self, |talk, n| talk.says("Lin", &format!("line {n} of a long talk")))
    }

    fn shown(self) -> Harness<'static, Stage> {
        shown_in(Stage::new(self.chat, Language::English, morning()))
    }
}

/// "Me" is the person at this computer.
fn say(chat: &mut Chat, seq: &mut u64, name: &str, text: &str) -> EntryId {
    *seq += 1;
    let id = EntryId(u128::from(*seq).to_le_bytes());
    let entry = Entry {
        seq: *seq,
        id,
        author: Author {
            id: MemberId(name.len() as u64),
            name: name.into(),
            plain: true,
        },
        mine: name == "Me",
        text: text.into(),
        at: morning() + Duration::from_secs(60 * (*seq % 300)),
    };
    chat.apply(&worker::Event::Room(RoomEvent::Said { entry }), morning());
    id
}

fn shown_in(stage: Stage) -> Harness<'static, Stage> {
    let mut harness = Harness::builder()
        .with_size(vec2(800.0, 600.0))
        .with_step_dt(1.0 / 60.0)
        .with_context_setup(Stage::prepare)
        .build_ui_state(|ui, stage: &mut Stage| stage.ui(ui), stage);
    harness.run_steps(4);
    harness
}

fn append(harness: &mut Harness<'_, Stage>, name: &str, text: &str) {
    let stage = harness.state_mut();
    let mut seq = stage.chat.rows().len() as u64 + stage.chat.dropped();
    say(&mut stage.chat, &mut seq, name, text);
    harness.run_steps(30);
}

fn press(harness: &mut Harness<'_, Stage>, at: Pos2, pressed: bool) {
    harness.event(Event::PointerMoved(at));
    harness.event(Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(1);
}

fn drag(harness: &mut Harness<'_, Stage>, from: Pos2, to: Pos2) {
    press(harness, from, true);
    for step in 1..=4_u8 {
        harness.event(Event::PointerMoved(from + (to - from) * (f32::from(step) / 4.0)));
        harness.run_steps(1);
    }
    press(harness, to, false);
    harness.run_steps(2);
}

fn copied(harness: &mut Harness<'_, Stage>) -> Option<String> {
    harness.event(Event::Copy);
    harness.step();
    harness
        .output()
        .platform_output
        .commands
        .iter()
        .find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
}

fn message(harness: &Harness<'_, Stage>, part: &str) -> Rect {
    harness.get_by_role_and_label_contains(part)
}

trait ByRole {
    fn get_by_role_and_label_contains(&self, part: &str) -> Rect;
}

impl ByRole for Harness<'_, Stage> {
    fn get_by_role_and_label_contains(&self, part: &str) -> Rect {
        let by = egui_kittest::kittest::by().role(Role::ListItem).label_contains(part);
        self.get(by).rect()
    }
}

#[test]
fn each_message_is_one_node_that_says_who_when_what_and_how_far() {
    let harness = Talk::new().says("Lin", "早上好").says("Me", "Good morning").shown();
    let labels: Vec<String> = harness
        .get_all_by_role(Role::ListItem)
        .filter_map(|node| node.accesskit_node().label())
        .collect();
    assert_eq!(labels, ["Lin, 09:31: 早上好", "You, 09:32: Good morning. On its way"]);
    harness.get_by_role_and_label(Role::List, "Messages of this room");
}

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
fn it_opens_at_the_oldest_unread_with_a_divider_that_stays() {
    let mut stage = Stage::new(Talk::new().lines(100).chat, Language::English, morning());
    stage.focused = false;
    let mut harness = shown_in(stage);
    assert_eq!(harness.state().unread(), 100, "nothing is read without the focus");
    let divider = |harness: &Harness<'_, Stage>, part: &str| {
        let by = egui_kittest::kittest::by().role(Role::ListItem).label_contains(part);
        harness
            .get(by)
            .accesskit_node()
            .raw_description_contains("100 new messages")
    };
    assert!(divider(&harness, "line 0 of"));
    harness.state_mut().focused = true;
    harness.run_steps(2);
    let left = harness.state().unread();
    assert!(
        (1..100).contains(&left),
        "what is in sight is read, and no more: {left}"
    );
    assert!(divider(&harness, "line 0 of"));
}

trait Described {
    fn raw_description_contains(&self, part: &str) -> bool;
}

impl Described for egui_kittest::kittest::AccessKitNode<'_> {
    fn raw_description_contains(&self, part: &str) -> bool {
        self.description().is_some_and(|words| words.contains(part))
    }
}

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
fn arrow_keys_go_from_message_to_message() {
    let mut harness = Talk::new().lines(50).shown();
    harness.state_mut().go_to_latest();
    harness.run_steps(30);
    harness.get_by_role(Role::List).focus();
    harness.run_steps(2);
    for _ in 0..3 {
        harness.key_press(Key::ArrowUp);
        harness.run_steps(2);
    }
    let text = copied(&mut harness).expect("the message is copied");
    assert!(text.starts_with("line ") && !text.contains('\n'), "{text}");
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
    let node = egui_kittest::kittest::by()
        .role(Role::ListItem)
        .label_contains("the line was lost");
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
fn a_long_message_is_folded_until_it_is_asked_for() {
    let long = "a line\n".repeat(60);
    let mut harness = Talk::new().says("Lin", &long).shown();
    let folded = message(&harness, "a line").height();
    harness.get_by_label("Show all · 1 KB").click();
    harness.run_steps(4);
    assert!(harness.query_by_label("Show all · 1 KB").is_none());
    assert!(message(&harness, "a line").height() > folded * 2.0);
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

#[test]
fn news_are_told_to_people_who_hear_the_window_but_not_one_by_one() {
    let mut harness = Talk::new().lines(3).shown();
    let news = |harness: &Harness<'_, Stage>| {
        harness
            .get_by_role(Role::Status)
            .accesskit_node()
            .label()
            .unwrap_or_default()
    };
    harness.run_steps(150);
    append(&mut harness, "Ana", "first");
    assert_eq!(news(&harness), "Ana: first");
    append(&mut harness, "Ana", "second");
    append(&mut harness, "Ana", "third");
    assert_eq!(news(&harness), "Ana: first", "not yet");
    harness.run_steps(120);
    assert_eq!(news(&harness), "2 new messages");
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
fn both_languages_and_both_themes_are_drawn_without_a_missing_character() {
    for language in [Language::English, Language::Chinese] {
        for theme in [egui::Theme::Light, egui::Theme::Dark] {
            let stage = Stage::new(
                Talk::new().says("Lin", "你好").says("Me", "Hello").chat,
                language,
                morning(),
            );
            let mut harness = Harness::builder()
                .with_size(vec2(420.0, 500.0))
                .with_theme(theme)
                .with_context_setup(Stage::prepare)
                .build_ui_state(|ui, stage: &mut Stage| stage.ui(ui), stage);
            harness.run_steps(3);
            assert_eq!(harness.get_all_by_role(Role::ListItem).count(), 2);
        }
    }
}
