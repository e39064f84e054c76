//! How a room begins: what is kept of it is loaded, then the port is opened or the host is going to be called.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use crossbeam_channel::{Sender, never, select};

use super::calls::{Calls, in_numbers};
use super::disk::Disk;
use super::driver::now;
use super::io_event::IoEvent;
use super::listener::{self, Listener};
use super::person::{Person, gives_up};
use super::{Config, EndReason, Event, Failure, Home, Host, Join, Role, reach};
use crate::proto::log::Loaded;
use crate::proto::{Address, Endpoint};

/// What makes the lines.
#[derive(Debug)]
pub(super) enum Source {
    Nothing,
    Listener {
        /// Held for its `Drop`.
        _listener: Listener,
        bound: SocketAddr,
    },
    Calls(Calls),
}

impl Source {
    pub(super) fn calls(&self) -> Option<&Calls> {
        match self {
            Self::Calls(calls) => Some(calls),
            Self::Nothing | Self::Listener { .. } => None,
        }
    }

    /// Where people who are invited can reach this computer now: not by its loopback, unless there is nothing else.
    pub(super) fn addresses(&self) -> Vec<Address> {
        let Self::Listener { bound, .. } = self else {
            return Vec::new();
        };
        let all = reach::addresses(*bound);
        let is_alone = all.iter().all(|address| address.ip().is_loopback());
        all.into_iter()
            .filter(|address| is_alone || !address.ip().is_loopback())
            .map(in_numbers)
            .collect()
    }

    pub(super) fn calls_mut(&mut self) -> Option<&mut Calls> {
        match self {
            Self::Calls(calls) => Some(calls),
            Self::Nothing | Self::Listener { .. } => None,
        }
    }
}

/// A room that has begun.
pub(super) struct Opened {
    pub(super) endpoint: Endpoint,
    /// Plain guests keep nothing.
    pub(super) disk: Option<Disk>,
    pub(super) source: Source,
    /// What a host's window hears first.
    pub(super) listening: Option<Event>,
}

/// Why a room has not begun.
pub(super) enum Unopened {
    /// Nobody holds the worker any more.
    Abandoned,
    /// The disk may still be reading: it is waited for when people know that it is over.
    Ended(EndReason, Option<Box<Disk>>),
}

impl From<Failure> for Unopened {
    fn from(failure: Failure) -> Self {
        Self::Ended(EndReason::Failed(failure), None)
    }
}

impl From<io::Error> for Unopened {
    fn from(error: io::Error) -> Self {
        Failure::too_little(&error).into()
    }
}

/// Opens a room. A guest also calls at the addresses `more`.
pub(super) fn open(
    home: &Home,
    config: &Config,
    more: &[Address],
    person: &mut Person,
    io: &Sender<IoEvent>,
) -> Result<Opened, Unopened> {
    match &config.role {
        Role::Host(host) => open_host(home, config, host, person, io),
        Role::Join(join) => match join.plain {
            Some(encoding) => {
                let mut calls = Calls::new(join.target.addresses(None), join.connect_within, false);
                calls.call(now().monotonic, io)?;
                Ok(Opened {
                    endpoint: config.plain_guest(join, encoding)?,
                    disk: None,
                    source: Source::Calls(calls),
                    listening: None,
                })
            }
            None => open_guest(home, config, join, more, person),
        },
    }
}

fn open_host(
    home: &Home,
    config: &Config,
    host: &Host,
    person: &mut Person,
    io: &Sender<IoEvent>,
) -> Result<Opened, Unopened> {
    let (disk, loaded) = load(home, config, person)?;
    listener::raise_file_limit();
    let (socket, bound) = listener::bind(host.bind, host.port)?;
    let addresses = reach::addresses(bound);
    let (id, endpoint) = config.host(home, host, loaded, addresses.clone(), now())?;
    let listener = Listener::start(socket, io)?;
    Ok(Opened {
        endpoint,
        disk: Some(disk),
        source: Source::Listener {
            _listener: listener,
            bound,
        },
        listening: Some(Event::Listening {
            id,
            room: host.room.clone(),
            port: bound.port(),
            addresses,
        }),
    })
}

/// The endpoint says when to call.
fn open_guest(
    home: &Home,
    config: &Config,
    join: &Join,
    more: &[Address],
    person: &mut Person,
) -> Result<Opened, Unopened> {
    let (disk, loaded) = load(home, config, person)?;
    let known = join.target.addresses(loaded.as_ref());
    let addresses = more.iter().chain(known.iter().filter(|known| !more.contains(known)));
    let calls = Calls::new(addresses.cloned().collect(), join.connect_within, loaded.is_some());
    Ok(Opened {
        endpoint: config.guest(home, join, loaded, now())?,
        disk: Some(disk),
        source: Source::Calls(calls),
        listening: None,
    })
}

/// What is kept of the room, if it is known which one is meant. Meanwhile the person may think better of it.
fn load(home: &Home, config: &Config, person: &mut Person) -> Result<(Disk, Option<Loaded>), Unopened> {
    let room = config.room();
    let disk = Disk::start(Arc::clone(&home.rooms), room)?;
    if room.is_none() {
        return Ok((disk, None));
    }
    let no_commands = never();
    loop {
        let commands = if person.has_patience() {
            person.commands()
        } else {
            &no_commands
        };
        select! {
            recv(disk.answers()) -> answer => {
                let Ok(IoEvent::Loaded { loaded }) = answer else {
                    return Err(Failure::Internal.into()); // it has panicked
                };
                return Ok((disk, loaded?.map(|loaded| *loaded)));
            }
            recv(commands) -> command => match command {
                Ok(command) if gives_up(&command) => {
                    return Err(Unopened::Ended(EndReason::Cancelled, Some(Box::new(disk))));
                }
                Ok(command) => person.lay_aside(command),
                Err(_) => return Err(Unopened::Abandoned),
            },
            recv(person.held()) -> _ => return Err(Unopened::Abandoned),
        }
    }
}
