//! Messages, between bytes and [`crate::proto::message`].

use prost::bytes::Bytes;

use super::schema::Kind;
use super::{WireError, check, copied, schema};
use crate::proto::EntryId;
use crate::proto::identity::MemberKey;
use crate::proto::log::{Epoch, Hash, InviteNumber, RoomId};
use crate::proto::message::{
    ByeReason, DenyReason, Join, MAX_PAGE_ENTRIES, Message, Presence, PresenceState, Proof, Receipt, Resume,
    RosterEntry, SubmitRefusal, Welcome,
};

/// Reasons and states that have numbers. 0 and what is not listed is what a newer version means, or nothing at all.
const DENY_REASONS: [(u32, DenyReason); 12] = [
    (1, DenyReason::NotInvited),
    (2, DenyReason::Refused),
    (3, DenyReason::Removed),
    (4, DenyReason::InviteUsed),
    (5, DenyReason::InviteExpired),
    (6, DenyReason::InviteUnknown),
    (7, DenyReason::NoAnswer),
    (8, DenyReason::Busy),
    (9, DenyReason::Full),
    (10, DenyReason::OtherRoom),
    (11, DenyReason::TooManyTries),
    (12, DenyReason::DiskFull),
];
const SUBMIT_REFUSALS: [(u32, SubmitRefusal); 7] = [
    (1, SubmitRefusal::DiskFull),
    (2, SubmitRefusal::Busy),
    (3, SubmitRefusal::NotMember),
    (4, SubmitRefusal::TooLong),
    (5, SubmitRefusal::Forged),
    (6, SubmitRefusal::BadTarget),
    (7, SubmitRefusal::NotAllowed),
];
const BYE_REASONS: [(u32, ByeReason); 5] = [
    (1, ByeReason::Leaving),
    (2, ByeReason::Removed),
    (3, ByeReason::Replaced),
    (4, ByeReason::TooSlow),
    (5, ByeReason::Protocol),
];
const PRESENCE_STATES: [(u32, PresenceState); 5] = [
    (1, PresenceState::Here),
    (2, PresenceState::Left),
    (3, PresenceState::Lost),
    (4, PresenceState::Removed),
    (5, PresenceState::TooSlow),
];

fn number_of<T: PartialEq>(table: &[(u32, T)], value: &T) -> u32 {
    table
        .iter()
        .find(|(_, known)| known == value)
        .map_or(0, |(number, _)| *number)
}

fn value_of<T: Copy>(table: &[(u32, T)], number: u32, unknown: T) -> T {
    table
        .iter()
        .find(|(known, _)| *known == number)
        .map_or(unknown, |(_, value)| *value)
}

fn encoded<'a, S, T>(list: &'a [T]) -> Vec<Bytes>
where
    S: prost::Message + From<&'a T>,
{
    // One run of bytes for all: a crowd's names are no thousand allocations.
    let mut run = Vec::new();
    let ends = list.iter().map(|element| {
        let encoded = S::from(element).encode(&mut run);
        encoded.expect("a vector grows");
        run.len()
    });
    let ends: Vec<usize> = ends.collect();
    let run = Bytes::from(run);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(&ends).map(|(start, end)| run.slice(start..*end)).collect()
}

impl From<&Message> for schema::Message {
    fn from(message: &Message) -> Self {
        Self { kind: kind(message) }
    }
}

/// `None`: a message that this version does not understand cannot be said by it.
fn kind(message: &Message) -> Option<Kind> {
    Some(match message {
        Message::Join(join) => Kind::Join(join.into()),
        Message::Submit(entry) => Kind::Submit(entry.into()),
        Message::Stored { seq } => Kind::Stored(schema::Place { seq: *seq }),
        Message::Read { seq } => Kind::Read(schema::Place { seq: *seq }),
        Message::Welcome(welcome) => Kind::Welcome(welcome.into()),
        Message::Pending { commitment } => Kind::Pending(schema::Pending {
            commitment: copied(commitment),
        }),
        Message::Denied(reason) => Kind::Denied(schema::Reason {
            reason: number_of(&DENY_REASONS, reason),
        }),
        Message::Acknowledged { id, seq, hash } => Kind::Acknowledged(schema::Acknowledged {
            id: copied(&id.0),
            seq: *seq,
            hash: copied(&hash.0),
        }),
        Message::Refused { id, reason } => Kind::Refused(schema::Refused {
            id: copied(&id.0),
            reason: number_of(&SUBMIT_REFUSALS, reason),
        }),
        Message::Entries { entries, head } => Kind::Entries(schema::Entries {
            entries: encoded::<schema::PlacedEntry, _>(entries),
            head: head.as_ref().map(Into::into),
        }),
        Message::Presence(list) => Kind::Presence(schema::List {
            elements: encoded::<schema::Presence, _>(list),
        }),
        Message::Receipts(list) => Kind::Receipts(schema::List {
            elements: encoded::<schema::Receipt, _>(list),
        }),
        Message::Missing { from } => Kind::Missing(schema::Place { seq: *from }),
        Message::Roster(list) => Kind::Roster(schema::List {
            elements: encoded::<schema::RosterEntry, _>(list),
        }),
        Message::Reveal { nonce } => Kind::Reveal(schema::Reveal { nonce: copied(nonce) }),
        Message::Ping => Kind::Ping(schema::Nothing {}),
        Message::Pong => Kind::Pong(schema::Nothing {}),
        Message::Rekey => Kind::Rekey(schema::Nothing {}),
        Message::Bye(reason) => Kind::Bye(schema::Reason {
            reason: number_of(&BYE_REASONS, reason),
        }),
        Message::Unknown => return None,
    })
}

