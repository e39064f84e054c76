//! The transcript by role and label: reading, selecting, copying, links, and that nothing moves.

use std::time::{Duration, SystemTime};

use egui::accesskit::Role;
use egui::{Event, Modifiers, OutputCommand, PointerButton, Pos2, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
use landline::chat::Chat;
use landline::gui::stage::Stage;
use landline::profile::Language;
use landline::proto::{Author, Entry, EntryId, Event as RoomEvent, MemberId};
use landline::worker;

mod acting;
mod moving;
mod reading;

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
        reply_to: None,
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

/// Where the message is that contains `part`.
fn message(harness: &Harness<'_, Stage>, part: &str) -> Rect {
    harness.get(by().role(Role::ListItem).label_contains(part)).rect()
}

/// Whether something is told to stand above the message that contains `part`.
fn has_above(harness: &Harness<'_, Stage>, part: &str, words: &str) -> bool {
    let node = harness.get(by().role(Role::ListItem).label_contains(part));
    node.accesskit_node()
        .description()
        .is_some_and(|above| above.contains(words))
}
