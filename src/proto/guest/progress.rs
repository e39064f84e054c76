//! When the host is told how far this copy has got.

use std::time::Instant;

use crate::proto::pace::gather;

/// What the host is still to be told. After it was told it is not told again for a while: it hears at once of what comes now and then, and
/// five times a second, or less often in a large room, in a flood.
#[derive(Debug, Default)]
pub(super) struct Progress {
    untold: Option<u64>,
    quiet_until: Option<Instant>,
}

impl Progress {
    /// The disk has everything up to `seq`. Whether the host waits for that before it sends more.
    pub(super) fn stored(&mut self, seq: u64, awaited: bool) {
        self.untold = self.untold.max(Some(seq));
        if awaited {
            self.quiet_until = None;
        }
    }

    /// The host knows this much, by this or other words.
    pub(super) fn told(&mut self, seq: u64) {
        self.untold.take_if(|untold| *untold <= seq);
    }

    /// What the host is to be told now, where so many members are.
    pub(super) fn take_due(&mut self, now: Instant, members: impl FnOnce() -> usize) -> Option<u64> {
        if self.quiet_until.is_some_and(|until| until > now) {
            return None;
        }
        let due = self.untold.take()?;
        self.quiet_until = now.checked_add(gather(members()));
        Some(due)
    }

    /// What the host is to be told before the line ends.
    pub(super) fn take_last(&mut self) -> Option<u64> {
        self.untold.take()
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.quiet_until.filter(|_| self.untold.is_some())
    }
}
