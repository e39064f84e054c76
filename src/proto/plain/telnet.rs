//! Telnet's commands inside a line (RFC 854), taken out wherever the network splits them.

/// "Interpret as command". It is no byte of UTF-8, GBK or GB18030, so it never means text.
pub(super) const IAC: u8 = 0xFF;
const SUBNEGOTIATION: u8 = 250; // SB
const SUBNEGOTIATION_END: u8 = 240; // SE
const FIRST_COMMAND: u8 = 236; // EOF, RFC 1184
const FIRST_OPTION_COMMAND: u8 = 251; // WILL, WONT, DO, DONT
/// Bytes of one subnegotiation; real ones have a few dozen. Without a bound, two stray bytes would swallow a line.
const MAX_SUBNEGOTIATION_BYTES: u16 = 1_024;

/// Where in a command the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Telnet {
    /// In none.
    #[default]
    Text,
    /// After IAC.
    Command,
    /// After WILL, WONT, DO or DONT.
    Option,
    /// After SB, so many bytes ago.
    Subnegotiation(u16),
    /// After IAC inside a subnegotiation.
    SubnegotiationCommand(u16),
}

/// What becomes of a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It belongs to a command.
    Taken,
    /// The IAC before it was doubled: one byte FF of text.
    Literal,
    /// The IAC before it was no command: one byte FF of text, and this byte is text too.
    LiteralBefore,
}

impl Telnet {
    /// Reads the next byte; not to be called in `Text`, where only the splitter knows what a byte means.
    pub(super) fn step(&mut self, byte: u8) -> Step {
        let (next, step) = match (*self, byte) {
            (Self::Command, IAC) => (Self::Text, Step::Literal),
            (Self::Command, SUBNEGOTIATION) => (Self::Subnegotiation(0), Step::Taken),
            (Self::Command, FIRST_OPTION_COMMAND..) => (Self::Option, Step::Taken),
            (Self::Command, FIRST_COMMAND..) => (Self::Text, Step::Taken),
            (Self::Command | Self::Text, _) => (Self::Text, Step::LiteralBefore),
            (Self::Option, _) => (Self::Text, Step::Taken),
            (Self::Subnegotiation(count), IAC) => (Self::SubnegotiationCommand(count), Step::Taken),
            (Self::SubnegotiationCommand(_), SUBNEGOTIATION_END) => (Self::Text, Step::Taken),
            (Self::Subnegotiation(count) | Self::SubnegotiationCommand(count), _) => (Self::after(count), Step::Taken),
        };
        *self = next;
        step
    }

    /// Gives up an unfinished command; whether its IAC was text.
    pub(super) fn give_up(&mut self) -> bool {
        std::mem::take(self) == Self::Command
    }

    fn after(count: u16) -> Self {
        if count >= MAX_SUBNEGOTIATION_BYTES {
            Self::Text
        } else {
            Self::Subnegotiation(count + 1)
        }
    }
}
