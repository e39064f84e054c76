//! What the endpoint asks of the disk.

use super::log::Batch;

/// Names a wish to read; counts up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadId(pub u64);

/// A wish to the disk. They are carried out in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// Keep this and flush it, then report with [`super::Endpoint::handle_stored`].
    Keep(Batch),
    /// Read entries and report them with [`super::Endpoint::handle_read`]: those from `from` on that follow one another, at most `limit`.
    Read {
        /// Which wish.
        id: ReadId,
        /// The first place.
        from: u64,
        /// How many at most.
        limit: usize,
    },
}
