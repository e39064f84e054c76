//! What happens, as scripts read it: one [`Record`] is one JSON object. `docs/cli.md` describes every field.

use std::net::SocketAddr;
use std::time::SystemTime;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::proto::log::SignedHead;
use crate::proto::message::SubmitRefusal;
use crate::proto::wire::encode_head;
use crate::proto::{self, Author, CloseReason, EntryId, LeaveReason, LineEnd, Member, MemberId, Notice, RefuseReason};
use crate::worker::{EndReason, Event, Failure};

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
        invite: Option<&'a str>,
        plain: &'static str,
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
    Sent {
        #[serde(serialize_with = "as_text")]
        id: EntryId,
        seq: u64,
        plain: bool,
        lines: usize,
    },
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

/// A room, as far as a plain one can be told from others.
#[derive(Debug, Serialize)]
pub(super) struct Room<'a> {
    pub(super) id: Option<&'a str>,
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

    /// The record of an event; `None` for what a script learns from other records. `plain` is what `--plain` said.
    pub(super) fn of(event: &'a Event, plain: &'static str) -> Option<Self> {
        match event {
            Event::Listening { room, addresses, .. } => Some(Self::Listening {
                addresses,
                room: Room { id: None, name: room },
                invite: None,
                plain,
            }),
            Event::Connecting { address } => Some(Self::Connecting { address: *address }),
            Event::Room(event) => Self::of_room(event),
            Event::Ended(_) => None, // see `ended`: more than one record
        }
    }

    fn of_room(event: &'a proto::Event) -> Option<Self> {
        match event {
            proto::Event::Connected { host, room, .. } => Some(Self::connected(host, room)),
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
            proto::Event::Sent { id, seq, lines } => Some(Self::Sent {
                id: *id,
                seq: *seq,
                plain: true,
                lines: lines.unwrap_or(0),
            }),
            proto::Event::Refused { id, text, reason } => Some(Self::refused(Some(*id), text, *reason)),
            proto::Event::Notice { notice } => Some(Self::notice(notice)),
            _ => None, // the worker turns `Closed` into `Ended`
        }
    }

    fn connected(host: &'a Author, room: &'a str) -> Self {
        Self::Connected {
            room: Room { id: None, name: room },
            host: Host {
                id: host.id,
                name: &host.name,
            },
            secure: false,
            resumed: false,
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
            reply_to: None,
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

    /// A message that did not go out; `id` is absent if it was not even tried.
    pub(super) fn refused(id: Option<EntryId>, text: &'a str, reason: RefuseReason) -> Self {
        let (code, message) = match reason {
            RefuseReason::Empty => ("empty", "the message is empty".to_owned()),
            RefuseReason::TooLong { bytes } => (
                "too-long",
                format!(
                    "the message has {bytes} bytes, {} are allowed",
                    crate::text::MAX_MESSAGE_BYTES
                ),
            ),
            RefuseReason::LineLost => ("line-lost", "the line ended before the message was sent".to_owned()),
            RefuseReason::NotConnected => ("not-connected", "the room is not open".to_owned()),
            RefuseReason::DiskFull => ("disk-full", "this computer's disk is full".to_owned()),
            RefuseReason::DiskFailed => ("disk-failed", "this computer's disk has failed".to_owned()),
            RefuseReason::OutboxFull => ("outbox-full", "too much waits for the host already".to_owned()),
            RefuseReason::Host(SubmitRefusal::DiskFull) => ("host-disk-full", "the host's disk is full".to_owned()),
            RefuseReason::Host(refusal) => ("host-refused", format!("the host does not take it: {refusal:?}")),
        };
        Self::Refused {
            id: id.map(|id| id.to_string()),
            code,
            message,
            retry: reason.retry(),
            text,
        }
    }

    fn notice(notice: &Notice) -> Self {
        let (code, message) = match notice {
            Notice::PlainText => (
                "plain-text",
                "plain text: anybody on this network can read and forge what is said here".to_owned(),
            ),
            Notice::MessageCut { member } => (
                "message-cut",
                format!("a message of {} was too long and has been cut", member.author.name),
            ),
            Notice::NameRefused { member } => (
                "name-refused",
                format!(
                    "{} asked for a name that is empty, taken or easily mistaken",
                    member.author.name
                ),
            ),
            Notice::RoomFull { address } => ("room-full", format!("{address} could not come in: the room is full")),
            Notice::PlainRefused { address } => (
                "plain-refused",
                format!("{address} could not come in: the room takes no plain text"),
            ),
            Notice::LogLost { from } => (
                "log-lost",
                format!("the log is lost from place {from} on: nothing is taken until guests have sent it back"),
            ),
            Notice::TwoStories { heads } => (
                "two-stories",
                format!("the host has signed two histories: {}", heads_in_hex(heads)),
            ),
            Notice::LogWhole => ("log-whole", "the guests have sent back what was lost".to_owned()),
            Notice::DiskFull => ("disk-full", "the disk is full: nothing more can be said".to_owned()),
        };
        Self::Notice { code, message }
    }

    /// What an ended room has to say, in order; the last one is `closed`.
    pub(super) fn ended(reason: &EndReason) -> Vec<Record<'static>> {
        let closed = |reason| Record::Closed { reason };
        match reason {
            EndReason::Cancelled => vec![closed("cancelled")],
            EndReason::Failed(failure) => vec![Record::failed(failure), closed("failed")],
            EndReason::Closed(CloseReason::Left) => vec![closed("left")],
            EndReason::Closed(CloseReason::HostLeft) => vec![closed("host-left")],
            EndReason::Closed(CloseReason::Lost(end)) => {
                let lost = Record::Lost {
                    reason: line_end(*end),
                    retry_ms: None,
                };
                vec![lost, closed("lost")]
            }
            EndReason::Closed(CloseReason::TooSlow) => vec![closed("too-slow")],
            EndReason::Closed(CloseReason::Endless) => vec![closed("endless")],
            EndReason::Closed(CloseReason::Denied(_)) => vec![closed("denied")],
            EndReason::Closed(CloseReason::Removed) => vec![closed("removed")],
            EndReason::Closed(CloseReason::Replaced) => vec![closed("replaced")],
            EndReason::Closed(CloseReason::HostKeyChanged { .. }) => vec![closed("host-key-changed")],
            EndReason::Closed(CloseReason::Disk(_)) => vec![closed("disk")],
            EndReason::Closed(CloseReason::Unreachable) => vec![closed("unreachable")],
            EndReason::Closed(CloseReason::NotLandline) => vec![closed("not-landline")],
            EndReason::Closed(CloseReason::Version) => vec![closed("version")],
            EndReason::Closed(CloseReason::OtherRoom) => vec![closed("other-room")],
            EndReason::Closed(CloseReason::Forged { .. }) => vec![closed("forged")],
            EndReason::Closed(CloseReason::TwoStories) => vec![closed("two-stories")],
        }
    }

    fn failed(failure: &Failure) -> Record<'static> {
        Record::Error {
            code: failure.code(),
            message: failure.to_string(),
            hint: failure.hint(),
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

/// Proof that can be pasted: both heads as they were signed.
fn heads_in_hex(heads: &[SignedHead; 2]) -> String {
    heads.map(|head| HEXLOWER.encode(&encode_head(&head))).join(" and ")
}

fn line_end(end: LineEnd) -> &'static str {
    match end {
        LineEnd::Finished => "finished",
        LineEnd::Reset => "reset",
        LineEnd::TimedOut => "timed-out",
        LineEnd::Failed => "failed",
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

fn as_text<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn as_rfc_3339<S: Serializer>(at: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:.3}", timestamp(*at)))
}
