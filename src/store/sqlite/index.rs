//! Searching: an index of the pieces of every text, written behind the message path.
//!
//! The index only proposes. Each proposal is read from the log, through its chain, and compared as it reads now; so texts that were edited or taken
//! back need not be taken out of the index, and a damaged index shows nothing wrong.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::keep::retold;
use super::read::{self, Log, MAX_SEQ};
use super::state::State;
use super::trouble::Trouble;
use crate::proto::log::{Body, PlacedEntry};
use crate::store::{Found, rules, words};

/// Texts that are worth a transaction of their own.
const SLICE: usize = 256;
/// In a quiet moment the index is written for so long at once: a message that comes meanwhile hardly has to wait.
const QUIET: Duration = Duration::from_millis(5);
/// Texts that are written at once when there was no quiet moment: more are cheaper each.
const FORCED: usize = 1_024;
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

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Writes to the index for a moment; gives the state after it.
    pub(super) fn write_quietly(&mut self, connection: &Connection, state: &State) -> Result<State, Trouble> {
        let begun = Instant::now();
        self.write(connection, state, || begun.elapsed() < QUIET)
    }

    /// Writes so much to the index that it is worth the wait; gives the state after it.
    pub(super) fn write_much(&mut self, connection: &Connection, state: &State) -> Result<State, Trouble> {
        let mut count = 0;
        self.write(connection, state, || {
            count += 1;
            count < FORCED
        })
    }

    /// Writes to the index until there is nothing more, or `more` says no.
    fn write(
        &mut self,
        connection: &Connection,
        state: &State,
        mut more: impl FnMut() -> bool,
    ) -> Result<State, Trouble> {
        let log = state.log();
        let mut next = state.clone();
        let mut count = 0;
        let transaction = connection.unchecked_transaction()?;
        let mut insert = transaction.prepare_cached("INSERT INTO piece (rowid, pieces) VALUES (?1, ?2)")?;
        for saying in &self.sayings {
            insert.execute((log.place(saying.seq), words::pieces(&saying.folded)))?;
            next.indexed = saying.seq;
            count += 1;
            if !more() {
                break;
            }
        }
        drop(insert);
        if count == self.sayings.len() {
            next.indexed = state.last.seq;
        }
        next.write_tip(&transaction)?;
        transaction.commit()?;
        let written: usize = self.sayings.drain(..count).map(|saying| saying.folded.len()).sum();
        self.bytes -= written;
        Ok(next)
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
        if !self.log.has(seq) {
            return Ok(None); // a damaged index is no damaged log
        }
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
