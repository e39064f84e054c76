//! The view model of one room: plain data, folded from events. The window and the terminal share it.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use crate::proto::{self, Author, EntryId, LeaveReason, Member, MemberId, Notice, RefuseReason};
use crate::text;
use crate::worker::{EndReason, Event};

/// Bytes of text that a transcript keeps in memory; beyond it the oldest rows go, a block at a time, and the transcript says so.
pub const MAX_TRANSCRIPT_BYTES: usize = 256 << 20;
/// Rows that go at a time.
pub const TRIM_ROWS: usize = 1024;

/// One room as people see it.
#[derive(Debug, Clone)]
pub struct Chat {
    /// What the room is called.
    pub room: String,
    /// Whether this computer hosts it.
    pub hosting: bool,
    /// Where the room stands.
    pub status: Status,
    /// Who is in the room now, by id; the person at this computer first (on a host), then by arrival.
    pub members: BTreeMap<MemberId, Member>,
    /// Whether anybody on the network can read and forge what is said here.
    pub plain_text: bool,
    rows: VecDeque<Row>,
    dropped: u64,
    /// The rows of own messages that are on their way, by number.
    sending: BTreeMap<EntryId, u64>,
    /// The number of the newest message's row.
    last_message: Option<u64>,
    text_bytes: usize,
    max_text_bytes: usize,
}

/// Where a room stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nothing has happened yet.
    Starting,
    /// Open.
    Hosting {
        /// The port that was bound.
        port: u16,
        /// Where people can reach it.
        addresses: Vec<SocketAddr>,
    },
    /// On the way in.
    Connecting {
        /// The address being tried.
        address: SocketAddr,
    },
    /// In.
    Connected,
    /// Over.
    Ended(EndReason),
}

/// One row of the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Somebody said something.
    Message(Message),
    /// People came and went, one after another without a message between: condensed.
    People(People),
    /// Something people should know.
    Notice {
        /// What.
        notice: Notice,
        /// When.
        at: SystemTime,
    },
    /// The room is over.
    Ended {
        /// How.
        reason: EndReason,
        /// When.
        at: SystemTime,
    },
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Place in the log; `None` for one that never got there.
    pub seq: Option<u64>,
    /// Its name.
    pub id: EntryId,
    /// Who said it; `None`: the person at this computer, of a message that was refused at once.
    pub author: Option<Author>,
    /// Whether this computer said it.
    pub mine: bool,
    /// What.
    pub text: Arc<str>,
    /// When this computer learned of it.
    pub at: SystemTime,
    /// How far it got.
    pub delivery: Delivery,
}

/// How far a message got. On plain text nobody can know more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Somebody else's.
    Received,
    /// On the way to the operating system.
    Sending,
    /// The operating system took it, for so many lines; 0: nobody was there to hear it.
    Sent {
        /// Lines.
        lines: usize,
    },
    /// It did not go out.
    Refused(RefuseReason),
}

/// Comings and goings in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// In order; at most [`MAX_MOVES`], the oldest go first.
    pub moves: Vec<Move>,
    /// How many are not listed any more.
    pub omitted: usize,
    /// When the first happened.
    pub at: SystemTime,
}

/// Comings and goings that one row lists.
pub const MAX_MOVES: usize = 64;
/// What one of them costs to keep, with a name.
const MOVE_BYTES: usize = size_of::<Move>() + text::MAX_NAME_BYTES;

/// Somebody came, went or took a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Came in.
    Joined(Author),
    /// Went.
    Left(Author, LeaveReason),
    /// Took another name.
    Renamed {
        /// Under the new name.
        author: Author,
        /// The old name.
        previous: Arc<str>,
    },
}

impl Chat {
    /// A room of which nothing is known yet.
    #[must_use]
    pub fn new(room: impl Into<String>, hosting: bool) -> Self {
        Self::with_limit(room, hosting, MAX_TRANSCRIPT_BYTES)
    }

    /// As [`Chat::new`], with another bound than [`MAX_TRANSCRIPT_BYTES`] on what is kept.
    #[must_use]
    pub fn with_limit(room: impl Into<String>, hosting: bool, max_text_bytes: usize) -> Self {
        Self {
            room: room.into(),
            hosting,
            status: Status::Starting,
            members: BTreeMap::new(),
            plain_text: false,
            rows: VecDeque::new(),
            dropped: 0,
            sending: BTreeMap::new(),
            last_message: None,
            text_bytes: 0,
            max_text_bytes,
        }
    }

    /// Folds one event in; `at` is the moment it was taken from the channel.
    pub fn apply(&mut self, event: &Event, at: SystemTime) {
        match event {
            Event::Listening {
                room, port, addresses, ..
            } => {
                self.room.clone_from(room);
                self.status = Status::Hosting {
                    port: *port,
                    addresses: addresses.clone(),
                };
            }
            Event::Connecting { address } => self.status = Status::Connecting { address: *address },
            Event::Room(event) => self.apply_room(event, at),
            Event::Ended(reason) => self.end(reason, at),
        }
    }

    /// The rows that are kept, oldest first.
    #[must_use]
    pub fn rows(&self) -> &VecDeque<Row> {
        &self.rows
    }

    /// How many rows went before the first of [`Chat::rows`], so that row numbers stay: row `i` is number `dropped + i`.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The newest message.
    #[must_use]
    pub fn last_message(&self) -> Option<&Message> {
        let place = self.last_message?.checked_sub(self.dropped)?;
        match self.rows.get(usize::try_from(place).ok()?)? {
            Row::Message(message) => Some(message),
            _ => None,
        }
    }

