//! The transcript: rows, selection, links, jump to latest.
//!
//! Rows are painted, not widgets; what cannot be seen is not laid out. The transcript reads no clock: the wall clock
//! comes in with [`View`], so that the same input draws the same picture.

mod additions;
mod anchor_list;
mod heights;
mod jump_button;
mod keys;
mod link_question;
mod marks;
mod message;
mod message_text;
mod progress;
mod reading;
mod row_pointer;
mod rows;
mod scroll_bar;
mod selection;
mod speaker;

use std::collections::BTreeSet;
use std::time::SystemTime;

use egui::{Id, OutputCommand, Rect, Role, Sense, Ui, UiBuilder, pos2};
use jiff::tz::TimeZone;

use crate::chat::{Chat, Row};
use crate::gui::look::theme;
use crate::gui::transcript::anchor_list::AnchorList;
use crate::gui::transcript::link_question::{Answer, LinkQuestion};
use crate::gui::transcript::message::Scene;
pub(crate) use crate::gui::transcript::reading::Past;
use crate::gui::transcript::reading::Reading;
use crate::gui::transcript::rows::{Drawing, Gesture, Shown, guess};
use crate::gui::transcript::selection::{Place, Selection};
use crate::gui::transcript::speaker::Speaker;
use crate::gui::words::phrases::local;
use crate::gui::words::strings::Strings;
use crate::proto::{Command, EntryId};

/// Selected text longer than this is not offered to a middle click: it would be copied at every release of the mouse.
const PRIMARY_BYTES: usize = 1 << 20;
/// Part of the view that a page key moves: a line or two stay in sight.
const PAGE: f64 = 0.9;
/// Points a frame that selecting beyond the edge scrolls for each point beyond it.
const EDGE_SPEED: f32 = 0.25;

/// What the transcript is drawn with.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) strings: &'static Strings,
    /// Where the people at this computer are.
    pub(crate) zone: &'a TimeZone,
    /// What day it is.
    pub(crate) now: SystemTime,
    /// Whether the window has the focus: only then is something read.
    pub(crate) focused: bool,
    /// What is searched for.
    pub(crate) find: Option<&'a str>,
}

/// What the transcript asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TranscriptAction {
    /// Something that the room does.
    Ask(Command),
    /// Begin to write an answer.
    Reply {
        /// To the message at this place.
        seq: u64,
    },
    /// Begin to write other words.
    Edit {
        /// For the message at this place.
        seq: u64,
    },
    /// Show a message no more that did not go out.
    Forget {
        /// Which.
        id: EntryId,
    },
    /// Something was put on the clipboard.
    Copied,
    /// Open a page in the browser. The person has seen the host and said yes.
    OpenLink {
        /// http or https.
        url: String,
    },
    /// Somebody types while the transcript has the focus: this belongs into the composer.
    Typed(String),
}

/// What the window remembers of one room's transcript.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    pub(in crate::gui) list: AnchorList,
    reading: Reading,
    unfolded: BTreeSet<u64>,
    pub(in crate::gui) selection: Option<Selection>,
    selecting: bool,
    /// The message that the arrow keys are at.
    pub(in crate::gui) current: Option<u64>,
    pub(in crate::gui) question: Option<LinkQuestion>,
    speaker: Speaker,
    /// The menu that a key opened.
    pub(in crate::gui) menu: Option<Id>,
    /// A row to go to at the next frame.
    wanted: Option<u64>,
    /// How many rows were drawn in the last frame.
    drawn: usize,
    /// The frame it was drawn in last: a gap means that something else was shown between.
    frame: Option<u64>,
}

impl Transcript {
    /// Counts what is new. Call it whenever the chat changed, also while it is not shown.
    pub(crate) fn sync(&mut self, chat: &Chat) {
        let arrived = self.reading.count(chat);
        self.speaker.hear(arrived.others);
        if arrived.mine {
            self.go_to_latest();
        }
    }

    /// How many messages wait to be read.
    pub(crate) fn unread(&self) -> usize {
        self.reading.unread()
    }

