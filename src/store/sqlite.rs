//! A room's store in one file of SQLite.
//!
//! One file per room: rooms never wait for each other, and a damaged file harms no other room. WAL with `synchronous=FULL`: a
//! committed batch is on the medium. One writing connection, which alone moves the log ahead into the file and does all its reading
//! too, so that no reader can keep the WAL from shrinking.
//!
//! SQLite has no checksums, so each row has its own: entries are chained by hash, everything else is sealed ([`sealed`]), and the row `tip`
//! says how far the log goes and which rows there must be. What does not fit is [`Damage`]; the file is then closed and set aside.
//!
//! The index for searching is written behind the message path. What it lacks is in memory, is searched there, and is found again in
//! the log when the file is opened.

mod disk;
mod index;
mod keep;
mod lister;
mod names;
mod open;
mod read;
mod schema;
mod sealed;
mod state;
mod trouble;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Former, Found, ReadError, RoomStore, Summary};
use crate::proto::identity::MemberKey;
use crate::proto::log::{Batch, Loaded, PlacedEntry, RoomId, StoreError};
use index::Backlog;
use names::{Name, Names};
use state::State;
use trouble::Trouble;

pub use lister::{Rooms, rooms};
pub use open::OpenError;

/// The folder of the rooms' files in a profile.
const FOLDER: &str = "rooms";
/// The WAL moves into the file at the first quiet moment when it is longer than this: short enough to be read back at once after a
/// crash, long enough that moving is rare.
const WAL_REST_BYTES: u64 = 4 << 20;
/// Without a quiet moment it moves all the same at this length.
const WAL_FORCED_BYTES: u64 = 64 << 20;
/// If something keeps it from moving, nothing more is written at this length.
const WAL_MAX_BYTES: u64 = 256 << 20;

/// What a store may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Nothing is kept while the disk has less than this left, in bytes. (Where the system cannot be asked, that is on Windows, a disk is full when
    /// SQLite says so.)
    pub min_free_bytes: u64,
    /// Bytes of texts that may wait in memory for a quiet moment to be put into the index. Beyond it the index is written with the messages; and so
    /// much is read again after a crash.
    pub max_backlog_bytes: usize,
}

impl Default for Options {
    /// 256 MiB: so much a system needs to go on working while a person makes room. 16 MiB: 100,000 messages, or a minute's work.
    fn default() -> Self {
        Self {
            min_free_bytes: 256 << 20,
            max_backlog_bytes: 16 << 20,
        }
    }
}

/// An open room. The profile's lock guards it from other processes; a process opens it once.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    /// After `connection`: fields are dropped in order, and a file is set aside when it is closed.
    cleanup: open::Cleanup,
    me: MemberKey,
    options: Options,
    /// What the file says of the room; `None`: there is none yet.
    state: Option<State>,
    names: Names,
    /// The names in the order of the log, from opening the file until it is loaded or written.
    order: Option<Vec<Name>>,
    backlog: Backlog,
    failed: bool,
}

impl SqliteStore {
    /// Opens the file of `room` in the folder of a profile, on the computer of `me`; makes it if there is none.
    ///
    /// # Errors
    ///
    /// [`OpenError`]. A damaged file has been set aside.
    pub fn open(profile: &Path, room: RoomId, me: MemberKey, options: Options) -> Result<Self, OpenError> {
        open::open(&path_of(profile, room), room, me, options)
    }

    fn healthy(&self) -> Result<(), ReadError> {
        match (&self.cleanup.damage, self.failed) {
            (Some(damage), _) => Err(damage.clone().into()),
            (None, true) => Err(ReadError::Failed),
            (None, false) => Ok(()),
        }
    }

    /// Remembers what makes it impossible to go on.
    fn note(&mut self, trouble: &Trouble) {
        match trouble {
            Trouble::Refused(StoreError::Failed) => self.failed = true,
            Trouble::Refused(_) => {}
            Trouble::Damaged(damage) => self.cleanup.damage = Some(damage.clone()),
        }
    }

