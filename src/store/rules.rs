//! What a batch must not contradict, the same for every store.

use crate::proto::identity::MemberKey;
use crate::proto::log::{Body, Kept, PlacedEntry, Seen, SignedHead, StoreError, Target};
use crate::proto::{Author, EntryId, MemberId, wire};
use crate::store::{LAST_MESSAGE_CHARS, LastMessage};
use crate::text;

/// What somebody did with a message's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retelling {
    /// It reads as this entry says.
    Edited(Target),
    /// It is no more.
    Deleted(Target),
}

/// Whether a room may become `next`: id and host are for ever, the history changes by [`crate::proto::log::Change::NewEpoch`] only, and the floor
/// is fixed once something stands on it.
pub(super) fn check_room(now: &Kept, last: Seen, next: &Kept) -> Result<(), StoreError> {
    let same_floor = next.floor == now.floor || last == now.floor;
    holds(next.epoch == now.epoch && same_floor)?;
    check_epoch(now, next)
}

/// Whether another history may begin as `next`.
pub(super) fn check_epoch(now: &Kept, next: &Kept) -> Result<(), StoreError> {
    holds(next.room == now.room && next.host == now.host)
}

/// Whether `entry` is this room's next. (Whether its name is new, each store finds out in its own way.)
pub(super) fn check_next(kept: &Kept, last: Seen, entry: &PlacedEntry) -> Result<(), StoreError> {
    holds(last.seq.checked_add(1) == Some(entry.seq) && entry.entry.room == kept.room && entry.follows(&last.hash))
}

/// Whether `head` is of this history.
pub(super) fn check_head(kept: &Kept, head: &SignedHead) -> Result<(), StoreError> {
    holds(head.epoch == kept.epoch)
}

pub(super) fn holds(condition: bool) -> Result<(), StoreError> {
    if condition { Ok(()) } else { Err(StoreError::Conflict) }
}

/// What `entry` says; an unreadable body says nothing that this version knows.
pub(super) fn body(entry: &PlacedEntry) -> Body {
    wire::decode_body(&entry.entry.body).unwrap_or(Body::Unknown)
}

/// The words of a message.
pub(super) fn said(body: &Body) -> Option<&str> {
    match body {
        Body::Message { text, .. } | Body::Vouched { text, .. } => Some(text),
        _ => None,
    }
}

/// The last message of a room: `placed` with the words `now`, said by `peer` if that is known; `None`: it is no message.
pub(super) fn last_message(
    placed: &PlacedEntry,
    now: Option<&str>,
    peer: Option<(MemberId, &str)>,
    me: &MemberKey,
) -> Option<LastMessage> {
    let (id, name, plain) = match (&body(placed), peer) {
        (Body::Vouched { id, name, .. }, _) => (*id, name.to_string(), true),
        (Body::Message { .. }, Some((id, name))) => (id, name.to_owned(), false),
        (Body::Message { .. }, None) => (MemberId::HOST, String::new(), false),
        _ => return None,
    };
    Some(LastMessage {
        author: Author {
            id,
            name: text::clean_name(&name).unwrap_or_else(|| id.to_string()).into(),
            plain,
        },
        mine: placed.entry.author == *me && !plain,
        text: now.map(|text| text.chars().take(LAST_MESSAGE_CHARS).collect::<String>().into()),
    })
}

/// What `body` does with another message's words.
pub(super) fn retelling(body: &Body) -> Option<Retelling> {
    match body {
        Body::Edit { target, .. } => Some(Retelling::Edited(*target)),
        Body::Delete { target } => Some(Retelling::Deleted(*target)),
        _ => None,
    }
}

/// Whether `by` may retell this message: its author, and to take it back also the host. Nobody puts words into a plain guest's mouth.
pub(super) fn may_retell(
    host: &MemberKey,
    by: &MemberKey,
    retelling: Retelling,
    id: EntryId,
    author: &MemberKey,
    vouched: bool,
) -> bool {
    match retelling {
        Retelling::Edited(target) => target.id == id && by == author && !vouched,
        Retelling::Deleted(target) => target.id == id && (by == author || by == host),
    }
}
