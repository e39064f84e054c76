//! How far an own message got: as a sign, in words, and with names.

use crate::chat::{Chat, Delivery, Message, Reached};
use crate::gui::look::icons::Icon;
use crate::gui::words::strings::Strings;
use crate::proto::MemberId;

/// How far a message in an encrypted room's log got, by what others have told.
enum Step {
    /// On the host's disk.
    Stored,
    /// On somebody else's, too.
    Delivered(Reached),
    /// And seen by somebody.
    Read(Reached),
}

fn step(chat: &Chat, message: &Message) -> Option<Step> {
    let seq = message.seq.filter(|_| message.delivery == Delivery::Stored)?;
    let reached = chat.reached(seq);
    let beyond_host = reached.stored.iter().any(|id| *id != MemberId::HOST) || reached.of == 1 && !chat.hosting;
    Some(match (reached.read.is_empty(), beyond_host) {
        (false, _) => Step::Read(reached),
        (true, true) => Step::Delivered(reached),
        (true, false) => Step::Stored,
    })
}

/// The sign beside the time of an own message.
pub(in crate::gui) fn sign(chat: &Chat, message: &Message) -> Icon {
    match (message.delivery, step(chat, message)) {
        (Delivery::Sending | Delivery::Queued, _) => Icon::Clock,
        (Delivery::Refused(_), _) => Icon::Warning,
        (_, Some(Step::Read(_))) => Icon::Seen,
        (_, Some(Step::Delivered(_))) => Icon::Ticks,
        _ => Icon::Check,
    }
}

/// The same in words; nothing for somebody else's message.
pub(in crate::gui) fn told(strings: &Strings, chat: &Chat, message: &Message) -> String {
    match step(chat, message) {
        Some(Step::Read(reached)) => strings.read_by(reached.read.len(), reached.of),
        Some(Step::Delivered(reached)) => strings.delivered(reached.stored.len(), reached.of),
        Some(Step::Stored) if chat.hosting => strings.kept_here.to_owned(),
        _ => strings.delivery(message.delivery),
    }
}

/// The same with names, in lines.
pub(in crate::gui) fn details(strings: &Strings, chat: &Chat, message: &Message) -> Vec<String> {
    let (Some(Step::Read(reached) | Step::Delivered(reached)), told) =
        (step(chat, message), told(strings, chat, message))
    else {
        return Some(told(strings, chat, message))
            .filter(|told| !told.is_empty())
            .into_iter()
            .collect();
    };
    let only_stored: Vec<MemberId> = reached
        .stored
        .iter()
        .filter(|id| !reached.read.contains(id))
        .copied()
        .collect();
    let mut lines = Vec::new();
    if reached.read.is_empty() {
        lines.push(strings.listed(&told, &names(strings, chat, &reached.stored)));
    } else {
        lines.push(strings.listed(&told, &names(strings, chat, &reached.read)));
        if !only_stored.is_empty() {
            let delivered = strings.delivered(reached.stored.len(), reached.of);
            lines.push(strings.listed(&delivered, &names(strings, chat, &only_stored)));
        }
    }
    lines
}

fn names(strings: &Strings, chat: &Chat, ids: &[MemberId]) -> String {
    let names: Vec<_> = ids
        .iter()
        .filter_map(|id| chat.member(*id))
        .map(|member| strings.called(&member.author))
        .collect();
    strings.names_listed(&names)
}
