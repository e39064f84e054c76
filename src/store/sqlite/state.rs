//! What the file says of the room as a whole, and what hangs on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, Row};

use super::names::Name;
use super::read::Log;
use super::sealed::Table;
use super::trouble::Trouble;
use crate::proto::identity::MemberKey;
use crate::proto::invite::InviteSecret;
use crate::proto::log::{
    Body, Epoch, Hash, InviteNumber, Kept, Loaded, Peer, RoomId, Seen, Settings, SignedEntry, SignedHead,
};
use crate::proto::words::Words;
use crate::proto::{EntryId, MemberId, wire};
use crate::store::{Damage, Former};

pub(super) const ROOM: Table = Table {
    name: "room",
    put: "INSERT OR REPLACE INTO room VALUES (1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    all: "SELECT * FROM room",
};
const TIP: Table = Table {
    name: "tip",
    put: "INSERT OR REPLACE INTO tip VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    all: "SELECT * FROM tip",
};
pub(super) const FORMER: Table = Table {
    name: "former",
    put: "INSERT INTO former VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    all: "SELECT * FROM former ORDER BY history",
};
pub(super) const AUTHOR: Table = Table {
    name: "author",
    put: "INSERT INTO author VALUES (?1, ?2, ?3, ?4)",
    all: "SELECT * FROM author",
};
pub(super) const PEER: Table = Table {
    name: "peer",
    put: "INSERT OR REPLACE INTO peer VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    all: "SELECT * FROM peer",
};
pub(super) const INVITE: Table = Table {
    name: "invite",
    put: "INSERT OR REPLACE INTO invite VALUES (?1, ?2, ?3, ?4)",
    all: "SELECT * FROM invite ORDER BY number",
};
pub(super) const OUTBOX: Table = Table {
    name: "outbox",
    put: "INSERT INTO outbox VALUES (?1, ?2, ?3, ?4)",
    all: "SELECT * FROM outbox ORDER BY turn",
};
pub(super) const COMPARE: Table = Table {
    name: "compare",
    put: "INSERT OR REPLACE INTO compare VALUES (?1, ?2, ?3)",
    all: "SELECT * FROM compare",
};

/// The rows `room`, `tip` and `author`, as they are on the disk.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) kept: Kept,
    /// The number of this history.
    pub(super) history: i64,
    pub(super) last: Seen,
    pub(super) head: Option<SignedHead>,
    pub(super) counter: u64,
    pub(super) read: u64,
    /// The host's clock at the last message.
    pub(super) message_ms: Option<u64>,
    /// The texts up to this place are in the index.
    pub(super) indexed: u64,
    /// Exclusive or of all names in this history ([`super::sealed::NameSeals`]).
    pub(super) names: i64,
    /// Exclusive or of the seals of all peers, invites, the outbox and the words to compare: none of them has gone.
    pub(super) rows: i64,
    /// Who has written in this history.
    pub(super) authors: Arc<BTreeMap<MemberKey, i64>>,
}

impl State {
    /// A room that is being made.
    pub(super) fn new(kept: Kept) -> Self {
        Self {
            history: 1,
            last: kept.floor,
            indexed: kept.floor.seq,
            kept,
            head: None,
            counter: 0,
            read: 0,
            message_ms: None,
            names: 0,
            rows: 0,
            authors: Arc::default(),
        }
    }

    /// The log of this history.
    pub(super) fn log(&self) -> Log {
        Log::new(self.history, self.kept.floor, self.last)
    }

    /// What the file says; `None`: no room was made yet.
    pub(super) fn read(connection: &Connection) -> Result<Option<Self>, Trouble> {
        let room = ROOM.row(connection, kept)?;
        let tip = TIP.row(connection, |row| Ok(Tip::read(row)?))?;
        let (Some((kept, history)), Some(tip)) = (&room, tip) else {
            return no_room(connection, room.is_none());
        };
        let authors = AUTHOR.rows(connection, |row| {
            Ok((row.get::<_, i64>(1)?, MemberKey(row.get(2)?), row.get::<_, i64>(0)?))
        })?;
        let of_this = authors.into_iter().filter(|((of, ..), _)| of == history);
        let head = tip
            .head
            .map(|head| wire::decode_head(&head).ok().ok_or(Damage::Row(TIP.name)));
        Ok(Some(Self {
            kept: kept.clone(),
            history: *history,
            last: tip.last,
            head: head.transpose()?,
            counter: tip.counter.cast_unsigned(),
            read: tip.read.cast_unsigned(),
            message_ms: tip.message_ms.map(i64::cast_unsigned),
            indexed: tip.indexed.cast_unsigned(),
            names: tip.names,
            rows: tip.rows,
            authors: Arc::new(of_this.map(|((_, key, number), _)| (key, number)).collect()),
        }))
    }

