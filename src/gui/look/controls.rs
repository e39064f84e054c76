//! What can be pressed: buttons, switches, choices, rows to pick. Each has a role and a name.

use std::sync::Arc;

use egui::{
    Align2, Color32, Galley, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets::{CONTROL, label, line, sunken};

/// Side of the icon in a button.
const ICON: f32 = 18.0;

/// How much a button asks to be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// The one thing to do.
    Primary,
    /// Something else to do.
    Plain,
    /// Something that takes something away.
    Danger,
}

/// A button with a text, and an icon before it.
pub(crate) fn button(ui: &mut Ui, icon: Option<Icon>, text: &str, weight: Weight, enabled: bool) -> Response {
    button_sized(ui, icon, text, weight, enabled, 0.0)
}

/// How wide a button will be.
pub(crate) fn button_width(ui: &Ui, icon: Option<Icon>, text: &str) -> f32 {
    button_text(ui, text).size().x + icon.map_or(0.0, |_| ICON + space::ONE) + 2.0 * space::TWO
}

fn button_text(ui: &Ui, text: &str) -> Arc<Galley> {
    let font = theme::semibold(size::BODY);
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER)
}

/// A button that is at least so wide.
pub(crate) fn button_sized(
    ui: &mut Ui,
    icon: Option<Icon>,
    text: &str,
    weight: Weight,
    enabled: bool,
    min_width: f32,
) -> Response {
    let galley = button_text(ui, text);
    let icon_width = icon.map_or(0.0, |_| ICON + space::ONE);
    let content = galley.size().x + icon_width;
    let wanted = vec2(button_width(ui, icon, text).max(min_width), CONTROL);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(wanted, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled && ui.is_enabled(), text));
    if ui.is_rect_visible(rect) {
        let (fill, ink) = button_colors(ui, &response, weight, enabled && ui.is_enabled());
        ui.painter().rect_filled(rect, radius::CONTROL, fill);
        let mut x = rect.center().x - content / 2.0;
        if let Some(icon) = icon {
            let place = Rect::from_center_size(pos2(x + ICON / 2.0, rect.center().y), Vec2::splat(ICON));
            icon.paint(ui.painter(), place, ink);
            x += icon_width;
        }
        let at = pos2(x, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley_with_override_text_color(at, galley, ink);
        focus_ring(ui, rect, &response, radius::CONTROL);
    }
    response
}

fn button_colors(ui: &Ui, response: &Response, weight: Weight, enabled: bool) -> (Color32, Color32) {
    let colors = palette(ui);
    let rest = if colors.dark { colors.line } else { colors.other_bubble };
    if !enabled {
        return (rest, colors.faint);
    }
    let over = ui
        .ctx()
        .animate_bool_with_time(response.id.with("over"), response.hovered(), theme::MOTION);
    let toward_text = |color: Color32, by: f32| color.lerp_to_gamma(colors.text, by * over);
    match weight {
        Weight::Primary => (toward_text(colors.accent, 0.12), colors.on_accent),
        Weight::Plain => (toward_text(rest, 0.08), colors.text),
        Weight::Danger => (toward_text(colors.error, 0.12), colors.bg),
    }
}

/// The ring around what has the focus, outside its edge so that it shows on every fill.
pub(crate) fn focus_ring(ui: &Ui, rect: Rect, response: &Response, radius: u8) {
    if response.has_focus() {
        let ring = rect.expand(2.0);
        ui.painter().rect_stroke(
            ring,
            radius.saturating_add(2),
            palette(ui).focus_ring(),
            StrokeKind::Outside,
        );
    }
}

/// An icon that can be pressed.
pub(crate) fn icon_button(ui: &mut Ui, icon: Icon, name: &str, enabled: bool) -> Response {
    ui.add_enabled_ui(enabled, |ui| icons::button(ui, icon, name)).inner
}

