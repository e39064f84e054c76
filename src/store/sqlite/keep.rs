//! One batch, one transaction.

use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::index::Saying;
use super::names::{Name, Names};
use super::read::{Log, MAX_HISTORY, MAX_SEQ};
use super::sealed::{NameSeals, Table};
use super::state::{AUTHOR, COMPARE, FORMER, INVITE, OUTBOX, PEER, State, encode_settings, words_row};
use super::trouble::Trouble;
use crate::proto::identity::MemberKey;
use crate::proto::log::{Batch, Body, Change, Kept, Peer, PlacedEntry, Seen, SignedEntry};
use crate::proto::words::Words;
use crate::proto::{EntryId, wire};
use crate::store::StoreError;
use crate::store::rules::{self, Retelling, holds};

const RETOLD: Table = Table {
    name: "retold",
    put: "INSERT OR REPLACE INTO retold VALUES (?1, ?2, ?3)",
    all: "SELECT * FROM retold WHERE place = ?1",
};
/// `name.said` of what is no message, a member's, a plain guest's.
const NOTHING_SAID: i64 = 0;
const SAID: i64 = 1;
const VOUCHED: i64 = 2;
/// `retold.by` of a message that was taken back.
pub(super) const TAKEN_BACK: i64 = 0;

/// What a batch has changed.
pub(super) struct Done {
    /// How it is now.
    pub(super) state: Option<State>,
    /// What was said in this history, and what its entries are called.
    pub(super) said: Vec<Saying>,
    pub(super) names: Vec<Name>,
}

/// Keeps `batch`.
pub(super) fn keep(
    connection: &mut Connection,
    state: Option<&State>,
    names: &Names,
    me: &MemberKey,
    batch: &Batch,
) -> Result<Done, Trouble> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut draft = Draft {
        connection: &transaction,
        me,
        names,
        state: state.cloned(),
        said: Vec::new(),
        fresh: Vec::new(),
    };
    for change in &batch.changes {
        draft.apply(change)?;
    }
    let Draft { state, said, fresh, .. } = draft;
    if let Some(state) = &state {
        state.write_tip(&transaction)?;
    }
    transaction.commit()?;
    Ok(Done {
        state,
        said,
        names: fresh,
    })
}

/// A batch while it may still be refused.
struct Draft<'a> {
    connection: &'a Connection,
    me: &'a MemberKey,
    /// Before the batch.
    names: &'a Names,
    state: Option<State>,
    said: Vec<Saying>,
    fresh: Vec<Name>,
}

