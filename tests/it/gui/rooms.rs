//! Several rooms, members, settings, notes, narrow windows.

use egui::Key;
use egui::Modifiers;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use landline::gui::Start;
use landline::profile::{Call, Language};
use landline::proto;
use landline::proto::CloseReason;
use landline::proto::LineEnd;
use landline::proto::MemberId;
use landline::worker::Command;
use landline::worker::EndReason;
use landline::worker::Failure;
use landline::worker::Role as Part;

use super::{Stage, member, settings};

/// Opens a second room, joined, and stays in it.
fn two_rooms() -> Stage {
    let mut stage = Stage::hosting();
    stage.press("New room");
    stage.fill(Role::TextInput, "Invite, address or room", "10.0.0.7");
    stage.press("Join");
    stage.connected(1);
    stage
}

#[test]
fn messages_elsewhere_are_counted_until_they_are_looked_at() {
    let mut stage = two_rooms();
    stage.said(0, 1, "Bo", "psst");
    stage.said(0, 2, "Bo", "hey");
    assert!(stage.has("Workshop, Hosting, Bo: hey, 2 unread"));
    stage.key(Modifiers::COMMAND, Key::Num1);
    assert!(stage.has("psst"));
    assert!(!stage.has("unread"));
}

#[test]
fn drafts_stay_with_their_rooms() {
    let mut stage = two_rooms();
    stage.write("for ten");
    stage.key(Modifiers::ALT, Key::ArrowUp);
    assert_eq!(stage.written(), "");
    assert!(stage.has("Draft: for ten"));
    stage.write("for workshop");
    stage.key(Modifiers::ALT, Key::ArrowDown);
    assert_eq!(stage.written(), "for ten");
}

#[test]
fn the_list_is_searched() {
    let mut stage = two_rooms();
    stage.key(Modifiers::COMMAND, Key::K);
    stage.node(Role::TextInput, "Search rooms").type_text("WORK");
    stage.run();
    assert_eq!(stage.harness.get_all_by_role(Role::ListItem).count(), 1);
    stage.node(Role::TextInput, "Search rooms").type_text("xyz");
    stage.run();
    assert!(stage.has("No room matches"));
    stage.key(Modifiers::NONE, Key::Escape);
    assert_eq!(stage.harness.get_all_by_role(Role::ListItem).count(), 2);
}

#[test]
fn the_host_removes_somebody_after_one_more_question() {
    let mut stage = Stage::hosting();
    stage.tell_room(
        0,
        proto::Event::Joined {
            member: member(1, "Bo", false),
        },
    );
    stage.press("Members");
    assert!(stage.has("Bo, Plain guest · 10.0.0.9:50000"));
    assert!(stage.has("Ann, Host · you"));
    stage.press("Remove Bo");
    assert_eq!(stage.commands(0), []);
    stage.press("Remove");
    assert_eq!(stage.commands(0), [Command::Remove { member: MemberId(1) }]);
}

#[test]
fn how_people_come_in_is_at_hand_while_they_talk() {
    let mut stage = Stage::hosting();
    stage.said(0, 1, "Bo", "hello");
    assert!(!stage.has("192.168.1.20"), "the welcome card has made room");
    stage.press("Members");
    assert!(stage.has("192.168.1.20"));
    stage.press("Copy nc 192.168.1.20 8888");
    assert!(stage.has("Copied"));
    stage.ended(0, EndReason::Closed(CloseReason::Left));
    assert!(!stage.has("192.168.1.20"), "nobody comes in any more");
    assert!(stage.has("This room is over"));
}

#[test]
fn a_guest_has_nobody_to_tell_how_to_come_in() {
    let mut stage = Stage::joined();
    stage.press("Members");
    assert!(!stage.has("How people come in"));
}

#[test]
fn a_room_is_left_and_then_closed() {
    let mut stage = Stage::hosting();
    stage.said(0, 1, "Bo", "stays readable");
    stage.press("Leave room");
    assert_eq!(stage.commands(0), [Command::Leave]);
    stage.ended(0, EndReason::Closed(CloseReason::Left));
    assert!(stage.has("You left the room") && stage.has("stays readable"));
    stage.press("Close room");
    assert!(stage.has("Talk with people near you"));
    assert_eq!(stage.harness.query_all_by_role(Role::ListItem).count(), 0);
}

#[test]
fn every_end_has_a_sentence() {
    for (reason, sentence) in [
        (CloseReason::HostLeft, "The host said goodbye: the room is over"),
        (CloseReason::Lost(LineEnd::Finished), "the other side hung up"),
        (CloseReason::TooSlow, "the host did not read what you said"),
        (CloseReason::Endless, "a message without an end"),
    ] {
        let mut stage = Stage::joined();
        stage.ended(0, EndReason::Closed(reason));
        assert!(stage.has(sentence), "{sentence}");
        assert!(stage.has("Rejoin"));
    }
}

