//! The names of all entries of a history, so that none comes twice.

use std::collections::HashSet;

use rusqlite::Connection;

use super::read::MAX_SEQ;
use super::sealed;
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
    /// Reads the names of a file's present history, and looks whether they are all there.
    pub(super) fn read(connection: &Connection, state: &State) -> Result<Self, Trouble> {
        let authors: HashSet<i64> = state.authors.values().copied().collect();
        let mut names = HashSet::new();
        let mut all_known = true;
        each(connection, state, |author, id, _| {
            all_known &= authors.contains(&author);
            names.insert((author, id));
        })?;
        if all_known {
            Ok(Self(names))
        } else {
            Err(Damage::Row(AUTHOR.name).into())
        }
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

/// Goes through author, id and place of all entries of the present history, in order.
pub(super) fn each(
    connection: &Connection,
    state: &State,
    mut one: impl FnMut(i64, EntryId, u64),
) -> Result<(), Trouble> {
    let log = state.log();
    let mut statement =
        connection.prepare_cached("SELECT place, author, id FROM name WHERE place BETWEEN ?1 AND ?2 ORDER BY place")?;
    let mut rows = statement.query([log.place(0), log.place(MAX_SEQ)])?;
    let mut sum = 0;
    while let Some(row) = rows.next()? {
        let (place, author, id): (i64, i64, [u8; 16]) = (row.get(0)?, row.get(1)?, row.get(2)?);
        sum ^= sealed::name(author, &id, place);
        one(author, EntryId(id), log.seq(place));
    }
    if sum == state.names {
        Ok(())
    } else {
        Err(Damage::Row("name").into())
    }
}
