//! Opening a room's file: what must hold before anything is read or written, and what becomes of a damaged one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::index::Backlog;
use super::names::{self, Name, Names};
use super::read;
use super::schema::{self, APPLICATION_ID, MIGRATIONS, migrate};
use super::state::State;
use super::trouble::Trouble;
use super::{Options, SqliteStore};
use crate::profile::files;
use crate::proto::identity::MemberKey;
use crate::proto::log::{RoomId, StoreError};
use crate::store::Damage;

/// Older ones can lose what was committed when a WAL begins anew (sqlite.org/wal.html, "the WAL-reset bug").
const OLDEST_SQLITE: i32 = 3_051_003;
/// Entries at the end of the log that are looked at when a file is opened: what a crash can have touched.
const CHECKED_ENTRIES: u64 = 256;
/// Bytes of one value: an entry has less than 64 KiB, the pieces of its text less than 2 MiB. A damaged row does not cost more.
const MAX_VALUE_BYTES: i32 = 4 << 20;
/// How long the lister in the same process may be in the way.
const BUSY: Duration = Duration::from_millis(250);
/// Statements that are kept ready: all there are.
const STATEMENTS: usize = 48;
/// Damaged files of one room; beyond it somebody must look.
const MAX_SET_ASIDE: u32 = 1_000;

/// Why a room's file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The SQLite in this program is too old to be trusted.
    #[error("the SQLite in this program is {0}; rooms need 3.51.3 or newer")]
    Library(&'static str),
    /// A newer version has written it.
    #[error(
        "{path} was written by a newer Landline (file version {found}, this one knows up to {known}); use that one"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// It is a database, but no room's, or another room's.
    #[error("{0} is not the file of this room; move it away")]
    OtherFile(PathBuf),
    /// It is damaged.
    #[error("the room in {path} is damaged ({damage}); {}", .kept.told())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        damage: Damage,
        /// What became of it.
        kept: Kept,
    },
    /// A setting on which the promise of durability rests did not take.
    #[error("the disk under {path} does not take the setting {setting} (it stays {found}); rooms need a local disk")]
    Setting {
        /// Which file.
        path: PathBuf,
        /// Which setting.
        setting: &'static str,
        /// What it is.
        found: String,
    },
    /// The disk is full, or failed.
    #[error("{path} cannot be opened: {cause}")]
    Store {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: StoreError,
    },
    /// The file or its folder cannot be made or opened.
    #[error("{path} cannot be opened: {cause}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

/// What became of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It has another name now, and the room can be made anew.
    Aside(PathBuf),
    /// It is where it was: nobody may rename it, or it was only looked at.
    InPlace,
}

impl Kept {
    fn told(&self) -> String {
        match self {
            Self::Aside(path) => format!("it is kept as {}", path.display()),
            Self::InPlace => "it stays where it is".to_owned(),
        }
    }
}

/// What is done with a file when it is dropped: set aside, if damage was found, or taken away, if there is nothing in it.
#[derive(Debug)]
pub(super) struct Cleanup {
    pub(super) path: PathBuf,
    pub(super) damage: Option<Damage>,
    /// No room was ever made in it.
    pub(super) blank: bool,
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        if self.damage.is_some() {
            set_aside(&self.path);
        } else if self.blank {
            remove(&self.path);
        }
    }
}

/// See [`SqliteStore::open`].
pub(super) fn open(path: &Path, room: RoomId, me: MemberKey, options: Options) -> Result<SqliteStore, OpenError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(OpenError::Library(rusqlite::version()));
    }
    make(path).map_err(|cause| OpenError::Io {
        path: path.to_owned(),
        cause,
    })?;
    let unclean = fs::metadata(beside(path, "-wal")).is_ok_and(|wal| wal.len() > 0);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|error| Refusal::from(error).at(path))?;
    match prepare(&mut connection, unclean) {
        Ok((state, names, backlog)) if state.as_ref().is_none_or(|state| state.kept.room == room) => Ok(SqliteStore {
            connection,
            cleanup: Cleanup {
                path: path.to_owned(),
                damage: None,
                blank: false,
            },
            me,
            options,
            state,
            names: Names::new(&names),
            order: Some(names),
            backlog,
            failed: false,
        }),
        Ok(_) => Err(OpenError::OtherFile(path.to_owned())),
        Err(refusal) => Err(refuse(connection, refusal, path)),
    }
}

