//! The card that joins a room.

use egui::{Id, Response, Ui};

use crate::gui::action::{Action, Card};
use crate::gui::connection::card;
use crate::gui::connection::{ConnectionPanel, Surroundings, Where, encoding_of, failure};
use crate::gui::look::controls;
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets::{self, Field};
use crate::gui::words::strings::Strings;
use crate::profile::Recent;
use crate::proto::AddressError;
use crate::worker::{Failure, Target};

/// Draws the card's content.
pub(crate) fn ui(ui: &mut Ui, panel: &mut ConnectionPanel, around: &Surroundings<'_>, actions: &mut Vec<Action>) {
    let words = around.words;
    let enabled = around.joining.is_none();
    card::head_ui(ui, Icon::Join, words.join_title, words.join_subtitle);
    let target = panel.target(around.now);
    let address = address_ui(ui, panel, &target, words, enabled);
    let name = card::name_ui(ui, panel, Card::Join, words, enabled);
    if !matches!(target, Ok(Target::Invite(_) | Target::Known(_)) | Err(Where::Invite(_))) {
        program_ui(ui, panel, words, enabled);
    }
    if !about_address(failure(panel.join.failure.as_ref())) {
        card::failure_ui(ui, words, panel, Card::Join);
    }
    let submitted = card::submitted(ui, around, &[&address, &name]);
    card::foot_ui(ui, panel, Card::Join, around.joining, around, submitted, actions);
    if !around.recent.is_empty() {
        recent_ui(ui, panel, around.recent, words, enabled);
    }
}

/// The other side may be a plain-text program; without this the line is encrypted.
fn program_ui(ui: &mut Ui, panel: &mut ConnectionPanel, words: &Strings, enabled: bool) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        controls::switch(ui, &mut panel.program, words.program_switch, enabled);
        if panel.program {
            widgets::hint(ui, words.program_explained);
        } else {
            widgets::hint(ui, words.join_encrypted);
        }
    });
    if panel.program {
        widgets::warning(ui, words.plain_title, words.plain_explained);
        card::encoding_ui(ui, words, words.host_encoding, &mut panel.host_encoding, enabled);
    }
}

fn address_ui(
    ui: &mut Ui,
    panel: &mut ConnectionPanel,
    target: &Result<Target, Where>,
    words: &Strings,
    enabled: bool,
) -> Response {
    let error = match *target {
        Ok(_) => None,
        Err(Where::Invite(error)) => Some(words.invite_error(error).to_owned()),
        Err(Where::Over) => Some(words.invite_over.to_owned()),
        Err(Where::Nowhere) => Some(words.invite_no_address.to_owned()),
        Err(Where::Bad(AddressError::Empty)) if !panel.join.pressed => None,
        Err(Where::Bad(error)) => Some(words.address_error(error)),
    };
    let field = Field {
        id: Id::unique("address"),
        name: words.where_to,
        hint: words.where_placeholder,
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
        match target {
            Ok(Target::Invite(_)) => {
                widgets::hint(ui, words.where_invite);
            }
            Ok(Target::Known(_)) => {
                widgets::hint(ui, words.where_known);
            }
            _ => {}
        }
        if about_address(failure(panel.join.failure.as_ref())) {
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