impl TryFrom<schema::Message> for Message {
    type Error = WireError;

    fn try_from(message: schema::Message) -> Result<Self, WireError> {
        let Some(kind) = message.kind else {
            return Ok(Self::Unknown);
        };
        Ok(match kind {
            Kind::Join(join) => Self::Join(join.try_into()?),
            Kind::Submit(entry) => Self::Submit(entry.try_into()?),
            Kind::Stored(place) => Self::Stored {
                seq: check::number(place.seq)?,
            },
            Kind::Read(place) => Self::Read {
                seq: check::number(place.seq)?,
            },
            Kind::Welcome(welcome) => Self::Welcome(welcome.try_into()?),
            Kind::Pending(pending) => Self::Pending {
                commitment: check::exact(&pending.commitment)?,
            },
            Kind::Denied(denied) => Self::Denied(value_of(&DENY_REASONS, denied.reason, DenyReason::Other)),
            Kind::Acknowledged(acknowledged) => Self::Acknowledged {
                id: EntryId(check::exact(&acknowledged.id)?),
                seq: check::number(acknowledged.seq)?,
                hash: Hash(check::exact(&acknowledged.hash)?),
            },
            Kind::Refused(refused) => Self::Refused {
                id: EntryId(check::exact(&refused.id)?),
                reason: value_of(&SUBMIT_REFUSALS, refused.reason, SubmitRefusal::Other),
            },
            Kind::Entries(page) => Self::Entries {
                entries: check::list::<schema::PlacedEntry, _>(page.entries, MAX_PAGE_ENTRIES)?,
                head: page.head.map(TryInto::try_into).transpose()?,
            },
            Kind::Presence(list) => Self::Presence(check::members::<schema::Presence, _>(list.elements)?),
            Kind::Receipts(list) => Self::Receipts(check::members::<schema::Receipt, _>(list.elements)?),
            Kind::Missing(place) => Self::Missing {
                from: check::number(place.seq)?,
            },
            Kind::Roster(list) => Self::Roster(check::members::<schema::RosterEntry, _>(list.elements)?),
            Kind::Reveal(reveal) => Self::Reveal {
                nonce: check::exact(&reveal.nonce)?,
            },
            Kind::Ping(_) => Self::Ping,
            Kind::Pong(_) => Self::Pong,
            Kind::Rekey(_) => Self::Rekey,
            Kind::Bye(bye) => Self::Bye(value_of(&BYE_REASONS, bye.reason, ByeReason::Other)),
        })
    }
}

