//! The wall clock as numbers. Nothing here decides an order.

use std::time::{Duration, SystemTime};

use crate::proto::wire::MAX_TIME_MS;

/// Milliseconds since 1970, as entries have them.
pub(super) fn milliseconds(at: SystemTime) -> u64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(MAX_TIME_MS).min(MAX_TIME_MS)
}

/// Seconds since 1970, as invites have them.
pub(super) fn seconds(at: SystemTime) -> u64 {
    milliseconds(at) / 1000
}

/// The moment so many seconds after 1970.
pub(super) fn at_seconds(seconds: u64) -> SystemTime {
    let most = Duration::from_millis(MAX_TIME_MS);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds).min(most)
}
