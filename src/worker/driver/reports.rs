//! What the driver does about reports: of lines, of attempts to connect, of the disk.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use crossbeam_channel::bounded;

use super::{Driver, IO_EVENTS, now};
use crate::proto::log::{BatchId, RoomId, StoreError};
use crate::proto::{self, LineId};
use crate::worker::connector::AttemptId;
use crate::worker::io_event::IoEvent;
use crate::worker::lines::{Held, Lines};
use crate::worker::opening::{self, Opened, Unopened};
use crate::worker::{EndReason, Event, Failure, Role, Target};

impl Driver<'_> {
    /// Yields the bytes that came.
    pub(super) fn handle_io(&mut self, event: IoEvent) -> usize {
        match event {
            _ if self.is_late(&event) => {}
            IoEvent::Accepted { stream, address } => self.accept(stream, address),
            IoEvent::AcceptFailed { error } => tracing::warn!("nobody new can come in at the moment: {error}"),
            IoEvent::Connecting { address, .. } => self.window.push(Event::Connecting { address }),
            IoEvent::Connected { stream, address, .. } => self.connected(stream, address),
            IoEvent::ConnectFailed { failure, .. } => self.unreachable(failure),
            IoEvent::Bytes {
                line,
                bytes,
                reader_waits,
            } => {
                if reader_waits {
                    self.lines.take_over(line);
                }
                let count = bytes.len();
                self.hear(line, bytes);
                return count;
            }
            IoEvent::Ended { line, end } => {
                if let Some(end) = self.lines.remove(line, end) {
                    self.endpoint.handle_ended(now(), line, end);
                }
            }
            IoEvent::Stored { .. } | IoEvent::Read { .. } | IoEvent::Loaded { .. } | IoEvent::KnownRoom { .. } => {
                self.handle_disk(event);
            }
            IoEvent::Panicked => self.end(EndReason::Failed(Failure::Internal)),
        }
        0
    }

    /// The one place where the reports of attempts to connect that no longer count are dropped.
    fn is_late(&self, event: &IoEvent) -> bool {
        let is_late = |attempt: &AttemptId| self.source.calls().is_none_or(|calls| !calls.is_current(*attempt));
        match event {
            IoEvent::Connecting { attempt, .. }
            | IoEvent::Connected { attempt, .. }
            | IoEvent::ConnectFailed { attempt, .. } => is_late(attempt),
            _ => false,
        }
    }

    fn handle_disk(&mut self, answer: IoEvent) {
        if let Some(disk) = &mut self.disk {
            disk.answered();
        }
        match answer {
            IoEvent::Stored { batch, result } => self.endpoint.handle_stored(now(), batch, result),
            IoEvent::Read { id, entries } => self.endpoint.handle_read(now(), id, entries),
            IoEvent::KnownRoom { room, batch } => {
                self.give_back(batch);
                self.start_over(room);
            }
            _ => {}
        }
    }

    /// A line has said something. What the room does not want to hear for now waits, and its reader reads no more.
    fn hear(&mut self, line: LineId, bytes: Box<[u8]>) {
        if self.lines.is_held_back(line) || !self.endpoint.wants_bytes(line) {
            self.lines.hold_back(line, Some(bytes));
        } else if self.lines.is_open(line) {
            self.endpoint.handle_bytes(now(), line, &bytes);
            if !self.endpoint.wants_bytes(line) {
                self.lines.hold_back(line, None);
            }
        }
    }

    /// Hears the lines that are wanted again.
    pub(super) fn hear_held(&mut self) {
        for line in self.lines.held_back() {
            while self.endpoint.wants_bytes(line) {
                match self.lines.next_held(line) {
                    Some(Held::Bytes(bytes)) => self.endpoint.handle_bytes(now(), line, &bytes),
                    Some(Held::End(end)) => {
                        self.endpoint.handle_ended(now(), line, end);
                        break;
                    }
                    None => {
                        self.lines.read_on(line);
                        break;
                    }
                }
            }
        }
    }

    fn accept(&mut self, stream: TcpStream, address: SocketAddr) {
        // One that gets no thread is closed by this, and everybody else is left alone.
        if let Err(error) = self.open_line(stream, address) {
            tracing::warn!("somebody could not be let in: {error}");
        }
    }

    fn connected(&mut self, stream: TcpStream, address: SocketAddr) {
        match self.open_line(stream, address) {
            Ok(()) => {
                if let Some(calls) = self.source.calls_mut() {
                    calls.connected(address);
                }
            }
            Err(error) => self.unreachable(Failure::too_little(&error)),
        }
    }

    /// Nobody answers. A room in which this computer has been, or which has answered before, is worth another try.
    fn unreachable(&mut self, failure: Failure) {
        let Some(calls) = self.source.calls_mut() else { return };
        calls.failed();
        if calls.is_worth_another_try() {
            self.endpoint.handle_unreachable(now());
        } else {
            self.end(EndReason::Failed(failure));
        }
    }

    pub(super) fn call(&mut self) {
        let Some(calls) = self.source.calls_mut() else { return };
        if let Err(error) = calls.call(Instant::now(), &self.io_sender) {
            self.unreachable(Failure::too_little(&error));
        }
    }

    fn open_line(&mut self, stream: TcpStream, address: SocketAddr) -> io::Result<()> {
        let id = LineId(self.next_line);
        self.next_line += 1;
        self.lines.open(id, stream, &self.io_sender)?;
        self.endpoint.handle_opened(now(), id, address);
        Ok(())
    }

    /// What the person has said meanwhile is shown again, because nothing of this beginning is kept.
    fn give_back(&mut self, batch: BatchId) {
        self.endpoint.handle_stored(now(), batch, Err(StoreError::Conflict));
        while let Some(event) = self.endpoint.poll_event() {
            if let proto::Event::Refused { .. } = event {
                self.window.push(Event::Room(event));
            }
        }
    }

    /// The room that was joined by its address is one of which something is kept: begins again from there. The line is given up, which a
    /// host that knows this member does not mind.
    fn start_over(&mut self, room: RoomId) {
        let more = self
            .source
            .calls()
            .map_or_else(Vec::new, |calls| calls.addresses().to_vec());
        self.close();
        self.lines = Lines::default();
        (self.io_sender, self.io) = bounded(IO_EVENTS);
        if let Role::Join(join) = &mut self.config.role {
            join.target = Target::Known(room);
        }
        match opening::open(&self.home, &self.config, &more, &mut self.person, &self.io_sender) {
            Ok(Opened {
                endpoint, disk, source, ..
            }) => (self.endpoint, self.disk, self.source) = (endpoint, disk, source),
            Err(Unopened::Ended(reason, disk)) => {
                self.end(reason);
                self.disk = disk.map(|disk| *disk);
            }
            Err(Unopened::Abandoned) => self.abandoned = true,
        }
    }
}
