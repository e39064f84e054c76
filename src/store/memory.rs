//! A room in memory only.

use super::RoomStore;
use crate::proto::identity::MemberKey;
use crate::proto::log::{Batch, Change, Loaded, PlacedEntry, StoreError};

/// A store in memory.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    loaded: Option<Loaded>,
    entries: Vec<PlacedEntry>,
}

impl MemoryStore {
    /// The store of a room that is not there yet, on the computer of `me`.
    #[must_use]
    pub fn new(_me: MemberKey) -> Self {
        Self {
            loaded: None,
            entries: Vec::new(),
        }
    }
}

impl RoomStore for MemoryStore {
    fn load(&mut self) -> Result<Option<Loaded>, StoreError> {
        Ok(self.loaded.clone())
    }

    fn keep(&mut self, batch: &Batch) -> Result<(), StoreError> {
        for change in &batch.changes {
            match change {
                Change::Room(kept) if self.loaded.is_none() => self.loaded = Some(Loaded::new(kept.clone())),
                Change::Append(entry) => self.entries.push(entry.clone()),
                _ => {}
            }
        }
        Ok(())
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, StoreError> {
        let from = self.entries.iter().skip_while(|entry| entry.seq < from);
        Ok(from.take(limit).cloned().collect())
    }
}
