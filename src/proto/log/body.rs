//! What an entry says.

use std::sync::Arc;

use crate::proto::identity::MemberKey;
use crate::proto::{Encoding, EntryId, MemberId};

/// What an entry says. Encoded by [`crate::proto::wire`]; texts are cleaned by [`crate::text`] where they are shown, not here:
/// the bytes are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A member's words.
    Message {
        /// What.
        text: Arc<str>,
        /// To which message it replies.
        reply_to: Option<Target>,
    },
    /// Other words for one of the author's own messages.
    Edit {
        /// Which.
        target: Target,
        /// The new words.
        text: Arc<str>,
    },
    /// One of the author's own messages is taken back; the host may take back anybody's.
    Delete {
        /// Which.
        target: Target,
    },
    /// A sign on a message, or no longer.
    Reaction {
        /// Which.
        target: Target,
        /// One emoji.
        emoji: Arc<str>,
        /// Whether it is put on or taken off.
        on: bool,
    },
    /// The author is called something else from now on.
    Renamed {
        /// The new name.
        name: Arc<str>,
    },
    /// Somebody is a member from now on (by the host).
    Admitted {
        /// Whose key.
        member: MemberKey,
        /// Their number in this room, never used for somebody else.
        id: MemberId,
        /// What they are called.
        name: Arc<str>,
        /// How they came in.
        how: Admission,
    },
    /// Somebody is a member no longer (by the host).
    Removed {
        /// Whose key.
        member: MemberKey,
    },
    /// How the room is from now on (by the host). The first entry of every history.
    Settings(Settings),
    /// Words of a plain guest, who cannot sign: the host vouches for having heard them.
    Vouched {
        /// The plain guest, while they are here.
        id: MemberId,
        /// What they were called.
        name: Arc<str>,
        /// What.
        text: Arc<str>,
    },
    /// Something that only a newer version understands. Kept, counted, passed on.
    Unknown,
}

/// Which entry is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Its place.
    pub seq: u64,
    /// Its name.
    pub id: EntryId,
}

/// How somebody became a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// They opened the room.
    Host,
    /// They had an invite.
    Invited,
    /// They knocked, and a person let them in.
    Knocked,
    /// The room lets anyone in.
    Anyone,
}

/// How a room is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What it is called.
    pub name: Arc<str>,
    /// What newcomers see of the time before.
    pub history: History,
    /// The encoding of plain guests; `None`: plain text is not let in.
    pub plain: Option<Encoding>,
    /// Who may come in from now on.
    pub admit: Admit,
}

/// Who may come into a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Admit {
    /// An invite lets in at once, members are known, everybody else knocks.
    #[default]
    Ask,
    /// Only with an invite, or as a member.
    Invited,
    /// Anyone.
    Anyone,
}

/// What newcomers see of the time before they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum History {
    /// Nothing.
    #[default]
    None,
    /// Everything.
    All,
}
