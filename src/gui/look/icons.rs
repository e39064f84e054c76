//! Line icons, drawn with the painter on a 24-unit grid.
//!
//! No asset and no font: crisp at any scale, and the colour follows the theme.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use egui::{Color32, Painter, Rect, Response, Role, Ui, Vec2, WidgetInfo};

pub(crate) use crate::gui::look::avatar::avatar;
use crate::gui::look::pen::Pen;
use crate::gui::look::theme::{self, space};

/// Side of an icon, in points.
pub(crate) const SIDE: f32 = 20.0;

/// Everything that has a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Icon {
    /// Find.
    Search,
    /// Who is here.
    People,
    /// Something to know.
    Info,
    /// Settings.
    Gear,
    /// A new room.
    Plus,
    /// Say it.
    Send,
    /// Close, clear.
    Close,
    /// Done, sent.
    Check,
    /// Done for somebody else, too.
    Ticks,
    /// And seen by them.
    Seen,
    /// On its way.
    Clock,
    /// Did not work.
    Warning,
    /// Encrypted.
    Lock,
    /// Plain text.
    OpenLock,
    /// Copy.
    Copy,
    /// Down, unfold.
    ChevronDown,
    /// Up.
    ChevronUp,
    /// Back.
    ChevronLeft,
    /// Again.
    Retry,
    /// Save to a file.
    Download,
    /// Leave the room.
    Leave,
    /// Come into a room.
    Join,
    /// Open a room.
    Host,
    /// Keys.
    Keyboard,
    /// Emoji.
    Smile,
}

impl Icon {
    /// All of them.
    #[cfg(test)]
    const ALL: [Self; 25] = [
        Self::Search,
        Self::People,
        Self::Info,
        Self::Gear,
        Self::Plus,
        Self::Send,
        Self::Close,
        Self::Check,
        Self::Ticks,
        Self::Seen,
        Self::Clock,
        Self::Warning,
        Self::Lock,
        Self::OpenLock,
        Self::Copy,
        Self::ChevronDown,
        Self::ChevronUp,
        Self::ChevronLeft,
        Self::Retry,
        Self::Download,
        Self::Leave,
        Self::Join,
        Self::Host,
        Self::Keyboard,
        Self::Smile,
    ];

    /// Paints the icon into the largest square in the middle of `rect`.
    pub(crate) fn paint(self, painter: &Painter, rect: Rect, color: Color32) {
        let pen = Pen::new(painter, rect, color);
        match self {
            Self::Search | Self::People | Self::Info | Self::Gear | Self::Keyboard | Self::Smile => {
                self.paint_thing(&pen);
            }
            Self::Lock | Self::OpenLock | Self::Host | Self::Copy => {
                self.paint_object(&pen);
            }
            _ => self.paint_sign(&pen),
        }
    }

    fn paint_sign(self, pen: &Pen<'_>) {
        match self {
            Self::Plus => {
                pen.line(&[(12.0, 5.0), (12.0, 19.0)]);
                pen.line(&[(5.0, 12.0), (19.0, 12.0)]);
            }
            Self::Send => pen.fill(&[(4.5, 4.5), (21.0, 12.0), (4.5, 19.5), (7.0, 12.0)]),
            Self::Close => {
                pen.line(&[(6.5, 6.5), (17.5, 17.5)]);
                pen.line(&[(17.5, 6.5), (6.5, 17.5)]);
            }
            Self::Check => pen.line(&[(5.0, 12.5), (10.0, 17.5), (19.5, 7.0)]),
            Self::Ticks | Self::Seen => {
                pen.line(&[(2.0, 12.5), (7.0, 17.5), (16.0, 7.0)]);
                pen.line(&[(12.0, 17.0), (12.6, 17.5), (22.0, 7.0)]);
                if self == Self::Seen {
                    pen.line(&[(5.0, 21.5), (19.0, 21.5)]); // not by colour alone
                }
            }
            Self::Clock => {
                pen.circle((12.0, 12.0), 8.5);
                pen.line(&[(12.0, 7.5), (12.0, 12.0), (15.0, 14.0)]);
            }
            Self::Warning => {
                pen.closed(&[(12.0, 4.0), (21.0, 19.5), (3.0, 19.5)]);
                pen.line(&[(12.0, 10.0), (12.0, 14.0)]);
                pen.dot((12.0, 16.8), 1.1);
            }
            Self::ChevronDown => pen.line(&[(6.0, 9.5), (12.0, 15.5), (18.0, 9.5)]),
            Self::ChevronUp => pen.line(&[(6.0, 14.5), (12.0, 8.5), (18.0, 14.5)]),
            Self::ChevronLeft => pen.line(&[(14.5, 6.0), (8.5, 12.0), (14.5, 18.0)]),
            Self::Retry => {
                pen.arc((12.0, 12.0), 7.5, -FRAC_PI_2 * 0.4, TAU * 0.8);
                pen.line(&[(19.8, 4.8), (19.4, 9.6), (14.6, 9.2)]);
            }
            Self::Download => {
                pen.line(&[(12.0, 4.0), (12.0, 14.5)]);
                pen.line(&[(7.5, 10.5), (12.0, 15.0), (16.5, 10.5)]);
                pen.line(&[(4.5, 16.5), (4.5, 19.5), (19.5, 19.5), (19.5, 16.5)]);
            }
            Self::Leave => {
                pen.line(&[(10.0, 4.5), (5.0, 4.5), (5.0, 19.5), (10.0, 19.5)]);
                pen.line(&[(10.0, 12.0), (20.0, 12.0)]);
                pen.line(&[(16.0, 8.0), (20.0, 12.0), (16.0, 16.0)]);
            }
            _ => {
                // Join, the mirror of leaving.
                pen.line(&[(14.0, 4.5), (19.0, 4.5), (19.0, 19.5), (14.0, 19.5)]);
                pen.line(&[(4.0, 12.0), (14.0, 12.0)]);
                pen.line(&[(10.0, 8.0), (14.0, 12.0), (10.0, 16.0)]);
            }
        }
    }