/// A switch with its name beside it.
pub(crate) fn switch(ui: &mut Ui, on: &mut bool, name: &str, enabled: bool) -> Response {
    const TRACK: Vec2 = vec2(40.0, 24.0);
    let font = theme::regular(size::BODY);
    let room = ui.available_width() - TRACK.x - 12.0;
    let galley = ui
        .painter()
        .layout(name.to_owned(), font, Color32::PLACEHOLDER, room.max(40.0));
    let height = galley.size().y.max(space::HIT);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, mut response) = ui.allocate_exact_size(vec2(ui.available_width(), height), sense);
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::Switch, enabled, *on, name));
    let colors = palette(ui);
    let shift = ui.ctx().animate_bool_with_time(response.id, *on, theme::MOTION);
    let track = Rect::from_min_size(pos2(rect.left(), rect.center().y - TRACK.y / 2.0), TRACK);
    let off = if colors.dark { colors.thumb } else { colors.faint };
    let fill = off.lerp_to_gamma(colors.accent, shift);
    ui.painter().rect_filled(track, TRACK.y / 2.0, fill);
    let knob = pos2(
        egui::lerp(track.left() + 12.0..=track.right() - 12.0, shift),
        track.center().y,
    );
    ui.painter().circle_filled(
        knob,
        9.0,
        if colors.dark && *on {
            colors.on_accent
        } else {
            colors.own_text
        },
    );
    let ink = if enabled { colors.text } else { colors.faint };
    let at = pos2(track.right() + 12.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley_with_override_text_color(at, galley, ink);
    focus_ring(ui, track, &response, 12);
    response
}

/// One of several, side by side, with the name of the choice above.
pub(crate) fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    options: &[(T, &str)],
    enabled: bool,
) -> bool {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        let color = palette(ui).dim;
        label(ui, name, theme::semibold(size::SMALL), color);
        segments(ui, name, value, options, enabled)
    })
    .inner
}

fn segments<T: Copy + PartialEq>(ui: &mut Ui, name: &str, value: &mut T, options: &[(T, &str)], enabled: bool) -> bool {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL), Sense::hover());
    let colors = palette(ui);
    ui.painter().rect(
        rect,
        radius::CONTROL,
        sunken(ui),
        Stroke::new(1.0, colors.line),
        StrokeKind::Inside,
    );
    let width = rect.width() / options.len() as f32;
    let mut changed = false;
    for (index, (option, text)) in options.iter().enumerate() {
        let place = Rect::from_min_size(rect.min + vec2(width * index as f32, 0.0), vec2(width, CONTROL)).shrink(3.0);
        let sense = if enabled { Sense::click() } else { Sense::hover() };
        let response = ui.interact(place, ui.scope_id().with((name, index)), sense);
        if response.clicked() && *value != *option {
            *value = *option;
            changed = true;
        }
        let chosen = *value == *option;
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, chosen, *text));
        segment(ui, place, &response, text, chosen, enabled);
    }
    changed
}

fn segment(ui: &Ui, place: Rect, response: &Response, text: &str, chosen: bool, enabled: bool) {
    let colors = palette(ui);
    if chosen {
        ui.painter().rect_filled(place, radius::CONTROL - 3, colors.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(place, radius::CONTROL - 3, colors.hover);
    }
    let font = if chosen {
        theme::semibold(size::SMALL)
    } else {
        theme::regular(size::SMALL)
    };
    let ink = match (enabled, chosen) {
        (false, _) => colors.faint,
        (true, true) => colors.text,
        (true, false) => colors.dim,
    };
    line(
        ui,
        place.center(),
        Align2::CENTER_CENTER,
        text,
        font,
        ink,
        place.width(),
    );
    focus_ring(ui, place.shrink(2.0), response, radius::CONTROL - 3);
}

/// A row to pick: a text, and something about it at the right.
pub(crate) fn pick(ui: &mut Ui, text: &str, detail: &str, name: &str, enabled: bool) -> Response {
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    let colors = palette(ui);
    if response.hovered() && enabled {
        ui.painter().rect_filled(rect, radius::CONTROL, colors.hover);
    }
    focus_ring(ui, rect.shrink(2.0), &response, radius::CONTROL);
    let sign = Rect::from_center_size(pos2(rect.left() + 18.0, rect.center().y), vec2(16.0, 16.0));
    Icon::Clock.paint(ui.painter(), sign, colors.dim);
    let right = pos2(rect.right() - 12.0, rect.center().y);
    let taken = line(
        ui,
        right,
        Align2::RIGHT_CENTER,
        detail,
        theme::regular(size::SMALL),
        colors.dim,
        90.0,
    );
    let at = pos2(rect.left() + 36.0, rect.center().y);
    let width = right.x - taken - at.x - space::ONE;
    line(
        ui,
        at,
        Align2::LEFT_CENTER,
        text,
        theme::regular(size::BODY),
        colors.text,
        width,
    );
    response
}
