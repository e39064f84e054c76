//! A row of the list of rooms: one node for screen readers, painted by hand.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use egui::{Align2, Color32, Pos2, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::chat::{Message, Status};
use crate::gui::look::controls;
use crate::gui::look::icons;
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::rooms::Surroundings;
use crate::gui::words::strings::Strings;
use crate::store::Summary;

/// Diameter of a room's disc.
const AVATAR: f32 = 46.0;
/// The most that a badge counts.
const MANY: usize = 99;

/// What a row says.
pub(super) struct Row<'a> {
    id: egui::Id,
    name: &'a str,
    state: &'static str,
    preview: String,
    at: Option<SystemTime>,
    unread: usize,
    selected: bool,
    dot: Dot,
}

/// The state as a dot; the words stand in the header and in the row's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dot {
    None,
    Open,
    Busy,
    Lost,
    Over,
}

impl<'a> Row<'a> {
    /// Of a room that is open in the window.
    pub(super) fn of(words: &Strings, room: &'a OpenRoom, selected: bool) -> Self {
        Self {
            id: egui::Id::unique(("room row", room.key)),
            name: &room.chat.room,
            state: status_word(words, room),
            preview: preview(words, room, selected),
            at: room.chat.last_message().map(|message| message.at),
            unread: room.unread(),
            selected,
            dot: match room.chat.status {
                Status::Hosting { .. } | Status::Connected => Dot::Open,
                Status::Starting | Status::Connecting { .. } | Status::Waiting { .. } => Dot::Busy,
                Status::Lost { .. } => Dot::Lost,
                Status::Ended(_) => Dot::Over,
            },
        }
    }

    /// Of a room that is on this computer and not open.
    pub(super) fn kept(words: &Strings, room: &'a Summary) -> Self {
        Self {
            id: egui::Id::unique(("kept room row", room.room.0)),
            name: &room.name,
            state: words.state_kept,
            preview: kept_preview(words, room),
            at: room.last_message_ms.map(|at| UNIX_EPOCH + Duration::from_millis(at)),
            unread: usize::try_from(room.unread).unwrap_or(usize::MAX),
            selected: false,
            dot: Dot::None,
        }
    }

    /// Draws it.
    pub(super) fn ui(&self, ui: &mut Ui, around: &Surroundings<'_>) -> Response {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), space::ROOM_ROW));
        let response = ui.interact(rect, self.id, Sense::click());
        response.widget_info(|| {
            let mut name = format!("{}, {}, {}", self.name, self.state, self.preview);
            if self.unread > 0 {
                name = format!("{name}, {}", around.words.unread(self.unread));
            }
            WidgetInfo::selected(Role::ListItem, true, self.selected, name)
        });
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let ground = rect.shrink2(vec2(8.0, 1.0));
        let fill = fill(ui, &response, self.selected);
        ui.painter().rect_filled(ground, radius::CARD, fill);
        controls::focus_ring(ui, ground.shrink(3.0), &response, radius::CARD);
        let middle = pos2(rect.left() + 19.0 + AVATAR / 2.0, rect.center().y);
        icons::avatar(ui.painter(), middle, AVATAR, self.name, theme::hue(self.name));
        self.dot_ui(ui, middle + vec2(16.5, 16.5), fill);
        self.text_ui(ui, rect, around);
        response
    }

    fn text_ui(&self, ui: &Ui, rect: Rect, around: &Surroundings<'_>) {
        let colors = palette(ui);
        let left = rect.left() + 78.0;
        let right = rect.right() - 20.0;
        let mut name_right = right;
        if let Some(at) = self.at {
            let color = if self.unread > 0 { colors.accent } else { colors.dim };
            let time = around.words.when(at, around.now, around.zone);
            let at = pos2(right, rect.top() + 23.0);
            let font = theme::regular(size::CAPTION);
            name_right -= 8.0 + widgets::line(ui, at, Align2::RIGHT_CENTER, &time, font, color, 90.0);
        }
        let at = pos2(left, rect.top() + 23.0);
        let font = theme::semibold(size::BODY);
        let width = name_right - left;
        widgets::line(ui, at, Align2::LEFT_CENTER, self.name, font, colors.text, width);
        let mut preview_right = right;
        if self.unread > 0 {
            preview_right -= badge_ui(ui, pos2(right, rect.top() + 47.0), self.unread) + 8.0;
        }
        let at = pos2(left, rect.top() + 47.0);
        let font = theme::regular(size::SMALL);
        let width = preview_right - left;
        widgets::line(ui, at, Align2::LEFT_CENTER, &self.preview, font, colors.dim, width);
    }

