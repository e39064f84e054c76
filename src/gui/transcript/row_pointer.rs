//! What the pointer does on the rows of the transcript, and their buttons.

use egui::{CursorIcon, Popup, Pos2, Response, Role, Sense, Ui, WidgetInfo};

use crate::chat::{Delivery, Message};
use crate::gui::look::theme::radius;
use crate::gui::look::{icons, small_button};
use crate::gui::transcript::additions;
use crate::gui::transcript::message::Laid;
use crate::gui::transcript::progress;
use crate::gui::transcript::rows::{Around, Drawing, Gesture, Shown, row_id};
use crate::gui::words::phrases::local;
use crate::proto::{Command, RefuseReason};

/// What people answer with most; any other sign can be sent as a message.
const SIGNS: [&str; 6] = ["👍", "🧡", "😂", "🎉", "👀", "✅"];

impl Drawing<'_> {
    pub(in crate::gui) fn pointer(
        &mut self,
        ui: &Ui,
        response: &Response,
        message: &Message,
        laid: &Laid,
        origin: Pos2,
        shown: &Shown,
    ) {
        let extend = ui.input(|input| input.modifiers.shift);
        if response.drag_started_by(egui::PointerButton::Primary)
            && let Some(at) = ui.input(|input| input.pointer.press_origin())
        {
            self.gestures.push(Gesture::Press { at, extend });
        }
        let clicked = response.interact_pointer_pos();
        if let Some(at) = clicked.filter(|_| response.triple_clicked() || response.double_clicked()) {
            let place = shown.place(at);
            self.gestures.push(match response.triple_clicked() {
                true => Gesture::Whole { row: shown.number },
                false => Gesture::Word { place },
            });
        } else if let Some(at) = clicked.filter(|_| response.clicked()) {
            let link = laid.link_at(origin, at).map(|link| message.text[link].to_owned());
            self.gestures.push(match link {
                Some(url) => Gesture::Link { url },
                None if extend => Gesture::Press { at, extend },
                None => Gesture::Click,
            });
        }
        self.hover(ui, response, message, laid, origin);
        self.menu_ui(ui, response, message, laid, origin, clicked);
    }

    /// The menu of a row: at the pointer, or below the bubble if a key opened it.
    fn menu_ui(
        &mut self,
        ui: &Ui,
        response: &Response,
        message: &Message,
        laid: &Laid,
        origin: Pos2,
        clicked: Option<Pos2>,
    ) {
        let id = Popup::default_response_id(response);
        let by_key = Popup::is_id_open(ui.ctx(), id) && Popup::position_of_id(ui.ctx(), id).is_none();
        let mut popup = Popup::context_menu(response);
        if by_key {
            popup = popup.at_position(laid.bubble.translate(origin.to_vec2()).left_bottom());
        }
        popup.show(|ui| {
            let first = self.menu(ui, message, laid, origin, clicked);
            if by_key && ui.memory(|memory| memory.has_focus(self.list)) {
                first.request_focus();
            }
        });
    }

    fn hover(&self, ui: &Ui, response: &Response, message: &Message, laid: &Laid, origin: Pos2) {
        let Some(at) = response.hover_pos() else { return };
        let link = laid.link_at(origin, at);
        if link.is_some() {
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        } else if laid.text_rect(origin).contains(at) {
            ui.ctx().set_cursor_icon(CursorIcon::Text);
        }
        let tip = match link {
            Some(link) => message.text[link].to_owned(),
            None if laid.time_rect(origin).expand(4.0).contains(at) => self.moment(message),
            None => return,
        };
        response.clone().on_hover_ui_at_pointer(|ui| {
            ui.label(tip);
        });
    }

    /// When, in full, and how far it got.
    fn moment(&self, message: &Message) -> String {
        let moment = self.scene.strings.moment(&local(message.at, self.scene.zone));
        let state = progress::details(self.scene.strings, self.chat, message);
        std::iter::once(moment).chain(state).collect::<Vec<_>>().join("\n")
    }

    /// What can be done with a message; the item that is always there.
    fn menu(&mut self, ui: &mut Ui, message: &Message, laid: &Laid, origin: Pos2, at: Option<Pos2>) -> Response {
        let strings = self.scene.strings;
        ui.set_min_width(180.0);
        ui.spacing_mut().button_padding.x = 12.0; // menus leave two points, too little for round corners
        let link = at.and_then(|at| laid.link_at(origin, at));
        let before = self.gestures.len();
        if let Some(link) = link
            && ui.button(strings.copy_link).clicked()
        {
            let text = message.text[link].to_owned();
            self.gestures.push(Gesture::Copy { text });
        }
        if self.selection.is_some() && ui.button(strings.copy_selection).clicked() {
            self.gestures.push(Gesture::CopySelection);
        }
        let whole = ui.button(strings.copy_message);
        if whole.clicked() {
            let text = message.text.to_string();
            self.gestures.push(Gesture::Copy { text });
        }
        if ui.button(strings.copy_everything).clicked() {
            self.gestures.push(Gesture::CopyEverything);
        }
        self.later_menu(ui, message);
        if self.gestures.len() > before {
            ui.close(); // a key that presses an item does not close the menu by itself
        }
        whole
    }

    /// What can be done about a message in an encrypted room's log.
    fn later_menu(&mut self, ui: &mut Ui, message: &Message) {
        let (Some(seq), true) = (message.seq, self.is_open()) else {
            return;
        };
        if message.later.deleted.is_some() {
            return;
        }
        let strings = self.scene.strings;
        ui.separator();
        if ui.button(strings.reply).clicked() {
            self.gestures.push(Gesture::Reply { seq });
        }
        if message.mine && ui.button(strings.edit).clicked() {
            self.gestures.push(Gesture::Edit { seq });
        }
        if (message.mine || self.chat.hosting) && ui.button(strings.take_back).clicked() {
            self.gestures.push(Gesture::Ask(Command::Delete { seq }));
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.spacing_mut().button_padding.x = 6.0;
            for emoji in SIGNS {
                let name = format!("{} {emoji}", strings.react);
                if ui.button(emoji).accessible_name(&name).clicked() {
                    self.gestures.push(Gesture::Ask(self.sign(message, seq, emoji)));
                }
            }
        });
    }

    /// Whether this is an encrypted room in which something can be done.
    fn is_open(&self) -> bool {
        self.chat.native.is_some() && self.chat.open()
    }

    /// Puts a sign on a message, or takes the own one off.
    fn sign(&self, message: &Message, seq: u64, emoji: &str) -> Command {
        let mut given = message
            .later
            .reactions
            .iter()
            .filter(|reaction| *reaction.emoji == *emoji);
        let mine = given.any(|reaction| reaction.by.iter().any(|by| additions::is_me(&self.scene, by)));
        Command::React {
            seq,
            emoji: emoji.to_owned(),
            on: !mine,
        }
    }

    /// What belongs to a message and can be pressed.
    fn additions(&mut self, ui: &Ui, number: u64, message: &Message, laid: &Laid, origin: Pos2) {
        for pill in &laid.pills {
            let id = row_id(number).with("sign");
            if pill.ui(ui, &self.scene, id, origin, self.is_open() && message.seq.is_some())
                && let Some(seq) = message.seq
            {
                self.gestures.push(Gesture::Ask(self.sign(message, seq, &pill.emoji)));
            }
        }
        let Some((quote, row)) = laid.quote.as_ref().and_then(|quote| Some((quote, quote.row?))) else {
            return;
        };
        let response = ui.interact(laid.quote_rect(origin), row_id(number).with("quote"), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, quote.words()));
        if response.has_focus() {
            icons::ring(ui.painter(), response.rect, radius::JOIN, self.scene.palette);
        }
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
            self.gestures.push(Gesture::GoTo { row });
        }
    }

    /// What tries a refused message again, and whether it is said anew.
    fn retry(&mut self, message: &Message, reason: RefuseReason) {
        let kept = matches!(reason, RefuseReason::Host(_) | RefuseReason::DiskFull);
        if self.chat.native.is_some() && kept {
            let id = message.id;
            self.gestures.push(Gesture::Ask(Command::Resubmit { id }));
            return;
        }
        self.gestures.push(Gesture::Ask(Command::Say {
            text: message.text.to_string(),
            reply_to: message.reply_to,
        }));
        if self.chat.native.is_some() {
            self.gestures.push(Gesture::Forget { id: message.id });
        }
    }

    pub(in crate::gui) fn buttons(
        &mut self,
        ui: &Ui,
        number: u64,
        message: &Message,
        laid: &Laid,
        around: &Around,
        origin: Pos2,
    ) {
        let shift = origin.to_vec2();
        let strings = self.scene.strings;
        if let Some(rect) = laid.fold {
            let words = match around.place.unfolded {
                true => strings.show_less.to_owned(),
                false => strings.show_all_of(message.text.len()),
            };
            let ink = match (message.mine, message.delivery) {
                (_, Delivery::Refused(_)) => self.scene.palette.text,
                (true, _) => self.scene.palette.own_text,
                (false, _) => self.scene.palette.link,
            };
            if small_button::in_bubble(ui, row_id(number).with("fold"), rect.translate(shift), &words, ink).clicked() {
                self.gestures.push(Gesture::Fold { row: number });
            }
        }
        self.additions(ui, number, message, laid, origin);
        let (Some(rect), Delivery::Refused(reason)) = (laid.status, message.delivery) else {
            return;
        };
        let waits = self.chat.native.is_some() && matches!(reason, RefuseReason::Host(refusal) if refusal.retry());
        let line = rect.translate(shift);
        match small_button::refusal(ui, row_id(number), line, strings, reason, !waits) {
            Some(small_button::Remedy::Retry) => self.retry(message, reason),
            Some(small_button::Remedy::Copy) => self.gestures.push(Gesture::Copy {
                text: message.text.to_string(),
            }),
            Some(small_button::Remedy::Delete) => self.gestures.push(Gesture::Forget { id: message.id }),
            None => {}
        }
    }
}
