//! The one place where what people ask for is done.

use std::path::PathBuf;

use egui::Context;

use super::App;
use crate::gui::action::{Action, Card, Side, Zoom};
use crate::gui::room::composer::Composer;
use crate::gui::room::header;
use crate::gui::room::intent::Intent;
use crate::gui::room::open_room::{OpenRoom, RoomKey};
use crate::gui::settings::{ZOOM, ZOOM_STEP};
use crate::gui::toasts::Mood;
use crate::profile::Settings;
use crate::proto::MemberId;
use crate::text;
use crate::worker::Command;

impl App {
    /// Carries an action out.
    pub(super) fn execute(&mut self, ctx: &Context, frame: Option<&eframe::Frame>, action: Action) {
        match action {
            Action::NewRoom | Action::Select(_) | Action::Neighbour { .. } | Action::Nth(_) | Action::ShowRooms(_) => {
                self.navigate(ctx, &action);
            }
            Action::Connect(card) => self.connect(card),
            Action::Cancel(card) => self.cancel(card),
            Action::UsePort(port) => {
                self.panel.port = port.to_string();
                self.connect(Card::Host);
            }
            Action::Say(key) => self.say(key),
            Action::Command(key, command) => {
                self.command(key, command);
            }
            Action::Leave(key) => {
                self.command(key, Command::Leave);
            }
            Action::Verified(key, _)
            | Action::Confirm(key)
            | Action::Reply(key, _)
            | Action::Edit(key, _)
            | Action::Forget(key, _)
            | Action::AskNewEpoch(key, _) => self.in_room(key, &action),
            Action::Close(key) => self.close_room(key),
            Action::Rejoin(key) => self.rejoin(key),
            Action::Open(id) => self.open_known(id),
            Action::NewInvite => self.new_invite(ctx),
            Action::Save(key) => self.save(frame, key),
            Action::SaveTo(key, path) => self.save_to(key, path),
            Action::SaveCancelled => self.dialog.close(),
            Action::Toggle(side) => self.toggle(side),
            Action::ToggleKeys => self.keys_shown = !self.keys_shown,
            Action::Change(settings) => self.change(ctx, *settings),
            Action::Zoom(zoom) => self.zoom(ctx, zoom),
            Action::Copy(text) => {
                ctx.copy_text(text);
                self.toasts.add(Mood::Good, self.words.copied);
            }
            Action::Copied => self.toasts.add(Mood::Good, self.words.copied),
            Action::OpenLink(url) => ctx.open_url(egui::OpenUrl::new_tab(url)),
            Action::Typed(key, text) => {
                if let Some(room) = self.room_mut(key) {
                    room.composer.append(&text);
                }
            }
            Action::GoTo => {
                self.show_rooms(true);
                self.list.wants_focus = true;
            }
            Action::Find => self.find(ctx),
            Action::Escape => self.escape(ctx),
        }
    }

    fn navigate(&mut self, ctx: &Context, action: &Action) {
        match action {
            Action::Select(key) => self.select(Some(*key)),
            Action::Neighbour { forward } => self.neighbour(*forward),
            Action::Nth(place) => {
                if let Some(room) = self.rooms.get(*place) {
                    self.select(Some(room.key));
                }
            }
            Action::ShowRooms(shown) => self.show_rooms(*shown),
            _ => {
                self.select(None);
                ctx.memory_mut(|memory| memory.request_focus(egui::Id::unique("room name")));
            }
        }
    }

    /// Shows a room, or the connection panel.
    pub(super) fn select(&mut self, key: Option<RoomKey>) {
        if let Some(room) = self.shown_mut() {
            room.composer.put_aside();
        }
        self.selected = key;
        self.rooms_shown = false;
        if self.narrow || key.is_none() {
            self.side = None;
        }
        if let Some(room) = self.shown_mut() {
            room.composer.wants_focus = true;
        }
    }

    fn show_rooms(&mut self, shown: bool) {
        self.rooms_shown = shown;
        if shown && (self.crowded || self.narrow) {
            self.side = None;
        }
    }

    fn neighbour(&mut self, forward: bool) {
        let count = self.rooms.len();
        if count == 0 {
            return;
        }
        let current = self.rooms.iter().position(|room| Some(room.key) == self.selected);
        let next = match (current, forward) {
            (None, _) => 0,
            (Some(place), true) => (place + 1) % count,
            (Some(place), false) => (place + count - 1) % count,
        };
        self.select(Some(self.rooms[next].key));
    }

    /// What concerns one room and needs more than a command.
    fn in_room(&mut self, key: RoomKey, action: &Action) {
        match *action {
            Action::Verified(_, member) => {
                if self.command(key, Command::Verify { member })
                    && let Some(room) = self.room_mut(key)
                {
                    room.chat.verified(member);
                    room.door.unconfirmed.take_if(|_| member == MemberId::HOST);
                }
            }
            Action::Confirm(_) => {
                if self.command(key, Command::Confirm)
                    && let Some(room) = self.room_mut(key)
                {
                    room.door.unconfirmed = None;
                    room.chat.verified(MemberId::HOST);
                }
            }
            _ => {
                if let Some(room) = self.room_mut(key) {
                    room.obey(action);
                }
            }
        }
    }

    /// The connection panel, with the cursor where an invite goes.
    fn new_invite(&mut self, ctx: &Context) {
        self.select(None);
        self.panel.address.clear();
        ctx.memory_mut(|memory| memory.request_focus(egui::Id::unique("address")));
    }

