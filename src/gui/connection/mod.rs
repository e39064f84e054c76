//! No room open: host a room, join a room. What is typed, whether it will do, and what went wrong.

mod card;
mod host_card;
mod join_card;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use egui::{Frame, Margin, ScrollArea, Sense, Ui, UiBuilder, vec2};

use crate::gui::action::{Action, Card};
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::words::strings::{EN, Strings};
use crate::profile::{Recent, Settings};
use crate::proto::invite::{Invite, InviteError};
use crate::proto::log::{History, RoomId, Settings as RoomSettings};
use crate::proto::{AddressError, Admit, Encoding, Limits};
use crate::text;
use crate::worker::{Config, EndReason, Failure, Host, Join, Role, Target};

/// How long to try to connect, all addresses of a name together: a computer that is on answers within one second, a
/// busy wireless network within three; people cancel sooner than this.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// Side by side from this width on.
const TWO_COLUMNS: f32 = 660.0;
/// A card is no wider.
const MAX_CARD: f32 = 400.0;

/// What is typed into the two cards.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionPanel {
    pub(crate) name: String,
    pub(crate) room: String,
    pub(crate) port: String,
    /// Whether plain-text programs are let in. `None`: nothing was chosen, so a room that is opened again stays as it is.
    pub(crate) plain: Option<bool>,
    /// The same.
    pub(crate) admit: Option<Admit>,
    /// The same.
    pub(crate) history: Option<History>,
    /// The same.
    pub(crate) guest_encoding: Option<Encoding>,
    pub(crate) welcome: String,
    pub(crate) more: bool,
    pub(crate) address: String,
    pub(crate) program: bool,
    pub(crate) host_encoding: Encoding,
    /// Rooms that this computer has been in, by name.
    pub(crate) known: Vec<(RoomId, Arc<str>)>,
    /// Rooms of one's own, with their names.
    pub(crate) own: Vec<(RoomId, RoomSettings)>,
    pub(crate) host: Progress,
    pub(crate) join: Progress,
}

/// How far the last attempt of a card got.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    /// The button was pressed with something missing, so that empty fields are marked, too.
    pub(crate) pressed: bool,
    /// Why the last attempt came to nothing.
    pub(crate) failure: Option<EndReason>,
    /// Why it could not even be tried.
    pub(crate) no_worker: bool,
}

/// Why the address field will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    /// It is none.
    Bad(AddressError),
    /// It is an invite, and it will not do.
    Invite(InviteError),
    /// It is an invite that has ended.
    Over,
    /// It is an invite that does not say where to go.
    Nowhere,
}

/// What the panel has to know.
pub(crate) struct Surroundings<'a> {
    pub(crate) words: &'static Strings,
    pub(crate) hosting: Option<&'a OpenRoom>,
    pub(crate) joining: Option<&'a OpenRoom>,
    pub(crate) recent: &'a [Recent],
    pub(crate) now: SystemTime,
    /// Enter belongs to the input method.
    pub(crate) ime_owns_keys: bool,
}