impl Draft<'_> {
    fn apply(&mut self, change: &Change) -> Result<(), Trouble> {
        if self.state.is_none() {
            return self.make(change);
        }
        match change {
            Change::Room(kept) => self.room(kept),
            Change::NewEpoch(kept) => self.begin(kept),
            Change::Append(entry) => self.append(entry),
            Change::Head(head) => {
                rules::check_head(&self.state().kept, head)?;
                self.state().head = Some(*head);
                Ok(())
            }
            Change::Peer(peer) => self.put(&PEER, Self::PEER_SEAL, peer_row(peer)),
            Change::Invite {
                number,
                secret,
                expires,
            } => {
                let row = vec![
                    number.0.to_vec().into(),
                    secret.as_ref().map(|secret| secret.0.to_vec()).into(),
                    expires.cast_signed().into(),
                ];
                self.put(&INVITE, Self::INVITE_SEAL, row)
            }
            Change::Queue(entry) => self.queue(entry),
            Change::Unqueue(id) => self.unqueue(*id),
            Change::Read(seq) => {
                let state = self.state();
                state.read = state.read.max(*seq);
                Ok(())
            }
            Change::Compare(words) => self.compare(words.as_ref()),
        }
    }

    const PEER_SEAL: &'static str = "SELECT seal FROM peer WHERE key = ?1";
    const COMPARE_SEAL: &'static str = "SELECT seal FROM compare WHERE one = ?1";
    const INVITE_SEAL: &'static str = "SELECT seal FROM invite WHERE number = ?1";

    fn state(&mut self) -> &mut State {
        self.state.as_mut().expect("a room was made before anything else")
    }

    fn make(&mut self, change: &Change) -> Result<(), Trouble> {
        let Change::Room(kept) = change else {
            return Err(StoreError::Conflict.into());
        };
        holds(kept.floor.seq <= MAX_SEQ)?;
        let state = State::new(kept.clone());
        state.write_room(self.connection)?;
        self.state = Some(state);
        Ok(())
    }

    fn room(&mut self, kept: &Kept) -> Result<(), Trouble> {
        let connection = self.connection;
        let state = self.state();
        rules::check_room(&state.kept, state.last, kept)?;
        holds(kept.floor.seq <= MAX_SEQ)?;
        if state.last == state.kept.floor {
            state.last = kept.floor;
            state.indexed = kept.floor.seq;
        }
        state.kept = kept.clone();
        state.write_room(connection)
    }

    fn begin(&mut self, kept: &Kept) -> Result<(), Trouble> {
        let connection = self.connection;
        let state = self.state();
        rules::check_epoch(&state.kept, kept)?;
        holds(kept.floor.seq <= MAX_SEQ && state.history < MAX_HISTORY)?;
        FORMER.put(connection, former_row(state))?;
        let (counter, rows, history) = (state.counter, state.rows, state.history + 1);
        *state = State {
            counter,
            rows,
            history,
            ..State::new(kept.clone())
        };
        state.write_room(connection)?;
        self.said.clear();
        self.fresh.clear();
        Ok(())
    }

    fn append(&mut self, placed: &PlacedEntry) -> Result<(), Trouble> {
        let state = self.state();
        rules::check_next(&state.kept, state.last, placed)?;
        holds(placed.seq <= MAX_SEQ)?;
        let body = rules::body(placed);
        let kind = kind(&body);
        let place = state.log().place(placed.seq);
        let author = self.author(&placed.entry.author)?;
        let id = placed.entry.id;
        holds(!self.names.contains(&(author, id)) && !self.fresh.contains(&(author, id)))?;
        self.fresh.push((author, id));
        let mut insert = self.connection.prepare_cached("INSERT INTO entry VALUES (?1, ?2)")?;
        insert.execute((place, wire::encode_entry(placed)))?;
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO name VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute((place, author, id.0, kind))?;
        self.count(&placed.entry);
        let state = self.state();
        state.names ^= NameSeals::default().seal(author, &id.0, place);
        state.last = Seen {
            seq: placed.seq,
            hash: placed.hash,
        };
        if kind != NOTHING_SAID {
            state.message_ms = Some(placed.placed_ms);
        }
        if let Some(retelling) = rules::retelling(&body) {
            self.retell(placed, retelling)?;
        }
        self.said.extend(Saying::of(placed.seq, &body));
        Ok(())
    }

    /// The number of somebody who writes.
    fn author(&mut self, key: &MemberKey) -> Result<i64, Trouble> {
        let connection = self.connection;
        let state = self.state();
        if let Some(number) = state.authors.get(key) {
            return Ok(*number);
        }
        let sql = "SELECT coalesce(max(number), 0) + 1 FROM author";
        let number: i64 = connection.query_row(sql, [], |row| row.get(0))?;
        let row = vec![number.into(), state.history.into(), key.0.to_vec().into()];
        AUTHOR.put(connection, row)?;
        Arc::make_mut(&mut state.authors).insert(*key, number);
        Ok(number)
    }

    /// Remembers by which entry another message reads now, if the author of `by` may say so. What was taken back stays so.
    fn retell(&mut self, by: &PlacedEntry, retelling: Retelling) -> Result<(), Trouble> {
        let connection = self.connection;
        let state = self.state();
        let (target, newest) = match retelling {
            Retelling::Edited(target) => (target, by.seq.cast_signed()),
            Retelling::Deleted(target) => (target, TAKEN_BACK),
        };
        let log = state.log();
        if target.seq >= by.seq || retold(connection, &log, target.seq)? == Some(TAKEN_BACK) {
            return Ok(());
        }
        let sql = "SELECT id, key, said FROM name JOIN author ON number = author WHERE place = ?1";
        let message = connection
            .prepare_cached(sql)?
            .query_row([log.place(target.seq)], |row| {
                Ok((EntryId(row.get(0)?), MemberKey(row.get(1)?), row.get::<_, i64>(2)?))
            })
            .optional()?;
        if let Some((id, author, kind)) = message
            && kind != NOTHING_SAID
            && rules::may_retell(
                &state.kept.host,
                &by.entry.author,
                retelling,
                id,
                &author,
                kind == VOUCHED,
            )
        {
            RETOLD.put(connection, vec![log.place(target.seq).into(), newest.into()])?;
        }
        Ok(())
    }

    /// Puts a row in place of the one whose seal `old` finds by the first column.
    fn put(&mut self, table: &Table, old: &str, row: Vec<Value>) -> Result<(), Trouble> {
        let mut statement = self.connection.prepare_cached(old)?;
        let old: Option<i64> = statement.query_row([&row[0]], |row| row.get(0)).optional()?;
        let new = table.put(self.connection, row)?;
        self.state().rows ^= old.unwrap_or(0) ^ new;
        Ok(())
    }

    fn queue(&mut self, entry: &SignedEntry) -> Result<(), Trouble> {
        let sql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0) + 1";
        let turn: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        let row = vec![
            turn.into(),
            entry.id.0.to_vec().into(),
            wire::encode_signed(entry).into(),
        ];
        let seal = OUTBOX.put(self.connection, row)?;
        self.state().rows ^= seal;
        self.count(entry);
        Ok(())
    }

    fn unqueue(&mut self, id: EntryId) -> Result<(), Trouble> {
        let mut statement = self
            .connection
            .prepare_cached("DELETE FROM outbox WHERE id = ?1 RETURNING seal")?;
        let seals: Vec<i64> = statement
            .query_map([id.0], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        self.state().rows ^= seals.into_iter().fold(0, |sum, seal| sum ^ seal);
        Ok(())
    }

    fn compare(&mut self, words: Option<&Words>) -> Result<(), Trouble> {
        if let Some(words) = words {
            return self.put(&COMPARE, Self::COMPARE_SEAL, words_row(words));
        }
        let sql = "DELETE FROM compare RETURNING seal";
        let seal: Option<i64> = self.connection.query_row(sql, [], |row| row.get(0)).optional()?;
        self.state().rows ^= seal.unwrap_or(0);
        Ok(())
    }

    /// Own entries are counted when they are queued and when they are in the log, whichever is first.
    fn count(&mut self, entry: &SignedEntry) {
        if entry.author == *self.me {
            let state = self.state();
            state.counter = state.counter.max(entry.counter.saturating_add(1));
        }
    }
}

