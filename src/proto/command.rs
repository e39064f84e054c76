//! What the person at this computer wants of a room.

use std::fmt;

use super::log::Settings;
use super::{EntryId, MemberId};

/// Names a knock while somebody stands at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KnockId(pub u64);

impl fmt::Display for KnockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "k{}", self.0)
    }
}

/// What the person at this computer wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Say something. Exactly `bye` leaves.
    Say {
        /// The words.
        text: String,
        /// To which message it replies, by its place.
        reply_to: Option<u64>,
    },
    /// Other words for an own message.
    Edit {
        /// Its place.
        seq: u64,
        /// The new words.
        text: String,
    },
    /// Take a message back: an own one, on a host anybody's.
    Delete {
        /// Its place.
        seq: u64,
    },
    /// Put a sign on a message, or take it off.
    React {
        /// Its place.
        seq: u64,
        /// One emoji.
        emoji: String,
        /// Put on, or take off.
        on: bool,
    },
    /// Be called something else from now on.
    Rename {
        /// The new name.
        name: String,
    },
    /// The person has seen everything up to here.
    Read {
        /// The place.
        seq: u64,
    },
    /// Try an own message again that was refused for now.
    Resubmit {
        /// Which.
        id: EntryId,
    },
    /// Make an invite (host). Answered by [`super::Event::Invite`].
    Invite,
    /// Let somebody in who has knocked (host).
    Admit {
        /// Which knock.
        knock: KnockId,
        /// The person has shown that they compared the words; a program that lets somebody in has not.
        compared: bool,
    },
    /// Do not (host).
    Refuse {
        /// Which knock.
        knock: KnockId,
    },
    /// The words are the same (guest that knocked and is to confirm): the host is verified.
    Confirm,
    /// Let a member out of the room, for good until they are let in again (host).
    Remove {
        /// Whom.
        member: MemberId,
    },
    /// Words were compared with this member.
    Verify {
        /// With whom.
        member: MemberId,
    },
    /// Make the room like this (host).
    Change {
        /// How.
        settings: Settings,
    },
    /// Begin another history, because the rest of this one cannot be had back (host).
    NewEpoch,
    /// Try to reach the host now, not later (guest).
    Retry,
    /// Leave properly; also gives up connecting, at once.
    Leave,
}

impl Command {
    /// Say `text`, in reply to nothing.
    #[must_use]
    pub fn say(text: impl Into<String>) -> Self {
        Self::Say {
            text: text.into(),
            reply_to: None,
        }
    }
}
