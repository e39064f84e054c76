//! The strip above the transcript: the room, where it stands, what can be done with it, and the search.

use egui::{
    Align, Align2, Color32, Id, Key, Layout, Modifiers, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2,
    vec2,
};

use crate::chat::Status;
use crate::gui::action::{Action, Side};
use crate::gui::look::controls;
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets;
use crate::gui::room::open_room::OpenRoom;
use crate::gui::room::search::RoomSearch;
use crate::gui::words::failures::is_bad;
use crate::gui::words::strings::Strings;

/// Diameter of the room's disc.
const AVATAR: f32 = 40.0;
/// The status needs that much room to say anything.
const MIN_STATUS: f32 = 24.0;
/// Between two buttons.
const GAP: f32 = 4.0;
/// The strip of the red notice.
pub(crate) const NOTICE: f32 = 34.0;
/// The strip of the search.
pub(crate) const SEARCH: f32 = 52.0;

/// What the header has to know.
pub(crate) struct Surroundings {
    pub(crate) words: &'static Strings,
    /// Whether the list of rooms is hidden, so that a way back is needed.
    pub(crate) list_hidden: bool,
    /// What waits in the rooms that are hidden.
    pub(crate) unread_elsewhere: usize,
    /// What stands on the right.
    pub(crate) side: Option<Side>,
    /// Whether a save dialog is open.
    pub(crate) saving: bool,
}

/// Draws the header into `rect`.
pub(crate) fn ui(ui: &mut Ui, rect: Rect, room: &OpenRoom, around: &Surroundings, actions: &mut Vec<Action>) {
    widgets::hairline(ui, rect);
    let mut left = rect.left() + space::PANE;
    if around.list_hidden {
        left = rect.left() + 8.0;
        let place = Rect::from_center_size(pos2(left + 18.0, rect.center().y), vec2(36.0, 36.0));
        if back_ui(ui, place, around) {
            actions.push(Action::ShowRooms(true));
        }
        left += 44.0;
    }
    let middle = pos2(left + AVATAR / 2.0, rect.center().y);
    icons::avatar(
        ui.painter(),
        middle,
        AVATAR,
        &room.chat.room,
        theme::hue(&room.chat.room),
    );
    let count = if room.chat.native.is_some() { 5.0 } else { 4.0 };
    let buttons = count * (space::ICON_BUTTON + GAP) - GAP + space::TWO;
    let text = Rect::from_min_max(
        pos2(middle.x + AVATAR / 2.0 + 14.0, rect.top()),
        rect.max - vec2(buttons + space::ONE, 0.0),
    );
    title_ui(ui, text, room, around.words);
    let place = Rect::from_min_max(
        pos2(rect.right() - buttons, rect.top()),
        rect.max - vec2(space::TWO, 0.0),
    );
    let layout = Layout::left_to_right(Align::Center);
    let mut child = ui.new_child(
        UiBuilder::new()
            .max_rect(place)
            .layout(layout)
            .id_salt("header buttons"),
    );
    child.spacing_mut().item_spacing.x = GAP;
    buttons_ui(&mut child, room, around, actions);
}

/// The way back to the rooms, with a dot if something waits there.
fn back_ui(ui: &mut Ui, place: Rect, around: &Surroundings) -> bool {
    let unread = around.unread_elsewhere;
    let name = if unread > 0 {
        format!("{}, {}", around.words.show_rooms, around.words.unread(unread))
    } else {
        around.words.show_rooms.to_owned()
    };
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("back"));
    let pressed = icons::button(&mut child, Icon::ChevronLeft, &name).clicked();
    if unread > 0 {
        let dot = place.right_top() + vec2(-8.0, 8.0);
        ui.painter().circle_filled(dot, 5.0, palette(ui).accent);
    }
    pressed
}

fn title_ui(ui: &Ui, rect: Rect, room: &OpenRoom, words: &Strings) {
    let colors = palette(ui);
    let name = ui.interact(
        Rect::from_min_max(rect.min, pos2(rect.right(), rect.center().y)),
        ui.scope_id().with("room"),
        Sense::hover(),
    );
    name.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &room.chat.room));
    let at = pos2(rect.left(), rect.center().y - 11.0);
    let font = theme::semibold(size::HEADING);
    widgets::line(
        ui,
        at,
        Align2::LEFT_CENTER,
        &room.chat.room,
        font,
        colors.text,
        rect.width(),
    );
    let status = status(words, room);
    let below = Rect::from_min_max(pos2(rect.left(), rect.center().y), rect.max);
    let response = ui.interact(below, ui.scope_id().with("status"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &status));
    widgets::announce(ui, &response);
    let lock = lock_ui(ui, rect, room, words);
    let at = pos2(rect.left() + lock, rect.center().y + 12.0);
    let font = theme::regular(size::SMALL);
    let color = if room.end().is_some_and(is_bad) {
        colors.error
    } else {
        colors.dim
    };
    let width = rect.width() - lock;
    if width > MIN_STATUS {
        widgets::line(ui, at, Align2::LEFT_CENTER, &status, font, color, width);
    }
    response.on_hover_text(status);
}

