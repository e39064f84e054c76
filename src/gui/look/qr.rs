//! A text as a QR code: dark on light in both themes, as cameras expect.

use std::sync::Arc;

use egui::cache::{ComputerMut, FrameCache};
use egui::{Mesh, Rect, Response, Role, Sense, Shape, Ui, Vec2, WidgetInfo, vec2};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::gui::look::theme::{LIGHT, radius};

/// Light modules around the code; fewer, and cameras do not find it.
const QUIET: i32 = 4;

/// Makes codes; each is made once as long as it is shown.
#[derive(Debug, Default)]
struct Maker;

impl ComputerMut<&str, Option<Arc<QrCode>>> for Maker {
    fn compute(&mut self, text: &str) -> Option<Arc<QrCode>> {
        QrCode::encode_text(text, QrCodeEcc::Medium).ok().map(Arc::new)
    }
}

type Codes = FrameCache<Option<Arc<QrCode>>, Maker>;

/// Draws `text` as a code no larger than `side`; nothing if no code can hold it. Small letters become capitals: for what
/// `landline:` links are made of, such a code is a third smaller.
pub(crate) fn ui(ui: &mut Ui, text: &str, name: &str, side: f32) -> Option<Response> {
    let text = text.to_ascii_uppercase();
    let code = ui.memory_mut(|memory| memory.caches.cache::<Codes>().get(text.as_str()).clone())?;
    let modules = code.size() + 2 * QUIET;
    let pixels = ui.pixels_per_point();
    let module = (side * pixels / modules as f32).floor().max(1.0) / pixels;
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(module * modules as f32), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    if !ui.is_rect_visible(rect) {
        return Some(response);
    }
    ui.painter().rect_filled(rect, radius::JOIN, LIGHT.bg);
    let origin = (rect.min.to_vec2() * pixels).round() / pixels;
    let mut dark = Mesh::default();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let at = origin + vec2((x + QUIET) as f32, (y + QUIET) as f32) * module;
            dark.add_colored_rect(Rect::from_min_size(at.to_pos2(), Vec2::splat(module)), LIGHT.text);
        }
    }
    ui.painter().add(Shape::mesh(dark));
    Some(response)
}
