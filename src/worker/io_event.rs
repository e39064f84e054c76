//! What the IO threads report to the driver: one closed enum of everything that a network and a disk can do to a room.

use std::io;
use std::net::{SocketAddr, TcpStream};

use super::Failure;
use super::connector::AttemptId;
use crate::proto::log::{BatchId, Loaded, PlacedEntry, RoomId, StoreError};
use crate::proto::{LineEnd, LineId, ReadId};

/// What an IO thread reports.
#[derive(Debug)]
pub(super) enum IoEvent {
    /// Somebody connected.
    Accepted { stream: TcpStream, address: SocketAddr },
    /// The system gave no connection; the listener goes on.
    AcceptFailed { error: io::Error },
    /// The connector tries an address.
    Connecting { attempt: AttemptId, address: SocketAddr },
    /// The connector is done.
    Connected {
        attempt: AttemptId,
        stream: TcpStream,
        address: SocketAddr,
    },
    /// The connector has given up.
    ConnectFailed { attempt: AttemptId, failure: Failure },
    /// A peer sent something.
    Bytes {
        line: LineId,
        bytes: Box<[u8]>,
        /// The line's reader has stepped back; until it is told to go on, the driver reads.
        reader_waits: bool,
    },
    /// A line has ended, and nobody reads it any more.
    Ended { line: LineId, end: LineEnd },
    /// What the disk has kept of the room; `None`: nothing.
    Loaded {
        loaded: Result<Option<Box<Loaded>>, Failure>,
    },
    /// This computer was in the room before, so this batch, which would make it, is not kept: the disk's thread has ended, and is to
    /// be started with this room.
    KnownRoom { room: RoomId, batch: BatchId },
    /// A batch is on disk, or it is not.
    Stored {
        batch: BatchId,
        result: Result<(), StoreError>,
    },
    /// Entries were read.
    Read { id: ReadId, entries: Vec<PlacedEntry> },
    /// One of these threads has panicked, which is a bug.
    Panicked,
}
