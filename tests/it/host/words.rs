//! Messages and events as lines of text.

use landline::proto::Event;
use landline::proto::message::Message;

use crate::pure::describe;

pub(super) fn message(message: &Message) -> String {
    match message {
        Message::Welcome(welcome) => {
            let anew = if welcome.anew { " anew" } else { "" };
            let (floor, head) = (welcome.floor.seq, welcome.head.seq);
            format!("welcome {} from {floor} to {head}{anew}", welcome.you)
        }
        Message::Pending { .. } => "pending".to_owned(),
        Message::Denied(reason) => format!("denied {reason:?}"),
        Message::Acknowledged { seq, .. } => format!("acknowledged {seq}"),
        Message::Refused { reason, .. } => format!("refused {reason:?}"),
        Message::Entries { entries, head } => {
            let first = entries.first().map_or(0, |placed| placed.seq);
            let last = entries.last().map_or(0, |placed| placed.seq);
            let head = head.map_or("no head".to_owned(), |head| format!("head {}", head.seq));
            format!("entries {first} to {last}, {head}")
        }
        Message::Presence(presence) => {
            let people = presence.iter().map(|one| format!(" {} {:?}", one.name, one.state));
            format!("presence{}", people.collect::<String>())
        }
        Message::Receipts(receipts) => {
            let far = receipts
                .iter()
                .map(|one| format!(" {} {} {}", one.id, one.stored, one.read));
            format!("receipts{}", far.collect::<String>())
        }
        Message::Roster(roster) => format!("roster of {}", roster.len()),
        Message::Missing { from } => format!("missing from {from}"),
        Message::Reveal { .. } => "reveal".to_owned(),
        Message::Bye(reason) => format!("bye {reason:?}"),
        other => format!("{other:?}"),
    }
}

pub(super) fn event(event: &Event) -> String {
    match event {
        Event::Queued { text, .. } => format!("queued {text}"),
        Event::Settings { settings, .. } => format!("settings of {}", settings.name),
        Event::Known { member } => format!("{} is known", member.author.name),
        Event::Knock { name, address, .. } => format!("{name} knocks from {address}"),
        Event::KnockOver { .. } => "knock over".to_owned(),
        Event::Invite { .. } => "invite".to_owned(),
        Event::Receipt { receipt } => format!("{} has {} read {}", receipt.id, receipt.stored, receipt.read),
        Event::Edited { seq, target, text } => format!("{seq} edits {target}: {text}"),
        Event::Deleted { seq, target, author } => format!("{seq} deletes {target} by {}", author.name),
        Event::Reacted {
            seq, target, emoji, on, ..
        } => format!("{seq} reacts to {target} {emoji} {on}"),
        Event::NewEpoch => "another history".to_owned(),
        other => describe(other),
    }
}
