//! The words after `landline-cli`, and what they mean for a worker.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use tracing::level_filters::LevelFilter;

use crate::profile::DEFAULT_WELCOME;
use crate::proto::invite::{Invite, InviteError};
use crate::proto::log::History;
use crate::proto::{self, AddressError, DEFAULT_PORT, Encoding};
use crate::worker::Target;

/// How long all addresses of a name together may take to answer.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Guests of a room without a window; a thousand are promised, and a machine's default limits carry a few thousand.
const MAX_GUESTS: u32 = 4096;
/// One computer rarely is more people than that; load tests raise it.
const MAX_PER_ADDRESS: u32 = 32;

const AFTER_HELP: &str = "\
Standard input: one line is one message, in UTF-8. A line that begins with / is a command, // sends a line that begins \
with a slash:
  /who                  who is in the room
  /reply SEQ TEXT       say something in reply to message SEQ
  /edit SEQ TEXT        other words for your message SEQ
  /delete SEQ           take your message SEQ back (a host: anybody's)
  /react SEQ EMOJI      put a sign on message SEQ; -EMOJI takes it off
  /name NAME            be called something else
  /verify MEMBER        you have compared words with this member
  /retry                try to reach the host now
  /bye                  leave; so does a line that is exactly bye, as in the tutorial
Host only:
  /invite               make an invite for one person
  /admit [KNOCK]        let somebody in who knocks; compare the safety words first
  /refuse [KNOCK]       do not
  /remove MEMBER        let a member out of the room: m1, or a name
  /admission ask|invited|anyone   who may come in from now on
  /history none|all     what newcomers see of the time before
  /plain off|utf-8|gbk|auto   whether plain-text programs may come in
At the end of input, at /bye, Ctrl+C or SIGTERM everything said still goes out, for up to 10 seconds; a second Ctrl+C \
leaves at once.

Exit codes: 0 ended as asked, 1 failed, 2 wrong usage, 3 profile in use, 4 not let in, 5 something that was said has \
not reached the host (in an encrypted room it waits in the outbox and goes out next time).
Events of --json, field by field: docs/cli.md";

/// Talk with people whose computers can reach each other: no server, no account, no Internet.
#[derive(Debug, Parser)]
#[command(name = "landline-cli", version, after_help = AFTER_HELP)]
pub(super) struct Args {
    /// The folder of your profile; else `LANDLINE_PROFILE`, else the platform's data folder
    #[arg(long, value_name = "DIR", global = true)]
    pub(super) profile: Option<PathBuf>,
    /// What you are called; else as the profile has it
    #[arg(long, value_name = "NAME", global = true)]
    pub(super) name: Option<String>,
    /// One JSON object per line on standard output, and nothing else
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Diagnostics on standard error: off, error, warn, info, debug, trace
    #[arg(long, value_name = "LEVEL", default_value = "warn", global = true)]
    pub(super) log: LevelFilter,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open a room on this computer
    Host(Host),
    /// Join a room, or any plain-text program that listens
    Join(Join),
    /// The rooms of this profile
    Rooms,
    /// What was said in a room
    History(HistoryArgs),
    /// Write a room's history to a file or to standard output
    Export(Export),
    /// Your name, key and fingerprint
    Whoami,
    /// Take your identity to another computer
    #[command(subcommand)]
    Identity(Identity),
}

#[derive(Debug, clap::Args)]
pub(super) struct HistoryArgs {
    /// The room: its name, or as much of its id as only it has
    pub(super) room: String,
    /// The first place; else the newest entries
    #[arg(long, value_name = "SEQ")]
    pub(super) from: Option<u64>,
    /// How many entries
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) limit: u32,
    /// Only messages with these words
    #[arg(long, value_name = "TEXT")]
    pub(super) search: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// The room: its name, or as much of its id as only it has
    pub(super) room: String,
    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Where to; else standard output. A file that is there is not replaced
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    Html,
}

