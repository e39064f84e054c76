//! The list of rooms on the left.

mod row;

use std::time::SystemTime;

use egui::{
    Align2, Frame, Id, Margin, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use jiff::tz::TimeZone;

use crate::gui::action::{Action, Side};
use crate::gui::look::controls;
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::{OpenRoom, RoomKey};
use crate::gui::rooms::row::Row;
use crate::gui::words::strings::Strings;
use crate::store::Summary;

/// What the list has to know.
pub(crate) struct Surroundings<'a> {
    pub(crate) words: &'static Strings,
    /// What the person at this computer is called.
    pub(crate) me: &'a str,
    pub(crate) rooms: &'a [OpenRoom],
    /// All rooms of the profile.
    pub(crate) kept: &'a [Summary],
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
        let kept: Vec<&Summary> = around
            .kept
            .iter()
            .filter(|kept| around.rooms.iter().all(|room| room.id() != Some(kept.room)))
            .filter(|kept| needle.is_empty() || kept.name.to_lowercase().contains(&needle))
            .collect();
        if shown.is_empty() && kept.is_empty() {
            empty_ui(ui, around.words, around.rooms.is_empty() && around.kept.is_empty());
            return;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            widgets::list(ui, around.words.rooms, |ui| {
                for room in shown {
                    let row = Row::of(around.words, room, around.selected == Some(room.key));
                    if row.ui(ui, around).clicked() {
                        actions.push(Action::Select(room.key));
                    }
                }
                for room in kept {
                    if Row::kept(around.words, room).ui(ui, around).clicked() {
                        actions.push(Action::Open(room.room));
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
