//! What the two cards of the connection panel share.

use egui::{Id, Key, Modifiers, Rect, Response, Sense, Ui, pos2, vec2};

use crate::chat::Status;
use crate::gui::action::{Action, Card};
use crate::gui::connection::{ConnectionPanel, Surroundings};
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, radius, size};
use crate::gui::look::widgets::{self, Field};
use crate::gui::room::open_room::OpenRoom;
use crate::gui::words::strings::Strings;
use crate::proto::identity::MemberKey;
use crate::proto::{CloseReason, Encoding};
use crate::text;
use crate::worker::{EndReason, Role};

/// The picture, the title and the line under it.
pub(crate) fn head_ui(ui: &mut Ui, icon: Icon, title: &str, subtitle: &str) {
    const SIDE: f32 = 44.0;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), SIDE), Sense::hover());
    let colors = palette(ui);
    let square = Rect::from_min_size(rect.min, vec2(SIDE, SIDE));
    ui.painter().rect_filled(square, radius::CARD, colors.selected);
    icon.paint(ui.painter(), square.shrink(10.0), colors.accent);
    let text = Rect::from_min_max(pos2(square.right() + 14.0, rect.top()), rect.max);
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(text));
    child.spacing_mut().item_spacing.y = 0.0;
    widgets::label(&mut child, title, theme::semibold(size::HEADING), colors.text);
    widgets::label(&mut child, subtitle, theme::regular(size::SMALL), colors.dim);
}

/// The field for the person's name; both cards show the same one.
pub(crate) fn name_ui(
    ui: &mut Ui,
    panel: &mut ConnectionPanel,
    card: Card,
    words: &Strings,
    enabled: bool,
) -> Response {
    let pressed = panel.progress_mut(card).pressed;
    let bad = text::clean_name(&panel.name).is_none() && (pressed || !panel.name.is_empty());
    let field = Field {
        id: Id::unique(("your name", card == Card::Host)),
        name: words.your_name,
        hint: "",
        error: bad.then_some(words.name_needed),
        enabled,
    };
    widgets::field(ui, &field, &mut panel.name)
}

/// Which encoding.
pub(crate) fn encoding_ui(ui: &mut Ui, words: &Strings, name: &str, value: &mut Encoding, enabled: bool) {
    let options = [Encoding::Auto, Encoding::Utf8, Encoding::Gbk].map(|encoding| (encoding, words.encoding(encoding)));
    controls::choice(ui, name, value, &options, enabled);
}

/// Whether Enter was pressed in one of the fields.
pub(crate) fn submitted(ui: &Ui, around: &Surroundings<'_>, fields: &[&Response]) -> bool {
    let enter = !around.ime_owns_keys && ui.input(|input| input.key_pressed(Key::Enter));
    enter && fields.iter().any(|field| field.lost_focus())
}

/// What went wrong, what to do, in the card beside the field it concerns.
pub(crate) fn failure_ui(ui: &mut Ui, words: &Strings, panel: &mut ConnectionPanel, card: Card) {
    if let Some(reason) = panel.progress_mut(card).failure.clone() {
        let advice = words.ended(&reason);
        widgets::problem(ui, &words.and_then(&advice.what, &advice.remedy));
        if let EndReason::Closed(CloseReason::HostKeyChanged { known, shown }) = reason {
            keys_ui(ui, words, &known, &shown);
        }
    }
}

/// Both keys of a host whose key is another one than before.
fn keys_ui(ui: &mut Ui, words: &Strings, known: &MemberKey, shown: &MemberKey) {
    let color = palette(ui).error;
    for line in words.two_keys(known, shown) {
        widgets::label(ui, &line, theme::regular(size::SMALL), color);
    }
}

/// The button at the foot of a card; while something is under way, what, and how to stop it.
pub(crate) fn foot_ui(
    ui: &mut Ui,
    panel: &mut ConnectionPanel,
    card: Card,
    under_way: Option<&OpenRoom>,
    around: &Surroundings<'_>,
    submitted: bool,
    actions: &mut Vec<Action>,
) {
    let words = around.words;
    if let Some(room) = under_way {
        progress_ui(ui, room, card, words, actions);
        return;
    }
    if panel.progress_mut(card).no_worker {
        widgets::problem(ui, words.no_worker);
    }
    let again = panel.progress_mut(card).failure.is_some();
    let (icon, text) = match (card, again) {
        (_, true) => (Icon::Retry, words.retry),
        (Card::Host, false) => (Icon::Host, words.start),
        (Card::Join, false) => (Icon::Join, words.join),
    };
    let width = ui.available_width();
    let pressed = controls::button_sized(ui, Some(icon), text, Weight::Primary, true, width).clicked();
    if pressed || submitted {
        panel.progress_mut(card).pressed = true;
        actions.push(Action::Connect(card));
    }
}

fn progress_ui(ui: &mut Ui, room: &OpenRoom, card: Card, words: &Strings, actions: &mut Vec<Action>) {
    let text = match (&room.chat.status, &room.config.role) {
        (Status::Connecting { address }, _) => words.connecting_to(&address.to_string()),
        (_, Role::Host(host)) => words.opening_port(host.port),
        (_, Role::Join(join)) => words.connecting_to(&join.target.to_string()),
    };
    ui.horizontal(|ui| {
        let (sign, _) = ui.allocate_exact_size(vec2(18.0, 40.0), Sense::hover());
        let colors = palette(ui);
        Icon::Clock.paint(ui.painter(), sign, colors.accent);
        ui.allocate_ui_with_layout(
            vec2(ui.available_width() - 110.0, 40.0),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                let text = widgets::label(ui, &text, theme::regular(size::BODY), colors.text);
                widgets::announce(ui, &text);
            },
        );
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let cancel = controls::button(ui, None, words.cancel, Weight::Plain, true);
            let id = Id::unique(("cancel focus", room.key));
            // Whoever pressed the button with a key must be able to take it back with a key.
            if ui.data_mut(|data| !std::mem::replace(data.get_temp_mut_or_default::<bool>(id), true)) {
                cancel.request_focus();
            }
            if cancel.clicked() {
                actions.push(Action::Cancel(card));
            }
        });
    });
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        actions.push(Action::Cancel(card));
    }
}
