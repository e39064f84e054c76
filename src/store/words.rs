//! Which words a search takes for the same, and the pieces of three characters that an index is made of.

use std::fmt::Write as _;

use unicode_normalization::char::decompose_compatible;

use crate::text;

/// Characters of a piece.
const PIECE: usize = 3;
/// Stands after a text's end, so that its last characters begin pieces too. No text contains it: [`text::clean_message`] lets no control
/// character through.
const END: char = '\u{1}';
/// Pieces that a query is looked up by; the rest is compared with the text itself.
const MAX_QUERY_PIECES: usize = 24;
/// Where ASCII characters that the index's tokenizer takes for spaces are moved to. A text that has this private character itself
/// is told apart when it is compared.
const MOVED: u32 = 0xE000;

/// A text as a search compares it: character by character in its plainest form and in lower case, so that the form of a part is a
/// part of the form.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        decompose_compatible(c, |part| folded.extend(part.to_lowercase()));
    }
    folded
}

/// The words of a message, as they are shown.
pub(super) fn shown(text: &str) -> String {
    text::clean_message(text)
}

/// The different pieces of a folded text, with spaces between: what the index is given.
pub(super) fn pieces(folded: &str) -> String {
    let characters: Vec<char> = folded.chars().chain([END; PIECE - 1]).map(token).collect();
    let mut pieces: Vec<[char; PIECE]> = characters.array_windows().copied().collect();
    pieces.sort_unstable();
    pieces.dedup();
    let mut line = String::with_capacity(pieces.len() * (PIECE + 1) * 2);
    for piece in pieces {
        line.extend(piece);
        line.push(' ');
    }
    line
}

/// What to ask the index for, in FTS5's language: a text that contains `folded` has all of these pieces. Nothing of `folded` can be
/// taken for syntax, as only letters, digits and non-ASCII characters are left.
pub(super) fn question(folded: &str) -> String {
    let characters: Vec<char> = folded.chars().map(token).collect();
    if characters.len() < PIECE {
        let start: String = characters.into_iter().collect();
        return format!("\"{start}\"*");
    }
    let mut question = String::new();
    for piece in characters.array_windows::<PIECE>().take(MAX_QUERY_PIECES) {
        let piece: String = piece.iter().collect();
        write!(question, "\"{piece}\" ").expect("a string takes everything");
    }
    question
}

fn token(c: char) -> char {
    if c.is_ascii() && !c.is_ascii_alphanumeric() {
        char::from_u32(MOVED + u32::from(c)).expect("128 characters from U+E000 on are private")
    } else {
        c
    }
}
