//! The names of all entries of a history, so that none comes twice.

use std::collections::HashSet;

use rusqlite::Connection;

use super::read::MAX_SEQ;
use super::sealed::NameSeals;
use super::state::{AUTHOR, State};
use super::trouble::Trouble;
use crate::proto::EntryId;
use crate::store::Damage;

/// Authors by their numbers, and ids: some 30 bytes an entry.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<Name>);

/// An author's number in this history, and what they called an entry.
pub(super) type Name = (i64, EntryId);

impl Names {
    /// The names of a file's present history.
    pub(super) fn new(order: &[Name]) -> Self {
        Self(order.iter().copied().collect())
    }

    pub(super) fn contains(&self, name: &Name) -> bool {
        self.0.contains(name)
    }

    pub(super) fn extend(&mut self, names: impl IntoIterator<Item = Name>) {
        self.0.extend(names);
    }

    /// Another history has begun.
    pub(super) fn clear(&mut self) {
        self.0 = HashSet::new();
    }
}

/// Reads the names of a file's present history, in the order of the log, and looks whether they are all there. A room of a million entries waits for
/// this when it is opened, so it is done once.
pub(super) fn read(connection: &Connection, state: &State) -> Result<Vec<Name>, Trouble> {
    let (log, seals) = (state.log(), NameSeals::default());
    let authors: HashSet<i64> = state.authors.values().copied().collect();
    let mut statement =
        connection.prepare_cached("SELECT place, author, id FROM name WHERE place BETWEEN ?1 AND ?2 ORDER BY place")?;
    let mut rows = statement.query([log.place(0), log.place(MAX_SEQ)])?;
    let (mut sum, mut all_known) = (0, true);
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        let (place, author, id): (i64, i64, [u8; 16]) = (row.get(0)?, row.get(1)?, row.get(2)?);
        sum ^= seals.seal(author, &id, place);
        all_known &= authors.contains(&author);
        names.push((author, EntryId(id)));
    }
    match (sum == state.names, all_known) {
        (true, true) => Ok(names),
        (true, false) => Err(Damage::Row(AUTHOR.name).into()),
        (false, _) => Err(Damage::Row("name").into()),
    }
}
