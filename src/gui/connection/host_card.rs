//! The card that opens a room.

use egui::{Id, Ui};

use crate::gui::action::{Action, Card};
use crate::gui::connection::card;
use crate::gui::connection::{ConnectionPanel, Surroundings, failure};
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::space;
use crate::gui::look::widgets::{self, Field};
use crate::gui::room::room_settings::door_ui;
use crate::gui::words::strings::Strings;
use crate::proto::log::History;
use crate::worker::Failure;

/// Draws the card's content.
pub(crate) fn ui(ui: &mut Ui, panel: &mut ConnectionPanel, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
    let words = around.words;
    let enabled = around.hosting.is_none();
    card::head_ui(ui, Icon::Host, words.host_title, words.host_subtitle);
    let room = room_ui(ui, panel, words, enabled);
    let name = card::name_ui(ui, panel, Card::Host, words, enabled);
    let port = port_ui(ui, panel, words, enabled, actions);
    let mut admit = panel.admit(words);
    door_ui(ui, words, &mut admit, enabled);
    if admit != panel.admit(words) {
        panel.admit = Some(admit);
    }
    plain_ui(ui, panel, words, enabled);
    more_ui(ui, panel, words, enabled);
    if !about_port(failure(panel.host.failure.as_ref())) {
        card::failure_ui(ui, words, panel, Card::Host);
    }
    let submitted = card::submitted(ui, around, &[&room, &name, &port]);
    card::foot_ui(ui, panel, Card::Host, around.hosting, around, submitted, actions);
}

fn room_ui(ui: &mut Ui, panel: &mut ConnectionPanel, words: &Strings, enabled: bool) -> egui::Response {
    let made = panel.room_name(words);
    let hint = made.clone().unwrap_or_default();
    let field = Field {
        id: Id::unique("room name"),
        name: words.room_name,
        hint: &hint,
        error: (made.is_none() && !panel.room.is_empty()).then_some(words.room_name_needed),
        enabled,
    };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        let response = widgets::field(ui, &field, &mut panel.room);
        if panel.own_again(words).is_some() {
            widgets::hint(ui, words.own_again);
        }
        response
    })
    .inner
}

fn port_ui(
    ui: &mut Ui,
    panel: &mut ConnectionPanel,
    words: &Strings,
    enabled: bool,
    actions: &mut Vec<Action>,
) -> egui::Response {
    let field = Field {
        id: Id::unique("port"),
        name: words.port,
        hint: "8888",
        error: panel.port().is_none().then_some(words.port_invalid),
        enabled,
    };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        let response = widgets::field(ui, &field, &mut panel.port);
        if response.changed() && about_port(failure(panel.host.failure.as_ref())) {
            panel.host.failure = None;
        }
        if about_port(failure(panel.host.failure.as_ref())) {
            card::failure_ui(ui, words, panel, Card::Host);
        }
        if let Some(Failure::PortTaken { free: Some(free), .. }) = failure(panel.host.failure.as_ref()).cloned()
            && controls::button(ui, None, &words.use_port(free), Weight::Plain, enabled).clicked()
        {
            actions.push(Action::UsePort(free));
        }
        response
    })
    .inner
}

/// Off until somebody turns it on, here or in the room the last time, and red as long as it is on.
fn plain_ui(ui: &mut Ui, panel: &mut ConnectionPanel, words: &Strings, enabled: bool) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        let mut plain = panel.plain(words).is_some();
        controls::switch(ui, &mut plain, words.plain_switch, enabled);
        if plain != panel.plain(words).is_some() {
            panel.plain = Some(plain);
        }
        if plain {
            widgets::warning(ui, words.plain_title, words.plain_explained);
        } else {
            widgets::hint(ui, words.plain_switch_explained);
        }
    });
}

/// What newcomers see of the time before.
pub(crate) fn history_ui(ui: &mut Ui, words: &Strings, history: &mut History, enabled: bool) {
    let options = [(History::None, words.history_none), (History::All, words.history_all)];
    controls::choice(ui, words.history_title, history, &options, enabled);
}

fn more_ui(ui: &mut Ui, panel: &mut ConnectionPanel, words: &Strings, enabled: bool) {
    let text = if panel.more {
        words.fewer_options
    } else {
        words.more_options
    };
    let icon = if panel.more { Icon::ChevronUp } else { Icon::ChevronDown };
    if controls::button(ui, Some(icon), text, Weight::Plain, enabled).clicked() {
        panel.more = !panel.more;
    }
    if !panel.more {
        return;
    }
    let mut history = panel.history(words);
    history_ui(ui, words, &mut history, enabled);
    if history != panel.history(words) {
        panel.history = Some(history);
    }
    let Some(mut encoding) = panel.plain(words) else {
        return;
    };
    card::encoding_ui(ui, words, words.guest_encoding, &mut encoding, enabled);
    if Some(encoding) != panel.plain(words) {
        panel.guest_encoding = Some(encoding);
    }
    let field = Field {
        id: Id::unique("welcome line"),
        name: words.welcome_line,
        hint: words.welcome_placeholder,
        error: None,
        enabled,
    };
    widgets::field(ui, &field, &mut panel.welcome);
}

/// Whether a failure is told beside the port.
fn about_port(failure: Option<&Failure>) -> bool {
    matches!(
        failure,
        Some(Failure::PortTaken { .. } | Failure::PortNotAllowed { .. } | Failure::Listen { .. })
    )
}
