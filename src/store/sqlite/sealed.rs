//! Rows with a checksum: what a disk or another program has altered is noticed when it is read.

use blake3::hazmat::HasherExt as _;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Params, Row, params_from_iter};

use super::trouble::Trouble;
use crate::store::Damage;

/// Keeps these hashes apart from all others.
const CONTEXT: &str = "landline 2026 store seal v1";

/// A table whose last column is the seal over the others.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Puts a row in place of the one with the same key.
    pub(super) put: &'static str,
    /// Begins reading it.
    pub(super) all: &'static str,
}

impl Table {
    /// Keeps a row; gives its seal.
    pub(super) fn put(&self, connection: &Connection, mut row: Vec<Value>) -> Result<i64, Trouble> {
        let seal = seal(self.name, row.iter().map(ValueRef::from));
        row.push(seal.into());
        connection.prepare_cached(self.put)?.execute(params_from_iter(row))?;
        Ok(seal)
    }

    /// Reads all rows, each with its seal.
    pub(super) fn rows<T>(
        &self,
        connection: &Connection,
        read: impl FnMut(&Row<'_>) -> Result<T, Trouble>,
    ) -> Result<Vec<(T, i64)>, Trouble> {
        self.select(connection, self.all, [], read)
    }

    /// Reads the rows that `sql` selects, whose columns are those of the table.
    pub(super) fn select<T>(
        &self,
        connection: &Connection,
        sql: &str,
        parameters: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Trouble>,
    ) -> Result<Vec<(T, i64)>, Trouble> {
        let mut statement = connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(parameters)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let values: Vec<ValueRef<'_>> = (0..columns - 1)
                .map(|column| row.get_ref(column))
                .collect::<Result<_, _>>()?;
            let seal: i64 = row.get(columns - 1)?;
            if seal != self::seal(self.name, values.into_iter()) {
                return Err(Damage::Row(self.name).into());
            }
            all.push((read(row)?, seal));
        }
        Ok(all)
    }

    /// The row of a table that has at most one.
    pub(super) fn row<T>(
        &self,
        connection: &Connection,
        read: impl FnMut(&Row<'_>) -> Result<T, Trouble>,
    ) -> Result<Option<T>, Trouble> {
        Ok(self.rows(connection, read)?.pop().map(|(row, _)| row))
    }
}

fn seal<'a>(table: &str, values: impl Iterator<Item = ValueRef<'a>>) -> i64 {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(table.as_bytes());
    for value in values {
        let number;
        let (kind, bytes): (u8, &[u8]) = match value {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(integer) => {
                number = integer.to_be_bytes();
                (1, &number)
            }
            ValueRef::Real(real) => {
                number = real.to_be_bytes();
                (2, &number)
            }
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(bytes) => (4, bytes),
        };
        hasher.update(&[kind]);
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
    first_eight(&hasher)
}

/// Makes an entry's name and place one number; [`super::state::State`] sums them up.
pub(super) struct NameSeals(blake3::hazmat::ContextKey);

impl Default for NameSeals {
    fn default() -> Self {
        Self(blake3::hazmat::hash_derive_key_context(CONTEXT))
    }
}

impl NameSeals {
    pub(super) fn seal(&self, author: i64, id: &[u8; 16], place: i64) -> i64 {
        let mut hasher = blake3::Hasher::new_from_context_key(&self.0); // `new_derive_key` would hash the context again
        hasher
            .update(&author.to_be_bytes())
            .update(id)
            .update(&place.to_be_bytes());
        first_eight(&hasher)
    }
}

fn first_eight(hasher: &blake3::Hasher) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    i64::from_be_bytes(bytes)
}
