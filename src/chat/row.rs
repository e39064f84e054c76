//! The rows of a transcript.

use std::sync::Arc;
use std::time::SystemTime;

use crate::proto::{Author, EntryId, LeaveReason, Notice, RefuseReason};
use crate::text;
use crate::worker::EndReason;

/// One row of the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Somebody said something.
    Message(Message),
    /// People came and went, one after another without a message between: condensed.
    People(People),
    /// An entry that only a newer version understands.
    Newer {
        /// Its place in the log.
        seq: u64,
        /// Whose it is.
        author: Author,
        /// When this computer learned of it.
        at: SystemTime,
    },
    /// Another history begins: places begin at 1 again.
    NewEpoch {
        /// When.
        at: SystemTime,
    },
    /// This guest was away, and so many messages of others have come since.
    CaughtUp {
        /// How many.
        messages: u64,
        /// When.
        at: SystemTime,
    },
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
    /// What, by the newest edit; nothing if it was taken back.
    pub text: Arc<str>,
    /// To which message it replies, by its place.
    pub reply_to: Option<u64>,
    /// When this computer learned of it.
    pub at: SystemTime,
    /// How far it got.
    pub delivery: Delivery,
    /// What became of it later.
    pub later: Later,
}

/// What became of a message after it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Later {
    /// Whether its words are other ones than at first.
    pub edited: bool,
    /// Who took it back.
    pub deleted: Option<Author>,
    /// Signs on it, in the order in which they came.
    pub reactions: Vec<Reaction>,
}

/// A sign on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// One emoji.
    pub emoji: Arc<str>,
    /// Whose.
    pub by: Vec<Author>,
}

/// Different signs that one message shows; more are not shown.
pub const MAX_REACTIONS: usize = 32;

/// How far a message got by itself; who has stored and read it is in [`super::Chat::reached`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Somebody else's.
    Received,
    /// Plain text: on the way to the operating system.
    Sending,
    /// Plain text: the operating system took it. Nobody can know more.
    Sent,
    /// On this computer's disk, not yet on the host's.
    Queued,
    /// On the host's disk.
    Stored,
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
pub(super) const MOVE_BYTES: usize = size_of::<Move>() + text::MAX_NAME_BYTES;

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

impl Row {
    /// The message that it is, if it is one.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Message(message) => Some(message),
            _ => None,
        }
    }

    pub(super) fn message_mut(&mut self) -> Option<&mut Message> {
        match self {
            Self::Message(message) => Some(message),
            _ => None,
        }
    }

    /// When it happened.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        match self {
            Self::Message(message) => message.at,
            Self::People(people) => people.at,
            Self::Newer { at, .. }
            | Self::NewEpoch { at }
            | Self::CaughtUp { at, .. }
            | Self::Notice { at, .. }
            | Self::Ended { at, .. } => *at,
        }
    }

    /// Roughly what it costs to keep.
    pub(super) fn text_bytes(&self) -> usize {
        const ROW: usize = size_of::<Row>();
        match self {
            Self::Message(message) => ROW + message.text.len(),
            Self::People(people) => ROW + people.moves.len() * MOVE_BYTES,
            _ => ROW,
        }
    }
}

impl People {
    /// One more; the oldest goes if there are too many.
    pub(super) fn add(&mut self, step: Move) {
        if self.moves.len() == MAX_MOVES {
            self.moves.remove(0);
            self.omitted += 1;
        }
        self.moves.push(step);
    }
}

impl Later {
    /// Somebody puts a sign on it, or takes it off.
    pub(super) fn react(&mut self, author: &Author, emoji: &Arc<str>, on: bool) {
        if self.deleted.is_some() {
            return;
        }
        let Some(place) = self.reactions.iter().position(|reaction| reaction.emoji == *emoji) else {
            if on && self.reactions.len() < MAX_REACTIONS {
                self.reactions.push(Reaction {
                    emoji: Arc::clone(emoji),
                    by: vec![author.clone()],
                });
            }
            return;
        };
        let by = &mut self.reactions[place].by;
        by.retain(|other| other.id != author.id);
        if on {
            by.push(author.clone());
        } else if by.is_empty() {
            self.reactions.remove(place);
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
