//! The card that joins a room.

use egui::{Id, Response, Ui};

use crate::gui::action::{Action, Card};
use crate::gui::connection::card;
use crate::gui::connection::{ConnectionPanel, Surroundings, Where, encoding_of};
use crate::gui::look::controls;
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets::{self, Field};
use crate::gui::words::strings::Strings;
use crate::profile::Recent;
use crate::proto::AddressError;
use crate::worker::Failure;

/// Draws the card's content.
pub(crate) fn ui(ui: &mut Ui, panel: &mut ConnectionPanel, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
    let words = around.words;
    let enabled = around.joining.is_none();
    card::head_ui(ui, Icon::Join, words.join_title, words.join_subtitle);
    let address = address_ui(ui, panel, words, enabled);
    let name = card::name_ui(ui, panel, Card::Join, words, enabled);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        controls::switch(ui, &mut panel.program, words.program_switch, enabled);
        widgets::hint(ui, words.program_explained);
    });
    if panel.program {
        card::encoding_ui(ui, words, words.host_encoding, &mut panel.host_encoding, enabled);
    }
    if !about_address(panel.join.failure.as_ref()) {
        card::failure_ui(ui, words, panel, Card::Join);
    }
    let submitted = card::submitted(ui, around, &[&address, &name]);
    card::foot_ui(ui, panel, Card::Join, around.joining, around, submitted, actions);
    if !around.recent.is_empty() {
        recent_ui(ui, panel, around.recent, words, enabled);
    }
}

fn address_ui(ui: &mut Ui, panel: &mut ConnectionPanel, words: &Strings, enabled: bool) -> Response {
    let error = match panel.parsed_address() {
        Ok(_) => None,
        Err(Where::Invite) => Some(words.invite_unsupported.to_owned()),
        Err(Where::Bad(AddressError::Empty)) if !panel.join.pressed => None,
        Err(Where::Bad(error)) => Some(words.address_error(error)),
    };
    let field = Field {
        id: Id::unique("address"),
        name: words.address,
        hint: words.address_placeholder,
        error: error.as_deref(),
        enabled,
    };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        let response = widgets::field(ui, &field, &mut panel.address);
        if response.changed() {
            panel.join.failure = None;
            panel.join.pressed = false;
        }
        if about_address(panel.join.failure.as_ref()) {
            card::failure_ui(ui, words, panel, Card::Join);
        }
        response
    })
    .inner
}

/// Addresses joined before; one press fills them in.
fn recent_ui(ui: &mut Ui, panel: &mut ConnectionPanel, recent: &[Recent], words: &Strings, enabled: bool) {
    let color = palette(ui).dim;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        widgets::label(ui, words.recent, theme::semibold(size::SMALL), color);
        for earlier in recent {
            let detail = if earlier.program {
                words.encoding(encoding_of(&earlier.encoding))
            } else {
                ""
            };
            if controls::pick(
                ui,
                &earlier.address,
                detail,
                &words.join_again(&earlier.address),
                enabled,
            )
            .clicked()
            {
                panel.address.clone_from(&earlier.address);
                panel.program = earlier.program;
                panel.host_encoding = encoding_of(&earlier.encoding);
                panel.join.failure = None;
            }
        }
    });
}

/// Whether a failure is told beside the address.
fn about_address(failure: Option<&Failure>) -> bool {
    matches!(
        failure,
        Some(
            Failure::NotResolved { .. }
                | Failure::Refused { .. }
                | Failure::Unreachable { .. }
                | Failure::TimedOut { .. }
                | Failure::Connect { .. }
        )
    )
}
