//! The rows of the transcript as the list wants them: how high, how drawn, what the pointer does on them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use egui::text::{CCursor, CharIndex};
use egui::text_selection::CCursorRange;
use egui::text_selection::visuals::paint_text_selection;
use egui::{Galley, Id, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};
use jiff::civil::Date;

use crate::chat::{Chat, Delivery, Message, Row};
use crate::gui::look::{icons, theme};
use crate::gui::transcript::anchor_list::Rows;
use crate::gui::transcript::marks::{Above, Remark};
use crate::gui::transcript::message::{self, Laid, Scene};
use crate::gui::transcript::message_text::taken_back;
use crate::gui::transcript::progress;
use crate::gui::transcript::reading::Reading;
use crate::gui::transcript::selection::{Place, Selection, who};
use crate::gui::words::phrases::{clock, local};
use crate::proto::{Command, EntryId};

/// Between bubbles of one person, between people, around what nobody said, and at both ends.
const JOINED: f32 = 3.0;
const APART: f32 = 14.0;
const REMARK: f32 = 6.0;
const END: f32 = 16.0;
/// How high a row that nobody said is, before it is drawn.
const REMARK_GUESS: f32 = 40.0;

/// What the pointer did on a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Gesture {
    /// Began to select.
    Press { at: Pos2, extend: bool },
    /// Clicked beside everything that can be clicked.
    Click,
    /// Asked for the word at a place.
    Word { place: Place },
    /// Asked for a whole message.
    Whole { row: u64 },
    /// Clicked a link.
    Link { url: String },
    /// Folded or unfolded a long message.
    Fold { row: u64 },
    /// Asked for something that the room does.
    Ask(Command),
    /// Wants to answer the message at a place.
    Reply { seq: u64 },
    /// Wants other words for the message at a place.
    Edit { seq: u64 },
    /// Wants to see a message no more.
    Forget { id: EntryId },
    /// Wants to see a row.
    GoTo { row: u64 },
    /// Asked for something on the clipboard.
    Copy { text: String },
    /// Asked for what is selected.
    CopySelection,
    /// Asked for all messages.
    CopyEverything,
}

/// A row that was drawn in this frame.
pub(crate) struct Shown {
    pub(crate) number: u64,
    pub(crate) rect: Rect,
    text: Option<ShownText>,
}

struct ShownText {
    rect: Rect,
    galley: Arc<Galley>,
    characters: usize,
}

impl Shown {
    /// The place in the row's text that is nearest to a position.
    pub(crate) fn place(&self, at: Pos2) -> Place {
        let character = self.text.as_ref().map_or(0, |text| {
            let cursor = text.galley.cursor_from_pos(at - text.rect.min);
            cursor.index.0.min(text.characters)
        });
        Place {
            row: self.number,
            character,
        }
    }
}

/// One frame of rows.
pub(crate) struct Drawing<'a> {
    pub(crate) chat: &'a Chat,
    pub(crate) scene: Scene<'a>,
    pub(crate) reading: &'a Reading,
    pub(crate) unfolded: &'a BTreeSet<u64>,
    pub(crate) selection: Option<Selection>,
    /// The node that all rows are under.
    pub(crate) list: Id,
    /// The row that the keyboard or the search is at.
    pub(crate) ring: Option<u64>,
    pub(crate) shown: Vec<Shown>,
    pub(crate) gestures: Vec<Gesture>,
    /// Rows that were measured in this frame and are drawn later in it.
    pub(crate) measured: Vec<Measured>,
}

/// A row that knows how high it is.
pub(crate) struct Measured {
    index: usize,
    around: Around,
    body: Body,
}

enum Body {
    Message(Box<Laid>),
    Remark(Remark),
}

impl Measured {
    fn height(&self) -> f32 {
        let body = match &self.body {
            Body::Message(laid) => laid.height,
            Body::Remark(remark) => remark.height(),
        };
        self.around.top() + body + self.around.below
    }
}

/// How high a row will be, roughly, without laying it out.
pub(crate) fn guess(row: &Row) -> f32 {
    match row {
        Row::Message(message) => message::guess(message),
        _ => REMARK_GUESS,
    }
}

/// How a row stands among its neighbours.
pub(crate) struct Around {
    gap: f32,
    above: Above,
    pub(in crate::gui) place: message::Place,
    below: f32,
}

impl Around {
    /// From the row's top to its content.
    fn top(&self) -> f32 {
        self.gap + self.above.height()
    }
}