/// Opens a file only to look at it, while another connection may be writing; `None`: its room was never made.
pub(super) fn look(path: &Path) -> Result<Option<(Connection, State)>, OpenError> {
    let looked = || -> Result<_, Refusal> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        harden(&connection)?;
        if version(&connection)? == 0 {
            return Ok(None);
        }
        let state = State::read(&connection)?;
        Ok(state.map(|state| (connection, state)))
    };
    looked().map_err(|refusal| refusal.at(path))
}

/// What somebody who only looks is told.
pub(super) fn looking_at(path: &Path, trouble: Trouble) -> OpenError {
    Refusal::Trouble(trouble).at(path)
}

/// The file beside a database that has its name and `suffix`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Why a file is not used; where it is, is added later.
enum Refusal {
    Trouble(Trouble),
    Newer(i64),
    OtherFile,
    Setting(&'static str, String),
}

impl Refusal {
    fn at(self, path: &Path) -> OpenError {
        let path = path.to_owned();
        match self {
            Self::Trouble(Trouble::Refused(cause)) => OpenError::Store { path, cause },
            Self::Trouble(Trouble::Damaged(damage)) => OpenError::Damaged {
                path,
                damage,
                kept: Kept::InPlace,
            },
            Self::Newer(found) => OpenError::Newer {
                path,
                found,
                known: MIGRATIONS.len() as i64,
            },
            Self::OtherFile => OpenError::OtherFile(path),
            Self::Setting(setting, found) => OpenError::Setting { path, setting, found },
        }
    }
}

impl<T: Into<Trouble>> From<T> for Refusal {
    fn from(trouble: T) -> Self {
        Self::Trouble(trouble.into())
    }
}

/// Closes a file that is not used, and sets it aside if it is damaged.
fn refuse(connection: Connection, refusal: Refusal, path: &Path) -> OpenError {
    let damaged = matches!(refusal, Refusal::Trouble(Trouble::Damaged(_)));
    if damaged && let Err(error) = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true) {
        tracing::warn!("a damaged room's file may be written once more: {error}");
    }
    drop(connection);
    let mut error = refusal.at(path);
    if let OpenError::Damaged { kept, .. } = &mut error
        && let Some(aside) = set_aside(path)
    {
        *kept = Kept::Aside(aside);
    }
    error
}

/// Makes the file, nobody else's to read, before SQLite sees it: what SQLite puts beside it has the same permissions. It is not opened if it
/// is there: closing it would let go of SQLite's locks.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    files::make_folder(folder)?;
    match files::write_new(path, &[]) {
        Ok(()) => files::sync_folder(path).and_then(|()| files::sync_folder(folder)),
        // Who made it may have been killed before its name was flushed.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            keep_private(path).and_then(|()| files::sync_folder(path))
        }
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn keep_private(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

/// Elsewhere the profile's folder is what keeps others out.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature on all systems")]
fn keep_private(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Everything that must hold before the file is used.
fn prepare(connection: &mut Connection, unclean: bool) -> Result<(Option<State>, Vec<Name>, Backlog), Refusal> {
    harden(connection)?;
    let version = version(connection)?;
    make_durable(connection)?;
    if unclean {
        quick_check(connection)?;
    }
    migrate(connection, version, &MIGRATIONS)?;
    let Some(state) = State::read(connection)? else {
        return Ok((None, Vec::new(), Backlog::default()));
    };
    read::check_end(connection, &state.log(), CHECKED_ENTRIES)?;
    let names = names::read(connection, &state)?;
    let backlog = Backlog::read(connection, &state)?;
    Ok((Some(state), names, backlog))
}

/// What a file that somebody else has altered must not be able to do.
fn harden(connection: &Connection) -> Result<(), Refusal> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(BUSY)?;
    set(connection, "cell_size_check", "ON", "1")?;
    set(connection, "foreign_keys", "ON", "1")
}

/// The file's version; 0: nothing is in it yet.
fn version(connection: &Connection) -> Result<usize, Refusal> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if (application, version, tables) == (0, 0, 0) {
        return Ok(0);
    }
    match usize::try_from(version) {
        _ if application != APPLICATION_ID => Err(Refusal::OtherFile),
        Ok(known @ 1..=MAX_VERSION) => Ok(known),
        _ => Err(Refusal::Newer(version)),
    }
}

