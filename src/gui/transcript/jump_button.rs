//! The round button to the newest message.

use egui::{Align2, Id, Pos2, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, size};
use crate::gui::words::strings::Strings;

const DIAMETER: f32 = 40.0;
/// Counts beyond this are not told apart.
const MOST: usize = 99;

/// Draws it around `middle`; `visible` fades it in.
pub(crate) fn ui(ui: &Ui, id: Id, middle: Pos2, visible: f32, strings: &Strings, unread: usize) -> Response {
    let palette = theme::palette(ui);
    let rect = Rect::from_center_size(middle, Vec2::splat(DIAMETER));
    let name = strings.jump(unread);
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let over = ui
        .ctx()
        .animate_bool_with_time(id.with("over"), response.hovered(), theme::MOTION);
    let fade = |color: egui::Color32| color.gamma_multiply(visible);
    let mut shadow = palette.floating();
    shadow.color = fade(shadow.color);
    let painter = ui.painter();
    painter.add(shadow.as_shape(rect, DIAMETER / 2.0));
    painter.circle_filled(
        middle,
        DIAMETER / 2.0,
        fade(palette.card.lerp_to_gamma(palette.hover, over)),
    );
    Icon::ChevronDown.paint(
        painter,
        Rect::from_center_size(middle, Vec2::splat(22.0)),
        fade(palette.text),
    );
    if response.has_focus() {
        icons::ring(painter, rect, (DIAMETER / 2.0) as u8, palette);
    }
    if unread > 0 {
        badge(painter, middle - vec2(0.0, DIAMETER / 2.0), unread, visible, palette);
    }
    response.on_hover_text(name)
}

fn badge(painter: &egui::Painter, middle: Pos2, count: usize, visible: f32, palette: &theme::Palette) {
    let words = if count > MOST {
        format!("{MOST}+")
    } else {
        count.to_string()
    };
    let ink = palette.on_accent.gamma_multiply(visible);
    let galley = painter.layout_no_wrap(words, theme::semibold(size::CAPTION), ink);
    let rect = Rect::from_center_size(middle, vec2((galley.size().x + 12.0).max(20.0), 20.0));
    painter.rect_filled(rect, 10.0, palette.accent.gamma_multiply(visible));
    painter.galley(
        Align2::CENTER_CENTER.anchor_size(middle, galley.size()).min,
        galley,
        ink,
    );
}
