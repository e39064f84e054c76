//! What goes over a native line once both sides know each other's keys. The bytes are made by [`super::wire`].

use std::sync::Arc;

use super::log::{Epoch, Hash, InviteNumber, PlacedEntry, RoomId, Seen, Settings, SignedEntry, SignedHead};
use super::{EntryId, MemberId};
use crate::proto::identity::MemberKey;

/// One message of a native line. Unknown ones and unknown fields are ignored by whoever reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    // From a guest
    /// First message: wants to come in, or back in.
    Join(Join),
    /// An entry for the log.
    Submit(SignedEntry),
    /// All entries up to here are on the guest's disk (answers `Entries`; asks for the next page).
    Stored {
        /// Up to here.
        seq: u64,
    },
    /// The person has read up to here.
    Read {
        /// Up to here.
        seq: u64,
    },

    // From the host
    /// Come in.
    Welcome(Welcome),
    /// Somebody is asked. The host's commitment to its nonce: BLAKE3 `derive_key("landline 2026 safety words commitment v1")` over
    /// handshake hash and nonce.
    Pending {
        /// The commitment.
        commitment: [u8; 32],
    },
    /// No. The line is closed.
    Denied(DenyReason),
    /// The entry is on the host's disk.
    Acknowledged {
        /// Which.
        id: EntryId,
        /// Its place.
        seq: u64,
        /// Its hash.
        hash: Hash,
    },
    /// The entry is not taken.
    Refused {
        /// Which.
        id: EntryId,
        /// Why.
        reason: SubmitRefusal,
    },
    /// The next entries of the log, in order without gaps. From a guest: what the host has lost (answers `Missing`).
    Entries {
        /// At most [`MAX_PAGE_ENTRIES`].
        entries: Vec<PlacedEntry>,
        /// The host's word on the newest of them.
        head: Option<SignedHead>,
    },
    /// Members for whom [`Welcome::roster`] had no place; directly after it, before the first `Entries`.
    Roster(Vec<RosterEntry>),
    /// Who came, who went: at most [`MAX_PAGE_MEMBERS`].
    Presence(Vec<Presence>),
    /// How far members have come: at most [`MAX_PAGE_MEMBERS`].
    Receipts(Vec<Receipt>),
    /// The host has lost what comes after this place: send it, page by page.
    Missing {
        /// The first place that is missing.
        from: u64,
    },

    // From both
    /// The nonce of the safety words; the guest's first, then the host's.
    Reveal {
        /// 32 random bytes.
        nonce: [u8; 32],
    },
    /// Are you there? A line that hears nothing for 60 s is dead.
    Ping,
    /// I am.
    Pong,
    /// The sender's next frames have the next key.
    Rekey,
    /// The sender leaves; nothing more comes.
    Bye(ByeReason),
    /// What only a newer version understands. To be ignored; never sent.
    Unknown,
}

/// Entries in one [`Message::Entries`].
pub const MAX_PAGE_ENTRIES: usize = 256;
/// Members in one [`Welcome`], [`Message::Roster`], [`Message::Presence`] or [`Message::Receipts`]: with names and numbers as long as
/// they may be, half a frame. More go into the next message.
pub const MAX_PAGE_MEMBERS: usize = 256;

/// How a guest comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// Which room; `None`: the one that the host has.
    pub room: Option<RoomId>,
    /// What the guest is called.
    pub name: Arc<str>,
    /// What lets them in.
    pub proof: Proof,
    /// Where to go on.
    pub resume: Option<Resume>,
}

/// What lets a guest in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Their key is a member's.
    Member,
    /// An invite: BLAKE3 keyed by the invite's secret (through `derive_key`) over handshake hash, host key, guest key and number.
    Invite {
        /// Which invite.
        number: InviteNumber,
        /// The proof.
        proof: [u8; 32],
    },
    /// Nothing: a person at the host is asked.
    Knock,
}

