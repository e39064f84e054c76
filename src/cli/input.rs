//! Standard input: lines at any speed, bounded; and what a line means.

use std::io::{self, BufRead, Read as _};
use std::thread;

use crossbeam_channel::{Receiver, Sender};

use crate::proto::Encoding;
use crate::proto::log::{Admit as Rule, History};
use crate::text::MAX_MESSAGE_BYTES;

/// Lines that wait for the session. Beyond it reading stops, and the program that writes to us has to wait.
const WAITING_LINES: usize = 32;
/// Bytes of a line that are kept: a message, the slash before its own slash, and a line end of two bytes.
const MAX_LINE_BYTES: usize = MAX_MESSAGE_BYTES + 3;

/// One line as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its end.
    Text(String),
    /// Longer than any message may be.
    TooLong {
        /// All its bytes.
        bytes: usize,
        /// As much of it as was kept.
        beginning: String,
    },
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// Nothing more comes.
    End,
}

/// What a line means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request<'a> {
    /// An empty line is no message.
    Nothing,
    Say(&'a str),
    Who,
    Invite,
    /// Which knock, as typed; may be empty.
    Admit(&'a str),
    /// Which knock, as typed; may be empty.
    Refuse(&'a str),
    /// Whom, as typed; may be empty.
    Remove(&'a str),
    /// Whom, as typed; may be empty.
    Verify(&'a str),
    Reply {
        seq: u64,
        text: &'a str,
    },
    Edit {
        seq: u64,
        text: &'a str,
    },
    Delete {
        seq: u64,
    },
    /// `on`: put on, else taken off.
    React {
        seq: u64,
        emoji: &'a str,
        on: bool,
    },
    Rename(&'a str),
    /// `None`: plain text is not let in any more.
    Plain(Option<Encoding>),
    History(History),
    Admission(Rule),
    Retry,
    Bye,
    /// A command whose arguments are not what it takes, and what it takes.
    Usage(&'static str),
    /// A command that this version has no means for.
    NotYet(&'a str),
    Unknown(&'a str),
}

/// Starts to read standard input.
///
/// A read of standard input cannot be ended from outside on every system, so nobody waits for this thread: it ends with
/// the input, with its first line that nobody takes, or with the process.
pub(super) fn read_stdin() -> io::Result<Receiver<Line>> {
    let (sender, lines) = crossbeam_channel::bounded(WAITING_LINES);
    thread::Builder::new()
        .name("landline-stdin".to_owned())
        .spawn(move || read_lines(io::stdin().lock(), &sender))?;
    Ok(lines)
}

fn read_lines(mut reader: impl BufRead, lines: &Sender<Line>) {
    let mut first = true;
    loop {
        let line = read_line(&mut reader, first).unwrap_or_else(|error| {
            tracing::warn!(%error, "standard input cannot be read any further");
            Line::End
        });
        first = false;
        let ended = line == Line::End;
        if lines.send(line).is_err() || ended {
            return;
        }
    }
}

fn read_line(reader: &mut impl BufRead, first: bool) -> io::Result<Line> {
    let mut bytes = Vec::new();
    reader
        .by_ref()
        .take(MAX_LINE_BYTES as u64)
        .read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(Line::End);
    }
    let rest = if bytes.len() == MAX_LINE_BYTES && !bytes.ends_with(b"\n") {
        reader.skip_until(b'\n')?
    } else {
        0
    };
    Ok(line(&bytes, rest, first))
}

fn line(bytes: &[u8], rest: usize, first: bool) -> Line {
    let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(bytes) if first => bytes, // PowerShell puts a byte order mark before what it pipes
        _ => bytes,
    };
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if rest > 0 {
        return Line::TooLong {
            bytes: bytes.len() + rest,
            beginning: String::from_utf8_lossy(bytes).into_owned(),
        };
    }
    match str::from_utf8(bytes) {
        Ok(text) => Line::Text(text.to_owned()),
        Err(_) => Line::NotUtf8,
    }
}

/// What `line` asks for.
pub(super) fn parse(line: &str) -> Request<'_> {
    if line.trim().is_empty() {
        return Request::Nothing;
    }
    if line == "bye" {
        return Request::Bye; // the tutorial's word
    }
    let Some(command) = line.strip_prefix('/') else {
        return Request::Say(line);
    };
    if command.starts_with('/') {
        return Request::Say(command);
    }
    let (word, argument) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    request(word, argument.trim())
}

fn request<'a>(word: &'a str, argument: &'a str) -> Request<'a> {
    match word {
        "who" => Request::Who,
        "invite" => Request::Invite,
        "admit" => Request::Admit(argument),
        "refuse" => Request::Refuse(argument),
        "remove" => Request::Remove(argument),
        "verify" => Request::Verify(argument),
        "reply" => place(argument).map_or(Request::Usage("/reply SEQ TEXT"), |(seq, text)| Request::Reply {
            seq,
            text,
        }),
        "edit" => place(argument).map_or(Request::Usage("/edit SEQ TEXT"), |(seq, text)| Request::Edit {
            seq,
            text,
        }),
        "delete" => argument
            .parse()
            .map_or(Request::Usage("/delete SEQ"), |seq| Request::Delete { seq }),
        "react" => {
            reaction(argument).unwrap_or(Request::Usage("/react SEQ EMOJI, or /react SEQ -EMOJI to take it off"))
        }
        "name" => Request::Rename(argument),
        "plain" => plain(argument),
        "history" => match argument {
            "none" => Request::History(History::None),
            "all" => Request::History(History::All),
            _ => Request::Usage("/history none or /history all"),
        },
        "admission" => match argument {
            "ask" => Request::Admission(Rule::Ask),
            "invited" => Request::Admission(Rule::Invited),
            "anyone" => Request::Admission(Rule::Anyone),
            _ => Request::Usage("/admission ask, invited or anyone"),
        },
        "retry" => Request::Retry,
        "bye" => Request::Bye,
        "file" | "save" => Request::NotYet(word),
        _ => Request::Unknown(word),
    }
}

/// `SEQ REST`, with something in the rest.
fn place(argument: &str) -> Option<(u64, &str)> {
    let (seq, rest) = argument.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    (!rest.is_empty()).then_some((seq.parse().ok()?, rest))
}

fn reaction(argument: &str) -> Option<Request<'_>> {
    let (seq, emoji) = place(argument)?;
    let (emoji, on) = match emoji.strip_prefix('-') {
        Some(emoji) if !emoji.is_empty() => (emoji, false),
        _ => (emoji, true),
    };
    Some(Request::React { seq, emoji, on })
}

fn plain(argument: &str) -> Request<'_> {
    match argument {
        "off" => Request::Plain(None),
        "utf-8" => Request::Plain(Some(Encoding::Utf8)),
        "gbk" => Request::Plain(Some(Encoding::Gbk)),
        "auto" => Request::Plain(Some(Encoding::Auto)),
        _ => Request::Usage("/plain off, utf-8, gbk or auto"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8]) -> Vec<Line> {
        let (sender, lines) = crossbeam_channel::bounded(WAITING_LINES);
        read_lines(input, &sender);
        drop(sender);
        lines.iter().collect()
    }

    fn text(text: &str) -> Line {
        Line::Text(text.to_owned())
    }

    #[test]
    fn line_ends_of_all_systems_and_none_at_the_end() {
        assert_eq!(
            lines("\u{feff}一\r\ntwo\n\nthree".as_bytes()),
            [text("一"), text("two"), text(""), text("three"), Line::End]
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_told_apart() {
        assert_eq!(lines(b"\xff\xfe\nok\n"), [Line::NotUtf8, text("ok"), Line::End]);
    }

    #[test]
    fn a_line_as_long_as_a_message_is_whole_and_a_longer_one_is_counted() {
        let longest = "x".repeat(MAX_MESSAGE_BYTES);
        let endless = "y".repeat(1 << 20);
        let input = format!("/{longest}\r\n{endless}\nafter\n");
        let lines = lines(input.as_bytes());
        assert_eq!(lines[0], text(&format!("/{longest}")));
        assert!(matches!(lines[1], Line::TooLong { bytes, .. } if (1 << 20..(1 << 20) + 2).contains(&bytes)));
        assert_eq!(lines[2..], [text("after"), Line::End]);
    }

    #[test]
    fn what_lines_mean() {
        assert_eq!(parse("hello /who"), Request::Say("hello /who"));
        assert_eq!(parse("//who"), Request::Say("/who"));
        assert_eq!(parse(" \t"), Request::Nothing);
        assert_eq!(parse("bye"), Request::Bye);
        assert_eq!(parse("bye "), Request::Say("bye "));
        assert_eq!(parse("/bye"), Request::Bye);
        assert_eq!(parse("/who"), Request::Who);
        assert_eq!(parse("/remove  m3 "), Request::Remove("m3"));
        assert_eq!(parse("/remove"), Request::Remove(""));
        assert_eq!(parse("/admit k2"), Request::Admit("k2"));
        assert_eq!(parse("/reply 3  a b"), Request::Reply { seq: 3, text: "a b" });
        assert_eq!(parse("/reply three x"), Request::Usage("/reply SEQ TEXT"));
        assert_eq!(parse("/edit 3"), Request::Usage("/edit SEQ TEXT"));
        assert_eq!(parse("/delete 7"), Request::Delete { seq: 7 });
        let react = |emoji, on| Request::React { seq: 3, emoji, on };
        assert_eq!(parse("/react 3 👍"), react("👍", true));
        assert_eq!(parse("/react 3 -👍"), react("👍", false));
        assert_eq!(parse("/plain off"), Request::Plain(None));
        assert_eq!(parse("/history all"), Request::History(History::All));
        assert_eq!(parse("/admission invited"), Request::Admission(Rule::Invited));
        assert_eq!(parse("/admission"), Request::Usage("/admission ask, invited or anyone"));
        assert_eq!(parse("/file x"), Request::NotYet("file"));
        assert_eq!(parse("/whoami"), Request::Unknown("whoami"));
        assert_eq!(parse("/"), Request::Unknown(""));
    }
}
