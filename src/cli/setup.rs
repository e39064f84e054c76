//! From arguments and profile to a worker's configuration, and what can be wrong on the way.

use std::io;

use crossbeam_channel::{Receiver, select};

use super::Exit;
use super::args::{Args, CONNECT_WITHIN, Host, Join, PlaceError, parse_place};
use super::input::Line;
use super::record::Record;
use crate::profile::{self, ProfileError, Settings};
use crate::proto::log::History;
use crate::proto::{Address, Admit, Limits};
use crate::text;
use crate::worker::{self, Config, Role, Target};

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetupError {
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("nothing of the name “{0}” can be shown")]
    Name(String),
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error("stopped before it began")]
    Stopped,
    #[error("this computer has too little of something: {0}")]
    Resources(#[from] io::Error),
}

impl SetupError {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Profile(ProfileError::InUse(_)) => Exit::ProfileInUse,
            Self::Profile(_) | Self::Resources(_) | Self::Place(PlaceError::Invite) => Exit::Failed,
            Self::Name(_) | Self::Place(PlaceError::Address(_)) => Exit::Usage,
            Self::Stopped => Exit::Done,
        }
    }

    /// What there is to say, in order; the last record is `closed`.
    pub(super) fn records(&self) -> Vec<Record<'static>> {
        match self {
            Self::Stopped => vec![Record::Closed { reason: "cancelled" }],
            _ => vec![
                Record::error(self.code(), self.to_string(), self.hint()),
                Record::Closed { reason: "failed" },
            ],
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Profile(ProfileError::InUse(_)) => "profile-in-use",
            Self::Profile(_) => "profile-unusable",
            Self::Name(_) => "bad-name",
            Self::Place(PlaceError::Invite) => "no-invites-yet",
            Self::Place(PlaceError::Address(_)) => "bad-address",
            Self::Stopped => "stopped",
            Self::Resources(_) => "resources",
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::Profile(ProfileError::InUse(_)) => {
                "End the other one, or give this one its own folder with --profile."
            }
            Self::Profile(ProfileError::Identity(_)) => {
                "Do what the message says, or give another folder with --profile."
            }
            Self::Profile(_) => "Give a folder that can be written with --profile.",
            Self::Name(_) => "Use letters, digits or other visible characters.",
            Self::Place(PlaceError::Invite) => "Ask the host for an address, such as 192.168.1.7:8888.",
            Self::Place(PlaceError::Address(_)) => "Write HOST, HOST:PORT or [IPV6]:PORT, such as 192.168.1.7:8888.",
            Self::Stopped => "",
            Self::Resources(_) => "Close other programs, or raise the limit on open files and threads.",
        }
    }
}

/// The room that `host` opens.
pub(super) fn host(args: &Args, host: &Host, settings: &Settings) -> Result<Config, SetupError> {
    let room = match (&host.room, &args.name) {
        (Some(room), _) => room.clone(),
        (None, Some(name)) => profile::room_of(name),
        (None, None) => settings.room.clone(),
    };
    let role = Role::Host(worker::Host {
        room: name(&room)?,
        again: None,
        bind: host.bind,
        port: host.port,
        admit: Admit::default(),
        history: History::default(),
        plain: host.plain.encoding(),
        welcome: host.welcome.clone(),
    });
    let mut config = config(args, settings, role)?;
    config.limits.max_lines = usize::try_from(host.max_guests).unwrap_or(usize::MAX);
    Ok(config)
}

/// The room that `join` goes to.
pub(super) fn join(args: &Args, join: &Join, settings: &Settings, address: Address) -> Result<Config, SetupError> {
    let role = Role::Join(worker::Join {
        target: Target::Address(address),
        plain: join.plain.map(|plain| plain.encoding()),
        confirm: false,
        connect_within: CONNECT_WITHIN,
    });
    config(args, settings, role)
}

fn config(args: &Args, settings: &Settings, role: Role) -> Result<Config, SetupError> {
    Ok(Config {
        name: name(args.name.as_deref().unwrap_or(&settings.name))?,
        role,
        limits: Limits::default(),
        seed: None,
    })
}

fn name(raw: &str) -> Result<String, SetupError> {
    text::clean_name(raw).ok_or_else(|| SetupError::Name(text::for_terminal(raw)))
}

/// WHERE, from the command line or, if that says `-`, from the first line of standard input.
pub(super) fn place(typed: &str, lines: &Receiver<Line>, signals: &Receiver<()>) -> Result<Address, SetupError> {
    if typed != "-" {
        return Ok(parse_place(typed)?);
    }
    let line = select! {
        recv(lines) -> line => line.unwrap_or(Line::End),
        recv(signals) -> _ => return Err(SetupError::Stopped),
    };
    match line {
        Line::Text(text) => Ok(parse_place(&text)?),
        Line::End => Ok(parse_place("")?),
        Line::TooLong { beginning, .. } => Ok(parse_place(&beginning)?),
        Line::NotUtf8 => Ok(parse_place("\u{FFFD}")?),
    }
}
