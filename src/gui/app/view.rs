//! How the window is laid out and drawn.

use egui::{Context, Event, Frame, Id, Margin, Modal, Popup, Rect, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::App;
use crate::gui::action::{Action, Side};
use crate::gui::connection;
use crate::gui::keys;
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets;
use crate::gui::room;
use crate::gui::room::composer::Composer;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::room::room_settings;
use crate::gui::rooms;
use crate::gui::settings;

/// Seconds without input after which the caret stands still: a window that nobody touches draws nothing.
const CARET_BLINKS: f64 = 8.0;
/// Width of what stands on the right.
const SIDE: f32 = 320.0;
/// The middle keeps this much beside what stands on the right; in a narrower window the list of rooms makes room.
const MIDDLE: f32 = 400.0;
/// The strip above the connection panel in a narrow window.
const STRIP: f32 = 52.0;

impl App {
    /// Draws the window and does what people ask for.
    pub fn ui(&mut self, ui: &mut Ui, frame: Option<&eframe::Frame>) {
        let ctx = ui.ctx().clone();
        ctx.input(|input| self.ime.observe(&input.events));
        self.calm_caret(ui);
        let popup_open = Popup::is_any_open(&ctx);
        if !self.ime.owns_keys() && self.farewell.is_none() {
            for action in keys::take(&ctx) {
                self.execute(&ctx, frame, action);
            }
        }
        self.type_anywhere(&ctx);
        let mut actions = Vec::new();
        self.panels_ui(ui, &mut actions);
        self.layers_ui(&ctx, &mut actions);
        self.speak(ui);
        if !self.ime.owns_keys() && !popup_open && keys::take_escape(&ctx) {
            actions.push(Action::Escape);
        }
        if !actions.is_empty() {
            ctx.request_repaint();
        }
        for action in actions {
            self.execute(&ctx, frame, action);
        }
    }

    fn calm_caret(&mut self, ui: &mut Ui) {
        let (now, touched) = ui.input(|input| (input.time, !input.events.is_empty()));
        if touched {
            self.touched_at = now;
        } else if now - self.touched_at > CARET_BLINKS {
            ui.visuals_mut().text_cursor.blink = false;
        }
    }

    /// What is typed while nothing has the focus is meant for the composer.
    fn type_anywhere(&self, ctx: &Context) {
        let Some(key) = self.shown().map(|room| room.key) else {
            return;
        };
        let layered = self.keys_shown || self.dialog.asking_here() || self.farewell.is_some();
        let typed = ctx.input(|input| {
            input
                .events
                .iter()
                .any(|event| matches!(event, Event::Text(_) | Event::Paste(_) | Event::Ime(_)))
        });
        if typed && !layered && ctx.memory(|memory| memory.focused().is_none()) {
            ctx.memory_mut(|memory| memory.request_focus(Composer::id(key)));
        }
    }

    fn panels_ui(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let whole = ui.available_rect_before_wrap();
        self.narrow = whole.width() < space::NARROW;
        if self.narrow {
            self.narrow_ui(ui, whole, actions);
            return;
        }
        self.crowded = self.side.is_some() && whole.width() < space::SIDEBAR + MIDDLE + SIDE;
        let side_left = whole.right() - if self.side.is_some() { SIDE } else { 0.0 };
        let list_right = whole.left() + if self.crowded { 0.0 } else { space::SIDEBAR };
        let list = Rect::from_min_max(whole.min, pos2(list_right, whole.bottom()));
        let middle = Rect::from_min_max(pos2(list_right, whole.top()), pos2(side_left, whole.bottom()));
        let side = Rect::from_min_max(pos2(side_left, whole.top()), whole.max);
        if !self.crowded {
            self.list_ui(ui, list, actions);
        }
        self.middle_ui(ui, middle, actions);
        if self.side.is_some() {
            self.side_ui(ui, side, actions);
        }
    }

    /// One panel at a time.
    fn narrow_ui(&mut self, ui: &mut Ui, whole: Rect, actions: &mut Vec<Action>) {
        if self.side.is_some() {
            self.side_ui(ui, whole, actions);
        } else if self.rooms_shown {
            self.list_ui(ui, whole, actions);
        } else {
            self.middle_ui(ui, whole, actions);
        }
    }

    fn list_ui(&mut self, ui: &mut Ui, rect: Rect, actions: &mut Vec<Action>) {
        ui.painter().rect_filled(rect, 0.0, palette(ui).side);
        area(ui, rect, "rooms", |ui| {
            let around = rooms::Surroundings {
                words: self.words,
                me: &self.settings.name,
                rooms: &self.rooms,
                kept: &self.kept,
                selected: self.selected,
                zone: &self.zone,
                now: self.now,
            };
            self.list.ui(ui, &around, actions);
        });
    }

    fn side_ui(&mut self, ui: &mut Ui, rect: Rect, actions: &mut Vec<Action>) {
        let colors = palette(ui);
        ui.painter().rect_filled(rect, 0.0, colors.bg);
        ui.painter()
            .vline(rect.left() + 0.5, rect.y_range(), egui::Stroke::new(1.0, colors.line));
        area(ui, rect, "side", |ui| match self.side {
            Some(Side::Settings) => settings::ui(ui, self.words, &self.settings, actions),
            Some(Side::Members) => {
                let room = self
                    .selected
                    .and_then(|key| self.rooms.iter().find(|room| room.key == key));
                match room {
                    Some(room) => self.members.ui(ui, self.words, room, actions),
                    None => actions.push(Action::Toggle(Side::Members)),
                }
            }
            Some(Side::Room) => {
                let room = self
                    .selected
                    .and_then(|key| self.rooms.iter().find(|room| room.key == key));
                let Some(room) = room else {
                    actions.push(Action::Toggle(Side::Room));
                    return;
                };
                let around = room_settings::Surroundings {
                    words: self.words,
                    room,
                    now: self.now,
                    zone: &self.zone,
                };
                self.room_settings.ui(ui, &around, actions);
            }
            None => {}
        });
    }

    fn middle_ui(&mut self, ui: &mut Ui, rect: Rect, actions: &mut Vec<Action>) {
        ui.painter().rect_filled(rect, 0.0, palette(ui).bg);
        if self.shown().is_some() {
            self.room_ui(ui, rect, actions);
        } else {
            self.connection_ui(ui, rect, actions);
        }
    }

    fn room_ui(&mut self, ui: &mut Ui, rect: Rect, actions: &mut Vec<Action>) {
        let elsewhere = self.rooms.iter().filter(|room| Some(room.key) != self.selected);
        let around = room::Surroundings {
            header: room::header::Surroundings {
                words: self.words,
                list_hidden: self.narrow || self.crowded,
                unread_elsewhere: elsewhere.map(OpenRoom::unread).sum(),
                side: self.side,
                saving: self.dialog.busy(),
            },
            ime: self.ime,
            enter_is_newline: self.settings.enter_is_newline,
            zone: self.zone.clone(),
            now: self.now,
        };
        if let Some(room) = self.shown_mut() {
            area(ui, rect, ("room", room.key), |ui| {
                room::ui(ui, rect, room, &around, actions)
            });
        }
    }

    fn connection_ui(&mut self, ui: &mut Ui, rect: Rect, actions: &mut Vec<Action>) {
        let mut rect = rect;
        if self.narrow {
            let strip = Rect::from_min_size(rect.min, vec2(rect.width(), STRIP));
            let place = strip.shrink2(vec2(8.0, 8.0));
            area(ui, place, "strip", |ui| {
                if icons::button(ui, Icon::ChevronLeft, self.words.show_rooms).clicked() {
                    actions.push(Action::ShowRooms(true));
                }
            });
            widgets::hairline(ui, strip);
            rect.min.y = strip.bottom();
        }
        let around = connection::Surroundings {
            words: self.words,
            hosting: self.hosting.as_ref(),
            joining: self.joining.as_ref(),
            recent: &self.settings.recent,
            now: self.now,
            ime_owns_keys: self.ime.owns_keys(),
        };
        area(ui, rect, "connection", |ui| self.panel.ui(ui, &around, actions));
    }

    /// What lies above the panels.
    fn layers_ui(&mut self, ctx: &Context, actions: &mut Vec<Action>) {
        if self.keys_shown && settings::keys_ui(ctx, self.words, self.settings.enter_is_newline) {
            self.keys_shown = false;
        }
        self.dialog.ui(ctx, self.words, actions);
        self.toasts.ui(ctx, self.words, space::HEADER + space::TWO);
        if self.farewell.is_some() {
            Modal::new(Id::unique("farewell"))
                .frame(Frame::popup(&ctx.global_style()).inner_margin(Margin::same(28)))
                .show(ctx, |ui| {
                    let color = palette(ui).text;
                    let text = widgets::label(ui, self.words.saying_goodbye, theme::semibold(size::HEADING), color);
                    widgets::announce(ui, &text);
                });
        }
    }

    /// Tells screen readers that messages came, once for all that came together.
    fn speak(&self, ui: &Ui) {
        let Some((count, room)) = &self.news else { return };
        let news = self.words.new_messages(*count, room);
        let nowhere = Rect::from_min_size(ui.min_rect().min, vec2(1.0, 1.0));
        let response = ui.interact(nowhere, Id::unique("news"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Status, true, &news));
        widgets::announce(ui, &response);
    }
}

/// Draws into a rectangle and nowhere else.
fn area<R>(ui: &mut Ui, rect: Rect, salt: impl egui::AsIdSalt, content: impl FnOnce(&mut Ui) -> R) -> R {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(salt));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child.spacing_mut().item_spacing = vec2(space::ONE, 0.0);
    content(&mut child)
}
