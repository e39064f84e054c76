//! The few things that panels are made of: labels, fields, buttons, switches, choices, cards. Each has a role and a name.

use std::sync::Arc;

use egui::accesskit::Live;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align2, Color32, FontId, Frame, Galley, Id, Label, Margin, Pos2, Rect, Response, RichText, Role, Sense, Stroke,
    StrokeKind, TextEdit, Ui, UiBuilder, vec2,
};

use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, radius, size, space};

/// Height of buttons and fields.
pub(crate) const CONTROL: f32 = 40.0;

/// Text that wraps.
pub(crate) fn label(ui: &mut Ui, text: &str, font: FontId, color: Color32) -> Response {
    let line_height = theme::line_height(font.size);
    ui.add(
        Label::new(
            RichText::new(text)
                .font(font)
                .color(color)
                .line_height(Some(line_height)),
        )
        .wrap(),
    )
}

/// A small grey explanation.
pub(crate) fn hint(ui: &mut Ui, text: &str) -> Response {
    let color = palette(ui).dim;
    label(ui, text, theme::regular(size::SMALL), color)
}

/// Lays text out in at most so many rows, cut with `…`.
pub(crate) fn wrapped(ui: &Ui, text: &str, font: FontId, color: Color32, width: f32, max_rows: usize) -> Arc<Galley> {
    let mut job = LayoutJob::single_section(
        text.to_owned(),
        TextFormat {
            line_height: Some(theme::line_height(font.size)),
            ..TextFormat::simple(font, color)
        },
    );
    job.wrap = TextWrapping {
        max_rows,
        break_anywhere: max_rows == 1,
        ..TextWrapping::wrap_at_width(width.max(1.0))
    };
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Paints one line, cut with `…` at `width`; returns how wide it is.
pub(crate) fn line(ui: &Ui, at: Pos2, anchor: Align2, text: &str, font: FontId, color: Color32, width: f32) -> f32 {
    let galley = wrapped(ui, text, font, color, width, 1);
    let rect = anchor.anchor_size(at, galley.size());
    ui.painter().galley(rect.min, galley, color);
    rect.width()
}

/// Lets screen readers say a text when it changes.
pub(crate) fn announce(ui: &Ui, response: &Response) {
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_live(Live::Polite));
}

/// Beyond what has the focus this much is scrolled into sight: what is wrong with a field, and what to do about it, stands below.
const AROUND_FOCUS: f32 = 104.0;

/// Scrolls to what has just got the focus. Call it at the end of what scrolls.
pub(crate) fn follow_focus(ui: &Ui) {
    let focused = ui.memory(|memory| memory.focused());
    if let Some(response) = focused.and_then(|id| ui.ctx().read_response(id))
        && response.gained_focus()
        && response.layer_id == ui.layer_id()
        && ui.min_rect().intersects(response.rect)
    {
        ui.scroll_to_rect(response.rect.expand2(vec2(space::TWO, AROUND_FOCUS)), None);
    }
}

/// Rows without gaps, which screen readers hear as one list.
pub(crate) fn list(ui: &mut Ui, name: &str, rows: impl FnOnce(&mut Ui)) {
    let builder = UiBuilder::new()
        .accessibility_role(Role::List)
        .accessibility_label(name);
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        rows(ui);
        follow_focus(ui);
    });
}

/// A text field.
pub(crate) struct Field<'a> {
    pub(crate) id: Id,
    pub(crate) name: &'a str,
    pub(crate) hint: &'a str,
    pub(crate) error: Option<&'a str>,
    pub(crate) enabled: bool,
}

/// A field with its name above and what is wrong with it below.
pub(crate) fn field(ui: &mut Ui, field: &Field<'_>, text: &mut String) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        let colors = palette(ui);
        let name = label(ui, field.name, theme::semibold(size::SMALL), colors.dim);
        let response = field_edit(ui, field, text).labelled_by(name.id);
        if let Some(error) = field.error {
            problem(ui, error);
        }
        response
    })
    .inner
}

fn field_edit(ui: &mut Ui, field: &Field<'_>, text: &mut String) -> Response {
    let colors = palette(ui);
    let edge = field.error.map_or(colors.line, |_| colors.error);
    let edit = edit(ui, text, field.id, field.hint, sunken(ui), 12, edge);
    let response = ui.add_enabled(field.enabled, edit);
    edit_ring(ui, &response);
    response
}

/// The ground of a field that lies on a card.
pub(crate) fn sunken(ui: &Ui) -> Color32 {
    let colors = palette(ui);
    if colors.dark { colors.bg } else { colors.field }
}

/// A line to write in, without its name.
pub(crate) fn edit<'t>(
    ui: &Ui,
    text: &'t mut String,
    id: Id,
    hint: &str,
    fill: Color32,
    left: i8,
    edge: Color32,
) -> TextEdit<'t> {
    let padding = (CONTROL - theme::line_height(size::BODY)) / 2.0 - 1.0;
    let margin = Margin {
        left,
        right: 12,
        top: padding as i8,
        bottom: padding as i8,
    };
    let frame = Frame::new()
        .fill(fill)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(radius::CONTROL)
        .inner_margin(margin);
    TextEdit::singleline(text)
        .id(id)
        .font(theme::regular(size::BODY))
        .hint_text(RichText::new(hint).color(palette(ui).faint))
        .desired_width(f32::INFINITY)
        .frame(frame)
}

/// The ring lies on the edge, so that nothing moves when the focus comes.
pub(crate) fn edit_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let ring = palette(ui).focus_ring();
        ui.painter()
            .rect_stroke(response.rect, radius::CONTROL, ring, StrokeKind::Inside);
    }
}

/// What is wrong, in red with a sign: never by colour alone.
pub(crate) fn problem(ui: &mut Ui, text: &str) -> Response {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let colors = palette(ui);
        let (sign, _) = ui.allocate_exact_size(vec2(16.0, theme::line_height(size::SMALL)), Sense::hover());
        Icon::Warning.paint(ui.painter(), sign, colors.error);
        let text = label(ui, text, theme::regular(size::SMALL), colors.error);
        announce(ui, &text);
        text
    })
    .inner
}

/// The ground of a card.
pub(crate) fn card(ui: &Ui) -> Frame {
    let colors = palette(ui);
    Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.line))
        .corner_radius(radius::COMPOSER)
        .inner_margin(Margin::same(24))
}

/// A red strip that says what is dangerous.
pub(crate) fn warning(ui: &mut Ui, title: &str, text: &str) -> Response {
    let colors = palette(ui);
    Frame::new()
        .fill(colors.error_fill)
        .corner_radius(radius::CONTROL)
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                let (sign, _) = ui.allocate_exact_size(vec2(18.0, theme::line_height(size::SMALL)), Sense::hover());
                Icon::OpenLock.paint(ui.painter(), sign, colors.error);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    if !title.is_empty() {
                        label(ui, title, theme::semibold(size::SMALL), colors.error);
                    }
                    label(ui, text, theme::regular(size::SMALL), colors.error)
                })
                .inner
            })
            .inner
        })
        .inner
}

/// A hairline along the lower edge of `rect`.
pub(crate) fn hairline(ui: &Ui, rect: Rect) {
    let stroke = Stroke::new(1.0, palette(ui).line);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, stroke);
}
