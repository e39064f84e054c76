//! Own entries from the moment they are on this computer's disk until they are in the log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::proto::log::{Body, SignedEntry};
use crate::proto::{EntryId, Event, RefuseReason};
use crate::text;

/// Entries that may be with the host without an answer: with its burst of 60 it reads on without a pause.
const MAX_UNANSWERED: usize = 60;
/// Entries that may wait on this computer. Somebody who writes for a whole day without a host stays below.
pub(super) const MAX_ROWS: usize = 4096;
/// Whoever reads words from a file stops when so many wait.
pub(super) const CONGESTED_ROWS: usize = 256;
/// Entries that could not even be kept here and can be tried again by name.
const MAX_UNKEPT: usize = 64;
/// How long a host that does not take anything for now is left alone, at first and at most.
const FIRST_HOLD: Duration = Duration::from_secs(1);
const LAST_HOLD: Duration = Duration::from_secs(15);

/// An own entry.
#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) entry: SignedEntry,
    /// What it says, for people.
    pub(super) text: Arc<str>,
    /// Whether it is a message; only those are reported on their way.
    pub(super) message: bool,
    /// Whether it is a wish to be called `text`.
    rename: bool,
    /// To which message it replies, by its place.
    pub(super) reply_to: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// On this computer only, as far as is known.
    Here,
    /// With the host, who has not answered.
    Submitted,
    /// On the host's disk.
    Acknowledged,
}

#[derive(Debug)]
struct Row {
    own: Own,
    state: State,
    /// Where people know it to be safe. A host that has lost it once may give it another place.
    told_sent: Option<u64>,
    /// Whether people know that it is not taken for now.
    told_held: bool,
}

/// Own entries, in the order in which they were written.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    rows: BTreeMap<u64, Row>,
    order: BTreeMap<EntryId, u64>,
    last_row: u64,
    unanswered: usize,
    /// Before this row everything is with the host.
    next: u64,
    unkept: VecDeque<Own>,
    hold: Option<Hold>,
}

#[derive(Debug, Clone, Copy)]
struct Hold {
    until: Instant,
    wait: Duration,
    over: bool,
}

impl Own {
    pub(super) fn new(entry: SignedEntry, body: &Body) -> Self {
        let (text, reply_to): (Arc<str>, Option<u64>) = match body {
            Body::Message { text, reply_to } => (text::clean_message(text).into(), reply_to.map(|target| target.seq)),
            Body::Edit { text, .. } => (text::clean_message(text).into(), None),
            Body::Reaction { emoji, .. } => (Arc::clone(emoji), None),
            Body::Renamed { name } => (Arc::clone(name), None),
            _ => ("".into(), None),
        };
        Self {
            entry,
            text,
            message: matches!(body, Body::Message { .. }),
            rename: matches!(body, Body::Renamed { .. }),
            reply_to,
        }
    }

    pub(super) fn queued(&self) -> Option<Event> {
        self.message.then(|| Event::Queued {
            id: self.entry.id,
            text: Arc::clone(&self.text),
            reply_to: self.reply_to,
            at: crate::proto::projection::time(self.entry.written_ms),
        })
    }

    pub(super) fn is_rename_to(&self, name: Option<&str>) -> bool {
        self.rename && name == Some(&self.text)
    }

    pub(super) fn refused(&self, reason: RefuseReason) -> Event {
        Event::Refused {
            id: self.entry.id,
            text: Arc::clone(&self.text),
            reason,
        }
    }

    fn sent(&self, seq: u64) -> Option<Event> {
        self.message.then_some(Event::Sent {
            id: self.entry.id,
            seq,
            plain: false,
        })
    }
}