    /// What was here before the room was opened.
    pub(crate) fn remember(&mut self, past: Past) {
        self.reading.remember(past);
    }

    /// The place of the newest message of somebody else that was seen.
    pub(crate) fn read_to(&self, chat: &Chat) -> Option<u64> {
        let seen = index_of(chat, self.reading.seen_to()?.checked_add(1)?);
        let rows = chat.rows();
        let others = rows.range(..seen.min(rows.len())).rev().filter_map(Row::message);
        others.filter(|message| !message.mine).find_map(|message| message.seq)
    }

    /// Whether the newest message is in sight and stays so.
    pub(crate) fn at_latest(&self) -> bool {
        self.list.sticks()
    }

    /// Goes to the newest message and stays there.
    pub(crate) fn go_to_latest(&mut self) {
        self.list.go_to_end();
    }

    /// The row at the top edge, by its number, and how many points of it are above the edge.
    pub(crate) fn position(&self) -> (u64, f64) {
        self.list.position()
    }

    /// How many rows were drawn in the last frame.
    pub(crate) fn rows_in_sight(&self) -> usize {
        self.drawn
    }

    /// Goes to a row, by its number.
    pub(crate) fn go_to(&mut self, row: u64) {
        self.wanted = Some(row);
        self.current = Some(row);
    }

    /// Goes on by pages; negative is up.
    pub(crate) fn page(&mut self, pages: f64) {
        self.list.page(pages * PAGE);
    }

    /// Nothing has been said, and something else stands in its place: people look at it all the same, so that the first
    /// message is no news that they come back to.
    pub(crate) fn watch_nothing(&mut self, ui: &Ui) {
        self.frame = Some(ui.ctx().cumulative_frame_nr());
    }

    /// Draws the transcript into the rest of `ui`.
    pub(crate) fn ui(&mut self, ui: &mut Ui, chat: &Chat, view: View<'_>) -> Vec<TranscriptAction> {
        self.sync(chat);
        let builder = UiBuilder::new()
            .max_rect(ui.available_rect_before_wrap())
            .sense(Sense::click())
            .accessibility_role(Role::List)
            .accessibility_label(view.strings.transcript);
        ui.scope_builder(builder, |ui| self.inner_ui(ui, chat, view)).inner
    }

    fn inner_ui(&mut self, ui: &mut Ui, chat: &Chat, view: View<'_>) -> Vec<TranscriptAction> {
        let mut actions = Vec::new();
        let pane = ui.max_rect();
        self.list
            .sync(chat.dropped(), chat.rows().len(), |index| guess(&chat.rows()[index]));
        self.open(ui, chat, view, pane.height());
        if let Some(row) = self.wanted.take() {
            if view.find.is_some_and(|find| !find.is_empty()) {
                self.unfolded.insert(row); // what was found may be in the part that is folded away
            }
            self.list.go_to_row(index_of(chat, row));
        }
        self.keys(ui, chat, view, &mut actions);
        let (shown, gestures) = self.rows_ui(ui, chat, view);
        self.drawn = shown.len();
        self.press(ui, &shown, &gestures);
        self.select(ui, chat, view, &shown);
        for gesture in gestures {
            self.obey(ui, chat, view, gesture, &mut actions);
        }
        if view.focused {
            self.see(&shown, pane);
        }
        scroll_bar::ui(ui, &mut self.list, view.strings.scroll_bar);
        self.jump_ui(ui, view, pane);
        self.speaker.ui(ui, chat, view.strings, pane);
        self.question_ui(ui, view, &mut actions);
        actions
    }

    /// On coming back: to the oldest message that waits, with the divider above it.
    fn open(&mut self, ui: &Ui, chat: &Chat, view: View<'_>, height: f32) {
        let frame = ui.ctx().cumulative_frame_nr();
        let back = self.frame.is_none_or(|last| last + 1 < frame);
        self.frame = Some(frame);
        if back {
            self.reading.leave();
            self.selecting = false;
        }
        let Some(first) = self.reading.first_unread() else {
            return;
        };
        if back {
            self.reading.divide();
            self.list.open_at(index_of(chat, first), height);
        } else if !view.focused {
            self.reading.divide_news();
        }
    }