impl ConnectionPanel {
    /// Prefilled with what was used the last time.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            name: settings.name.clone(),
            room: chosen_room(settings),
            port: settings.port.to_string(),
            welcome: settings.welcome.clone(),
            ..Self::default()
        }
    }

    /// The port, if it is one.
    pub(crate) fn port(&self) -> Option<u16> {
        self.port.trim().parse().ok().filter(|port| *port != 0)
    }

    /// Where to go, if the field says it: an invite, a room that is known, an address.
    pub(crate) fn target(&self, now: SystemTime) -> Result<Target, Where> {
        let typed = self.address.trim();
        if Invite::is_meant_by(typed) {
            return match typed.parse::<Invite>() {
                Err(error) => Err(Where::Invite(error)),
                Ok(invite) if invite.is_over(now) => Err(Where::Over),
                Ok(invite) if invite.addresses.is_empty() => Err(Where::Nowhere),
                Ok(invite) => Ok(Target::Invite(invite)),
            };
        }
        let known = self.known.iter().map(|(room, name)| (*room, &**name));
        if let Some(room) = only_one(known, typed) {
            return Ok(Target::Known(room));
        }
        typed.parse().map(Target::Address).map_err(Where::Bad)
    }

    /// The room's name: as typed, or made from the person's.
    pub(crate) fn room_name(&self, words: &Strings) -> Option<String> {
        if self.room.trim().is_empty() {
            return Some(words.room_of(&text::clean_name(&self.name)?));
        }
        text::clean_name(&self.room)
    }

    /// The room of one's own that has this name already: it is opened again, with all that was said.
    pub(crate) fn own_again(&self, words: &Strings) -> Option<RoomId> {
        let own = self.own.iter().map(|(room, settings)| (*room, &*settings.name));
        only_one(own, &self.room_name(words)?)
    }

    /// Who may come in: as chosen, or as the room has it.
    pub(crate) fn admit(&self, words: &Strings) -> Admit {
        let kept = || self.own_settings(words).map(|settings| settings.admit);
        self.admit.or_else(kept).unwrap_or_default()
    }

    /// What newcomers see: as chosen, or as the room has it.
    pub(crate) fn history(&self, words: &Strings) -> History {
        let kept = || self.own_settings(words).map(|settings| settings.history);
        self.history.or_else(kept).unwrap_or_default()
    }

    /// The encoding of plain-text programs, if they are let in: as chosen, or as the room has it.
    pub(crate) fn plain(&self, words: &Strings) -> Option<Encoding> {
        let kept = self.own_settings(words).and_then(|settings| settings.plain);
        let encoding = self.guest_encoding.or(kept).unwrap_or_default();
        self.plain.unwrap_or_else(|| kept.is_some()).then_some(encoding)
    }

    fn own_settings(&self, words: &Strings) -> Option<&RoomSettings> {
        let again = self.own_again(words)?;
        let mut own = self.own.iter();
        own.find(|(room, _)| *room == again).map(|(_, settings)| settings)
    }

    /// What a card asks for; `None` while something is missing.
    pub(crate) fn config(&self, card: Card, words: &Strings, now: SystemTime) -> Option<Config> {
        let chosen_plain = self.plain.is_some() || self.guest_encoding.is_some();
        let role = match card {
            Card::Host => Role::Host(Host {
                room: self.room_name(words)?,
                again: self.own_again(words),
                bind: None,
                port: self.port()?,
                admit: self.admit,
                history: self.history,
                plain: chosen_plain.then(|| self.plain(words)),
                welcome: self.welcome.trim().to_owned(),
            }),
            Card::Join => {
                let target = self.target(now).ok()?;
                let program = self.program && matches!(target, Target::Address(_));
                Role::Join(join(target, program.then_some(self.host_encoding)))
            }
        };
        Some(config(text::clean_name(&self.name)?, role))
    }

    /// How far a card got.
    pub(crate) fn progress_mut(&mut self, card: Card) -> &mut Progress {
        match card {
            Card::Host => &mut self.host,
            Card::Join => &mut self.join,
        }
    }

    /// Draws title and cards, side by side if there is room.
    pub(crate) fn ui(&mut self, ui: &mut Ui, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let side = if ui.available_width() < TWO_COLUMNS { 16 } else { 32 };
            Frame::new().inner_margin(Margin::symmetric(side, 28)).show(ui, |ui| {
                title_ui(ui, around.words);
                ui.add_space(space::PANE);
                self.cards_ui(ui, around, actions);
                ui.add_space(space::TWO);
                ui.vertical_centered(|ui| widgets::hint(ui, around.words.advice));
            });
            widgets::follow_focus(ui);
        });
    }

    fn cards_ui(&mut self, ui: &mut Ui, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
        let whole = ui.available_width();
        if whole < TWO_COLUMNS {
            let width = whole.min(MAX_CARD + 60.0);
            self.card_at(ui, (whole - width) / 2.0, width, Card::Host, around, actions);
            ui.add_space(space::TWO);
            self.card_at(ui, (whole - width) / 2.0, width, Card::Join, around, actions);
            return;
        }
        let width = ((whole - space::PANE) / 2.0).min(MAX_CARD);
        let left = (whole - 2.0 * width - space::PANE) / 2.0;
        let top = ui.cursor().min;
        let mut bottom = top.y;
        for (card, x) in [(Card::Host, left), (Card::Join, left + width + space::PANE)] {
            let place = egui::Rect::from_min_size(top + vec2(x, 0.0), vec2(width, f32::INFINITY));
            let mut column = ui.new_child(UiBuilder::new().max_rect(place).id_salt(x.to_bits()));
            self.card_ui(&mut column, card, around, actions);
            bottom = bottom.max(column.min_rect().bottom());
        }
        ui.allocate_exact_size(vec2(whole, bottom - top.y), Sense::hover());
    }

    fn card_at(
        &mut self,
        ui: &mut Ui,
        x: f32,
        width: f32,
        card: Card,
        around: &Surroundings<'_>,
        actions: &mut Vec<Action>,
    ) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(x);
            ui.vertical(|ui| {
                ui.set_width(width);
                self.card_ui(ui, card, around, actions);
            });
        });
    }

    fn card_ui(&mut self, ui: &mut Ui, card: Card, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
        widgets::card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing = vec2(space::ONE, 14.0);
            match card {
                Card::Host => host_card::ui(ui, self, around, actions),
                Card::Join => join_card::ui(ui, self, around, actions),
            }
        });
    }
}

