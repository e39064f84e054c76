//! What a room keeps, behind one small trait.
//!
//! [`RoomStore`] is all that the rest of the program knows of a disk. [`SqliteStore`] keeps a room in one file,
//! [`MemoryStore`] in memory, with faults on demand. Both pass the same suite (`tests/it/store_conformance`), and so must
//! whatever comes after them.
//!
//! What holds for every store:
//!
//! - A batch is kept as a whole or not at all, and is safe from a power cut when [`RoomStore::keep`] returns.
//! - What is read is what was kept: each entry follows the one before it, by hash, or the read fails.
//! - The log only grows, one place at a time. Another history begins beside it, and the former can still be read.
//! - After [`StoreError::Failed`] a store does nothing more: what the disk holds is unknown until it is opened anew.

mod memory;
mod rules;
mod sqlite;
mod words;

use std::sync::Arc;

use crate::proto::Author;
use crate::proto::identity::MemberKey;
use crate::proto::log::{Batch, Epoch, Loaded, PlacedEntry, RoomId, Seen, Settings, StoreError};

pub use memory::{Fault, MemoryStore};
pub use sqlite::{OpenError, Options, Rooms, SqliteStore, rooms};

/// Unread messages are counted up to here: nobody reads a greater number, and counting must not read a whole log.
pub const MAX_UNREAD: u64 = 1_000;

/// Characters of a room's last message that a summary tells: more than a row of a list can show.
pub const LAST_MESSAGE_CHARS: usize = 120;

/// One room's store. All calls block; whoever calls has a thread for it.
pub trait RoomStore: Send {
    /// What was kept; `None`: there is no room yet. The first batch makes it, by [`crate::proto::log::Change::Room`].
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn load(&mut self) -> Result<Option<Loaded>, ReadError>;

    /// Keeps a batch: one transaction, flushed when this returns.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing of the batch is kept, except that after [`StoreError::Failed`] nobody knows.
    fn keep(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// The entries from place `from` on, at most `limit`. Places before the first that is here are left out.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, ReadError>;

    /// The messages of this history that contain `query`, as they read now, newest first, at most `limit`. Upper and lower case are the same,
    /// and so are forms of one character (full width, ligatures). Any text of one character and more is found; an empty one finds nothing.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn search(&mut self, query: &str, limit: usize) -> Result<Vec<Found>, ReadError>;

    /// The room in a few words; `None`: there is no room yet.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn summary(&mut self) -> Result<Option<Summary>, ReadError>;

    /// The histories that ended before this one, oldest first.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn former(&mut self) -> Result<Vec<Former>, ReadError>;

    /// Like [`RoomStore::read`], of the former history with this [`Former::number`]; nothing if there is none.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn read_former(&mut self, number: u32, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, ReadError>;

    /// Does a little of what can wait (some milliseconds); says whether there is more. To be called while there is nothing else to do; if
    /// it is never called, everything works all the same.
    fn rest(&mut self) -> bool;
}

/// Why something cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Reading failed, or writing had failed before.
    #[error("the disk failed; start Landline again when it is in order")]
    Failed,
    /// What is on disk is not what was kept. The store does nothing more; the file is set aside when it is closed.
    #[error("the room's file is damaged: {0}")]
    Damaged(Damage),
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// This entry is missing, cannot be read, or does not follow the one before it.
    #[error("entry {0} is not what was stored")]
    Entry(u64),
    /// Something else that was kept, by the name of its table.
    #[error("a row of table {0} is not what was stored")]
    Row(&'static str),
    /// The file as a whole, in SQLite's words.
    #[error("{0}")]
    File(String),
}

/// A message that was searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The message as it was written first.
    pub entry: PlacedEntry,
    /// How it reads now, cleaned.
    pub text: Arc<str>,
    /// Whether that differs from how it was written first.
    pub edited: bool,
}

/// A room in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Which room.
    pub room: RoomId,
    /// What it is called, as it was received.
    pub name: Arc<str>,
    /// How it is, by the newest settings.
    pub settings: Settings,
    /// Whose it is.
    pub host: MemberKey,
    /// Whether this computer hosts it.
    pub hosting: bool,
    /// How many are members now.
    pub members: usize,
    /// The newest entry.
    pub last: Seen,
    /// The host's clock at the last message, in milliseconds since 1970; `None`: nobody has said anything.
    pub last_message_ms: Option<u64>,
    /// The last message, as it reads now; `None`: nobody has said anything, or it cannot be read.
    pub last_message: Option<LastMessage>,
    /// Messages of others after the last that was read, at most [`MAX_UNREAD`].
    pub unread: u64,
}

/// The last message of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMessage {
    /// Who said it, as they are called now; a plain guest, as they were called then.
    pub author: Author,
    /// Whether the person at this computer said it.
    pub mine: bool,
    /// Its beginning, cleaned, at most [`LAST_MESSAGE_CHARS`]; `None`: it was taken back.
    pub text: Option<Arc<str>>,
}

/// A history that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// 1, 2, 3 … in the order in which they began. (An epoch may come back: a host that was restored from a backup.)
    pub number: u32,
    /// Which history.
    pub epoch: Epoch,
    /// How the room was.
    pub settings: Settings,
    /// The entry before the first that is here.
    pub floor: Seen,
    /// The newest.
    pub last: Seen,
}

impl From<Damage> for ReadError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}
