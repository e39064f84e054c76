//! The tutorial's protocol: raw text over TCP, no frames, no keys. Specified in `docs/protocol.md`, "Plain text".
//!
//! [`Reader`] turns a peer's bytes into messages, `writer` turns messages into a peer's bytes. Both are pure: whoever
//! owns them watches the clock and tells them when a peer has been quiet.

use std::time::Duration;

mod encoding;
mod reader;
mod splitter;
mod telnet;
pub(super) mod writer;

pub use encoding::Encoding;
pub use reader::{Incoming, Reader};

/// Bytes of one message that are taken; the rest up to its end is dropped, and its author is told.
pub const MAX_MESSAGE_BYTES: usize = crate::text::MAX_MESSAGE_BYTES;
/// Bytes without a newline or a pause after which a line is closed.
pub const MAX_UNENDED_BYTES: usize = 1 << 20;
/// Bytes of one write that belongs together, newline included: the tutorial's programs read 1,024 at a time, and what
/// they read they decode on its own.
pub const MAX_PIECE_BYTES: usize = 1_000;
/// A peer that has been quiet for so long has ended its message: socket scripts send no newline.
pub const QUIET: Duration = Duration::from_millis(150);
/// How long the first bytes of a character wait for the others.
pub const PARTIAL_WAIT: Duration = Duration::from_secs(5);
/// Distance between two pieces for a peer without newlines, so that it sees them apart. Longer than [`QUIET`] with room
/// for the network, or a Landline at the other end would take two pieces for one message.
pub const SPACING: Duration = Duration::from_millis(200);
/// What ends a line in words, as in the tutorial.
pub const BYE: &str = "bye";

/// How a peer ends its messages, if it ends them in a newline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newline {
    /// 0A.
    Lf,
    /// 0D 0A.
    CrLf,
}

impl Newline {
    /// Its bytes, the same in every encoding that Landline speaks.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        }
    }
}