impl Outbox {
    /// An own entry is on disk.
    pub(super) fn push(&mut self, own: Own) {
        self.last_row += 1;
        self.order.insert(own.entry.id, self.last_row);
        let row = Row {
            own,
            state: State::Here,
            told_sent: None,
            told_held: false,
        };
        self.rows.insert(self.last_row, row);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether an own entry has not come back in the log.
    pub(super) fn waits(&self, id: EntryId) -> bool {
        self.order.contains_key(&id)
    }

    /// Whether the host has everything.
    pub(super) fn is_settled(&self) -> bool {
        self.rows.values().all(|row| row.state == State::Acknowledged)
    }

    pub(super) fn owns(&self) -> impl Iterator<Item = &Own> {
        self.rows.values().map(|row| &row.own)
    }

    /// Another line: nobody knows what has come of what was on the last one, so everything goes again, in the old order.
    pub(super) fn begin_again(&mut self) {
        for row in self.rows.values_mut() {
            row.state = State::Here;
        }
        self.unanswered = 0;
        self.next = 0;
        self.hold = None;
    }

    /// The next entry for the host, if it may go now.
    pub(super) fn next(&mut self) -> Option<SignedEntry> {
        if self.hold.is_some_and(|hold| !hold.over) || self.unanswered >= MAX_UNANSWERED {
            return None;
        }
        let (number, row) = self.rows.range_mut(self.next..).next()?;
        self.next = number + 1;
        row.state = State::Submitted;
        self.unanswered += 1;
        Some(row.own.entry.clone())
    }

    /// The host has it on its disk.
    pub(super) fn acknowledged(&mut self, id: EntryId, seq: u64) -> Option<Event> {
        let row = self.row(id)?;
        let answered = row.state == State::Submitted;
        row.state = State::Acknowledged;
        let news = row.told_sent.replace(seq) != Some(seq);
        let sent = row.own.sent(seq);
        self.unanswered -= usize::from(answered);
        self.hold = None;
        sent.filter(|_| news)
    }

    /// It is in this computer's copy of the log, and leaves the outbox.
    pub(super) fn arrived(&mut self, id: EntryId, seq: u64) -> Option<(Own, Option<Event>)> {
        let sent = self.acknowledged(id, seq);
        let row = self.order.remove(&id).and_then(|number| self.rows.remove(&number))?;
        Some((row.own, sent))
    }

    /// The host will never take it; it leaves the outbox.
    pub(super) fn refused(&mut self, id: EntryId) -> Option<Own> {
        let number = self.order.remove(&id)?;
        let row = self.rows.remove(&number)?;
        self.unanswered -= usize::from(row.state == State::Submitted);
        Some(row.own)
    }

    /// The host does not take it for now. So that no later entry comes before it, it and all after it wait.
    /// Gives it back if people do not yet know.
    pub(super) fn held(&mut self, now: Instant, id: EntryId) -> Option<Own> {
        let number = *self.order.get(&id)?;
        for row in self.rows.range_mut(number..).map(|(_, row)| row) {
            self.unanswered -= usize::from(row.state == State::Submitted);
            row.state = State::Here;
        }
        self.next = self.next.min(number);
        let wait = self.hold.map_or(FIRST_HOLD, |hold| match hold.over {
            true => (hold.wait * 2).min(LAST_HOLD),
            false => hold.wait,
        });
        self.hold = Some(Hold {
            until: now + wait,
            wait,
            over: false,
        });
        let row = self.rows.get_mut(&number)?;
        let first = !std::mem::replace(&mut row.told_held, true);
        first.then(|| row.own.clone())
    }

    /// Tries again now what the host did not take.
    pub(super) fn release(&mut self) {
        if let Some(hold) = &mut self.hold {
            hold.over = true;
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.hold.filter(|hold| !hold.over).map(|hold| hold.until)
    }

    /// It could not be kept here. It can be asked for again by name, as long as there are not too many.
    pub(super) fn remember(&mut self, own: Own) {
        self.unkept.push_back(own);
        if self.unkept.len() > MAX_UNKEPT {
            self.unkept.pop_front();
        }
    }

    /// What could not be kept, to try again.
    pub(super) fn recall(&mut self, id: EntryId) -> Option<Own> {
        let at = self.unkept.iter().position(|own| own.entry.id == id)?;
        self.unkept.remove(at)
    }

    fn row(&mut self, id: EntryId) -> Option<&mut Row> {
        self.order.get(&id).and_then(|number| self.rows.get_mut(number))
    }
}