/// The place of the edit by which a message reads now, or [`TAKEN_BACK`]; `None`: it reads as it was written.
pub(super) fn retold(connection: &Connection, log: &Log, seq: u64) -> Result<Option<i64>, Trouble> {
    let found = RETOLD.select(connection, RETOLD.all, [log.place(seq)], |row| Ok(row.get(1)?))?;
    Ok(found.into_iter().next().map(|(by, _)| by))
}

fn kind(body: &Body) -> i64 {
    match body {
        Body::Message { .. } => SAID,
        Body::Vouched { .. } => VOUCHED,
        _ => NOTHING_SAID,
    }
}

fn peer_row(peer: &Peer) -> Vec<Value> {
    vec![
        peer.key.0.to_vec().into(),
        peer.id.0.cast_signed().into(),
        peer.name.clone().into(),
        peer.member.into(),
        peer.verified.into(),
        peer.first_seq.cast_signed().into(),
    ]
}

fn former_row(state: &State) -> Vec<Value> {
    vec![
        state.history.into(),
        state.kept.epoch.0.to_vec().into(),
        state.kept.floor.seq.cast_signed().into(),
        state.kept.floor.hash.0.to_vec().into(),
        state.last.seq.cast_signed().into(),
        state.last.hash.0.to_vec().into(),
        encode_settings(&state.kept.settings),
    ]
}
