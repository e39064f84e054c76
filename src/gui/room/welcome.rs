//! What an open room shows as long as nobody has said anything: where it is, and how to come in.

use std::net::SocketAddr;

use egui::{Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use crate::chat::Status;
use crate::gui::action::Action;
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::room::ways_in::{Line, addresses_ui, copy_row, netcat_line, section};
use crate::gui::room::{Surroundings, invite, waiting};
use crate::gui::words::strings::Strings;
use crate::proto::Admit;

/// The card is no wider.
const MAX_WIDTH: f32 = 560.0;

/// Draws the card into the place of the empty transcript.
pub(crate) fn ui(ui: &mut Ui, rect: Rect, room: &OpenRoom, around: &Surroundings, actions: &mut Vec<Action>) {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("welcome"));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    ScrollArea::vertical().auto_shrink(false).show(&mut child, |ui| {
        let whole = ui.available_rect_before_wrap();
        let side = ((whole.width() - MAX_WIDTH) / 2.0).max(space::TWO);
        let column = Rect::from_min_max(
            pos2(whole.left() + side, whole.top() + space::PANE),
            pos2(whole.right() - side, whole.bottom()),
        );
        ui.scope_builder(UiBuilder::new().max_rect(column), |ui| {
            state_ui(ui, room, around, actions);
            ui.add_space(space::PANE);
        });
        widgets::follow_focus(ui);
    });
}

fn state_ui(ui: &mut Ui, room: &OpenRoom, around: &Surroundings, actions: &mut Vec<Action>) {
    let words = around.header.words;
    match &room.chat.status {
        Status::Hosting { port, addresses } => hosting_ui(ui, room, around, (*port, addresses), actions),
        Status::Connected => quiet_ui(ui, Icon::Check, words.joined_title, words.joined_hint),
        Status::Starting if room.chat.hosting => quiet_ui(ui, Icon::Clock, words.starting, words.not_open_yet),
        Status::Starting | Status::Connecting { .. } => {
            quiet_ui(ui, Icon::Clock, words.connecting, words.not_open_yet);
        }
        Status::Waiting { words: shown } => waiting::ui(ui, words, room, shown, actions),
        Status::Lost { end, .. } => quiet_ui(ui, Icon::Clock, &words.line_lost(*end), words.lost_hint),
        Status::Ended(reason) => {
            let advice = words.ended(reason);
            quiet_ui(ui, Icon::Info, &advice.what, &advice.remedy);
        }
    }
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

fn hosting_ui(
    ui: &mut Ui,
    room: &OpenRoom,
    around: &Surroundings,
    (port, addresses): (u16, &[SocketAddr]),
    actions: &mut Vec<Action>,
) {
    let words = around.header.words;
    widgets::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::ONE;
        let colors = palette(ui);
        widgets::label(ui, words.welcome_title, theme::semibold(size::TITLE), colors.text);
        let nobody = widgets::label(ui, words.welcome_nobody, theme::regular(size::BODY), colors.dim);
        widgets::announce(ui, &nobody);
        ui.add_space(space::ONE);
        if room.chat.native.is_some() {
            invite::ui(ui, words, room, around.now, &around.zone, actions);
            ui.add_space(space::ONE);
        }
        section(ui, words.welcome_addresses);
        addresses_ui(ui, words, addresses, actions);
        widgets::hint(ui, words.welcome_with_landline);
        who_ui(ui, words, room);
        if room.chat.plain_text {
            programs_ui(ui, words, port, addresses, actions);
        }
    });
}

/// Who may come in.
fn who_ui(ui: &mut Ui, words: &Strings, room: &OpenRoom) {
    let Some(native) = &room.chat.native else { return };
    let admit = native.settings.admit;
    let explained = words.admit_explained(admit);
    if admit == Admit::Anyone {
        widgets::problem(ui, explained);
    } else {
        widgets::hint(ui, explained);
    }
}

/// How plain-text programs come in.
fn programs_ui(ui: &mut Ui, words: &Strings, port: u16, addresses: &[SocketAddr], actions: &mut Vec<Action>) {
    let (Some(best), Some(netcat)) = (addresses.first(), netcat_line(addresses, port)) else {
        return;
    };
    ui.add_space(space::ONE);
    section(ui, words.welcome_with_netcat);
    copy_row(ui, words, Line::Code(&netcat), widgets::sunken(ui), actions);
    section(ui, words.welcome_with_tutorial);
    let python = format!("client.connect((\"{}\", {port}))", best.ip());
    copy_row(ui, words, Line::Code(&python), widgets::sunken(ui), actions);
    ui.add_space(space::ONE);
    widgets::warning(ui, words.plain_title, words.plain_explained);
}
