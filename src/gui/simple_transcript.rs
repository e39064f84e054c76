//! A plain list of what was said.

use egui::{Rect, ScrollArea, Ui, UiBuilder};

use super::action::Action;
use super::open_room::RoomKey;
use super::strings::Strings;
use super::theme::{palette, regular, size};
use super::widgets::{self, Weight};
use crate::chat::{Chat, Delivery, Move, Row};

#[derive(Debug, Default)]
pub(crate) struct Transcript {}

impl Transcript {
    pub(crate) fn jump_to_latest(&mut self) {}

    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        words: &Strings,
        key: RoomKey,
        chat: &Chat,
        actions: &mut Vec<Action>,
    ) {
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect.shrink(16.0)));
        ScrollArea::vertical()
            .auto_shrink(false)
            .stick_to_bottom(true)
            .show(&mut child, |ui| {
                for row in chat.rows() {
                    let text = match row {
                        Row::Message(message) => {
                            let author = message.author.as_ref().map_or("?", |author| &author.name);
                            words.preview(author, &message.text)
                        }
                        Row::People(people) => people
                            .moves
                            .iter()
                            .map(|step| match step {
                                Move::Joined(author) => words.joined(&author.name),
                                Move::Left(author, reason) => words.left(&author.name, *reason),
                                Move::Renamed { author, previous } => words.renamed(previous, &author.name),
                            })
                            .collect::<Vec<_>>()
                            .join(", "),
                        Row::Notice { notice, .. } => words.notice(notice),
                        Row::Ended { reason, .. } => words.ended(reason).what,
                    };
                    let color = palette(ui).text;
                    widgets::label(ui, &text, regular(size::BODY), color);
                    if let Row::Message(message) = row
                        && let Delivery::Refused(reason) = message.delivery
                    {
                        widgets::problem(ui, &words.refused(reason));
                        if widgets::button(ui, None, words.retry, Weight::Plain, true).clicked() {
                            actions.push(Action::SayAgain(key, message.text.to_string()));
                        }
                        if widgets::button(ui, None, words.copy, Weight::Plain, true).clicked() {
                            actions.push(Action::Copy(message.text.to_string()));
                        }
                    }
                }
            });
    }
}
