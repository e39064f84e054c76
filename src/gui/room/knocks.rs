//! Who stands at the door: words are chosen, and then somebody is let in.

use egui::{Align2, Frame, Margin, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::chat::Knock;
use crate::gui::action::Action;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons;
use crate::gui::look::theme::{self, palette, radius, size, space};
use crate::gui::look::widgets;
use crate::gui::room::door::Choice;
use crate::gui::room::open_room::{OpenRoom, RoomKey};
use crate::gui::words::strings::Strings;
use crate::proto::words::Words;
use crate::worker::Command;

/// The prompt takes no more of the pane than this: a group of words that is out of sight may be the right one.
const MAX_PART: f32 = 0.9;
/// A group of words.
const GROUP: f32 = 52.0;
/// A person at the door.
const PERSON: f32 = 48.0;
/// Left and right of a group's words.
const GROUP_MARGIN: f32 = 10.0;

/// Draws the prompt at the top of `pane`; how high it is.
pub(crate) fn ui(ui: &mut Ui, pane: Rect, words: &Strings, room: &mut OpenRoom, actions: &mut Vec<Action>) -> f32 {
    if room.chat.knocks.is_empty() {
        return 0.0;
    }
    let place = Rect::from_min_max(
        pane.min + vec2(space::PANE, space::ONE),
        pos2(pane.right() - space::PANE, pane.top() + pane.height() * MAX_PART),
    );
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("knocks"));
    child.set_clip_rect(pane.intersect(ui.clip_rect()));
    let colors = palette(ui);
    let shown = Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.accent))
        .corner_radius(radius::CARD)
        .shadow(colors.floating())
        .inner_margin(Margin::symmetric(16, 14))
        .show(&mut child, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing = vec2(space::ONE, space::ONE);
            let title = words.knocking(room.chat.knocks.len());
            let title = widgets::label(ui, &title, theme::semibold(size::HEADING), colors.text);
            widgets::announce(ui, &title);
            ScrollArea::vertical()
                .max_height(place.height() - 60.0)
                .show(ui, |ui| list_ui(ui, words, room, actions));
        });
    shown.response.rect.height() + 2.0 * space::ONE
}

fn list_ui(ui: &mut Ui, words: &Strings, room: &mut OpenRoom, actions: &mut Vec<Action>) {
    let unfolded = room
        .door
        .unfolded
        .or_else(|| room.chat.knocks.first().map(|knock| knock.id));
    for knock in &room.chat.knocks {
        if Some(knock.id) != unfolded {
            if person_ui(ui, words, knock, true) {
                room.door.unfolded = Some(knock.id);
            }
            continue;
        }
        person_ui(ui, words, knock, false);
        if let Some(choice) = room.door.choice_mut(knock.id) {
            choice_ui(ui, words, room.key, knock, choice, actions);
        }
    }
    widgets::follow_focus(ui);
}

/// Who it is; whether the button beside them was pressed.
fn person_ui(ui: &mut Ui, words: &Strings, knock: &Knock, folded: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), PERSON), Sense::hover());
    let wants = words.wants_in(&knock.name);
    let from = format!("{} · {}", knock.address, words.key_tag(&knock.key));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{wants}, {from}")));
    let colors = palette(ui);
    let middle = pos2(rect.left() + 19.0, rect.center().y);
    icons::avatar(ui.painter(), middle, 38.0, &knock.name, theme::hue(&knock.name));
    let left = rect.left() + 50.0;
    let button = controls::button_width(ui, None, words.compare);
    let width = rect.right() - left - if folded { button + space::ONE } else { 0.0 };
    let at = pos2(left, rect.center().y - 10.0);
    let font = theme::semibold(size::BODY);
    widgets::line(ui, at, Align2::LEFT_CENTER, &wants, font, colors.text, width);
    let at = pos2(left, rect.center().y + 11.0);
    let font = theme::regular(size::SMALL);
    widgets::line(ui, at, Align2::LEFT_CENTER, &from, font, colors.dim, width);
    if !folded {
        return false;
    }
    let place = Rect::from_min_max(pos2(rect.right() - button, rect.top() + 4.0), rect.max);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt(knock.id));
    let name = words.compare_with(&knock.name);
    controls::button(&mut child, None, words.compare, Weight::Plain, true)
        .accessible_name(&name)
        .clicked()
}