#[test]
fn the_language_changes_every_visible_word() {
    let mut stage = Stage::hosting();
    stage.tell_room(
        0,
        proto::Event::Joined {
            member: member(1, "小白", false),
        },
    );
    stage.said(0, 1, "小白", "你好");
    stage.tell_room(
        0,
        proto::Event::Joined {
            member: member(1, "plain guest 10.0.0.9", false),
        },
    );
    stage.said(0, 2, "plain guest 10.0.0.9", "嗨");
    stage.press("Ann · Settings");
    stage.node(Role::RadioButton, "中文").click();
    stage.run();
    assert_eq!(stage.harness.state().0.settings().language, Some(Language::Chinese));
    assert_no_english(&stage);
    stage.press("查看快捷键列表");
    assert_no_english(&stage);
    stage.key(Modifiers::NONE, Key::Escape);
    stage.press("成员");
    assert!(stage.has("明文访客 10.0.0.9, 明文访客 · 10.0.0.9:50000"));
    assert!(stage.has("明文访客 10.0.0.9：嗨"), "in the list of rooms");
    assert_no_english(&stage);
    stage.press("移除 明文访客 10.0.0.9");
    assert_no_english(&stage);
    stage.press("新房间");
    stage.fill(Role::TextInput, "房间名称", "别处");
    stage.press("更多选项");
    stage.press("加入");
    assert_no_english(&stage);
    stage.press("开始");
    let failure = Failure::PortTaken {
        port: 8888,
        free: Some(8889),
    };
    stage.ended(1, EndReason::Failed(failure));
    assert!(stage.has("改用端口 8889"));
    assert_no_english(&stage);
}

/// Words that are the same in both languages: names, keys, commands, encodings.
fn assert_no_english(stage: &Stage) {
    const SAME: [&str; 26] = [
        "landline", "Ann", "Workshop", "Ctrl", "Shift", "Enter", "Esc", "Tab", "Alt", "English", "UTF", "GBK", "nc",
        "client", "connect", "bye", "netcat", "telnet", "Landline", "N", "K", "F", "Q", "JSON", "json", "name",
    ];
    let mut seen = 0;
    for node in stage.harness.root().children_recursive() {
        let node = node.accesskit_node();
        let texts = [node.label(), node.data().placeholder().map(str::to_owned)];
        for text in texts.into_iter().flatten() {
            seen += 1;
            let words = text
                .split(|c: char| !c.is_ascii_alphabetic())
                .filter(|word| !word.is_empty());
            let english: Vec<&str> = words.filter(|word| !SAME.contains(word)).collect();
            assert!(english.is_empty(), "{english:?} in {text:?}");
        }
    }
    assert!(seen > 10, "something was looked at");
}

#[test]
fn the_theme_and_the_zoom_hold_at_once() {
    let mut stage = Stage::new();
    stage.press("Ann · Settings");
    stage.node(Role::RadioButton, "Dark").click();
    stage.run();
    assert_eq!(stage.harness.ctx.theme(), egui::Theme::Dark);
    stage.key(Modifiers::COMMAND, Key::Plus);
    assert_eq!(stage.harness.ctx.zoom_factor(), 1.1);
    stage.key(Modifiers::COMMAND, Key::Num0);
    assert_eq!(stage.harness.state().0.settings().zoom, 1.0);
}

#[test]
fn a_note_goes_by_itself_and_can_be_dismissed() {
    let mut stage = Stage::hosting();
    stage.press("Copy 192.168.1.20");
    assert!(stage.has("Copied"));
    stage.harness.run_steps(8); // 2 s by the harness's clock
    assert!(stage.has("Copied"));
    stage.harness.run_steps(10);
    assert!(!stage.has("Copied"), "4 s are over");
    stage.press("Copy 192.168.1.20");
    stage.press("Dismiss");
    assert!(!stage.has("Copied"));
}

#[test]
fn a_transcript_is_saved_where_people_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.json");
    let mut stage = Stage::hosting();
    stage.said(0, 1, "Bo", "for the record");
    stage.press("Save transcript");
    assert!(stage.has("No file dialog service was found"));
    assert!(
        stage.node(Role::TextInput, "File to write").is_focused(),
        "one can type at once"
    );
    stage.fill(Role::TextInput, "File to write", path.to_str().unwrap());
    stage.press("Save");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !stage.has("Saved to") {
        assert!(std::time::Instant::now() < deadline, "the file is written");
        stage.harness.step();
    }
    assert!(std::fs::read_to_string(path).unwrap().contains("for the record"));
}

