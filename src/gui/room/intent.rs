//! What is being written: something new, an answer, or other words for a message; and the strip above the composer that says so.

use egui::{Align, Align2, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::chat::Chat;
use crate::gui::look::icons::{self, Icon};
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets;
use crate::gui::words::strings::Strings;

/// Height of the strip.
pub(crate) const HEIGHT: f32 = 44.0;

/// What is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Intent {
    /// A message.
    #[default]
    New,
    /// An answer to the message at a place.
    Reply(u64),
    /// Other words for the own message at a place.
    Edit {
        /// Its place.
        seq: u64,
        /// What had been written before.
        before: String,
    },
}

impl Intent {
    /// How high the strip is.
    pub(crate) fn height(&self) -> f32 {
        if *self == Self::New { 0.0 } else { HEIGHT }
    }

    /// The message that is answered.
    pub(crate) fn reply_to(&self) -> Option<u64> {
        match self {
            Self::Reply(seq) => Some(*seq),
            Self::New | Self::Edit { .. } => None,
        }
    }

    /// Draws the strip into `rect`; whether it was closed.
    pub(crate) fn ui(&self, ui: &mut Ui, rect: Rect, words: &Strings, chat: &Chat) -> bool {
        let (seq, close) = match self {
            Self::New => return false,
            Self::Reply(seq) => (*seq, words.stop_replying),
            Self::Edit { seq, .. } => (*seq, words.stop_editing),
        };
        let target = chat.row_of(seq).and_then(|index| chat.rows().get(index)?.message());
        let title = match (self, target) {
            (Self::Edit { .. }, _) => words.editing.to_owned(),
            (_, Some(target)) if target.mine => words.replying_to(words.you),
            (_, Some(target)) => {
                let name = target.author.as_ref().map(|author| words.called(author));
                words.replying_to(name.as_deref().unwrap_or_default())
            }
            (_, None) => words.quoted_gone.to_owned(),
        };
        let text = target.map(|target| target.text.replace(char::is_whitespace, " "));
        let text = text.unwrap_or_default();
        let response = ui.interact(rect, ui.scope_id().with("intent"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, format!("{title}, {text}")));
        let colors = palette(ui);
        let bar = Rect::from_min_size(rect.min + vec2(0.0, 6.0), vec2(3.0, rect.height() - 10.0));
        ui.painter().rect_filled(bar, 1.5, colors.accent);
        let left = rect.left() + 12.0;
        let width = rect.width() - 12.0 - space::ICON_BUTTON;
        let at = pos2(left, rect.center().y - 8.0);
        let font = theme::semibold(size::CAPTION);
        widgets::line(ui, at, Align2::LEFT_CENTER, &title, font, colors.accent, width);
        let at = pos2(left, rect.center().y + 10.0);
        let font = theme::regular(size::SMALL);
        widgets::line(ui, at, Align2::LEFT_CENTER, &text, font, colors.dim, width);
        let layout = Layout::right_to_left(Align::Center);
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout).id_salt("intent"));
        icons::button(&mut child, Icon::Close, close).clicked()
    }
}