    /// A message is read when its end was in sight, or when it fills the view.
    fn see(&mut self, shown: &[Shown], pane: Rect) {
        let seen = |row: &&Shown| row.rect.bottom() <= pane.bottom() + 1.0 || row.rect.top() <= pane.top();
        if let Some(last) = shown.iter().rfind(seen) {
            self.reading.seen(last.number);
        }
    }

    fn rows_ui(&mut self, ui: &mut Ui, chat: &Chat, view: View<'_>) -> (Vec<Shown>, Vec<Gesture>) {
        let find = view.find.map(str::to_lowercase).filter(|find| !find.is_empty());
        let scene = Scene {
            chat,
            strings: view.strings,
            palette: theme::palette(ui),
            zone: view.zone,
            today: local(view.now, view.zone).date(),
            find: find.as_deref(),
        };
        let focus = ui.response().has_focus();
        let mut drawing = Drawing {
            chat,
            scene,
            reading: &self.reading,
            unfolded: &self.unfolded,
            selection: self.selection.filter(|selection| !selection.is_empty()),
            list: ui.unique_id(),
            ring: self.current.filter(|_| focus || scene.find.is_some()),
            shown: Vec::new(),
            gestures: Vec::new(),
            measured: Vec::new(),
        };
        self.list.ui(ui, Id::unique("transcript rows"), &mut drawing);
        let Drawing { shown, gestures, .. } = drawing;
        (shown, gestures)
    }

    pub(in crate::gui) fn selected(&self, chat: &Chat, view: View<'_>) -> Option<String> {
        let text = self.selection.as_ref()?.text(chat, view.strings, view.zone);
        (!text.is_empty()).then_some(text)
    }

    pub(in crate::gui) fn current_text(&self, chat: &Chat) -> Option<String> {
        match chat.rows().get(index_of(chat, self.current?))? {
            Row::Message(message) => Some(message.text.to_string()),
            _ => None,
        }
    }

    /// Begins to select. The place is looked for among all rows: a quick hand is in another row by the time egui knows
    /// that it drags.
    fn press(&mut self, ui: &Ui, shown: &[Shown], gestures: &[Gesture]) {
        for gesture in gestures {
            let Gesture::Press { at, extend } = gesture else {
                continue;
            };
            let Some(place) = place_at(shown, *at) else { continue };
            self.focus(ui);
            self.selecting = true;
            match &mut self.selection {
                Some(selection) if *extend => selection.head = place,
                selection => *selection = Some(Selection::at(place)),
            }
        }
    }

    /// Follows the pointer while something is being selected, beyond the edges too.
    fn select(&mut self, ui: &Ui, chat: &Chat, view: View<'_>, shown: &[Shown]) {
        if !self.selecting {
            return;
        }
        let (down, pointer) = ui.input(|input| (input.pointer.primary_down(), input.pointer.latest_pos()));
        if let (Some(selection), Some(pointer)) = (&mut self.selection, pointer)
            && let Some(head) = place_at(shown, pointer)
            && down
        {
            selection.head = head;
        }
        let Some(pane) = self.list.view() else { return };
        let beyond = pointer.map_or(0.0, |at| (at.y - pane.bottom()).max(0.0) + (at.y - pane.top()).min(0.0));
        if down && beyond != 0.0 {
            self.list.nudge(f64::from(beyond * EDGE_SPEED));
            ui.ctx().request_repaint();
        }
        if !down {
            self.selecting = false;
            if let Some(text) = self.selected(chat, view).filter(|text| text.len() <= PRIMARY_BYTES) {
                ui.ctx().send_cmd(OutputCommand::TextSelectionSettled(text));
            }
        }
    }

