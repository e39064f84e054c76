//! What other people's words must look like before they reach any sink: window, terminal, log, wire, file.
//!
//! Everything here is pure. The sets of characters come from Unicode data (UAX #9, UTS #39), not from lists by hand.

/// Graphemes that a name may have.
pub const MAX_NAME_GRAPHEMES: usize = 32;
/// Bytes (UTF-8) that a name may have.
pub const MAX_NAME_BYTES: usize = 64;
/// Bytes (UTF-8) that a message may have.
pub const MAX_MESSAGE_BYTES: usize = 16_384;

/// A name as it may be shown beside others: NFC, one line, no control, bidi or zero-width characters, at most four
/// marks per base character, cut to [`MAX_NAME_GRAPHEMES`] and [`MAX_NAME_BYTES`]. `None` if nothing is left.
#[must_use]
pub fn clean_name(raw: &str) -> Option<String> {
    todo!("helper: {raw}")
}

/// Whether two names could be taken for each other by a person (UTS #39 skeleton, without regard to case).
#[must_use]
pub fn confusable(left: &str, right: &str) -> bool {
    todo!("{left}{right}")
}

/// A message's text for every sink: line ends become `\n`; other control characters become U+FFFD, so that nothing is
/// dropped silently; bidi overrides and embeddings are taken out; tabs and newlines stay.
#[must_use]
pub fn clean_message(raw: &str) -> String {
    todo!("{raw}")
}

/// Text for a terminal: like [`clean_message`], and nothing that a terminal could obey. Newlines stay.
#[must_use]
pub fn for_terminal(raw: &str) -> String {
    todo!("{raw}")
}

/// The http and https links of a text, as byte ranges in order. No trailing punctuation, ASCII or Chinese.
#[must_use]
pub fn links(text: &str) -> Vec<std::ops::Range<usize>> {
    todo!("{text}")
}

/// The host of an http or https link, as a person must see it before it is opened; `None` if it is no such link.
#[must_use]
pub fn link_host(link: &str) -> Option<&str> {
    todo!("{link}")
}

/// A file name for a save dialog made of a room's name: one component, no reserved name or character of any system.
#[must_use]
pub fn file_name(raw: &str, extension: &str) -> String {
    todo!("{raw}{extension}")
}
