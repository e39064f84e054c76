//! The list of rooms on the left.

use std::borrow::Cow;
use std::time::SystemTime;

use egui::{
    Align2, Frame, Id, Margin, Rect, Response, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, Vec2, WidgetInfo, pos2,
    vec2,
};

use jiff::tz::TimeZone;

use crate::chat::{Message, Status};
use crate::gui::action::{Action, Side};
use crate::gui::look::controls;
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::{OpenRoom, RoomKey};
use crate::gui::words::strings::Strings;

/// Diameter of a room's disc.
const AVATAR: f32 = 46.0;
/// The most that a badge counts.
const MANY: usize = 99;

/// What the list has to know.
pub(crate) struct Surroundings<'a> {
    pub(crate) words: &'static Strings,
    /// What the person at this computer is called.
    pub(crate) me: &'a str,
    pub(crate) rooms: &'a [OpenRoom],
    pub(crate) selected: Option<RoomKey>,
    pub(crate) zone: &'a TimeZone,
    pub(crate) now: SystemTime,
}

/// The search of the rooms.
#[derive(Debug, Default)]
pub(crate) struct RoomList {
    pub(crate) query: String,
    pub(crate) wants_focus: bool,
}

impl RoomList {
    /// The search field.
    pub(crate) fn search_id() -> Id {
        Id::unique("search rooms")
    }

    /// Draws title, search, rooms and the person at this computer.
    pub(crate) fn ui(&mut self, ui: &mut Ui, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
        let whole = ui.available_rect_before_wrap();
        let foot = Rect::from_min_max(pos2(whole.left(), whole.bottom() - 64.0), whole.max);
        let head = Rect::from_min_max(whole.min, pos2(whole.right(), foot.top()));
        ui.scope_builder(UiBuilder::new().max_rect(head), |ui| {
            ui.set_clip_rect(head.intersect(ui.clip_rect()));
            title_ui(ui, around.words, actions);
            self.search_ui(ui, around.words);
            ui.add_space(space::ONE);
            self.list_ui(ui, around, actions);
        });
        ui.scope_builder(UiBuilder::new().max_rect(foot), |ui| {
            me_ui(ui, around.words, around.me, actions)
        });
    }

    fn search_ui(&mut self, ui: &mut Ui, words: &Strings) {
        let id = Self::search_id();
        if std::mem::take(&mut self.wants_focus) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let colors = palette(ui);
        let fill = if colors.dark { colors.field } else { colors.bg };
        ui.horizontal(|ui| {
            ui.add_space(space::TWO);
            let width = ui.available_width() - space::TWO;
            let edit = widgets::edit(ui, &mut self.query, id, words.search_rooms, fill, 38, colors.line);
            let response = ui.add(edit.desired_width(width)).accessible_name(words.search_rooms);
            widgets::edit_ring(ui, &response);
            let sign = Rect::from_center_size(
                pos2(response.rect.left() + 20.0, response.rect.center().y),
                vec2(18.0, 18.0),
            );
            Icon::Search.paint(ui.painter(), sign, colors.dim);
        });
    }

    fn list_ui(&self, ui: &mut Ui, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
        let needle = self.query.trim().to_lowercase();
        let shown: Vec<&OpenRoom> = around
            .rooms
            .iter()
            .filter(|room| needle.is_empty() || room.chat.room.to_lowercase().contains(&needle))
            .collect();
        if shown.is_empty() {
            empty_ui(ui, around.words, around.rooms.is_empty());
            return;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            widgets::list(ui, around.words.rooms, |ui| {
                for room in shown {
                    if row_ui(ui, around, room).clicked() {
                        actions.push(Action::Select(room.key));
                    }
                }
            });
        });
    }
}

fn title_ui(ui: &mut Ui, words: &Strings, actions: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::hover());
    let colors = palette(ui);
    let middle = rect.center().y + 8.0;
    let title = ui.interact(
        Rect::from_min_max(rect.min, pos2(rect.right() - 60.0, rect.bottom())),
        ui.scope_id().with("title"),
        Sense::hover(),
    );
    title.widget_info(|| WidgetInfo::labeled(Role::Heading, true, words.rooms));
    let font = theme::semibold(size::TITLE);
    widgets::line(
        ui,
        pos2(rect.left() + 20.0, middle),
        Align2::LEFT_CENTER,
        words.rooms,
        font,
        colors.text,
        200.0,
    );
    let place = Rect::from_center_size(pos2(rect.right() - 30.0, middle), Vec2::splat(space::ICON_BUTTON));
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        if icons::button(ui, Icon::Plus, words.new_room).clicked() {
            actions.push(Action::NewRoom);
        }
    });
}

fn empty_ui(ui: &mut Ui, words: &Strings, nothing_at_all: bool) {
    ui.add_space(28.0);
    Frame::new().inner_margin(Margin::symmetric(24, 0)).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            let colors = palette(ui);
            let title = if nothing_at_all {
                words.no_rooms_title
            } else {
                words.no_room_found
            };
            widgets::label(ui, title, theme::semibold(size::BODY), colors.text);
            if nothing_at_all {
                widgets::hint(ui, words.no_rooms_hint);
            }
        });
    });
}

