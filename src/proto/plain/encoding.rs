//! Bytes of one message <-> text, and the guess which encoding a peer speaks.

use std::ops::RangeInclusive;

use encoding_rs::{EncoderResult, GB18030, GBK};

/// What the bytes of a line mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8 until the peer sends something else, then GBK, until it sends multi-byte UTF-8 again.
    #[default]
    Auto,
    /// UTF-8; bad bytes become U+FFFD.
    Utf8,
    /// Reads GB18030, writes its two-byte part.
    Gbk,
}

/// One peer's encoding, and what has been seen of it.
#[derive(Debug, Clone)]
pub(super) struct Decoder {
    encoding: Encoding,
    gbk: bool,
    /// It has sent what can hardly be anything but UTF-8, and nothing that can hardly be but GBK since.
    surely_utf8: bool,
}

impl Decoder {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            gbk: encoding == Encoding::Gbk,
            surely_utf8: encoding == Encoding::Utf8,
        }
    }

    /// Whether this peer is written to in GBK.
    pub(super) fn is_gbk(&self) -> bool {
        self.gbk
    }

    /// The text of a message that is complete.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> String {
        if !self.gbk
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            self.surely_utf8 = self.surely_utf8 || is_surely_utf8(text);
            return text.to_owned();
        }
        if self.encoding == Encoding::Auto {
            self.judge(bytes);
        }
        if self.gbk {
            GB18030.decode_without_bom_handling(bytes).0.into_owned()
        } else {
            String::from_utf8_lossy(bytes).into_owned()
        }
    }

    /// How many of the bytes are whole characters; the others are the beginning of one.
    pub(super) fn complete(&self, bytes: &[u8]) -> usize {
        let mut judge = self.clone();
        let utf8 = utf8_complete(bytes);
        if self.encoding == Encoding::Auto && std::str::from_utf8(&bytes[..utf8]).is_ok() {
            judge.judge(&bytes[..utf8]);
        } else if self.encoding == Encoding::Auto {
            judge.judge(&bytes[..gb18030_complete(bytes)]);
        }
        if judge.gbk { gb18030_complete(bytes) } else { utf8 }
    }

    /// Guesses anew what the peer speaks. ASCII, and what is neither, change nothing.
    fn judge(&mut self, bytes: &[u8]) {
        let whole = &bytes[..utf8_complete(bytes)];
        let utf8 = std::str::from_utf8(whole);
        if utf8.is_ok_and(is_surely_utf8) {
            self.gbk = false;
            self.surely_utf8 = true;
        }
        // A character that was begun and never ended looks like another one of GBK.
        let is_utf8 = utf8.is_ok() && (whole.len() == bytes.len() || self.surely_utf8);
        if !is_utf8 && !self.gbk && is_gb18030(bytes) {
            self.gbk = true;
            self.surely_utf8 = false;
        }
    }
}

/// Whether text that is valid UTF-8 cannot well be GBK. One Chinese character of GBK in five is also a two-byte
/// character of UTF-8, so a few of those prove nothing about a peer that has sent GBK before.
fn is_surely_utf8(text: &str) -> bool {
    const ENOUGH_TWO_BYTE_CHARS: usize = 4; // by chance once in 800 texts of four Chinese characters
    let mut two_byte_chars = 0;
    text.chars().any(|c| {
        two_byte_chars += usize::from(c.len_utf8() == 2);
        c.len_utf8() > 2 || two_byte_chars == ENOUGH_TWO_BYTE_CHARS
    })
}

fn is_gb18030(bytes: &[u8]) -> bool {
    GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .is_some()
}

/// Length without the beginning of a character at the end, however bad the bytes before it are.
fn utf8_complete(bytes: &[u8]) -> usize {
    const LONGEST_BEGINNING: usize = 3;
    let from = bytes.len().saturating_sub(LONGEST_BEGINNING);
    (from..bytes.len())
        .find(|start| {
            let tail = std::str::from_utf8(&bytes[*start..]);
            tail.is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(bytes.len())
}

/// Length without the beginning of a character at the end. Trail bytes look like ASCII and like lead bytes, so only a
/// walk from the start knows.
fn gb18030_complete(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        match gb18030_char(&bytes[at..]) {
            Some(length) => at += length,
            None => return at,
        }
    }
    at
}

/// Length of the first character as a GB18030 decoder consumes it; `None` if bytes are missing.
fn gb18030_char(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [0x81..=0xFE] => None,
        [0x81..=0xFE, 0x30..=0x39] => None,
        [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE] => None,
        [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, ..] => Some(4),
        [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, ..] => Some(2),
        _ => Some(1),
    }
}

/// Appends text as a peer reads it.
pub(super) fn encode(text: &str, gbk: bool, out: &mut Vec<u8>) {
    if !gbk || text.is_ascii() {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let mut encoder = GBK.new_encoder();
    let mut utf8 = [0; 4];
    for c in text.chars() {
        let mut bytes = [0; 4];
        let (result, _, length) =
            encoder.encode_from_utf8_without_replacement(c.encode_utf8(&mut utf8), &mut bytes, false);
        if result == EncoderResult::InputEmpty && is_gbk(c, &bytes[..length]) {
            out.extend_from_slice(&bytes[..length]);
        } else {
            out.extend_from_slice(format!("&#{};", u32::from(c)).as_bytes());
        }
    }
}

/// Whether the tutorial's `.decode("gbk")` reads what the WHATWG's encoder makes of a character. Python knows GBK 1.0:
/// no euro sign in one byte, no private use, and none of the characters that came with GB 18030 in 2000 and 2005.
fn is_gbk(c: char, bytes: &[u8]) -> bool {
    const PRIVATE_USE: RangeInclusive<char> = '\u{E000}'..='\u{F8FF}';
    match bytes {
        [byte] => byte.is_ascii(),
        [0xFE, 0x50..=0xFF] | [0xA6, 0xD9..=0xDF | 0xEC | 0xED | 0xF3] | [0xA8, 0xBC | 0xBF] | [0xA9, 0x89..=0x95] => {
            false
        }
        _ => !PRIVATE_USE.contains(&c),
    }
}
