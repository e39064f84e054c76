//! Where people write.
//!
//! While an input method composes, the field's text contains the unfinished word. So what counts as written is kept
//! apart, and nothing is sent, counted or kept from the field itself in those frames.

use egui::text::{CCursor, CCursorRange, CharIndex, LayoutJob, TextFormat};
use egui::{
    Event, EventFilter, Frame, Galley, Id, Key, KeyboardShortcut, Modifiers, Popup, Rect, Role, ScrollArea, Sense,
    Stroke, StrokeKind, TextBuffer, TextEdit, Ui, UiBuilder, WidgetInfo, WidgetText, pos2, vec2,
};

use crate::chat::{Chat, Row};
use crate::gui::action::Action;
use crate::gui::look::controls;
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::emoji;
use crate::gui::room::ime::Ime;
use crate::gui::room::intent::Intent;
use crate::gui::room::open_room::RoomKey;
use crate::gui::words::strings::Strings;
use crate::text::MAX_MESSAGE_BYTES;

/// Rows that are shown; more scroll.
const MAX_ROWS: f32 = 8.0;
/// Above and below the text.
const PADDING: f32 = 13.0;
/// Diameter of the send button.
const SEND: f32 = 36.0;
/// Right of the text: emoji, send, and the gaps.
const BUTTONS: f32 = SEND + space::ICON_BUTTON + 20.0;
/// Left of the text.
const LEFT: f32 = 16.0;
/// Under the card: the line that says which key sends.
const HINT: f32 = 26.0;
/// From here on the length is shown.
const COUNT_FROM: usize = MAX_MESSAGE_BYTES * 3 / 4;

/// What is being written in one room.
#[derive(Debug, Default)]
pub(crate) struct Composer {
    field: String,
    written: String,
    /// The text was changed in the frame before: only now is there as much room as it needs, and the cursor can be followed.
    grown: bool,
    pub(crate) intent: Intent,
    /// The cursor is to stand behind the text when the field is next drawn.
    to_end: bool,
    /// The field is to take the focus when it is next drawn.
    pub(crate) wants_focus: bool,
}

/// What the composer has to know.
pub(crate) struct Surroundings<'a> {
    pub(crate) room: RoomKey,
    pub(crate) chat: &'a Chat,
    pub(crate) words: &'static Strings,
    pub(crate) ime: Ime,
    pub(crate) enter_is_newline: bool,
    /// Why nothing can be sent now.
    pub(crate) obstacle: Option<&'static str>,
}

impl Composer {
    /// What is written, without what an input method has not finished.
    pub(crate) fn written(&self) -> &str {
        &self.written
    }

    /// Puts back what could not be sent, or empties the field.
    pub(crate) fn set(&mut self, text: &str) {
        text.clone_into(&mut self.field);
        text.clone_into(&mut self.written);
    }

    /// Adds what was typed elsewhere, and takes the focus.
    pub(crate) fn append(&mut self, text: &str) {
        self.field.push_str(text);
        self.written.clone_from(&self.field);
        self.wants_focus = true;
    }

    /// Begins to write an answer.
    pub(crate) fn reply(&mut self, seq: u64) {
        self.cancel();
        self.intent = Intent::Reply(seq);
        self.wants_focus = true;
    }

    /// Begins to write other words for a message that says `text`.
    pub(crate) fn edit(&mut self, seq: u64, text: &str) {
        self.cancel();
        let before = self.written.clone();
        self.intent = Intent::Edit { seq, before };
        self.set(text);
        self.to_end = true;
        self.wants_focus = true;
    }

    /// Writes something new again; what had been written before an edit comes back. Whether there was anything to cancel.
    pub(crate) fn cancel(&mut self) -> bool {
        match std::mem::take(&mut self.intent) {
            Intent::New => return false,
            Intent::Reply(_) => {}
            Intent::Edit { before, .. } => self.set(&before),
        }
        true
    }

    /// It was said.
    pub(crate) fn done(&mut self) {
        if !matches!(self.intent, Intent::Edit { .. }) {
            self.set("");
        }
        self.cancel();
    }

    /// Another room is shown: an unfinished word belongs to the input method, not to the draft.
    pub(crate) fn put_aside(&mut self) {
        self.field.clone_from(&self.written);
    }

    /// The field's id in a room.
    pub(crate) fn id(room: RoomKey) -> Id {
        Id::unique(("composer", room))
    }

    /// How high it will be at `width`.
    pub(crate) fn height(&self, ui: &Ui, width: f32) -> f32 {
        let galley = layout(ui, &self.field, width - 2.0 * space::PANE - LEFT - BUTTONS);
        let row = theme::line_height(size::BODY);
        let rows = (galley.rows.len() as f32).clamp(1.0, MAX_ROWS);
        rows * row + 2.0 * PADDING + space::ONE + HINT + self.intent.height()
    }

