//! The rooms of a profile, in a few words each.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::state::{PEER, State};
use super::trouble::Trouble;
use super::{FOLDER, OpenError, open};
use crate::proto::identity::MemberKey;
use crate::store::{MAX_UNREAD, Summary};

/// What a profile has.
#[derive(Debug, Default)]
pub struct Rooms {
    /// The rooms, the one with the newest message first.
    pub rooms: Vec<Summary>,
    /// Files that cannot be read, and why. They stay where they are.
    pub unreadable: Vec<(PathBuf, OpenError)>,
}

/// The rooms in the folder of a profile, as `me` sees them. Nothing is locked or written: a room may be open.
#[must_use]
pub fn rooms(profile: &Path, me: &MemberKey) -> Rooms {
    let mut all = Rooms::default();
    for path in files(profile) {
        match look(&path, me) {
            Ok(summary) => all.rooms.extend(summary),
            Err(error) => all.unreadable.push((path, error)),
        }
    }
    all.rooms
        .sort_by_key(|room| (std::cmp::Reverse(room.last_message_ms), room.room));
    all
}

/// A room in a few words.
pub(super) fn summary(connection: &Connection, state: &State, me: &MemberKey) -> Result<Summary, Trouble> {
    let members = PEER.rows(connection, |row| Ok(row.get::<_, bool>(3)?))?;
    let kept = &state.kept;
    Ok(Summary {
        room: kept.room,
        name: kept.settings.name.clone(),
        settings: kept.settings.clone(),
        host: kept.host,
        hosting: kept.host == *me,
        members: members.into_iter().filter(|(member, _)| *member).count(),
        last: state.last,
        last_message_ms: state.message_ms,
        unread: unread(connection, state, me)?,
    })
}

/// A plain guest's words are in the host's name, but are not the host's.
fn unread(connection: &Connection, state: &State, me: &MemberKey) -> Result<u64, Trouble> {
    let sql = "SELECT count(*) FROM (
        SELECT 1 FROM name WHERE place > ?1 AND place <= ?2 AND (said = 2 OR said = 1 AND author <> ?3) LIMIT ?4
    )";
    let (log, nobody) = (state.log(), 0);
    let own = state.authors.get(me).copied().unwrap_or(nobody);
    let range = (
        log.place(state.read),
        log.place(state.last.seq),
        own,
        MAX_UNREAD.cast_signed(),
    );
    let count: i64 = connection.query_row(sql, range, |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

fn look(path: &Path, me: &MemberKey) -> Result<Option<Summary>, OpenError> {
    let Some((connection, state)) = open::look(path)? else {
        return Ok(None);
    };
    let summary = summary(&connection, &state, me);
    summary.map(Some).map_err(|trouble| open::looking_at(path, trouble))
}

/// Files that are named like rooms; those that were set aside are not.
fn files(profile: &Path) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(profile.join(FOLDER));
    let mut files: Vec<PathBuf> = folder
        .into_iter()
        .flatten()
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "sqlite"))
        .filter(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
        .collect();
    files.sort();
    files
}