/// The one room of this name; none if two have it.
fn only_one<'a>(rooms: impl Iterator<Item = (RoomId, &'a str)>, name: &str) -> Option<RoomId> {
    let wanted = name.to_lowercase();
    let mut named = rooms.filter(|(_, name)| name.to_lowercase() == wanted);
    match (named.next(), named.next()) {
        (Some((room, _)), None) => Some(room),
        _ => None,
    }
}

/// What the window asks of a worker.
pub(crate) fn config(name: String, role: Role) -> Config {
    Config {
        name,
        role,
        limits: Limits::default(),
        seed: None,
    }
}

/// What the window asks of a worker that joins; somebody who knocks compares words.
pub(crate) fn join(target: Target, plain: Option<Encoding>) -> Join {
    Join {
        target,
        plain,
        confirm: true,
        connect_within: CONNECT_WITHIN,
    }
}

/// Why a room did not come about, apart from what its people decided.
pub(crate) fn failure(reason: Option<&EndReason>) -> Option<&Failure> {
    match reason {
        Some(EndReason::Failed(failure)) => Some(failure),
        _ => None,
    }
}

fn title_ui(ui: &mut Ui, words: &Strings) {
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let colors = palette(ui);
        widgets::label(ui, words.connect_title, theme::semibold(size::TITLE), colors.text);
        widgets::label(ui, words.connect_subtitle, theme::regular(size::BODY), colors.dim);
    });
}

/// The room's name, unless it is the profile's suggestion: the card makes its own, in the window's language.
pub(crate) fn chosen_room(settings: &Settings) -> String {
    if settings.room == EN.room_of(&settings.name) || settings.room == Settings::default().room {
        String::new()
    } else {
        settings.room.clone()
    }
}

/// The name of an encoding in the settings.
pub(crate) fn encoding_key(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Auto => "auto",
        Encoding::Utf8 => "utf-8",
        Encoding::Gbk => "gbk",
    }
}

/// The encoding of a name in the settings.
pub(crate) fn encoding_of(key: &str) -> Encoding {
    match key {
        "utf-8" => Encoding::Utf8,
        "gbk" => Encoding::Gbk,
        _ => Encoding::Auto,
    }
}
