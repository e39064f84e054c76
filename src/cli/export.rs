//! A room's history as a file: lines for people, JSON lines for programs, a page for browsers.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use serde_json::json;

use super::args::Format;
use super::record::timestamp;
use crate::chat::{Chat, Message, Row};
use crate::text;

/// Looks of the page: readable on any screen, light and dark.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:44em;margin:2em auto;padding:0 1em;color-scheme:light dark}\
p{margin:.5em 0;white-space:pre-wrap;overflow-wrap:anywhere}time{opacity:.6;font-size:.85em}small{opacity:.6}";

/// Writes what a transcript shows.
pub(super) fn write(chat: &Chat, format: Format, mut out: impl Write) -> io::Result<()> {
    let messages = chat.rows().iter().filter_map(Row::message);
    match format {
        Format::Text => messages.map(text_line).try_for_each(|line| writeln!(out, "{line}"))?,
        Format::Json => messages.map(json_line).try_for_each(|line| writeln!(out, "{line}"))?,
        Format::Html => write_html(chat, &mut out)?,
    }
    out.flush()
}

fn text_line(message: &Message) -> String {
    let words = text::for_terminal(&message.text).replace('\n', "\n    ");
    format!("{}  {}: {words}{}", local(message), author(message), later(message))
}

fn json_line(message: &Message) -> serde_json::Value {
    let reactions: Vec<_> = message
        .later
        .reactions
        .iter()
        .map(|reaction| {
            let by: Vec<_> = reaction.by.iter().map(|author| &*author.name).collect();
            json!({ "emoji": &*reaction.emoji, "by": by })
        })
        .collect();
    json!({
        "seq": message.seq,
        "id": message.id.to_string(),
        "from": message.author.as_ref().map(|author| json!({
            "id": author.id.to_string(), "name": &*author.name, "plain": author.plain,
        })),
        "mine": message.mine,
        "text": &*message.text,
        "at": format!("{:.3}", timestamp(message.at)),
        "reply_to": message.reply_to,
        "edited": message.later.edited,
        "deleted": message.later.deleted.is_some(),
        "reactions": reactions,
    })
}

fn write_html(chat: &Chat, out: &mut impl Write) -> io::Result<()> {
    let title = escaped(&chat.room);
    writeln!(
        out,
        "<!doctype html><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>"
    )?;
    for message in chat.rows().iter().filter_map(Row::message) {
        writeln!(
            out,
            "<p id=\"m{}\"><time>{}</time> <b>{}</b> {}<small>{}</small></p>",
            message.seq.unwrap_or_default(),
            local(message),
            escaped(&author(message)),
            escaped(&text::for_terminal(&message.text)),
            escaped(&later(message)),
        )?;
    }
    Ok(())
}

fn author(message: &Message) -> String {
    let name = message.author.as_ref().map_or("", |author| &author.name);
    text::for_terminal(name).replace(['\n', '\t'], " ")
}

/// What became of a message, behind its words.
fn later(message: &Message) -> String {
    let later = &message.later;
    let mark = match (&later.deleted, later.edited) {
        (Some(_), _) => " (taken back)",
        (None, true) => " (edited)",
        (None, false) => "",
    };
    let signs: String = later
        .reactions
        .iter()
        .map(|reaction| format!("  {} {}", reaction.emoji, reaction.by.len()))
        .collect();
    format!("{mark}{signs}")
}

fn local(message: &Message) -> String {
    let at = timestamp(message.at).to_zoned(TimeZone::system());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Text that no browser takes for anything else.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}
