//! Who is here.

use egui::{Align, Align2, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::gui::action::{Action, Side};
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::room::ways_in;
use crate::gui::words::strings::Strings;
use crate::proto::{Member, MemberId};

/// Height of a member's row.
const ROW: f32 = 60.0;
/// Diameter of a member's disc.
const AVATAR: f32 = 38.0;

/// The panel's state: whom the host is about to remove.
#[derive(Debug, Default)]
pub(crate) struct Members {
    asked: Option<MemberId>,
}

impl Members {
    /// Draws the panel.
    pub(crate) fn ui(&mut self, ui: &mut Ui, words: &Strings, room: &OpenRoom, actions: &mut Vec<Action>) {
        let title = format!("{} · {}", words.members, room.chat.members.len());
        if title_ui(ui, &title, words.close_members) {
            actions.push(Action::Toggle(Side::Members));
        }
        if self.asked.is_some_and(|id| !room.chat.members.contains_key(&id)) {
            self.asked = None;
        }
        if room.chat.members.is_empty() {
            let why = if room.ended() {
                words.room_over
            } else {
                words.not_open_yet
            };
            ui.add_space(space::TWO);
            ui.vertical_centered(|ui| widgets::hint(ui, why));
            return;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ways_in::short_ui(ui, words, &room.chat.status, actions);
            widgets::list(ui, words.members, |ui| {
                for member in room.chat.members.values() {
                    self.member_ui(ui, words, room, member, actions);
                }
            });
        });
    }

    fn member_ui(&mut self, ui: &mut Ui, words: &Strings, room: &OpenRoom, member: &Member, actions: &mut Vec<Action>) {
        let removable = room.chat.hosting && !member.me;
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let name = words.called(&member.author);
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{name}, {}", about(words, member))));
        if ui.is_rect_visible(rect) {
            person_ui(ui, rect, words, member, &name, removable);
            response.on_hover_ui(|ui| {
                ui.label(format!("{name}\n{}", about(words, member)));
            });
        }
        if removable {
            let place = Rect::from_center_size(pos2(rect.right() - 34.0, rect.center().y), vec2(36.0, 36.0));
            let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt(member.author.id));
            if icons::button(&mut child, Icon::Leave, &words.remove_member(&name)).clicked() {
                self.asked = Some(member.author.id);
            }
        }
        if self.asked == Some(member.author.id) {
            self.confirm_ui(ui, words, room, member, actions);
        }
    }

    /// A line under the member instead of a dialog.
    fn confirm_ui(
        &mut self,
        ui: &mut Ui,
        words: &Strings,
        room: &OpenRoom,
        member: &Member,
        actions: &mut Vec<Action>,
    ) {
        let colors = palette(ui);
        egui::Frame::new()
            .fill(colors.error_fill)
            .corner_radius(radius::CARD)
            .inner_margin(12)
            .outer_margin(egui::Margin::symmetric(12, 4))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing = vec2(space::ONE, space::ONE);
                let question = words.remove_question(&words.called(&member.author));
                widgets::label(ui, &question, theme::regular(size::SMALL), colors.text);
                ui.horizontal(|ui| {
                    if controls::button(ui, None, words.remove, Weight::Danger, true).clicked() {
                        actions.push(Action::Remove(room.key, member.author.id));
                        self.asked = None;
                    }
                    if controls::button(ui, None, words.cancel, Weight::Plain, true).clicked() {
                        self.asked = None;
                    }
                });
            });
    }
}

fn person_ui(ui: &Ui, rect: Rect, words: &Strings, member: &Member, name: &str, removable: bool) {
    let colors = palette(ui);
    let middle = pos2(rect.left() + space::TWO + AVATAR / 2.0, rect.center().y);
    icons::avatar(ui.painter(), middle, AVATAR, name, theme::hue(&member.author.name));
    let left = middle.x + AVATAR / 2.0 + 12.0;
    let width = rect.right() - left - if removable { 56.0 } else { space::TWO };
    let at = pos2(left, rect.center().y - 10.0);
    let font = theme::semibold(size::BODY);
    widgets::line(ui, at, Align2::LEFT_CENTER, name, font, colors.text, width);
    let at = pos2(left, rect.center().y + 11.0);
    let font = theme::regular(size::SMALL);
    let about = about(words, member);
    widgets::line(ui, at, Align2::LEFT_CENTER, &about, font, colors.dim, width);
}

/// What a member is, and where.
fn about(words: &Strings, member: &Member) -> String {
    let kind = if member.author.id == MemberId::HOST {
        words.host
    } else if member.author.plain {
        words.plain_guest
    } else {
        words.guest
    };
    match member.address {
        Some(address) => format!("{kind} · {address}"),
        None if member.me => format!("{kind} · {}", words.this_is_you),
        None => kind.to_owned(),
    }
}

/// The title of a panel on the right; whether it is to be closed.
pub(crate) fn title_ui(ui: &mut Ui, title: &str, close: &str) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), space::HEADER), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, title));
    widgets::hairline(ui, rect);
    let color = palette(ui).text;
    let at = pos2(rect.left() + space::TWO + 4.0, rect.center().y);
    let font = theme::semibold(size::HEADING);
    widgets::line(ui, at, Align2::LEFT_CENTER, title, font, color, rect.width() - 80.0);
    let place = rect.shrink2(vec2(12.0, 0.0));
    let layout = Layout::right_to_left(Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout).id_salt("title"));
    icons::button(&mut child, Icon::Close, close).clicked()
}
