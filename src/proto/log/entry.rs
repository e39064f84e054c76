//! Entries and heads: what is signed, what is hashed, in which order of bytes.

use std::fmt;
use std::sync::Arc;

use data_encoding::HEXLOWER;

use crate::proto::EntryId;
use crate::proto::identity::{Identity, MemberKey, Signature};

/// What an author signs begins with this, so that no other signature can be taken for one over an entry.
const ENTRY_DOMAIN: &[u8] = b"landline/entry/v1";
/// The same for heads.
const HEAD_DOMAIN: &[u8] = b"landline/head/v1";
/// Context of the hash that chains entries (BLAKE3, `derive_key`).
const CHAIN_CONTEXT: &str = "landline 2026 entry chain v1";
/// Context of the hash before the first entry.
const GENESIS_CONTEXT: &str = "landline 2026 room genesis v1";

/// Sixteen random bytes that name a room for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub [u8; 16]);

/// Sixteen random bytes that name one history of a room. Another one begins only when a person at the host starts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub [u8; 16]);

/// The hash of an entry and of everything before it (BLAKE3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// The newest entry an author knew of when writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its place; 0: none.
    pub seq: u64,
    /// Its hash; of place 0 the hash before the first entry.
    pub hash: Hash,
}

/// An entry as its author signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedEntry {
    /// Which room it is for.
    pub room: RoomId,
    /// Who wrote it.
    pub author: MemberKey,
    /// Its name; (author, id) is its identity.
    pub id: EntryId,
    /// How many entries this author had written for this room before, so that a gap is noticed. Never used to tell entries apart: an author
    /// restored from a backup repeats it.
    pub counter: u64,
    /// The author's clock, in milliseconds since 1970. Never used for order.
    pub written_ms: u64,
    /// What the author knew.
    pub seen: Seen,
    /// The encoded [`super::Body`], byte for byte as it was signed.
    pub body: Arc<[u8]>,
    /// Over [`SignedEntry::signing_bytes`].
    pub signature: Signature,
}

/// An entry with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedEntry {
    /// 1, 2, 3 …
    pub seq: u64,
    /// The host's clock, in milliseconds since 1970.
    pub placed_ms: u64,
    /// Covers this entry, its place and everything before it.
    pub hash: Hash,
    /// What was said.
    pub entry: SignedEntry,
}

/// The host's word on how far its log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedHead {
    /// Which history.
    pub epoch: Epoch,
    /// The newest place.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// Over [`SignedHead::signing_bytes`].
    pub signature: Signature,
}

impl SignedEntry {
    /// Signs an entry; its own `author` and `signature` are filled in.
    #[must_use]
    pub fn sign(
        identity: &Identity,
        room: RoomId,
        id: EntryId,
        counter: u64,
        written_ms: u64,
        seen: Seen,
        body: Arc<[u8]>,
    ) -> Self {
        let mut entry = Self {
            room,
            author: identity.key(),
            id,
            counter,
            written_ms,
            seen,
            body,
            signature: Signature([0; 64]),
        };
        entry.signature = identity.sign(&entry.signing_bytes());
        entry
    }

    /// What the signature covers: domain, room (16), author (32), id (16), counter, time and seen place (8 each, big endian), seen hash
    /// (32), BLAKE3 of the body (32).
    #[must_use]
    pub fn signing_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ENTRY_DOMAIN.len() + 152);
        bytes.extend_from_slice(ENTRY_DOMAIN);
        bytes.extend_from_slice(&self.room.0);
        bytes.extend_from_slice(&self.author.0);
        bytes.extend_from_slice(&self.id.0);
        bytes.extend_from_slice(&self.counter.to_be_bytes());
        bytes.extend_from_slice(&self.written_ms.to_be_bytes());
        bytes.extend_from_slice(&self.seen.seq.to_be_bytes());
        bytes.extend_from_slice(&self.seen.hash.0);
        bytes.extend_from_slice(blake3::hash(&self.body).as_bytes());
        bytes
    }

    /// Whether its author signed it.
    #[must_use]
    pub fn is_genuine(&self) -> bool {
        self.author.verify(&self.signing_bytes(), &self.signature)
    }

    /// Gives it the place after `previous`.
    #[must_use]
    pub fn place(self, seq: u64, placed_ms: u64, previous: &Hash) -> PlacedEntry {
        PlacedEntry {
            seq,
            placed_ms,
            hash: chain(previous, seq, placed_ms, &self),
            entry: self,
        }
    }
}

impl PlacedEntry {
    /// Whether it follows the entry with the hash `previous`.
    #[must_use]
    pub fn follows(&self, previous: &Hash) -> bool {
        self.hash == chain(previous, self.seq, self.placed_ms, &self.entry)
    }
}

impl SignedHead {
    /// Signs a head.
    #[must_use]
    pub fn sign(host: &Identity, room: RoomId, epoch: Epoch, seq: u64, hash: Hash) -> Self {
        let mut head = Self {
            epoch,
            seq,
            hash,
            signature: Signature([0; 64]),
        };
        head.signature = host.sign(&head.signing_bytes(room));
        head
    }

    /// What the signature covers: domain, room (16), epoch (16), place (8, big endian), hash (32).
    #[must_use]
    pub fn signing_bytes(&self, room: RoomId) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_DOMAIN.len() + 72);
        bytes.extend_from_slice(HEAD_DOMAIN);
        bytes.extend_from_slice(&room.0);
        bytes.extend_from_slice(&self.epoch.0);
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.hash.0);
        bytes
    }

    /// Whether the host with the key `host` signed it for `room`.
    #[must_use]
    pub fn is_genuine(&self, room: RoomId, host: &MemberKey) -> bool {
        host.verify(&self.signing_bytes(room), &self.signature)
    }
}

impl Hash {
    /// The hash before the first entry of a history.
    #[must_use]
    pub fn genesis(room: RoomId, epoch: Epoch, host: &MemberKey) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(GENESIS_CONTEXT);
        hasher.update(&room.0).update(&epoch.0).update(&host.0);
        Self(hasher.finalize().into())
    }
}

fn chain(previous: &Hash, seq: u64, placed_ms: u64, entry: &SignedEntry) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key(CHAIN_CONTEXT);
    hasher
        .update(&previous.0)
        .update(&seq.to_be_bytes())
        .update(&placed_ms.to_be_bytes())
        .update(&entry.signing_bytes())
        .update(&entry.signature.0);
    Hash(hasher.finalize().into())
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0[..4]))
    }
}
