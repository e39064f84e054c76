//! The strip above the composer of a room that is over or on its way: what happened, what to do.

use egui::{Align, Layout, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use crate::chat::Status;
use crate::gui::action::Action;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::words::failures::is_bad;
use crate::gui::words::strings::Strings;
use crate::worker::Role;

/// Height of the strip.
const HEIGHT: f32 = 76.0;

/// How high it is; 0 for a room that is open.
pub(crate) fn height(room: &OpenRoom) -> f32 {
    if room.chat.open() && !room.leaving { 0.0 } else { HEIGHT }
}

/// Draws it into `rect`.
pub(crate) fn ui(ui: &mut Ui, rect: Rect, words: &Strings, room: &OpenRoom, actions: &mut Vec<Action>) {
    let card = Rect::from_min_max(
        rect.min + vec2(space::PANE, space::ONE),
        rect.max - vec2(space::PANE, 0.0),
    );
    let colors = palette(ui);
    let bad = room.end().is_some_and(is_bad);
    let fill = if bad { colors.error_fill } else { colors.field };
    ui.painter().rect(
        card,
        radius::CARD,
        fill,
        Stroke::new(1.0, colors.line),
        StrokeKind::Inside,
    );
    let inner = card.shrink2(vec2(14.0, 0.0));
    let layout = Layout::right_to_left(Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).layout(layout).id_salt("banner"));
    buttons_ui(&mut child, words, room, actions);
    let (icon, color) = match (bad, room.ended()) {
        (true, _) => (Icon::Warning, colors.error),
        (false, true) => (Icon::Info, colors.dim),
        (false, false) => (Icon::Clock, colors.dim),
    };
    let left = child.available_rect_before_wrap();
    let sign = Rect::from_center_size(pos2(left.left() + 10.0, left.center().y), vec2(20.0, 20.0));
    icon.paint(ui.painter(), sign, color);
    let text = Rect::from_min_max(
        pos2(sign.right() + 12.0, left.top()),
        pos2(left.right() - 8.0, left.bottom()),
    );
    text_ui(ui, text, words, room);
}

fn buttons_ui(ui: &mut Ui, words: &Strings, room: &OpenRoom, actions: &mut Vec<Action>) {
    match &room.chat.status {
        Status::Ended(_) => {
            let again = match room.config.role {
                Role::Host(_) => words.reopen,
                Role::Join(_) => words.rejoin,
            };
            if controls::button(ui, Some(Icon::Retry), again, Weight::Primary, true).clicked() {
                actions.push(Action::Rejoin(room.key));
            }
        }
        _ if room.leaving => {}
        _ => {
            if controls::button(ui, None, words.cancel, Weight::Plain, true).clicked() {
                actions.push(Action::Leave(room.key));
            }
        }
    }
}

fn text_ui(ui: &Ui, rect: Rect, words: &Strings, room: &OpenRoom) {
    let (what, remedy) = match &room.chat.status {
        Status::Ended(reason) => {
            let advice = words.ended(reason);
            (advice.what, advice.remedy)
        }
        _ if room.leaving => (words.leaving.to_owned(), String::new()),
        Status::Connecting { address } => (words.connecting_to(&address.to_string()), words.not_open_yet.to_owned()),
        _ if room.chat.hosting => (words.starting.to_owned(), words.not_open_yet.to_owned()),
        _ => (words.connecting.to_owned(), words.not_open_yet.to_owned()),
    };
    let colors = palette(ui);
    let response = ui.interact(rect, ui.scope_id().with("banner"), Sense::hover());
    let whole = if remedy.is_empty() {
        what.clone()
    } else {
        words.and_then(&what, &remedy)
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Status, true, &whole));
    widgets::announce(ui, &response);
    let first = widgets::wrapped(ui, &what, theme::semibold(size::BODY), colors.text, rect.width(), 1);
    let second = widgets::wrapped(ui, &remedy, theme::regular(size::SMALL), colors.dim, rect.width(), 2);
    let height = first.size().y + if remedy.is_empty() { 0.0 } else { second.size().y };
    let top = rect.center().y - height / 2.0;
    let below = top + first.size().y;
    ui.painter().galley(pos2(rect.left(), top), first, colors.text);
    if !remedy.is_empty() {
        ui.painter().galley(pos2(rect.left(), below), second, colors.dim);
    }
    response.on_hover_text(whole);
}