    /// Whether saying something can work now.
    #[must_use]
    pub fn open(&self) -> bool {
        matches!(self.status, Status::Hosting { .. } | Status::Connected)
    }

    fn apply_room(&mut self, event: &proto::Event, at: SystemTime) {
        match event {
            proto::Event::Connected { room, .. } => {
                self.room = room.to_string();
                self.status = Status::Connected;
            }
            proto::Event::Joined { member } => {
                self.members.insert(member.author.id, member.clone());
                if !member.me && (self.hosting || member.author.id != MemberId::HOST) {
                    self.move_row(Move::Joined(member.author.clone()), at);
                }
            }
            proto::Event::Renamed { member, previous } => self.rename(member, previous, at),
            proto::Event::Left { member, reason } => {
                self.members.remove(&member.author.id);
                self.move_row(Move::Left(member.author.clone(), *reason), at);
            }
            proto::Event::Said { entry } => self.say(entry),
            proto::Event::Sent { id, lines, .. } => {
                self.deliver(
                    *id,
                    Delivery::Sent {
                        lines: lines.unwrap_or(0),
                    },
                );
            }
            proto::Event::Refused { id, text, reason } => self.refuse(*id, text, *reason, at),
            proto::Event::Notice { notice } => self.notice(notice, at),
            _ => {} // the worker turns `Closed` into `Ended`
        }
    }

    fn say(&mut self, entry: &proto::Entry) {
        if entry.mine {
            self.sending.insert(entry.id, self.dropped + self.rows.len() as u64);
        }
        self.push(Row::Message(Message {
            seq: Some(entry.seq),
            id: entry.id,
            author: Some(entry.author.clone()),
            mine: entry.mine,
            text: Arc::clone(&entry.text),
            at: entry.at,
            delivery: if entry.mine {
                Delivery::Sending
            } else {
                Delivery::Received
            },
        }));
    }

    /// How far an own message got; whether it was on its way.
    fn deliver(&mut self, id: EntryId, delivery: Delivery) -> bool {
        let Some(number) = self.sending.remove(&id) else {
            return false;
        };
        let index = number
            .checked_sub(self.dropped)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(Row::Message(message)) = index.and_then(|index| self.rows.get_mut(index)) {
            message.delivery = delivery;
        }
        true
    }

    fn refuse(&mut self, id: EntryId, text: &Arc<str>, reason: RefuseReason, at: SystemTime) {
        if self.deliver(id, Delivery::Refused(reason)) {
            return;
        }
        self.push(Row::Message(Message {
            seq: None,
            id,
            author: None,
            mine: true,
            text: Arc::clone(text),
            at,
            delivery: Delivery::Refused(reason),
        }));
    }

    fn rename(&mut self, member: &Member, previous: &Arc<str>, at: SystemTime) {
        self.members.insert(member.author.id, member.clone());
        // Somebody who has only just come in and says their name came in under that name.
        if let Some(Row::People(people)) = self.rows.back_mut()
            && let Some(Move::Joined(author)) = people
                .moves
                .iter_mut()
                .rev()
                .find(|step| step.author().id == member.author.id)
        {
            *author = member.author.clone();
            return;
        }
        self.move_row(
            Move::Renamed {
                author: member.author.clone(),
                previous: Arc::clone(previous),
            },
            at,
        );
    }

    fn move_row(&mut self, step: Move, at: SystemTime) {
        if let Some(Row::People(people)) = self.rows.back_mut() {
            if people.moves.len() == MAX_MOVES {
                people.moves.remove(0);
                people.omitted += 1;
            } else {
                self.text_bytes += MOVE_BYTES;
            }
            people.moves.push(step);
            return;
        }
        self.push(Row::People(People {
            moves: vec![step],
            omitted: 0,
            at,
        }));
    }

    fn notice(&mut self, notice: &Notice, at: SystemTime) {
        match notice {
            Notice::PlainText => self.plain_text = true, // permanent, so it is no row
            other => self.push(Row::Notice {
                notice: other.clone(),
                at,
            }),
        }
    }

    fn end(&mut self, reason: &EndReason, at: SystemTime) {
        let was_open = self.open();
        self.status = Status::Ended(reason.clone());
        self.members.clear();
        if was_open {
            self.push(Row::Ended {
                reason: reason.clone(),
                at,
            });
        }
    }

    fn push(&mut self, row: Row) {
        self.text_bytes += row.text_bytes();
        if matches!(row, Row::Message(_)) {
            self.last_message = Some(self.dropped + self.rows.len() as u64);
        }
        self.rows.push_back(row);
        if self.text_bytes > self.max_text_bytes {
            for row in self.rows.drain(..TRIM_ROWS.min(self.rows.len() - 1)) {
                self.text_bytes -= row.text_bytes();
                self.dropped += 1;
            }
        }
    }
}

impl Row {
    /// When it happened.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        match self {
            Self::Message(message) => message.at,
            Self::People(people) => people.at,
            Self::Notice { at, .. } | Self::Ended { at, .. } => *at,
        }
    }

    /// Roughly what it costs to keep.
    fn text_bytes(&self) -> usize {
        const ROW: usize = size_of::<Row>();
        match self {
            Self::Message(message) => ROW + message.text.len(),
            Self::People(people) => ROW + people.moves.len() * MOVE_BYTES,
            _ => ROW,
        }
    }
}

impl Move {
    /// Who moved.
    #[must_use]
    pub fn author(&self) -> &Author {
        match self {
            Self::Joined(author) | Self::Left(author, _) | Self::Renamed { author, .. } => author,
        }
    }
}
