//! Before a page is opened people see which computer it is on: a link's text may be anything.

use egui::{Frame, Id, Key, Modal, Modifiers, Ui};

use crate::gui::look::controls::{self, Weight};
use crate::gui::look::theme::{self, size, space};
use crate::gui::look::widgets;
use crate::gui::words::strings::Strings;
use crate::text;

/// A link that somebody clicked.
#[derive(Debug)]
pub(crate) struct LinkQuestion {
    url: String,
    host: String,
}

/// What people said to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing yet.
    None,
    /// Open it.
    Open,
    /// Put it on the clipboard.
    Copy,
    /// Neither.
    Cancel,
}

impl LinkQuestion {
    /// Asks about a link; nothing to ask about one that is neither http nor https.
    pub(crate) fn new(url: String) -> Option<Self> {
        let host = text::link_host(&url)?.to_owned();
        Some(Self { url, host })
    }

    /// The link.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Draws the question.
    pub(crate) fn ui(&self, ui: &Ui, strings: &Strings) -> Answer {
        let mut answer = Answer::None;
        let frame = Frame::popup(ui.style()).inner_margin(space::PANE - 4.0);
        let modal = Modal::new(Id::unique("open link")).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(380.0);
            let palette = theme::palette(ui);
            widgets::label(
                ui,
                strings.open_link_title,
                theme::semibold(size::HEADING),
                palette.text,
            );
            ui.add_space(space::HALF);
            widgets::label(ui, &self.host, theme::semibold(size::BODY), palette.link);
            widgets::hint(ui, &self.url);
            ui.add_space(space::ONE);
            ui.horizontal(|ui| {
                for (words, weight, what) in [
                    (strings.open_link, Weight::Primary, Answer::Open),
                    (strings.copy_link, Weight::Plain, Answer::Copy),
                    (strings.cancel, Weight::Plain, Answer::Cancel),
                ] {
                    let button = controls::button(ui, None, words, weight, true);
                    if what == Answer::Open && ui.memory(|memory| memory.focused().is_none()) {
                        button.request_focus();
                    }
                    if button.clicked() {
                        answer = what;
                    }
                }
            });
        });
        let escaped = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if answer == Answer::None && (modal.should_close() || escaped) {
            Answer::Cancel
        } else {
            answer
        }
    }
}
