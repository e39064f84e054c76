//! The protocol as a pure state machine.
//!
//! # Contract
//!
//! An [`Endpoint`] is all lines of one room, seen by its host or by one guest. It does no IO, starts no thread, reads
//! no clock and draws no randomness: time comes in as [`Now`], chance as a seed. The same inputs give the same outputs.
//!
//! - **In**: `handle_*`. Every call may make transmits, events and a new deadline.
//! - **Out**: `poll_transmit`, `poll_event`, `poll_timeout`. After *every* `handle_*` drain the first two until they
//!   yield `None`, then arrange to call `handle_timeout` no later than `poll_timeout`. Drain before the next mutation
//!   unless several inputs are to be answered with one write (that is how a busy host coalesces).
//! - Nothing that a peer sends can panic.

use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

mod address;
mod config;
mod connection;
mod endpoint;
mod error;
mod lines;
mod outbox;
pub mod plain;
mod refusals;
mod room;
mod timer;
mod transmit;

pub use address::{Address, AddressError, DEFAULT_PORT};
pub use config::{GuestConfig, HostConfig, Limits};
pub use endpoint::Endpoint;
pub use error::{CloseReason, LeaveReason, LineEnd, Notice, RefuseReason};
pub use plain::Encoding;
pub use room::{Author, Member, MemberId};
pub use transmit::Transmit;

/// The moment of an input: the monotonic clock for deadlines, the wall clock for what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Drives every deadline; never goes backwards.
    pub monotonic: Instant,
    /// Stamps entries; may jump.
    pub wall: SystemTime,
}

/// One TCP connection of this process, numbered by the worker and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub u64);

/// Sixteen bytes that name an entry for ever, wherever it is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub [u8; 16]);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One message of the room's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the log: 1, 2, 3 … as the host numbers them; on a plain guest, as they arrived.
    pub seq: u64,
    /// Its name.
    pub id: EntryId,
    /// Who said it, as they were called then.
    pub author: Author,
    /// Whether this computer said it.
    pub mine: bool,
    /// What was said, already cleaned by [`crate::text::clean_message`].
    pub text: Arc<str>,
    /// When this computer learned of it.
    pub at: SystemTime,
}

/// A fact about the room, in the order in which it became true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// This guest is in the room. First event of a guest.
    Connected {
        /// The host, as far as a plain line can know it: by its address.
        host: Author,
        /// What to call the room.
        room: Arc<str>,
    },
    /// Somebody came in.
    Joined {
        /// The newcomer.
        member: Member,
    },
    /// A member is called something else from now on.
    Renamed {
        /// The member under the new name.
        member: Member,
        /// The old name.
        previous: Arc<str>,
    },
    /// Somebody went. The id is not used again.
    Left {
        /// Who.
        member: Member,
        /// How the line ended.
        reason: LeaveReason,
    },
    /// A message is in the room's log.
    Said {
        /// The message.
        entry: Entry,
    },
    /// The operating system has taken all bytes of one of this computer's messages. On plain text nothing more can be known.
    Sent {
        /// Which message.
        id: EntryId,
        /// Its place in the log.
        seq: u64,
        /// To how many lines; 0 on a host with nobody there.
        lines: usize,
    },
    /// A message of this computer did not go out (to anybody, or to everybody it was meant for).
    Refused {
        /// Which message.
        id: EntryId,
        /// Its text, so that nothing that was said is lost.
        text: Arc<str>,
        /// Why.
        reason: RefuseReason,
    },
    /// Something people in the room should know.
    Notice {
        /// What.
        notice: Notice,
    },
    /// The room is over for this computer. Last event.
    Closed {
        /// How it ended.
        reason: CloseReason,
    },
}
