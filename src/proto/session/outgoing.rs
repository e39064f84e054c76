//! What waits for the operating system: one run of bytes, so that many frames go out in one write.

use std::collections::VecDeque;

/// What a line keeps when nothing waits: a few chat frames. Thousands of quiet lines cost no more: what a long run has left, such as a welcome,
/// is given back when it is written, and what a flood has left with the next word of the line, which is a question whether anybody is
/// there, at the latest.
const KEPT_CAPACITY: usize = 1 << 10;
/// The same of where frames end.
const KEPT_ENDS: usize = 8;

/// Sealed bytes in the order in which they go out.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    bytes: Vec<u8>,
    /// How much of `bytes` the operating system has taken.
    taken: usize,
    /// How many bytes were in `bytes` before and are gone.
    gone: u64,
    /// Where the frames end that are not yet taken, counted from the first byte of the line.
    ends: VecDeque<u64>,
    /// Whether the run before was a long one, too.
    floods: bool,
}

impl Outgoing {
    /// `write` appends one frame, or the messages of one step of the handshake.
    pub(super) fn append<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let before = self.bytes.len();
        let result = write(&mut self.bytes);
        if self.bytes.len() > before {
            self.ends.push_back(self.gone + self.bytes.len() as u64);
        }
        result
    }

    pub(super) fn pending(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    pub(super) fn frames(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn written(&mut self, bytes: usize) {
        self.taken = (self.taken + bytes).min(self.bytes.len());
        let reached = self.gone + self.taken as u64;
        while self.ends.front().is_some_and(|end| *end <= reached) {
            self.ends.pop_front();
        }
        self.compact();
    }

    /// Frees what was taken, lazily, so that a byte is moved at most once.
    fn compact(&mut self) {
        if self.taken == self.bytes.len() {
            let long = self.bytes.len() > KEPT_CAPACITY;
            let flood = std::mem::replace(&mut self.floods, long) && long;
            self.gone += self.taken as u64;
            self.taken = 0;
            self.bytes.clear();
            // In a flood the next run is as long, and to give back and take again for each costs more than to seal it.
            if !flood {
                self.bytes.shrink_to(KEPT_CAPACITY);
                self.ends.shrink_to(KEPT_ENDS);
            }
        } else if self.taken > self.bytes.len() / 2 {
            self.gone += self.taken as u64;
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
    }
}

#[cfg(test)]
impl Outgoing {
    /// Memory that this needs.
    pub(super) fn kept_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u64>()
    }
}
