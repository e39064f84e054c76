//! Invite links.

use std::time::SystemTime;

use super::Address;
use super::identity::MemberKey;
use super::log::{InviteNumber, RoomId};

/// All that somebody needs to come into a room. Whoever reads it can come in, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Invite {
    /// Which room.
    pub room: RoomId,
    /// Whose it is.
    pub host: MemberKey,
    /// Which invite.
    pub number: InviteNumber,
    /// What proves it.
    pub secret: [u8; 16],
    /// When it ends.
    pub expires: SystemTime,
    /// Where the host may be reached, the likeliest first.
    pub addresses: Vec<Address>,
}

impl std::fmt::Debug for Invite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invite")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Display for Invite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("landline:")
    }
}
