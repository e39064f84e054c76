//! Messages, bodies and entries as bytes: protobuf, as `docs/protocol.md` has it. The only file tree that names `prost`.
//!
//! Decoding is for bytes of strangers: it never panics, takes nothing beyond the limits, and needs memory in proportion to the
//! bytes. What only a newer version understands is no error: an unknown field is skipped, an unknown message or body is
//! [`Message::Unknown`] or [`Body::Unknown`], an unknown reason is `Other`.

mod body;
mod check;
mod entry;
mod message;
mod schema;

use std::sync::Arc;

use prost::Message as _;
use prost::bytes::Bytes;

use super::log::{Body, PlacedEntry, SignedEntry, SignedHead};
use super::message::{MAX_PAGE_ENTRIES, Message};

/// Bytes of an encoded message: with padding and the cipher's tag it fits into a frame of 65,535.
pub const MAX_ENCODED_BYTES: usize = 64_512;
/// Bytes of an encoded body: a text of [`crate::text::MAX_MESSAGE_BYTES`] and what belongs to it.
pub const MAX_BODY_BYTES: usize = crate::text::MAX_MESSAGE_BYTES + 512;
/// Bytes of an emoji: the longest that Unicode recommends have 35.
pub const MAX_EMOJI_BYTES: usize = 64;
/// The greatest place, number or counter: beyond it JSON's readers lose digits, and twice as far so do databases.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;
/// The latest time, in milliseconds since 1970: in the year 9892, before any calendar ends.
pub const MAX_TIME_MS: u64 = 250_000_000_000_000;

/// Bytes that a list's element needs beside its own: field number and length.
const ELEMENT_BYTES: usize = 4;
/// Bytes of [`Message::Entries`] beside its entries: the head, and two more field numbers and lengths.
const PAGE_BYTES: usize = 256;

/// Why bytes are no message, body, entry or head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// No protobuf, or not of this kind.
    #[error("the bytes are garbled")]
    Garbled,
    /// Something without which it means nothing is not there.
    #[error("a necessary field is missing")]
    Missing,
    /// A key, id, hash, signature or proof has not the length that it always has.
    #[error("a field has not its exact length")]
    Length,
    /// The whole, a body, a text, a name or an emoji is longer than it may be.
    #[error("something is longer than it may be")]
    TooLong,
    /// A list has more elements than it may have.
    #[error("a list has too many elements")]
    TooMany,
    /// A number is greater than [`MAX_NUMBER`], or a time than [`MAX_TIME_MS`].
    #[error("a number is greater than it may be")]
    Number,
}

impl From<prost::DecodeError> for WireError {
    /// The details are for a developer who holds the bytes; nobody else could do anything with them.
    fn from(_: prost::DecodeError) -> Self {
        Self::Garbled
    }
}

/// In the form of the schema. What is decoded is copied once, here: its fields are parts of it until they have their own form.
fn copied(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

/// A message as bytes.
#[must_use]
pub fn encode(message: &Message) -> Vec<u8> {
    schema::Message::from(message).encode_to_vec()
}

/// The message that is in `bytes`; [`Message::Unknown`] if only a newer version knows its kind.
///
/// # Errors
///
/// [`WireError`].
pub fn decode(bytes: &[u8]) -> Result<Message, WireError> {
    check::at_most(bytes.len(), MAX_ENCODED_BYTES)?;
    schema::Message::decode(copied(bytes))?.try_into()
}

/// A body as bytes: what the author signs.
#[must_use]
pub fn encode_body(body: &Body) -> Arc<[u8]> {
    schema::Body::from(body).encode_to_vec().into()
}

/// The body that is in `bytes`; [`Body::Unknown`] if only a newer version knows its kind.
///
/// # Errors
///
/// [`WireError`].
pub fn decode_body(bytes: &[u8]) -> Result<Body, WireError> {
    check::at_most(bytes.len(), MAX_BODY_BYTES)?;
    schema::Body::decode(copied(bytes))?.try_into()
}

/// An entry with its place as bytes, on the wire as on the disk.
#[must_use]
pub fn encode_entry(entry: &PlacedEntry) -> Vec<u8> {
    schema::PlacedEntry::from(entry).encode_to_vec()
}

/// The entry with its place that is in `bytes`. Nothing is said about its signature and its hash.
///
/// # Errors
///
/// [`WireError`].
pub fn decode_entry(bytes: &[u8]) -> Result<PlacedEntry, WireError> {
    check::at_most(bytes.len(), MAX_ENCODED_BYTES)?;
    schema::PlacedEntry::decode(copied(bytes))?.try_into()
}

/// An entry without a place as bytes.
#[must_use]
pub fn encode_signed(entry: &SignedEntry) -> Vec<u8> {
    schema::SignedEntry::from(entry).encode_to_vec()
}

/// The entry without a place that is in `bytes`. Nothing is said about its signature.
///
/// # Errors
///
/// [`WireError`].
pub fn decode_signed(bytes: &[u8]) -> Result<SignedEntry, WireError> {
    check::at_most(bytes.len(), MAX_ENCODED_BYTES)?;
    schema::SignedEntry::decode(copied(bytes))?.try_into()
}

/// A head as bytes.
#[must_use]
pub fn encode_head(head: &SignedHead) -> Vec<u8> {
    schema::SignedHead::from(head).encode_to_vec()
}

/// The head that is in `bytes`. Nothing is said about its signature.
///
/// # Errors
///
/// [`WireError`].
pub fn decode_head(bytes: &[u8]) -> Result<SignedHead, WireError> {
    check::at_most(bytes.len(), MAX_ENCODED_BYTES)?;
    schema::SignedHead::decode(copied(bytes))?.try_into()
}

/// How many of the first `entries` one [`Message::Entries`] can carry: at least one, if there is one.
#[must_use]
pub fn entries_of_a_page(entries: &[PlacedEntry]) -> usize {
    let mut bytes = PAGE_BYTES;
    entries
        .iter()
        .take(MAX_PAGE_ENTRIES)
        .take_while(|entry| {
            bytes += schema::PlacedEntry::from(*entry).encoded_len() + ELEMENT_BYTES;
            bytes <= MAX_ENCODED_BYTES
        })
        .count()
}
