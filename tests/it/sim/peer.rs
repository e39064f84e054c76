//! Who sits at the other end of a simulated line: another Landline, or a program as people write them.

use landline::proto::{Command, Encoding, Endpoint, Event, Limits, LineEnd, LineId, Now, PlainGuestConfig, Transmit};

/// The one line of a guest.
pub(crate) const LINE: LineId = LineId(1);

/// What a program sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A Landline.
    Landline,
    /// The tutorial's client: UTF-8, no newlines.
    Script,
    /// The same in GBK.
    GbkScript,
    /// `nc`: lines.
    Netcat,
    /// Lines in CRLF, with commands between.
    Telnet,
    /// Anything at all.
    Garbage,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Landline,
        Self::Script,
        Self::GbkScript,
        Self::Netcat,
        Self::Telnet,
        Self::Garbage,
    ];

    /// The bytes of a message whose token is `token`.
    pub(crate) fn bytes(self, token: &str, chance: &mut fastrand::Rng) -> Vec<u8> {
        let word = chance.choice(["你好", "中国文", "ok"]).unwrap_or_default();
        let filler = if chance.u8(..10) == 0 {
            "x".repeat(3_000)
        } else {
            String::new()
        };
        let text = format!("{token}{word}{filler}");
        match self {
            Self::Landline | Self::Script => text.into_bytes(),
            Self::GbkScript => encoding_rs::GBK.encode(&text).0.into_owned(),
            Self::Netcat => format!("{text}😀\n").into_bytes(),
            Self::Telnet => [b"\xff\xfd\x03", text.as_bytes(), b"\xff\xf1\r\n"].concat(),
            Self::Garbage => {
                let length = *chance.choice(&[1, 3, 40, 600, 20_000]).unwrap_or(&1);
                std::iter::repeat_with(|| chance.u8(..)).take(length).collect()
            }
        }
    }

    /// The text of what was sent, without blanks, newlines and commands; characters that are not complete are left out.
    pub(crate) fn text(self, sent: &[u8]) -> String {
        let text = match self {
            Self::GbkScript => encoding_rs::GBK.decode_without_bom_handling(sent).0.into_owned(),
            Self::Telnet => String::from_utf8_lossy(&without_commands(sent)).into_owned(),
            _ => String::from_utf8_lossy(sent).into_owned(),
        };
        let text: String = text.split_whitespace().collect();
        text.trim_end_matches(char::REPLACEMENT_CHARACTER).to_owned()
    }
}

fn without_commands(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            0xFF if rest.next() == Some(&0xFD) => drop(rest.next()),
            0xFF => {}
            byte => text.push(*byte),
        }
    }
    text
}

/// A Landline at the other end.
pub(crate) struct Guest {
    endpoint: Endpoint,
    /// What it has shown of its host, one after another.
    pub(crate) shown: String,
    /// Own messages that are neither sent nor refused.
    pub(crate) unsettled: usize,
    pub(crate) closed: bool,
}

/// What a guest does to its line.
#[derive(Default)]
pub(crate) struct Output {
    pub(crate) bytes: Vec<u8>,
    pub(crate) finished: bool,
    pub(crate) closed: bool,
}

impl Guest {
    pub(crate) fn new(name: String, seed: u64) -> Self {
        let config = PlainGuestConfig {
            seed: [seed as u8; 32],
            name: name.into(),
            host: "host".into(),
            encoding: Encoding::Auto,
            limits: Limits::default(),
        };
        Self {
            endpoint: Endpoint::plain_guest(config),
            shown: String::new(),
            unsettled: 0,
            closed: false,
        }
    }

    pub(crate) fn open(&mut self, now: Now) -> Output {
        self.endpoint.handle_opened(now, LINE, ([10, 0, 0, 1], 1).into());
        self.drain(now)
    }

    pub(crate) fn say(&mut self, now: Now, text: &str) -> Output {
        self.unsettled += usize::from(text != "bye");
        self.endpoint.handle_command(now, Command::say(text));
        self.drain(now)
    }

    pub(crate) fn read(&mut self, now: Now, bytes: &[u8]) -> Output {
        self.endpoint.handle_bytes(now, LINE, bytes);
        self.drain(now)
    }

    pub(crate) fn end(&mut self, now: Now, end: LineEnd) -> Output {
        self.endpoint.handle_ended(now, LINE, end);
        self.drain(now)
    }

    pub(crate) fn time_out(&mut self, now: Now) -> Output {
        self.endpoint.handle_timeout(now);
        self.drain(now)
    }

    pub(crate) fn next_timeout(&self) -> Option<std::time::Instant> {
        self.endpoint.poll_timeout()
    }

    fn drain(&mut self, now: Now) -> Output {
        let mut output = Output::default();
        while let Some(transmit) = self.endpoint.poll_transmit() {
            match transmit {
                Transmit::Write(line) => {
                    let pending = self.endpoint.pending(line);
                    let taken = pending.len();
                    output.bytes.extend_from_slice(pending);
                    self.endpoint.handle_written(now, line, taken);
                }
                Transmit::Finish(_) => output.finished = true,
                Transmit::Close(_) => output.closed = true,
                Transmit::Connect => panic!("a plain guest calls nobody by itself"),
            }
        }
        while let Some(event) = self.endpoint.poll_event() {
            assert!(!self.closed, "nothing comes after the end");
            match event {
                Event::Said { entry } if !entry.mine => self.shown.push_str(&entry.text),
                Event::Sent { .. } | Event::Refused { .. } => self.unsettled -= 1,
                Event::Closed { .. } => self.closed = true,
                _ => {}
            }
        }
        output
    }
}
