//! What moves by itself: bytes both ways, and wishes to the disk.

use landline::proto::message::Message;
use landline::proto::session::SessionEvent;
use landline::proto::{LineEnd, LineId, Store, Transmit};

use super::{Disk, Table};

impl Table {
    /// The host's computer takes no more bytes. Every second its guest offers them in vain, and the host says that it is there.
    pub(crate) fn deaf_for(mut self, seconds: u64) -> Self {
        self.deaf = true;
        for _ in 0..seconds {
            self = self.after(1_000).hears(Message::Ping);
            let (now, line) = (self.now, LineId(self.line));
            self.guest().handle_written(now, line, 0);
            self.drive();
        }
        self
    }

    /// Whether the guest wants to hear more on its line.
    pub(crate) fn reads(&mut self) -> bool {
        let line = LineId(self.line);
        self.guest().wants_bytes(line)
    }

    /// Carries everything until nothing moves.
    pub(super) fn drive(&mut self) {
        while self.step() {}
    }

    fn step(&mut self) -> bool {
        let Some(guest) = &mut self.guest else {
            return false;
        };
        let mut moved = false;
        while let Some(event) = guest.poll_event() {
            self.events.push_back(event);
        }
        while let Some(wish) = guest.poll_store() {
            self.wishes.push_back(wish);
        }
        while let Some(transmit) = guest.poll_transmit() {
            moved = true;
            match transmit {
                Transmit::Connect => self.connects += 1,
                Transmit::Write(line) => {
                    let bytes = match self.deaf {
                        true => Vec::new(),
                        false => guest.pending(line).to_vec(),
                    };
                    guest.handle_written(self.now, line, bytes.len());
                    let Some(session) = &mut self.session else { continue };
                    session.handle_bytes(self.now.monotonic, &bytes);
                    while let Some(event) = session.poll_event() {
                        match event {
                            SessionEvent::Ready { hash, .. } => self.hash = hash,
                            SessionEvent::Message(message) => self.said.push_back(message),
                            SessionEvent::Failed(failure) => panic!("{failure:?}"),
                        }
                    }
                }
                Transmit::Finish(line) => guest.handle_ended(self.now, line, LineEnd::Finished),
                Transmit::Close(_) => self.session = None,
            }
        }
        moved | self.keep() | self.answer()
    }

    fn keep(&mut self) -> bool {
        let Some(wish) = self.wishes.pop_front_if(|_| self.disk != Disk::Waits) else {
            return false;
        };
        let now = self.now;
        match wish {
            Store::Keep(batch) => {
                let result = match self.disk {
                    Disk::Fails(error) => Err(error),
                    _ => self.image.apply(&batch),
                };
                self.guest().handle_stored(now, batch.id, result);
            }
            Store::Read { id, from, limit } => {
                let page = self.image.page(from, limit);
                self.guest().handle_read(now, id, page);
            }
        }
        true
    }

    fn answer(&mut self) -> bool {
        let (Some(session), Some(guest)) = (&mut self.session, &mut self.guest) else {
            return false;
        };
        let bytes = session.pending().to_vec();
        session.written(self.now.monotonic, bytes.len());
        if !bytes.is_empty() {
            guest.handle_bytes(self.now, LineId(self.line), &bytes);
        }
        !bytes.is_empty()
    }
}
