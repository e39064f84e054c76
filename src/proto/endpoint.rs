//! All lines of one room, whichever side of it this is.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::guest::{self, Guest};
use super::host::Host;
use super::log::{BatchId, PlacedEntry, StoreError};
use super::plain_guest::PlainGuest;
use super::transmit::Transmit;
use super::{Command, Event, GuestConfig, HostConfig, LineEnd, LineId, Now, PlainGuestConfig, ReadId, Store};

/// How long lines take to end: a goodbye, and the peer's time to answer it.
const LINES_END_WITHIN: Duration = Duration::from_secs(2);

/// All lines of one room, seen by its host or by one guest. See the module's contract.
#[derive(Debug)]
pub struct Endpoint(Box<dyn Side>);

/// What the host, a guest and a plain guest have in common.
pub(super) trait Side: fmt::Debug + Send {
    fn handle_opened(&mut self, now: Now, line: LineId, address: SocketAddr);
    fn handle_bytes(&mut self, now: Now, line: LineId, bytes: &[u8]);
    fn handle_ended(&mut self, now: Now, line: LineId, end: LineEnd);
    fn handle_written(&mut self, now: Now, line: LineId, bytes: usize);
    fn handle_command(&mut self, now: Now, command: Command);
    fn handle_timeout(&mut self, now: Now);
    fn poll_transmit(&mut self) -> Option<Transmit>;
    fn poll_event(&mut self) -> Option<Event>;
    fn poll_timeout(&self) -> Option<Instant>;
    fn pending(&self, line: LineId) -> &[u8];
    fn queued_bytes(&self, line: LineId) -> usize;

    /// Only guests call anybody.
    fn handle_unreachable(&mut self, _now: Now) {}

    /// Plain guests keep nothing.
    fn handle_stored(&mut self, _now: Now, _batch: BatchId, _result: Result<(), StoreError>) {}

    /// Plain guests keep nothing.
    fn handle_read(&mut self, _now: Now, _read: ReadId, _entries: Vec<PlacedEntry>) {}

    /// Only a host gathers anything.
    fn handle_lull(&mut self, _now: Now) {}

    /// Plain guests keep nothing.
    fn poll_store(&mut self) -> Option<Store> {
        None
    }

    /// Only a host holds anybody back.
    fn wants_bytes(&self, _line: LineId) -> bool {
        true
    }

    /// A host is never held up, not even by its slowest guest.
    fn is_congested(&self) -> bool {
        false
    }
}

impl Endpoint {
    /// How long leaving may take in the worst case: a guest waits until its host has what was said, then lines end.
    pub const LEAVE_WITHIN: Duration = guest::LEAVE_WAIT.saturating_add(LINES_END_WITHIN);

    /// A room with nobody in it but its host. What `poll_store` yields at once makes it, or brings it up to date.
    #[must_use]
    pub fn host(now: Now, config: HostConfig) -> Self {
        Self(Box::new(Host::new(now, config)))
    }

    /// A guest with a key. It calls its host by itself: see [`Transmit::Connect`].
    #[must_use]
    pub fn guest(now: Now, config: GuestConfig) -> Self {
        Self(Box::new(Guest::new(now, config)))
    }

    /// A guest on plain text; its one line is opened by `handle_opened`.
    #[must_use]
    pub fn plain_guest(config: PlainGuestConfig) -> Self {
        Self(Box::new(PlainGuest::new(config)))
    }

    /// A connection exists: accepted (host) or made (guest).
    pub fn handle_opened(&mut self, now: Now, line: LineId, address: SocketAddr) {
        self.0.handle_opened(now, line, address);
    }

    /// No connection came about (guest; answers [`Transmit::Connect`]).
    pub fn handle_unreachable(&mut self, now: Now) {
        self.0.handle_unreachable(now);
    }

    /// A peer sent bytes.
    pub fn handle_bytes(&mut self, now: Now, line: LineId, bytes: &[u8]) {
        self.0.handle_bytes(now, line, bytes);
    }

    /// A connection ended. What it had sent before is still shown.
    pub fn handle_ended(&mut self, now: Now, line: LineId, end: LineEnd) {
        self.0.handle_ended(now, line, end);
    }

    /// The operating system took `bytes` of [`Endpoint::pending`]; 0 means that its buffer is full. After 0 no write is
    /// asked for until some bytes have been taken: whoever offers them knows when the socket takes more.
    pub fn handle_written(&mut self, now: Now, line: LineId, bytes: usize) {
        self.0.handle_written(now, line, bytes);
    }

    /// The person at this computer wants something. What this side of a room does not have is left undone.
    ///
    /// [`Command::Say`] ends in `Said` (and `Sent`), or in `Refused` with the words. [`Command::Leave`] ends in `Closed`, at the
    /// latest after [`Endpoint::LEAVE_WITHIN`].
    pub fn handle_command(&mut self, now: Now, command: Command) {
        self.0.handle_command(now, command);
    }

    /// A batch is on disk, or it is not (answers [`Store::Keep`], in order).
    pub fn handle_stored(&mut self, now: Now, batch: BatchId, result: Result<(), StoreError>) {
        self.0.handle_stored(now, batch, result);
    }

    /// Entries were read (answers [`Store::Read`], in order). Fewer than there must be means that reading failed.
    pub fn handle_read(&mut self, now: Now, read: ReadId, entries: Vec<PlacedEntry>) {
        self.0.handle_read(now, read, entries);
    }

    /// Nothing more is at hand, or enough was taken in. A host gathers what it is told until then, so that all of it shares one batch on the disk
    /// and one page for each guest; what fills no batch waits for this. Call it before waiting, however shortly.
    pub fn handle_lull(&mut self, now: Now) {
        self.0.handle_lull(now);
    }

    /// A deadline has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        self.0.handle_timeout(now);
    }

    /// What to do with sockets. Poll after every `handle_*`.
    #[must_use]
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.0.poll_transmit()
    }

    /// What to do with the disk. Poll after every `handle_*`, and after making the endpoint.
    #[must_use]
    pub fn poll_store(&mut self) -> Option<Store> {
        self.0.poll_store()
    }

    /// What happened. Poll after every `handle_*`.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<Event> {
        self.0.poll_event()
    }

    /// When to call `handle_timeout`, if nothing else happens.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.0.poll_timeout()
    }

    /// The bytes that wait to be written to a line now (contiguous; empty for an unknown line).
    #[must_use]
    pub fn pending(&self, line: LineId) -> &[u8] {
        self.0.pending(line)
    }

    /// What waits for a line, now or later, in bytes of memory.
    #[must_use]
    pub fn queued_bytes(&self, line: LineId) -> usize {
        self.0.queued_bytes(line)
    }

    /// Whether to read on from a line. If not, ask again after the next `handle_*`: when time alone changes the answer, there is a
    /// deadline for it.
    #[must_use]
    pub fn wants_bytes(&self, line: LineId) -> bool {
        self.0.wants_bytes(line)
    }

    /// Whether this guest should say no more for a while: half of what may wait for its line is waiting. Whoever reads
    /// words from a file stops here until it is over. A host is never held up, not even by its slowest guest.
    #[must_use]
    pub fn is_congested(&self) -> bool {
        self.0.is_congested()
    }
}
