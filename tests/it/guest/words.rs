//! Who is at the table, what they say, and how events read.

use std::sync::Arc;

use landline::proto::identity::Identity;
use landline::proto::log::{Admit, Body, History, Settings};
use landline::proto::message::{Receipt, RosterEntry};
use landline::proto::{Event, MemberId};

pub(crate) const HANA: u64 = 1;
pub(crate) const GINA: u64 = 2;
pub(crate) const MAX: u64 = 3;

pub(crate) fn person(name: u64) -> Identity {
    Identity::stand_in(name)
}

pub(crate) fn settings() -> Settings {
    Settings {
        name: "room".into(),
        history: History::All,
        plain: None,
        admit: Admit::Ask,
    }
}

pub(crate) fn message(text: &str) -> Body {
    Body::Message {
        text: text.into(),
        reply_to: None,
    }
}

pub(crate) fn member(who: u64, id: u64, name: &str, here: bool) -> RosterEntry {
    RosterEntry {
        key: Some(person(who).key()),
        id: MemberId(id),
        name: Arc::from(name),
        here,
        receipt: Receipt {
            id: MemberId(id),
            ..Receipt::default()
        },
    }
}

pub(crate) fn derive(context: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

pub(crate) fn describe(event: &Event) -> String {
    match event {
        Event::Connected { room, resumed, .. } => format!("connected to {room}, resumed {resumed}"),
        Event::Known { member } => format!("known {}", member.author.name),
        Event::Joined { member } if member.verified => format!("joined {}, verified", member.author.name),
        Event::Joined { member } => format!("joined {}", member.author.name),
        Event::Left { member, reason } => format!("left {} {reason:?}", member.author.name),
        Event::Renamed { member, previous } => format!("{previous} is now {}", member.author.name),
        Event::Said { entry } if entry.mine => format!("I said {}", entry.text),
        Event::Said { entry } => format!("{} said {}", entry.author.name, entry.text),
        Event::Queued { text, .. } => format!("queued {text}"),
        Event::Sent { seq, .. } => format!("sent {seq}"),
        Event::Refused { text, reason, .. } => format!("refused {text}: {reason:?}"),
        Event::Edited { target, text, .. } => format!("edited {target}: {text}"),
        Event::Deleted { target, author, .. } => format!("deleted {target} by {}", author.name),
        Event::Reacted { target, emoji, on, .. } => format!("reacted {target} {emoji} {on}"),
        Event::CaughtUp { entries } => format!("caught up {entries}"),
        Event::Lost { end, .. } => format!("lost {end:?}"),
        Event::Closed { reason } => format!("closed {reason:?}"),
        Event::NewEpoch => "another history".to_owned(),
        Event::Settings { settings, .. } => format!("settings {}", settings.name),
        other => format!("{other:?}"),
    }
}
