//! Entries and heads, between bytes and the log.

use super::{MAX_BODY_BYTES, WireError, check, copied, schema};
use crate::proto::EntryId;
use crate::proto::identity::{MemberKey, Signature};
use crate::proto::log::{Epoch, Hash, PlacedEntry, RoomId, Seen, SignedEntry, SignedHead};

impl From<&SignedEntry> for schema::SignedEntry {
    fn from(entry: &SignedEntry) -> Self {
        Self {
            room: copied(&entry.room.0),
            author: copied(&entry.author.0),
            id: copied(&entry.id.0),
            counter: entry.counter,
            written_ms: entry.written_ms,
            seen_seq: entry.seen.seq,
            seen_hash: copied(&entry.seen.hash.0),
            body: copied(&entry.body),
            signature: copied(&entry.signature.0),
        }
    }
}

impl TryFrom<schema::SignedEntry> for SignedEntry {
    type Error = WireError;

    fn try_from(entry: schema::SignedEntry) -> Result<Self, WireError> {
        check::at_most(entry.body.len(), MAX_BODY_BYTES)?;
        Ok(Self {
            room: RoomId(check::exact(&entry.room)?),
            author: MemberKey(check::exact(&entry.author)?),
            id: EntryId(check::exact(&entry.id)?),
            counter: check::number(entry.counter)?,
            written_ms: check::time_ms(entry.written_ms)?,
            seen: Seen {
                seq: check::number(entry.seen_seq)?,
                hash: Hash(check::exact(&entry.seen_hash)?),
            },
            body: (&*entry.body).into(),
            signature: Signature(check::exact(&entry.signature)?),
        })
    }
}

impl From<&PlacedEntry> for schema::PlacedEntry {
    fn from(placed: &PlacedEntry) -> Self {
        Self {
            seq: placed.seq,
            placed_ms: placed.placed_ms,
            hash: copied(&placed.hash.0),
            entry: Some((&placed.entry).into()),
        }
    }
}

impl TryFrom<schema::PlacedEntry> for PlacedEntry {
    type Error = WireError;

    fn try_from(placed: schema::PlacedEntry) -> Result<Self, WireError> {
        Ok(Self {
            seq: check::number(placed.seq)?,
            placed_ms: check::time_ms(placed.placed_ms)?,
            hash: Hash(check::exact(&placed.hash)?),
            entry: placed.entry.ok_or(WireError::Missing)?.try_into()?,
        })
    }
}

impl From<&SignedHead> for schema::SignedHead {
    fn from(head: &SignedHead) -> Self {
        Self {
            epoch: copied(&head.epoch.0),
            seq: head.seq,
            hash: copied(&head.hash.0),
            signature: copied(&head.signature.0),
        }
    }
}

impl TryFrom<schema::SignedHead> for SignedHead {
    type Error = WireError;

    fn try_from(head: schema::SignedHead) -> Result<Self, WireError> {
        Ok(Self {
            epoch: Epoch(check::exact(&head.epoch)?),
            seq: check::number(head.seq)?,
            hash: Hash(check::exact(&head.hash)?),
            signature: Signature(check::exact(&head.signature)?),
        })
    }
}

impl From<&Seen> for schema::Seen {
    fn from(seen: &Seen) -> Self {
        Self {
            seq: seen.seq,
            hash: copied(&seen.hash.0),
        }
    }
}

impl TryFrom<schema::Seen> for Seen {
    type Error = WireError;

    fn try_from(seen: schema::Seen) -> Result<Self, WireError> {
        Ok(Self {
            seq: check::number(seen.seq)?,
            hash: Hash(check::exact(&seen.hash)?),
        })
    }
}
