//! Searching: an index of the pieces of every text, written behind the message path.
//!
//! The index only proposes. Each proposal is read from the log, through its chain, and compared as it reads now; so texts that were edited or taken
//! back need not be taken out of the index, and a damaged index shows nothing wrong.

use std::collections::{BTreeMap, VecDeque};

use rusqlite::Connection;

use super::keep::retold;
use super::read::{self, Log, MAX_SEQ};
use super::state::State;
use super::trouble::Trouble;
use crate::proto::log::{Body, PlacedEntry};
use crate::store::{Found, rules, words};

/// Texts that are written to the index at once: some milliseconds, for which a message may have to wait.
const SLICE: usize = 256;
/// Bytes of texts that may wait for a quiet moment. Beyond it the index is written with the messages; and so much is read
/// again after a crash.
const MAX_BACKLOG_BYTES: usize = 16 << 20;
/// Entries that are read at once when the backlog is found again.
const PAGE: usize = 256;

/// Words for the index: a message's first ones, or other ones for it.
#[derive(Debug)]
pub(super) struct Saying {
    /// The place of the entry that has them.
    seq: u64,
    folded: String,
}

impl Saying {
    /// What an entry says, if it says something.
    pub(super) fn of(seq: u64, body: &Body) -> Option<Self> {
        let text = match body {
            Body::Edit { text, .. } => text,
            _ => rules::said(body)?,
        };
        let folded = words::fold(&words::shown(text));
        Some(Self { seq, folded })
    }
}

/// What the index lacks, in the order of the log.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    sayings: VecDeque<Saying>,
    bytes: usize,
}

impl Backlog {
    /// Finds what the index of a file lacks.
    pub(super) fn read(connection: &Connection, state: &State) -> Result<Self, Trouble> {
        let mut backlog = Self::default();
        let mut from = state.indexed + 1;
        loop {
            let page = read::page(connection, &state.log(), from, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(backlog);
            };
            from = last.seq + 1;
            backlog.extend(
                page.iter()
                    .filter_map(|entry| Saying::of(entry.seq, &rules::body(entry))),
            );
        }
    }

    /// Adds what was said in a batch. The log was emptied if it begins again.
    pub(super) fn extend(&mut self, said: impl IntoIterator<Item = Saying>) {
        for saying in said {
            self.bytes += saying.folded.len();
            self.sayings.push_back(saying);
        }
    }

    /// Another history has begun: the former is not searched.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn is_worth_writing(&self) -> bool {
        self.sayings.len() >= SLICE
    }

    pub(super) fn is_long(&self) -> bool {
        self.bytes > MAX_BACKLOG_BYTES
    }

    /// Writes a slice of it to the index; gives the state after it.
    pub(super) fn write(&mut self, connection: &Connection, state: &State) -> Result<Option<State>, Trouble> {
        let count = self.sayings.len().min(SLICE);
        let Some(last) = count.checked_sub(1).and_then(|last| self.sayings.get(last)) else {
            return Ok(None);
        };
        let all = count == self.sayings.len();
        let next = State {
            indexed: if all { state.last.seq } else { last.seq },
            ..state.clone()
        };
        let transaction = connection.unchecked_transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO piece (rowid, pieces) VALUES (?1, ?2)")?;
            let log = state.log();
            for saying in self.sayings.iter().take(count) {
                insert.execute((log.place(saying.seq), words::pieces(&saying.folded)))?;
            }
        }
        next.write_tip(&transaction)?;
        transaction.commit()?;
        let written: usize = self.sayings.drain(..count).map(|saying| saying.folded.len()).sum();
        self.bytes -= written;
        Ok(Some(next))
    }
}

/// See [`crate::store::RoomStore::search`].
pub(super) fn search(
    connection: &Connection,
    state: &State,
    backlog: &Backlog,
    query: &str,
    limit: usize,
) -> Result<Vec<Found>, Trouble> {
    let folded = words::fold(query);
    if folded.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let mut search = Search {
        connection,
        log: state.log(),
        folded: &folded,
        limit,
        waiting: BTreeMap::new(),
        found: Vec::new(),
    };
    for saying in backlog.sayings.iter().rev() {
        if saying.folded.contains(&folded) && search.propose(saying.seq)? {
            return Ok(search.found);
        }
    }
    let sql = "SELECT rowid FROM piece WHERE piece MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let log = state.log();
    let mut rows = statement.query((words::question(&folded), log.place(0), log.place(MAX_SEQ)))?;
    while let Some(row) = rows.next()? {
        if search.propose(log.seq(row.get(0)?))? {
            return Ok(search.found);
        }
    }
    search.give_from(0);
    Ok(search.found)
}

/// A search that goes back in time.
struct Search<'a> {
    connection: &'a Connection,
    log: Log,
    folded: &'a str,
    limit: usize,
    /// Messages found by a later edit, by their places.
    waiting: BTreeMap<u64, Found>,
    found: Vec<Found>,
}

impl Search<'_> {
    /// Looks at the entry `seq`, which is before all that were proposed; says whether there is enough.
    fn propose(&mut self, seq: u64) -> Result<bool, Trouble> {
        self.give_from(seq);
        if self.found.len() < self.limit
            && let Some(found) = self.look(seq)?
        {
            self.waiting.insert(found.entry.seq, found);
        }
        Ok(self.found.len() == self.limit)
    }

    /// Gives the messages out that are newer than anything that can still be proposed.
    fn give_from(&mut self, seq: u64) {
        while self.found.len() < self.limit
            && let Some(newest) = self.waiting.last_entry().filter(|newest| *newest.key() > seq)
        {
            self.found.push(newest.remove());
        }
    }

    /// The message whose present words the entry `seq` has, if they contain what is searched for.
    fn look(&self, seq: u64) -> Result<Option<Found>, Trouble> {
        let entry = read::one(self.connection, &self.log, seq)?;
        let body = rules::body(&entry);
        let (message, edited, text) = match &body {
            Body::Edit { target, text } => (target.seq, true, text),
            Body::Message { text, .. } | Body::Vouched { text, .. } => (seq, false, text),
            _ => return Ok(None),
        };
        let text = words::shown(text);
        let now = retold(self.connection, &self.log, message)?;
        if now != edited.then_some(seq.cast_signed()) || !words::fold(&text).contains(self.folded) {
            return Ok(None);
        }
        let entry = self.first_words(entry, message)?;
        Ok(Some(Found {
            entry,
            text: text.into(),
            edited,
        }))
    }

    fn first_words(&self, entry: PlacedEntry, message: u64) -> Result<PlacedEntry, Trouble> {
        if entry.seq == message {
            Ok(entry)
        } else {
            read::one(self.connection, &self.log, message)
        }
    }
}
