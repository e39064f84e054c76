//! The strip above the composer of a room that is not simply open: what happened, what to do.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use egui::{Align, Galley, Layout, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use crate::chat::Status;
use crate::gui::action::Action;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets::{self, CONTROL};
use crate::gui::room::open_room::OpenRoom;
use crate::gui::words::failures::is_bad;
use crate::gui::words::strings::Strings;
use crate::proto::CloseReason;
use crate::proto::message::DenyReason;
use crate::worker::{Command, EndReason, Role};

/// Height of the strip, at least.
const HEIGHT: f32 = 76.0;
/// Above and below the text.
const PADDING: f32 = 11.0;
/// Left and right of everything.
const EDGE: f32 = 14.0;
/// From the edge to the text: the sign and the gap after it.
const SIGN: f32 = 32.0;
/// From the text to the button.
const GAP: f32 = 16.0;
/// In a narrow window the words are wrapped, and cut after so many rows each.
const MAX_ROWS: usize = 3;
/// Buttons that take more than this part of the width stand below the text.
const BUTTONS_PART: f32 = 0.45;

/// What is to be said.
pub(crate) struct Banner {
    icon: Icon,
    bad: bool,
    what: String,
    remedy: String,
    /// Words that people read out; they stand between the two, large.
    read_out: Vec<String>,
    buttons: Vec<Button>,
}

