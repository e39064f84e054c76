//! The rooms of a profile, in a few words each.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _};

use super::keep::{TAKEN_BACK, retold};
use super::state::{PEER, State, peer};
use super::trouble::Trouble;
use super::{FOLDER, OpenError, open, read};
use crate::proto::identity::MemberKey;
use crate::proto::log::{Body, Peer, PlacedEntry};
use crate::store::{LastMessage, MAX_UNREAD, Summary, rules, words};

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
            Err(_) if !path.exists() => {} // there was nothing in it, and it was closed meanwhile
            Err(error) => all.unreadable.push((path, error)),
        }
    }
    all.rooms
        .sort_by_key(|room| (std::cmp::Reverse(room.last_message_ms), room.room));
    all
}

/// A room in a few words.
pub(super) fn summary(connection: &Connection, state: &State, me: &MemberKey) -> Result<Summary, Trouble> {
    let peers = PEER.rows(connection, |row| Ok(peer(row)?))?;
    let kept = &state.kept;
    let last_message = match last_message(connection, state, &peers, me) {
        Err(Trouble::Damaged(_)) => None, // who opens the room is told
        read => read?,
    };
    Ok(Summary {
        room: kept.room,
        name: kept.settings.name.clone(),
        settings: kept.settings.clone(),
        host: kept.host,
        hosting: kept.host == *me,
        members: peers.iter().filter(|(peer, _)| peer.member).count(),
        last: state.last,
        last_message_ms: state.message_ms,
        last_message,
        unread: unread(connection, state, me)?,
    })
}

/// The newest message, as it reads now.
fn last_message(
    connection: &Connection,
    state: &State,
    peers: &[(Peer, i64)],
    me: &MemberKey,
) -> Result<Option<LastMessage>, Trouble> {
    let log = state.log();
    let sql = "SELECT place FROM name WHERE place BETWEEN ?1 AND ?2 AND said > 0 ORDER BY place DESC LIMIT 1";
    let range = [log.place(state.kept.floor.seq), log.place(state.last.seq)];
    let newest = connection
        .query_row(sql, range, |row| row.get::<_, i64>(0))
        .optional()?;
    let Some(place) = newest else { return Ok(None) };
    let placed = read::one(connection, &log, log.seq(place))?;
    let author = peers.iter().find(|(peer, _)| peer.key == placed.entry.author);
    let author = author.map(|(peer, _)| (peer.id, &*peer.name));
    let now = match retold(connection, &log, placed.seq)? {
        Some(TAKEN_BACK) => None,
        // Another connection may have written it a moment after the state was read.
        Some(by) if log.has(by.cast_unsigned()) => words_of(&read::one(connection, &log, by.cast_unsigned())?),
        _ => words_of(&placed),
    };
    Ok(rules::last_message(&placed, now.as_deref(), author, me))
}

/// What an entry says, or says instead.
fn words_of(placed: &PlacedEntry) -> Option<String> {
    let body = rules::body(placed);
    match &body {
        Body::Edit { text, .. } => Some(words::shown(text)),
        body => rules::said(body).map(words::shown),
    }
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
