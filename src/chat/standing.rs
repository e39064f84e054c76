//! Where a room stands, and who is at its door.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use crate::proto::identity::MemberKey;
use crate::proto::log::{RoomId, Settings};
use crate::proto::words::Words;
use crate::proto::{KnockId, LineEnd};
use crate::worker::EndReason;

/// What an encrypted room has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Native {
    /// Which room.
    pub room: RoomId,
    /// Whose it is.
    pub host: MemberKey,
    /// How it is.
    pub settings: Settings,
}

/// Somebody at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knock {
    /// Which knock.
    pub id: KnockId,
    /// What they call themselves.
    pub name: Arc<str>,
    /// Whose key it is.
    pub key: MemberKey,
    /// Where they are.
    pub address: SocketAddr,
    /// The same words are shown at their computer.
    pub words: Words,
}

/// Where a room stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nothing has happened yet.
    Starting,
    /// Open.
    Hosting {
        /// The port that was bound.
        port: u16,
        /// Where people can reach it.
        addresses: Vec<SocketAddr>,
    },
    /// On the way in.
    Connecting {
        /// The address being tried.
        address: SocketAddr,
    },
    /// At the door: a person at the host is asked.
    Waiting {
        /// What both sides compare.
        words: Words,
    },
    /// In.
    Connected,
    /// The line is lost, and another is tried by itself.
    Lost {
        /// How it ended.
        end: LineEnd,
        /// When the next attempt is due.
        retry_at: SystemTime,
    },
    /// Over.
    Ended(EndReason),
}
