//! What the two sides of a room decide before it opens.

use std::sync::Arc;
use std::time::Duration;

use super::plain::Encoding;

/// What a host decides about its room.
#[derive(Debug, Clone)]
pub struct HostConfig {
    /// What the room is called.
    pub room: Arc<str>,
    /// What the host is called.
    pub name: Arc<str>,
    /// The encoding of plain guests; `None`: plain text is not let in.
    pub plain: Option<Encoding>,
    /// What a newcomer reads first; may be empty.
    pub welcome: String,
    /// Bounds.
    pub limits: Limits,
}

/// What a guest decides about its line.
#[derive(Debug, Clone)]
pub struct GuestConfig {
    /// What the guest is called.
    pub name: Arc<str>,
    /// What to call the room and its host: the address as typed.
    pub host: Arc<str>,
    /// The encoding of the host.
    pub encoding: Encoding,
    /// Say `/name NAME` first, ending in a newline. For a Landline host, which understands it; not for a plain-text program.
    pub introduce: bool,
    /// Bounds.
    pub limits: Limits,
}

/// Bounds on what one room may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Lines at a time.
    pub max_lines: usize,
    /// Bytes waiting for one line, with what it costs to keep them. More for two seconds, or four times as many at once, ends it.
    pub max_queued_bytes: usize,
    /// Messages waiting for one line. More for two seconds ends it.
    pub max_queued_messages: usize,
    /// How long a line may take no byte while some are waiting.
    pub write_stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_lines: 512,
            max_queued_bytes: 4 << 20,
            max_queued_messages: 1024,
            write_stall: Duration::from_secs(20),
        }
    }
}