    /// Draws it into `rect`, pushes what is asked for.
    pub(crate) fn ui(&mut self, ui: &mut Ui, rect: Rect, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
        let strip = self.intent.height();
        let card = Rect::from_min_max(
            rect.min + vec2(space::PANE, space::ONE + strip),
            rect.max - vec2(space::PANE, HINT),
        );
        let place = Rect::from_min_max(pos2(card.left() + 8.0, card.top() - strip), card.right_top());
        if self.intent.ui(ui, place, around.words, around.chat) {
            self.cancel();
        }
        self.edit_by_key(ui, around, actions);
        let id = Self::id(around.room);
        let focused = ui.memory(|memory| memory.has_focus(id));
        let colors = palette(ui);
        let edge = if focused {
            colors.focus_ring()
        } else {
            Stroke::new(1.0, colors.line)
        };
        ui.painter()
            .rect(card, radius::COMPOSER, colors.field, edge, StrokeKind::Inside);
        let wants_send = self.field_ui(ui, card, id, around);
        if !around.ime.composing() {
            self.written.clone_from(&self.field);
        }
        let obstacle = self.obstacle(around);
        self.emoji_ui(ui, card, id, around);
        let pressed = send_ui(
            ui,
            card,
            around.words,
            obstacle.is_none() && !self.written.trim().is_empty(),
        );
        self.hint_ui(ui, rect, obstacle.as_deref(), around);
        if (wants_send || pressed) && obstacle.is_none() && !self.written.trim().is_empty() {
            actions.push(Action::Say(around.room));
            ui.memory_mut(|memory| memory.request_focus(id));
        }
    }

    /// The arrow up in an empty field takes up the last own message.
    fn edit_by_key(&self, ui: &Ui, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
        let chat = around.chat;
        let wanted = self.field.is_empty()
            && self.intent == Intent::New
            && chat.native.is_some()
            && !around.ime.owns_keys()
            && ui.memory(|memory| memory.has_focus(Self::id(around.room)))
            && ui.input(|input| input.modifiers.is_none() && input.key_pressed(Key::ArrowUp));
        if !wanted {
            return;
        }
        let mut own = chat.rows().iter().rev().filter_map(Row::message);
        let last = own.find(|message| message.mine && message.later.deleted.is_none());
        if let Some(seq) = last.and_then(|message| message.seq) {
            actions.push(Action::Edit(around.room, seq));
        }
    }

    /// Why what is written cannot be sent.
    fn obstacle(&self, around: &Surroundings<'_>) -> Option<String> {
        if around.ime.composing() {
            return Some(around.words.composing.to_owned());
        }
        let bytes = self.written.len();
        if bytes > MAX_MESSAGE_BYTES {
            return Some(around.words.too_long(bytes));
        }
        around.obstacle.map(str::to_owned)
    }

