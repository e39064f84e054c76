//! What every decoded value must keep to.

use std::sync::Arc;

use prost::bytes::Bytes;
use unicode_segmentation::UnicodeSegmentation as _;

use super::{MAX_EMOJI_BYTES, MAX_NUMBER, MAX_TIME_MS, WireError};
use crate::proto::MemberId;
use crate::proto::message::MAX_PAGE_MEMBERS;
use crate::text::{MAX_MESSAGE_BYTES, MAX_NAME_BYTES, MAX_NAME_GRAPHEMES};

pub(super) fn at_most(bytes: usize, limit: usize) -> Result<(), WireError> {
    if bytes > limit {
        return Err(WireError::TooLong);
    }
    Ok(())
}

pub(super) fn exact<const N: usize>(bytes: &[u8]) -> Result<[u8; N], WireError> {
    bytes.try_into().ok().ok_or(WireError::Length)
}

pub(super) fn number(number: u64) -> Result<u64, WireError> {
    if number > MAX_NUMBER {
        return Err(WireError::Number);
    }
    Ok(number)
}

pub(super) fn member(id: u64) -> Result<MemberId, WireError> {
    number(id).map(MemberId)
}

pub(super) fn time_ms(time: u64) -> Result<u64, WireError> {
    if time > MAX_TIME_MS {
        return Err(WireError::Number);
    }
    Ok(time)
}

pub(super) fn text(text: String) -> Result<Arc<str>, WireError> {
    short(text, MAX_MESSAGE_BYTES)
}

pub(super) fn emoji(emoji: String) -> Result<Arc<str>, WireError> {
    short(emoji, MAX_EMOJI_BYTES)
}

/// A name in an entry or in what was made from entries. Its graphemes are not counted: what is one depends on Unicode's version,
/// and an entry that one version took must be readable by all.
pub(super) fn name(name: String) -> Result<Arc<str>, WireError> {
    short(name, MAX_NAME_BYTES)
}

/// A name that somebody wishes to have.
pub(super) fn wished_name(wish: String) -> Result<Arc<str>, WireError> {
    let wish = name(wish)?;
    at_most(wish.graphemes(true).count(), MAX_NAME_GRAPHEMES)?;
    Ok(wish)
}

/// Elements are counted before they are decoded: two bytes must not become a structure of hundreds.
pub(super) fn list<S, T>(elements: Vec<Bytes>, limit: usize) -> Result<Vec<T>, WireError>
where
    S: prost::Message + Default,
    T: TryFrom<S, Error = WireError>,
{
    if elements.len() > limit {
        return Err(WireError::TooMany);
    }
    elements
        .into_iter()
        .map(|element| S::decode(element)?.try_into())
        .collect()
}

pub(super) fn members<S, T>(elements: Vec<Bytes>) -> Result<Vec<T>, WireError>
where
    S: prost::Message + Default,
    T: TryFrom<S, Error = WireError>,
{
    list::<S, T>(elements, MAX_PAGE_MEMBERS)
}

fn short(text: String, limit: usize) -> Result<Arc<str>, WireError> {
    at_most(text.len(), limit)?;
    Ok(text.into())
}