const MAX_VERSION: usize = MIGRATIONS.len();

/// WAL and a flush at each commit. SQLite answers what became of a setting and goes on in either case, so the answer is read,
/// and both are read once more.
fn make_durable(connection: &Connection) -> Result<(), Refusal> {
    set(connection, "journal_mode", "WAL", "wal")?;
    set(connection, "synchronous", "FULL", "2")?;
    // The writer moves the WAL itself, in quiet moments.
    set(connection, "wal_autocheckpoint", "0", "0")?;
    if cfg!(target_os = "macos") {
        // A plain flush does not reach the medium there.
        set(connection, "fullfsync", "ON", "1")?;
        set(connection, "checkpoint_fullfsync", "ON", "1")?;
    }
    expect(connection, "journal_mode", "wal")
}

/// Sets something and looks at what it is then.
fn set(connection: &Connection, setting: &'static str, value: &str, wanted: &str) -> Result<(), Refusal> {
    let mut statement = connection.prepare(&format!("PRAGMA {setting} = {value}"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    expect(connection, setting, wanted)
}

fn expect(connection: &Connection, setting: &'static str, wanted: &str) -> Result<(), Refusal> {
    let found = connection.query_row(&format!("PRAGMA {setting}"), [], |row| match row.get_ref(0)? {
        rusqlite::types::ValueRef::Integer(number) => Ok(number.to_string()),
        other => Ok(other.as_str().unwrap_or_default().to_owned()),
    })?;
    if found == wanted {
        Ok(())
    } else {
        Err(Refusal::Setting(setting, found))
    }
}

fn quick_check(connection: &Connection) -> Result<(), Refusal> {
    let answer: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if answer == "ok" {
        Ok(())
    } else {
        Err(Damage::File(answer).into())
    }
}

/// Whether nothing at all was ever kept in a file; what cannot be read is not nothing.
pub(super) fn is_blank(connection: &Connection) -> bool {
    let tables = schema::TABLES.map(|table| format!("NOT EXISTS (SELECT 1 FROM {table})"));
    let sql = format!("SELECT {}", tables.join(" AND "));
    connection.query_row(&sql, [], |row| row.get(0)).unwrap_or(false)
}

/// Takes a file away in which there is nothing, and what belongs to it: the database last, or SQLite would take its WAL for that of the next file
/// of the same name.
fn remove(path: &Path) {
    for suffix in ["-wal", "-shm", ""] {
        match fs::remove_file(beside(path, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::debug!("an empty file of a room stays: {error}");
                return;
            }
            _ => {}
        }
    }
}

/// Gives a damaged file and what belongs to it a name that nothing uses; `None` if that is not possible.
fn set_aside(path: &Path) -> Option<PathBuf> {
    let aside = (1..=MAX_SET_ASIDE)
        .map(|number| path.with_extension(format!("damaged-{number}.sqlite")))
        .find(|aside| !aside.exists())?;
    // The database first: without it SQLite takes a WAL for that of another file, but never the other way round.
    let renamed = fs::rename(path, &aside).and_then(|()| {
        for suffix in ["-wal", "-shm"] {
            match fs::rename(beside(path, suffix), beside(&aside, suffix)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        files::sync_folder(path)
    });
    match renamed {
        Ok(()) => Some(aside),
        Err(error) => {
            tracing::warn!("a damaged room's file cannot be set aside: {error}");
            None
        }
    }
}
