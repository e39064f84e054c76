//! How a message is laid out and painted: a bubble, who said it, when, and how far it got.

use std::ops::Range;
use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{Color32, CornerRadius, Galley, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::chat::{Chat, Delivery, Message};
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, Palette, radius, size, space};
use crate::gui::transcript::additions::{self, Pill, Quote};
use crate::gui::transcript::message_text::{body_job, hue, name_job, time_job};
use crate::gui::transcript::progress;
use crate::gui::words::strings::Strings;
use crate::text;

/// A bubble is at most this part of the pane, and never wider than [`WIDEST`]: longer lines are hard to read.
const WIDEST_PART: f32 = 0.72;
const WIDEST: f32 = 620.0;
/// From the edge of a bubble to its text.
const PADDING: Vec2 = vec2(13.0, 8.0);
/// A person's disc, and the column it stands in.
const AVATAR: f32 = 34.0;
const AVATAR_COLUMN: f32 = 46.0;
/// From the text to the time on the same line.
const TIME_GAP: f32 = 12.0;
/// Height that a time takes below the text if it does not fit beside it.
const TIME_LINE: f32 = 16.0;
/// A name above a bubble.
const NAME_LINE: f32 = 22.0;
/// Side of the sign beside the time and the name.
pub(in crate::gui) const SIGN: f32 = 15.0;
/// Why a message did not go out, with its buttons.
const STATUS_LINE: f32 = 36.0;
/// The line that unfolds a long message.
const FOLD_LINE: f32 = 30.0;

/// Messages with more characters or lines are folded: one of them must not push everything else away.
const FOLD_CHARACTERS: usize = 2_000;
const FOLD_LINES: usize = 24;
/// What a folded message shows.
const FOLDED_CHARACTERS: usize = 1_200;
const FOLDED_LINES: usize = 16;

/// What all rows of a frame share.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) chat: &'a Chat,
    pub(crate) strings: &'static Strings,
    pub(crate) palette: &'static Palette,
    pub(crate) zone: &'a TimeZone,
    pub(crate) today: Date,
    /// What is searched for, in small letters.
    pub(crate) find: Option<&'a str>,
}

/// How a row stands among its neighbours.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    /// The same person spoke just before.
    pub(crate) joins_above: bool,
    /// The same person speaks just after.
    pub(crate) joins_below: bool,
    /// The whole text is wanted.
    pub(crate) unfolded: bool,
}

/// A message that knows where everything goes, relative to the row's top left corner.
pub(crate) struct Laid {
    pub(crate) height: f32,
    pub(crate) bubble: Rect,
    pub(crate) text: Arc<Galley>,
    pub(crate) text_at: Pos2,
    /// Bytes of the text that are shown.
    pub(crate) shown: usize,
    pub(crate) links: Vec<Range<usize>>,
    /// The line that folds or unfolds, if the message is long.
    pub(crate) fold: Option<Rect>,
    /// The line that tells why the message did not go out.
    pub(crate) status: Option<Rect>,
    pub(crate) quote: Option<Quote>,
    pub(crate) pills: Vec<Pill>,
    time: Arc<Galley>,
    time_at: Pos2,
    name: Option<Arc<Galley>>,
}

/// Whether a message is so long that it is folded, and where it is cut then.
pub(crate) fn fold_at(text: &str) -> Option<usize> {
    let long = text.len() > FOLD_CHARACTERS && text.chars().nth(FOLD_CHARACTERS).is_some();
    let tall = text.bytes().filter(|byte| *byte == b'\n').nth(FOLD_LINES).is_some();
    if !long && !tall {
        return None;
    }
    let by_length = text
        .char_indices()
        .nth(FOLDED_CHARACTERS)
        .map_or(text.len(), |(byte, _)| byte);
    let by_lines = text
        .match_indices('\n')
        .nth(FOLDED_LINES)
        .map_or(text.len(), |(byte, _)| byte);
    Some(by_length.min(by_lines))
}

/// How high a message will be, roughly, from the length of its text alone.
pub(crate) fn guess(message: &Message) -> f32 {
    /// Points that a byte of text takes: 7 a letter of Latin, 5 a byte of Chinese.
    const POINTS_PER_BYTE: f32 = 6.0;
    const LINE: f32 = 500.0;
    let shown = message.text.len().min(FOLDED_CHARACTERS) as f32;
    let lines = (shown * POINTS_PER_BYTE / LINE).ceil().max(1.0);
    lines * theme::line_height(size::BODY) + 2.0 * PADDING.y + 10.0
}

