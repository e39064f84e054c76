//! How people come into a room of one's own: addresses, and lines to type elsewhere, each with a button that copies it.

use std::net::SocketAddr;

use egui::{Align, Align2, Color32, Frame, Layout, Margin, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::chat::{Chat, Status};
use crate::gui::action::Action;
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, radius, size};
use crate::gui::look::widgets;
use crate::gui::words::strings::Strings;

/// Addresses that are shown; a computer with more has them in its own settings.
const MAX_ADDRESSES: usize = 6;
/// And beside the members, who must not be pushed out of sight.
const FEW_ADDRESSES: usize = 3;

/// The short form, for the panel of the members: once people talk, the welcome card is gone.
pub(crate) fn short_ui(ui: &mut Ui, words: &Strings, chat: &Chat, actions: &mut Vec<Action>) {
    let Status::Hosting { port, addresses } = &chat.status else {
        return;
    };
    let margin = Margin {
        left: 16,
        right: 16,
        top: 14,
        bottom: 14,
    };
    let shown = Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 6.0;
        section(ui, words.ways_in);
        let ground = palette(ui).field;
        for address in worth_telling(addresses).take(FEW_ADDRESSES) {
            address_ui(ui, words, *address, ground, actions);
        }
        if let Some(line) = netcat_line(addresses, *port).filter(|_| chat.plain_text) {
            copy_row(ui, words, Line::Code(&line), ground, actions);
        }
    });
    widgets::hairline(ui, shown.response.rect);
}

/// The addresses, best first.
pub(crate) fn addresses_ui(ui: &mut Ui, words: &Strings, addresses: &[SocketAddr], actions: &mut Vec<Action>) {
    for address in worth_telling(addresses).take(MAX_ADDRESSES) {
        address_ui(ui, words, *address, widgets::sunken(ui), actions);
    }
}

fn address_ui(ui: &mut Ui, words: &Strings, address: SocketAddr, ground: Color32, actions: &mut Vec<Action>) {
    let note = if address.ip().is_loopback() {
        words.welcome_this_computer
    } else {
        ""
    };
    copy_row(ui, words, Line::Address(&typed(address), note), ground, actions);
}

/// What comes in with netcat.
pub(crate) fn netcat_line(addresses: &[SocketAddr], port: u16) -> Option<String> {
    let best = addresses.first()?;
    Some(format!("nc {} {port}", best.ip()))
}

/// Loopback is of use only where there is nothing else.
fn worth_telling(addresses: &[SocketAddr]) -> impl Iterator<Item = &SocketAddr> {
    let alone = addresses.iter().all(|address| address.ip().is_loopback());
    addresses
        .iter()
        .filter(move |address| alone || !address.ip().is_loopback())
}

/// What stands above a group of lines.
pub(crate) fn section(ui: &mut Ui, text: &str) {
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

/// Something to type elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Line<'a> {
    /// An address, with what is to be known about it.
    Address(&'a str, &'static str),
    /// A command or a line of a program.
    Code(&'a str),
}

/// Draws it on `ground`, with a button that copies it.
pub(crate) fn copy_row(ui: &mut Ui, words: &Strings, line: Line<'_>, ground: Color32, actions: &mut Vec<Action>) {
    let (text, note, font) = match line {
        Line::Address(text, note) => (text, note, theme::semibold(size::HEADING)),
        Line::Code(text) => (text, "", theme::mono(size::SMALL)),
    };
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    let colors = palette(ui);
    ui.painter().rect_filled(rect, radius::CONTROL, ground);
    let left = pos2(rect.left() + 14.0, rect.center().y);
    let place = Rect::from_min_max(rect.min, pos2(rect.right() - 48.0, rect.bottom()));
    let response = ui.interact(place, ui.scope_id().with(text), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    let room = place.right() - left.x;
    let used = widgets::line(ui, left, Align2::LEFT_CENTER, text, font, colors.text, room);
    if !note.is_empty() {
        let at = left + vec2(used + 12.0, 0.0);
        let font = theme::regular(size::SMALL);
        widgets::line(ui, at, Align2::LEFT_CENTER, note, font, colors.dim, room - used - 12.0);
    }
    response.on_hover_text(text);
    let layout = Layout::right_to_left(Align::Center);
    let place = rect.shrink2(vec2(2.0, 0.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout).id_salt(("copy", text)));
    if icons::button(&mut child, Icon::Copy, &words.copy_of(text)).clicked() {
        actions.push(Action::Copy(text.to_owned()));
    }
}