fn choice_ui(
    ui: &mut Ui,
    words: &Strings,
    key: RoomKey,
    knock: &Knock,
    choice: &mut Choice,
    actions: &mut Vec<Action>,
) {
    if choice.failed {
        let told = widgets::problem(ui, words.knock_wrong);
        widgets::announce(ui, &told);
    } else {
        widgets::hint(ui, words.knock_hint);
        match groups_ui(ui, words, choice) {
            Some(group) if group == knock.words => {
                let (knock, compared) = (knock.id, true); // nobody picks the right group without having heard it
                actions.push(Action::Command(key, Command::Admit { knock, compared }));
            }
            Some(_) => choice.failed = true,
            None => {}
        }
    }
    ui.horizontal_wrapped(|ui| {
        if !choice.failed && controls::button(ui, None, words.knock_none, Weight::Plain, true).clicked() {
            choice.failed = true;
        }
        let weight = if choice.failed { Weight::Danger } else { Weight::Plain };
        let refuse = controls::button(ui, None, words.refuse, weight, true);
        if refuse.accessible_name(words.refuse_somebody(&knock.name)).clicked() {
            actions.push(Action::Command(key, Command::Refuse { knock: knock.id }));
        }
    });
}

/// The groups of words; the one that was chosen.
fn groups_ui(ui: &mut Ui, words: &Strings, choice: &Choice) -> Option<Words> {
    let mut chosen = None;
    let whole = ui.available_width();
    let count = choice.groups.len();
    let column = (whole - space::ONE * (count as f32 - 1.0)) / count as f32;
    // Words that are cut off cannot be compared.
    let fit = choice
        .groups
        .iter()
        .all(|group| group_width(ui, words, group) <= column);
    let (columns, width) = if fit { (count, column) } else { (1, whole) };
    for row in choice.groups.chunks(columns) {
        ui.horizontal(|ui| {
            for group in row {
                if group_ui(ui, words, group, width) {
                    chosen = Some(*group);
                }
            }
        });
    }
    chosen
}

fn group_width(ui: &Ui, words: &Strings, group: &Words) -> f32 {
    let (first, _) = words.safety_words(group);
    let color = palette(ui).text;
    let first = ui.painter().layout_no_wrap(first, theme::semibold(size::BODY), color);
    first.size().x + 2.0 * GROUP_MARGIN
}

fn group_ui(ui: &mut Ui, words: &Strings, group: &Words, width: f32) -> bool {
    let (first, second) = words.safety_words(group);
    let (rect, response) = ui.allocate_exact_size(vec2(width, GROUP), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{first} · {second}")));
    let colors = palette(ui);
    let over = ui
        .ctx()
        .animate_bool_with_time(response.id.with("over"), response.hovered(), theme::MOTION);
    let fill = widgets::sunken(ui).lerp_to_gamma(colors.selected, over);
    ui.painter().rect(
        rect,
        radius::CONTROL,
        fill,
        Stroke::new(1.0, colors.line),
        egui::StrokeKind::Inside,
    );
    let middle = rect.center();
    for (text, font, color, y) in [
        (&first, theme::semibold(size::BODY), colors.text, -10.0),
        (&second, theme::regular(size::SMALL), colors.dim, 11.0),
    ] {
        let at = middle + vec2(0.0, y);
        widgets::line(
            ui,
            at,
            Align2::CENTER_CENTER,
            text,
            font,
            color,
            rect.width() - 2.0 * GROUP_MARGIN + 1.0,
        );
    }
    controls::focus_ring(ui, rect, &response, radius::CONTROL);
    response.clicked()
}
