//! When the host is called again.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore as _;

/// The first wait. A line that broke for a moment is back before anybody looks up.
const FIRST: Duration = Duration::from_millis(500);
/// The last: a host that comes back is found within half a minute.
const LAST: Duration = Duration::from_secs(30);
/// Doublings from the first to the last.
const MAX_DOUBLINGS: u32 = 6;

/// How often it did not work.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How long to wait now: twice as long each time, less up to a half, so that a hundred guests do not come back in step.
    pub(super) fn next(&mut self, chance: &mut ChaCha20Rng) -> Duration {
        let longest = (FIRST * 2_u32.pow(self.failures.min(MAX_DOUBLINGS))).min(LAST);
        self.failures += 1;
        let milliseconds = longest.as_millis() as u64;
        Duration::from_millis(milliseconds - chance.next_u64() % (milliseconds / 2))
    }

    /// How often it did not work, since it did.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// It worked.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}
