//! One room that is open in the window: its worker, what happened in it, what is being written.

use std::net::{IpAddr, SocketAddr};
use std::time::{Instant, SystemTime};

use crossbeam_channel::TryRecvError;

use crate::chat::{Chat, Row, Status};
use crate::gui::action::Action;
use crate::gui::room::composer::Composer;
use crate::gui::room::door::Door;
use crate::gui::room::search::RoomSearch;
use crate::gui::transcript::Transcript;
use crate::proto;
use crate::proto::Address;
use crate::proto::log::RoomId;
use crate::worker::{Busy, Command, Config, EndReason, Event, Failure, Role, Target, Worker};

/// A room's place in the window, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RoomKey(pub(crate) u64);

/// How much may be taken from the channels before a frame is drawn.
#[derive(Debug)]
pub(crate) struct Budget {
    events: usize,
    until: Instant,
}

impl Budget {
    /// `events` events, and no longer than `until`.
    pub(crate) fn new(events: usize, until: Instant) -> Self {
        Self { events, until }
    }

    /// Whether it is used up.
    pub(crate) fn spent(&self) -> bool {
        self.events == 0
    }

    fn take(&mut self) -> bool {
        /// Reading the clock costs about as much as folding a small event in.
        const CLOCK_EVERY: usize = 32;
        if self.events == 0 {
            return false;
        }
        self.events -= 1;
        if self.events.is_multiple_of(CLOCK_EVERY) && Instant::now() >= self.until {
            self.events = 0;
        }
        true
    }
}

/// What came out of a channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Drained {
    /// Events.
    pub(crate) events: usize,
    /// Messages of others among them.
    pub(crate) messages: usize,
}

/// A room in the window.
#[derive(Debug)]
pub(crate) struct OpenRoom {
    pub(crate) key: RoomKey,
    pub(crate) config: Config,
    pub(crate) chat: Chat,
    pub(crate) composer: Composer,
    pub(crate) search: RoomSearch,
    pub(crate) transcript: Transcript,
    /// Leaving was asked for.
    pub(crate) leaving: bool,
    pub(crate) door: Door,
    /// Where it was reached, or was last tried to be.
    reached: Option<SocketAddr>,
    worker: Option<Worker>,
}

impl OpenRoom {
    /// A room that a worker is opening.
    pub(crate) fn new(key: RoomKey, config: Config, worker: Worker) -> Self {
        let (name, hosting) = match &config.role {
            Role::Host(host) => (host.room.clone(), true),
            Role::Join(join) => (join.target.to_string(), false),
        };
        Self {
            key,
            config,
            chat: Chat::new(name, hosting),
            composer: Composer::default(),
            search: RoomSearch::default(),
            transcript: Transcript::default(),
            leaving: false,
            door: Door::default(),
            reached: None,
            worker: Some(worker),
        }
    }

    /// Opens it anew; what was said stays.
    pub(crate) fn reopen(&mut self, worker: Worker) {
        self.worker = Some(worker);
        self.leaving = false;
        self.door = Door::default();
        self.chat.status = Status::Starting;
    }

    /// Which room it is, as far as that is known.
    pub(crate) fn id(&self) -> Option<RoomId> {
        match (&self.chat.native, &self.config.role) {
            (Some(native), _) => Some(native.room),
            (None, Role::Host(host)) => host.again,
            (None, Role::Join(join)) => match &join.target {
                Target::Known(room) => Some(*room),
                Target::Invite(invite) => Some(invite.room),
                Target::Address(_) => None,
            },
        }
    }

    /// Whether the room at an address is this one, as far as can be told without asking there: nobody else has the port meanwhile.
    pub(crate) fn is_at(&self, address: &Address) -> bool {
        let Ok(ip) = address.host.parse::<IpAddr>() else {
            return false;
        };
        let typed = SocketAddr::new(ip, address.port);
        match &self.chat.status {
            _ if self.chat.native.is_none() => false,
            Status::Hosting { addresses, .. } => addresses.contains(&typed),
            Status::Connected => self.reached == Some(typed),
            _ => false,
        }
    }

