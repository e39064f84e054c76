//! What becomes part of the log, and in which order.
//!
//! One batch is on its way to the disk at a time. What comes meanwhile waits and is the next batch: the slower the disk, the more entries
//! share one flush, and no timer is needed for that. What has come at once departs at once, in one batch: it waits until nothing more is at
//! hand, or fills one. Nothing here is visible to anybody before its batch is stored; nothing is changed by
//! a batch before it is stored, so that one that fails leaves nothing to be taken back.
//!
//! An entry that changes who may write, or how the room is, ends its batch: what waits behind it is judged when it is true.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use crate::proto::identity::MemberKey;
use crate::proto::invite::Invite;
use crate::proto::log::{BatchId, Body, Change, InviteNumber, Kept, Peer, PlacedEntry, Seen, SignedEntry};
use crate::proto::{EntryId, Event, LineId};

/// Entries of one batch: enough that a flush costs each of them little, few enough that nobody waits long.
pub(super) const MAX_BATCH_ENTRIES: usize = 64;
/// Entries that wait. Members hold back at 20 a second each; whoever comes when all of it waits is asked to come again.
pub(super) const MAX_WAITING: usize = 4096;

/// Something that wants to be part of the log, or to be told in the order of the log.
#[derive(Debug)]
pub(super) enum Work {
    /// A member's entry; its signature was checked.
    Submitted {
        line: LineId,
        author: MemberKey,
        entry: SignedEntry,
        body: Body,
    },
    /// What the host itself writes. Signed when it gets its place, so that one that gets none leaves no gap in the host's count.
    Own {
        id: EntryId,
        body: Body,
        written: SystemTime,
        then: Then,
    },
    /// What this host has lost and a guest has sent back; its chain was checked.
    Recovered { placed: PlacedEntry, body: Body },
    /// To be kept, but no entry.
    Keep { change: Change, then: Then },
    /// A history begins: the room's first one, or another one.
    Begin { kept: Box<Kept>, again: bool },
    /// To be told behind all that waits.
    Tell(Event),
}

/// What follows when something of the host's own is on disk, or can never be.
#[derive(Debug)]
pub(super) enum Then {
    /// What the entry itself says.
    Nothing,
    /// The same; the person at this computer has asked for it, and is told if the disk has no room for it.
    Asked,
    /// The person at this computer has said something.
    Said { text: Arc<str>, reply_to: Option<u64> },
    /// The person at this computer has changed something about a message.
    Changed { text: Arc<str> },
    /// A plain guest has said something.
    Vouched { line: LineId },
    /// Somebody comes in.
    Admit {
        line: LineId,
        invite: Option<(InviteNumber, u64)>,
    },
    /// Somebody may come in with this.
    Invite(Box<Invite>),
}

/// A part of a batch that is on its way to the disk.
#[derive(Debug)]
pub(super) enum Step {
    Entry(Box<Landing>),
    Kept(Then),
    Told(Event),
    /// The same entry came twice before it was stored.
    Repeated {
        line: LineId,
        id: EntryId,
        place: Seen,
    },
    Begun {
        kept: Box<Kept>,
        again: bool,
    },
}

/// An entry that becomes part of the log.
#[derive(Debug)]
pub(super) struct Landing {
    pub(super) placed: PlacedEntry,
    pub(super) body: Body,
    /// What is kept of a member because of it.
    pub(super) peer: Option<Peer>,
    pub(super) from: From,
}

/// Where an entry comes from.
#[derive(Debug)]
pub(super) enum From {
    Line(LineId),
    Here(Then),
    Guests,
}

/// A batch that is on its way to the disk.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) id: BatchId,
    pub(super) changes: Vec<Change>,
    pub(super) steps: Vec<Step>,
    /// Where the log ends with it.
    pub(super) last: Seen,
    /// How many entries the host has written with it.
    pub(super) counter: u64,
}

/// What waits and what is on its way.
#[derive(Debug, Default)]
pub(super) struct Sequencer {
    waiting: VecDeque<Work>,
    in_flight: Option<Flight>,
    last_batch: u64,
}

impl Sequencer {
    pub(super) fn push(&mut self, work: Work) {
        self.waiting.push_back(work);
    }

    /// It waits again, before everything else.
    pub(super) fn put_back(&mut self, work: Work) {
        self.waiting.push_front(work);
    }

    pub(super) fn next(&mut self) -> Option<Work> {
        self.waiting.pop_front()
    }

    /// Whether no more of other people's entries are taken for now.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_WAITING
    }

    /// Whether the next batch may be made, because this much waits and nothing is on its way.
    pub(super) fn is_ready(&self, waiting: usize) -> bool {
        self.in_flight.is_none() && self.waiting.len() >= waiting
    }

    /// Whether nothing is on its way and nothing waits.
    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.is_none() && self.waiting.is_empty()
    }

    pub(super) fn next_batch(&mut self) -> BatchId {
        self.last_batch += 1;
        BatchId(self.last_batch)
    }

    pub(super) fn depart(&mut self, flight: Flight) {
        self.in_flight = Some(flight);
    }

    /// The disk has answered for a batch.
    pub(super) fn land(&mut self, batch: BatchId) -> Option<Flight> {
        self.in_flight.take_if(|flight| flight.id == batch)
    }

    /// What waits of these lines, because something before it could not be kept.
    pub(super) fn take_back(&mut self, lines: &BTreeSet<LineId>) -> Vec<(LineId, EntryId)> {
        let mut taken = Vec::new();
        self.waiting.retain(|work| match work {
            Work::Submitted { line, entry, .. } if lines.contains(line) => {
                taken.push((*line, entry.id));
                false
            }
            _ => true,
        });
        taken
    }

    /// Everything that waits, because nothing more can be kept.
    pub(super) fn give_up(&mut self) -> Vec<Work> {
        self.waiting.drain(..).collect()
    }
}

impl Step {
    /// Whether the person at this computer waits for it, and has no words that could be refused.
    pub(super) fn is_asked(&self) -> bool {
        let then = match self {
            Self::Entry(landing) => match &landing.from {
                From::Here(then) => then,
                From::Line(_) | From::Guests => return false,
            },
            Self::Kept(then) => then,
            Self::Begun { again, .. } => return *again,
            Self::Told(_) | Self::Repeated { .. } => return false,
        };
        matches!(then, Then::Asked | Then::Invite(_))
    }

    /// The line from which an entry came.
    pub(super) fn line(&self) -> Option<LineId> {
        match self {
            Self::Entry(landing) => match landing.from {
                From::Line(line) => Some(line),
                From::Here(_) | From::Guests => None,
            },
            _ => None,
        }
    }
}

impl Flight {
    /// A batch with nothing in it, behind this place.
    pub(super) fn new(id: BatchId, last: Seen, counter: u64) -> Self {
        Self {
            id,
            changes: Vec::new(),
            steps: Vec::new(),
            last,
            counter,
        }
    }

    pub(super) fn entries(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Entry(_))).count()
    }

    /// The place of an entry that is already in this batch.
    pub(super) fn place_of(&self, author: &MemberKey, id: EntryId) -> Option<Seen> {
        self.steps.iter().find_map(|step| match step {
            Step::Entry(landing) if landing.placed.entry.author == *author && landing.placed.entry.id == id => {
                Some(Seen {
                    seq: landing.placed.seq,
                    hash: landing.placed.hash,
                })
            }
            _ => None,
        })
    }
}
