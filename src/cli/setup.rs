//! From arguments and profile to a worker's configuration, and what can be wrong on the way.

use std::io;

use crossbeam_channel::{Receiver, select};

use super::Exit;
use super::args::{Admit, Args, CONNECT_WITHIN, HistoryOf, Host, Join, PlaceError, parse_place};
use super::input::Line;
use super::record::Record;
use super::session::DRAIN_WITHIN;
use crate::profile::{self, ProfileError, Settings};
use crate::proto::log::RoomId;
use crate::proto::{self, Limits};
use crate::store::{Rooms, Summary};
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
    #[error("this profile has no room called “{0}”")]
    NoRoom(String),
    #[error("more than one room of this profile is called “{0}”")]
    ManyRooms(String),
    #[error("the room's file cannot be read: {0}")]
    Store(String),
    #[error("{path} cannot be written: {cause}")]
    Export { path: String, cause: io::Error },
}

impl SetupError {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Profile(ProfileError::InUse(_)) => Exit::ProfileInUse,
            Self::Profile(_) | Self::Resources(_) | Self::Store(_) | Self::Export { .. } => Exit::Failed,
            Self::Name(_) | Self::Place(_) | Self::NoRoom(_) | Self::ManyRooms(_) => Exit::Usage,
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
            Self::Place(PlaceError::Invite(_)) => "bad-invite",
            Self::NoRoom(_) => "no-such-room",
            Self::ManyRooms(_) => "ambiguous-room",
            Self::Store(_) => "room-unreadable",
            Self::Export { .. } => "export-failed",
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
            Self::Place(PlaceError::Invite(_)) => "Copy the whole invite again, or ask the host for a new one.",
            Self::NoRoom(_) => "landline-cli rooms lists them.",
            Self::ManyRooms(_) => "Take the room's id from landline-cli rooms.",
            Self::Store(_) => "If the file is damaged it is kept under another name; restore it from a backup.",
            Self::Export { .. } => "Give a file that is not there yet, in a folder that can be written.",
            Self::Place(PlaceError::Address(_)) => "Write HOST, HOST:PORT or [IPV6]:PORT, such as 192.168.1.7:8888.",
            Self::Stopped => "",
            Self::Resources(_) => "Close other programs, or raise the limit on open files and threads.",
        }
    }
}

/// The room that `host` opens: the one of that name which this computer has hosted before, or a new one.
pub(super) fn host(args: &Args, host: &Host, home: &Rooms, settings: &Settings) -> Result<Config, SetupError> {
    let room = match (&host.room, &args.name) {
        (Some(room), _) => room.clone(),
        (None, Some(name)) => profile::room_of(name),
        (None, None) => settings.room.clone(),
    };
    let room = name(&room)?;
    let role = Role::Host(worker::Host {
        again: hosted(home, &room)?,
        room,
        bind: host.bind,
        port: host.port,
        admit: host.admit.map(Admit::rule),
        history: host.history.map(HistoryOf::history),
        plain: Some(host.plain.encoding()),
        welcome: host.welcome.clone(),
    });
    let mut config = config(args, settings, role)?;
    config.limits.max_lines = count(host.max_guests);
    config.limits.max_lines_per_address = count(host.max_per_address);
    Ok(config)
}

/// Who may come into the room that a host opens: as it says, or as the room has it.
pub(super) fn admission(config: &Config, home: &Rooms) -> Option<proto::Admit> {
    let Role::Host(host) = &config.role else { return None };
    let kept = home.rooms.iter().find(|room| Some(room.room) == host.again);
    let kept = kept.map(|room| room.settings.admit);
    Some(host.admit.or(kept).unwrap_or_default())
}

/// The room that `join` goes to.
pub(super) fn join(args: &Args, join: &Join, settings: &Settings, target: Target) -> Result<Config, SetupError> {
    let role = Role::Join(worker::Join {
        target,
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
        limits: Limits {
            farewell: DRAIN_WITHIN,
            shown_at_start: 0,
            ..Limits::default()
        },
        seed: None,
    })
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn name(raw: &str) -> Result<String, SetupError> {
    text::clean_name(raw).ok_or_else(|| SetupError::Name(text::for_terminal(raw)))
}

/// A room of this profile: by its name, or by as much of its id as only it has.
pub(super) fn find(home: &Rooms, typed: &str) -> Result<RoomId, SetupError> {
    let named = |room: &&Summary| text::clean_name(&room.name).as_deref() == Some(typed) || *room.name == *typed;
    let shortened = |room: &&Summary| !typed.is_empty() && room.room.to_string().starts_with(typed);
    let found: Vec<RoomId> = home.rooms.iter().filter(named).map(|room| room.room).collect();
    let found = match found.is_empty() {
        true => home.rooms.iter().filter(shortened).map(|room| room.room).collect(),
        false => found,
    };
    match found[..] {
        [room] => Ok(room),
        [] => Err(SetupError::NoRoom(text::for_terminal(typed))),
        _ => Err(SetupError::ManyRooms(text::for_terminal(typed))),
    }
}

/// The room of that name that this computer hosts.
fn hosted(home: &Rooms, name: &str) -> Result<Option<RoomId>, SetupError> {
    let mut hosted = home
        .rooms
        .iter()
        .filter(|room| room.hosting && text::clean_name(&room.name).as_deref() == Some(name));
    match (hosted.next(), hosted.next()) {
        (Some(_), Some(_)) => Err(SetupError::ManyRooms(name.to_owned())),
        (room, _) => Ok(room.map(|room| room.room)),
    }
}

/// WHERE, from the command line or, if that says `-`, from the first line of standard input. A room that is known by name wins
/// over a computer of that name.
pub(super) fn place(
    typed: &str,
    home: &Rooms,
    lines: &Receiver<Line>,
    signals: &Receiver<()>,
) -> Result<Target, SetupError> {
    if typed != "-" {
        return target(typed, home);
    }
    let line = select! {
        recv(lines) -> line => line.unwrap_or(Line::End),
        recv(signals) -> _ => return Err(SetupError::Stopped),
    };
    match line {
        Line::Text(text) => target(&text, home),
        Line::End => target("", home),
        Line::TooLong { beginning, .. } => target(&beginning, home),
        Line::NotUtf8 => target("\u{FFFD}", home),
    }
}

fn target(typed: &str, home: &Rooms) -> Result<Target, SetupError> {
    let typed = typed.trim();
    let joined = Rooms {
        rooms: home.rooms.iter().filter(|room| !room.hosting).cloned().collect(),
        ..Rooms::default()
    };
    match find(&joined, typed) {
        Ok(room) => Ok(Target::Known(room)),
        Err(SetupError::NoRoom(_)) => Ok(parse_place(typed)?),
        Err(error) => Err(error),
    }
}
