//! The strip above the composer of a room that is over or on its way: what happened, what to do.

use std::sync::Arc;

use egui::{Align, Galley, Layout, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

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

/// Height of the strip, at least.
const HEIGHT: f32 = 76.0;
/// Above and below the text.
const PADDING: f32 = 11.0;
/// Left and right of everything.
const EDGE: f32 = 14.0;
/// From the edge to the text: the sign and the gap after it.
const SIGN: f32 = 32.0;
/// From the text to the button.
const GAP: f32 = 16.0;
/// In a narrow window the words are wrapped, and cut after so many rows each.
const MAX_ROWS: usize = 3;

/// How high it is at `width`; 0 for a room that is open.
pub(crate) fn height(ui: &Ui, words: &Strings, room: &OpenRoom, width: f32) -> f32 {
    if room.chat.open() && !room.leaving {
        return 0.0;
    }
    let button = button(words, room).map_or(0.0, |(icon, text, _)| controls::button_width(ui, icon, text) + GAP);
    let text = Text::new(ui, words, room, width - 2.0 * (space::PANE + EDGE) - SIGN - button);
    (text.height() + 2.0 * PADDING + space::ONE).max(HEIGHT)
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
    let inner = card.shrink2(vec2(EDGE, 0.0));
    let layout = Layout::right_to_left(Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).layout(layout).id_salt("banner"));
    child.spacing_mut().item_spacing.x = GAP;
    if let Some((icon, text, action)) = button(words, room) {
        let weight = if room.ended() { Weight::Primary } else { Weight::Plain };
        if controls::button(&mut child, icon, text, weight, true).clicked() {
            actions.push(action);
        }
    }
    let (icon, color) = match (bad, room.ended()) {
        (true, _) => (Icon::Warning, colors.error),
        (false, true) => (Icon::Info, colors.dim),
        (false, false) => (Icon::Clock, colors.dim),
    };
    let left = child.available_rect_before_wrap();
    let sign = Rect::from_center_size(pos2(left.left() + 10.0, left.center().y), vec2(20.0, 20.0));
    icon.paint(ui.painter(), sign, color);
    let text = Rect::from_min_max(pos2(left.left() + SIGN, left.top()), left.max);
    text_ui(ui, text, words, room);
}

/// What can be done about it.
fn button<'w>(words: &'w Strings, room: &OpenRoom) -> Option<(Option<Icon>, &'w str, Action)> {
    match (&room.chat.status, &room.config.role) {
        (Status::Ended(_), Role::Host(_)) => Some((Some(Icon::Retry), words.reopen, Action::Rejoin(room.key))),
        (Status::Ended(_), Role::Join(_)) => Some((Some(Icon::Retry), words.rejoin, Action::Rejoin(room.key))),
        _ if room.leaving => None,
        _ => Some((None, words.cancel, Action::Leave(room.key))),
    }
}

/// What happened and what to do, laid out.
struct Text {
    what: Arc<Galley>,
    remedy: Option<Arc<Galley>>,
    whole: String,
}

impl Text {
    fn new(ui: &Ui, words: &Strings, room: &OpenRoom, width: f32) -> Self {
        let (what, remedy) = told(words, room);
        let colors = palette(ui);
        let lay = |text: &str, font, color| widgets::wrapped(ui, text, font, color, width, MAX_ROWS);
        Self {
            whole: if remedy.is_empty() {
                what.clone()
            } else {
                words.and_then(&what, &remedy)
            },
            what: lay(&what, theme::semibold(size::BODY), colors.text),
            remedy: (!remedy.is_empty()).then(|| lay(&remedy, theme::regular(size::SMALL), colors.dim)),
        }
    }

    fn height(&self) -> f32 {
        self.what.size().y + self.remedy.as_ref().map_or(0.0, |remedy| remedy.size().y)
    }
}

fn told(words: &Strings, room: &OpenRoom) -> (String, String) {
    match &room.chat.status {
        Status::Ended(reason) => {
            let advice = words.ended(reason);
            (advice.what, advice.remedy)
        }
        _ if room.leaving => (words.leaving.to_owned(), String::new()),
        Status::Connecting { address } => (words.connecting_to(&address.to_string()), words.not_open_yet.to_owned()),
        _ if room.chat.hosting => (words.starting.to_owned(), words.not_open_yet.to_owned()),
        _ => (words.connecting.to_owned(), words.not_open_yet.to_owned()),
    }
}

fn text_ui(ui: &Ui, rect: Rect, words: &Strings, room: &OpenRoom) {
    let text = Text::new(ui, words, room, rect.width());
    let response = ui.interact(rect, ui.scope_id().with("banner"), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Status, true, &text.whole));
    widgets::announce(ui, &response);
    let colors = palette(ui);
    let top = rect.center().y - text.height() / 2.0;
    let below = top + text.what.size().y;
    ui.painter().galley(pos2(rect.left(), top), text.what, colors.text);
    if let Some(remedy) = text.remedy {
        ui.painter().galley(pos2(rect.left(), below), remedy, colors.dim);
    }
    response.on_hover_text(text.whole);
}
