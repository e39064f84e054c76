//! The rows of the transcript that nobody said: days, the divider above what is new, comings and goings, notices.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, Galley, Rect, Stroke, Ui, pos2, vec2};
use jiff::civil::Date;

use crate::chat::Row;
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, size, space};
use crate::gui::transcript::message::Scene;
use crate::gui::words::failures::is_bad;
use crate::proto::Notice;

/// A pill with a day.
const PILL: f32 = 24.0;
/// The divider above what is new.
const DIVIDER: f32 = 20.0;
/// Above and below a mark.
const GAP: f32 = 14.0;
/// Around the text of a row that nobody said.
const PAD: f32 = 5.0;
/// The sign before a notice.
const SIGN: f32 = 14.0;
/// Lines of a notice are no longer than this.
const WIDEST: f32 = 560.0;

/// What stands above a row, apart from its distance to the row before.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Above {
    /// Rows before this one are gone.
    pub(crate) older_gone: bool,
    /// A new day.
    pub(crate) day: Option<Date>,
    /// So many messages are new from here on.
    pub(crate) unread: Option<usize>,
}

impl Above {
    /// How high it is.
    pub(crate) fn height(&self) -> f32 {
        let pills = f32::from(u8::from(self.older_gone) + u8::from(self.day.is_some()));
        let divider = if self.unread.is_some() { DIVIDER + GAP } else { 0.0 };
        pills * (PILL + GAP) + divider
    }

    /// Paints it at the top of `row`.
    pub(crate) fn paint(&self, ui: &Ui, scene: &Scene<'_>, row: Rect) {
        let mut top = row.top();
        if self.older_gone {
            pill(ui, scene, row, top, scene.strings.older_gone);
            top += PILL + GAP;
        }
        if let Some(day) = self.day {
            pill(ui, scene, row, top, &scene.strings.day(day, scene.today));
            top += PILL + GAP;
        }
        if let Some(count) = self.unread {
            divider(ui, scene, row, top, &scene.strings.new_count(count));
        }
    }

    /// The words, for people who hear the window.
    pub(crate) fn words(&self, scene: &Scene<'_>) -> Vec<String> {
        let older = self.older_gone.then(|| scene.strings.older_gone.to_owned());
        let day = self.day.map(|day| scene.strings.day(day, scene.today));
        let unread = self.unread.map(|count| scene.strings.new_count(count));
        [older, day, unread].into_iter().flatten().collect()
    }
}

fn pill(ui: &Ui, scene: &Scene<'_>, row: Rect, top: f32, text: &str) {
    let font = theme::semibold(size::CAPTION);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, scene.palette.dim);
    let middle = pos2(row.center().x, top + PILL / 2.0);
    let rect = Rect::from_center_size(middle, vec2(galley.size().x + 22.0, PILL));
    ui.painter().rect_filled(rect, PILL / 2.0, scene.palette.other_bubble);
    ui.painter()
        .galley(middle - galley.size() / 2.0, galley, scene.palette.dim);
}

fn divider(ui: &Ui, scene: &Scene<'_>, row: Rect, top: f32, text: &str) {
    let ink = scene.palette.error;
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), theme::semibold(size::CAPTION), ink);
    let middle = pos2(row.center().x, top + DIVIDER / 2.0);
    let half = galley.size().x / 2.0 + 12.0;
    let line = Stroke::new(1.0, ink.gamma_multiply(0.45));
    let (left, right) = (row.left() + space::PANE, row.right() - space::PANE);
    ui.painter().hline(left..=middle.x - half, middle.y, line);
    ui.painter().hline(middle.x + half..=right, middle.y, line);
    ui.painter().galley(middle - galley.size() / 2.0, galley, ink);
}

/// A row that nobody said, laid out.
pub(crate) struct Remark {
    text: Arc<Galley>,
    icon: Option<Icon>,
    color: Color32,
    /// What it says.
    pub(crate) words: String,
}

impl Remark {
    /// Lays a row out in `width`. A message would say nothing here: it is no remark.
    pub(crate) fn new(ui: &Ui, scene: &Scene<'_>, row: &Row, width: f32) -> Self {
        let palette = scene.palette;
        let (words, icon, color) = match row {
            Row::Message(_) => (String::new(), None, palette.dim),
            Row::People(people) => (scene.strings.moves(people), None, palette.dim),
            Row::Newer { author, .. } => (
                scene.strings.newer(&scene.strings.called(author)),
                Some(Icon::Info),
                palette.dim,
            ),
            Row::NewEpoch { .. } => (scene.strings.new_epoch.to_owned(), Some(Icon::Warning), palette.error),
            Row::CaughtUp { messages, .. } => (scene.strings.caught_up(*messages), Some(Icon::Check), palette.ok),
            Row::Notice { notice, .. } => (scene.strings.notice(notice), Some(sign(notice)), palette.dim),
            Row::Ended { reason, .. } => {
                // What can be done stands above the composer, as long as it can be done.
                let color = if is_bad(reason) { palette.error } else { palette.dim };
                (scene.strings.ended(reason).what, Some(Icon::Leave), color)
            }
        };
        let format = TextFormat {
            line_height: Some(theme::line_height(size::CAPTION)),
            ..TextFormat::simple(theme::regular(size::CAPTION), color)
        };
        let mut job = LayoutJob::single_section(words.clone(), format);
        job.wrap.max_width = (width - 2.0 * space::PANE - 60.0).min(WIDEST);
        job.halign = Align::Center;
        Self {
            text: ui.fonts_mut(|fonts| fonts.layout_job(job)),
            icon,
            color,
            words,
        }
    }

    /// How high it is.
    pub(crate) fn height(&self) -> f32 {
        self.text.size().y + 2.0 * PAD
    }

    /// Paints it in the middle of `row`, from `top` on.
    pub(crate) fn paint(&self, ui: &Ui, row: Rect, top: f32) {
        let sign = if self.icon.is_some() { SIGN + 6.0 } else { 0.0 };
        let middle = row.center().x + sign / 2.0;
        let at = pos2(middle, top + PAD);
        if let Some(icon) = self.icon {
            let left = middle + self.text.rect.left() - sign + SIGN / 2.0;
            let line = theme::line_height(size::CAPTION);
            let rect = Rect::from_center_size(pos2(left, at.y + line / 2.0), egui::Vec2::splat(SIGN));
            icon.paint(ui.painter(), rect, self.color);
        }
        ui.painter().galley(at, Arc::clone(&self.text), self.color);
    }
}

fn sign(notice: &Notice) -> Icon {
    match notice {
        Notice::PlainText => Icon::OpenLock,
        Notice::MessageCut { .. }
        | Notice::InvitesGuessed { .. }
        | Notice::LogLost { .. }
        | Notice::DiskFull
        | Notice::CopyHeldUp
        | Notice::TwoStories { .. } => Icon::Warning,
        Notice::NameRefused { .. } | Notice::RoomFull { .. } | Notice::PlainRefused { .. } | Notice::LogWhole => {
            Icon::Info
        }
    }
}
