//! Messages and bodies made by chance: every kind, with everything that may be in it.

use std::sync::Arc;

use fastrand::Rng;
use landline::proto::identity::{MemberKey, Signature};
use landline::proto::log::{
    Admission, Admit, Body, Epoch, Hash, History, InviteNumber, PlacedEntry, RoomId, Seen, Settings, SignedEntry,
    SignedHead, Target,
};
use landline::proto::message::{
    ByeReason, DenyReason, Join, Message, Presence, PresenceState, Proof, Receipt, Resume, RosterEntry, SubmitRefusal,
    Welcome,
};
use landline::proto::wire::{MAX_NUMBER, MAX_TIME_MS, encode_body};
use landline::proto::{Encoding, EntryId, MemberId};

/// How many kinds [`message`] makes.
const KINDS: u32 = 20;

pub(super) fn message(chance: &mut Rng) -> Message {
    message_of_kind(chance.u32(..KINDS), chance)
}

/// One of each kind.
pub(super) fn all(chance: &mut Rng) -> Vec<Message> {
    (0..KINDS).map(|kind| message_of_kind(kind, chance)).collect()
}

fn message_of_kind(kind: u32, chance: &mut Rng) -> Message {
    let seq = number(chance);
    match kind {
        0 => Message::Join(join(chance)),
        1 => Message::Submit(signed(chance)),
        2 => Message::Stored { seq },
        3 => Message::Read { seq },
        4 => Message::Welcome(welcome(chance)),
        5 => Message::Pending {
            commitment: bytes(chance),
        },
        6 => Message::Denied(one_of(chance, &DENIALS)),
        7 => Message::Acknowledged {
            id: EntryId(bytes(chance)),
            seq,
            hash: Hash(bytes(chance)),
        },
        8 => Message::Refused {
            id: EntryId(bytes(chance)),
            reason: one_of(chance, &REFUSALS),
        },
        9 => Message::Entries {
            entries: some_of(chance, placed),
            head: maybe(chance, head),
        },
        10 => Message::Roster(some_of(chance, roster_entry)),
        11 => Message::Presence(some_of(chance, presence)),
        12 => Message::Receipts(some_of(chance, receipt)),
        13 => Message::Missing { from: seq },
        14 => Message::Reveal { nonce: bytes(chance) },
        15 => Message::Ping,
        16 => Message::Pong,
        17 => Message::Rekey,
        18 => Message::Bye(one_of(chance, &GOODBYES)),
        _ => Message::Unknown,
    }
}

const DENIALS: [DenyReason; 13] = [
    DenyReason::NotInvited,
    DenyReason::Refused,
    DenyReason::Removed,
    DenyReason::InviteUsed,
    DenyReason::InviteExpired,
    DenyReason::InviteUnknown,
    DenyReason::NoAnswer,
    DenyReason::Busy,
    DenyReason::TooManyTries,
    DenyReason::DiskFull,
    DenyReason::Full,
    DenyReason::OtherRoom,
    DenyReason::Other,
];
const REFUSALS: [SubmitRefusal; 8] = [
    SubmitRefusal::DiskFull,
    SubmitRefusal::Busy,
    SubmitRefusal::NotMember,
    SubmitRefusal::TooLong,
    SubmitRefusal::Forged,
    SubmitRefusal::BadTarget,
    SubmitRefusal::NotAllowed,
    SubmitRefusal::Other,
];
const GOODBYES: [ByeReason; 6] = [
    ByeReason::Leaving,
    ByeReason::Removed,
    ByeReason::Replaced,
    ByeReason::TooSlow,
    ByeReason::Protocol,
    ByeReason::Other,
];
const STATES: [PresenceState; 5] = [
    PresenceState::Here,
    PresenceState::Left,
    PresenceState::Lost,
    PresenceState::Removed,
    PresenceState::TooSlow,
];

fn join(chance: &mut Rng) -> Join {
    Join {
        room: maybe(chance, |chance| RoomId(bytes(chance))),
        name: name(chance),
        proof: match chance.u8(..3) {
            0 => Proof::Member,
            1 => Proof::Knock,
            _ => Proof::Invite {
                number: InviteNumber(bytes(chance)),
                proof: bytes(chance),
            },
        },
        resume: maybe(chance, |chance| Resume {
            epoch: Epoch(bytes(chance)),
            last: seen(chance),
            head: maybe(chance, head),
        }),
    }
}

fn welcome(chance: &mut Rng) -> Welcome {
    Welcome {
        room: RoomId(bytes(chance)),
        epoch: Epoch(bytes(chance)),
        settings: settings(chance),
        floor: seen(chance),
        head: head(chance),
        you: MemberId(number(chance)),
        roster: some_of(chance, roster_entry),
        anew: chance.bool(),
    }
}

