//! All lines of one room: who hears what.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::plain::Encoding;
use super::{EntryId, Event, LineEnd, LineId, MemberId, Now};

/// What a host decides about its room.
#[derive(Debug, Clone)]
pub struct HostConfig {
    /// What the room is called.
    pub room: Arc<str>,
    /// What the host is called.
    pub name: Arc<str>,
    /// The encoding of plain guests; `None`: plain text is not let in.
    pub plain: Option<Encoding>,
    /// What a newcomer reads first; may be empty.
    pub welcome: String,
    /// Bounds.
    pub limits: Limits,
}

/// What a guest decides about its line.
#[derive(Debug, Clone)]
pub struct GuestConfig {
    /// What the guest is called.
    pub name: Arc<str>,
    /// What to call the room and its host: the address as typed.
    pub host: Arc<str>,
    /// The encoding of the host.
    pub encoding: Encoding,
    /// Say `/name NAME` first, ending in a newline. For a Landline host, which understands it; not for a plain-text program.
    pub introduce: bool,
    /// Bounds.
    pub limits: Limits,
}

/// Bounds on what one room may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Lines at a time.
    pub max_lines: usize,
    /// Bytes waiting for one line.
    pub max_queued_bytes: usize,
    /// Messages waiting for one line.
    pub max_queued_messages: usize,
    /// How long a line may take no byte while some are waiting.
    pub write_stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_lines: 512,
            max_queued_bytes: 4 << 20,
            max_queued_messages: 1024,
            write_stall: Duration::from_secs(20),
        }
    }
}

/// Something for the worker to do with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transmit {
    /// Bytes are waiting: offer [`Endpoint::pending`] to the socket, report with [`Endpoint::handle_written`].
    Write(LineId),
    /// Everything has been written: close the sending side (FIN), go on reading.
    Finish(LineId),
    /// Close the socket; no further input of this line is taken.
    Close(LineId),
}

/// All lines of one room, seen by its host or by one guest. See the module's contract.
#[derive(Debug)]
pub struct Endpoint {}

impl Endpoint {
    /// An open room with nobody in it but its host.
    #[must_use]
    pub fn host(config: HostConfig, seed: u64) -> Self {
        todo!("{config:?}{seed}")
    }

    /// A guest; its one line is opened by `handle_opened`.
    #[must_use]
    pub fn guest(config: GuestConfig, seed: u64) -> Self {
        todo!("{config:?}{seed}")
    }

    /// A connection exists: accepted (host) or made (guest).
    pub fn handle_opened(&mut self, now: Now, line: LineId, address: SocketAddr) {
        todo!("{now:?}{line:?}{address}")
    }

    /// A peer sent bytes.
    pub fn handle_bytes(&mut self, now: Now, line: LineId, bytes: &[u8]) {
        todo!("{now:?}{line:?}{bytes:?}")
    }

    /// A connection ended. What it had sent before is still shown.
    pub fn handle_ended(&mut self, now: Now, line: LineId, end: LineEnd) {
        todo!("{now:?}{line:?}{end:?}")
    }

    /// The operating system took `bytes` of [`Endpoint::pending`]; 0 means that its buffer is full.
    pub fn handle_written(&mut self, now: Now, line: LineId, bytes: usize) {
        todo!("{now:?}{line:?}{bytes:?}")
    }

    /// The person at this computer says something. Ends in exactly one of `Said` (and later `Sent` or `Refused`) or `Refused`.
    /// Exactly `bye` leaves.
    pub fn handle_say(&mut self, now: Now, text: &str) {
        todo!("{now:?}{text}")
    }

    /// The host removes a member: `bye`, and the line is closed. Unknown members and guests' calls do nothing.
    pub fn handle_remove(&mut self, now: Now, member: MemberId) {
        todo!("{now:?}{member:?}")
    }

    /// This computer leaves: `bye` on every line once what was said before has gone out; `Closed` when all are done, at the
    /// latest after [`Endpoint::LEAVE_WITHIN`].
    pub fn handle_leave(&mut self, now: Now) {
        todo!("{now:?}")
    }

    /// A deadline has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        todo!("{now:?}")
    }

    /// What to do with sockets. Poll after every `handle_*`.
    #[must_use]
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        todo!()
    }

    /// What happened. Poll after every `handle_*`.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<Event> {
        todo!()
    }

    /// When to call `handle_timeout`, if nothing else happens.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        todo!()
    }

    /// The bytes that wait to be written to a line now (contiguous; empty for an unknown line).
    #[must_use]
    pub fn pending(&self, line: LineId) -> &[u8] {
        todo!("{line:?}")
    }

    /// How long leaving may take in the worst case.
    pub const LEAVE_WITHIN: Duration = Duration::from_secs(2);

    /// An id for the next entry of this computer, from the seed.
    fn next_id(&mut self) -> EntryId {
        todo!()
    }
}