impl From<&Join> for schema::Join {
    fn from(join: &Join) -> Self {
        Self {
            room: join.room.map(|room| copied(&room.0)),
            name: join.name.to_string(),
            proof: match &join.proof {
                Proof::Member => None,
                Proof::Knock => Some(schema::Proof::Knock(schema::Nothing {})),
                Proof::Invite { number, proof } => Some(schema::Proof::Invite(schema::InviteProof {
                    number: copied(&number.0),
                    proof: copied(proof),
                })),
            },
            resume: join.resume.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<schema::Join> for Join {
    type Error = WireError;

    fn try_from(join: schema::Join) -> Result<Self, WireError> {
        Ok(Self {
            room: join.room.map(|room| check::exact(&room).map(RoomId)).transpose()?,
            name: check::wished_name(join.name)?,
            // Nothing, or what only a newer version understands: their key has to do.
            proof: match join.proof {
                None => Proof::Member,
                Some(schema::Proof::Knock(_)) => Proof::Knock,
                Some(schema::Proof::Invite(invite)) => Proof::Invite {
                    number: InviteNumber(check::exact(&invite.number)?),
                    proof: check::exact(&invite.proof)?,
                },
            },
            resume: join.resume.map(TryInto::try_into).transpose()?,
        })
    }
}

impl From<&Resume> for schema::Resume {
    fn from(resume: &Resume) -> Self {
        Self {
            epoch: copied(&resume.epoch.0),
            last: Some((&resume.last).into()),
            head: resume.head.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<schema::Resume> for Resume {
    type Error = WireError;

    fn try_from(resume: schema::Resume) -> Result<Self, WireError> {
        Ok(Self {
            epoch: Epoch(check::exact(&resume.epoch)?),
            last: resume.last.ok_or(WireError::Missing)?.try_into()?,
            head: resume.head.map(TryInto::try_into).transpose()?,
        })
    }
}

impl From<&Welcome> for schema::Welcome {
    fn from(welcome: &Welcome) -> Self {
        Self {
            room: copied(&welcome.room.0),
            epoch: copied(&welcome.epoch.0),
            settings: Some((&welcome.settings).into()),
            floor: Some((&welcome.floor).into()),
            head: Some((&welcome.head).into()),
            you: welcome.you.0,
            roster: encoded::<schema::RosterEntry, _>(&welcome.roster),
            anew: welcome.anew,
        }
    }
}

impl TryFrom<schema::Welcome> for Welcome {
    type Error = WireError;

    fn try_from(welcome: schema::Welcome) -> Result<Self, WireError> {
        Ok(Self {
            room: RoomId(check::exact(&welcome.room)?),
            epoch: Epoch(check::exact(&welcome.epoch)?),
            settings: welcome.settings.ok_or(WireError::Missing)?.try_into()?,
            floor: welcome.floor.ok_or(WireError::Missing)?.try_into()?,
            head: welcome.head.ok_or(WireError::Missing)?.try_into()?,
            you: check::member(welcome.you)?,
            roster: check::members::<schema::RosterEntry, _>(welcome.roster)?,
            anew: welcome.anew,
        })
    }
}

impl From<&RosterEntry> for schema::RosterEntry {
    fn from(entry: &RosterEntry) -> Self {
        Self {
            key: entry.key.map(|key| copied(&key.0)),
            id: entry.id.0,
            name: entry.name.to_string(),
            here: entry.here,
            stored: entry.receipt.stored,
            read: entry.receipt.read,
        }
    }
}

impl TryFrom<schema::RosterEntry> for RosterEntry {
    type Error = WireError;

    fn try_from(entry: schema::RosterEntry) -> Result<Self, WireError> {
        let id = check::member(entry.id)?;
        Ok(Self {
            key: key(entry.key)?,
            id,
            name: check::name(entry.name)?,
            here: entry.here,
            receipt: Receipt {
                id,
                stored: check::number(entry.stored)?,
                read: check::number(entry.read)?,
            },
        })
    }
}

impl From<&Presence> for schema::Presence {
    fn from(presence: &Presence) -> Self {
        Self {
            key: presence.key.map(|key| copied(&key.0)),
            id: presence.id.0,
            name: presence.name.to_string(),
            state: number_of(&PRESENCE_STATES, &presence.state),
        }
    }
}

impl TryFrom<schema::Presence> for Presence {
    type Error = WireError;

    fn try_from(presence: schema::Presence) -> Result<Self, WireError> {
        Ok(Self {
            key: key(presence.key)?,
            id: check::member(presence.id)?,
            name: check::name(presence.name)?,
            state: value_of(&PRESENCE_STATES, presence.state, PresenceState::Left),
        })
    }
}

impl From<&Receipt> for schema::Receipt {
    fn from(receipt: &Receipt) -> Self {
        Self {
            id: receipt.id.0,
            stored: receipt.stored,
            read: receipt.read,
        }
    }
}

impl TryFrom<schema::Receipt> for Receipt {
    type Error = WireError;

    fn try_from(receipt: schema::Receipt) -> Result<Self, WireError> {
        Ok(Self {
            id: check::member(receipt.id)?,
            stored: check::number(receipt.stored)?,
            read: check::number(receipt.read)?,
        })
    }
}

fn key(key: Option<Bytes>) -> Result<Option<MemberKey>, WireError> {
    key.map(|key| check::exact(&key).map(MemberKey)).transpose()
}
