//! Four safety words that two people compare aloud.

/// Four numbers below [`WORDS`], each a word of either list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words(pub [u16; 4]);

/// Words of a list: 11 bits each.
pub const WORDS: u16 = 2048;

impl Words {
    /// The words.
    #[must_use]
    pub fn english(&self) -> [&'static str; 4] {
        ["able"; 4]
    }
}
