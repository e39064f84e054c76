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
//! - **Lull**: when no further input is at hand, or enough was taken in, `handle_lull`. A host gathers entries until then; without it they wait
//!   for ever.
//! - Nothing that a peer sends can panic.
//! - **Disk**: `poll_store` asks for a batch to be kept or for entries to be read; `handle_stored` and `handle_read` answer.
//!   Nothing that depends on a batch is said to anybody before its success was reported.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

mod address;
mod command;
mod config;
mod connection;
mod endpoint;
mod error;
mod guest;
pub mod host;
pub mod identity;
mod index;
pub mod invite;
mod lines;
pub mod log;
pub mod meeting;
pub mod message;
mod mistake;
mod native;
mod noise;
mod pace;
mod past;
pub mod plain;
mod plain_guest;
mod projection;
mod room;
pub mod session;
mod store;
mod timer;
mod transmit;
pub mod wire;
pub mod words;

pub use address::{Address, AddressError, DEFAULT_PORT};
pub use command::{Command, KnockId};
pub use config::{CHANCE_BYTES, GuestConfig, HostConfig, Limits, PlainGuestConfig};
pub use endpoint::Endpoint;
pub use error::{CloseReason, LeaveReason, LineEnd, Notice, RefuseReason};
pub use log::Admit;
pub use mistake::Mistake;
pub use past::Past;
pub use plain::Encoding;
pub use room::{Author, Member, MemberId};
pub use store::{ReadId, Store};
pub use transmit::Transmit;

use identity::MemberKey;
use invite::Invite;
use log::{RoomId, Settings};
use message::Receipt;
use words::Words;

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
    /// To which message it replies, by its place.
    pub reply_to: Option<u64>,
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
        /// Which room; a plain line does not know.
        id: Option<RoomId>,
        /// Whether the line is encrypted and the host's key known; otherwise it is plain text.
        secure: bool,
        /// Whether this computer has been in before and goes on where it was.
        resumed: bool,
    },
    /// Which room it is and how, at first and whenever that changes. Plain lines know nothing of it.
    Settings {
        /// Which room.
        room: RoomId,
        /// Whose it is.
        host: MemberKey,
        /// How it is.
        settings: Settings,
    },
    /// This guest has knocked; a person at the host compares these words.
    Waiting {
        /// The same words are shown at the host.
        words: Words,
    },
    /// Nothing that is said here goes out before a person has compared these words, which this guest was shown when it had knocked: nobody has
    /// said so before the program ended. Answered by [`Command::Confirm`].
    Unconfirmed {
        /// The same words were shown at the host.
        words: Words,
    },
    /// Somebody asks this host to be let in. Answered by [`Command::Admit`] or [`Command::Refuse`].
    Knock {
        /// Which knock.
        knock: KnockId,
        /// What they call themselves.
        name: Arc<str>,
        /// Whose key it is.
        key: MemberKey,
        /// Where they are.
        address: SocketAddr,
        /// The same words are shown at their computer.
        words: Words,
    },
    /// A knock was answered, or nobody stands at the door any more.
    KnockOver {
        /// Which.
        knock: KnockId,
    },
    /// An invite that lets one person in (answers [`Command::Invite`]).
    Invite {
        /// What to give to that person, by a way that nobody else reads.
        invite: Invite,
    },
    /// Somebody who is not here is a member.
    Known {
        /// Who.
        member: Member,
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
    /// An own message is on this computer's disk, and goes to the host as soon as it can.
    Queued {
        /// Which message.
        id: EntryId,
        /// Its text.
        text: Arc<str>,
        /// To which message it replies, by its place.
        reply_to: Option<u64>,
        /// When it was said.
        at: SystemTime,
    },
    /// One of this computer's messages is safe: on the host's disk; or, in plain text, the operating system has taken all bytes, and nothing
    /// more can be known.
    Sent {
        /// Which message.
        id: EntryId,
        /// Its place in the log.
        seq: u64,
        /// Whether it went out on a plain line; else the host has stored it.
        plain: bool,
    },
    /// A member has stored and read the log up to here.
    Receipt {
        /// Who, and how far.
        receipt: Receipt,
    },
    /// A message has other words.
    Edited {
        /// The place of the edit itself.
        seq: u64,
        /// The place of the message.
        target: u64,
        /// The new words, cleaned.
        text: Arc<str>,
    },
    /// A message was taken back.
    Deleted {
        /// The place of this entry itself.
        seq: u64,
        /// The place of the message.
        target: u64,
        /// Who took it back.
        author: Author,
    },
    /// A sign was put on a message, or taken off.
    Reacted {
        /// The place of this entry itself.
        seq: u64,
        /// The place of the message.
        target: u64,
        /// Whose.
        author: Author,
        /// One emoji, cleaned.
        emoji: Arc<str>,
        /// Put on, or taken off.
        on: bool,
    },
    /// Another history begins: what was said before is kept aside, and places begin at 1 again.
    NewEpoch,
    /// An entry that only a newer version understands.
    Newer {
        /// Its place.
        seq: u64,
        /// Whose.
        author: Author,
    },
    /// The line to the host is lost; another is tried by itself.
    Lost {
        /// How it ended.
        end: LineEnd,
        /// When the next attempt is due; [`Command::Retry`] makes it at once.
        retry_in: Duration,
    },
    /// Everything that was said while this guest was away has come.
    CaughtUp {
        /// How many entries.
        entries: u64,
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