/// What a room's row says: one node for screen readers, painted by hand.
fn row_ui(ui: &mut Ui, around: &Surroundings<'_>, room: &OpenRoom) -> Response {
    let words = around.words;
    let selected = around.selected == Some(room.key);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), space::ROOM_ROW), Sense::click());
    let preview = preview(words, room, selected);
    response.widget_info(|| {
        let mut name = format!("{}, {}, {preview}", room.chat.room, status_word(words, room));
        if room.unread() > 0 {
            name = format!("{name}, {}", words.unread(room.unread()));
        }
        WidgetInfo::selected(Role::ListItem, true, selected, name)
    });
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let ground = rect.shrink2(vec2(8.0, 1.0));
    let fill = row_fill(ui, &response, selected);
    ui.painter().rect_filled(ground, radius::CARD, fill);
    controls::focus_ring(ui, ground.shrink(3.0), &response, radius::CARD);
    let middle = pos2(rect.left() + 19.0 + AVATAR / 2.0, rect.center().y);
    let name = room.chat.room.as_str();
    icons::avatar(ui.painter(), middle, AVATAR, name, theme::hue(name));
    dot_ui(ui, middle + vec2(16.5, 16.5), room, fill);
    row_text(ui, rect, around, room, &preview);
    response
}

fn row_fill(ui: &Ui, response: &Response, selected: bool) -> egui::Color32 {
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

fn row_text(ui: &Ui, rect: Rect, around: &Surroundings<'_>, room: &OpenRoom, preview: &str) {
    let colors = palette(ui);
    let left = rect.left() + 78.0;
    let right = rect.right() - 20.0;
    let mut name_right = right;
    if let Some(message) = room.chat.last_message() {
        let color = if room.unread() > 0 { colors.accent } else { colors.dim };
        let time = around.words.when(message.at, around.now, around.zone);
        let at = pos2(right, rect.top() + 23.0);
        name_right -= 8.0
            + widgets::line(
                ui,
                at,
                Align2::RIGHT_CENTER,
                &time,
                theme::regular(size::CAPTION),
                color,
                90.0,
            );
    }
    let at = pos2(left, rect.top() + 23.0);
    let font = theme::semibold(size::BODY);
    widgets::line(
        ui,
        at,
        Align2::LEFT_CENTER,
        &room.chat.room,
        font,
        colors.text,
        name_right - left,
    );
    let mut preview_right = right;
    if room.unread() > 0 {
        preview_right -= badge_ui(ui, pos2(right, rect.top() + 47.0), room.unread()) + 8.0;
    }
    let at = pos2(left, rect.top() + 47.0);
    let font = theme::regular(size::SMALL);
    widgets::line(
        ui,
        at,
        Align2::LEFT_CENTER,
        preview,
        font,
        colors.dim,
        preview_right - left,
    );
}

fn badge_ui(ui: &Ui, right_middle: egui::Pos2, count: usize) -> f32 {
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

/// The state as a dot; the words stand in the header and in the row's name.
fn dot_ui(ui: &Ui, middle: egui::Pos2, room: &OpenRoom, ground: egui::Color32) {
    let colors = palette(ui);
    ui.painter().circle_filled(middle, 7.0, ground);
    match room.chat.status {
        Status::Hosting { .. } | Status::Connected => {
            ui.painter().circle_filled(middle, 5.0, colors.online);
        }
        Status::Starting | Status::Connecting { .. } | Status::Waiting { .. } => {
            ui.painter().circle_stroke(middle, 4.0, Stroke::new(2.0, colors.accent));
        }
        Status::Lost { .. } => {
            ui.painter().circle_stroke(middle, 4.0, Stroke::new(2.0, colors.error));
        }
        Status::Ended(_) => {
            ui.painter().circle_stroke(middle, 4.0, Stroke::new(2.0, colors.faint));
        }
    }
}

/// Where a room stands, in a word or two.
pub(crate) fn status_word(words: &Strings, room: &OpenRoom) -> &'static str {
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
    match room.chat.last_message() {
        Some(message) => words.preview(&author(words, message), &one_line(&message.text)),
        None => status_word(words, room).to_owned(),
    }
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

fn me_ui(ui: &mut Ui, words: &Strings, me: &str, actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 64.0), Sense::click());
    let name = if me.trim().is_empty() { words.me } else { me };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name} · {}", words.settings)));
    let colors = palette(ui);
    ui.painter().hline(
        rect.x_range().shrink(space::TWO),
        rect.top() + 0.5,
        Stroke::new(1.0, colors.line),
    );
    let ground = rect.shrink2(vec2(8.0, 6.0));
    if response.hovered() {
        ui.painter().rect_filled(ground, radius::CARD, colors.hover);
    }
    controls::focus_ring(ui, ground.shrink(3.0), &response, radius::CARD);
    let middle = pos2(rect.left() + 36.0, rect.center().y);
    icons::avatar(ui.painter(), middle, 34.0, name, theme::hue(name));
    let at = pos2(rect.left() + 64.0, rect.center().y);
    let font = theme::semibold(size::BODY);
    widgets::line(
        ui,
        at,
        Align2::LEFT_CENTER,
        name,
        font,
        colors.text,
        rect.width() - 120.0,
    );
    let gear = Rect::from_center_size(pos2(rect.right() - 32.0, rect.center().y), vec2(18.0, 18.0));
    Icon::Gear.paint(ui.painter(), gear, colors.dim);
    if response.on_hover_text(words.settings).clicked() {
        actions.push(Action::Toggle(Side::Settings));
    }
}