    /// Writes the row that changes with every batch.
    pub(super) fn write_tip(&self, connection: &Connection) -> Result<(), Trouble> {
        let row = vec![
            1.into(),
            self.last.seq.cast_signed().into(),
            self.last.hash.0.to_vec().into(),
            self.head.map(|head| wire::encode_head(&head)).into(),
            self.counter.cast_signed().into(),
            self.read.cast_signed().into(),
            self.message_ms.map(u64::cast_signed).into(),
            self.indexed.cast_signed().into(),
            self.names.into(),
            self.rows.into(),
        ];
        TIP.put(connection, row).map(drop)
    }

    /// Writes the row that changes with [`Kept`].
    pub(super) fn write_room(&self, connection: &Connection) -> Result<(), Trouble> {
        let kept = &self.kept;
        let addresses: Vec<String> = kept.addresses.iter().map(ToString::to_string).collect();
        let row = vec![
            1.into(),
            kept.room.0.to_vec().into(),
            kept.host.0.to_vec().into(),
            self.history.into(),
            kept.epoch.0.to_vec().into(),
            kept.floor.seq.cast_signed().into(),
            kept.floor.hash.0.to_vec().into(),
            encode_settings(&kept.settings),
            addresses.join("\n").into(),
        ];
        ROOM.put(connection, row).map(drop)
    }

    /// Everything that an endpoint must know; `names` are those of this history.
    pub(super) fn load(&self, connection: &Connection, names: &[Name]) -> Result<Loaded, Trouble> {
        let mut peers = PEER.rows(connection, |row| Ok(peer(row)?))?;
        peers.sort_by_key(|(peer, _)| (peer.id, peer.key));
        let invites = INVITE.rows(connection, |row| {
            let expires: i64 = row.get(2)?;
            let secret: Option<[u8; 16]> = row.get(1)?;
            let secret = secret.map(InviteSecret);
            Ok((InviteNumber(row.get(0)?), secret, expires.cast_unsigned()))
        })?;
        let outbox = OUTBOX.rows(connection, waiting)?;
        let compare = COMPARE.rows(connection, |row| Ok(compared_words(row)?))?;
        let seals = peers.iter().map(|(_, seal)| seal);
        let seals = seals.chain(invites.iter().map(|(_, seal)| seal));
        let seals = seals.chain(outbox.iter().map(|(_, seal)| seal));
        let seals = seals.chain(compare.iter().map(|(_, seal)| seal));
        if seals.fold(0, |sum, seal| sum ^ seal) != self.rows {
            return Err(Damage::Row("tip").into());
        }
        let peers: Vec<Peer> = without_seals(peers);
        let ids = self.ids(names, &peers);
        Ok(Loaded {
            last: self.last,
            head: self.head,
            peers,
            invites: without_seals(invites),
            outbox: without_seals(outbox),
            counter: self.counter,
            read: self.read,
            compare: without_seals(compare).pop(),
            ids,
            kept: self.kept.clone(),
        })
    }

    /// The names of all entries, with their places.
    fn ids(&self, names: &[Name], peers: &[Peer]) -> Vec<(MemberId, EntryId, u64)> {
        let members: BTreeMap<MemberKey, MemberId> = peers
            .iter()
            .map(|peer| (peer.key, peer.id))
            .chain([(self.kept.host, MemberId::HOST)])
            .collect();
        let authors: BTreeMap<i64, MemberId> = self
            .authors
            .iter()
            .filter_map(|(key, author)| Some((*author, *members.get(key)?)))
            .collect();
        let placed = names.iter().zip(self.kept.floor.seq + 1..);
        placed
            .filter_map(|((author, id), seq)| Some((*authors.get(author)?, *id, seq)))
            .collect()
    }
}

