//! The field that asks in the window where to save, where no dialog of the desktop does.

use std::path::PathBuf;

use egui::{Context, Frame, Id, Key, Modal, Ui};

use crate::gui::action::Action;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets::{self, Field};
use crate::gui::room::open_room::RoomKey;
use crate::gui::words::strings::Strings;

/// The card is no wider.
const WIDTH: f32 = 480.0;
/// Left and right of it together, with its own margins.
const AROUND: f32 = 100.0;

/// Why the window itself asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// There is no dialog.
    NoService,
    /// It does not answer.
    NoAnswer,
}

/// What is typed.
#[derive(Debug)]
pub(crate) struct PathField {
    room: RoomKey,
    path: String,
    why: Why,
    wants_focus: bool,
}

impl PathField {
    /// Asks where to save a room's transcript, and offers a name in the person's folder for documents.
    pub(crate) fn new(why: Why, room: RoomKey, name: &str) -> Self {
        let folder = directories::UserDirs::new().map(|folders| {
            let documents = folders.document_dir().unwrap_or_else(|| folders.home_dir());
            documents.to_owned()
        });
        Self {
            room,
            path: folder.unwrap_or_default().join(name).display().to_string(),
            why,
            wants_focus: true,
        }
    }

    /// Draws it above everything else.
    pub(crate) fn ui(&mut self, ctx: &Context, words: &Strings, actions: &mut Vec<Action>) {
        let width = (ctx.content_rect().width() - AROUND).min(WIDTH);
        let frame = Frame::popup(&ctx.global_style()).inner_margin(space::PANE);
        let modal = Modal::new(Id::unique("save")).frame(frame).show(ctx, |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 14.0;
            let color = palette(ui).text;
            widgets::label(ui, words.save_transcript, theme::semibold(size::HEADING), color);
            widgets::hint(
                ui,
                match self.why {
                    Why::NoService => words.save_no_dialog,
                    Why::NoAnswer => words.save_no_answer,
                },
            );
            self.field_ui(ui, words, actions);
        });
        if modal.should_close() {
            actions.push(Action::SaveCancelled);
        }
    }

    fn field_ui(&mut self, ui: &mut Ui, words: &Strings, actions: &mut Vec<Action>) {
        let path = PathBuf::from(self.path.trim());
        let usable = path.file_name().is_some();
        let field = Field {
            id: Id::unique("save path"),
            name: words.save_path,
            hint: "",
            error: (!usable).then_some(words.save_path_needed),
            enabled: true,
        };
        // Before its first frame the card is drawn once to be measured; what has the focus then loses it again.
        if !ui.is_sizing_pass() && std::mem::take(&mut self.wants_focus) {
            ui.memory_mut(|memory| memory.request_focus(field.id));
        }
        let edit = widgets::field(ui, &field, &mut self.path);
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::ONE;
            let save = controls::button(ui, Some(Icon::Download), words.save, Weight::Primary, usable).clicked();
            if (save || entered) && usable {
                actions.push(Action::SaveTo(self.room, path));
            }
            if controls::button(ui, None, words.cancel, Weight::Plain, true).clicked() {
                actions.push(Action::SaveCancelled);
            }
        });
    }
}
