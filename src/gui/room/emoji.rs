//! A small table of emoji to pick from.

use egui::{Align2, Role, Sense, Ui, UiKind, WidgetInfo, vec2};

use crate::gui::look::theme::{self, palette, radius};

/// Emoji of a row.
const COLUMNS: usize = 10;
/// Side of one place.
const CELL: f32 = 36.0;

/// What people use most, by kind; every one is a single code point, so that any font that has emoji has it.
const EMOJI: [&str; 60] = [
    "😀", "😄", "😁", "😅", "😂", "🤣", "😊", "🙂", "😉", "😍", //
    "😘", "😎", "🤔", "🤨", "😐", "😴", "😢", "😭", "😡", "😱", //
    "🥳", "🤗", "🙄", "😬", "🤯", "🥺", "😇", "🤝", "👍", "👎", //
    "👌", "👏", "🙏", "💪", "👀", "👋", "🙌", "🤞", "🧡", "💙", //
    "💔", "🔥", "⭐", "🎉", "🎂", "🎁", "🌹", "🍵", "🍻", "🍜", //
    "🌞", "🌙", "🌈", "🐱", "🐶", "🐼", "🚀", "✅", "❌", "💡",
];

/// Draws the table; the emoji that was picked.
pub(crate) fn ui(ui: &mut Ui) -> Option<&'static str> {
    let mut picked = None;
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    for row in EMOJI.chunks(COLUMNS) {
        ui.horizontal(|ui| {
            for emoji in row {
                if cell(ui, emoji) {
                    picked = Some(*emoji);
                }
            }
        });
    }
    if picked.is_some() {
        ui.close_kind(UiKind::Menu);
    }
    picked
}

fn cell(ui: &mut Ui, emoji: &str) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(CELL, CELL), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, emoji));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, radius::CONTROL, palette(ui).hover);
    }
    let color = palette(ui).text;
    ui.painter()
        .text(rect.center(), Align2::CENTER_CENTER, emoji, theme::regular(20.0), color);
    response.clicked()
}
