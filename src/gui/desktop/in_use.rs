//! What the second program on a profile shows: that there is another one, and where.

use std::sync::Arc;

use eframe::NativeOptions;
use egui::{Align, CentralPanel, Frame, Key, Layout, Margin, Ui, ViewportBuilder, ViewportCommand};

use crate::gui::desktop::window::APP_ID;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::fonts::{self, SystemFonts};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets;
use crate::gui::words::strings::{Strings, strings, system_language};
use crate::profile::InUse;

const SIZE: [f32; 2] = [460.0, 250.0];

/// Says it in a small window, until that is closed. Without a display nothing is shown: the caller says it, too.
pub fn say_in_use(in_use: &InUse) {
    let words = strings(system_language());
    let fonts = Arc::new(SystemFonts::find(words.language));
    let options = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title("Landline")
            .with_app_id(APP_ID)
            .with_inner_size(SIZE)
            .with_resizable(false),
        ..NativeOptions::default()
    };
    let in_use = in_use.clone();
    let shown = eframe::run_native(
        "Landline",
        options,
        Box::new(move |creation| {
            fonts::install(&creation.egui_ctx, fonts);
            theme::install(&creation.egui_ctx);
            Ok(Box::new(Note { words, in_use }))
        }),
    );
    if let Err(error) = shown {
        tracing::debug!(%error, "no window says that the profile is in use");
    }
}

struct Note {
    words: &'static Strings,
    in_use: InUse,
}

impl eframe::App for Note {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let frame = Frame::new().fill(palette(ui).bg).inner_margin(Margin::same(24));
        let close = CentralPanel::default()
            .frame(frame)
            .show(ui, |ui| note_ui(ui, self.words, &self.in_use));
        let keys = ui.input(|input| input.key_pressed(Key::Escape) || input.key_pressed(Key::Enter));
        if close.inner || keys {
            ui.send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

/// Draws it; whether the button was pressed.
pub(crate) fn note_ui(ui: &mut Ui, words: &Strings, in_use: &InUse) -> bool {
    ui.spacing_mut().item_spacing.y = space::ONE;
    let colors = palette(ui);
    widgets::label(ui, words.in_use_title, theme::semibold(size::TITLE), colors.text);
    let told = widgets::label(ui, &words.in_use(in_use), theme::regular(size::BODY), colors.text);
    widgets::announce(ui, &told);
    widgets::hint(ui, words.in_use_hint);
    widgets::hint(ui, &in_use.folder.display().to_string());
    ui.add_space(space::ONE);
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        controls::button(ui, Some(Icon::Check), words.close, Weight::Primary, true).clicked()
    })
    .inner
}