type Button = (Option<Icon>, &'static str, Weight, Action);

/// What is to be said of a room; `None` for a room that is simply open.
pub(crate) fn of(words: &'static Strings, room: &OpenRoom, now: SystemTime) -> Option<Banner> {
    if room.leaving && !room.ended() {
        return Some(quiet(Icon::Clock, words.leaving.to_owned(), ""));
    }
    match &room.chat.status {
        Status::Ended(reason) => Some(ended(words, room, reason)),
        Status::Connected if room.door.unconfirmed.is_some() => Some(unconfirmed(words, room)),
        Status::Hosting { .. } if room.door.log_lost => Some(log_lost(words, room)),
        Status::Hosting { .. } | Status::Connected => None,
        Status::Lost { end, retry_at } => {
            let left = left(*retry_at, now);
            let what = words.trying_again(&words.line_lost(*end), left);
            let retry = Action::Command(room.key, Command::Retry);
            Some(Banner {
                buttons: vec![(Some(Icon::Retry), words.retry_now, Weight::Primary, retry)],
                ..quiet(Icon::Warning, what, words.lost_hint)
            })
        }
        Status::Connecting { address } if room.chat.open() => Some(quiet(
            Icon::Clock,
            words.connecting_to(&address.to_string()),
            words.lost_hint,
        )),
        Status::Connecting { address } => Some(on_the_way(words, room, words.connecting_to(&address.to_string()))),
        Status::Waiting { .. } if room.chat.rows().is_empty() => None, // a card says it
        Status::Waiting { .. } => Some(on_the_way(words, room, words.waiting_title.to_owned())),
        Status::Starting if room.chat.hosting => Some(on_the_way(words, room, words.starting.to_owned())),
        Status::Starting => Some(on_the_way(words, room, words.connecting.to_owned())),
    }
}

fn quiet(icon: Icon, what: String, remedy: &str) -> Banner {
    Banner {
        icon,
        bad: false,
        what,
        remedy: remedy.to_owned(),
        read_out: Vec::new(),
        buttons: Vec::new(),
    }
}

fn on_the_way(words: &'static Strings, room: &OpenRoom, what: String) -> Banner {
    Banner {
        buttons: vec![(None, words.cancel, Weight::Plain, Action::Close(room.key))],
        ..quiet(Icon::Clock, what, words.not_open_yet)
    }
}

fn ended(words: &'static Strings, room: &OpenRoom, reason: &EndReason) -> Banner {
    let advice = words.ended(reason);
    let bad = is_bad(reason);
    let again = |text| (Some(Icon::Retry), text, Weight::Primary, Action::Rejoin(room.key));
    let (button, read_out) = match (reason, &room.config.role) {
        (EndReason::Closed(CloseReason::HostKeyChanged { known, shown }), _) => {
            let invite = (Some(Icon::Join), words.new_invite, Weight::Plain, Action::NewInvite);
            (invite, words.two_keys(known, shown).to_vec())
        }
        (EndReason::Closed(CloseReason::Denied(DenyReason::Refused | DenyReason::NoAnswer)), _) => {
            (again(words.knock_again), Vec::new())
        }
        (_, Role::Host(_)) => (again(words.reopen), Vec::new()),
        (_, Role::Join(_)) => (again(words.rejoin), Vec::new()),
    };
    Banner {
        icon: if bad { Icon::Warning } else { Icon::Info },
        bad,
        what: advice.what,
        remedy: advice.remedy,
        read_out,
        buttons: vec![button],
    }
}

fn unconfirmed(words: &'static Strings, room: &OpenRoom) -> Banner {
    let shown = room.door.unconfirmed.as_ref().map(|shown| words.safety_words(shown));
    Banner {
        read_out: shown.map(|(first, second)| vec![first, second]).unwrap_or_default(),
        buttons: vec![
            (
                Some(Icon::Check),
                words.confirm,
                Weight::Primary,
                Action::Confirm(room.key),
            ),
            (None, words.not_the_same, Weight::Plain, Action::Leave(room.key)),
        ],
        ..quiet(Icon::Lock, words.unconfirmed.to_owned(), words.unconfirmed_hint)
    }
}

/// Giving a history up takes two presses: it cannot be undone.
fn log_lost(words: &'static Strings, room: &OpenRoom) -> Banner {
    let ask = |asks| Action::AskNewEpoch(room.key, asks);
    let (what, remedy, buttons): (_, _, Vec<Button>) = if room.door.asks_new_epoch {
        let begin = Action::Command(room.key, Command::NewEpoch);
        let buttons = vec![
            (None, words.new_epoch_do, Weight::Danger, begin),
            (None, words.cancel, Weight::Plain, ask(false)),
        ];
        (words.new_epoch_title, words.new_epoch_hint, buttons)
    } else {
        let buttons = vec![(None, words.new_epoch_ask, Weight::Plain, ask(true))];
        (words.log_lost_title, words.log_lost_hint, buttons)
    };
    Banner {
        bad: true,
        buttons,
        ..quiet(Icon::Warning, what.to_owned(), remedy)
    }
}

impl Banner {
    /// How high it is at `width`.
    pub(crate) fn height(&self, ui: &Ui, width: f32) -> f32 {
        let (text, rows) = self.lay(ui, width);
        (text.height() + rows_height(rows) + 2.0 * PADDING + space::ONE).max(HEIGHT)
    }

    /// The text, and in how many rows the buttons stand below it; 0: they stand beside it.
    fn lay(&self, ui: &Ui, width: f32) -> (Text, usize) {
        let inner = width - 2.0 * (space::PANE + EDGE) - SIGN;
        let count = self.buttons.len();
        let buttons: f32 = self
            .buttons
            .iter()
            .map(|(icon, text, ..)| controls::button_width(ui, *icon, text) + GAP)
            .sum();
        let (rows, width) = match () {
            () if count < 2 || buttons <= BUTTONS_PART * inner => (0, inner - buttons),
            () if buttons - GAP <= inner => (1, inner),
            () => (count, inner),
        };
        (Text::new(ui, self, width), rows)
    }

    /// Draws it into `rect`.
    pub(crate) fn ui(&self, ui: &mut Ui, rect: Rect, words: &Strings, actions: &mut Vec<Action>) {
        let (text, rows) = self.lay(ui, rect.width());
        let card = Rect::from_min_max(
            rect.min + vec2(space::PANE, space::ONE),
            rect.max - vec2(space::PANE, 0.0),
        );
        let colors = palette(ui);
        let fill = if self.bad { colors.error_fill } else { colors.card };
        let line = Stroke::new(1.0, colors.line);
        ui.painter().rect(card, radius::CARD, fill, line, StrokeKind::Inside);
        let mut inner = card.shrink2(vec2(EDGE, 0.0));
        let place = if rows > 0 {
            let top = inner.bottom() - rows_height(rows) - PADDING + space::ONE;
            let place = Rect::from_min_max(pos2(inner.left() + SIGN, top), inner.max);
            inner.max.y = top;
            place.with_max_y(inner.bottom() + rows_height(rows) - space::ONE)
        } else {
            inner
        };
        let color = if self.bad { colors.error } else { colors.dim };
        let sign = Rect::from_center_size(pos2(inner.left() + 10.0, inner.center().y), vec2(20.0, 20.0));
        self.icon.paint(ui.painter(), sign, color);
        text.ui(
            ui,
            Rect::from_min_max(pos2(inner.left() + SIGN, inner.top()), inner.max),
            words,
            self,
        );
        self.buttons_ui(ui, place, rows, actions);
    }

    fn buttons_ui(&self, ui: &mut Ui, place: Rect, rows: usize, actions: &mut Vec<Action>) {
        let layout = match rows {
            0 => Layout::right_to_left(Align::Center),
            1 => Layout::left_to_right(Align::Center),
            _ => Layout::top_down(Align::LEFT),
        };
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout).id_salt("banner"));
        child.spacing_mut().item_spacing = vec2(GAP / 2.0, space::ONE);
        for (icon, text, weight, action) in &self.buttons {
            if controls::button(&mut child, *icon, text, *weight, true).clicked() {
                actions.push(action.clone());
            }
        }
    }
}