impl Laid {
    /// Lays a message out in `width`.
    pub(crate) fn new(ui: &Ui, scene: &Scene<'_>, message: &Message, place: Place, width: f32) -> Self {
        let pane = width - 2.0 * space::PANE;
        let column = if message.mine { 0.0 } else { AVATAR_COLUMN };
        let widest = (pane * WIDEST_PART).min(WIDEST).min(pane - column).max(80.0);
        let wrap = widest - 2.0 * PADDING.x;
        let fold = fold_at(&message.text);
        let shown = if place.unfolded {
            message.text.len()
        } else {
            fold.unwrap_or(message.text.len())
        };
        let body = &message.text[..shown];
        let links = text::links(body);
        let galley = layout(ui, body_job(scene, message, body, &links, wrap));
        let time = layout(ui, time_job(scene, message));
        let sign = if message.mine { SIGN + 3.0 } else { 0.0 };
        let (mut content, time_below) = content_size(&galley, time.size().x + sign, wrap, fold.is_some());
        let quote = Quote::new(ui, scene, message, wrap);
        let quoted = quote.as_ref().map_or(0.0, |_| Quote::height());
        content = vec2(
            content.x.max(quote.as_ref().map_or(0.0, Quote::width)),
            content.y + quoted,
        );
        let named = !message.mine && !place.joins_above;
        let top = if named { NAME_LINE } else { 0.0 };
        let outer = content + 2.0 * PADDING + vec2(0.0, if fold.is_some() { FOLD_LINE } else { 0.0 });
        let left = if message.mine {
            width - space::PANE - outer.x
        } else {
            space::PANE + column
        };
        let bubble = Rect::from_min_size(pos2(left, top), outer);
        let inner = bubble.shrink2(PADDING);
        let time_top = inner.bottom() - if time_below { 13.0 } else { 14.5 };
        let refused = matches!(message.delivery, Delivery::Refused(_));
        let pills = Pill::all(ui, scene, message, bubble, width);
        Self {
            height: bubble.bottom() + additions::below(&pills, bubble) + if refused { STATUS_LINE } else { 0.0 },
            quote,
            pills,
            bubble,
            text_at: inner.min + vec2(0.0, quoted),
            text: galley,
            shown,
            links,
            fold: fold.map(|_| {
                let top = inner.bottom() - FOLD_LINE;
                Rect::from_min_size(
                    pos2(inner.left(), top),
                    vec2(inner.width() - time.size().x - 24.0, FOLD_LINE),
                )
            }),
            status: refused.then(|| {
                Rect::from_min_max(
                    pos2(space::PANE, bubble.bottom()),
                    pos2(width - space::PANE, bubble.bottom() + STATUS_LINE),
                )
            }),
            time_at: pos2(inner.right() - sign - time.size().x, time_top),
            time,
            name: named.then(|| layout(ui, name_job(scene, message, widest))),
        }
    }

    /// Characters of the text that are shown.
    pub(crate) fn characters(&self, message: &Message) -> usize {
        if message.later.deleted.is_some() {
            return 0;
        }
        let all = self.text.end().index.0;
        if self.shown < message.text.len() {
            all - 1 // the ellipsis
        } else {
            all
        }
    }

    /// Where the text is, with the row at `origin`.
    pub(crate) fn text_rect(&self, origin: Pos2) -> Rect {
        Rect::from_min_size(self.text_at + origin.to_vec2(), self.text.size())
    }

    /// Where the message that is answered stands, with the row at `origin`.
    pub(crate) fn quote_rect(&self, origin: Pos2) -> Rect {
        Quote::rect(self.bubble.shrink2(PADDING)).translate(origin.to_vec2())
    }

    /// Where the time and the sign beside it are, with the row at `origin`.
    pub(crate) fn time_rect(&self, origin: Pos2) -> Rect {
        let rect = Rect::from_min_size(self.time_at, self.time.size() + vec2(SIGN + 3.0, 0.0));
        rect.translate(origin.to_vec2())
    }

    /// The link under a position, with the row at `origin`.
    pub(crate) fn link_at(&self, origin: Pos2, at: Pos2) -> Option<Range<usize>> {
        let inside = at - self.text_rect(origin).min;
        let row = self
            .text
            .rows
            .iter()
            .find(|row| row.rect().contains(inside.to_pos2()))?;
        if inside.x > row.rect().right() {
            return None;
        }
        let cursor = self.text.cursor_from_pos(inside);
        let byte = self
            .text
            .text()
            .char_indices()
            .nth(cursor.index.0)
            .map_or(self.shown, |(byte, _)| byte);
        self.links.iter().find(|link| link.contains(&byte)).cloned()
    }