    fn noted<T>(&mut self, result: Result<T, Trouble>) -> Result<T, ReadError> {
        result.map_err(|trouble| {
            self.note(&trouble);
            trouble.reading()
        })
    }

    /// Whether another batch may be written now.
    fn make_room(&mut self) -> Result<(), Trouble> {
        if self.is_disk_short() {
            return Err(StoreError::Full.into());
        }
        if self.backlog.bytes() > self.options.max_backlog_bytes
            && let Some(state) = &self.state
        {
            self.state = Some(self.backlog.write_much(&self.connection, state)?);
        }
        let wal = self.wal_bytes();
        if wal > WAL_FORCED_BYTES {
            self.checkpoint()?;
        }
        if wal > WAL_MAX_BYTES && self.wal_bytes() > WAL_MAX_BYTES {
            return Err(StoreError::Full.into());
        }
        Ok(())
    }

    fn is_disk_short(&self) -> bool {
        disk::free_bytes(&self.cleanup.path).is_some_and(|free| free < self.options.min_free_bytes)
    }

    fn wal_bytes(&self) -> u64 {
        std::fs::metadata(open::beside(&self.cleanup.path, "-wal")).map_or(0, |file| file.len())
    }

    /// Moves the WAL into the file, as far as readers let it.
    fn checkpoint(&self) -> Result<(), Trouble> {
        let moved = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        match moved.map_err(Trouble::from) {
            // The file could not grow: everything is in the WAL still, and what is free goes on being watched.
            Err(Trouble::Refused(StoreError::Full)) => Ok(()),
            other => other.map(|_busy| ()),
        }
    }

    fn try_rest(&mut self) -> Result<bool, Trouble> {
        if self.is_disk_short() {
            return Ok(false);
        }
        if self.backlog.is_worth_writing()
            && let Some(state) = &self.state
        {
            self.state = Some(self.backlog.write_quietly(&self.connection, state)?);
        } else if self.wal_bytes() > WAL_REST_BYTES {
            self.checkpoint()?;
        }
        Ok(self.backlog.is_worth_writing())
    }

    fn try_load(&mut self) -> Result<Option<Loaded>, Trouble> {
        let Some(state) = &self.state else {
            return Ok(None);
        };
        let names = match self.order.take() {
            Some(names) => names,
            None => names::read(&self.connection, state)?,
        };
        state.load(&self.connection, &names).map(Some)
    }

    fn try_summary(&self) -> Result<Option<Summary>, Trouble> {
        let Some(state) = &self.state else {
            return Ok(None);
        };
        lister::summary(&self.connection, state, &self.me).map(Some)
    }
}

impl Drop for SqliteStore {
    /// A room that nobody ever got into leaves nothing behind.
    fn drop(&mut self) {
        self.cleanup.blank = self.state.is_none() && self.healthy().is_ok() && open::is_blank(&self.connection);
    }
}

impl RoomStore for SqliteStore {
    fn load(&mut self) -> Result<Option<Loaded>, ReadError> {
        self.healthy()?;
        let loaded = self.try_load();
        self.noted(loaded)
    }