    fn obey(&mut self, ui: &Ui, chat: &Chat, view: View<'_>, gesture: Gesture, actions: &mut Vec<TranscriptAction>) {
        match gesture {
            Gesture::Press { .. } => {} // `press` has seen to it
            Gesture::Click => {
                self.focus(ui);
                self.selection = None;
                self.current = None;
            }
            Gesture::Word { place } => self.select_word(chat, place),
            Gesture::Whole { row } => {
                self.selection = Some(Selection {
                    anchor: Place { row, character: 0 },
                    head: Place {
                        row,
                        character: usize::MAX,
                    },
                });
            }
            Gesture::Link { url } => self.question = LinkQuestion::new(url),
            Gesture::Fold { row } => {
                if !self.unfolded.remove(&row) {
                    self.unfolded.insert(row);
                }
            }
            Gesture::Ask(command) => actions.push(TranscriptAction::Ask(command)),
            Gesture::Reply { seq } => actions.push(TranscriptAction::Reply { seq }),
            Gesture::Edit { seq } => actions.push(TranscriptAction::Edit { seq }),
            Gesture::Forget { id } => actions.push(TranscriptAction::Forget { id }),
            Gesture::GoTo { row } => self.go_to(row),
            Gesture::Copy { text } => copy(ui, text, actions),
            Gesture::CopySelection => {
                if let Some(text) = self.selected(chat, view) {
                    copy(ui, text, actions);
                }
            }
            Gesture::CopyEverything => {
                copy(
                    ui,
                    Selection::everything(chat).text(chat, view.strings, view.zone),
                    actions,
                );
            }
        }
    }

    pub(in crate::gui) fn focus(&self, ui: &Ui) {
        ui.memory_mut(|memory| memory.request_focus(ui.unique_id()));
    }

    fn select_word(&mut self, chat: &Chat, place: Place) {
        let Some(Row::Message(message)) = chat.rows().get(index_of(chat, place.row)) else {
            return;
        };
        let word = selection::word_around(&message.text, place.character);
        let at = |character| Place { character, ..place };
        self.selection = Some(Selection {
            anchor: at(word.start),
            head: at(word.end),
        });
    }

    /// The round button to the newest message, when it is out of sight.
    fn jump_ui(&mut self, ui: &Ui, view: View<'_>, pane: Rect) {
        let (above, total) = self.list.extent();
        let far = !self.list.sticks() && total - above > f64::from(pane.height()) + 1.0;
        let id = ui.scope_id().with("jump to latest");
        let visible = ui.ctx().animate_bool_with_time(id.with("seen"), far, theme::MOTION);
        if far || visible > 0.0 {
            let middle = pos2(pane.right() - 44.0, pane.bottom() - 36.0);
            if jump_button::ui(ui, id, middle, visible, view.strings, self.reading.unread()).clicked() {
                self.list.go_to_end();
            }
        }
    }

    fn question_ui(&mut self, ui: &Ui, view: View<'_>, actions: &mut Vec<TranscriptAction>) {
        let Some(question) = &self.question else { return };
        match question.ui(ui, view.strings) {
            Answer::None => return,
            Answer::Open => actions.push(TranscriptAction::OpenLink {
                url: question.url().to_owned(),
            }),
            Answer::Copy => copy(ui, question.url().to_owned(), actions),
            Answer::Cancel => {}
        }
        self.question = None;
    }
}

pub(in crate::gui) fn copy(ui: &Ui, text: String, actions: &mut Vec<TranscriptAction>) {
    ui.ctx().copy_text(text);
    actions.push(TranscriptAction::Copied);
}

/// The index of a row number among the rows that are kept.
pub(in crate::gui) fn index_of(chat: &Chat, row: u64) -> usize {
    usize::try_from(row.saturating_sub(chat.dropped())).unwrap_or(usize::MAX)
}

/// The place in the text that is nearest to a position.
fn place_at(shown: &[Shown], at: egui::Pos2) -> Option<Place> {
    let under = shown.iter().find(|row| row.rect.y_range().contains(at.y));
    let row = under.or_else(|| {
        let first = shown.first()?;
        if at.y < first.rect.top() {
            Some(first)
        } else {
            shown.last()
        }
    })?;
    Some(row.place(at))
}
