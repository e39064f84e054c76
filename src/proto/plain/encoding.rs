//! Bytes of one message <-> text, and the guess which encoding a peer speaks.

use encoding_rs::{GB18030, GBK};

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
}

impl Decoder {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            gbk: encoding == Encoding::Gbk,
        }
    }

    /// Whether this peer is written to in GBK.
    pub(super) fn is_gbk(&self) -> bool {
        self.gbk
    }

    /// The text of a message that is complete.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> String {
        self.gbk = self.reads_as_gbk(bytes, bytes.len());
        if self.gbk {
            GB18030.decode_without_bom_handling(bytes).0.into_owned()
        } else {
            String::from_utf8_lossy(bytes).into_owned()
        }
    }

    /// How many of the bytes are whole characters; the others are the beginning of one.
    pub(super) fn complete(&self, bytes: &[u8]) -> usize {
        let whole = utf8_complete(bytes);
        if self.reads_as_gbk(bytes, whole) {
            gb18030_complete(bytes)
        } else {
            whole
        }
    }

    /// `utf8` is how many of the bytes to look at as UTF-8.
    fn reads_as_gbk(&self, bytes: &[u8], utf8: usize) -> bool {
        if self.encoding != Encoding::Auto {
            return self.gbk;
        }
        match std::str::from_utf8(&bytes[..utf8]) {
            Ok(text) => self.gbk && !is_surely_utf8(text),
            Err(_) => self.gbk || is_gb18030(&bytes[..gb18030_complete(bytes)]),
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
    let mut buffer = [0; 4];
    for c in text.chars() {
        encode_gbk_char(c, c.encode_utf8(&mut buffer), out);
    }
}

fn encode_gbk_char(c: char, text: &str, out: &mut Vec<u8>) {
    if c.is_ascii() {
        out.push(c as u8);
        return;
    }
    let (bytes, _, unmappable) = GBK.encode(text);
    if unmappable || !is_in_python_gbk(&bytes) {
        out.extend_from_slice(format!("&#{};", u32::from(c)).as_bytes());
    } else {
        out.extend_from_slice(&bytes);
    }
}

/// Whether Python's `gbk` codec, which the tutorial's programs use, reads what the WHATWG's encoder wrote.
fn is_in_python_gbk(bytes: &[u8]) -> bool {
    bytes.len() == 2
}