    /// Paints everything but the buttons. `text` is the galley, with what is selected in it marked.
    pub(crate) fn paint(
        &self,
        painter: &Painter,
        scene: &Scene<'_>,
        message: &Message,
        place: Place,
        origin: Pos2,
        text: Arc<Galley>,
    ) {
        let shift = origin.to_vec2();
        let bubble = self.bubble.translate(shift);
        let refused = matches!(message.delivery, Delivery::Refused(_));
        let (fill, ink) = colors(scene.palette, message);
        painter.rect_filled(bubble, corners(message.mine, place), fill);
        if refused {
            let edge = Stroke::new(1.0, scene.palette.error.gamma_multiply(0.5));
            painter.rect_stroke(bubble, corners(message.mine, place), edge, StrokeKind::Inside);
        }
        if let Some(quote) = &self.quote {
            quote.paint(painter, scene, message, self.quote_rect(origin));
        }
        painter.galley(self.text_at + shift, text, ink);
        painter.galley(
            self.time_at + shift,
            Arc::clone(&self.time),
            time_color(scene.palette, message),
        );
        if message.mine {
            self.paint_sign(painter, scene, message, shift);
        } else {
            self.paint_person(painter, scene, message, place, shift);
        }
    }

    fn paint_sign(&self, painter: &Painter, scene: &Scene<'_>, message: &Message, shift: Vec2) {
        let icon = progress::sign(scene.chat, message);
        let middle = pos2(
            self.time_at.x + self.time.size().x + 3.0 + SIGN / 2.0,
            self.time_at.y + self.time.size().y / 2.0,
        );
        let rect = Rect::from_center_size(middle + shift, Vec2::splat(SIGN));
        let color = match icon {
            Icon::Seen => scene.palette.own_read,
            _ => time_color(scene.palette, message),
        };
        icon.paint(painter, rect, color);
    }

    fn paint_person(&self, painter: &Painter, scene: &Scene<'_>, message: &Message, place: Place, shift: Vec2) {
        let Some(author) = &message.author else { return };
        let hue = hue(message);
        if !place.joins_below {
            let middle = pos2(space::PANE + AVATAR / 2.0, self.bubble.bottom() - AVATAR / 2.0);
            icons::avatar(painter, middle + shift, AVATAR, &scene.strings.called(author), hue);
        }
        let Some(name) = &self.name else { return };
        let at = pos2(self.bubble.left() + 2.0, 0.0);
        painter.galley(at + shift, Arc::clone(name), scene.palette.name(hue));
        if author.plain {
            let middle = at + vec2(name.size().x + 5.0 + SIGN / 2.0, name.size().y / 2.0);
            let rect = Rect::from_center_size(middle + shift, Vec2::splat(SIGN - 1.0));
            Icon::OpenLock.paint(painter, rect, scene.palette.faint);
        }
    }
}

/// The size of text and time together, and whether the time needs a line of its own.
fn content_size(text: &Galley, time: f32, wrap: f32, folded: bool) -> (Vec2, bool) {
    if folded {
        return (vec2(text.size().x.max(220.0).min(wrap), text.size().y), false);
    }
    let last = text.rows.last().map_or(0.0, |row| row.rect().right());
    if last + TIME_GAP + time <= wrap {
        return (vec2(text.size().x.max(last + TIME_GAP + time), text.size().y), false);
    }
    (vec2(text.size().x.max(time), text.size().y + TIME_LINE), true)
}

pub(in crate::gui) fn colors(palette: &Palette, message: &Message) -> (Color32, Color32) {
    match (message.mine, message.delivery) {
        (_, Delivery::Refused(_)) => (palette.error_fill, palette.text),
        (true, _) => (palette.own_bubble, palette.own_text),
        (false, _) => (palette.other_bubble, palette.text),
    }
}

pub(in crate::gui) fn time_color(palette: &Palette, message: &Message) -> Color32 {
    match (message.mine, message.delivery) {
        (_, Delivery::Refused(_)) => palette.error,
        (true, _) => palette.own_time,
        (false, _) => palette.faint,
    }
}

/// Round, but for the corners towards the person: small where bubbles join and where the last one points at them.
fn corners(mine: bool, place: Place) -> CornerRadius {
    let top = if place.joins_above {
        radius::JOIN
    } else {
        radius::BUBBLE
    };
    let mut corners = CornerRadius::same(radius::BUBBLE);
    if mine {
        (corners.ne, corners.se) = (top, radius::JOIN);
    } else {
        (corners.nw, corners.sw) = (top, radius::JOIN);
    }
    corners
}

fn layout(ui: &Ui, job: LayoutJob) -> Arc<Galley> {
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

#[cfg(test)]
mod tests {
    use super::fold_at;

    #[test]
    fn only_long_messages_are_folded_and_never_inside_a_character() {
        assert_eq!(fold_at(&"界".repeat(2_000)), None);
        assert_eq!(fold_at(&"界".repeat(2_001)), Some(3_600));
        assert_eq!(fold_at(&"a\n".repeat(24)), None);
        assert_eq!(fold_at(&"a\n".repeat(25)), Some(33));
    }
}
