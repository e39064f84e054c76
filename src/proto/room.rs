//! Who is in the room, and what they are called.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// A member of one room while it is open. The host is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub u64);

impl MemberId {
    /// The host of every room.
    pub const HOST: Self = Self(0);
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.0)
    }
}

/// A member, as an entry remembers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Who.
    pub id: MemberId,
    /// Their name at that time; for somebody without a name `plain guest ADDRESS`.
    pub name: Arc<str>,
    /// Whether they are on plain text.
    pub plain: bool,
}

/// A member, as the members list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Id, name and kind.
    pub author: Author,
    /// Whether they chose the name; otherwise it was made from the address.
    pub named: bool,
    /// Whether this is the person at this computer.
    pub me: bool,
    /// Where they are; `None` for the person at this computer.
    pub address: Option<SocketAddr>,
}
