//! What happens, as scripts read it: one [`Record`] is one JSON object. `docs/cli.md` describes every field.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::args::word_of;
use super::reasons::line_end;
use super::session::Plan;
use crate::proto::identity::MemberKey;
use crate::proto::invite::Invite;
use crate::proto::log::RoomId;
use crate::proto::words::Words;
use crate::proto::{self, Author, EntryId, KnockId, LeaveReason, Member, MemberId};
use crate::store::Summary;
use crate::worker::Event;

/// The version of the contract with scripts.
pub(super) const CONTRACT: u32 = 1;

/// One fact. Fields and their order are the contract with scripts.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(super) enum Record<'a> {
    Started {
        version: &'static str,
        cli: u32,
    },
    Listening {
        addresses: &'a [SocketAddr],
        room: Room<'a>,
        invite: Option<String>,
        plain: &'static str,
        /// Null in a room of plain text.
        admit: Option<&'static str>,
    },
    Connecting {
        address: SocketAddr,
    },
    Connected {
        room: Room<'a>,
        host: Host<'a>,
        secure: bool,
        resumed: bool,
    },
    Me {
        name: &'a str,
        key: String,
        fingerprint: String,
        words: String,
    },
    Room {
        #[serde(serialize_with = "as_text")]
        id: RoomId,
        name: &'a str,
        hosting: bool,
        members: usize,
        last_seq: u64,
        #[serde(serialize_with = "as_optional_rfc_3339")]
        last_message: Option<SystemTime>,
        unread: u64,
    },
    Waiting {
        words: String,
    },
    Unconfirmed {
        words: String,
    },
    Knock {
        #[serde(serialize_with = "as_text")]
        knock: KnockId,
        name: &'a str,
        address: SocketAddr,
        words: String,
    },
    KnockOver {
        #[serde(serialize_with = "as_text")]
        knock: KnockId,
    },
    Invite {
        invite: String,
        #[serde(serialize_with = "as_rfc_3339")]
        expires: SystemTime,
    },
    Joined {
        member: Person<'a>,
        address: Option<SocketAddr>,
    },
    Left {
        member: Person<'a>,
        reason: &'static str,
        detail: Option<&'static str>,
    },
    Renamed {
        member: Person<'a>,
        previous: &'a str,
    },
    Message {
        seq: u64,
        #[serde(serialize_with = "as_text")]
        id: EntryId,
        from: Person<'a>,
        mine: bool,
        text: &'a str,
        #[serde(serialize_with = "as_rfc_3339")]
        at: SystemTime,
        reply_to: Option<u64>,
    },
    Queued {
        #[serde(serialize_with = "as_text")]
        id: EntryId,
        text: &'a str,
    },
    Sent {
        #[serde(serialize_with = "as_text")]
        id: EntryId,
        seq: u64,
        plain: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        lines: Option<usize>,
    },
    Delivered {
        seq: u64,
        #[serde(serialize_with = "as_texts")]
        to: Vec<MemberId>,
    },
    Read {
        seq: u64,
        #[serde(serialize_with = "as_texts")]
        by: Vec<MemberId>,
    },
    Edited {
        seq: u64,
        target: u64,
        text: &'a str,
    },
    Deleted {
        seq: u64,
        target: u64,
        by: Person<'a>,
    },
    Reacted {
        seq: u64,
        target: u64,
        by: Person<'a>,
        emoji: &'a str,
        on: bool,
    },
    Newer {
        seq: u64,
        from: Person<'a>,
    },
    NewEpoch,
    Refused {
        id: Option<String>,
        code: &'static str,
        message: String,
        retry: bool,
        text: &'a str,
    },
    Members {
        members: Vec<Present<'a>>,
    },
    Lost {
        reason: &'static str,
        retry_ms: Option<u64>,
    },
    CaughtUp {
        entries: u64,
    },
    Notice {
        code: &'static str,
        message: String,
    },
    Error {
        code: &'a str,
        message: String,
        hint: String,
    },
    Closed {
        reason: &'static str,
    },
}

/// A room; a plain one has no id.
#[derive(Debug, Serialize)]
pub(super) struct Room<'a> {
    #[serde(serialize_with = "as_optional_text")]
    pub(super) id: Option<RoomId>,
    pub(super) name: &'a str,
}

