//! One room in the middle of the window: header, notice, search, transcript, banner, composer.

mod banner;
pub(in crate::gui) mod composer;
mod door;
mod emoji;
pub(in crate::gui) mod header;
pub(in crate::gui) mod ime;
pub(in crate::gui) mod intent;
mod invite;
mod knocks;
pub(in crate::gui) mod members;
pub(in crate::gui) mod open_room;
pub(in crate::gui) mod room_settings;
mod search;
mod waiting;
mod ways_in;
mod welcome;

use std::time::SystemTime;

use egui::{Rect, Ui, UiBuilder, pos2};
use jiff::tz::TimeZone;

use crate::gui::action::Action;
use crate::gui::look::theme::space;
use crate::gui::room::ime::Ime;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::transcript::{TranscriptAction, View};
use crate::gui::words::strings::Strings;
use crate::proto::Admit;

/// What a room has to know.
pub(crate) struct Surroundings {
    pub(crate) header: header::Surroundings,
    pub(crate) ime: Ime,
    pub(crate) enter_is_newline: bool,
    pub(crate) zone: TimeZone,
    pub(crate) now: SystemTime,
}

/// Draws the room into `rect`.
pub(crate) fn ui(ui: &mut Ui, rect: Rect, room: &mut OpenRoom, around: &Surroundings, actions: &mut Vec<Action>) {
    let words = around.header.words;
    if room.search.update(&room.chat) {
        ui.ctx().request_repaint();
    }
    let mut from_top = Slicer(rect);
    header::ui(ui, from_top.top(space::HEADER), room, &around.header, actions);
    if room.chat.plain_text {
        header::plain_notice_ui(ui, from_top.top(header::NOTICE), words);
    }
    let admit = room.chat.native.as_ref().map(|native| native.settings.admit);
    if admit == Some(Admit::Anyone) && !room.ended() {
        header::anyone_notice_ui(ui, from_top.top(header::NOTICE), words);
    }
    if room.search.open {
        let strip = from_top.top(header::SEARCH);
        header::search_ui(ui, strip, &mut room.search, words, !around.ime.owns_keys());
    }
    let composer = from_top.bottom(room.composer.height(ui, rect.width()));
    let banner = banner::of(words, room, around.now);
    let strip = banner
        .as_ref()
        .map(|banner| from_top.bottom(banner.height(ui, rect.width())));
    let door = knocks::ui(ui, from_top.0, words, room, actions);
    from_top.top(door);
    transcript_ui(ui, from_top.0, room, around, actions);
    if let (Some(banner), Some(strip)) = (banner, strip) {
        banner.ui(ui, strip, words, actions);
        banner::tick(ui, room, around.now);
    }
    if let Some(command) = room.wish() {
        actions.push(Action::Command(room.key, command));
    }
    let around = composer::Surroundings {
        room: room.key,
        chat: &room.chat,
        words,
        ime: around.ime,
        enter_is_newline: around.enter_is_newline,
        obstacle: obstacle(words, room),
    };
    room.composer.ui(ui, composer, &around, actions);
}

fn transcript_ui(ui: &mut Ui, rect: Rect, room: &mut OpenRoom, around: &Surroundings, actions: &mut Vec<Action>) {
    if room.chat.rows().is_empty() {
        room.transcript.watch_nothing(ui);
        welcome::ui(ui, rect, room, around, actions);
        return;
    }
    if let Some(row) = room.search.take_target() {
        room.transcript.go_to(row);
    }
    let view = View {
        strings: around.header.words,
        zone: &around.zone,
        now: around.now,
        focused: ui.input(|input| input.focused),
        find: Some(room.search.needle()),
    };
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("transcript"));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    for wish in room.transcript.ui(&mut child, &room.chat, view) {
        actions.push(match wish {
            TranscriptAction::Ask(command) => Action::Command(room.key, command),
            TranscriptAction::Reply { seq } => Action::Reply(room.key, seq),
            TranscriptAction::Edit { seq } => Action::Edit(room.key, seq),
            TranscriptAction::Forget { id } => Action::Forget(room.key, id),
            TranscriptAction::Copied => Action::Copied,
            TranscriptAction::OpenLink { url } => Action::OpenLink(url),
            TranscriptAction::Typed(text) => Action::Typed(room.key, text),
        });
    }
}

/// Why nothing can be sent now.
fn obstacle(words: &'static Strings, room: &OpenRoom) -> Option<&'static str> {
    if room.ended() || room.leaving {
        Some(words.room_over)
    } else if !room.chat.open() {
        Some(words.not_open_yet)
    } else {
        None
    }
}

/// Cuts strips off a rectangle.
struct Slicer(Rect);

impl Slicer {
    fn top(&mut self, height: f32) -> Rect {
        let y = (self.0.top() + height).min(self.0.bottom());
        let strip = Rect::from_min_max(self.0.min, pos2(self.0.right(), y));
        self.0.min.y = y;
        strip
    }

    fn bottom(&mut self, height: f32) -> Rect {
        let y = (self.0.bottom() - height).max(self.0.top());
        let strip = Rect::from_min_max(pos2(self.0.left(), y), self.0.max);
        self.0.max.y = y;
        strip
    }
}
