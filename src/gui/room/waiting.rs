//! What somebody sees who has knocked: words to read out, and that they wait.

use egui::{Align2, Frame, Margin, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use crate::gui::action::Action;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::words::strings::Strings;
use crate::proto::words::Words;

/// Height of the words.
const WORDS: f32 = 84.0;

/// Draws the card.
pub(crate) fn ui(ui: &mut Ui, words: &Strings, room: &OpenRoom, shown: &Words, actions: &mut Vec<Action>) {
    widgets::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::TWO;
        let colors = palette(ui);
        let title = widgets::label(ui, words.waiting_title, theme::semibold(size::TITLE), colors.text);
        widgets::announce(ui, &title);
        widgets::label(ui, words.waiting_words, theme::regular(size::BODY), colors.dim);
        words_ui(ui, words, shown);
        widgets::hint(ui, words.waiting_confirm_hint);
        ui.horizontal_wrapped(|ui| {
            if room.door.unconfirmed.is_some() {
                let confirm = controls::button(ui, Some(Icon::Check), words.confirm, Weight::Primary, true);
                if confirm.clicked() {
                    actions.push(Action::Confirm(room.key));
                }
            } else {
                widgets::hint(ui, words.confirmed);
            }
            if controls::button(ui, None, words.cancel, Weight::Plain, true).clicked() {
                actions.push(Action::Close(room.key));
            }
        });
    });
}

fn words_ui(ui: &mut Ui, words: &Strings, shown: &Words) {
    let (first, second) = words.safety_words(shown);
    let colors = palette(ui);
    Frame::new()
        .fill(widgets::sunken(ui))
        .corner_radius(radius::CARD)
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), WORDS), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{first} · {second}")));
            let line = |text: &str, font, color, y: f32| {
                let at = Rect::from_center_size(rect.center() + vec2(0.0, y), rect.size()).center();
                widgets::line(ui, at, Align2::CENTER_CENTER, text, font, color, rect.width());
            };
            line(&first, theme::semibold(size::LARGE), colors.text, -16.0);
            line(&second, theme::regular(size::HEADING), colors.dim, 22.0);
        });
}
