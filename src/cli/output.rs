//! Standard output and standard error: records as JSON lines, or as lines that people read.

use std::io::{self, Write};
use std::time::SystemTime;

use jiff::tz::TimeZone;

use super::record::{Person, Present, Record, timestamp};
use crate::text;

/// Where a readable line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

/// Where records go.
pub(super) struct Output {
    json: bool,
    /// Whether our own words already stand on the screen, because somebody typed them there.
    typed: bool,
    zone: TimeZone,
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    broken: Option<io::ErrorKind>,
}

impl Output {
    pub(super) fn new(json: bool, typed: bool, out: impl Write + 'static, err: impl Write + 'static) -> Self {
        Self {
            json,
            typed,
            zone: TimeZone::system(),
            out: Box::new(out),
            err: Box::new(err),
            broken: None,
        }
    }

    /// Why nothing can be written any more. A pipe that nobody reads is no failure of ours.
    pub(super) fn broken(&self) -> Option<io::ErrorKind> {
        self.broken
    }

    /// Writes a record at once. After the first failure it does nothing: see [`Output::broken`].
    pub(super) fn write(&mut self, record: &Record<'_>) {
        if self.broken.is_some() {
            return;
        }
        let written = if self.json {
            self.write_json(record)
        } else {
            self.write_readable(record)
        };
        if let Err(error) = written {
            self.broken = Some(error.kind());
        }
    }

    fn write_json(&mut self, record: &Record<'_>) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        write_at_once(&mut self.out, &line)
    }

    fn write_readable(&mut self, record: &Record<'_>) -> io::Result<()> {
        let Some((stream, text)) = readable(record, self.typed, &self.zone) else {
            return Ok(());
        };
        let text = text + "\n";
        match stream {
            Stream::Out => write_at_once(&mut self.out, text.as_bytes()),
            Stream::Err => {
                // Without standard error the room can go on.
                write_at_once(&mut self.err, text.as_bytes()).or(Ok(()))
            }
        }
    }
}

fn write_at_once(stream: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

/// The line for people; `None` where there is nothing to tell them.
fn readable(record: &Record<'_>, typed: bool, zone: &TimeZone) -> Option<(Stream, String)> {
    let line = match record {
        Record::Started { .. } => return None,
        Record::Listening {
            addresses,
            room,
            invite,
            admit,
            ..
        } => listening(addresses, room.name) + &admission(invite.as_deref(), *admit) + invitation(typed),
        Record::Connecting { address } => format!("Connecting to {address} …"),
        Record::Connected { host, .. } => format!("You are in the room of {}{}", word(host.name), invitation(typed)),
        Record::Joined { member, address } => came(member, address.as_ref()),
        Record::Left { member, reason, detail } => went(member, reason, *detail),
        Record::Renamed { member, previous } => format!("· {} is now {}", word(previous), name(member)),
        Record::Message { mine: true, .. } if typed => return None,
        Record::Message { from, text, at, .. } => format!("{}  {}: {}", clock(*at, zone), name(from), words(text)),
        Record::Sent { .. } | Record::Queued { .. } | Record::Delivered { .. } | Record::Read { .. } => return None,
        Record::CaughtUp { entries: 0 } => return None,
        Record::CaughtUp { entries } => format!("· back; {entries} entries came meanwhile"),
        Record::Refused { message, text, .. } => {
            return Some((Stream::Err, format!("not sent: {message}: {}", words(text))));
        }
        Record::Members { members } => list(members),
        Record::Lost {
            reason,
            retry_ms: Some(wait),
        } => format!(
            "! the line is lost ({reason}), trying again in {} s",
            wait.div_ceil(1000)
        ),
        Record::Lost { reason, .. } => format!("! the line is lost ({reason})"),
        Record::Notice { message, .. } => format!("! {}", word(message)),
        Record::Error { message, hint, .. } => {
            return Some((Stream::Err, format!("error: {}. {}", word(message), word(hint))));
        }
        Record::Closed { reason } => closed(reason)?.to_owned(),
        other => about_people(other, zone).or_else(|| about_entries(other))?,
    };
    Some((Stream::Out, line))
}

/// Who you are, where you have been, who stands at the door.
fn about_people(record: &Record<'_>, zone: &TimeZone) -> Option<String> {
    Some(match record {
        Record::Me {
            name: called,
            key,
            fingerprint,
            words,
        } => format!(
            "{}\nkey         {key}\nfingerprint {fingerprint}\nin words    {words}",
            word(called)
        ),
        Record::Room {
            id,
            name: called,
            hosting,
            members,
            last_message,
            unread,
            ..
        } => {
            let role = if *hosting { "hosted here" } else { "joined" };
            let last = last_message.map_or_else(|| "nothing said".to_owned(), |at| day(at, zone));
            format!(
                "{}  {role}, {members} members, {last}, {unread} unread\n    {id}",
                word(called)
            )
        }
        Record::Waiting { words } => format!("You are at the door. The host sees the same words: {words}"),
        Record::Unconfirmed { words } => format!(
            "Nothing you say goes out before you have compared these words with the host: {words}\n  /verify m0 says that the host read the same ones"
        ),
        Record::Knock {
            knock,
            name,
            address,
            words,
        } => format!(
            "? {} knocks from {address}. Their words must be: {words}\n  /admit {knock} lets them in, /refuse {knock} does not",
            word(name)
        ),
        Record::KnockOver { knock } => format!("· nobody is at the door any more ({knock})"),
        Record::Invite { invite, .. } => format!("An invite for one person, for a day:\n{invite}"),
        _ => return None,
    })
}

/// Entries that are no messages.
fn about_entries(record: &Record<'_>) -> Option<String> {
    Some(match record {
        Record::Edited { target, text, .. } => format!("· message {target} now says: {}", words(text)),
        Record::Deleted { target, by, .. } => format!("· message {target} was taken back by {}", name(by)),
        Record::Reacted {
            target, by, emoji, on, ..
        } => {
            let what = if *on { "puts" } else { "takes back" };
            format!("· {} {what} {} on message {target}", name(by), word(emoji))
        }
        Record::Newer { from, .. } => format!("· {} sent something that needs a newer Landline", name(from)),
        Record::NewEpoch => "· another history begins; what was said before is kept".to_owned(),
        _ => return None,
    })
}

/// For whoever sits at the terminal and wonders what next.
fn invitation(typed: bool) -> &'static str {
    if typed {
        "\nWrite a line to say it, /who to see who is here, /bye to leave"
    } else {
        ""
    }
}

