//! Entries from the file: none is given out that does not follow the one before it.

use rusqlite::{CachedStatement, Connection, Rows};

use super::trouble::Trouble;
use crate::proto::log::{PlacedEntry, Seen};
use crate::proto::wire;
use crate::store::Damage;

/// Bits of a place in the file that are its place in its history; those above are the history's number. 2^48 entries are 8,900 years of a thousand
/// a second.
const SEQ_BITS: u32 = 48;
/// Places that a file can tell apart.
pub(super) const MAX_SEQ: u64 = (1 << SEQ_BITS) - 1;
/// Histories that a file can tell apart: the sign stays free.
pub(super) const MAX_HISTORY: i64 = (1 << (63 - SEQ_BITS)) - 1;

/// One history in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Log {
    number: i64,
    floor: Seen,
    last: Seen,
}

impl Log {
    pub(super) fn new(number: i64, floor: Seen, last: Seen) -> Self {
        Self { number, floor, last }
    }

    pub(super) fn has(&self, seq: u64) -> bool {
        self.floor.seq < seq && seq <= self.last.seq
    }

    /// Where the file has the entry `seq`.
    pub(super) fn place(&self, seq: u64) -> i64 {
        (self.number << SEQ_BITS) | seq.min(MAX_SEQ).cast_signed()
    }

    /// The place in the history of what the file has at `place`.
    pub(super) fn seq(&self, place: i64) -> u64 {
        place.cast_unsigned() & MAX_SEQ
    }
}

/// The entries from `from` on, at most `limit`.
pub(super) fn page(connection: &Connection, log: &Log, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, Trouble> {
    let first = from.max(log.floor.seq.saturating_add(1));
    if limit == 0 || first > log.last.seq {
        return Ok(Vec::new());
    }
    let count = (log.last.seq - first).saturating_add(1).min(limit as u64);
    let last = first + (count - 1);
    let mut statement = select(connection)?;
    let mut rows = statement.query([log.place(first - 1), log.place(last)])?;
    let mut previous = if first - 1 == log.floor.seq {
        log.floor.hash
    } else {
        next(&mut rows, first - 1)?.hash
    };
    let mut entries = Vec::new();
    for seq in first..=last {
        let entry = next(&mut rows, seq)?;
        if !entry.follows(&previous) || seq == log.last.seq && entry.hash != log.last.hash {
            return Err(Damage::Entry(seq).into());
        }
        previous = entry.hash;
        entries.push(entry);
    }
    Ok(entries)
}

/// One entry.
pub(super) fn one(connection: &Connection, log: &Log, seq: u64) -> Result<PlacedEntry, Trouble> {
    let entry = page(connection, log, seq, 1)?.pop();
    let entry = entry.filter(|entry| entry.seq == seq);
    entry.ok_or_else(|| Damage::Entry(seq).into())
}

/// Whether the log ends where `tip` says, and its newest entries are what was stored.
pub(super) fn check_end(connection: &Connection, log: &Log, entries: u64) -> Result<(), Trouble> {
    let sql = "SELECT max(place) FROM entry WHERE place BETWEEN ?1 AND ?2";
    let newest: Option<i64> = connection.query_row(sql, [log.place(0), log.place(MAX_SEQ)], |row| row.get(0))?;
    let newest = newest.map_or(log.floor.seq, |place| log.seq(place));
    if newest != log.last.seq {
        return Err(Damage::Entry(newest.min(log.last.seq).saturating_add(1)).into());
    }
    let from = log.last.seq.saturating_sub(entries);
    page(connection, log, from, usize::MAX).map(drop)
}

fn select(connection: &Connection) -> Result<CachedStatement<'_>, Trouble> {
    Ok(connection.prepare_cached("SELECT place, bytes FROM entry WHERE place BETWEEN ?1 AND ?2 ORDER BY place")?)
}

fn next(rows: &mut Rows<'_>, seq: u64) -> Result<PlacedEntry, Trouble> {
    let damage = || Trouble::from(Damage::Entry(seq));
    let row = rows.next()?.ok_or_else(damage)?;
    let bytes = row.get_ref(1)?.as_blob().ok();
    let entry = bytes.and_then(|bytes| wire::decode_entry(bytes).ok());
    entry.filter(|entry| entry.seq == seq).ok_or_else(damage)
}