/// Whether what is said is encrypted, with a sign and a word; how much room they take. Of a room of which nothing is known, nothing.
fn lock_ui(ui: &Ui, rect: Rect, room: &OpenRoom, words: &Strings) -> f32 {
    if room.ended() || room.chat.native.is_none() && !room.chat.plain_text {
        return 0.0;
    }
    let colors = palette(ui);
    let (icon, text, color, hint) = if room.chat.plain_text {
        (Icon::OpenLock, words.plain_title, colors.error, words.plain_explained)
    } else {
        (Icon::Lock, words.encrypted, colors.ok, words.encrypted_hint)
    };
    let y = rect.center().y + 12.0;
    let sign = Rect::from_center_size(pos2(rect.left() + 7.0, y), vec2(14.0, 14.0));
    icon.paint(ui.painter(), sign, color);
    let at = pos2(sign.right() + 4.0, y);
    let font = theme::semibold(size::SMALL);
    let width = widgets::line(ui, at, Align2::LEFT_CENTER, text, font, color, rect.right() - at.x);
    let place = Rect::from_min_max(sign.min, pos2(at.x + width, sign.bottom()));
    let response = ui.interact(place, ui.scope_id().with("lock"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response.on_hover_text(hint);
    let dot = pos2(at.x + width + 8.0, y);
    let taken = dot.x + 8.0 - rect.left();
    if rect.width() - taken > MIN_STATUS {
        ui.painter().circle_filled(dot, 1.5, colors.dim);
    }
    taken
}

/// Where the room stands, in words.
fn status(words: &Strings, room: &OpenRoom) -> String {
    let people = room.chat.members.len();
    if room.chat.native.is_some() && matches!(room.chat.status, Status::Hosting { .. } | Status::Connected) {
        return words.people_here(people.max(1), (people + room.chat.away.len()).max(1));
    }
    match &room.chat.status {
        Status::Starting if room.chat.hosting => words.starting.to_owned(),
        Status::Starting => words.connecting.to_owned(),
        Status::Connecting { address } => words.connecting_to(&address.to_string()),
        Status::Hosting { port, .. } => words.hosting(*port, people.max(1)),
        Status::Connected if people < 2 => words.state_connected.to_owned(),
        Status::Connected => words.connected(people),
        Status::Waiting { .. } => words.state_waiting.to_owned(),
        Status::Lost { .. } => words.state_lost.to_owned(), // why stands above the composer
        Status::Ended(reason) => words.ended(reason).what,
    }
}

/// In the order in which people read and Tab goes: what ends the room comes last.
fn buttons_ui(ui: &mut Ui, room: &OpenRoom, around: &Surroundings, actions: &mut Vec<Action>) {
    let words = around.words;
    let search = icons::button(ui, Icon::Search, words.search_room);
    if room.search.open {
        underline(ui, search.rect);
    }
    if search.clicked() {
        actions.push(Action::Find);
    }
    let members = icons::button(ui, Icon::People, words.members);
    if around.side == Some(Side::Members) {
        underline(ui, members.rect);
    }
    if members.clicked() {
        actions.push(Action::Toggle(Side::Members));
    }
    if room.chat.native.is_some() {
        let settings = icons::button(ui, Icon::Info, words.about_room(room.chat.hosting));
        if around.side == Some(Side::Room) {
            underline(ui, settings.rect);
        }
        if settings.clicked() {
            actions.push(Action::Toggle(Side::Room));
        }
    }
    let savable = !around.saving && !room.chat.rows().is_empty();
    if controls::icon_button(ui, Icon::Download, words.save_transcript, savable).clicked() {
        actions.push(Action::Save(room.key));
    }
    let (icon, name, action) = if room.ended() || room.leaving {
        (Icon::Close, words.close_room, Action::Close(room.key))
    } else {
        (Icon::Leave, words.leave_room, Action::Leave(room.key))
    };
    if icons::button(ui, icon, name).clicked() {
        actions.push(action);
    }
}

/// Marks a button whose panel is open.
fn underline(ui: &Ui, rect: Rect) {
    let color = palette(ui).accent;
    let line = rect.x_range().shrink(10.0);
    ui.painter().hline(line, rect.bottom() - 2.0, Stroke::new(2.0, color));
}

/// The red strip that stays as long as plain text is let in.
pub(crate) fn plain_notice_ui(ui: &Ui, rect: Rect, words: &Strings) {
    notice_ui(ui, rect, words.plain_notice, words.plain_explained);
}

/// The red strip that stays as long as anyone is let in.
pub(crate) fn anyone_notice_ui(ui: &Ui, rect: Rect, words: &Strings) {
    notice_ui(ui, rect, words.anyone_notice, words.anyone_notice);
}

fn notice_ui(ui: &Ui, rect: Rect, notice: &str, explained: &str) {
    let colors = palette(ui);
    ui.painter().rect_filled(rect, 0.0, colors.error_fill);
    let sign = Rect::from_center_size(pos2(rect.left() + space::PANE + 9.0, rect.center().y), vec2(17.0, 17.0));
    Icon::OpenLock.paint(ui.painter(), sign, colors.error);
    let response = ui.interact(rect, ui.scope_id().with(notice), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, notice));
    let at = pos2(sign.right() + 9.0, rect.center().y);
    let font = theme::semibold(size::SMALL);
    let width = rect.right() - at.x - space::TWO;
    widgets::line(ui, at, Align2::LEFT_CENTER, notice, font, colors.error, width);
    response.on_hover_text(explained);
}

/// The field's id; there is one search at a time.
pub(crate) fn search_id() -> Id {
    Id::unique("search in room")
}

/// Draws the search into `rect`.
pub(crate) fn search_ui(ui: &mut Ui, rect: Rect, search: &mut RoomSearch, words: &Strings, keys: bool) {
    widgets::hairline(ui, rect);
    let id = search_id();
    if keys && ui.memory(|memory| memory.has_focus(id)) {
        step_by_key(ui, search);
    }
    let inner = rect.shrink2(vec2(space::TWO, 6.0));
    let layout = Layout::left_to_right(Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).layout(layout).id_salt("search"));
    let ui = &mut child;
    ui.spacing_mut().item_spacing.x = GAP;
    let (told, color) = told(ui, search, words);
    let told = ui.painter().layout_no_wrap(told, theme::regular(size::SMALL), color);
    let told_width = if told.is_empty() {
        0.0
    } else {
        told.size().x + space::ONE
    };
    let width = inner.width() - told_width - 3.0 * (space::ICON_BUTTON + GAP);
    let colors = palette(ui);
    let name = words.search_room;
    let edit = widgets::edit(ui, &mut search.query, id, name, colors.field, 12, colors.line);
    let response = ui.add(edit.desired_width(width)).accessible_name(name);
    widgets::edit_ring(ui, &response);
    if !told.is_empty() {
        let (place, told_response) = ui.allocate_exact_size(vec2(told_width, told.size().y), Sense::hover());
        told_response.widget_info(|| WidgetInfo::labeled(Role::Status, true, told.text()));
        widgets::announce(ui, &told_response);
        ui.painter().galley(place.min + vec2(space::HALF, 0.0), told, color);
    }
    let found = search.place().1 > 0;
    if controls::icon_button(ui, Icon::ChevronUp, words.search_previous, found).clicked() {
        search.step(false);
    }
    if controls::icon_button(ui, Icon::ChevronDown, words.search_next, found).clicked() {
        search.step(true);
    }
    if icons::button(ui, Icon::Close, words.close_search).clicked() {
        search.close();
    }
}

fn step_by_key(ui: &Ui, search: &mut RoomSearch) {
    let (earlier, later) = ui.input_mut(|input| {
        // The newest match comes first, so Enter goes back in time; the arrows go where they point.
        let later =
            input.consume_key(Modifiers::SHIFT, Key::Enter) || input.consume_key(Modifiers::NONE, Key::ArrowDown);
        let earlier =
            input.consume_key(Modifiers::NONE, Key::Enter) || input.consume_key(Modifiers::NONE, Key::ArrowUp);
        (earlier, later)
    });
    if earlier || later {
        search.step(later);
    }
}

/// What the search found, in words.
fn told(ui: &Ui, search: &RoomSearch, words: &Strings) -> (String, Color32) {
    let colors = palette(ui);
    let (current, count) = search.place();
    if search.in_vain() {
        (words.no_match.to_owned(), colors.error)
    } else if count > 0 {
        (words.match_of(current, count), colors.dim)
    } else {
        (String::new(), colors.dim)
    }
}
