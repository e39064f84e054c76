//! What is said to whom: nodes, dividers, news, languages.

use egui::{Key, accesskit::Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use landline::gui::stage::Stage;
use landline::profile::Language;

use super::{Talk, append, copied, has_above, message, morning, shown_in};

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
fn it_opens_at_the_oldest_unread_with_a_divider_that_stays() {
    let mut stage = Stage::new(Talk::new().lines(100).chat, Language::English, morning());
    stage.focused = false;
    let mut harness = shown_in(stage);
    assert_eq!(harness.state().unread(), 100, "nothing is read without the focus");
    let divider = |harness: &Harness<'_, Stage>| has_above(harness, "line 0 of", "100 new messages");
    assert!(divider(&harness));
    harness.state_mut().focused = true;
    harness.run_steps(2);
    let left = harness.state().unread();
    assert!(
        (1..100).contains(&left),
        "what is in sight is read, and no more: {left}"
    );
    assert!(divider(&harness));
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
