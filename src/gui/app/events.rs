//! What comes from outside: events of the rooms, answers of the threads, the wish to close the window.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use egui::{Context, Id, ViewportCommand};

use super::{App, Start};
use crate::chat::Status;
use crate::gui::action::{Action, Card};
use crate::gui::connection::{chosen_room, encoding_key};
use crate::gui::desktop::file_dialog::Outcome;
use crate::gui::desktop::shelf::Shelf;
use crate::gui::room::open_room::{Budget, Drained, OpenRoom};
use crate::gui::toasts::Mood;
use crate::profile::{MAX_RECENT, Recent};
use crate::proto::CloseReason;
use crate::proto::invite::Invite;
use crate::worker::{Command, EndReason, Role};

/// Events that are folded in before a frame is drawn: what a worker's channel holds.
const EVENTS_PER_FRAME: usize = crate::worker::EVENTS;
/// And no longer than this: an eighth of a frame at 60 a second.
const TIME_PER_FRAME: Duration = Duration::from_millis(2);
/// How long closing the window waits until everybody has been told.
const FAREWELL: Duration = Duration::from_millis(1500);
/// How often it looks while it waits.
const FAREWELL_STEP: Duration = Duration::from_millis(50);

impl App {
    /// Folds in what happened. Runs before every frame, and also while the window is hidden.
    pub fn logic(&mut self, ctx: &Context) {
        self.wake.clear();
        self.now = SystemTime::now();
        self.hear_shelf();
        // A room that is there already is opened again, so it must be known first.
        if self.shelf.as_ref().is_none_or(Shelf::has_looked)
            && let Some(start) = self.start.take()
        {
            self.begin(ctx, start);
        }
        let mut budget = Budget::new(EVENTS_PER_FRAME, Instant::now() + TIME_PER_FRAME);
        self.drain_rooms(&mut budget);
        self.drain_attempts(ctx, &mut budget);
        for room in &mut self.leaving {
            room.drain(&mut budget);
        }
        self.leaving.retain(|room| !room.ended());
        if budget.spent() || self.saver.as_ref().is_some_and(|saver| saver.waits()) {
            ctx.request_repaint();
        }
        self.hear_threads();
        self.title(ctx);
        self.hear_calls(ctx);
        if self.quit.swap(false, Ordering::AcqRel) {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        self.close(ctx);
    }

    /// Does what the program was started for.
    pub(super) fn begin(&mut self, ctx: &Context, start: Start) {
        let card = match start {
            Start::Panel => return,
            Start::Host { room, port, name } => {
                self.panel.room = room.unwrap_or_else(|| chosen_room(&self.settings));
                self.panel.port = port.unwrap_or(self.settings.port).to_string();
                self.panel.name = name.unwrap_or_else(|| self.settings.name.clone());
                Card::Host
            }
            Start::Join { address, program, name } => {
                self.panel.program = program.is_some();
                self.panel.host_encoding = program.unwrap_or_default();
                self.panel.name = name.unwrap_or_else(|| self.settings.name.clone());
                let Some(address) = address else {
                    focus_field(ctx, Card::Join);
                    return;
                };
                self.panel.address = address;
                Card::Join
            }
        };
        self.panel.progress_mut(card).pressed = true;
        self.execute(ctx, None, Action::Connect(card));
    }

    fn drain_rooms(&mut self, budget: &mut Budget) {
        let shown = self.selected;
        let count = self.rooms.len();
        self.turn = self.turn.wrapping_add(1); // so that a busy room does not starve those after it
        for step in 0..count {
            let place = (self.turn + step) % count;
            let room = &mut self.rooms[place];
            let knocks = room.chat.knocks.len();
            let Drained { messages, .. } = room.drain(budget);
            if shown != Some(room.key) && room.chat.knocks.len() > knocks {
                let note = self.words.knock_at(&room.chat.room);
                self.toasts.add(Mood::Good, note);
            }
            if messages == 0 {
                continue;
            }
            // The transcript that is shown speaks for itself.
            if shown != Some(room.key) {
                self.news = Some((messages, room.chat.room.clone()));
            }
        }
    }

    fn drain_attempts(&mut self, ctx: &Context, budget: &mut Budget) {
        for card in [Card::Host, Card::Join] {
            let Some(mut room) = self.attempt_mut(card).take() else {
                continue;
            };
            room.drain(budget);
            let entered = !room.chat.rows().is_empty();
            match room.end().cloned() {
                Some(EndReason::Cancelled | EndReason::Closed(CloseReason::Left)) if !entered => {}
                Some(reason) if !entered => {
                    if !self.was_open_already(card, &reason) {
                        self.attempt_failed(ctx, card, reason);
                    }
                }
                None if !room.chat.open() && !matches!(room.chat.status, Status::Waiting { .. }) => {
                    *self.attempt_mut(card) = Some(room);
                }
                _ => self.attempt_succeeded(card, room), // also one that was over as soon as it was open
            }
        }
    }

    fn attempt_failed(&mut self, ctx: &Context, card: Card, reason: EndReason) {
        if let EndReason::Failed(failure) = &reason {
            tracing::info!(code = failure.code(), "a room could not be opened or joined");
        }
        self.panel.progress_mut(card).failure = Some(reason);
        focus_field(ctx, card);
    }

    fn attempt_succeeded(&mut self, card: Card, room: OpenRoom) {
        *self.panel.progress_mut(card) = Default::default();
        self.remember(&room);
        let key = room.key;
        self.rooms.push(room);
        self.select(Some(key));
        self.look_at_shelf(); // it has a name and an id now
    }

    /// Keeps what was typed for the next time.
    fn remember(&mut self, room: &OpenRoom) {
        self.settings.name.clone_from(&room.config.name);
        match &room.config.role {
            Role::Host(host) => {
                self.settings.room = self.panel.room.trim().to_owned();
                self.settings.port = host.port;
                self.settings.welcome.clone_from(&host.welcome);
            }
            // What lets in is no address to come back to; the room itself is in the list.
            Role::Join(_) if Invite::is_meant_by(&self.panel.address) => self.panel.address.clear(),
            Role::Join(join) => {
                let recent = Recent {
                    address: self.panel.address.trim().to_owned(),
                    program: join.plain.is_some(),
                    encoding: encoding_key(join.plain.unwrap_or_default()).to_owned(),
                };
                let list = &mut self.settings.recent;
                list.retain(|earlier| earlier.address != recent.address);
                list.insert(0, recent);
                list.truncate(MAX_RECENT);
            }
        }
        self.save_settings();
    }

    /// The task bar counts what waits.
    fn title(&mut self, ctx: &Context) {
        let unread: usize = self.rooms.iter().map(OpenRoom::unread).sum();
        if std::mem::replace(&mut self.titled, unread) != unread {
            let title = if unread > 0 {
                format!("({unread}) Landline")
            } else {
                "Landline".to_owned()
            };
            ctx.send_viewport_cmd(ViewportCommand::Title(title));
        }
    }

    fn hear_threads(&mut self) {
        if let Some(cause) = self.saver.as_mut().and_then(|saver| saver.poll()) {
            self.toasts.add(Mood::Bad, self.words.settings_not_saved(&cause));
        }
        match self.dialog.poll() {
            Some(Outcome::Saved(path)) => {
                let name = path.display().to_string();
                self.toasts.add(Mood::Good, self.words.saved(&name));
            }
            Some(Outcome::Failed(cause)) => self.toasts.add(Mood::Bad, self.words.not_saved(&cause)),
            None => {}
        }
    }

    /// Leaves every room before the window goes. Who closes it a second time does not want to wait.
    fn close(&mut self, ctx: &Context) {
        let over = self.everything_over();
        if ctx.input(|input| input.viewport().close_requested()) && self.farewell.is_none() && !over {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.farewell = Some(Instant::now() + FAREWELL);
            let attempts = self.hosting.iter_mut().chain(self.joining.iter_mut());
            for room in self.rooms.iter_mut().chain(attempts).filter(|room| !room.ended()) {
                if room.send(Command::Leave).is_err() {
                    tracing::warn!("a busy room is closed without saying goodbye");
                }
            }
        }
        match self.farewell {
            Some(until) if over || Instant::now() >= until => ctx.send_viewport_cmd(ViewportCommand::Close),
            Some(_) => ctx.request_repaint_after(FAREWELL_STEP),
            None => {}
        }
    }

    fn everything_over(&self) -> bool {
        let attempts = self.hosting.iter().chain(&self.joining);
        self.leaving.is_empty() && self.rooms.iter().chain(attempts).all(OpenRoom::ended)
    }
}

/// Puts the cursor into the field that a card is about.
fn focus_field(ctx: &Context, card: Card) {
    let field = match card {
        Card::Host => "port",
        Card::Join => "address",
    };
    ctx.memory_mut(|memory| memory.request_focus(Id::unique(field)));
}
