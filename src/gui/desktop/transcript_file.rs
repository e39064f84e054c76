//! A transcript as a file: text for people, JSON for programs.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::chat::{Chat, Delivery, Message, Row};
use crate::gui::words::strings::Strings;

/// Writes the transcript; a name that ends in `.json` makes it JSON.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn save(chat: &Chat, words: &Strings, path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    let json = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if json {
        write_json(chat, &mut file)
    } else {
        write_text(chat, words, &mut file)
    }?;
    file.flush()
}

/// One line per row; further lines of a message are indented.
fn write_text(chat: &Chat, words: &Strings, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", chat.room)?;
    for row in chat.rows() {
        let at = local(row.at());
        match row {
            Row::Message(message) => {
                let line = words.preview(&author(words, message), &message.text.replace('\n', "\n    "));
                match message.delivery {
                    Delivery::Refused(reason) => writeln!(out, "{at}  {line}  ({})", words.refused(reason))?,
                    _ => writeln!(out, "{at}  {line}")?,
                }
            }
            Row::People(people) => {
                for step in &people.moves {
                    writeln!(out, "{at}  * {}", words.step(step))?;
                }
            }
            Row::Newer { author, .. } => writeln!(out, "{at}  * {}", words.newer(&words.called(author)))?,
            Row::NewEpoch { .. } => writeln!(out, "{at}  * {}", words.new_epoch)?,
            Row::CaughtUp { messages, .. } => writeln!(out, "{at}  * {}", words.caught_up(*messages))?,
            Row::Notice { notice, .. } => writeln!(out, "{at}  * {}", words.notice(notice))?,
            Row::Ended { reason, .. } => writeln!(out, "{at}  * {}", words.ended(reason).what)?,
        }
    }
    Ok(())
}

/// The messages alone, with the fields that the terminal's `message` event has.
fn write_json(chat: &Chat, out: &mut impl Write) -> io::Result<()> {
    let messages: Vec<_> = chat
        .rows()
        .iter()
        .filter_map(|row| match row {
            Row::Message(message) => Some(message_json(message)),
            _ => None,
        })
        .collect();
    let whole = json!({ "room": chat.room, "messages": messages });
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

fn message_json(message: &Message) -> serde_json::Value {
    json!({
        "seq": message.seq,
        "id": message.id.to_string(),
        "from": message.author.as_ref().map(|author| json!({
            "id": author.id.to_string(),
            "name": &*author.name,
            "plain": author.plain,
        })),
        "mine": message.mine,
        "text": &*message.text,
        "at": timestamp(message.at).to_string(),
        "sent": !matches!(message.delivery, Delivery::Refused(_)),
    })
}

fn author<'a>(words: &Strings, message: &'a Message) -> Cow<'a, str> {
    let author = message.author.as_ref();
    author.map_or(Cow::Borrowed(words.you), |author| words.called(author))
}

fn timestamp(at: SystemTime) -> Timestamp {
    Timestamp::try_from(at).unwrap_or_default()
}

fn local(at: SystemTime) -> String {
    timestamp(at)
        .to_zoned(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::{write_json, write_text};
    use crate::chat::Chat;
    use crate::gui::words::strings::EN;
    use crate::proto::{Author, Entry, EntryId, Event, MemberId};
    use crate::worker;

    fn chat() -> Chat {
        let mut chat = Chat::new("Workshop", true);
        let entry = Entry {
            seq: 1,
            id: EntryId([7; 16]),
            author: Author {
                id: MemberId(3),
                name: Arc::from("林小雨"),
                plain: true,
            },
            mine: false,
            text: Arc::from("two\nlines \"quoted\""),
            reply_to: None,
            at: SystemTime::UNIX_EPOCH,
        };
        chat.apply(&worker::Event::Room(Event::Said { entry }), SystemTime::UNIX_EPOCH);
        chat
    }

    #[test]
    fn text_keeps_a_message_together() {
        let mut out = Vec::new();
        write_text(&chat(), &EN, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("Workshop\n19"), "{text}");
        assert!(text.ends_with("  林小雨: two\n    lines \"quoted\"\n"), "{text}");
    }

    #[test]
    fn json_can_be_read_back() {
        let mut out = Vec::new();
        write_json(&chat(), &mut out).unwrap();
        let whole: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let message = &whole["messages"][0];
        assert_eq!(whole["room"], "Workshop");
        assert_eq!(message["text"], "two\nlines \"quoted\"");
        assert_eq!(message["from"]["name"], "林小雨");
        assert_eq!(message["from"]["plain"], true);
        assert_eq!(message["at"], "1970-01-01T00:00:00Z");
        assert_eq!(message["id"], "07070707070707070707070707070707");
    }
}
