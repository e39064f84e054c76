//! Bytes in any pieces -> messages, still as bytes. A newline is never part of a character in any encoding that Landline
//! reads, so messages are told apart before they are decoded.

use super::telnet::{IAC, Step, Telnet};
use super::{MAX_MESSAGE_BYTES, MAX_UNENDED_BYTES, Newline};

/// One message as it was on the wire, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// Up to a newline, or up to a pause (`None`). May be empty.
    Message(&'a [u8], Option<Newline>),
    /// The first [`MAX_MESSAGE_BYTES`] of a message that is longer.
    Cut(&'a [u8]),
    /// The peer ends nothing; no input is taken any more.
    Endless,
}

/// Finds where messages end. At most [`MAX_MESSAGE_BYTES`] (and a CR) are kept, whatever comes.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    buffer: Vec<u8>,
    telnet: Telnet,
    /// The message was cut: its rest goes nowhere.
    dropping: bool,
    /// The last byte of text was a CR, which may turn out to be the first half of a newline.
    after_cr: bool,
    /// Bytes since the last end, of text or not.
    unended: usize,
    endless: bool,
}

impl Splitter {
    /// Takes bytes as they came.
    pub(super) fn read(&mut self, mut bytes: &[u8], emit: &mut impl FnMut(Raw<'_>)) {
        while !self.endless
            && let Some(&first) = bytes.first()
        {
            if self.telnet == Telnet::Text {
                bytes = self.read_text(bytes, emit);
            } else {
                bytes = self.read_command(first, bytes, emit);
            }
        }
    }

    /// The peer has been quiet. `complete` says how many of the bytes are whole characters; the others wait.
    pub(super) fn quiet(&mut self, complete: impl FnOnce(&[u8]) -> usize, emit: &mut impl FnMut(Raw<'_>)) {
        let whole = complete(&self.buffer);
        if !self.dropping && whole > 0 {
            emit(Raw::Message(without_cr(&self.buffer[..whole]), None));
        }
        self.buffer.drain(..whole);
        self.dropping = false;
        self.unended = self.buffer.len();
    }

    /// Nothing more will come, or what is held back has waited long enough: all there is goes out.
    pub(super) fn flush(&mut self, emit: &mut impl FnMut(Raw<'_>)) {
        if self.telnet.give_up() {
            self.take(&[IAC], emit);
        }
        self.quiet(<[u8]>::len, emit);
    }

    /// Whether a pause would end or flush something.
    pub(super) fn is_inside(&self) -> bool {
        !self.endless && (self.dropping || !self.buffer.is_empty() || self.telnet != Telnet::Text)
    }

    fn read_text<'a>(&mut self, bytes: &'a [u8], emit: &mut impl FnMut(Raw<'_>)) -> &'a [u8] {
        let run = memchr::memchr2(b'\n', IAC, bytes).unwrap_or(bytes.len());
        let (text, rest) = bytes.split_at(run);
        let Some((&end, rest)) = rest.split_first() else {
            self.take(text, emit);
            return rest;
        };
        if end == IAC {
            self.take(text, emit);
            self.telnet = Telnet::Command;
            self.count(1, emit);
        } else if self.buffer.is_empty() && !self.dropping && text.len() <= MAX_MESSAGE_BYTES {
            let newline = newline_after(text.last() == Some(&b'\r') || (text.is_empty() && self.after_cr));
            emit(Raw::Message(without_cr(text), Some(newline)));
            self.start_message();
        } else {
            self.take(text, emit);
            self.end_line(emit);
        }
        rest
    }

    fn read_command<'a>(&mut self, byte: u8, bytes: &'a [u8], emit: &mut impl FnMut(Raw<'_>)) -> &'a [u8] {
        let step = self.telnet.step(byte);
        if step != Step::Taken {
            self.take(&[IAC], emit);
        }
        if step == Step::LiteralBefore {
            return bytes;
        }
        self.count(1, emit);
        &bytes[1..]
    }

    /// Adds text to the message that has begun.
    fn take(&mut self, text: &[u8], emit: &mut impl FnMut(Raw<'_>)) {
        let Some(&last) = text.last() else {
            return;
        };
        self.after_cr = last == b'\r';
        if !self.dropping {
            let room = MAX_MESSAGE_BYTES + 2 - self.buffer.len();
            self.buffer.extend_from_slice(&text[..room.min(text.len())]);
            if without_cr(&self.buffer).len() > MAX_MESSAGE_BYTES {
                emit(Raw::Cut(&self.buffer[..MAX_MESSAGE_BYTES]));
                self.buffer.clear();
                self.dropping = true;
            }
        }
        self.count(text.len(), emit);
    }

    fn count(&mut self, bytes: usize, emit: &mut impl FnMut(Raw<'_>)) {
        self.unended += bytes;
        if self.unended > MAX_UNENDED_BYTES && !self.endless {
            if !self.buffer.is_empty() {
                emit(Raw::Message(without_cr(&self.buffer), None));
            }
            emit(Raw::Endless);
            self.endless = true;
            self.buffer = Vec::new();
        }
    }

    fn end_line(&mut self, emit: &mut impl FnMut(Raw<'_>)) {
        if self.endless {
            return;
        }
        let newline = newline_after(self.after_cr);
        emit(Raw::Message(without_cr(&self.buffer), Some(newline)));
        self.start_message();
    }

    fn start_message(&mut self) {
        self.buffer.clear();
        self.dropping = false;
        self.after_cr = false;
        self.unended = 0;
    }
}

fn newline_after(cr: bool) -> Newline {
    if cr { Newline::CrLf } else { Newline::Lf }
}

fn without_cr(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}
