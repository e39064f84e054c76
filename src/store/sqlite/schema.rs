//! The tables, and how a file of an older version becomes one of this version.

use rusqlite::{Connection, TransactionBehavior};

use super::trouble::Trouble;

/// `LLND`: tells a room's file from other databases.
pub(super) const APPLICATION_ID: i64 = 0x4c4c_4e44;

/// What makes a file of version n one of version n + 1, from an empty one on. Never changed, only added to.
pub(super) const MIGRATIONS: [&str; 2] = [ROOMS_AND_THEIR_LOG, WORDS_TO_COMPARE];

/// Where something is kept; the index is made of it.
pub(super) const TABLES: [&str; 11] = [
    "room", "tip", "former", "author", "name", "entry", "retold", "peer", "invite", "outbox", "compare",
];

/// Histories count from 1. A `place` is a history and a place there in one number ([`super::read::Log`]). `name` is what must be known of all entries:
/// an author has a number per history; `said` is 1 for a member's message, 2 for a plain guest's. That no name comes twice is seen to in memory
/// ([`super::names`]): names are random, and an index of them would write a page of the file for each. `retold.by`: the place of the edit
/// by which a message reads now; 0: taken back. `seal`: see [`super::sealed`].
const ROOMS_AND_THEIR_LOG: &str = "
CREATE TABLE room (
    one INTEGER PRIMARY KEY CHECK (one = 1), room BLOB NOT NULL, host BLOB NOT NULL, history INTEGER NOT NULL, epoch BLOB NOT NULL,
    floor_seq INTEGER NOT NULL, floor_hash BLOB NOT NULL, settings BLOB NOT NULL, addresses TEXT NOT NULL, seal INTEGER NOT NULL
) STRICT;
CREATE TABLE tip (
    one INTEGER PRIMARY KEY CHECK (one = 1), last_seq INTEGER NOT NULL, last_hash BLOB NOT NULL, head BLOB, counter INTEGER NOT NULL,
    read_seq INTEGER NOT NULL, message_ms INTEGER, indexed INTEGER NOT NULL, names INTEGER NOT NULL, rows INTEGER NOT NULL,
    seal INTEGER NOT NULL
) STRICT;
CREATE TABLE former (
    history INTEGER PRIMARY KEY, epoch BLOB NOT NULL, floor_seq INTEGER NOT NULL, floor_hash BLOB NOT NULL, last_seq INTEGER NOT NULL,
    last_hash BLOB NOT NULL, settings BLOB NOT NULL, seal INTEGER NOT NULL
) STRICT;
CREATE TABLE author (
    number INTEGER PRIMARY KEY, history INTEGER NOT NULL, key BLOB NOT NULL, seal INTEGER NOT NULL, UNIQUE (history, key)
) STRICT;
CREATE TABLE name (
    place INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES author, id BLOB NOT NULL, said INTEGER NOT NULL
) STRICT;
CREATE TABLE entry (place INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE retold (place INTEGER PRIMARY KEY, by INTEGER NOT NULL, seal INTEGER NOT NULL) STRICT;
CREATE TABLE peer (
    key BLOB PRIMARY KEY, id INTEGER NOT NULL, name TEXT NOT NULL, member INTEGER NOT NULL, verified INTEGER NOT NULL,
    first_seq INTEGER NOT NULL, seal INTEGER NOT NULL
) STRICT;
CREATE TABLE invite (number BLOB PRIMARY KEY, secret BLOB, expires INTEGER NOT NULL, seal INTEGER NOT NULL) STRICT;
CREATE TABLE outbox (turn INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL, seal INTEGER NOT NULL) STRICT;
CREATE VIRTUAL TABLE piece USING fts5 (pieces, content = '', detail = none, columnsize = 0, tokenize = 'ascii', prefix = '1 2');
INSERT INTO piece (piece, rank) VALUES ('hashsize', 8388608);
";

/// Four numbers of 16 bits each, while the person at this computer has not said that the host has read the same words.
const WORDS_TO_COMPARE: &str =
    "CREATE TABLE compare (one INTEGER PRIMARY KEY CHECK (one = 1), words BLOB NOT NULL, seal INTEGER NOT NULL) STRICT";

/// Runs those of `migrations` that the file of version `from` has not seen, each with its number in one transaction.
pub(super) fn migrate(connection: &mut Connection, from: usize, migrations: &[&str]) -> Result<(), Trouble> {
    for (index, migration) in migrations.iter().enumerate().skip(from) {
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        step.execute_batch(migration)?;
        step.pragma_update(None, "application_id", APPLICATION_ID)?;
        step.pragma_update(None, "user_version", index as i64 + 1)?;
        step.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(connection: &Connection) -> i64 {
        connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn a_file_runs_what_it_has_not_seen() {
        let mut connection = Connection::open_in_memory().unwrap();
        let second = "ALTER TABLE peer ADD COLUMN colour INTEGER; UPDATE peer SET colour = 7";
        migrate(&mut connection, 0, &MIGRATIONS[..1]).unwrap();
        assert_eq!(version(&connection), 1);
        let peer = "INSERT INTO peer VALUES (x'00', 1, 'Ann', 1, 0, 1, 0)";
        connection.execute(peer, []).unwrap();
        migrate(&mut connection, 1, &[MIGRATIONS[0], second]).unwrap();
        assert_eq!(version(&connection), 2);
        let colour: i64 = connection
            .query_row("SELECT colour FROM peer", [], |row| row.get(0))
            .unwrap();
        assert_eq!(colour, 7);
        migrate(&mut connection, 2, &[MIGRATIONS[0], second]).unwrap();
        assert_eq!(version(&connection), 2);
    }

    #[test]
    fn a_room_of_the_first_version_can_keep_words_to_compare() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, 0, &MIGRATIONS[..1]).unwrap();
        migrate(&mut connection, 1, &MIGRATIONS).unwrap();
        connection
            .execute("INSERT INTO compare VALUES (1, x'00', 0)", [])
            .unwrap();
        assert_eq!(version(&connection), 2);
    }

    #[test]
    fn a_step_that_fails_has_not_begun() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = [MIGRATIONS[0], "DROP TABLE invite; DROP TABLE nothing"];
        assert!(migrate(&mut connection, 0, &broken).is_err());
        assert_eq!(version(&connection), 1);
        connection.execute("DELETE FROM invite", []).unwrap();
    }
}