/// Where a guest's copy of the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resume {
    /// Which history.
    pub epoch: Epoch,
    /// The newest entry.
    pub last: Seen,
    /// The host's word on the newest entry it is known for.
    pub head: Option<SignedHead>,
}

/// The room, for somebody who is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// Which room.
    pub room: RoomId,
    /// Which history.
    pub epoch: Epoch,
    /// How the room is.
    pub settings: Settings,
    /// The entry before the first one that this guest may have.
    pub floor: Seen,
    /// How far the log goes now.
    pub head: SignedHead,
    /// The guest's own number.
    pub you: MemberId,
    /// Everybody who is a member, the host first: at most [`MAX_PAGE_MEMBERS`], the rest follows in [`Message::Roster`].
    pub roster: Vec<RosterEntry>,
    /// Whether the guest's copy is of another history and must begin anew.
    pub anew: bool,
}

/// A member, for somebody who comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Their key; `None`: a plain guest.
    pub key: Option<MemberKey>,
    /// Their number.
    pub id: MemberId,
    /// What they are called.
    pub name: Arc<str>,
    /// Whether they are here.
    pub here: bool,
    /// How far they have come (its id is the same).
    pub receipt: Receipt,
}

/// Somebody came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Who.
    pub id: MemberId,
    /// Their key; `None`: a plain guest.
    pub key: Option<MemberKey>,
    /// What they are called.
    pub name: Arc<str>,
    /// Here, or gone like this.
    pub state: PresenceState,
}

/// Whether somebody is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceState {
    /// Here.
    Here,
    /// They said goodbye.
    Left,
    /// Their line was lost.
    Lost,
    /// The host removed them.
    Removed,
    /// They did not read what was sent to them.
    TooSlow,
}

/// How far a member has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Who.
    pub id: MemberId,
    /// On their disk up to here.
    pub stored: u64,
    /// Read up to here.
    pub read: u64,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenyReason {
    /// The room lets in only who was invited.
    NotInvited,
    /// The person at the host said no.
    Refused,
    /// The host has removed them.
    Removed,
    /// The invite is used up.
    InviteUsed,
    /// The invite is too old.
    InviteExpired,
    /// There is no such invite, or the proof is wrong.
    InviteUnknown,
    /// Nobody answered the knock in time.
    NoAnswer,
    /// Too many people are knocking.
    Busy,
    /// The room is full.
    Full,
    /// The host does not have this room.
    OtherRoom,
    /// Too many wrong invites have come from this address: none is looked at for now.
    TooManyTries,
    /// The host's disk is full, so it cannot keep that somebody has come in.
    DiskFull,
    /// Something that only a newer version understands.
    Other,
}

/// Why the host does not take an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmitRefusal {
    /// The host's disk is full; later it may do.
    DiskFull,
    /// The host is busy, or has lost part of its log; later it may do.
    Busy,
    /// The author is not a member.
    NotMember,
    /// Longer than an entry may be.
    TooLong,
    /// The signature is wrong, or it is for another room.
    Forged,
    /// Its target is not there, or not the author's.
    BadTarget,
    /// A member may not write this.
    NotAllowed,
    /// Something that only a newer version understands. For good, as a person must learn of it.
    Other,
}

impl SubmitRefusal {
    /// Whether the same entry may be taken later.
    #[must_use]
    pub fn retry(self) -> bool {
        matches!(self, Self::DiskFull | Self::Busy)
    }
}

/// Why a line ends properly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByeReason {
    /// The sender leaves (guest) or closes the room (host).
    Leaving,
    /// The host removes the guest.
    Removed,
    /// Another line of the same member has taken its place.
    Replaced,
    /// The receiver has not read what was sent.
    TooSlow,
    /// The receiver has broken the protocol.
    Protocol,
    /// Something that only a newer version understands. Coming back is allowed, as after a lost line.
    Other,
}