#[derive(Debug, Subcommand)]
pub(super) enum Identity {
    /// Write your secret key to a file. Whoever has it is you
    Export {
        /// A file that is not there yet
        file: PathBuf,
    },
    /// Become who the file says
    Import {
        /// A file that `identity export` wrote
        file: PathBuf,
        /// Even if this profile already is somebody, who is then lost
        #[arg(long)]
        replace: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Host {
    /// What the room is called; else as the profile has it
    #[arg(long, value_name = "NAME")]
    pub(super) room: Option<String>,
    /// The port to listen at; 0 takes any free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    pub(super) port: u16,
    /// The local address to listen at; else all, IPv4 and IPv6
    #[arg(long, value_name = "IP")]
    pub(super) bind: Option<IpAddr>,
    /// Who may come in: an invite lets in at once and others knock; only with an invite; anyone, without a check. Else as the room
    /// has it, ask at first
    #[arg(long, value_enum)]
    pub(super) admit: Option<Admit>,
    /// Whether plain-text programs (nc, the tutorial's client) may come in, and their encoding. What they say and hear,
    /// anybody on the network can read and forge
    #[arg(long, value_enum, default_value_t = HostPlain::Off)]
    pub(super) plain: HostPlain,
    /// What newcomers see of the time before they came; else as the room has it, none at first
    #[arg(long, value_enum)]
    pub(super) history: Option<HistoryOf>,
    /// What a newcomer reads first; may be empty
    #[arg(long, value_name = "TEXT", default_value = DEFAULT_WELCOME)]
    pub(super) welcome: String,
    /// Do not announce the room on the network. Changes nothing yet: rooms are not announced
    #[arg(long)]
    pub(super) no_discovery: bool,
    /// How many guests the room takes
    #[arg(long, value_name = "N", default_value_t = MAX_GUESTS, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_guests: u32,
    /// Of these, guests from one address
    #[arg(long, value_name = "N", default_value_t = MAX_PER_ADDRESS, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_per_address: u32,
    /// Go on after the end of input, until a signal
    #[arg(long)]
    pub(super) stay: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Join {
    /// HOST, HOST:PORT, [IPV6]:PORT, an invite (landline:…), or a room that you were in, by name; - reads it from the
    /// first line of standard input, so that an invite stands in no process list
    #[arg(value_name = "WHERE", allow_hyphen_values = true)]
    pub(super) place: String,
    /// The other side is a plain-text program (nc, the tutorial's server) of this encoding: nothing is sent that nobody
    /// said, and nothing is encrypted
    #[arg(long, value_enum)]
    pub(super) plain: Option<JoinPlain>,
    /// For load tests: so many guests in one process, each with an identity of its own that is forgotten afterwards
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(super) copies: u32,
    /// Go on after the end of input, until a signal
    #[arg(long)]
    pub(super) stay: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Admit {
    Ask,
    Invited,
    Anyone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum HistoryOf {
    None,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum HostPlain {
    Off,
    #[value(name = "utf-8")]
    Utf8,
    Gbk,
    Auto,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum JoinPlain {
    #[value(name = "utf-8")]
    Utf8,
    Gbk,
    Auto,
}

impl Admit {
    pub(super) fn rule(self) -> proto::Admit {
        match self {
            Self::Ask => proto::Admit::Ask,
            Self::Invited => proto::Admit::Invited,
            Self::Anyone => proto::Admit::Anyone,
        }
    }
}

/// A rule as it is typed, and as `listening` reports it.
pub(super) fn word_of(admit: proto::Admit) -> &'static str {
    match admit {
        proto::Admit::Ask => "ask",
        proto::Admit::Invited => "invited",
        proto::Admit::Anyone => "anyone",
    }
}

impl HistoryOf {
    pub(super) fn history(self) -> History {
        match self {
            Self::None => History::None,
            Self::All => History::All,
        }
    }
}

impl HostPlain {
    pub(super) fn encoding(self) -> Option<Encoding> {
        match self {
            Self::Off => None,
            Self::Utf8 => Some(Encoding::Utf8),
            Self::Gbk => Some(Encoding::Gbk),
            Self::Auto => Some(Encoding::Auto),
        }
    }

    /// As it is typed, and as `listening` reports it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Utf8 => "utf-8",
            Self::Gbk => "gbk",
            Self::Auto => "auto",
        }
    }
}

impl JoinPlain {
    pub(super) fn encoding(self) -> Encoding {
        match self {
            Self::Utf8 => Encoding::Utf8,
            Self::Gbk => Encoding::Gbk,
            Self::Auto => Encoding::Auto,
        }
    }
}

/// Reads WHERE, if it is no room that is known by name.
pub(super) fn parse_place(text: &str) -> Result<Target, PlaceError> {
    if Invite::is_meant_by(text) {
        return Ok(Target::Invite(text.parse()?));
    }
    Ok(Target::Address(text.trim().parse()?))
}

/// Why WHERE leads nowhere.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PlaceError {
    #[error(transparent)]
    Invite(#[from] InviteError),
    #[error(transparent)]
    Address(#[from] AddressError),
}
