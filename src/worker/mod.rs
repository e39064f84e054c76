//! Blocking threads that drive one room over real TCP.
//!
//! A [`Worker`] is one open room: [`Command`]s in, [`Event`]s out, and a `wake` callback after events are put into the
//! channel. It knows nothing of the window. Dropping it says `bye` where that needs no waiting, ends every thread and
//! joins them within [`JOIN_WITHIN`], also while they block in accept, connect or recv. Only the disk is waited for longer, if it takes
//! longer: what people said is kept before the thread that keeps it ends.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::proto::invite::Invite;
use crate::proto::log::{History, RoomId};
use crate::proto::{self, Address, Admit, CHANCE_BYTES, CloseReason, Encoding, Limits};

mod calls;
mod config;
mod connector;
mod disk;
mod driver;
mod failure;
mod home;
mod io_event;
mod lines;
mod listener;
mod opening;
mod person;
mod reach;
mod thread;
mod transport;
mod window;

use person::Person;
use thread::Thread;
use window::Window;

pub use crate::proto::Command;
pub use failure::Failure;
pub use home::{Claim, Claims, Home, Shelf};

/// Dropping a [`Worker`] takes no longer, apart from what the disk takes for the batches that are under way.
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
    /// Chance for everything that is drawn; `None` draws it from the operating system.
    pub seed: Option<[u8; CHANCE_BYTES]>,
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
    /// Which room of this computer is opened again; `None`: a new one.
    pub again: Option<RoomId>,
    /// The local address to listen at; `None`: all, IPv4 and IPv6.
    pub bind: Option<IpAddr>,
    /// The port; 0: any free one.
    pub port: u16,
    /// Who may come in; `None`: as the room has it.
    pub admit: Option<Admit>,
    /// What newcomers see of the time before; `None`: as the room has it.
    pub history: Option<History>,
    /// The encoding of plain guests, or that plain text is not let in; `None`: as the room has it, and not into a new one.
    pub plain: Option<Option<Encoding>>,
    /// What a plain newcomer reads first; may be empty.
    pub welcome: String,
}

/// A room to join.
#[derive(Debug, Clone)]
pub struct Join {
    /// Where it is.
    pub target: Target,
    /// The encoding of a plain-text program at the other side, to which nothing is sent that nobody said; `None`: it is Landline.
    pub plain: Option<Encoding>,
    /// Whether a guest that has knocked says nothing before a person has compared the words ([`Command::Confirm`]).
    pub confirm: bool,
    /// How long one attempt may take, all addresses together.
    pub connect_within: Duration,
}

/// Where a room is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// At an address. If this computer has been in the room that is found there, it goes on where it was.
    Address(Address),
    /// Where an invite says.
    Invite(Invite),
    /// Where it was reached the last time.
    Known(RoomId),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Invite(invite) => match invite.addresses.first() {
                Some(address) => address.fmt(f),
                None => invite.room.fmt(f),
            },
            Self::Known(room) => room.fmt(f),
        }
    }
}

/// A fact, in order. Exactly one `Ended` comes, last, whatever happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The room is open (host). First event of a host.
    Listening {
        /// Which room.
        id: RoomId,
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
    /// Starts the threads. Everything that can go wrong later comes as `Event::Ended`. What is kept at `home` is read by them.
    ///
    /// `wake` is called from the driver's thread after events were put into the channel.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub fn spawn(home: Home, config: Config, wake: impl Fn() + Send + Sync + 'static) -> std::io::Result<Self> {
        let (commands, commands_out) = bounded(COMMANDS);
        let (events_in, events) = bounded(EVENTS);
        let (held, held_out) = bounded(0);
        let driver = Thread::spawn("driver", move || {
            let person = Person::new(commands_out, held_out);
            driver::run(home, config, person, Window::new(events_in, Box::new(wake)));
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
