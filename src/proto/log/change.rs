//! What a room keeps on disk, and how it changes: one [`Batch`] is one transaction.
//!
//! The endpoint never waits for a disk. It asks ([`super::super::Store`]), and nothing that depends on a batch happens before its
//! success was reported.

use std::net::SocketAddr;

use super::{Epoch, Hash, PlacedEntry, RoomId, Seen, Settings, SignedEntry, SignedHead};
use crate::proto::identity::MemberKey;
use crate::proto::invite::InviteSecret;
use crate::proto::words::Words;
use crate::proto::{EntryId, MemberId};

/// Names a batch within one run; counts up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(pub u64);

/// Names an invite of a room; random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InviteNumber(pub [u8; 8]);

/// One transaction: all of it is on disk and flushed, or none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its name.
    pub id: BatchId,
    /// In order.
    pub changes: Vec<Change>,
}

/// One change of what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The room as a whole: made, or known better. Replaces what was kept.
    Room(Kept),
    /// Another history begins (or, on a guest, was found to have begun): the log is empty, what was in it is kept aside.
    NewEpoch(Kept),
    /// The next entry of the log. An author's id that is already there, or a place that is not the next, fails the batch.
    Append(PlacedEntry),
    /// The host's word on the newest entry; replaces the last.
    Head(SignedHead),
    /// A member, by key; replaces what was known.
    Peer(Peer),
    /// An invite that was made; `None` in place of the secret: it was used up or taken back.
    Invite {
        /// Which.
        number: InviteNumber,
        /// What the guest must know, until it is used.
        secret: Option<InviteSecret>,
        /// When it ends, in seconds since 1970.
        expires: u64,
    },
    /// An own entry that the host has not acknowledged goes to the end of the outbox.
    Queue(SignedEntry),
    /// An own entry is in the log, or was refused for good: it leaves the outbox.
    Unqueue(EntryId),
    /// The person at this computer has read up to here.
    Read(u64),
    /// These words are to be compared with the host before anything goes out; `None`: they were.
    Compare(Option<Words>),
}

/// A room as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which room.
    pub room: RoomId,
    /// Whose it is.
    pub host: MemberKey,
    /// Which history.
    pub epoch: Epoch,
    /// The entry before the first one that this computer may have: place 0 on a host.
    pub floor: Seen,
    /// How the room is, by the newest settings.
    pub settings: Settings,
    /// Where the host was reached, the last that worked first (guest), or may be reached (host).
    pub addresses: Vec<SocketAddr>,
}

/// A member, as a room remembers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Their key.
    pub key: MemberKey,
    /// Their number in the room.
    pub id: MemberId,
    /// What they are called.
    pub name: String,
    /// Whether they are a member now.
    pub member: bool,
    /// Whether the person at this computer has compared words with them.
    pub verified: bool,
    /// The first place they may see.
    pub first_seq: u64,
}

/// All that an endpoint must know of the past before it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The room.
    pub kept: Kept,
    /// The newest entry; the floor if there is none.
    pub last: Seen,
    /// The newest head that was kept.
    pub head: Option<SignedHead>,
    /// Everybody who is or was a member, by number.
    pub peers: Vec<Peer>,
    /// Invites that were made: number, secret (`None`: used), end in seconds since 1970.
    pub invites: Vec<(InviteNumber, Option<InviteSecret>, u64)>,
    /// Own entries that the host has not acknowledged, in order.
    pub outbox: Vec<SignedEntry>,
    /// How many entries the person at this computer has written for this room.
    pub counter: u64,
    /// How far they have read.
    pub read: u64,
    /// Words that are to be compared with the host before anything goes out.
    pub compare: Option<Words>,
    /// Every entry of the log: author's number (the host is 0), id, place.
    pub ids: Vec<(MemberId, EntryId, u64)>,
}

/// Why a batch is not on disk. Nothing of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no room on the disk. The same batch may succeed later.
    #[error("the disk is full")]
    Full,
    /// Writing or flushing failed: what the disk holds is unknown until it is read again, so nothing more may be kept.
    #[error("the disk failed")]
    Failed,
    /// The batch contradicts what is kept; somebody else has written, or this program is wrong.
    #[error("what is on disk is not what was expected")]
    Conflict,
}

impl Loaded {
    /// A new room of the host with the key `host`.
    #[must_use]
    pub fn made(room: RoomId, epoch: Epoch, host: MemberKey, settings: Settings) -> Self {
        Self::new(Kept {
            room,
            host,
            epoch,
            floor: Seen::nothing(room, epoch, &host),
            settings,
            addresses: Vec::new(),
        })
    }

    /// What is known of a room that is being made or entered.
    #[must_use]
    pub fn new(kept: Kept) -> Self {
        Self {
            last: kept.floor,
            kept,
            head: None,
            peers: Vec::new(),
            invites: Vec::new(),
            outbox: Vec::new(),
            counter: 0,
            read: 0,
            compare: None,
            ids: Vec::new(),
        }
    }
}

impl Seen {
    /// Before the first entry of a history.
    #[must_use]
    pub fn nothing(room: RoomId, epoch: Epoch, host: &MemberKey) -> Self {
        Self {
            seq: 0,
            hash: Hash::genesis(room, epoch, host),
        }
    }
}
