//! The tutorial's protocol: raw text over TCP, no frames, no keys. Specified in `docs/protocol.md`, "Plain text".

/// Bytes of one message that are taken; the rest up to its end is dropped, and its author is told.
pub const MAX_MESSAGE_BYTES: usize = crate::text::MAX_MESSAGE_BYTES;
/// Bytes without a newline or a pause after which a line is closed.
pub const MAX_UNENDED_BYTES: usize = 1 << 20;

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
