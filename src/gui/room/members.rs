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
use crate::worker::Command;

/// Height of a member's row.
const ROW: f32 = 60.0;
/// Diameter of a member's disc.
const AVATAR: f32 = 38.0;

/// The panel's state: with whom something is about to be done.
#[derive(Debug, Default)]
pub(crate) struct Members {
    asked: Option<(Asked, MemberId)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Remove,
    Verify,
}

/// A member's row.
struct Row<'a> {
    member: &'a Member,
    here: bool,
    removable: bool,
    verifiable: bool,
    /// Another member has the same name.
    doubled: bool,
}

impl Members {
    /// Draws the panel.
    pub(crate) fn ui(&mut self, ui: &mut Ui, words: &Strings, room: &OpenRoom, actions: &mut Vec<Action>) {
        let people = room.chat.members.len() + room.chat.away.len();
        let title = format!("{} · {people}", words.members);
        if title_ui(ui, &title, words.close_members) {
            actions.push(Action::Toggle(Side::Members));
        }
        if self
            .asked
            .is_some_and(|(_, id)| !room.chat.members.contains_key(&id) && !room.chat.away.contains_key(&id))
        {
            self.asked = None;
        }
        if people == 0 {
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
            ways_in::short_ui(ui, words, &room.chat, actions);
            let away = !room.chat.away.is_empty();
            if away {
                heading_ui(ui, words.here);
            }
            widgets::list(ui, words.members, |ui| {
                for member in room.chat.members.values() {
                    self.member_ui(ui, words, room, member, actions);
                }
            });
            if away {
                heading_ui(ui, words.away);
                widgets::list(ui, words.away, |ui| {
                    for member in room.chat.away.values() {
                        self.member_ui(ui, words, room, member, actions);
                    }
                });
            }
        });
    }

    fn member_ui(&mut self, ui: &mut Ui, words: &Strings, room: &OpenRoom, member: &Member, actions: &mut Vec<Action>) {
        let id = member.author.id;
        let open = room.chat.open() && !room.leaving;
        let row = Row {
            member,
            here: room.chat.members.contains_key(&id),
            removable: room.chat.hosting && open && !member.me,
            verifiable: open && !member.me && member.key.is_some(),
            doubled: is_doubled(room, member),
        };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let name = words.called(&member.author);
        let about = about(words, &row);
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{name}, {about}")));
        if ui.is_rect_visible(rect) {
            person_ui(ui, rect, &row, &name, &about);
            response.on_hover_ui(|ui| {
                ui.label(format!("{name}\n{about}"));
            });
        }
        let layout = Layout::right_to_left(Align::Center);
        let place = rect.shrink2(vec2(space::TWO, 0.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout).id_salt(id));
        child.spacing_mut().item_spacing.x = 0.0;
        if row.removable && icons::button(&mut child, Icon::Leave, &words.remove_member(&name)).clicked() {
            self.asked = Some((Asked::Remove, id));
        }
        if row.verifiable && icons::button(&mut child, Icon::Lock, &words.verify_member(&name)).clicked() {
            self.asked = Some((Asked::Verify, id));
        }
        match self.asked {
            Some((Asked::Remove, asked)) if asked == id => self.confirm_ui(ui, words, room, member, actions),
            Some((Asked::Verify, asked)) if asked == id => self.verify_ui(ui, words, room, member, actions),
            _ => {}
        }
    }

    /// Both keys, to be compared by two people.
    fn verify_ui(&mut self, ui: &mut Ui, words: &Strings, room: &OpenRoom, member: &Member, actions: &mut Vec<Action>) {
        let colors = palette(ui);
        let mine = room.chat.members.values().find(|other| other.me).and_then(|me| me.key);
        let fill = colors.field;
        below_ui(ui, fill, |ui| {
            widgets::hint(ui, words.verify_hint);
            let theirs = words.key_of(&words.called(&member.author));
            for (name, key) in [(theirs.as_str(), member.key), (words.your_key, mine)] {
                let Some(key) = key else { continue };
                ways_in::section(ui, name);
                widgets::label(ui, &words.key_words(&key), theme::semibold(size::BODY), colors.text);
                widgets::hint(ui, &words.key_otherwise(&key));
            }
            ui.horizontal_wrapped(|ui| {
                if !member.verified
                    && controls::button(ui, Some(Icon::Check), words.verify_same, Weight::Primary, true).clicked()
                {
                    actions.push(Action::Verified(room.key, member.author.id));
                    self.asked = None;
                }
                if controls::button(ui, None, words.close, Weight::Plain, true).clicked() {
                    self.asked = None;
                }
            });
        });
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
        below_ui(ui, colors.error_fill, |ui| {
            let question = words.remove_question(&words.called(&member.author), member.key.is_none());
            widgets::label(ui, &question, theme::regular(size::SMALL), colors.text);
            ui.horizontal_wrapped(|ui| {
                if controls::button(ui, None, words.remove, Weight::Danger, true).clicked() {
                    let member = member.author.id;
                    actions.push(Action::Command(room.key, Command::Remove { member }));
                    self.asked = None;
                }
                if controls::button(ui, None, words.cancel, Weight::Plain, true).clicked() {
                    self.asked = None;
                }
            });
        });
    }
}