/// How high rows of buttons are, with what is above each.
fn rows_height(rows: usize) -> f32 {
    rows as f32 * (CONTROL + space::ONE)
}

/// How long until the next attempt. It comes a little early, so that the number that was promised is the first that is seen.
fn left(retry_at: SystemTime, now: SystemTime) -> Duration {
    const EARLY: Duration = Duration::from_millis(100);
    retry_at.duration_since(now).unwrap_or_default().saturating_sub(EARLY)
}

/// Once a second while the strip of a lost line is in sight, at the moment when its number changes.
pub(crate) fn tick(ui: &Ui, room: &OpenRoom, now: SystemTime) {
    if let Status::Lost { retry_at, .. } = room.chat.status
        && let left = left(retry_at, now)
        && !left.is_zero()
    {
        let part = left.subsec_nanos();
        let next = if part == 0 { 1_000_000_000 } else { part };
        ui.ctx().request_repaint_after(Duration::from_nanos(u64::from(next)));
    }
}

/// What happened and what to do, laid out.
struct Text {
    what: Arc<Galley>,
    read_out: Vec<Arc<Galley>>,
    remedy: Option<Arc<Galley>>,
}

impl Text {
    fn new(ui: &Ui, banner: &Banner, width: f32) -> Self {
        let colors = palette(ui);
        let lay = |text: &str, font, color| widgets::wrapped(ui, text, font, color, width, MAX_ROWS);
        let ink = if banner.bad { colors.error } else { colors.text };
        Self {
            what: lay(&banner.what, theme::semibold(size::BODY), colors.text),
            read_out: banner
                .read_out
                .iter()
                .map(|line| lay(line, theme::semibold(size::BODY), ink))
                .collect(),
            remedy: (!banner.remedy.is_empty()).then(|| lay(&banner.remedy, theme::regular(size::SMALL), colors.dim)),
        }
    }

    fn lines(&self) -> impl Iterator<Item = &Arc<Galley>> {
        std::iter::once(&self.what).chain(&self.read_out).chain(&self.remedy)
    }

    fn height(&self) -> f32 {
        self.lines().map(|line| line.size().y).sum()
    }

    fn ui(&self, ui: &Ui, rect: Rect, words: &Strings, banner: &Banner) {
        let mut whole = banner.what.clone();
        for part in banner
            .read_out
            .iter()
            .chain(Some(&banner.remedy).filter(|remedy| !remedy.is_empty()))
        {
            whole = words.and_then(&whole, part);
        }
        let response = ui.interact(rect, ui.scope_id().with("banner"), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Status, true, &whole));
        widgets::announce(ui, &response);
        let color = palette(ui).text;
        let mut at = pos2(rect.left(), rect.center().y - self.height() / 2.0);
        for line in self.lines() {
            ui.painter().galley(at, Arc::clone(line), color);
            at.y += line.size().y;
        }
        response.on_hover_text(whole);
    }
}