/// The host, as a guest knows it.
#[derive(Debug, Serialize)]
pub(super) struct Host<'a> {
    #[serde(serialize_with = "as_text")]
    pub(super) id: MemberId,
    pub(super) name: &'a str,
}

/// A member, as events name them.
#[derive(Debug, Serialize)]
pub(super) struct Person<'a> {
    #[serde(serialize_with = "as_text")]
    pub(super) id: MemberId,
    pub(super) name: &'a str,
    pub(super) plain: bool,
}

/// A member, as `/who` lists them.
#[derive(Debug, Serialize)]
pub(super) struct Present<'a> {
    #[serde(flatten)]
    pub(super) person: Person<'a>,
    pub(super) address: Option<SocketAddr>,
    pub(super) me: bool,
    pub(super) here: bool,
}

impl<'a> From<&'a Author> for Person<'a> {
    fn from(author: &'a Author) -> Self {
        Self {
            id: author.id,
            name: &author.name,
            plain: author.plain,
        }
    }
}

impl<'a> From<&'a Member> for Present<'a> {
    fn from(member: &'a Member) -> Self {
        Self {
            person: (&member.author).into(),
            address: member.address,
            me: member.me,
            here: member.here,
        }
    }
}

impl<'a> Record<'a> {
    pub(super) fn started() -> Self {
        Self::Started {
            version: env!("CARGO_PKG_VERSION"),
            cli: CONTRACT,
        }
    }

    /// The record of an event; `None` for what a script learns from other records.
    pub(super) fn of(event: &'a Event) -> Option<Self> {
        match event {
            Event::Listening { .. } => None, // see `listening`: with an invite, which comes later
            Event::Connecting { address } => Some(Self::Connecting { address: *address }),
            Event::Room(event) => Self::of_room(event),
            Event::Ended(_) => None, // see `ended`: more than one record
        }
    }

    /// Who the person at this computer is.
    pub(super) fn me(name: &'a str, key: MemberKey) -> Self {
        let fingerprint = key.fingerprint();
        Self::Me {
            name,
            key: key.to_string(),
            fingerprint: fingerprint.to_string(),
            words: fingerprint.english(),
        }
    }

