//! Blocking threads that drive one room over real TCP.
//!
//! A [`Worker`] is one open room: [`Command`]s in, [`Event`]s out, and a `wake` callback after events are put into the
//! channel. It knows nothing of the window. Dropping it says `bye` where that needs no waiting, ends every thread and
//! joins them within [`JOIN_WITHIN`], also while they block in accept, connect or recv.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::proto::{self, Address, CloseReason, Encoding, Limits};

mod config;
mod connector;
mod driver;
mod failure;
mod io_event;
mod lines;
mod listener;
mod reach;
mod thread;
mod transport;
mod window;

use driver::Driver;
use thread::Thread;

pub use crate::proto::Command;
pub use failure::Failure;

/// Dropping a [`Worker`] takes no longer.
pub const JOIN_WITHIN: Duration = Duration::from_secs(1);
/// Commands that wait for the driver: a person's typing never gets near it, and a script is told to wait ([`Busy`]).
pub const COMMANDS: usize = 256;
/// Events that wait for the window; beyond it the driver stops taking data from peers, and TCP pushes back.
pub const EVENTS: usize = 4096;

/// What to open.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the person at this computer is called.
    pub name: String,
    /// Host or guest.
    pub role: Role,
    /// Bounds of the room.
    pub limits: Limits,
    /// Chance for the ids of entries; `None` draws it from the operating system.
    pub seed: Option<u64>,
}

/// Which side of a room this computer is.
#[derive(Debug, Clone)]
pub enum Role {
    /// Opens a room.
    Host(Host),
    /// Joins one.
    Join(Join),
}

/// A room to open.
#[derive(Debug, Clone)]
pub struct Host {
    /// What the room is called.
    pub room: String,
    /// The local address to listen at; `None`: all, IPv4 and IPv6.
    pub bind: Option<IpAddr>,
    /// The port; 0: any free one.
    pub port: u16,
    /// The encoding of plain guests; `None`: plain text is not let in.
    pub plain: Option<Encoding>,
    /// What a newcomer reads first; may be empty.
    pub welcome: String,
}

/// A room to join.
#[derive(Debug, Clone)]
pub struct Join {
    /// Where it is.
    pub address: Address,
    /// The host's encoding.
    pub encoding: Encoding,
    /// Whether the other side is Landline, and is told our name; otherwise nothing is sent that nobody said.
    pub introduce: bool,
    /// How long to try, all addresses of the name together.
    pub connect_within: Duration,
}

/// A fact, in order. Exactly one `Ended` comes, last, whatever happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The room is open (host). First event of a host.
    Listening {
        /// What the room is called.
        room: String,
        /// The port that was bound.
        port: u16,
        /// Where people can reach it: LAN addresses first, loopback last.
        addresses: Vec<SocketAddr>,
    },
    /// An address is being tried (guest).
    Connecting {
        /// Which.
        address: SocketAddr,
    },
    /// Something happened in the room. `proto::Event::Closed` is not passed on, it becomes `Ended`.
    Room(proto::Event),
    /// Nothing more will come.
    Ended(EndReason),
}

/// How a worker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndReason {
    /// The room was open and is over.
    Closed(CloseReason),
    /// Connecting was given up by the person at this computer.
    Cancelled,
    /// It did not come about, or Landline itself failed ([`Failure::Internal`]).
    Failed(Failure),
}

/// The command channel is full; the command comes back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the room is busy, try again in a moment")]
pub struct Busy(pub Command);

/// One open room.
#[derive(Debug)]
pub struct Worker {
    // The order of these fields is the order of dropping: without commands and a reader of events the driver ends,
    // and only then may it be joined, which is what dropping a `Thread` does.
    commands: Sender<Command>,
    events: Receiver<Event>,
    _held: Sender<Infallible>,
    _driver: Thread,
}

impl Worker {
    /// Starts the threads. Everything that can go wrong later comes as `Event::Ended`.
    ///
    /// `wake` is called from the driver's thread after events were put into the channel.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub fn spawn(config: Config, wake: impl Fn() + Send + Sync + 'static) -> std::io::Result<Self> {
        let (commands, commands_out) = bounded(COMMANDS);
        let (events_in, events) = bounded(EVENTS);
        let (held, held_out) = bounded(0);
        let driver = Thread::spawn("driver", move || {
            Driver::new(config, commands_out, held_out, events_in, Box::new(wake)).run();
        })?;
        Ok(Self {
            commands,
            events,
            _held: held,
            _driver: driver,
        })
    }

    /// A worker without threads, for tests of what lies above: the test holds the other ends.
    #[must_use]
    pub fn scripted() -> (Self, Receiver<Command>, Sender<Event>) {
        let (commands, commands_out) = bounded(COMMANDS);
        let (events_in, events) = bounded(EVENTS);
        (
            Self {
                commands,
                events,
                _held: bounded(0).0,
                _driver: Thread::none(),
            },
            commands_out,
            events_in,
        )
    }

    /// Passes a command on. Never blocks. A command to an ended room goes nowhere.
    ///
    /// # Errors
    ///
    /// [`Busy`] with the command when the channel is full.
    pub fn send(&self, command: Command) -> Result<(), Busy> {
        match self.commands.try_send(command) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(()),
            Err(TrySendError::Full(command)) => Err(Busy(command)),
        }
    }

    /// What happened, in order.
    #[must_use]
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }
}
