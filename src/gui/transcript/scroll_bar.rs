//! The transcript's scroll bar. Its numbers are too large for egui's own.

use egui::{Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::gui::look::theme;
use crate::gui::transcript::anchor_list::AnchorList;

/// Width of what can be caught.
const GRIP: f32 = 14.0;
/// The thumb, at rest and under the pointer.
const THIN: f32 = 4.0;
const THICK: f32 = 8.0;
/// The shortest thumb: it must be caught whatever there is to scroll.
const SHORTEST: f64 = 32.0;

/// Draws the bar at the right edge of the list's view, if there is anything to scroll.
pub(crate) fn ui(ui: &Ui, list: &mut AnchorList, name: &str) {
    let Some(view) = list.view() else { return };
    let height = f64::from(view.height());
    let (above, total) = list.extent();
    if total <= height + 1.0 {
        return;
    }
    let track = Rect::from_min_max(pos2(view.right() - GRIP, view.top()), view.max).shrink2(vec2(0.0, 2.0));
    let length = (f64::from(track.height()) * height / total).max(SHORTEST);
    let travel = (f64::from(track.height()) - length).max(1.0);
    let hidden = total - height;
    let response = ui.interact(
        track,
        Id::unique("transcript scroll bar").with(ui.scope_id()),
        Sense::DRAG | Sense::CLICK,
    );
    let part = (above / hidden).clamp(0.0, 1.0);
    let in_use = response.dragged() || response.clicked();
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| in_use) {
        let held = held_at(ui, &response, f64::from(track.top()) + part * travel, length);
        let part = ((f64::from(pointer.y - track.top()) - held) / travel).clamp(0.0, 1.0);
        if part >= 1.0 {
            list.go_to_end();
        } else {
            list.jump(part * hidden);
        }
        ui.request_repaint();
    }
    announce(ui, &response, name, part);
    let over = response.hovered() || response.dragged();
    let wide = ui.ctx().animate_bool_with_time(response.id, over, theme::MOTION);
    let width = egui::lerp(THIN..=THICK, wide);
    let top = track.top() + (part * travel) as f32;
    let thumb = Rect::from_min_size(pos2(track.right() - width - 2.0, top), vec2(width, length as f32));
    let color = theme::palette(ui).thumb;
    ui.painter().rect_filled(thumb, width / 2.0, color);
}

/// Where on the thumb it is held: where it was caught, or in its middle if the track beside it was pressed.
fn held_at(ui: &Ui, response: &egui::Response, thumb_top: f64, length: f64) -> f64 {
    let id = response.id.with("held");
    if response.drag_started() || response.clicked() {
        let caught = ui.input(|input| input.pointer.press_origin());
        let on_thumb = caught.map(|at| f64::from(at.y) - thumb_top);
        let held = on_thumb.filter(|at| (0.0..=length).contains(at) && response.dragged());
        ui.data_mut(|data| data.insert_temp(id, held.unwrap_or(length / 2.0)));
    }
    ui.data(|data| data.get_temp(id)).unwrap_or(length / 2.0)
}

fn announce(ui: &Ui, response: &egui::Response, name: &str, part: f64) {
    response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
        node.set_numeric_value((part * 100.0).round());
    });
}
