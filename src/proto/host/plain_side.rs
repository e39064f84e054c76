//! The host's lines of plain text: what is read from them, and what is written to them.

use std::sync::Arc;

use super::plain::Entrance;
use super::{Host, Wire};
use crate::proto::connection::{Expired, Line};
use crate::proto::plain::writer::{Rendered, Style};
use crate::proto::plain::{BYE, Encoding, Incoming, MAX_MESSAGE_BYTES};
use crate::proto::{LeaveReason, LineId, Now};
use crate::text;

/// What a plain guest says to be called something.
const NAME_COMMAND: &str = "/name";
/// Before words of the host's program.
const INFORMATION: &str = "Landline: ";

impl Host {
    /// A line is plain text: it comes in, or is told why it cannot.
    pub(super) fn be_plain(&mut self, now: Now, line: LineId) {
        let Some(Wire::Stranger(stranger)) = self.lines.get(line) else {
            return;
        };
        let address = stranger.address;
        let entrance = self.core.handle_plain(now, line, address);
        let encoding = self.core.plain_encoding().unwrap_or(Encoding::Auto);
        let mut peer = Line::new(encoding);
        peer.is_in = entrance == Entrance::Open;
        self.lines.insert(line, Wire::Plain(Box::new(peer), address));
        let sentence = match entrance {
            Entrance::Open => {
                let welcome = text::clean_message(&self.welcome);
                if !welcome.trim().is_empty() {
                    self.tell(now, line, "", &welcome);
                }
                return self.settle(now, line);
            }
            Entrance::Full => "the room is full, please try again later",
            Entrance::NoPlainText => "this room takes no plain text, so this connection is closed",
        };
        self.tell(now, line, INFORMATION, sentence);
        self.part_plain(now, line, false);
    }

    /// What a peer has sent, message by message.
    pub(super) fn take_in(&mut self, now: Now, line: LineId, incoming: Vec<Incoming>) {
        for incoming in incoming {
            if !self.plain(line).is_some_and(Line::is_listening) {
                return;
            }
            match incoming {
                Incoming::Message(text) => self.hear(now, line, &text),
                Incoming::Cut(text) => {
                    self.core.handle_words(now, line, &text);
                    let sentence =
                        format!("your message was longer than {MAX_MESSAGE_BYTES} bytes, the rest was cut off");
                    self.tell(now, line, INFORMATION, &sentence);
                    self.core.handle_cut(now, line);
                }
                Incoming::Endless => self.lose_plain(now, line, LeaveReason::Endless),
            }
        }
    }

    /// A whole message: a command, or words.
    fn hear(&mut self, now: Now, line: LineId, text: &str) {
        match text.strip_prefix(NAME_COMMAND) {
            // A guest's `bye` is answered: the tutorial's client reads on until it hears it, and would read for ever.
            _ if text == BYE => {
                self.core.handle_plain_gone(now, line, LeaveReason::Bye);
                self.part_plain(now, line, true);
            }
            Some(wish) if wish.is_empty() || wish.starts_with(' ') => self.core.handle_wish(now, line, wish),
            _ => self.core.handle_words(now, line, text),
        }
    }

    /// One message to all plain lines but its author's, made once for each style.
    pub(super) fn spread(&mut self, now: Now, prefix: &str, text: &str, except: Option<LineId>) {
        let mut made: [Option<Arc<Rendered>>; Style::COUNT] = Default::default();
        let mut too_slow = Vec::new();
        let limits = &self.limits;
        self.lines.for_each(now.monotonic, |id, wire| {
            let Wire::Plain(peer, _) = wire else {
                return;
            };
            if Some(id) == except || !peer.is_listening() {
                return;
            }
            let style = peer.style();
            let rendered = made[style.index()].get_or_insert_with(|| Rendered::message(prefix, text, style));
            peer.send(now.monotonic, rendered, None, limits);
            if peer.is_beyond_hard_limit(limits) {
                too_slow.push(id);
            }
        });
        for line in too_slow {
            self.lose_plain(now, line, LeaveReason::TooSlow);
        }
    }

    /// Words of this program for one line only.
    pub(super) fn inform(&mut self, now: Now, line: LineId, sentence: &str) {
        self.tell(now, line, INFORMATION, sentence);
    }

    fn tell(&mut self, now: Now, line: LineId, prefix: &str, text: &str) {
        let limits = &self.limits;
        let beyond = self.lines.change(now.monotonic, line, |wire| {
            let Wire::Plain(peer, _) = wire else {
                return false;
            };
            let rendered = Rendered::message(prefix, text, peer.style());
            peer.send(now.monotonic, &rendered, None, limits);
            peer.is_beyond_hard_limit(limits)
        });
        if beyond == Some(true) {
            self.lose_plain(now, line, LeaveReason::TooSlow);
        }
    }

    /// Ends a line properly: what has begun to go out goes out, with a goodbye perhaps, then the FIN; the peer may take its time to answer.
    pub(super) fn part_plain(&mut self, now: Now, line: LineId, bye: bool) {
        let limits = &self.limits;
        self.lines.change(now.monotonic, line, |wire| {
            let Wire::Plain(peer, _) = wire else {
                return;
            };
            peer.part(now.monotonic, limits);
            if std::mem::take(&mut peer.is_in) {
                peer.writer.drop_waiting(|_| {});
            }
            if bye {
                peer.say_bye(now.monotonic, limits);
            }
        });
    }

    /// The room is over: `bye` once what was said before has gone out.
    pub(super) fn say_farewell(&mut self, now: Now) {
        let limits = &self.limits;
        self.lines.for_each(now.monotonic, |_, wire| {
            if let Wire::Plain(peer, _) = wire
                && peer.is_open()
            {
                peer.part(now.monotonic, limits);
                peer.say_bye(now.monotonic, limits);
            }
        });
    }

    /// A plain line is gone without goodbye.
    pub(super) fn lose_plain(&mut self, now: Now, line: LineId, how: LeaveReason) {
        self.core.handle_plain_gone(now, line, how);
        self.close(line);
    }

    /// Lets every deadline of a plain line that has passed come true.
    pub(super) fn expire_plain(&mut self, now: Now, line: LineId) {
        while let Some(Wire::Plain(peer, _)) = self.lines.get_mut(line)
            && let Some(expired) = peer.expire(now.monotonic, &self.limits)
        {
            match expired {
                Expired::Incoming(incoming) => self.take_in(now, line, incoming),
                Expired::Writable => {}
                Expired::TooSlow => self.lose_plain(now, line, LeaveReason::TooSlow),
                Expired::Farewell => peer.hurry(now.monotonic, &self.limits, |_| {}),
                Expired::Over => self.close(line),
            }
        }
    }

    fn plain(&self, line: LineId) -> Option<&Line> {
        match self.lines.get(line) {
            Some(Wire::Plain(peer, _)) => Some(peer),
            _ => None,
        }
    }
}
