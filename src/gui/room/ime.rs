//! Whether an input method composes: then Enter, Esc, digits, Tab and every shortcut belong to it.

use egui::{Event, ImeEvent};

/// What the input method is doing. egui's own flag is private, and the text field holds the unfinished text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ime {
    composing: bool,
    spoke: bool,
}

impl Ime {
    /// Looks at the events of this frame.
    pub(crate) fn observe(&mut self, events: &[Event]) {
        self.spoke = false;
        for event in events {
            let Event::Ime(event) = event else { continue };
            self.spoke = true;
            match event {
                ImeEvent::Preedit { text, .. } => self.composing = !text.is_empty(),
                ImeEvent::Commit(_) => self.composing = false,
                _ => {}
            }
        }
    }

    /// Whether unfinished text stands in a field.
    pub(crate) fn composing(self) -> bool {
        self.composing
    }

    /// Whether this frame's keys belong to the input method: it composes, or it has only just ended with one of them.
    pub(crate) fn owns_keys(self) -> bool {
        self.composing || self.spoke
    }
}