impl Drawing<'_> {
    fn number(&self, index: usize) -> u64 {
        self.chat.dropped() + index as u64
    }

    fn around(&self, index: usize) -> Around {
        let rows = self.chat.rows();
        let row = &rows[index];
        let before = index.checked_sub(1).map(|before| &rows[before]);
        let after = rows.get(index + 1);
        let day = self.day(row);
        let above = Above {
            older_gone: before.is_none() && self.chat.dropped() > 0,
            day: before.is_none_or(|before| self.day(before) != day).then_some(day),
            unread: self.reading.divider_at(self.number(index)),
        };
        let divided_below = self.reading.divider_at(self.number(index) + 1).is_some();
        let joins = |one: &Row, other: &Row| same_person(one, other) && self.day(one) == self.day(other);
        let joins_above = above.unread.is_none() && before.is_some_and(|before| joins(before, row));
        Around {
            gap: match before {
                None => END,
                Some(_) if joins_above => JOINED,
                Some(_) if above.height() > 0.0 => APART,
                Some(before) if is_remark(row) && is_remark(before) => 0.0,
                Some(_) if is_remark(row) => REMARK,
                Some(_) => APART,
            },
            above,
            place: message::Place {
                joins_above,
                joins_below: !divided_below && after.is_some_and(|after| joins(row, after)),
                unfolded: self.unfolded.contains(&self.number(index)),
            },
            below: if after.is_none() { END } else { 0.0 },
        }
    }

    fn day(&self, row: &Row) -> Date {
        local(row.at(), self.scene.zone).date()
    }

    fn draw_message(&mut self, ui: &Ui, index: usize, message: &Message, laid: &Laid, around: &Around, rect: Rect) {
        let number = self.number(index);
        let origin = rect.min + vec2(0.0, around.top());
        let response = interact(ui, number, rect, Sense::CLICK | Sense::DRAG);
        self.name_message(&response, message, laid);
        self.describe(ui, &response, number, &around.above);
        around
            .above
            .paint(ui, &self.scene, rect.translate(vec2(0.0, around.gap)));
        let text = self.marked(ui, number, message, laid);
        laid.paint(ui.painter(), &self.scene, message, around.place, origin, text);
        if self.ring == Some(number) {
            let bubble = laid.bubble.translate(origin.to_vec2()).expand(3.0);
            icons::ring(ui.painter(), bubble, theme::radius::BUBBLE + 3, self.scene.palette);
        }
        let shown = Shown {
            number,
            rect,
            text: Some(ShownText {
                rect: laid.text_rect(origin),
                galley: Arc::clone(&laid.text),
                characters: laid.characters(message),
            }),
        };
        self.pointer(ui, &response, message, laid, origin, &shown);
        self.buttons(ui, number, message, laid, around, origin);
        self.shown.push(shown);
    }

    fn name_message(&self, response: &Response, message: &Message, laid: &Laid) {
        response.widget_info(|| {
            let strings = self.scene.strings;
            let who = if message.mine {
                Cow::Borrowed(strings.you)
            } else {
                who(message, strings)
            };
            let time = clock(&local(message.at, self.scene.zone));
            let text = taken_back(&self.scene, message).map_or_else(|| Cow::Borrowed(&*message.text), Cow::Owned);
            let mut state = Vec::new();
            state.extend(laid.quote.as_ref().map(|quote| quote.words().to_owned()));
            state.extend(message.later.edited.then(|| strings.edited.to_owned()));
            state.extend(laid.pills.iter().map(|pill| pill.words.clone()));
            state.push(progress::told(strings, self.chat, message));
            state.retain(|part| !part.is_empty());
            let words = strings.spoken(&who, &time, &text, &state.join(" · "));
            WidgetInfo::labeled(Role::ListItem, true, words)
        });
    }

    /// What stands above a row and which of how many it is, for people who hear the window.
    fn describe(&self, ui: &Ui, response: &Response, number: u64, above: &Above) {
        ui.ctx().accesskit_node_builder(response.id, |node| {
            let words = above.words(&self.scene);
            if !words.is_empty() {
                node.set_description(words.join(", "));
            }
            let index = usize::try_from(number - self.chat.dropped()).unwrap_or(usize::MAX);
            node.set_position_in_set(index.saturating_add(1));
            node.set_size_of_set(self.chat.rows().len());
        });
        if self.ring == Some(number) {
            ui.ctx().accesskit_node_builder(self.list, |node| {
                node.set_active_descendant(response.id.accesskit_id());
            });
        }
    }

    /// The text with what is selected in it marked.
    fn marked(&self, ui: &Ui, number: u64, message: &Message, laid: &Laid) -> Arc<Galley> {
        let mut galley = Arc::clone(&laid.text);
        let Some(range) = self.selection.and_then(|selection| selection.of_row(number)) else {
            return galley;
        };
        let own = message.mine && !matches!(message.delivery, Delivery::Refused(_));
        let palette = self.scene.palette;
        let mut visuals = ui.visuals().clone();
        visuals.selection.bg_fill = if own { palette.own_selection } else { palette.selection };
        visuals.selection.stroke.color = if own { palette.own_text } else { palette.text };
        let end = galley.end().index.0;
        let cursor = |at: usize| CCursor::new(CharIndex(at.min(end)));
        let range = CCursorRange::two(cursor(range.start), cursor(range.end));
        paint_text_selection(&mut galley, &visuals, &range, None);
        galley
    }

    fn draw_remark(&mut self, ui: &Ui, index: usize, row: &Row, remark: &Remark, around: &Around, rect: Rect) {
        let number = self.number(index);
        let response = interact(ui, number, rect, Sense::CLICK);
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &remark.words));
        self.describe(ui, &response, number, &around.above);
        around
            .above
            .paint(ui, &self.scene, rect.translate(vec2(0.0, around.gap)));
        remark.paint(ui, rect, rect.top() + around.top());
        if response.clicked() {
            self.gestures.push(Gesture::Click);
        }
        let words = Rect::from_min_size(rect.min + vec2(0.0, around.top()), vec2(rect.width(), remark.height()));
        if response.hover_pos().is_some_and(|at| words.contains(at)) {
            let tip = self.details(row);
            response.on_hover_ui_at_pointer(|ui| {
                ui.label(tip);
            });
        }
        self.shown.push(Shown {
            number,
            rect,
            text: None,
        });
    }

    /// Everything that a condensed row leaves out, and when.
    fn details(&self, row: &Row) -> String {
        let strings = self.scene.strings;
        let mut lines = vec![strings.moment(&local(row.at(), self.scene.zone))];
        if let Row::People(people) = row {
            lines.extend((people.omitted > 0).then(|| strings.omitted(people.omitted)));
            lines.extend(people.moves.iter().map(|step| strings.step(step)));
        }
        lines.join("\n")
    }
}

