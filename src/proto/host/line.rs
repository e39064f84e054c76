//! A native line, from the moment when it is known whose it is.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::bucket::Bucket;
use super::owed::Owed;
use crate::proto::identity::MemberKey;
use crate::proto::meeting::Meeting;
use crate::proto::message::Resume;
use crate::proto::{KnockId, MemberId};

/// How long somebody who has shown a key may take to say what they want: as long as for the whole handshake.
pub(super) const JOIN_WITHIN: Duration = Duration::from_secs(10);

/// A native line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) key: MemberKey,
    /// Names this session.
    pub(super) hash: [u8; 32],
    pub(super) address: SocketAddr,
    pub(super) phase: Phase,
    /// Where their copy of the log ends.
    pub(super) resume: Option<Resume>,
    /// What was refused for now and is to come again.
    pub(super) owed: Owed,
    /// Nothing is read from it before then: its member has said too much.
    pub(super) held_until: Option<Instant>,
    /// How much somebody may still say who is not in.
    pub(super) allowance: Bucket,
}

/// How far a line has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// They are to say what they want before then.
    Joining(Instant),
    /// A person at this host is asked.
    Knocking(KnockId),
    /// They come in, once something is on disk or was read from it.
    Entering,
    /// They are in the room.
    In { id: MemberId, flow: Flow },
}

/// What a line is sent of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// All that is stored, as it is stored.
    Live {
        /// Up to where they were sent it.
        told: u64,
    },
    /// A page that is being read.
    Reading,
    /// Nothing, until they have stored what they have been sent: up to here.
    Paused(u64),
    /// Nothing: it is they who have more of the log than this host.
    Ahead {
        /// Where their copy ends.
        seq: u64,
        /// They were asked, and do not have what is missing.
        empty: bool,
    },
}

impl Line {
    pub(super) fn new(
        join_until: Instant,
        key: MemberKey,
        hash: [u8; 32],
        address: SocketAddr,
        allowance: Bucket,
    ) -> Self {
        Self {
            key,
            hash,
            address,
            phase: Phase::Joining(join_until),
            resume: None,
            owed: Owed::default(),
            held_until: None,
            allowance,
        }
    }

    pub(super) fn meeting<'a>(&'a self, host: &'a MemberKey) -> Meeting<'a> {
        Meeting {
            hash: &self.hash,
            host,
            guest: &self.key,
        }
    }
}
