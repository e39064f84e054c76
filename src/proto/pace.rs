//! How often people are told how far others have come, and who is here.

use std::time::Duration;

/// How long such news is gathered: nobody sees the difference, and a crowd that comes at once costs one message to each of them.
const GATHER: Duration = Duration::from_millis(200);
/// So much longer for each member who is here: what everybody says about everybody grows with the square of their number, and must not
/// become most of what a large room says.
const GATHER_EACH: Duration = Duration::from_millis(2);

/// How long it is gathered where so many members are.
pub(super) fn gather(members: usize) -> Duration {
    let each = u32::try_from(members).map_or(Duration::MAX, |members| GATHER_EACH.saturating_mul(members));
    GATHER.max(each)
}
