//! Says new messages to people who hear the window: a node that screen readers read out when it changes.

use std::time::Duration;

use egui::accesskit::Live;
use egui::{Rect, Role, Sense, Ui, WidgetInfo, vec2};

use crate::chat::Chat;
use crate::gui::transcript::selection;
use crate::gui::words::strings::Strings;
use crate::profile::Language;

/// At most so often, in seconds: in a busy room one would hear nothing else.
const SPEAK_EVERY: f64 = 2.0;

/// What waits to be said, and what was said last.
#[derive(Debug, Default)]
pub(crate) struct Speaker {
    waiting: usize,
    words: String,
    language: Option<Language>,
    spoken_at: Option<f64>,
}

impl Speaker {
    /// So many messages came in.
    pub(crate) fn hear(&mut self, messages: usize) {
        self.waiting += messages;
    }

    /// Puts the node at the corner of `pane`.
    pub(crate) fn ui(&mut self, ui: &Ui, chat: &Chat, strings: &Strings, pane: Rect) {
        if self.language.replace(strings.language) != Some(strings.language) {
            self.words.clear(); // said in the language that was
        }
        self.choose_words(ui, chat, strings);
        let spot = Rect::from_min_size(pane.min, vec2(1.0, 1.0));
        let response = ui.interact(spot, ui.scope_id().with("news"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &self.words));
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_live(Live::Polite));
    }

    fn choose_words(&mut self, ui: &Ui, chat: &Chat, strings: &Strings) {
        if self.waiting == 0 {
            return;
        }
        let time = ui.input(|input| input.time);
        let left = self.spoken_at.map_or(0.0, |last| last + SPEAK_EVERY - time);
        if left > 0.0 {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
            return;
        }
        self.words = match chat.last_message() {
            Some(message) if self.waiting == 1 && !message.mine => {
                strings.preview(&selection::who(message, strings), &message.text)
            }
            _ => strings.new_count(self.waiting),
        };
        self.waiting = 0;
        self.spoken_at = Some(time);
    }
}
