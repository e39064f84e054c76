//! Why something did not happen or is over, as scripts and people read it: a code, a sentence, a remedy.

use data_encoding::HEXLOWER;

use super::Exit;
use super::record::Record;
use crate::proto::log::{SignedHead, StoreError};
use crate::proto::message::{DenyReason, SubmitRefusal};
use crate::proto::wire::encode_head;
use crate::proto::{CloseReason, EntryId, LineEnd, Notice, RefuseReason};
use crate::worker::{EndReason, Failure};

impl<'a> Record<'a> {
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

    pub(super) fn notice(notice: &Notice) -> Self {
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
            Notice::InvitesGuessed { address } => (
                "invites-guessed",
                format!(
                    "{address} has shown wrong invites again and again: no more are looked at from there for ten minutes"
                ),
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
            Notice::CopyHeldUp => (
                "disk-full",
                "the disk is full: what others say is shown when there is room".to_owned(),
            ),
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
            EndReason::Closed(CloseReason::TooSlow) => vec![closed("too-slow")],
            EndReason::Closed(CloseReason::Endless) => vec![closed("endless")],
            EndReason::Closed(CloseReason::Lost(end)) => {
                let lost = Record::Lost {
                    reason: line_end(*end),
                    retry_ms: None,
                };
                vec![lost, closed("lost")]
            }
            EndReason::Closed(other) => {
                let (code, message, hint) = explained(other);
                vec![Record::error(code, message, hint), closed(code)]
            }
        }
    }

    fn failed(failure: &Failure) -> Record<'static> {
        Record::Error {
            code: failure.code(),
            message: failure.to_string(),
            hint: failure.hint(),
        }
    }
}

/// How a room that is over ends the program; `unsent`: messages that did not reach the host.
pub(super) fn exit(reason: &EndReason, unsent: usize) -> Exit {
    match reason {
        EndReason::Failed(_) => Exit::Failed,
        EndReason::Closed(
            CloseReason::Denied(_)
            | CloseReason::Removed
            | CloseReason::HostKeyChanged { .. }
            | CloseReason::OtherRoom
            | CloseReason::Version
            | CloseReason::NotLandline,
        ) => Exit::NotLetIn,
        _ if unsent > 0 => Exit::Unsent,
        EndReason::Cancelled | EndReason::Closed(CloseReason::Left | CloseReason::HostLeft) => Exit::Done,
        EndReason::Closed(_) => Exit::Failed,
    }
}

/// Code, sentence and remedy of an end that needs them.
fn explained(reason: &CloseReason) -> (&'static str, String, &'static str) {
    match reason {
        CloseReason::Denied(reason) => denied(*reason),
        CloseReason::Removed => (
            "removed",
            "the host has removed you".to_owned(),
            "Ask the host; you may knock again.",
        ),
        CloseReason::Replaced => (
            "replaced",
            "another line with your key has taken the place of this one".to_owned(),
            "Use a profile on one computer only, and in one program.",
        ),
        CloseReason::HostKeyChanged { known, shown } => (
            "host-key-changed",
            format!(
                "this is not the host you know: its fingerprint was {}, now {} is shown",
                known.fingerprint(),
                shown.fingerprint()
            ),
            "Somebody may be pretending to be the host. Ask the host, and join with a new invite only.",
        ),
        CloseReason::Disk(error) => disk(*error),
        CloseReason::Unreachable => (
            "unreachable",
            "nobody answers where the host should be".to_owned(),
            "Ask the host whether the room is open, and at which address.",
        ),
        CloseReason::NotLandline => (
            "not-landline",
            "what answers there is no encrypted room".to_owned(),
            "If it is a plain-text program, join with --plain auto.",
        ),
        CloseReason::Version => (
            "version",
            "the host speaks no version that this Landline speaks".to_owned(),
            "Update the older one.",
        ),
        CloseReason::OtherRoom => (
            "other-room",
            "the host has another room open than the one you asked for".to_owned(),
            "Ask the host for an invite to the room that is open.",
        ),
        CloseReason::Forged { seq } => (
            "forged",
            format!("the host has passed on something that nobody has signed (place {seq})"),
            "Do not trust this host. What you have of the room is kept.",
        ),
        _ => (
            "two-stories",
            "the host has shown two different histories of the room".to_owned(),
            "Do not trust this host. The notice above proves it.",
        ),
    }
}

fn denied(reason: DenyReason) -> (&'static str, String, &'static str) {
    let (code, message, hint) = match reason {
        DenyReason::NotInvited => (
            "not-invited",
            "this room takes only who was invited",
            "Ask the host for an invite.",
        ),
        DenyReason::Refused => ("not-admitted", "the host did not let you in", "Ask the host."),
        DenyReason::Removed => ("removed", "the host has removed you from this room", "Ask the host."),
        DenyReason::InviteUsed => (
            "invite-used",
            "this invite has been used",
            "Ask the host for a new one. If nobody of yours used it, tell the host.",
        ),
        DenyReason::InviteExpired => (
            "invite-expired",
            "this invite is too old",
            "Ask the host for a new one.",
        ),
        DenyReason::InviteUnknown => (
            "invite-unknown",
            "the host does not know this invite",
            "Ask the host for a new one.",
        ),
        DenyReason::NoAnswer => (
            "no-answer",
            "nobody answered your knock",
            "Ask the host to look, and knock again.",
        ),
        DenyReason::Busy => ("busy", "too many people are knocking", "Try again in a few minutes."),
        DenyReason::TooManyTries => (
            "too-many-tries",
            "too many wrong invites have come from this network address",
            "Ask the host for another invite, and try again in ten minutes.",
        ),
        DenyReason::Full => ("room-full", "the room is full", "Try again later."),
        DenyReason::DiskFull => (
            "host-disk-full",
            "the disk of the host's computer is full, so nobody new can come in",
            "Tell the host, and try again when there is room.",
        ),
        DenyReason::OtherRoom => (
            "other-room",
            "the host has another room open than the one you asked for",
            "Ask the host for an invite to the room that is open.",
        ),
        DenyReason::Other => (
            "denied",
            "the host did not let you in, for a reason that only a newer Landline knows",
            "Update Landline, and ask the host.",
        ),
    };
    (code, message.to_owned(), hint)
}

fn disk(error: StoreError) -> (&'static str, String, &'static str) {
    let hint = match error {
        StoreError::Full => "Make room on the disk and start again; nothing that was acknowledged is lost.",
        StoreError::Failed => "Look after the disk, then start again; nothing that was acknowledged is lost.",
        StoreError::Conflict => "Start again. If it happens again, restore the profile from a backup.",
    };
    ("disk", format!("nothing more can be kept: {error}"), hint)
}

/// Proof that can be pasted: both heads as they were signed.
fn heads_in_hex(heads: &[SignedHead; 2]) -> String {
    heads.map(|head| HEXLOWER.encode(&encode_head(&head))).join(" and ")
}

pub(super) fn line_end(end: LineEnd) -> &'static str {
    match end {
        LineEnd::Finished => "finished",
        LineEnd::Reset => "reset",
        LineEnd::TimedOut => "timed-out",
        LineEnd::Failed => "failed",
    }
}