/// What belongs to the member above it.
fn below_ui(ui: &mut Ui, fill: egui::Color32, content: impl FnOnce(&mut Ui)) {
    egui::Frame::new()
        .fill(fill)
        .corner_radius(radius::CARD)
        .inner_margin(12)
        .outer_margin(egui::Margin::symmetric(12, 4))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing = vec2(space::ONE, space::ONE);
            content(ui);
        });
}

fn heading_ui(ui: &mut Ui, text: &str) {
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(16, 6))
        .show(ui, |ui| ways_in::section(ui, text));
}

/// Two members may have chosen one name: then their keys tell them apart.
fn is_doubled(room: &OpenRoom, member: &Member) -> bool {
    let everybody = room.chat.members.values().chain(room.chat.away.values());
    let same = everybody.filter(|other| other.author.name == member.author.name);
    same.count() > 1
}

fn person_ui(ui: &Ui, rect: Rect, row: &Row<'_>, name: &str, about: &str) {
    let colors = palette(ui);
    let middle = pos2(rect.left() + space::TWO + AVATAR / 2.0, rect.center().y);
    icons::avatar(ui.painter(), middle, AVATAR, name, theme::hue(&row.member.author.name));
    if row.member.key.is_some() {
        let dot = middle + vec2(13.5, 13.5);
        ui.painter().circle_filled(dot, 6.5, colors.bg);
        if row.here {
            ui.painter().circle_filled(dot, 4.5, colors.online);
        } else {
            let ring = egui::Stroke::new(1.5, colors.faint);
            ui.painter().circle_stroke(dot, 3.8, ring);
        }
    }
    let left = middle.x + AVATAR / 2.0 + 12.0;
    let buttons = f32::from(u8::from(row.removable) + u8::from(row.verifiable)) * space::ICON_BUTTON;
    let width = rect.right() - left - space::TWO - buttons;
    let at = pos2(left, rect.center().y - 10.0);
    let font = theme::semibold(size::BODY);
    let used = widgets::line(ui, at, Align2::LEFT_CENTER, name, font, colors.text, width - 20.0);
    if row.member.verified {
        let sign = Rect::from_center_size(pos2(left + used + 12.0, at.y), vec2(15.0, 15.0));
        Icon::Check.paint(ui.painter(), sign, colors.ok);
    }
    let at = pos2(left, rect.center().y + 11.0);
    let font = theme::regular(size::SMALL);
    widgets::line(ui, at, Align2::LEFT_CENTER, about, font, colors.dim, width);
}

/// What a member is, and where.
fn about(words: &Strings, row: &Row<'_>) -> String {
    let member = row.member;
    let kind = if member.author.id == MemberId::HOST {
        words.host
    } else if member.author.plain {
        words.plain_guest
    } else {
        words.guest
    };
    let mut about = vec![kind.to_owned()];
    about.extend(member.verified.then(|| words.verified.to_owned())); // an address may be long, and is cut off first
    about.extend(member.key.filter(|_| row.doubled).map(|key| words.key_tag(&key)));
    match member.address {
        Some(address) => about.push(address.to_string()),
        None if member.me => about.push(words.this_is_you.to_owned()),
        None => {}
    }
    about.join(" · ")
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
