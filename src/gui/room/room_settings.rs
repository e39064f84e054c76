//! How a room is: invites, its name, who may come in, what newcomers see, whether plain text is let in. Guests see it, the host changes it.

use std::time::SystemTime;

use egui::{Frame, Id, Margin, ScrollArea, Ui};
use jiff::tz::TimeZone;

use crate::chat::Native;
use crate::gui::action::{Action, Side};
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets::{self, Field};
use crate::gui::room::members::title_ui;
use crate::gui::room::open_room::{OpenRoom, RoomKey};
use crate::gui::room::{invite, ways_in};
use crate::gui::words::strings::Strings;
use crate::proto::Encoding;
use crate::proto::log::{Admit, History, Settings};
use crate::text;
use crate::worker::Command;

/// What the host has changed and not applied.
#[derive(Debug, Default)]
pub(crate) struct RoomSettings {
    draft: Option<Draft>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Draft {
    room: RoomKey,
    name: String,
    plain: Option<Encoding>,
    history: History,
    admit: Admit,
}

impl Draft {
    fn of(room: RoomKey, settings: &Settings) -> Self {
        Self {
            room,
            name: settings.name.to_string(),
            plain: settings.plain,
            history: settings.history,
            admit: settings.admit,
        }
    }

    fn settings(&self) -> Option<Settings> {
        Some(Settings {
            name: text::clean_name(&self.name)?.into(),
            history: self.history,
            plain: self.plain,
            admit: self.admit,
        })
    }
}

/// What the panel has to know.
pub(crate) struct Surroundings<'a> {
    pub(crate) words: &'static Strings,
    pub(crate) room: &'a OpenRoom,
    pub(crate) now: SystemTime,
    pub(crate) zone: &'a TimeZone,
}

impl RoomSettings {
    /// Draws the panel.
    pub(crate) fn ui(&mut self, ui: &mut Ui, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
        let Surroundings { words, room, .. } = *around;
        if title_ui(ui, words.about_room(room.chat.hosting), words.close_room_settings) {
            actions.push(Action::Toggle(Side::Room));
        }
        let Some(native) = &room.chat.native else {
            actions.push(Action::Toggle(Side::Room));
            return;
        };
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin::same(16)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = 14.0;
                if room.chat.hosting && !room.ended() {
                    ui.scope(|ui| invite::ui(ui, words, room, around.now, around.zone, actions));
                    self.host_ui(ui, words, room, native, actions);
                } else {
                    guest_ui(ui, words, native);
                }
                key_ui(ui, words, native);
            });
            widgets::follow_focus(ui);
        });
    }

    fn host_ui(&mut self, ui: &mut Ui, words: &Strings, room: &OpenRoom, native: &Native, actions: &mut Vec<Action>) {
        let kept = Draft::of(room.key, &native.settings);
        let mut draft = self
            .draft
            .take()
            .filter(|draft| draft.room == room.key)
            .unwrap_or_else(|| kept.clone());
        let field = Field {
            id: Id::unique("room settings name"),
            name: words.room_name,
            hint: "",
            error: text::clean_name(&draft.name)
                .is_none()
                .then_some(words.room_name_needed),
            enabled: true,
        };
        widgets::field(ui, &field, &mut draft.name);
        door_ui(ui, words, &mut draft.admit, true);
        let mut plain = draft.plain.is_some();
        if controls::switch(ui, &mut plain, words.plain_switch, true).changed() {
            draft.plain = plain.then(Encoding::default);
        }
        if let Some(encoding) = &mut draft.plain {
            widgets::warning(ui, words.plain_title, words.plain_explained);
            let options = [Encoding::Auto, Encoding::Utf8, Encoding::Gbk].map(|one| (one, words.encoding(one)));
            controls::choice(ui, words.guest_encoding, encoding, &options, true);
        }
        let options = [(History::None, words.history_none), (History::All, words.history_all)];
        controls::choice(ui, words.history_title, &mut draft.history, &options, true);
        if draft != kept {
            apply_ui(ui, words, room.key, &mut draft, &kept, actions);
        }
        self.draft = (draft != kept).then_some(draft);
    }
}

/// Who may come in, and what that means; anyone only with a red word about it.
pub(in crate::gui) fn door_ui(ui: &mut Ui, words: &Strings, admit: &mut Admit, enabled: bool) {
    let options = [Admit::Ask, Admit::Invited, Admit::Anyone].map(|admit| (admit, words.admit(admit)));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        controls::choice(ui, words.admit_title, admit, &options, enabled);
        match admit {
            Admit::Anyone => widgets::problem(ui, words.admit_explained(*admit)),
            Admit::Ask | Admit::Invited => widgets::hint(ui, words.admit_explained(*admit)),
        };
    });
}

/// What was changed holds for everybody once it is applied.
fn apply_ui(ui: &mut Ui, words: &Strings, room: RoomKey, draft: &mut Draft, kept: &Draft, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        let settings = draft.settings();
        if controls::button(ui, None, words.apply, Weight::Primary, settings.is_some()).clicked()
            && let Some(settings) = settings
        {
            actions.push(Action::Command(room, Command::Change { settings }));
            *draft = kept.clone();
        }
        if controls::button(ui, None, words.undo, Weight::Plain, true).clicked() {
            *draft = kept.clone();
        }
    });
}

fn guest_ui(ui: &mut Ui, words: &Strings, native: &Native) {
    let settings = &native.settings;
    let history = match settings.history {
        History::None => words.history_none,
        History::All => words.history_all,
    };
    let plain = settings.plain.map_or(words.plain_off, |_| words.plain_on);
    for (name, value) in [
        (words.room_name, &*settings.name),
        (words.admit_title, words.admit_elsewhere(settings.admit)),
        (words.plain_title, plain),
        (words.history_title, history),
    ] {
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = space::HALF;
            ways_in::section(ui, name);
            fact_ui(ui, value);
        });
    }
    widgets::hint(ui, words.settings_guest);
}

fn key_ui(ui: &mut Ui, words: &Strings, native: &Native) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        ways_in::section(ui, words.key_of_host);
        fact_ui(ui, &words.key_words(&native.host));
        widgets::hint(ui, &words.key_otherwise(&native.host));
    });
}

fn fact_ui(ui: &mut Ui, text: &str) {
    let color = palette(ui).text;
    widgets::label(ui, text, theme::regular(size::BODY), color);
}
