//! What an open room shows as long as nobody has said anything: where it is, and how to come in.

use std::net::SocketAddr;

use egui::{Align, Align2, Frame, Layout, Margin, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use crate::chat::Status;
use crate::gui::action::Action;
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::words::strings::Strings;

/// The card is no wider.
const MAX_WIDTH: f32 = 560.0;
/// Addresses that are shown; a computer with more has them in its own settings.
const MAX_ADDRESSES: usize = 6;

/// Draws the card into the place of the empty transcript.
pub(crate) fn ui(ui: &mut Ui, rect: Rect, words: &Strings, room: &OpenRoom, actions: &mut Vec<Action>) {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("welcome"));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    ScrollArea::vertical().auto_shrink(false).show(&mut child, |ui| {
        let side = ((ui.available_width() - MAX_WIDTH) / 2.0).max(space::TWO);
        Frame::new()
            .inner_margin(Margin::symmetric(side as i8, 24))
            .show(ui, |ui| {
                ui.set_max_width(MAX_WIDTH.min(ui.available_width()));
                match &room.chat.status {
                    Status::Hosting { port, addresses } => hosting_ui(ui, words, *port, addresses, actions),
                    Status::Connected => quiet_ui(ui, Icon::Check, words.joined_title, words.joined_hint),
                    Status::Starting | Status::Connecting { .. } => {
                        quiet_ui(ui, Icon::Clock, words.connecting, words.not_open_yet);
                    }
                    Status::Ended(reason) => {
                        let advice = words.ended(reason);
                        quiet_ui(ui, Icon::Info, &advice.what, &advice.remedy);
                    }
                }
            });
        widgets::follow_focus(ui);
    });
}

/// A picture, a title, a sentence.
fn quiet_ui(ui: &mut Ui, icon: Icon, title: &str, text: &str) {
    ui.add_space((ui.available_height() / 2.0 - 150.0).max(24.0));
    ui.vertical_centered(|ui| {
        let colors = palette(ui);
        let (disc, _) = ui.allocate_exact_size(vec2(120.0, 120.0), Sense::hover());
        ui.painter().circle_filled(disc.center(), 60.0, colors.side);
        ui.painter().circle_filled(disc.center(), 42.0, colors.selected);
        icon.paint(
            ui.painter(),
            Rect::from_center_size(disc.center(), vec2(34.0, 34.0)),
            colors.accent,
        );
        ui.add_space(space::TWO);
        widgets::label(ui, title, theme::semibold(size::TITLE), colors.text);
        widgets::label(ui, text, theme::regular(size::BODY), colors.dim);
    });
}

fn hosting_ui(ui: &mut Ui, words: &Strings, port: u16, addresses: &[SocketAddr], actions: &mut Vec<Action>) {
    widgets::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::ONE;
        let colors = palette(ui);
        widgets::label(ui, words.welcome_title, theme::semibold(size::TITLE), colors.text);
        let nobody = widgets::label(ui, words.welcome_nobody, theme::regular(size::BODY), colors.dim);
        widgets::announce(ui, &nobody);
        ui.add_space(space::ONE);
        section(ui, words.welcome_addresses);
        for address in worth_telling(addresses) {
            let text = typed(*address);
            let note = if address.ip().is_loopback() {
                words.welcome_this_computer
            } else {
                ""
            };
            copy_row(ui, words, &text, note, true, actions);
        }
        let Some(best) = addresses.first() else { return };
        let host = best.ip().to_string();
        widgets::hint(ui, words.welcome_with_landline);
        ui.add_space(space::ONE);
        section(ui, words.welcome_with_netcat);
        copy_row(ui, words, &format!("nc {host} {port}"), "", false, actions);
        section(ui, words.welcome_with_tutorial);
        copy_row(
            ui,
            words,
            &format!("client.connect((\"{host}\", {port}))"),
            "",
            false,
            actions,
        );
        ui.add_space(space::ONE);
        widgets::warning(ui, words.plain_title, words.welcome_who);
    });
}

/// Loopback is of use only where there is nothing else.
fn worth_telling(addresses: &[SocketAddr]) -> impl Iterator<Item = &SocketAddr> {
    let alone = addresses.iter().all(|address| address.ip().is_loopback());
    addresses
        .iter()
        .filter(move |address| alone || !address.ip().is_loopback())
        .take(MAX_ADDRESSES)
}

fn section(ui: &mut Ui, text: &str) {
    let color = palette(ui).dim;
    widgets::label(ui, text, theme::semibold(size::SMALL), color);
}

/// What people type to come in: the port only where it is not the usual one.
fn typed(address: SocketAddr) -> String {
    match (address.port(), address) {
        (crate::proto::DEFAULT_PORT, address) => address.ip().to_string(),
        (_, address) => address.to_string(),
    }
}

/// Something to type elsewhere, with a button that copies it.
fn copy_row(ui: &mut Ui, words: &Strings, text: &str, note: &str, large: bool, actions: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    let colors = palette(ui);
    ui.painter().rect_filled(rect, radius::CONTROL, widgets::sunken(ui));
    let font = if large {
        theme::semibold(size::HEADING)
    } else {
        theme::mono(size::SMALL)
    };
    let left = pos2(rect.left() + 14.0, rect.center().y);
    let place = Rect::from_min_max(rect.min, pos2(rect.right() - 48.0, rect.bottom()));
    let response = ui.interact(place, ui.scope_id().with(text), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    let used = widgets::line(
        ui,
        left,
        Align2::LEFT_CENTER,
        text,
        font,
        colors.text,
        place.width() - 14.0,
    );
    if !note.is_empty() {
        let at = left + vec2(used + 12.0, 0.0);
        let room = place.right() - at.x;
        widgets::line(
            ui,
            at,
            Align2::LEFT_CENTER,
            note,
            theme::regular(size::SMALL),
            colors.dim,
            room,
        );
    }
    let layout = Layout::right_to_left(Align::Center);
    let place = rect.shrink2(vec2(2.0, 0.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout).id_salt(("copy", text)));
    if icons::button(&mut child, Icon::Copy, &words.copy_of(text)).clicked() {
        actions.push(Action::Copy(text.to_owned()));
    }
}
