//! The keys of the transcript, while it has the focus.

use egui::{EventFilter, Key, Modifiers, Popup, Ui};

use crate::chat::{Chat, Row};
use crate::gui::transcript::link_question::LinkQuestion;
use crate::gui::transcript::rows::row_id;
use crate::gui::transcript::selection::Selection;
use crate::gui::transcript::{Transcript, TranscriptAction, View, copy, index_of};
use crate::text;

impl Transcript {
    pub(in crate::gui) fn keys(&mut self, ui: &Ui, chat: &Chat, view: View<'_>, actions: &mut Vec<TranscriptAction>) {
        let own = ui.response();
        // Enter counts as a click too, and has another meaning here.
        if own.clicked() && ui.input(|input| input.pointer.any_click()) {
            own.request_focus();
            self.selection = None;
            self.current = None;
        }
        let nobody = ui.ctx().memory(|memory| memory.focused().is_none());
        if own.has_focus() || nobody {
            self.page_keys(ui);
        }
        self.come_back_from_menu(ui);
        if own.gained_focus() && self.current.is_none() && !ui.input(|input| input.pointer.any_down()) {
            self.current = self.in_sight(chat);
        }
        if !own.has_focus() {
            return;
        }
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(own.id, filter));
        for (key, step) in [(Key::ArrowUp, -1), (Key::ArrowDown, 1)] {
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)) {
                self.step(chat, step);
            }
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
            self.ask_about_link(chat);
        }
        let menu = [(Modifiers::SHIFT, Key::F10), (Modifiers::NONE, Key::Menu)];
        if menu
            .into_iter()
            .any(|(modifiers, key)| ui.input_mut(|input| input.consume_key(modifiers, key)))
        {
            self.open_menu(ui, chat);
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) {
            self.selection = Some(Selection::everything(chat));
        }
        self.events(ui, chat, view, actions);
    }

    /// The message that the arrow keys begin at, so that people who came with Tab see where they are.
    fn in_sight(&self, chat: &Chat) -> Option<u64> {
        let rows = chat.rows();
        let is_message = |row: &Row| matches!(row, Row::Message(_));
        let index = if self.list.sticks() {
            rows.iter().rposition(is_message)
        } else {
            let first = index_of(chat, self.list.position().0);
            rows.iter().skip(first).position(is_message).map(|place| first + place)
        };
        index.map(|index| chat.dropped() + index as u64)
    }

    /// The menu of the message that the arrow keys are at.
    fn open_menu(&mut self, ui: &Ui, chat: &Chat) {
        let Some(row) = self.current.or_else(|| self.in_sight(chat)) else {
            return;
        };
        self.current = Some(row);
        self.list.show_row(index_of(chat, row));
        let menu = row_id(row).with("popup");
        Popup::open_id(ui.ctx(), menu);
        self.menu = Some(menu);
    }

    /// The focus was in the menu; when that is gone, it belongs here again.
    fn come_back_from_menu(&mut self, ui: &Ui) {
        if self.menu.is_some_and(|menu| !Popup::is_id_open(ui.ctx(), menu)) {
            self.menu = None;
            self.focus(ui);
        }
    }

    /// The first link of the message that the arrow keys are at.
    fn ask_about_link(&mut self, chat: &Chat) {
        let Some(words) = self.current_text(chat) else { return };
        if let Some(link) = text::links(&words).into_iter().next() {
            self.question = LinkQuestion::new(words[link].to_owned());
        }
    }

    fn page_keys(&mut self, ui: &Ui) {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::PageUp) {
            self.page(-1.0);
        }
        if pressed(Key::PageDown) {
            self.page(1.0);
        }
        if pressed(Key::Home) {
            self.list.go_to_start();
        }
        if pressed(Key::End) {
            self.list.go_to_end();
        }
    }

    /// To the next message, or the one before.
    fn step(&mut self, chat: &Chat, step: isize) {
        let shown_first = self.list.position().0;
        let from = self
            .current
            .map_or(shown_first, |row| row.saturating_add_signed(step as i64));
        let mut index = index_of(chat, from);
        while let Some(row) = chat.rows().get(index) {
            if matches!(row, Row::Message(_)) {
                let number = chat.dropped() + index as u64;
                self.current = Some(number);
                self.list.show_row(index);
                return;
            }
            let Some(next) = index.checked_add_signed(step) else {
                return;
            };
            index = next;
        }
    }

    fn events(&self, ui: &Ui, chat: &Chat, view: View<'_>, actions: &mut Vec<TranscriptAction>) {
        let events = ui.input(|input| input.events.clone());
        for event in events {
            match event {
                egui::Event::Copy => {
                    if let Some(text) = self.selected(chat, view).or_else(|| self.current_text(chat)) {
                        copy(ui, text, actions);
                    }
                }
                egui::Event::Text(text) if !text.trim().is_empty() => actions.push(TranscriptAction::Typed(text)),
                _ => {}
            }
        }
    }
}
