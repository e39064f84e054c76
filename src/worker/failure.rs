//! Why a room could not be opened or joined: a closed enum with a code for scripts, a sentence and a remedy.

use std::net::{IpAddr, SocketAddr};

use crate::proto::log::RoomId;

/// Why a room could not be opened or joined, or has stopped.
///
/// `Display` is one English sentence that says what happened; [`Failure::hint`] says what to do. The window has its own
/// sentences in both languages, made from the same fields.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Another program listens at the port.
    #[error("port {port} is already in use on this computer")]
    PortTaken {
        /// The port that was asked for.
        port: u16,
        /// One that is free.
        free: Option<u16>,
    },
    /// Ports below 1024 need rights that this program does not have.
    #[error("this program may not listen at port {port}")]
    PortNotAllowed {
        /// The port that was asked for.
        port: u16,
    },
    /// `--bind` names an address of another computer.
    #[error("{address} is not an address of this computer")]
    AddressNotLocal {
        /// The address that was asked for.
        address: IpAddr,
    },
    /// Listening failed otherwise.
    #[error("cannot listen at port {port}: {cause}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the operating system says.
        cause: String,
    },
    /// The name has no address.
    #[error("no computer called {host} was found")]
    NotResolved {
        /// The name as typed.
        host: String,
    },
    /// The computer is there, and nothing listens at the port.
    #[error("{address} is there, but no room is open at this port")]
    Refused {
        /// Where.
        address: SocketAddr,
    },
    /// No way leads to the computer.
    #[error("there is no way to {address} from this network")]
    Unreachable {
        /// Where.
        address: SocketAddr,
    },
    /// Nothing answered.
    #[error("{address} did not answer")]
    TimedOut {
        /// Where.
        address: SocketAddr,
    },
    /// Connecting failed otherwise.
    #[error("cannot connect to {address}: {cause}")]
    Connect {
        /// Where.
        address: SocketAddr,
        /// What the operating system says.
        cause: String,
    },
    /// An invite says nothing of where its room is.
    #[error("the invite does not say where the room is")]
    NoAddress,
    /// Nothing is kept of a room that was to be opened again.
    #[error("this computer knows nothing of this room")]
    UnknownRoom,
    /// The room is open in this program.
    #[error("this room is open already")]
    AlreadyOpen {
        /// Which room.
        room: RoomId,
    },
    /// A room was to be opened that somebody else hosts.
    #[error("this room is somebody else's")]
    OthersRoom,
    /// What is kept of the room cannot be read.
    #[error("what this computer has kept of the room cannot be read: {cause}")]
    Disk {
        /// What the disk or the database says.
        cause: String,
    },
    /// The operating system gives no thread or no socket.
    #[error("this computer has too little of something: {cause}")]
    Resources {
        /// What the operating system says.
        cause: String,
    },
    /// The room's thread has panicked, which is a bug: people are told rather than left waiting.
    #[error("the room has stopped because of a mistake in Landline")]
    Internal,
}

impl Failure {
    /// The operating system gave no thread or no socket.
    pub(super) fn too_little(error: &std::io::Error) -> Self {
        Self::Resources {
            cause: error.to_string(),
        }
    }

    /// A stable word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PortTaken { .. } => "port-taken",
            Self::PortNotAllowed { .. } => "port-not-allowed",
            Self::AddressNotLocal { .. } => "address-not-local",
            Self::Listen { .. } => "listen-failed",
            Self::NotResolved { .. } => "not-resolved",
            Self::Refused { .. } => "refused",
            Self::Unreachable { .. } => "unreachable",
            Self::TimedOut { .. } => "timed-out",
            Self::Connect { .. } => "connect-failed",
            Self::NoAddress => "no-address",
            Self::UnknownRoom => "unknown-room",
            Self::AlreadyOpen { .. } => "already-open",
            Self::OthersRoom => "others-room",
            Self::Disk { .. } => "disk",
            Self::Resources { .. } => "resources",
            Self::Internal => "internal",
        }
    }

    /// What to do about it, in one English sentence.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::PortTaken { free: Some(free), .. } => {
                format!("Use port {free}, which is free, or end the other program.")
            }
            Self::PortTaken { free: None, .. } => "Choose another port, or end the other program.".to_owned(),
            Self::PortNotAllowed { .. } => "Choose a port from 1024 to 65535.".to_owned(),
            Self::AddressNotLocal { .. } => {
                "Leave the address out to listen at all addresses of this computer.".to_owned()
            }
            Self::Listen { .. } => "Choose another port or address.".to_owned(),
            Self::NotResolved { .. } => "Check the spelling, or ask the host for the address in numbers.".to_owned(),
            Self::Refused { .. } => "Check the port, and that the room is open.".to_owned(),
            Self::Unreachable { .. } => "Check that both computers are on the same network.".to_owned(),
            Self::TimedOut { .. } => {
                "Check the address, that the computer is on, and that its firewall lets Landline in.".to_owned()
            }
            Self::Connect { .. } => "Check the address and the network.".to_owned(),
            Self::NoAddress => "Ask the host for the address, or for another invite.".to_owned(),
            Self::UnknownRoom => "Join it with an invite or by its host's address.".to_owned(),
            Self::AlreadyOpen { .. } => "Use the one that is open, or leave it first.".to_owned(),
            Self::OthersRoom => "Join it instead of opening it.".to_owned(),
            Self::Disk { .. } => {
                "Check that the disk works and has room; a copy of the profile folder is worth making first.".to_owned()
            }
            Self::Resources { .. } => "Close other programs, or raise the limit on open files.".to_owned(),
            Self::Internal => "Open it again, and please report what standard error says.".to_owned(),
        }
    }
}
