//! What belongs to a message besides its text: the message that it answers, and signs on it.

use std::sync::Arc;

use egui::{Align2, Color32, Galley, Painter, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::chat::Message;
use crate::gui::look::icons;
use crate::gui::look::theme::{self, radius, size};
use crate::gui::look::widgets;
use crate::gui::transcript::message::{Scene, colors, time_color};
use crate::gui::transcript::selection::who;

/// Height of a quoted message.
const QUOTE: f32 = 44.0;
/// From the quoted message to the text.
const QUOTE_GAP: f32 = 6.0;
/// Height of a sign, and by how much it lies over the bubble.
const PILL: f32 = 25.0;
const OVERLAP: f32 = 7.0;
/// Between two signs.
const PILL_GAP: f32 = 4.0;

/// The message that is answered.
pub(crate) struct Quote {
    name: Arc<Galley>,
    text: Arc<Galley>,
    words: String,
    /// Its row, if it is still here.
    pub(crate) row: Option<u64>,
}

impl Quote {
    /// Lays it out in `width`; `None`: the message answers nothing.
    pub(crate) fn new(ui: &Ui, scene: &Scene<'_>, message: &Message, width: f32) -> Option<Self> {
        let seq = message.reply_to.filter(|_| message.later.deleted.is_none())?;
        let index = scene.chat.row_of(seq);
        let target = index.and_then(|index| scene.chat.rows().get(index)?.message());
        let (name, text) = match target {
            Some(target) if target.later.deleted.is_none() => (author(scene, target), first_line(&target.text)),
            _ => (String::new(), scene.strings.quoted_gone.to_owned()),
        };
        let (_, ink) = colors(scene.palette, message);
        let inner = width - 22.0;
        let lay = |text: &str, font, color| widgets::wrapped(ui, text, font, color, inner, 1);
        Some(Self {
            words: scene.strings.in_reply_to(&name, &text),
            name: lay(&name, theme::semibold(size::CAPTION), ink),
            text: lay(&text, theme::regular(size::SMALL), time_color(scene.palette, message)),
            row: index.map(|index| scene.chat.dropped() + index as u64),
        })
    }

    /// How wide it is.
    pub(crate) fn width(&self) -> f32 {
        self.name.size().x.max(self.text.size().x) + 22.0
    }

    /// How much room it takes above the text.
    pub(crate) fn height() -> f32 {
        QUOTE + QUOTE_GAP
    }

    /// What it says, for people who hear the window.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    /// Where it is, with the bubble's content in `inner`.
    pub(crate) fn rect(inner: Rect) -> Rect {
        Rect::from_min_size(inner.min + vec2(0.0, 2.0), vec2(inner.width(), QUOTE))
    }

    pub(crate) fn paint(&self, painter: &Painter, scene: &Scene<'_>, message: &Message, rect: Rect) {
        let (ground, bar) = if message.mine {
            (scene.palette.own_code, scene.palette.own_time)
        } else {
            (scene.palette.code, scene.palette.accent)
        };
        painter.rect_filled(rect, radius::JOIN, ground);
        let edge = Rect::from_min_size(rect.min + vec2(0.0, 4.0), vec2(3.0, rect.height() - 8.0));
        painter.rect_filled(edge, 1.5, bar);
        let left = rect.left() + 12.0;
        let (_, ink) = colors(scene.palette, message);
        painter.galley(pos2(left, rect.top() + 4.0), Arc::clone(&self.name), ink);
        let below = rect.bottom() - 4.0 - self.text.size().y;
        painter.galley(pos2(left, below), Arc::clone(&self.text), ink);
    }
}

/// A sign on a message, with how many gave it.
pub(crate) struct Pill {
    pub(crate) rect: Rect,
    pub(crate) emoji: Arc<str>,
    /// Whether the person at this computer is one of them.
    pub(crate) mine: bool,
    pub(crate) words: String,
    text: Arc<Galley>,
}

impl Pill {
    /// Lays all signs of a message out below its bubble, within `width`.
    pub(crate) fn all(ui: &Ui, scene: &Scene<'_>, message: &Message, bubble: Rect, width: f32) -> Vec<Self> {
        let mut pills: Vec<Self> = Vec::new();
        let mut at = pos2(bubble.left() + 8.0, bubble.bottom() - OVERLAP);
        for reaction in &message.later.reactions {
            let names: Vec<_> = reaction.by.iter().map(|by| called(scene, by)).collect();
            let count = match reaction.by.len() {
                1 => reaction.emoji.to_string(),
                many => format!("{} {many}", reaction.emoji),
            };
            let color = scene.palette.text;
            let text = ui
                .painter()
                .layout_no_wrap(count, theme::semibold(size::CAPTION), color);
            let needed = text.size().x + 16.0;
            if at.x + needed > width && !pills.is_empty() {
                at = pos2(bubble.left() + 8.0, at.y + PILL + 2.0);
            }
            pills.push(Self {
                rect: Rect::from_min_size(at, vec2(needed, PILL)),
                emoji: Arc::clone(&reaction.emoji),
                mine: reaction.by.iter().any(|by| is_me(scene, by)),
                words: scene
                    .strings
                    .reacted(&reaction.emoji, &scene.strings.names_listed(&names)),
                text,
            });
            at.x += needed + PILL_GAP;
        }
        // Own messages stand at the right edge, and so do their signs as long as they fit into one line.
        let right = pills.last().map_or(0.0, |pill| pill.rect.right());
        let over = right - (width - 24.0 - 8.0);
        if over > 0.0 && pills.iter().all(|pill| pill.rect.top() == bubble.bottom() - OVERLAP) {
            for pill in &mut pills {
                pill.rect = pill.rect.translate(vec2(-over, 0.0));
            }
        }
        pills
    }

    /// Draws it as a button; whether it was pressed.
    pub(crate) fn ui(&self, ui: &Ui, scene: &Scene<'_>, id: egui::Id, origin: Pos2, enabled: bool) -> bool {
        let rect = self.rect.translate(origin.to_vec2());
        let sense = if enabled { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, id.with(&*self.emoji), sense);
        response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, self.mine, &self.words));
        let palette = scene.palette;
        let (fill, edge): (Color32, Color32) = if self.mine {
            (palette.selected, palette.accent)
        } else {
            (palette.card, palette.line)
        };
        let stroke = Stroke::new(if self.mine { 1.5 } else { 1.0 }, edge);
        ui.painter().rect(rect, PILL / 2.0, fill, stroke, StrokeKind::Inside);
        let at = Align2::CENTER_CENTER.anchor_size(rect.center(), self.text.size());
        ui.painter().galley(at.min, Arc::clone(&self.text), palette.text);
        if response.has_focus() {
            icons::ring(ui.painter(), rect, radius::CARD, palette);
        }
        response.on_hover_text(&self.words).clicked()
    }
}

/// How much room signs take below a bubble.
pub(crate) fn below(pills: &[Pill], bubble: Rect) -> f32 {
    pills
        .last()
        .map_or(0.0, |pill| pill.rect.bottom() - bubble.bottom() + 2.0)
}

/// Whether somebody is the person at this computer.
pub(crate) fn is_me(scene: &Scene<'_>, author: &crate::proto::Author) -> bool {
    scene.chat.member(author.id).is_some_and(|member| member.me)
}

fn called(scene: &Scene<'_>, author: &crate::proto::Author) -> String {
    if is_me(scene, author) {
        scene.strings.you.to_owned()
    } else {
        scene.strings.called(author).into_owned()
    }
}

fn author(scene: &Scene<'_>, message: &Message) -> String {
    if message.mine {
        scene.strings.you.to_owned()
    } else {
        who(message, scene.strings).into_owned()
    }
}

fn first_line(text: &str) -> String {
    /// No line of a quote shows more.
    const CHARS: usize = 120;
    text.chars()
        .take(CHARS)
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect()
}