#[test]
fn a_narrow_window_shows_one_panel_at_a_time() {
    let mut stage = Stage::with(settings(), Start::Panel, [640.0, 900.0]);
    assert!(!stage.has("Search rooms"));
    stage.press("Start");
    stage.listening(0);
    assert!(stage.has("Your room is open"));
    stage.press("Show rooms");
    assert!(stage.has("Search rooms") && !stage.has("Your room is open"));
    stage.harness.get_all_by_role(Role::ListItem).next().unwrap().click();
    stage.run();
    assert!(stage.has("Your room is open"));
    stage.press("Members");
    assert!(stage.has("Close members") && !stage.has("Your room is open"));
    stage.key(Modifiers::NONE, Key::Escape);
    assert!(stage.has("Your room is open"));
}

#[test]
fn a_hidden_list_says_that_something_waits() {
    let mut stage = Stage::with(settings(), Start::Panel, [640.0, 900.0]);
    stage.press("Start");
    stage.listening(0);
    stage.press("Show rooms");
    stage.press("New room");
    stage.fill(Role::TextInput, "Invite, address or room", "10.0.0.7");
    stage.key(Modifiers::NONE, Key::Enter);
    stage.connected(1);
    stage.said(0, 1, "Bo", "psst");
    assert!(stage.has("Show rooms, 1 unread"));
}

#[test]
fn the_list_makes_room_for_a_panel() {
    let mut stage = Stage::with(settings(), Start::Panel, [800.0, 900.0]);
    stage.press("Start");
    stage.listening(0);
    stage.press("Members");
    assert!(stage.has("Close members") && stage.has("Your room is open") && !stage.has("Search rooms"));
    stage.key(Modifiers::COMMAND, Key::K);
    assert!(stage.has("Search rooms") && !stage.has("Close members"));
}

#[test]
fn why_a_file_was_not_written_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("talk.txt");
    let mut stage = Stage::hosting();
    stage.said(0, 1, "Bo", "for the record");
    stage.press("Save transcript");
    stage.fill(Role::TextInput, "File to write", path.to_str().unwrap());
    stage.press("Save");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !stage.has("Not saved: this folder does not exist. Choose another folder") {
        assert!(std::time::Instant::now() < deadline, "it is told");
        stage.harness.step();
    }
}

#[test]
fn the_strip_of_a_lost_line_grows_rather_than_cut_what_happened() {
    let strip = |width: f32| {
        let mut stage = Stage::with(settings(), Start::Panel, [width, 900.0]);
        stage.fill(Role::TextInput, "Invite, address or room", "10.0.0.7");
        stage.key(Modifiers::NONE, Key::Enter);
        stage.connected(0);
        stage.ended(0, EndReason::Closed(CloseReason::Lost(LineEnd::Reset)));
        let told = "The line was lost: the connection was cut. What was said stays here. Rejoin to go on";
        let strip = stage.node(Role::Status, told).rect();
        let composer = stage.node(Role::MultilineTextInput, "Message").rect();
        assert!(strip.bottom() < composer.top(), "it covers nothing");
        strip.height()
    };
    let (narrow, wide) = (strip(500.0), strip(1240.0));
    assert!(narrow > wide + 15.0, "a row more: {narrow}, {wide}");
}

#[test]
fn the_second_program_brings_the_window_to_the_front_and_hands_over_what_it_was_to_join() {
    let mut stage = Stage::hosting();
    let answer = stage.harness.state().0.answerer();
    let focuses = |stage: &Stage| {
        let commands = &stage.harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
        commands.contains(&egui::ViewportCommand::Focus)
    };
    assert!(!focuses(&stage));
    stage
        .harness
        .input_mut()
        .viewports
        .entry(egui::ViewportId::ROOT)
        .or_default()
        .focused = Some(false);
    answer(Call::Raise);
    stage.harness.step();
    assert!(focuses(&stage));
    assert_eq!(stage.opened(), 1);
    answer(
        Start::Join {
            address: Some("10.0.0.7".to_owned()),
            program: None,
            name: None,
        }
        .call(),
    );
    stage.harness.step();
    assert_eq!(stage.opened(), 2);
    let Part::Join(join) = stage.config(1).role else {
        panic!("it was to be joined")
    };
    assert_eq!(join.target.to_string(), "10.0.0.7:8888");
    stage.harness.step();
    assert!(stage.has("Join a room"), "what comes of it is seen");
}
