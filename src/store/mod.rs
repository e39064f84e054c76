//! What a room keeps on disk, behind one small trait.

mod memory;

use crate::proto::log::{Batch, Loaded, PlacedEntry, StoreError};

pub use memory::MemoryStore;

/// Why a room cannot be opened or made.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct OpenError {
    /// What the disk or the database says.
    pub cause: String,
}

/// One room. Whoever holds it is its only writer.
pub trait RoomStore: Send {
    /// All that an endpoint must know of the past; `None` before the first [`crate::proto::log::Change::Room`].
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn load(&mut self) -> Result<Option<Loaded>, StoreError>;

    /// One transaction, flushed when this returns.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing of the batch is kept then.
    fn keep(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// The entries from `from` on that follow one another, at most `limit`.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, StoreError>;
}