    fn keep(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if self.healthy().is_err() {
            return Err(StoreError::Failed);
        }
        self.order = None;
        let kept = self.make_room().and_then(|()| {
            let (state, names) = (self.state.as_ref(), &self.names);
            keep::keep(&mut self.connection, state, names, &self.me, batch)
        });
        let done = kept.map_err(|trouble| {
            self.note(&trouble);
            trouble.writing()
        })?;
        let history = |state: &Option<State>| state.as_ref().map(|state| state.history);
        if history(&done.state) != history(&self.state) {
            self.names.clear();
            self.backlog.clear();
        }
        self.state = done.state;
        self.names.extend(done.names);
        self.backlog.extend(done.said);
        Ok(())
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, ReadError> {
        self.healthy()?;
        let Some(state) = &self.state else {
            return Ok(Vec::new());
        };
        let entries = read::page(&self.connection, &state.log(), from, limit);
        self.noted(entries)
    }

    fn search(&mut self, query: &str, limit: usize) -> Result<Vec<Found>, ReadError> {
        self.healthy()?;
        let Some(state) = &self.state else {
            return Ok(Vec::new());
        };
        let found = index::search(&self.connection, state, &self.backlog, query, limit);
        self.noted(found)
    }

    fn summary(&mut self) -> Result<Option<Summary>, ReadError> {
        self.healthy()?;
        let summary = self.try_summary();
        self.noted(summary)
    }

    fn former(&mut self) -> Result<Vec<Former>, ReadError> {
        self.healthy()?;
        let former = state::former(&self.connection);
        self.noted(former)
    }

    fn read_former(&mut self, number: u32, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, ReadError> {
        self.healthy()?;
        let entries = state::former(&self.connection).and_then(|former| {
            let found = former.iter().find(|former| former.number == number);
            let log = found.map(|former| read::Log::new(i64::from(former.number), former.floor, former.last));
            log.map_or_else(|| Ok(Vec::new()), |log| read::page(&self.connection, &log, from, limit))
        });
        self.noted(entries)
    }

    fn rest(&mut self) -> bool {
        if self.healthy().is_err() {
            return false;
        }
        // What fails here fails again where somebody waits for it, unless it is over with this store.
        self.try_rest().unwrap_or_else(|trouble| {
            self.note(&trouble);
            false
        })
    }
}

fn path_of(profile: &Path, room: RoomId) -> PathBuf {
    profile.join(FOLDER).join(format!("{room}.sqlite"))
}

#[cfg(test)]
mod tests {
    //! What needs a disk that does as it is told; the rest is in `tests/it/store/`.

    use super::*;
    use crate::proto::log::{Admit, BatchId, Change, Epoch, History, Kept, Seen, Settings};

    const HOST: MemberKey = MemberKey([1; 32]);
    const ROOM: RoomId = RoomId([2; 16]);
    const ROOMY: Options = Options {
        min_free_bytes: 0,
        max_backlog_bytes: 16 << 20,
    };

    fn room(name: &str) -> Batch {
        let epoch = Epoch([3; 16]);
        let kept = Kept {
            room: ROOM,
            host: HOST,
            epoch,
            floor: Seen::nothing(ROOM, epoch, &HOST),
            settings: Settings {
                name: name.into(),
                history: History::None,
                plain: None,
                admit: Admit::Ask,
            },
            addresses: Vec::new(),
        };
        Batch {
            id: BatchId(0),
            changes: vec![Change::Room(kept)],
        }
    }

    fn store(profile: &Path) -> SqliteStore {
        let mut store = SqliteStore::open(profile, ROOM, HOST, ROOMY).unwrap();
        store.keep(&room("one")).unwrap();
        store
    }

    fn name(store: &mut SqliteStore) -> String {
        store.summary().unwrap().unwrap().name.to_string()
    }

    /// Rows so long that the file must grow.
    fn long_batch() -> Batch {
        let mut batch = room("two");
        batch.changes.extend((0..200).map(|number: u8| {
            Change::Peer(crate::proto::log::Peer {
                key: MemberKey([number; 32]),
                id: crate::proto::MemberId(u64::from(number)),
                name: "n".repeat(200),
                member: true,
                verified: false,
                first_seq: 1,
            })
        }));
        batch
    }

    #[test]
    fn when_sqlite_finds_no_room_nothing_is_kept_and_later_it_is() {
        let profile = tempfile::tempdir().unwrap();
        let mut store = store(profile.path());
        let pages: i64 = store
            .connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        let limit = |store: &SqliteStore, pages: i64| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            store.connection.query_row(&sql, [], |_| Ok(())).unwrap();
        };
        limit(&store, pages);
        for _ in 0..3 {
            assert_eq!(store.keep(&long_batch()), Err(StoreError::Full));
            assert_eq!(name(&mut store), "one");
        }
        limit(&store, pages + 1_000);
        assert_eq!(store.keep(&long_batch()), Ok(()));
        assert_eq!(name(&mut store), "two");
    }

    #[test]
    fn after_a_failure_nothing_is_done_until_the_file_is_opened_anew() {
        let profile = tempfile::tempdir().unwrap();
        let mut store = store(profile.path());
        store.connection.pragma_update(None, "query_only", "ON").unwrap();
        assert_eq!(store.keep(&room("two")), Err(StoreError::Failed));
        store.connection.pragma_update(None, "query_only", "OFF").unwrap();
        assert_eq!(store.keep(&room("two")), Err(StoreError::Failed));
        assert_eq!(store.load(), Err(ReadError::Failed));
        assert_eq!(store.read(0, 1), Err(ReadError::Failed));
        assert_eq!(store.search("x", 1), Err(ReadError::Failed));
        assert!(!store.rest());
        drop(store);
        let mut store = SqliteStore::open(profile.path(), ROOM, HOST, ROOMY).unwrap();
        assert_eq!(name(&mut store), "one");
        assert_eq!(store.keep(&room("two")), Ok(()));
    }

    #[test]
    fn a_wal_that_cannot_move_is_moved_later() {
        let profile = tempfile::tempdir().unwrap();
        let mut store = store(profile.path());
        let reader = Connection::open(&store.cleanup.path).unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM room").unwrap();
        store.connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        assert_eq!(store.keep(&long_batch()), Ok(()));
        assert!(store.checkpoint().is_ok());
        assert!(store.wal_bytes() > 0);
        reader.execute_batch("COMMIT").unwrap();
        assert!(store.checkpoint().is_ok());
        assert_eq!(store.wal_bytes(), 0);
    }

    /// Makes the WAL as long as that; behind its last frame nothing is read.
    fn lengthen(store: &SqliteStore, bytes: u64) {
        let path = open::beside(&store.cleanup.path, "-wal");
        let wal = std::fs::OpenOptions::new().write(true).open(path).unwrap();
        wal.set_len(bytes).unwrap();
    }

    #[test]
    fn a_long_wal_is_moved_before_more_is_written() {
        let profile = tempfile::tempdir().unwrap();
        let mut store = store(profile.path());
        lengthen(&store, WAL_FORCED_BYTES);
        assert_eq!(store.keep(&room("two")), Ok(()));
        assert!(store.wal_bytes() >= WAL_FORCED_BYTES, "it may be so long");
        lengthen(&store, WAL_FORCED_BYTES + 1);
        assert_eq!(store.keep(&room("three")), Ok(()));
        assert!(store.wal_bytes() < WAL_REST_BYTES);
        assert_eq!(name(&mut store), "three");
    }

    #[test]
    fn when_a_long_wal_cannot_move_nothing_more_is_written_until_it_can() {
        let profile = tempfile::tempdir().unwrap();
        let mut store = store(profile.path());
        store.connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        let reader = Connection::open(&store.cleanup.path).unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM room").unwrap();
        lengthen(&store, WAL_FORCED_BYTES + 1);
        assert_eq!(store.keep(&room("two")), Ok(()), "there is room yet");
        lengthen(&store, WAL_MAX_BYTES + 1);
        assert_eq!(store.keep(&room("three")), Err(StoreError::Full));
        assert_eq!(name(&mut store), "two");
        reader.execute_batch("COMMIT").unwrap();
        assert_eq!(store.keep(&room("three")), Ok(()));
        assert!(store.wal_bytes() < WAL_REST_BYTES);
        assert_eq!(name(&mut store), "three");
    }

    #[test]
    fn what_durability_rests_on_is_set() {
        let profile = tempfile::tempdir().unwrap();
        let store = store(profile.path());
        let number = |setting: &str| -> i64 {
            let value = store.connection.pragma_query_value(None, setting, |row| row.get(0));
            value.unwrap()
        };
        assert_eq!(number("synchronous"), 2);
        assert_eq!(number("wal_autocheckpoint"), 0);
        assert_eq!(number("foreign_keys"), 1);
        assert_eq!(number("cell_size_check"), 1);
        assert_eq!(number("trusted_schema"), 0);
        let mode: String = store
            .connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert_eq!(mode, "wal");
    }
}
