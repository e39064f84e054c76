//! What the worker is asked to do with sockets.

use super::LineId;

/// Something for the worker to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transmit {
    /// Bytes are waiting: offer [`super::Endpoint::pending`] to the socket, report with [`super::Endpoint::handle_written`].
    Write(LineId),
    /// Everything has been written: close the sending side (FIN), go on reading.
    Finish(LineId),
    /// Close the socket; no further input of this line is taken.
    Close(LineId),
    /// Try the host's addresses; answer with [`super::Endpoint::handle_opened`] or [`super::Endpoint::handle_unreachable`] (guest with a
    /// key).
    Connect,
}