/// The histories that have ended.
pub(super) fn former(connection: &Connection) -> Result<Vec<Former>, Trouble> {
    let former = FORMER.rows(connection, |row| {
        let settings: Vec<u8> = row.get(6)?;
        Ok(Former {
            number: row.get(0)?,
            epoch: Epoch(row.get(1)?),
            floor: seen(row, 2)?,
            last: seen(row, 4)?,
            settings: decode_settings(&settings).ok_or(Damage::Row(FORMER.name))?,
        })
    })?;
    Ok(without_seals(former))
}

pub(super) fn encode_settings(settings: &Settings) -> Value {
    wire::encode_body(&Body::Settings(settings.clone())).to_vec().into()
}

/// The row `tip`, as it is.
struct Tip {
    last: Seen,
    head: Option<Vec<u8>>,
    counter: i64,
    read: i64,
    message_ms: Option<i64>,
    indexed: i64,
    names: i64,
    rows: i64,
}

impl Tip {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            last: seen(row, 1)?,
            head: row.get(3)?,
            counter: row.get(4)?,
            read: row.get(5)?,
            message_ms: row.get(6)?,
            indexed: row.get(7)?,
            names: row.get(8)?,
            rows: row.get(9)?,
        })
    }
}

/// There is no room in the file, or it has lost it.
fn no_room(connection: &Connection, no_row: bool) -> Result<Option<State>, Trouble> {
    let entries: bool = connection.query_row("SELECT EXISTS (SELECT 1 FROM entry)", [], |row| row.get(0))?;
    if entries || !no_row {
        return Err(Damage::Row(ROOM.name).into());
    }
    Ok(None)
}

fn kept(row: &Row<'_>) -> Result<(Kept, i64), Trouble> {
    let (settings, addresses): (Vec<u8>, String) = (row.get(7)?, row.get(8)?);
    let addresses: Option<Vec<_>> = addresses.lines().map(|line| line.parse().ok()).collect();
    let kept = Kept {
        room: RoomId(row.get(1)?),
        host: MemberKey(row.get(2)?),
        epoch: Epoch(row.get(4)?),
        floor: seen(row, 5)?,
        settings: decode_settings(&settings).ok_or(Damage::Row(ROOM.name))?,
        addresses: addresses.ok_or(Damage::Row(ROOM.name))?,
    };
    Ok((kept, row.get(3)?))
}

pub(super) fn peer(row: &Row<'_>) -> rusqlite::Result<Peer> {
    let (id, first_seq): (i64, i64) = (row.get(1)?, row.get(5)?);
    Ok(Peer {
        key: MemberKey(row.get(0)?),
        id: MemberId(id.cast_unsigned()),
        name: row.get(2)?,
        member: row.get(3)?,
        verified: row.get(4)?,
        first_seq: first_seq.cast_unsigned(),
    })
}

fn waiting(row: &Row<'_>) -> Result<SignedEntry, Trouble> {
    let bytes: Vec<u8> = row.get(2)?;
    let entry = wire::decode_signed(&bytes).ok();
    entry.ok_or_else(|| Damage::Row(OUTBOX.name).into())
}

/// The row `compare`, without its seal.
pub(super) fn words_row(words: &Words) -> Vec<Value> {
    let bytes: Vec<u8> = words.0.iter().flat_map(|word| word.to_be_bytes()).collect();
    vec![1.into(), bytes.into()]
}

fn compared_words(row: &Row<'_>) -> rusqlite::Result<Words> {
    let bytes: [u8; 8] = row.get(1)?;
    let number = |at: usize| u16::from_be_bytes([bytes[2 * at], bytes[2 * at + 1]]);
    Ok(Words(std::array::from_fn(number)))
}

fn seen(row: &Row<'_>, column: usize) -> rusqlite::Result<Seen> {
    let seq: i64 = row.get(column)?;
    Ok(Seen {
        seq: seq.cast_unsigned(),
        hash: Hash(row.get(column + 1)?),
    })
}

fn decode_settings(bytes: &[u8]) -> Option<Settings> {
    match wire::decode_body(bytes) {
        Ok(Body::Settings(settings)) => Some(settings),
        _ => None,
    }
}

fn without_seals<T>(rows: Vec<(T, i64)>) -> Vec<T> {
    rows.into_iter().map(|(row, _)| row).collect()
}
