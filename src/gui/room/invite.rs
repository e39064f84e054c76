//! The invite of a room of one's own: to copy, to photograph, to make anew.

use std::time::SystemTime;

use egui::Ui;
use jiff::tz::TimeZone;

use crate::gui::action::Action;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::{qr, widgets};
use crate::gui::room::open_room::OpenRoom;
use crate::gui::words::strings::Strings;
use crate::worker::Command;

/// Side of the picture: large enough for a camera at arm's length.
const SIDE: f32 = 196.0;
/// The picture stands beside the words from this width on.
const SIDE_BY_SIDE: f32 = 430.0;

/// Draws the newest invite.
pub(crate) fn ui(
    ui: &mut Ui,
    words: &Strings,
    room: &OpenRoom,
    now: SystemTime,
    zone: &TimeZone,
    actions: &mut Vec<Action>,
) {
    if room.chat.native.is_none() {
        return;
    }
    let link = room.chat.invite.as_ref().map(ToString::to_string);
    let Some(link) = link.filter(|_| ui.available_width() >= SIDE_BY_SIDE) else {
        words_ui(ui, words, room, now, zone, actions);
        if let Some(invite) = &room.chat.invite {
            qr::ui(
                ui,
                &invite.to_string(),
                words.invite_picture,
                SIDE.min(ui.available_width()),
            );
        }
        return;
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::TWO;
        qr::ui(ui, &link, words.invite_picture, SIDE);
        ui.vertical(|ui| {
            ui.set_width(ui.available_width());
            words_ui(ui, words, room, now, zone, actions);
        });
    });
}

fn words_ui(
    ui: &mut Ui,
    words: &Strings,
    room: &OpenRoom,
    now: SystemTime,
    zone: &TimeZone,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.y = space::ONE;
    let colors = palette(ui);
    widgets::label(ui, words.invite_title, theme::semibold(size::HEADING), colors.text);
    widgets::hint(ui, words.invite_explained);
    if let Some(invite) = &room.chat.invite {
        let ends = words.invite_ends(invite.expires, now, zone);
        if invite.is_over(now) {
            widgets::problem(ui, &ends);
        } else {
            widgets::hint(ui, &ends);
        }
        if room.door.invite_maybe_used {
            widgets::problem(ui, words.invite_maybe_used);
        }
    }
    ui.horizontal_wrapped(|ui| {
        if let Some(invite) = &room.chat.invite
            && controls::button(ui, Some(Icon::Copy), words.invite_copy, Weight::Primary, true).clicked()
        {
            actions.push(Action::Copy(invite.to_string()));
        }
        if controls::button(ui, Some(Icon::Plus), words.invite_another, Weight::Plain, true).clicked() {
            actions.push(Action::Command(room.key, Command::Invite));
        }
    });
}
