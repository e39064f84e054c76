//! A guest's one line: a native line with its number, and whether a write is under way.

use std::time::Instant;

use crate::proto::lines::Carrier as _;
use crate::proto::native::Native;
use crate::proto::{LineId, Transmit};

/// A line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: LineId,
    pub(super) native: Native,
    /// Whether a write has been asked for and not yet been fetched.
    pub(super) write_asked: bool,
}

impl Line {
    pub(super) fn new(id: LineId, native: Native) -> Self {
        Self {
            id,
            native,
            write_asked: false,
        }
    }

    /// What is to be done with the socket now.
    pub(super) fn next_transmit(&mut self, now: Instant) -> Option<Transmit> {
        if self.native.wants_write() && !std::mem::replace(&mut self.write_asked, true) {
            return Some(Transmit::Write(self.id));
        }
        self.native.finish(now).then_some(Transmit::Finish(self.id))
    }
}