impl Drawing<'_> {
    fn measure(&self, ui: &Ui, index: usize, width: f32) -> Measured {
        let around = self.around(index);
        let row = &self.chat.rows()[index];
        let body = match row {
            Row::Message(message) => Body::Message(Box::new(Laid::new(ui, &self.scene, message, around.place, width))),
            _ => Body::Remark(Remark::new(ui, &self.scene, row, width)),
        };
        Measured { index, around, body }
    }
}

impl Rows for Drawing<'_> {
    fn height(&mut self, ui: &Ui, index: usize, width: f32) -> f32 {
        if let Some(row) = self.measured.iter().find(|row| row.index == index) {
            return row.height();
        }
        let row = self.measure(ui, index, width);
        let height = row.height();
        self.measured.push(row);
        height
    }

    fn draw(&mut self, ui: &mut Ui, index: usize, place: Rect) -> f32 {
        let known = self.measured.iter().position(|row| row.index == index);
        let row = match known {
            Some(at) => self.measured.swap_remove(at),
            None => self.measure(ui, index, place.width()),
        };
        let height = row.height();
        let rect = Rect::from_min_size(place.min, vec2(place.width(), height));
        let chat = self.chat;
        match (&chat.rows()[index], row.body) {
            (Row::Message(message), Body::Message(laid)) => {
                self.draw_message(ui, index, message, &laid, &row.around, rect);
            }
            (row_drawn, Body::Remark(remark)) => self.draw_remark(ui, index, row_drawn, &remark, &row.around, rect),
            (_, Body::Message(_)) => {} // a row does not change its kind within a frame
        }
        height
    }
}

/// Rows have their number, not their place, in their id: hovering and menus survive rows that come and go.
pub(in crate::gui) fn row_id(number: u64) -> Id {
    Id::unique(("transcript row", number))
}

fn interact(ui: &Ui, number: u64, rect: Rect, sense: Sense) -> Response {
    // On a touch screen dragging scrolls.
    let sense = if ui.input(|input| input.has_touch_screen()) {
        Sense::CLICK
    } else {
        sense
    };
    ui.interact(rect, row_id(number), sense)
}

fn is_remark(row: &Row) -> bool {
    !matches!(row, Row::Message(_))
}

/// Whether two messages next to each other are of one person under one name.
fn same_person(one: &Row, other: &Row) -> bool {
    match (one, other) {
        (Row::Message(one), Row::Message(other)) if one.mine || other.mine => one.mine == other.mine,
        (Row::Message(one), Row::Message(other)) => one.author == other.author,
        _ => false,
    }
}
