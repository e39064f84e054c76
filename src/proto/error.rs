//! Why lines and rooms end, and what people are told: closed enums, no strings.

use std::net::SocketAddr;

use super::identity::MemberKey;
use super::log::{SignedHead, StoreError};
use super::message::{DenyReason, SubmitRefusal};
use super::room::Member;

/// How a TCP connection ended, as the operating system tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineEnd {
    /// The peer closed its sending side (FIN).
    Finished,
    /// The peer, or something between, cut the connection (RST).
    Reset,
    /// Keep-alive or retransmission gave up.
    TimedOut,
    /// Another error of the socket.
    Failed,
}

/// Why a member is gone, from the room's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveReason {
    /// They said `bye`.
    Bye,
    /// Their line ended without `bye`.
    Lost(LineEnd),
    /// The host removed them.
    Removed,
    /// They did not read what was sent to them, and their queue was full or stood still for too long.
    TooSlow,
    /// They sent a message without an end (see [`super::plain::MAX_UNENDED_BYTES`]).
    Endless,
}

/// Why the room is over for this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// This computer left.
    Left,
    /// The host said `bye`.
    HostLeft,
    /// The line to the host ended without `bye`.
    Lost(LineEnd),
    /// The host did not read what was said.
    TooSlow,
    /// The host sent a message without an end.
    Endless,
    /// The host does not let this computer in.
    Denied(DenyReason),
    /// The host has removed this member.
    Removed,
    /// Another line of the same member has taken the place of this one: the same key is used on two computers, or twice on one.
    Replaced,
    /// Whoever answers has another key than the host that is known: there is no way on.
    HostKeyChanged {
        /// The host's key, as it is known.
        known: MemberKey,
        /// The key that was shown instead.
        shown: MemberKey,
    },
    /// This computer can keep nothing more, so nothing more may be said or shown.
    Disk(StoreError),
    /// Nobody answers where the host should be, and this computer was never in its room.
    Unreachable,
    /// Something else answers where the host should be.
    NotLandline,
    /// The host speaks no version that this program speaks.
    Version,
    /// The host has another room than the one that was asked for.
    OtherRoom,
    /// The host has passed on something that its author has not signed, was not allowed to write, or has written before; or it has shown
    /// words that it had not committed itself to (place 0).
    Forged {
        /// The place for which it was.
        seq: u64,
    },
    /// The host has signed two histories: what it shows now is not what it has shown before. [`Notice::TwoStories`] proves it.
    TwoStories,
}

/// Why a message of this computer did not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefuseReason {
    /// Nothing but blanks.
    Empty,
    /// More bytes than a message may have.
    TooLong {
        /// Its bytes.
        bytes: usize,
    },
    /// The line ended before the operating system had taken it.
    LineLost,
    /// The room is over, or not yet open.
    NotConnected,
    /// This computer's disk is full.
    DiskFull,
    /// This computer's disk has failed.
    DiskFailed,
    /// Too much waits for the host already.
    OutboxFull,
    /// The host does not take it.
    Host(SubmitRefusal),
}

impl RefuseReason {
    /// Whether saying it again later can succeed.
    #[must_use]
    pub fn retry(self) -> bool {
        match self {
            Self::LineLost | Self::NotConnected | Self::DiskFull | Self::OutboxFull => true,
            Self::Host(refusal) => refusal.retry(),
            Self::Empty | Self::TooLong { .. } | Self::DiskFailed => false,
        }
    }
}

/// Something people in the room should know, that is no message and no coming or going.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Anybody on the network can read and forge what is said here.
    PlainText,
    /// A member's message was longer than a message may be; the rest of it was dropped, and they were told.
    MessageCut {
        /// Whose.
        member: Member,
    },
    /// A member asked for a name that is empty, taken or confusable, and was told so.
    NameRefused {
        /// Who.
        member: Member,
    },
    /// Somebody could not come in because the room is full, and was told so.
    RoomFull {
        /// From where.
        address: SocketAddr,
    },
    /// Somebody could not come in because the room takes no plain text, and was told so.
    PlainRefused {
        /// From where.
        address: SocketAddr,
    },
    /// Wrong invites have come from somewhere, so many that no more are looked at from there for ten minutes.
    InvitesGuessed {
        /// From where.
        address: SocketAddr,
    },
    /// This host has lost the end of its log: a guest has more of it, signed by this host. Nothing is taken before the guests have sent it
    /// back, or a person begins another history ([`super::Command::NewEpoch`]).
    LogLost {
        /// The first place that is missing.
        from: u64,
    },
    /// The guests have sent back what was lost.
    LogWhole,
    /// This host's disk is full: what is said is refused until there is room.
    DiskFull,
    /// This guest's disk is full: what comes is shown, and whoever enters is in, when there is room again.
    CopyHeldUp,
    /// The host has signed two histories.
    TwoStories {
        /// What it had signed before, and what it has signed now: with the entries before them, proof for anybody.
        heads: Box<[SignedHead; 2]>,
    },
}
