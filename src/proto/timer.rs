//! Every deadline of a line, in one table.

use std::time::Instant;

/// What happens when a deadline of a line passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timer {
    /// The peer has been quiet: what it has sent so far is a message.
    Quiet,
    /// The rest of a character has not come: its beginning is shown.
    Partial,
    /// A peer without newlines may be sent the next piece.
    Spacing,
    /// The peer has taken no byte for too long: it is too slow.
    WriteStall,
    /// The peer's queue has been too full for too long: it is too slow.
    Overfull,
    /// What waits before the goodbye is given up, so that the goodbye is still heard.
    Farewell,
    /// The line has said goodbye and is closed for good.
    Linger,
}

impl Timer {
    const ALL: [Self; 7] = [
        Self::Quiet,
        Self::Partial,
        Self::Spacing,
        Self::WriteStall,
        Self::Overfull,
        Self::Farewell,
        Self::Linger,
    ];
}

/// The deadlines that are set.
#[derive(Debug, Clone, Default)]
pub(super) struct Timers([Option<Instant>; Timer::ALL.len()]);

impl Timers {
    pub(super) fn set(&mut self, timer: Timer, at: Instant) {
        self.0[timer as usize] = Some(at);
    }

    pub(super) fn set_if_unset(&mut self, timer: Timer, at: Instant) {
        self.0[timer as usize].get_or_insert(at);
    }

    /// Never makes a deadline later.
    pub(super) fn set_if_sooner(&mut self, timer: Timer, at: Instant) {
        let deadline = self.0[timer as usize].get_or_insert(at);
        *deadline = at.min(*deadline);
    }

    pub(super) fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    /// The earliest deadline.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.iter().flatten().min().copied()
    }

    /// Takes one deadline that has passed; call until `None`.
    pub(super) fn take_expired(&mut self, now: Instant) -> Option<Timer> {
        let timer = Timer::ALL
            .into_iter()
            .find(|timer| self.0[*timer as usize].is_some_and(|at| at <= now))?;
        self.stop(timer);
        Some(timer)
    }
}