    fn paint_thing(self, pen: &Pen<'_>) {
        match self {
            Self::Search => {
                pen.circle((10.8, 10.8), 6.8);
                pen.line(&[(15.8, 15.8), (20.5, 20.5)]);
            }
            Self::People => {
                pen.circle((9.2, 8.2), 3.6);
                pen.curve([(2.8, 19.5), (2.8, 12.6), (15.6, 12.6), (15.6, 19.5)]);
                pen.arc((15.2, 8.2), 3.6, -FRAC_PI_2, FRAC_PI_2 * 1.9);
                pen.curve([(17.0, 14.2), (19.6, 14.8), (21.2, 16.8), (21.2, 19.5)]);
            }
            Self::Info => {
                pen.circle((12.0, 12.0), 8.8);
                pen.line(&[(12.0, 11.2), (12.0, 16.4)]);
                pen.dot((12.0, 8.0), 1.15);
            }
            Self::Gear => pen.gear(),
            Self::Keyboard => {
                pen.rect((2.8, 6.0), (21.2, 18.0), 2.5);
                for x in [6.5, 10.2, 13.8, 17.5] {
                    pen.dot((x, 10.0), 1.0);
                }
                pen.line(&[(8.0, 14.2), (16.0, 14.2)]);
            }
            _ => {
                pen.circle((12.0, 12.0), 8.8);
                pen.dot((8.9, 9.8), 1.15);
                pen.dot((15.1, 9.8), 1.15);
                pen.arc((12.0, 12.2), 4.6, PI * 0.12, PI * 0.76);
            }
        }
    }

    fn paint_object(self, pen: &Pen<'_>) {
        match self {
            Self::Lock | Self::OpenLock => {
                pen.rect((5.5, 10.5), (18.5, 20.0), 2.5);
                if self == Self::Lock {
                    pen.arc((12.0, 8.0), 4.0, PI, PI);
                    pen.line(&[(16.0, 8.0), (16.0, 10.5)]);
                    pen.line(&[(8.0, 8.0), (8.0, 10.5)]);
                } else {
                    pen.arc((12.0, 7.5), 4.0, PI, PI * 0.9);
                    pen.line(&[(8.0, 7.5), (8.0, 10.5)]);
                }
                pen.line(&[(12.0, 14.2), (12.0, 16.4)]);
            }
            Self::Host => {
                pen.dot((12.0, 9.0), 1.6);
                pen.line(&[(12.0, 11.0), (12.0, 20.5)]);
                for radius in [4.6, 8.4] {
                    pen.arc((12.0, 9.0), radius, -PI * 0.25, PI * 0.5);
                    pen.arc((12.0, 9.0), radius, PI * 0.75, PI * 0.5);
                }
            }
            _ => {
                pen.rect((8.5, 8.5), (19.5, 19.5), 2.5);
                pen.line(&[
                    (15.5, 5.5),
                    (15.5, 5.2),
                    (14.8, 4.5),
                    (5.2, 4.5),
                    (4.5, 5.2),
                    (4.5, 14.8),
                    (5.2, 15.5),
                    (5.5, 15.5),
                ]);
            }
        }
    }
}

/// A button that is an icon, with a name for people who hear the window and a tooltip for people who see it.
pub(crate) fn button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(space::ICON_BUTTON), egui::Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if ui.is_rect_visible(rect) {
        let palette = theme::palette(ui);
        let over = ui
            .ctx()
            .animate_bool_with_time(response.id.with("over"), response.hovered(), theme::MOTION);
        ui.painter()
            .rect_filled(rect, theme::radius::CONTROL, palette.hover.gamma_multiply(over));
        if response.has_focus() {
            ring(ui.painter(), rect, theme::radius::CONTROL, palette);
        }
        let color = if ui.is_enabled() {
            palette.dim.lerp_to_gamma(palette.text, over)
        } else {
            palette.faint
        };
        icon.paint(
            ui.painter(),
            Rect::from_center_size(rect.center(), Vec2::splat(SIDE)),
            color,
        );
    }
    response.on_hover_text(name)
}

/// The ring around what has the focus.
pub(crate) fn ring(painter: &Painter, rect: Rect, radius: u8, palette: &theme::Palette) {
    painter.rect_stroke(rect, radius, palette.focus_ring(), egui::StrokeKind::Inside);
}

#[cfg(test)]
mod tests {
    use super::Icon;

    #[test]
    fn every_icon_paints_inside_its_rectangle() {
        let rect = egui::Rect::from_min_size(egui::pos2(100.0, 100.0), egui::Vec2::splat(24.0));
        for icon in Icon::ALL {
            let ctx = egui::Context::default();
            let output = ctx.run_ui(egui::RawInput::default(), |ui| {
                let painter = ui.ctx().layer_painter(egui::LayerId::background());
                icon.paint(&painter, rect, egui::Color32::WHITE);
            });
            let bounds = output.shapes.iter().map(|shape| shape.shape.visual_bounding_rect());
            let bounds = bounds.fold(egui::Rect::NOTHING, egui::Rect::union);
            output.drop_without_applying_deltas();
            assert!(
                bounds.width().max(bounds.height()) > 8.0,
                "{icon:?} is drawn: {bounds:?}"
            );
            assert!(rect.expand(0.5).contains_rect(bounds), "{icon:?}: {bounds:?}");
        }
    }
}