    fn dot_ui(&self, ui: &Ui, middle: Pos2, ground: Color32) {
        if self.dot == Dot::None {
            return;
        }
        let colors = palette(ui);
        ui.painter().circle_filled(middle, 7.0, ground);
        let ring = |color| {
            ui.painter().circle_stroke(middle, 4.0, Stroke::new(2.0, color));
        };
        match self.dot {
            Dot::None => {}
            Dot::Open => {
                ui.painter().circle_filled(middle, 5.0, colors.online);
            }
            Dot::Busy => ring(colors.accent),
            Dot::Lost => ring(colors.error),
            Dot::Over => ring(colors.faint),
        }
    }
}

fn fill(ui: &Ui, response: &Response, selected: bool) -> Color32 {
    let colors = palette(ui);
    let over = ui
        .ctx()
        .animate_bool_with_time(response.id.with("over"), response.hovered(), theme::MOTION);
    let chosen = ui
        .ctx()
        .animate_bool_with_time(response.id.with("chosen"), selected, theme::MOTION);
    colors
        .side
        .lerp_to_gamma(colors.hover, over)
        .lerp_to_gamma(colors.selected, chosen)
}

fn badge_ui(ui: &Ui, right_middle: Pos2, count: usize) -> f32 {
    let colors = palette(ui);
    let text = if count > MANY {
        format!("{MANY}+")
    } else {
        count.to_string()
    };
    let galley = ui
        .painter()
        .layout_no_wrap(text, theme::semibold(size::CAPTION), colors.on_accent);
    let badge = vec2((galley.size().x + 12.0).max(20.0), 20.0);
    let rect = Rect::from_min_size(right_middle - vec2(badge.x, badge.y / 2.0), badge);
    ui.painter().rect_filled(rect, 10.0, colors.accent);
    ui.painter()
        .galley(rect.center() - galley.size() / 2.0, galley, colors.on_accent);
    badge.x
}

/// Where a room stands, in a word or two.
fn status_word(words: &Strings, room: &OpenRoom) -> &'static str {
    match room.chat.status {
        Status::Starting => words.state_starting,
        Status::Connecting { .. } => words.state_connecting,
        Status::Connected => words.state_connected,
        Status::Hosting { .. } => words.state_hosting,
        Status::Waiting { .. } => words.state_waiting,
        Status::Lost { .. } => words.state_lost,
        Status::Ended(_) => words.state_ended,
    }
}

fn preview(words: &Strings, room: &OpenRoom, selected: bool) -> String {
    if !selected && !room.composer.written().is_empty() {
        return words.preview(words.draft, &one_line(room.composer.written()));
    }
    if !room.chat.knocks.is_empty() {
        return words.knocking(room.chat.knocks.len());
    }
    match room.chat.last_message() {
        Some(message) if message.later.deleted.is_some() => {
            words.preview(&author(words, message), words.taken_back_short)
        }
        Some(message) => words.preview(&author(words, message), &one_line(&message.text)),
        None => status_word(words, room).to_owned(),
    }
}

/// The last message of a room that is not open.
fn kept_preview(words: &Strings, room: &Summary) -> String {
    let Some(last) = &room.last_message else {
        let stands = if room.hosting {
            words.hosted_here
        } else {
            words.state_kept
        };
        return stands.to_owned();
    };
    let author = if last.mine {
        Cow::Borrowed(words.you)
    } else {
        words.called(&last.author)
    };
    let text = last.text.as_deref().map(one_line);
    words.preview(&author, text.as_deref().unwrap_or(words.taken_back_short))
}

fn author<'a>(words: &Strings, message: &'a Message) -> Cow<'a, str> {
    match &message.author {
        Some(author) if !message.mine => words.called(author),
        _ => Cow::Borrowed(words.you),
    }
}

/// The beginning of a text, in one line; a row shows no more than this.
fn one_line(text: &str) -> String {
    const CHARS: usize = 80;
    text.chars()
        .take(CHARS)
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect()
}