    fn connect(&mut self, card: Card) {
        if self.attempt_mut(card).is_some() {
            return;
        }
        let Some(config) = self.panel.config(card, self.words, self.now) else {
            return;
        };
        if self.is_open_already(card, &config) {
            return;
        }
        let progress = self.panel.progress_mut(card);
        progress.failure = None;
        progress.no_worker = false;
        match self.spawn(config.clone()) {
            Ok(worker) => {
                let key = self.new_key();
                let mut room = OpenRoom::new(key, config, worker);
                self.remind(&mut room);
                *self.attempt_mut(card) = Some(room);
            }
            Err(error) => {
                tracing::warn!(%error, "no thread for a room");
                self.panel.progress_mut(card).no_worker = true;
            }
        }
    }

    /// The card is free at once; what still comes from the worker is dropped with it.
    fn cancel(&mut self, card: Card) {
        if let Some(room) = self.attempt_mut(card).take() {
            self.dismiss(room);
        }
    }

    fn dismiss(&mut self, mut room: OpenRoom) {
        if !room.ended() && room.send(Command::Leave).is_ok() {
            self.leaving.push(room);
        }
    }

    /// Passes a command on; a busy room is told to people.
    fn command(&mut self, key: RoomKey, command: Command) -> bool {
        let sent = self.room_mut(key).is_some_and(|room| room.send(command).is_ok());
        if !sent {
            self.toasts.add(Mood::Bad, self.words.busy);
        }
        sent
    }

    fn say(&mut self, key: RoomKey) {
        let Some(room) = self.room(key) else { return };
        let text = room.composer.written().trim_end().to_owned();
        let command = match room.composer.intent {
            Intent::Edit { seq, .. } => Command::Edit { seq, text },
            _ => Command::Say {
                text,
                reply_to: room.composer.intent.reply_to(),
            },
        };
        if self.command(key, command)
            && let Some(room) = self.room_mut(key)
        {
            room.composer.done();
        }
    }

    fn close_room(&mut self, key: RoomKey) {
        let Some(place) = self.rooms.iter().position(|room| room.key == key) else {
            return;
        };
        let room = self.rooms.remove(place);
        self.dismiss(room);
        self.look_at_shelf();
        if self.selected == Some(key) {
            let next = self.rooms.get(place).or_else(|| self.rooms.last()).map(|room| room.key);
            self.selected = None;
            self.select(next);
        }
    }

    pub(super) fn rejoin(&mut self, key: RoomKey) {
        let Some(config) = self
            .room(key)
            .filter(|room| room.ended())
            .map(|room| room.config.clone())
        else {
            return;
        };
        match self.spawn(config) {
            Ok(worker) => {
                if let Some(room) = self.room_mut(key) {
                    room.reopen(worker);
                    room.composer.wants_focus = true;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no thread for a room");
                self.toasts.add(Mood::Bad, self.words.no_worker);
            }
        }
    }

    fn save(&mut self, frame: Option<&eframe::Frame>, key: RoomKey) {
        let Some(room) = self.room(key) else { return };
        let name = text::file_name(&room.chat.room, "txt");
        let chat = room.chat.clone();
        if self.native_dialogs {
            self.dialog.ask(frame, self.words, key, chat, &name);
        } else {
            self.dialog.ask_here(key, &name);
        }
    }

    fn save_to(&mut self, key: RoomKey, path: PathBuf) {
        if let Some(chat) = self.room(key).map(|room| room.chat.clone()) {
            self.dialog.write(self.words, chat, path);
        }
    }

    fn toggle(&mut self, side: Side) {
        self.side = if self.side == Some(side) { None } else { Some(side) };
        if self.side.is_some() && self.narrow {
            self.rooms_shown = false;
        }
    }

    fn change(&mut self, ctx: &Context, settings: Settings) {
        if settings.name != self.settings.name {
            self.panel.name.clone_from(&settings.name);
        }
        self.settings = settings;
        self.apply(ctx);
        self.save_settings();
    }

    fn zoom(&mut self, ctx: &Context, zoom: Zoom) {
        let wanted = match zoom {
            Zoom::In => self.settings.zoom + ZOOM_STEP,
            Zoom::Out => self.settings.zoom - ZOOM_STEP,
            Zoom::Reset => 1.0,
        };
        let rounded = (wanted * 10.0).round() / 10.0;
        self.settings.zoom = rounded.clamp(*ZOOM.start(), *ZOOM.end());
        self.apply(ctx);
        self.save_settings();
    }

    fn find(&mut self, ctx: &Context) {
        let Some(room) = self.shown_mut() else { return };
        if room.search.open && ctx.memory(|memory| memory.has_focus(header::search_id())) {
            room.search.close();
            room.composer.wants_focus = true;
            return;
        }
        room.search.open = true;
        ctx.memory_mut(|memory| memory.request_focus(header::search_id()));
    }

    /// One layer at a time, from the top.
    fn escape(&mut self, ctx: &Context) {
        if self.keys_shown {
            self.keys_shown = false;
        } else if self.dialog.asking_here() {
            self.dialog.close();
        } else if self.shown_mut().is_some_and(|room| room.composer.cancel()) {
            // Something new is written again.
        } else if self.side.is_some() {
            self.side = None;
        } else if self.narrow && self.rooms_shown {
            self.rooms_shown = false;
        } else if self.shown().is_some_and(|room| room.search.open) {
            if let Some(room) = self.shown_mut() {
                room.search.close();
            }
        } else if !self.list.query.is_empty() {
            self.list.query.clear();
        } else if let Some(room) = self.shown_mut() {
            room.transcript.go_to_latest();
        }
        if let Some(key) = self.shown().map(|room| room.key) {
            ctx.memory_mut(|memory| memory.request_focus(Composer::id(key)));
        }
    }
}
