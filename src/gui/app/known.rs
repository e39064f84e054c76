//! The rooms of the profile that are not open in the window: known, listed, opened again.

use std::sync::Arc;

use super::App;
use crate::gui::action::Card;
use crate::gui::connection;
use crate::gui::desktop::shelf::Shelf;
use crate::gui::room::open_room::{OpenRoom, RoomKey};
use crate::gui::toasts::Mood;
use crate::gui::transcript::Past;
use crate::proto::DEFAULT_PORT;
use crate::proto::log::RoomId;
use crate::store::{Rooms, Summary};
use crate::worker::{Command, Config, EndReason, Failure, Host, Join, Role, Target};

impl App {
    /// Takes what the disk says of the rooms.
    pub(super) fn hear_shelf(&mut self) {
        let Some(Rooms { rooms, unreadable }) = self.shelf.as_mut().and_then(Shelf::poll) else {
            return;
        };
        if !unreadable.is_empty() && self.kept.is_empty() {
            tracing::warn!(count = unreadable.len(), "rooms cannot be read");
            self.toasts
                .add(Mood::Bad, self.words.rooms_unreadable(unreadable.len()));
        }
        let named = |room: &Summary| (room.room, Arc::clone(&room.name));
        let (own, others): (Vec<&Summary>, Vec<&Summary>) = rooms.iter().partition(|room| room.hosting);
        self.panel.known = others.into_iter().map(named).collect();
        let kept = |room: &Summary| (room.room, room.settings.clone());
        self.panel.own = own.into_iter().map(kept).collect();
        self.kept = rooms;
    }

    /// Looks at the disk again: a room was left.
    pub(super) fn look_at_shelf(&self) {
        if let Some(shelf) = &self.shelf {
            shelf.look();
        }
    }

    /// Opens a room of one's own again, or joins another one again; one that is open is shown.
    pub(super) fn open_known(&mut self, id: RoomId) {
        if let Some(open) = self.rooms.iter().find(|room| room.id() == Some(id)) {
            let (key, ended) = (open.key, open.ended());
            self.select(Some(key));
            if ended {
                self.rejoin(key);
            }
            return;
        }
        let Some(room) = self.kept.iter().find(|room| room.room == id).cloned() else {
            return;
        };
        // A file is opened once: whoever has just left it must be done with it.
        self.leaving.retain(|leaving| leaving.id() != Some(id));
        let config = self.config_of(&room);
        match self.spawn(config.clone()) {
            Ok(worker) => {
                let key = self.new_key();
                let mut open = OpenRoom::new(key, config, worker);
                open.chat.room = room.name.to_string();
                self.remind(&mut open);
                self.rooms.push(open);
                self.select(Some(key));
            }
            Err(error) => {
                tracing::warn!(%error, "no thread for a room");
                self.toasts.add(Mood::Bad, self.words.no_worker);
            }
        }
    }

    /// What was here before and has been read is no news.
    pub(super) fn remind(&self, open: &mut OpenRoom) {
        if let Some(room) = self.kept.iter().find(|room| open.id() == Some(room.room)) {
            open.transcript.remember(Past {
                last: room.last.seq,
                unread: usize::try_from(room.unread).unwrap_or(usize::MAX),
            });
        }
    }

    /// Opened as it was the last time: what its settings are, its own file knows best.
    fn config_of(&self, room: &Summary) -> Config {
        let role = if room.hosting {
            let port = match self.settings.port {
                0 => DEFAULT_PORT,
                port => port,
            };
            Role::Host(Host {
                room: room.name.to_string(),
                again: Some(room.room),
                bind: None,
                port,
                admit: None,
                history: None,
                plain: None,
                welcome: self.settings.welcome.clone(),
            })
        } else {
            Role::Join(connection::join(Target::Known(room.room), None))
        };
        connection::config(self.settings.name.clone(), role)
    }

    /// Whether what a card asks for is open already; then it is shown, with a new invite if there is one.
    pub(super) fn is_open_already(&mut self, card: Card, config: &Config) -> bool {
        let id = asked_for(config);
        self.leaving.retain(|leaving| id.is_none() || leaving.id() != id); // a file is opened once
        let Some(open) = self.rooms.iter_mut().find(|room| is_meant(room, config)) else {
            return false;
        };
        let (key, ended) = (open.key, open.ended());
        if ended {
            open.config = config.clone();
            self.rejoin(key);
        }
        self.turn_to(card, key);
        true
    }

    /// A room turned out to be open already when its host was asked: whether it is, and is shown now.
    pub(super) fn was_open_already(&mut self, card: Card, reason: &EndReason) -> bool {
        let EndReason::Failed(Failure::AlreadyOpen { room }) = *reason else {
            return false;
        };
        let Some(open) = self.rooms.iter_mut().find(|open| open.id() == Some(room)) else {
            return false;
        };
        let key = open.key;
        // The host took the newer line for the only one.
        if !open.chat.hosting && open.send(Command::Retry).is_err() {
            tracing::debug!("a busy room comes back by itself a little later");
        }
        self.turn_to(card, key);
        true
    }

    fn turn_to(&mut self, card: Card, key: RoomKey) {
        self.panel.address.clear();
        *self.panel.progress_mut(card) = Default::default();
        self.toasts.add(Mood::Good, self.words.open_already);
        self.select(Some(key));
    }
}

/// Which room of this computer a configuration names.
fn asked_for(config: &Config) -> Option<RoomId> {
    match &config.role {
        Role::Host(host) => host.again,
        Role::Join(join) => match &join.target {
            Target::Invite(invite) => Some(invite.room),
            Target::Known(room) => Some(*room),
            Target::Address(_) => None,
        },
    }
}

/// Whether an open room is what a configuration asks for: by its id, a guest's by where it is, one's own by its name.
fn is_meant(room: &OpenRoom, config: &Config) -> bool {
    let id = asked_for(config);
    match &config.role {
        _ if id.is_some() => room.id() == id,
        Role::Host(host) => {
            let named = || room.chat.room.to_lowercase() == host.room.to_lowercase();
            room.chat.hosting && !room.ended() && named()
        }
        Role::Join(Join {
            target: Target::Address(address),
            plain: None,
            ..
        }) => room.is_at(address),
        Role::Join(_) => false,
    }
}