    /// Draws the field; whether the key that sends was pressed.
    fn field_ui(&mut self, ui: &mut Ui, card: Rect, id: Id, around: &Surroundings<'_>) -> bool {
        let place = Rect::from_min_max(card.min + vec2(LEFT, PADDING), card.max - vec2(BUTTONS, PADDING));
        if std::mem::take(&mut self.wants_focus) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        if std::mem::take(&mut self.to_end) {
            put_cursor(ui, id, self.field.chars().count());
        }
        let (send, new_line) = keys(around.enter_is_newline);
        let wants_send = ui.memory(|memory| memory.has_focus(id))
            && !around.ime.owns_keys()
            && ui.input_mut(|input| take_exactly(&mut input.events, send));
        let placeholder = around.words.write_to(&around.chat.room);
        let (font, color) = (theme::regular(size::BODY), palette(ui).faint);
        let placeholder = widgets::wrapped(ui, &placeholder, font, color, place.width(), 1);
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("composer"));
        ScrollArea::vertical()
            .id_salt(around.room)
            .max_height(place.height())
            .auto_shrink(false)
            .show(&mut child, |ui| {
                let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| layout(ui, text.as_str(), width);
                let shown = TextEdit::multiline(&mut self.field)
                    .id(id)
                    .hint_text(WidgetText::from(placeholder))
                    .frame(Frame::NONE)
                    .margin(0)
                    .desired_rows(1)
                    .desired_width(place.width())
                    .event_filter(EventFilter {
                        horizontal_arrows: true,
                        vertical_arrows: true,
                        escape: true,
                        tab: false,
                    })
                    .return_key(new_line)
                    .layouter(&mut layouter)
                    .show(ui);
                if std::mem::take(&mut self.grown)
                    && let Some(cursor) = shown.cursor_range
                {
                    let place = shown.galley.pos_from_cursor(cursor.primary);
                    ui.scroll_to_rect(place.translate(shown.galley_pos.to_vec2()), None);
                }
                let response = shown.response.response;
                if response.changed() {
                    self.grown = true;
                    ui.ctx().request_repaint();
                }
                response.accessible_name(around.words.message);
            });
        wants_send
    }

    fn emoji_ui(&mut self, ui: &mut Ui, card: Rect, id: Id, around: &Surroundings<'_>) {
        let at = pos2(
            card.right() - 8.0 - SEND - space::ICON_BUTTON,
            card.bottom() - 7.0 - space::ICON_BUTTON,
        );
        let place = Rect::from_min_size(at, vec2(space::ICON_BUTTON, space::ICON_BUTTON));
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("emoji"));
        let button = icons::button(&mut child, Icon::Smile, around.words.emoji);
        let chosen = Popup::menu(&button)
            .align(egui::RectAlign::TOP_END)
            .accessible_name(around.words.emoji)
            .show(emoji::ui)
            .and_then(|shown| shown.inner);
        if let Some(emoji) = chosen {
            self.insert(ui, id, emoji);
        }
    }

    /// Puts `text` where the cursor is.
    fn insert(&mut self, ui: &Ui, id: Id, text: &str) {
        let state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
        let cursor = match state.cursor.char_range() {
            Some(range) => {
                self.field.delete_selected(&range);
                CCursor::new(range.as_sorted_char_range().start)
            }
            None => CCursor::new(self.field.chars().count()),
        };
        let inserted = self.field.insert_text(text, cursor.index);
        put_cursor(ui, id, (cursor.index + inserted).0);
        self.written.clone_from(&self.field);
        ui.memory_mut(|memory| memory.request_focus(id));
    }

    fn hint_ui(&self, ui: &Ui, rect: Rect, obstacle: Option<&str>, around: &Surroundings<'_>) {
        let words = around.words;
        let colors = palette(ui);
        let trouble = obstacle.filter(|_| !self.field.is_empty());
        let usual = if around.enter_is_newline {
            words.hint_ctrl_enter_sends
        } else {
            words.hint_enter_sends
        };
        let (text, color) = match trouble {
            Some(trouble) if around.ime.composing() => (trouble, colors.dim),
            Some(trouble) => (trouble, colors.error),
            None => (usual, colors.faint),
        };
        let left = pos2(rect.left() + space::PANE + 4.0, rect.bottom() - HINT / 2.0 - 1.0);
        let place = Rect::from_center_size(
            pos2(rect.center().x, left.y),
            vec2(rect.width() - 2.0 * space::PANE - 8.0, HINT),
        );
        let response = ui.interact(place, ui.scope_id().with("hint"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, text));
        let font = theme::regular(size::CAPTION);
        widgets::line(
            ui,
            left,
            egui::Align2::LEFT_CENTER,
            text,
            font.clone(),
            color,
            place.width() - 90.0,
        );
        if self.written.len() >= COUNT_FROM && trouble.is_none() {
            let count = format!("{} / {MAX_MESSAGE_BYTES}", self.written.len());
            widgets::line(
                ui,
                place.right_center(),
                egui::Align2::RIGHT_CENTER,
                &count,
                font,
                color,
                90.0,
            );
        }
    }
}

/// Puts the cursor of a field behind so many characters.
fn put_cursor(ui: &Ui, id: Id, characters: usize) {
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let cursor = CCursor::new(CharIndex(characters));
    state.cursor.set_char_range(Some(CCursorRange::one(cursor)));
    TextEdit::store_state(ui.ctx(), id, state);
}

/// The key that sends, and the key that makes a new line.
fn keys(enter_is_newline: bool) -> (KeyboardShortcut, KeyboardShortcut) {
    let enter = |modifiers| KeyboardShortcut::new(modifiers, Key::Enter);
    if enter_is_newline {
        (enter(Modifiers::COMMAND), enter(Modifiers::NONE))
    } else {
        (enter(Modifiers::NONE), enter(Modifiers::SHIFT))
    }
}

/// Takes a key out of the input. Unlike `consume_shortcut` it does not take Shift+Enter for Enter.
fn take_exactly(events: &mut Vec<Event>, wanted: KeyboardShortcut) -> bool {
    let before = events.len();
    events.retain(|event| {
        !matches!(event, Event::Key { key, pressed: true, modifiers, .. }
            if *key == wanted.logical_key && modifiers.matches_exact(wanted.modifiers))
    });
    events.len() < before
}

fn layout(ui: &Ui, text: &str, width: f32) -> std::sync::Arc<Galley> {
    let font = theme::regular(size::BODY);
    let format = TextFormat {
        line_height: Some(theme::line_height(size::BODY)),
        ..TextFormat::simple(font, palette(ui).text)
    };
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap.max_width = width;
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// The round button; whether it was pressed.
fn send_ui(ui: &Ui, card: Rect, words: &Strings, enabled: bool) -> bool {
    let middle = card.right_bottom() - vec2(7.0 + SEND / 2.0, 6.0 + SEND / 2.0);
    let place = Rect::from_center_size(middle, vec2(SEND, SEND));
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let response = ui.interact(place, ui.scope_id().with("send"), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, words.send));
    let colors = palette(ui);
    let (fill, ink) = if enabled {
        (colors.accent, colors.on_accent)
    } else {
        (if colors.dark { colors.line } else { colors.hover }, colors.faint)
    };
    ui.painter().circle_filled(middle, SEND / 2.0, fill);
    let icon = Rect::from_center_size(middle + vec2(1.0, 0.0), vec2(18.0, 18.0));
    Icon::Send.paint(ui.painter(), icon, ink);
    controls::focus_ring(ui, place, &response, 18);
    response.on_hover_text(words.send).clicked()
}
