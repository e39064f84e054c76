//! How much somebody may ask for in how much time.

use std::time::{Duration, Instant};

use crate::proto::Limits;

/// Lets so many through per second, and so many more at once after a pause.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    interval: Duration,
    burst: u32,
    /// When it would be full again if nobody took anything.
    full_at: Option<Instant>,
}

impl Bucket {
    /// What one person may say.
    pub(super) fn for_messages(limits: &Limits) -> Self {
        Self::new(limits.messages_per_second, limits.messages_at_once)
    }

    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        Self {
            interval: Duration::from_micros(1_000_000 / u64::from(per_second.max(1))),
            burst,
            full_at: None,
        }
    }

    /// Takes one out, also when none is left: whoever is in debt waits longer.
    pub(super) fn take(&mut self, now: Instant) {
        let from = self.full_at.map_or(now, |at| at.max(now));
        self.full_at = Some(from + self.interval);
    }

    /// When there is one to take, if there is none now.
    pub(super) fn empty_until(&self, now: Instant) -> Option<Instant> {
        let missing = self.full_at?.checked_duration_since(now)?;
        let most = self.interval * self.burst.saturating_sub(1);
        let wait = missing.checked_sub(most).filter(|wait| !wait.is_zero())?;
        Some(now + wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_so_many_per_second() {
        let start = Instant::now();
        let mut bucket = Bucket::new(20, 60);
        let mut taken = 0;
        for millisecond in 0..10_000 {
            let now = start + Duration::from_millis(millisecond);
            while bucket.empty_until(now).is_none() {
                bucket.take(now);
                taken += 1;
            }
        }
        assert_eq!(taken, 60 + 199);
    }

    #[test]
    fn debts_are_waited_for() {
        let now = Instant::now();
        let mut bucket = Bucket::new(10, 1);
        for _ in 0..5 {
            bucket.take(now);
        }
        assert_eq!(bucket.empty_until(now), Some(now + Duration::from_millis(500)));
        assert_eq!(bucket.empty_until(now + Duration::from_millis(500)), None);
    }
}