    /// A room of this profile.
    pub(super) fn known(room: &'a Summary) -> Self {
        let at = room
            .last_message_ms
            .and_then(|ms| SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(ms)));
        Self::Room {
            id: room.room,
            name: &room.name,
            hosting: room.hosting,
            members: room.members,
            last_seq: room.last.seq,
            last_message: at,
            unread: room.unread,
        }
    }

    /// The room is open, as it was planned.
    pub(super) fn listening(
        name: &'a str,
        id: Option<RoomId>,
        addresses: &'a [SocketAddr],
        invite: Option<&Invite>,
        plan: &Plan,
    ) -> Self {
        Self::Listening {
            addresses,
            room: Room { id, name },
            invite: invite.map(ToString::to_string),
            plain: plan.plain,
            admit: plan.admit.map(word_of),
        }
    }

    fn of_room(event: &'a proto::Event) -> Option<Self> {
        match event {
            proto::Event::Connected {
                host,
                room,
                id,
                secure,
                resumed,
            } => Some(Self::Connected {
                room: Room { id: *id, name: room },
                host: Host {
                    id: host.id,
                    name: &host.name,
                },
                secure: *secure,
                resumed: *resumed,
            }),
            // The host is in `connected`, and who we are we know.
            proto::Event::Joined { member } if member.me || member.author.id == MemberId::HOST => None,
            proto::Event::Joined { member } => Some(Self::Joined {
                member: (&member.author).into(),
                address: member.address,
            }),
            proto::Event::Renamed { member, previous } => Some(Self::Renamed {
                member: (&member.author).into(),
                previous,
            }),
            proto::Event::Left { member, reason } => Some(Self::left(member, *reason)),
            proto::Event::Said { entry } => Some(Self::message(entry)),
            proto::Event::Queued { id, text, .. } => Some(Self::Queued { id: *id, text }),
            proto::Event::Sent { id, seq, plain } => Some(Self::Sent {
                id: *id,
                seq: *seq,
                plain: *plain,
                lines: plain.then_some(1),
            }),
            proto::Event::Lost { end, retry_in } => Some(Self::Lost {
                reason: line_end(*end),
                retry_ms: Some(u64::try_from(retry_in.as_millis()).unwrap_or(u64::MAX)),
            }),
            proto::Event::CaughtUp { entries } => Some(Self::CaughtUp { entries: *entries }),
            proto::Event::Refused { id, text, reason } => Some(Self::refused(Some(*id), text, *reason)),
            proto::Event::Notice { notice } => Some(Self::notice(notice)),
            // Which room it is stands in `listening` and `connected`; who is away, in `/who`; receipts become `delivered` and `read`.
            proto::Event::Settings { .. } | proto::Event::Known { .. } | proto::Event::Receipt { .. } => None,
            proto::Event::Closed { .. } => None, // the worker turns it into `Ended`
            other => Self::of_door(other).or_else(|| Self::of_entry(other)),
        }
    }

    /// Who wants to come in, and by what.
    fn of_door(event: &'a proto::Event) -> Option<Self> {
        match event {
            proto::Event::Waiting { words } => Some(Self::Waiting { words: in_words(words) }),
            proto::Event::Unconfirmed { words } => Some(Self::Unconfirmed { words: in_words(words) }),
            proto::Event::Knock {
                knock,
                name,
                address,
                words,
                ..
            } => Some(Self::Knock {
                knock: *knock,
                name,
                address: *address,
                words: in_words(words),
            }),
            proto::Event::KnockOver { knock } => Some(Self::KnockOver { knock: *knock }),
            proto::Event::Invite { invite } => Some(Self::Invite {
                invite: invite.to_string(),
                expires: invite.expires,
            }),
            _ => None,
        }
    }

    /// Entries of the log that are no messages.
    fn of_entry(event: &'a proto::Event) -> Option<Self> {
        match event {
            proto::Event::Edited { seq, target, text } => Some(Self::Edited {
                seq: *seq,
                target: *target,
                text,
            }),
            proto::Event::Deleted { seq, target, author } => Some(Self::Deleted {
                seq: *seq,
                target: *target,
                by: author.into(),
            }),
            proto::Event::Reacted {
                seq,
                target,
                author,
                emoji,
                on,
            } => Some(Self::Reacted {
                seq: *seq,
                target: *target,
                by: author.into(),
                emoji,
                on: *on,
            }),
            proto::Event::NewEpoch => Some(Self::NewEpoch),
            proto::Event::Newer { seq, author } => Some(Self::Newer {
                seq: *seq,
                from: author.into(),
            }),
            _ => None,
        }
    }

    fn message(entry: &'a proto::Entry) -> Self {
        Self::Message {
            seq: entry.seq,
            id: entry.id,
            from: (&entry.author).into(),
            mine: entry.mine,
            text: &entry.text,
            at: entry.at,
            reply_to: entry.reply_to,
        }
    }

    fn left(member: &'a Member, reason: LeaveReason) -> Self {
        let (reason, detail) = match reason {
            LeaveReason::Bye => ("bye", None),
            LeaveReason::Lost(end) => ("lost", Some(line_end(end))),
            LeaveReason::Removed => ("removed", None),
            LeaveReason::TooSlow => ("too-slow", None),
            LeaveReason::Endless => ("removed", Some("endless")), // the host closed the line, whoever decided it
        };
        Self::Left {
            member: (&member.author).into(),
            reason,
            detail,
        }
    }

    pub(super) fn error(code: &'a str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Error {
            code,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// `at` in UTC with milliseconds; years that nobody can write are clamped.
pub(super) fn timestamp(at: SystemTime) -> Timestamp {
    Timestamp::try_from(at).unwrap_or(if at < SystemTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// Safety words as people read them aloud.
fn in_words(words: &Words) -> String {
    words.english().join(" ")
}

fn as_texts<S: Serializer>(values: &[MemberId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(ToString::to_string))
}

fn as_optional_text<S: Serializer>(value: &Option<RoomId>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

fn as_text<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
fn as_optional_rfc_3339<S: Serializer>(at: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => as_rfc_3339(at, serializer),
        None => serializer.serialize_none(),
    }
}

fn as_rfc_3339<S: Serializer>(at: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:.3}", timestamp(*at)))
}
