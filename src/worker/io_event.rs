//! What the IO threads report to the driver: one closed enum of everything that a network can do to a room.

use std::io;
use std::net::{SocketAddr, TcpStream};

use super::Failure;
use crate::proto::{LineEnd, LineId};

/// What an IO thread reports.
#[derive(Debug)]
pub(super) enum IoEvent {
    /// Somebody connected.
    Accepted { stream: TcpStream, address: SocketAddr },
    /// The system gave no connection; the listener goes on.
    AcceptFailed { error: io::Error },
    /// The connector tries an address.
    Connecting { address: SocketAddr },
    /// The connector is done.
    Connected { stream: TcpStream, address: SocketAddr },
    /// The connector has given up.
    ConnectFailed { failure: Failure },
    /// A peer sent something.
    Bytes {
        line: LineId,
        bytes: Box<[u8]>,
        /// The line's reader has stepped back; until it is told to go on, the driver reads.
        reader_waits: bool,
    },
    /// A line has ended, and nobody reads it any more.
    Ended { line: LineId, end: LineEnd },
}
