//! Short notes at the top right that go away by themselves.

use egui::{Align2, Area, Context, Frame, Id, Margin, Order, Role, Sense, Ui, UiKind, WidgetInfo, vec2};

use crate::gui::look::controls;
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::words::strings::Strings;

/// How long a note stays, in seconds.
pub(crate) const STAYS: f64 = 4.0;
/// Notes at a time; the oldest goes first.
pub(crate) const MAX: usize = 3;
/// Wider than this a note's text is wrapped.
const MAX_WIDTH: f32 = 360.0;
/// And cut after so many rows.
const MAX_ROWS: usize = 4;

/// Good or bad news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    Bad,
}

#[derive(Debug)]
struct Toast {
    number: u64,
    text: String,
    mood: Mood,
    /// The window's clock, in seconds; `None` until it is first drawn.
    until: Option<f64>,
}

/// The notes that are shown.
#[derive(Debug, Default)]
pub(crate) struct Toasts {
    list: Vec<Toast>,
    count: u64,
}

impl Toasts {
    /// Shows a note.
    pub(crate) fn add(&mut self, mood: Mood, text: impl Into<String>) {
        let text = text.into();
        self.list.retain(|toast| toast.text != text);
        if self.list.len() == MAX {
            self.list.remove(0);
        }
        self.count += 1;
        self.list.push(Toast {
            number: self.count,
            text,
            mood,
            until: None,
        });
    }

    /// Draws the notes below `top`; time is the window's, so tests have it in hand.
    pub(crate) fn ui(&mut self, ctx: &Context, words: &Strings, top: f32) {
        let now = ctx.input(|input| input.time);
        for toast in &mut self.list {
            toast.until.get_or_insert(now + STAYS);
        }
        self.list.retain(|toast| toast.until.is_none_or(|until| until > now));
        let mut closed = None;
        let mut y = top;
        for toast in self.list.iter().rev() {
            let (height, close) = toast_ui(ctx, words, toast, y);
            y += height + space::ONE;
            if close {
                closed = Some(toast.number);
            }
        }
        self.list.retain(|toast| Some(toast.number) != closed);
        if let Some(next) = self.list.iter().filter_map(|toast| toast.until).reduce(f64::min) {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64((next - now).max(0.01)));
        }
    }
}

fn toast_ui(ctx: &Context, words: &Strings, toast: &Toast, y: f32) -> (f32, bool) {
    let shown = Area::new(Id::unique(("toast", toast.number)))
        .order(Order::Foreground)
        .kind(UiKind::GenericArea)
        .anchor(Align2::RIGHT_TOP, vec2(-20.0, y))
        .show(ctx, |ui| {
            let colors = palette(ui);
            Frame::new()
                .fill(colors.card)
                .stroke(egui::Stroke::new(1.0, colors.line))
                .corner_radius(radius::CARD)
                .shadow(colors.floating())
                .inner_margin(Margin::symmetric(14, 10))
                .show(ui, |ui| {
                    ui.horizontal(|ui| {
                        let color = match toast.mood {
                            Mood::Good => colors.ok,
                            Mood::Bad => colors.error,
                        };
                        let (disc, _) = ui.allocate_exact_size(vec2(22.0, 22.0), Sense::hover());
                        ui.painter().circle_filled(disc.center(), 11.0, color);
                        let icon = if toast.mood == Mood::Good {
                            Icon::Check
                        } else {
                            Icon::Warning
                        };
                        icon.paint(ui.painter(), disc.shrink(4.0), colors.card);
                        text_ui(ui, &toast.text);
                        controls::icon_button(ui, Icon::Close, words.dismiss, true).clicked()
                    })
                    .inner
                })
                .inner
        });
    (shown.response.rect.height(), shown.inner)
}

fn text_ui(ui: &mut Ui, text: &str) {
    let color = palette(ui).text;
    let galley = widgets::wrapped(ui, text, theme::regular(size::BODY), color, MAX_WIDTH, MAX_ROWS);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
    ui.painter().galley(rect.min, galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, text));
    widgets::announce(ui, &response);
}