    /// Passes a command on. To a room that is over it goes nowhere.
    pub(crate) fn send(&mut self, command: Command) -> Result<(), Busy> {
        self.leaving |= command == Command::Leave;
        self.worker.as_ref().map_or(Ok(()), |worker| worker.send(command))
    }

    /// Whether nothing more will happen.
    pub(crate) fn ended(&self) -> bool {
        matches!(self.chat.status, Status::Ended(_))
    }

    /// How it ended.
    pub(crate) fn end(&self) -> Option<&EndReason> {
        match &self.chat.status {
            Status::Ended(reason) => Some(reason),
            _ => None,
        }
    }

    /// Folds in what happened, as far as the budget goes.
    pub(crate) fn drain(&mut self, budget: &mut Budget) -> Drained {
        let mut drained = Drained::default();
        while self.worker.is_some() && budget.take() {
            let Some(event) = self.next() else { break };
            drained.events += 1;
            drained.messages += usize::from(is_message_of_others(&event));
            self.heed(&event);
            self.chat.apply(&event, SystemTime::now());
            if self.ended() {
                self.worker = None;
            }
        }
        if drained.events > 0 {
            self.transcript.sync(&self.chat);
        }
        drained
    }

    /// What the window itself remembers of an event.
    fn heed(&mut self, event: &Event) {
        match (event, &mut self.config.role) {
            (Event::Connecting { address }, _) => self.reached = Some(*address),
            (Event::Listening { id, .. }, Role::Host(host)) => host.again = Some(*id),
            (Event::Room(proto::Event::Settings { room, .. }), Role::Join(join)) if join.plain.is_none() => {
                join.target = Target::Known(*room); // an invite is used up
            }
            (Event::Room(proto::Event::Settings { settings, .. }), Role::Host(host)) => {
                host.room = settings.name.to_string();
                host.history = Some(settings.history);
                host.plain = Some(settings.plain);
                host.admit = Some(settings.admit);
            }
            _ => {}
        }
        self.door.heed(event, &self.chat);
    }

    /// Does what concerns this room in the window alone.
    pub(crate) fn obey(&mut self, action: &Action) {
        match *action {
            Action::Reply(_, seq) => self.composer.reply(seq),
            Action::Edit(_, seq) => {
                let row = self.chat.row_of(seq).and_then(|index| self.chat.rows().get(index));
                if let Some(message) = row.and_then(Row::message) {
                    self.composer.edit(seq, &message.text);
                }
            }
            Action::Forget(_, id) => self.chat.forget(id),
            Action::AskNewEpoch(_, asks) => self.door.asks_new_epoch = asks,
            _ => {}
        }
    }

    /// What the room is to be asked for by itself.
    pub(crate) fn wish(&mut self) -> Option<Command> {
        let wants_invite = self.chat.hosting && self.chat.native.is_some() && !self.ended();
        if wants_invite && !std::mem::replace(&mut self.door.invite_asked, true) {
            return Some(Command::Invite);
        }
        let read = self
            .chat
            .native
            .as_ref()
            .and_then(|_| self.transcript.read_to(&self.chat))?;
        (read > self.door.read_told).then(|| {
            self.door.read_told = read;
            Command::Read { seq: read }
        })
    }

    /// Messages of others that nobody has looked at.
    pub(crate) fn unread(&self) -> usize {
        self.transcript.unread()
    }

    fn next(&self) -> Option<Event> {
        match self.worker.as_ref()?.events().try_recv() {
            Ok(event) => Some(event),
            Err(TryRecvError::Empty) => None,
            // A worker says `Ended` before it goes; this one could not.
            Err(TryRecvError::Disconnected) => Some(Event::Ended(EndReason::Failed(Failure::Internal))),
        }
    }
}

fn is_message_of_others(event: &Event) -> bool {
    matches!(event, Event::Room(proto::Event::Said { entry }) if !entry.mine)
}
