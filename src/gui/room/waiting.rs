//! What somebody sees who has knocked: words to read out, and that they wait.

use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{Align, Color32, FontId, Frame, Galley, Margin, Role, Sense, Ui, WidgetInfo, vec2};

use crate::gui::action::Action;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::words::strings::Strings;
use crate::proto::words::Words;

/// Around the words.
const MARGIN: i8 = 20;
/// Between the words of both languages.
const GAP: f32 = 8.0;

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

/// All words are shown, in two rows if they must be: what is cut off cannot be compared.
fn words_ui(ui: &mut Ui, words: &Strings, shown: &Words) {
    let (first, second) = words.safety_words(shown);
    let colors = palette(ui);
    Frame::new()
        .fill(widgets::sunken(ui))
        .corner_radius(radius::CARD)
        .inner_margin(Margin::same(MARGIN))
        .show(ui, |ui| {
            let width = ui.available_width();
            let lines = [
                lay(ui, &first, theme::semibold(size::LARGE), colors.text, width),
                lay(ui, &second, theme::regular(size::HEADING), colors.dim, width),
            ];
            let height = lines.iter().map(|line| line.size().y).sum::<f32>() + GAP;
            let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{first} · {second}")));
            let mut top = rect.center_top();
            for line in lines {
                let next = top + vec2(0.0, line.size().y + GAP);
                ui.painter().galley(top, line, colors.text);
                top = next;
            }
        });
}

fn lay(ui: &Ui, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let lay = |text: String| {
        let mut job = LayoutJob::simple(text, font.clone(), color, width);
        job.halign = Align::Center;
        ui.painter().layout_job(job)
    };
    let line = lay(text.to_owned());
    let halves = text.match_indices(' ').nth(1);
    match halves {
        Some((middle, _)) if line.rows.len() > 1 => lay(format!("{}\n{}", &text[..middle], &text[middle + 1..])),
        _ => line,
    }
}