fn listening(addresses: &[std::net::SocketAddr], room: &str) -> String {
    let list: Vec<String> = addresses.iter().map(|address| format!("\n    {address}")).collect();
    format!("The room “{}” is open at{}", word(room), list.concat())
}

fn admission(invite: Option<&str>, admit: Option<&str>) -> String {
    let others = match admit {
        Some("ask") => "; others knock",
        _ => "",
    };
    match invite {
        Some(invite) => format!("\nAn invite for one person, for a day{others}:\n{invite}"),
        None => String::new(),
    }
}

fn came(member: &Person<'_>, address: Option<&std::net::SocketAddr>) -> String {
    match address {
        // A guest without a name is called by the address.
        Some(address) if !member.name.contains(&address.ip().to_string()) => {
            format!("→ {} came in from {address} ({})", name(member), member.id)
        }
        _ => format!("→ {} came in ({})", name(member), member.id),
    }
}

fn went(member: &Person<'_>, reason: &str, detail: Option<&str>) -> String {
    let how = match (reason, detail) {
        ("bye", _) => "left".to_owned(),
        ("lost", Some(detail)) => format!("is gone: line lost ({detail})"),
        ("removed", Some("endless")) => "was removed: a message without an end".to_owned(),
        ("removed", _) => "was removed".to_owned(),
        ("too-slow", _) => "was removed: too slow".to_owned(),
        _ => format!("is gone: {reason}"),
    };
    format!("← {} {how}", name(member))
}

fn list(members: &[Present<'_>]) -> String {
    let lines: Vec<String> = members
        .iter()
        .map(|member| {
            let me = if member.me { "  (you)" } else { "" };
            let address = member.address.map(|address| format!("  {address}")).unwrap_or_default();
            format!(
                "    {:<5} {}{address}{me}",
                member.person.id.to_string(),
                name(&member.person)
            )
        })
        .collect();
    format!("In the room:\n{}", lines.join("\n"))
}

fn closed(reason: &str) -> Option<&'static str> {
    match reason {
        "left" => Some("You left the room"),
        "host-left" => Some("The host closed the room"),
        "too-slow" => Some("The host did not read what was sent; the line is closed"),
        "endless" => Some("The host sent a message without an end; the line is closed"),
        "cancelled" => Some("Given up"),
        _ => None, // `lost` and `error` have said it
    }
}

fn clock(at: SystemTime, zone: &TimeZone) -> impl std::fmt::Display {
    timestamp(at).to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

fn day(at: SystemTime, zone: &TimeZone) -> String {
    let at = timestamp(at).to_zoned(zone.clone());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn name(person: &Person<'_>) -> String {
    word(person.name)
}

/// A name or a sentence of one line.
fn word(raw: &str) -> String {
    text::for_terminal(raw).replace(['\n', '\t'], " ")
}

/// A message. Its further lines stand under its first one, so that no line of it can pass for another message.
fn words(raw: &str) -> String {
    text::for_terminal(raw).replace('\n', "\n       ")
}

#[cfg(test)]
mod tests;
