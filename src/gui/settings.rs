//! Name, language, theme, zoom and Enter; and the list of keys.

use egui::{Align2, Frame, Id, Margin, Modal, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::gui::action::{Action, Side, Zoom};
use crate::gui::keys;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets::{self, Field};
use crate::gui::room::members::title_ui;
use crate::gui::words::strings::Strings;
use crate::profile::{Language, Settings, Theme};
use crate::text;

/// Smallest and largest zoom, and its steps.
pub(crate) const ZOOM: std::ops::RangeInclusive<f32> = 0.6..=2.5;
/// One step of zoom.
pub(crate) const ZOOM_STEP: f32 = 0.1;

/// Draws the panel. Every change holds at once.
pub(crate) fn ui(ui: &mut Ui, words: &Strings, settings: &Settings, actions: &mut Vec<Action>) {
    if title_ui(ui, words.settings, words.close_settings) {
        actions.push(Action::Toggle(Side::Settings));
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(20, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::TWO;
            let mut wanted = settings.clone();
            name_ui(ui, words, &mut wanted);
            looks_ui(ui, words, &mut wanted);
            zoom_ui(ui, words, settings.zoom, actions);
            let options = [(false, words.enter_sends), (true, words.enter_new_line)];
            controls::choice(ui, words.enter_key, &mut wanted.enter_is_newline, &options, true);
            if wanted != *settings {
                actions.push(Action::Change(Box::new(wanted)));
            }
            if controls::button(ui, Some(Icon::Keyboard), words.show_keys, Weight::Plain, true).clicked() {
                actions.push(Action::ToggleKeys);
            }
        });
        widgets::follow_focus(ui);
    });
}

fn name_ui(ui: &mut Ui, words: &Strings, wanted: &mut Settings) {
    let bad = text::clean_name(&wanted.name).is_none();
    let field = Field {
        id: Id::unique("settings name"),
        name: words.name,
        hint: "",
        error: bad.then_some(words.name_needed),
        enabled: true,
    };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        widgets::field(ui, &field, &mut wanted.name);
        widgets::hint(ui, words.name_hint);
    });
}

fn looks_ui(ui: &mut Ui, words: &Strings, wanted: &mut Settings) {
    let languages = [
        (None, words.as_system),
        (Some(Language::English), "English"),
        (Some(Language::Chinese), "中文"),
    ];
    controls::choice(ui, words.language_title, &mut wanted.language, &languages, true);
    let themes = [
        (Theme::System, words.as_system),
        (Theme::Light, words.light),
        (Theme::Dark, words.dark),
    ];
    controls::choice(ui, words.theme, &mut wanted.theme, &themes, true);
}

fn zoom_ui(ui: &mut Ui, words: &Strings, zoom: f32, actions: &mut Vec<Action>) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::HALF;
        let color = palette(ui).dim;
        widgets::label(ui, words.zoom, theme::semibold(size::SMALL), color);
        ui.horizontal(|ui| {
            let smaller = zoom > *ZOOM.start();
            if named(ui, "−", words.zoom_out, smaller) {
                actions.push(Action::Zoom(Zoom::Out));
            }
            let percent = format!("{:.0} %", zoom * 100.0);
            if named(ui, &percent, words.zoom_reset, true) {
                actions.push(Action::Zoom(Zoom::Reset));
            }
            if named(ui, "+", words.zoom_in, zoom < *ZOOM.end()) {
                actions.push(Action::Zoom(Zoom::In));
            }
        });
    });
}

/// A button whose text is a sign and whose name says more.
fn named(ui: &mut Ui, text: &str, name: &str, enabled: bool) -> bool {
    let response = controls::button(ui, None, text, Weight::Plain, enabled);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    response.on_hover_text(name).clicked()
}

/// The list of keys; whether it is to be closed.
pub(crate) fn keys_ui(ctx: &egui::Context, words: &Strings, enter_is_newline: bool) -> bool {
    const WIDTH: f32 = 500.0;
    let width = (ctx.content_rect().width() - 64.0).min(WIDTH);
    let modal = Modal::new(Id::unique("keys")).show(ctx, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = 0.0;
        let close = title_ui(ui, words.keys, words.close_keys);
        ui.add_space(space::ONE);
        let height = ctx.content_rect().height() - space::HEADER - 96.0;
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .show(ui, |ui| rows_ui(ui, width, words, enter_is_newline));
        ui.add_space(space::ONE);
        close
    });
    modal.inner || modal.should_close()
}

fn rows_ui(ui: &mut Ui, width: f32, words: &Strings, enter_is_newline: bool) {
    const KEY: f32 = 150.0;
    let colors = palette(ui);
    for (key, what) in keys::list(words, enter_is_newline) {
        let font = theme::regular(size::BODY);
        let what_galley = widgets::wrapped(ui, what, font, colors.text, width - KEY - 40.0, 2);
        let height = what_galley.size().y + 12.0;
        let (row, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{key}: {what}")));
        let at = pos2(row.left() + 20.0, row.center().y);
        let font = theme::semibold(size::SMALL);
        widgets::line(ui, at, Align2::LEFT_CENTER, key, font, colors.dim, KEY - space::ONE);
        let at = pos2(row.left() + 20.0 + KEY, row.center().y - what_galley.size().y / 2.0);
        ui.painter().galley(at, what_galley, colors.text);
    }
}