fn roster_entry(chance: &mut Rng) -> RosterEntry {
    let receipt = receipt(chance);
    RosterEntry {
        key: maybe(chance, key),
        id: receipt.id,
        name: name(chance),
        here: chance.bool(),
        receipt,
    }
}

fn presence(chance: &mut Rng) -> Presence {
    Presence {
        id: MemberId(number(chance)),
        key: maybe(chance, key),
        name: name(chance),
        state: one_of(chance, &STATES),
    }
}

fn receipt(chance: &mut Rng) -> Receipt {
    Receipt {
        id: MemberId(number(chance)),
        stored: number(chance),
        read: number(chance),
    }
}

pub(super) fn body(chance: &mut Rng) -> Body {
    match chance.u8(..10) {
        0 => Body::Message {
            text: text(chance),
            reply_to: maybe(chance, target),
        },
        1 => Body::Edit {
            target: target(chance),
            text: text(chance),
        },
        2 => Body::Delete { target: target(chance) },
        3 => Body::Reaction {
            target: target(chance),
            emoji: "👩🏽‍❤️‍💋‍👨🏿".into(),
            on: chance.bool(),
        },
        4 => Body::Renamed { name: name(chance) },
        5 => Body::Admitted {
            member: key(chance),
            id: MemberId(number(chance)),
            name: name(chance),
            how: one_of(
                chance,
                &[
                    Admission::Host,
                    Admission::Invited,
                    Admission::Knocked,
                    Admission::Anyone,
                ],
            ),
        },
        6 => Body::Removed { member: key(chance) },
        7 => Body::Settings(settings(chance)),
        8 => Body::Vouched {
            id: MemberId(number(chance)),
            name: name(chance),
            text: text(chance),
        },
        _ => Body::Unknown,
    }
}

fn settings(chance: &mut Rng) -> Settings {
    let encodings = [None, Some(Encoding::Auto), Some(Encoding::Utf8), Some(Encoding::Gbk)];
    Settings {
        name: name(chance),
        history: one_of(chance, &[History::None, History::All]),
        plain: one_of(chance, &encodings),
        admit: one_of(chance, &[Admit::Ask, Admit::Invited, Admit::Anyone]),
    }
}

pub(super) fn placed(chance: &mut Rng) -> PlacedEntry {
    PlacedEntry {
        seq: number(chance),
        placed_ms: chance.u64(..=MAX_TIME_MS),
        hash: Hash(bytes(chance)),
        entry: signed(chance),
    }
}

pub(super) fn signed(chance: &mut Rng) -> SignedEntry {
    SignedEntry {
        room: RoomId(bytes(chance)),
        author: key(chance),
        id: EntryId(bytes(chance)),
        counter: number(chance),
        written_ms: chance.u64(..=MAX_TIME_MS),
        seen: seen(chance),
        body: encode_body(&body(chance)),
        signature: Signature(bytes(chance)),
    }
}

pub(super) fn head(chance: &mut Rng) -> SignedHead {
    SignedHead {
        epoch: Epoch(bytes(chance)),
        seq: number(chance),
        hash: Hash(bytes(chance)),
        signature: Signature(bytes(chance)),
    }
}

fn seen(chance: &mut Rng) -> Seen {
    Seen {
        seq: number(chance),
        hash: Hash(bytes(chance)),
    }
}

fn target(chance: &mut Rng) -> Target {
    Target {
        seq: number(chance),
        id: EntryId(bytes(chance)),
    }
}

fn key(chance: &mut Rng) -> MemberKey {
    MemberKey(bytes(chance))
}

fn number(chance: &mut Rng) -> u64 {
    let bits = chance.u32(..54);
    chance.u64(..) & MAX_NUMBER >> bits.min(53)
}

fn name(chance: &mut Rng) -> Arc<str> {
    let length = chance.usize(..8);
    std::iter::repeat_with(|| one_of(chance, &['A', 'b', '李', '雷', ' ', 'é', '🦊']))
        .take(length)
        .collect::<String>()
        .into()
}

fn text(chance: &mut Rng) -> Arc<str> {
    let length = if chance.u8(..50) == 0 {
        4_000
    } else {
        chance.usize(..40)
    };
    std::iter::repeat_with(|| one_of(chance, &['x', '\n', '你', '\0', '\u{202e}', '😀']))
        .take(length)
        .collect::<String>()
        .into()
}

fn bytes<const N: usize>(chance: &mut Rng) -> [u8; N] {
    std::array::from_fn(|_| chance.u8(..))
}

fn one_of<T: Copy>(chance: &mut Rng, list: &[T]) -> T {
    list[chance.usize(..list.len())]
}

fn maybe<T>(chance: &mut Rng, make: impl FnOnce(&mut Rng) -> T) -> Option<T> {
    chance.bool().then(|| make(chance))
}

fn some_of<T>(chance: &mut Rng, make: impl Fn(&mut Rng) -> T) -> Vec<T> {
    let count = chance.usize(..4);
    (0..count).map(|_| make(chance)).collect()
}
