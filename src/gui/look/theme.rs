//! Colours, spacing, radii and text styles; nothing else names a colour.
//!
//! One table of tokens, two palettes. A test holds every pair of text and ground that is used at a contrast of 4.5.

use egui::{CornerRadius, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Theme, Visuals, vec2};

use crate::gui::look::fonts;
pub(crate) use crate::gui::look::palette::{DARK, LIGHT, Palette, avatar, hue};

/// Sizes of text, in points; there are no others.
pub(crate) mod size {
    /// Words that are read out.
    pub(crate) const LARGE: f32 = 26.0;
    /// Titles of panels.
    pub(crate) const TITLE: f32 = 20.0;
    /// The room's name.
    pub(crate) const HEADING: f32 = 16.0;
    /// Messages, buttons, fields.
    pub(crate) const BODY: f32 = 14.5;
    /// Names, previews, hints.
    pub(crate) const SMALL: f32 = 13.0;
    /// Separators, badges.
    pub(crate) const CAPTION: f32 = 12.0;
    /// Times in bubbles.
    pub(crate) const TIME: f32 = 11.5;
}

/// Radii of corners.
pub(crate) mod radius {
    /// Buttons, fields, rows.
    pub(crate) const CONTROL: u8 = 10;
    /// Cards, menus, toasts.
    pub(crate) const CARD: u8 = 12;
    /// The composer.
    pub(crate) const COMPOSER: u8 = 16;
    /// Bubbles.
    pub(crate) const BUBBLE: u8 = 18;
    /// A bubble's corner where it joins the next of the same person.
    pub(crate) const JOIN: u8 = 6;
}

/// Distances, on a grid of 8.
pub(crate) mod space {
    /// Half a step.
    pub(crate) const HALF: f32 = 4.0;
    /// One step.
    pub(crate) const ONE: f32 = 8.0;
    /// Two steps.
    pub(crate) const TWO: f32 = 16.0;
    /// Left and right of the transcript and the composer.
    pub(crate) const PANE: f32 = 24.0;
    /// The smallest thing that can be hit.
    pub(crate) const HIT: f32 = 32.0;
    /// A button that is an icon.
    pub(crate) const ICON_BUTTON: f32 = 36.0;
    /// The strip above the transcript.
    pub(crate) const HEADER: f32 = 68.0;
    /// A row of the list of rooms.
    pub(crate) const ROOM_ROW: f32 = 70.0;
    /// The list of rooms.
    pub(crate) const SIDEBAR: f32 = 300.0;
    /// Windows narrower than this show one panel at a time.
    pub(crate) const NARROW: f32 = 760.0;
}

/// Seconds a hover or a selection takes to show.
pub(crate) const MOTION: f32 = 0.12;
/// Width of the ring around what has the focus.
pub(crate) const FOCUS_RING: f32 = 2.0;
/// The palette in use.
pub(crate) fn palette(ui: &egui::Ui) -> &'static Palette {
    Palette::of(ui.visuals())
}

/// Running text.
pub(crate) fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Names and titles.
pub(crate) fn semibold(size: f32) -> FontId {
    FontId::new(size, fonts::semibold_family())
}

/// Code and addresses.
pub(crate) fn mono(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// The height of a line of `size`, in whole points, so that no row jumps when a face with other metrics appears.
pub(crate) fn line_height(size: f32) -> f32 {
    (size * 1.5).round()
}

/// Gives both of egui's themes our looks.
pub(crate) fn install(ctx: &egui::Context) {
    ctx.style_mut_of(Theme::Light, |style| apply(style, &LIGHT));
    ctx.style_mut_of(Theme::Dark, |style| apply(style, &DARK));
}

fn apply(style: &mut Style, palette: &Palette) {
    style.text_styles = [
        (TextStyle::Heading, semibold(size::TITLE)),
        (TextStyle::Name("heading".into()), semibold(size::HEADING)),
        (TextStyle::Body, regular(size::BODY)),
        (TextStyle::Button, regular(size::BODY)),
        (TextStyle::Small, regular(size::SMALL)),
        (TextStyle::Monospace, mono(size::SMALL)),
    ]
    .into();
    style.animation_time = MOTION;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::ONE, space::ONE);
    spacing.button_padding = vec2(12.0, 7.0);
    spacing.interact_size = vec2(space::HIT, space::HIT);
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(20);
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 10.0;
    spacing.scroll.bar_width = 8.0;
    spacing.scroll.floating_width = 4.0;
    spacing.scroll.fade.strength = 0.0;
    style.visuals = visuals(palette);
}

fn visuals(palette: &Palette) -> Visuals {
    let mut visuals = if palette.dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(palette.dim);
    visuals.hyperlink_color = palette.link;
    visuals.faint_bg_color = palette.side;
    visuals.extreme_bg_color = palette.field;
    visuals.text_edit_bg_color = Some(palette.field);
    visuals.code_bg_color = palette.code;
    visuals.warn_fg_color = palette.error;
    visuals.error_fg_color = palette.error;
    visuals.panel_fill = palette.bg;
    visuals.window_fill = palette.card;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(radius::CARD + 4);
    visuals.menu_corner_radius = CornerRadius::same(radius::CARD);
    visuals.window_shadow = palette.floating();
    visuals.popup_shadow = palette.floating();
    visuals.selection.bg_fill = palette.selection;
    visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    visuals.text_cursor.stroke = Stroke::new(2.0, palette.accent);
    visuals.interact_cursor = Some(egui::CursorIcon::PointingHand);
    visuals.collapsing_header_frame = false;
    visuals.indent_has_left_vline = false;
    visuals.slider_trailing_fill = true;
    widgets(&mut visuals, palette);
    visuals
}

/// Buttons are fills without a border; the pointer and the focus change the fill.
fn widgets(visuals: &mut Visuals, palette: &Palette) {
    let rest = if palette.dark {
        palette.line
    } else {
        palette.other_bubble
    };
    let over = rest.lerp_to_gamma(palette.text, 0.08);
    let states = [
        (&mut visuals.widgets.noninteractive, palette.bg, palette.text),
        (&mut visuals.widgets.inactive, rest, palette.text),
        (&mut visuals.widgets.hovered, over, palette.text),
        (&mut visuals.widgets.active, palette.selected, palette.text),
        (&mut visuals.widgets.open, over, palette.text),
    ];
    for (widget, fill, text) in states {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = CornerRadius::same(radius::CONTROL);
        widget.expansion = 0.0;
    }
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
    visuals.widgets.hovered.fg_stroke.width = 1.5;
    visuals.widgets.active.bg_stroke = palette.focus_ring();
}
