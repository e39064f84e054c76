//! Small buttons of the transcript: words that can be pressed.

use egui::{Align2, Color32, Id, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, radius, size, space};
use crate::gui::words::strings::Strings;
use crate::proto::RefuseReason;

/// What can be done about a message that did not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Say it again.
    Retry,
    /// Keep its text.
    Copy,
    /// Do not show it any more.
    Delete,
}

/// Words in a bubble that fold or unfold it.
pub(crate) fn in_bubble(ui: &Ui, id: Id, rect: Rect, words: &str, ink: Color32) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, words));
    let font = theme::semibold(size::SMALL);
    let drawn = ui
        .painter()
        .text(rect.left_center(), Align2::LEFT_CENTER, words, font, ink);
    if response.hovered() {
        ui.painter().hline(drawn.x_range(), drawn.bottom() + 1.0, (1.0, ink));
    }
    if response.has_focus() {
        icons::ring(
            ui.painter(),
            drawn.expand2(vec2(6.0, 3.0)),
            radius::JOIN,
            theme::palette(ui),
        );
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// The line below a message that did not go out: why, and what can be done.
pub(crate) fn refusal(
    ui: &Ui,
    id: Id,
    rect: Rect,
    strings: &Strings,
    reason: RefuseReason,
    deletable: bool,
) -> Option<Remedy> {
    let mut right = rect.right();
    let mut pressed = None;
    let retry = reason.retry().then_some((strings.retry, Remedy::Retry));
    let delete = deletable.then_some((strings.delete, Remedy::Delete));
    for (words, remedy) in [delete, Some((strings.copy, Remedy::Copy)), retry]
        .into_iter()
        .flatten()
    {
        let (response, width) = pill(ui, id.with(words), pos2(right, rect.center().y), words);
        right -= width + 6.0;
        if response.clicked() {
            pressed = Some(remedy);
        }
    }
    let ink = theme::palette(ui).error;
    let words = strings.refused(reason);
    let mut job = egui::text::LayoutJob::simple_singleline(words, theme::regular(size::SMALL), ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width((right - rect.left() - 26.0).max(40.0));
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let at = pos2(right - 4.0 - galley.size().x, rect.center().y - galley.size().y / 2.0);
    let sign = Rect::from_center_size(pos2(at.x - 12.0, rect.center().y), vec2(15.0, 15.0));
    Icon::Warning.paint(ui.painter(), sign, ink);
    ui.painter().galley(at, galley, ink);
    pressed
}

/// A button with its right edge at `right`; how wide it is.
fn pill(ui: &Ui, id: Id, right: egui::Pos2, words: &str) -> (Response, f32) {
    let palette = theme::palette(ui);
    let galley = ui
        .painter()
        .layout_no_wrap(words.to_owned(), theme::semibold(size::SMALL), palette.text);
    let width = galley.size().x + 20.0;
    let hit = Rect::from_min_size(
        pos2(right.x - width, right.y - space::HIT / 2.0),
        vec2(width, space::HIT),
    );
    let response = ui.interact(hit, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, words));
    let rect = hit.shrink2(vec2(0.0, 3.0));
    let rest = if palette.dark {
        palette.line
    } else {
        palette.other_bubble
    };
    let over = ui
        .ctx()
        .animate_bool_with_time(id.with("over"), response.hovered(), theme::MOTION);
    ui.painter()
        .rect_filled(rect, 13.0, rest.lerp_to_gamma(palette.text, 0.08 * over));
    if response.has_focus() {
        icons::ring(ui.painter(), rect, 13, palette);
    }
    ui.painter()
        .galley(rect.center() - galley.size() / 2.0, galley, palette.text);
    (response.on_hover_cursor(egui::CursorIcon::PointingHand), width)
}
