//! What several test files share.

use std::time::Duration;

use landline::proto::Now;

/// Somebody sets the clock, forwards or backwards; no time passes.
pub(crate) fn set_clock(now: &mut Now, hours: i32) {
    let far = Duration::from_secs(3600) * hours.unsigned_abs();
    match hours < 0 {
        true => now.wall -= far,
        false => now.wall += far,
    }
}
