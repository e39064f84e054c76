//! Selected text, from a character of one message to a character of another.
//!
//! It is kept by row numbers and characters, not by what is on the screen, so it lives on when an end scrolls away, and
//! copying takes the text from the model.

use std::borrow::Cow;
use std::ops::Range;

use jiff::tz::TimeZone;

use crate::chat::{Chat, Message, Row};
use crate::gui::words::phrases::{clock, local};
use crate::gui::words::strings::Strings;

/// A place in the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The row's number.
    pub(crate) row: u64,
    /// The character before which it is; beyond the last one: the end.
    pub(crate) character: usize,
}

/// What is selected; possibly nothing, when both ends are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Where it began.
    pub(crate) anchor: Place,
    /// Where the pointer is, or was at last.
    pub(crate) head: Place,
}

impl Selection {
    /// Nothing yet, beginning at a place.
    pub(crate) fn at(place: Place) -> Self {
        Self {
            anchor: place,
            head: place,
        }
    }

    /// Everything that is kept.
    pub(crate) fn everything(chat: &Chat) -> Self {
        Self {
            anchor: Place {
                row: chat.dropped(),
                character: 0,
            },
            head: Place {
                row: chat.dropped() + chat.rows().len() as u64,
                character: 0,
            },
        }
    }

    /// Whether nothing is selected.
    pub(crate) fn is_empty(&self) -> bool {
        self.anchor == self.head
    }

    fn ends(&self) -> (Place, Place) {
        (self.anchor.min(self.head), self.anchor.max(self.head))
    }

    /// The characters of a row that are selected; the end may lie beyond its text.
    pub(crate) fn of_row(&self, row: u64) -> Option<Range<usize>> {
        let (from, to) = self.ends();
        if self.is_empty() || row < from.row || row > to.row {
            return None;
        }
        let start = if row == from.row { from.character } else { 0 };
        let end = if row == to.row { to.character } else { usize::MAX };
        (start < end).then_some(start..end)
    }

    /// The selected text, from the model. Several messages get a line each with who said it and when.
    pub(crate) fn text(&self, chat: &Chat, strings: &Strings, zone: &TimeZone) -> String {
        let (from, to) = self.ends();
        let first = chat.dropped();
        let skip = usize::try_from(from.row.saturating_sub(first)).unwrap_or(usize::MAX);
        let rows = chat
            .rows()
            .iter()
            .zip(first..)
            .skip(skip)
            .take_while(|(_, number)| *number <= to.row);
        let parts: Vec<(&Message, &str)> = rows
            .filter_map(|(row, number)| match row {
                Row::Message(message) => Some((message, slice(&message.text, self.of_row(number)?))),
                _ => None,
            })
            .filter(|(_, part)| !part.is_empty())
            .collect();
        match parts.as_slice() {
            [(_, part)] => (*part).to_owned(),
            parts => told(parts, strings, zone),
        }
    }
}

/// Several messages as they are put on the clipboard.
fn told(parts: &[(&Message, &str)], strings: &Strings, zone: &TimeZone) -> String {
    let mut text = String::new();
    for (message, part) in parts {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        let time = clock(&local(message.at, zone));
        text.push_str(&format!("{}, {time}\n{part}", who(message, strings)));
    }
    text
}

/// Who said a message.
pub(crate) fn who<'a>(message: &'a Message, strings: &Strings) -> Cow<'a, str> {
    let author = message.author.as_ref();
    author.map_or(Cow::Borrowed(strings.you), |author| strings.called(author))
}

fn slice(text: &str, characters: Range<usize>) -> &str {
    let byte = |character: usize| text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte);
    &text[byte(characters.start)..byte(characters.end)]
}

/// The word around a character.
pub(crate) fn word_around(text: &str, character: usize) -> Range<usize> {
    use unicode_segmentation::UnicodeSegmentation as _;
    let mut start = 0;
    for word in text.split_word_bounds() {
        let end = start + word.chars().count();
        if character < end {
            return start..end;
        }
        start = end;
    }
    start..start
}

#[cfg(test)]
mod tests {
    use super::{Place, Selection, word_around};

    fn selection(anchor: (u64, usize), head: (u64, usize)) -> Selection {
        let place = |(row, character)| Place { row, character };
        Selection {
            anchor: place(anchor),
            head: place(head),
        }
    }

    #[test]
    fn a_selection_has_the_same_rows_in_either_direction() {
        for selection in [selection((2, 3), (4, 1)), selection((4, 1), (2, 3))] {
            let rows: Vec<_> = (1..6).map(|row| selection.of_row(row)).collect();
            assert_eq!(rows, [None, Some(3..usize::MAX), Some(0..usize::MAX), Some(0..1), None]);
        }
        assert_eq!(selection((2, 3), (2, 3)).of_row(2), None);
    }

    #[test]
    fn a_word_is_found_in_any_script() {
        assert_eq!(word_around("see you, 明天见", 5), 4..7);
        assert_eq!(word_around("see", 9), 3..3);
    }
}
