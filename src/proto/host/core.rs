//! The host of a room in terms of messages: who is in, what is in the log, who is told what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

use super::bucket::Bucket;
use super::guard::Guard;
use super::guesses::Guesses;
use super::invites::Invites;
use super::knocks::Knocks;
use super::line::{JOIN_WITHIN, Line, Phase};
use super::refusals::Refusals;
use super::refused::RefusedWords;
use super::resume::Reads;
use super::sequencer::{MAX_BATCH_ENTRIES, Sequencer};
use super::states::States;
use super::unspread::Unspread;
use crate::proto::identity::MemberKey;
use crate::proto::index::Index;
use crate::proto::log::{BatchId, Kept, Loaded, PlacedEntry, Seen, SignedHead, StoreError};
use crate::proto::message::{ByeReason, Message, PresenceState};
use crate::proto::projection::Projection;
use crate::proto::room::Room;
use crate::proto::{
    CloseReason, Encoding, EntryId, Event, HostConfig, LeaveReason, LineEnd, LineId, MemberId, Mistake, Now, ReadId,
    Store,
};

/// What is to be done with lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Out {
    /// Send a message to native lines. It is encoded once for all of them.
    Send {
        /// To whom.
        lines: Vec<LineId>,
        /// What.
        message: Arc<Message>,
    },
    /// End a native line properly, behind what was sent.
    Finish(LineId),
    /// Close a native line at once.
    Close(LineId),
    /// Words for all plain lines but their author's.
    Spread {
        /// Who says it, as `Name: `; empty: the host.
        prefix: Arc<str>,
        /// What.
        text: Arc<str>,
        /// The author's line.
        except: Option<LineId>,
    },
    /// Words of this program for one plain line.
    Tell {
        /// Whose.
        line: LineId,
        /// What.
        sentence: Arc<str>,
    },
    /// Say `bye` to a plain line whose guest is out.
    Part(LineId),
    /// Say `bye` on every line: the room is over.
    Farewell,
}

/// How far the room has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Open,
    /// What was said before is being stored and sent; then, or then at the latest, it is over.
    Leaving(Instant),
    /// Nothing more is taken or sent; the last lines may still be ending.
    Over,
}

/// The host of a room. Pure: time, chance and what others say come in, what to send, keep and show comes out.
#[derive(Debug)]
pub struct Core {
    pub(super) config: HostConfig,
    pub(super) me: MemberKey,
    pub(super) chance: ChaCha20Rng,
    pub(super) kept: Kept,
    pub(super) projection: Projection,
    /// Where the log on the disk ends.
    pub(super) last: Seen,
    /// This host's word on the newest entry that somebody was told of; [`Core::sign_head`] brings it up to date.
    pub(super) head: Option<SignedHead>,
    pub(super) counter: u64,
    pub(super) sequencer: Sequencer,
    pub(super) guard: Guard,
    pub(super) reads: Reads,
    pub(super) lines: BTreeMap<LineId, Line>,
    /// When to look at which native line: its deadline or earlier.
    pub(super) due: BTreeSet<(Instant, LineId)>,
    pub(super) by_member: BTreeMap<MemberId, LineId>,
    /// How much each member may still say at once: a new line is no new allowance.
    pub(super) allowances: BTreeMap<MemberId, Bucket>,
    pub(super) knocks: Knocks,
    /// Whose words the person has compared at the door: they are verified as soon as they are members.
    pub(super) compared: BTreeSet<MemberKey>,
    pub(super) invites: Invites,
    pub(super) guesses: Guesses,
    pub(super) states: States,
    pub(super) unspread: Unspread,
    pub(super) refused: RefusedWords,
    pub(super) refusals: Refusals,
    /// Plain guests, and all names there are.
    pub(super) room: Room,
    pub(super) plain_lines: BTreeMap<LineId, MemberId>,
    pub(super) state: State,
    pub(super) disk_is_full: bool,
    pub(super) out: VecDeque<Out>,
    pub(super) events: VecDeque<Event>,
    pub(super) wishes: VecDeque<Store>,
}

impl Core {
    /// A room as it is kept, or a new one. What `poll_store` yields at once makes it, or brings it up to date.
    #[must_use]
    pub fn new(now: Now, mut config: HostConfig) -> Self {
        let me = config.identity.key();
        let kept = config.loaded.kept.clone();
        let loaded = std::mem::replace(&mut config.loaded, Loaded::new(kept));
        let index = Index::new(loaded.kept.floor.seq, &loaded.ids);
        let mut core = Self {
            me,
            chance: ChaCha20Rng::from_seed(config.seed),
            projection: Projection::new(me, me, &loaded.peers, index),
            last: loaded.last,
            head: None,
            counter: loaded.counter,
            sequencer: Sequencer::default(),
            guard: Guard::default(),
            reads: Reads::default(),
            lines: BTreeMap::new(),
            due: BTreeSet::new(),
            by_member: BTreeMap::new(),
            allowances: BTreeMap::new(),
            knocks: Knocks::default(),
            compared: BTreeSet::new(),
            invites: Invites::new(&loaded.invites),
            guesses: Guesses::default(),
            states: States::default(),
            unspread: Unspread::default(),
            refused: RefusedWords::default(),
            refusals: Refusals::default(),
            room: Room::of_plain_guests(),
            plain_lines: BTreeMap::new(),
            state: State::Open,
            disk_is_full: false,
            out: VecDeque::new(),
            events: VecDeque::new(),
            wishes: VecDeque::new(),
            kept: loaded.kept,
            config,
        };
        core.open(now, loaded.read);
        core
    }

    pub(super) fn makes(&self, mistake: Mistake) -> bool {
        self.config.limits.makes(mistake)
    }

    /// A native line's other side has proven whose it is.
    pub fn handle_ready(&mut self, now: Now, line: LineId, key: MemberKey, hash: [u8; 32], address: SocketAddr) {
        if self.state == State::Open {
            let until = now.monotonic + JOIN_WITHIN;
            let allowance = Bucket::for_messages(&self.config.limits);
            self.lines.insert(line, Line::new(until, key, hash, address, allowance));
            self.due.insert((until, line));
        } else {
            self.out.push_back(Out::Close(line));
        }
    }

    /// A native line says something.
    pub fn handle_message(&mut self, now: Now, line: LineId, message: Message) {
        let Some(peer) = self.lines.get(&line) else {
            return;
        };
        match (&peer.phase, message) {
            (Phase::Joining(_), Message::Join(join)) => self.join(now, line, join),
            (Phase::Knocking(knock), Message::Reveal { nonce }) => {
                let knock = *knock;
                self.reveal(now, line, knock, &nonce);
            }
            (Phase::In { id, .. }, message) => {
                let id = *id;
                self.member_says(now, line, id, message);
            }
            (_, Message::Bye(_)) => self.handle_gone(now, line, LeaveReason::Bye),
            (_, Message::Ping | Message::Pong | Message::Rekey | Message::Unknown) => self.charge_stranger(now, line),
            // A guest that is asked to wait waits, and one that is let in says nothing before the welcome.
            _ => self.dismiss(now, line, ByeReason::Protocol, LeaveReason::Lost(LineEnd::Failed)),
        }
        self.settle(now);
    }

    /// A native line is no more, like this.
    pub fn handle_gone(&mut self, now: Now, line: LineId, how: LeaveReason) {
        self.lose(now, line, how);
        self.out.push_back(Out::Finish(line));
        self.settle(now);
    }

    /// A line does not read what is sent to it.
    pub fn handle_slow(&mut self, now: Now, line: LineId) {
        self.dismiss(now, line, ByeReason::TooSlow, LeaveReason::TooSlow);
        self.settle(now);
    }

    /// A batch is on disk, or is not.
    pub fn handle_stored(&mut self, now: Now, batch: BatchId, result: Result<(), StoreError>) {
        let Some(flight) = self.sequencer.land(batch) else {
            return;
        };
        match result {
            Ok(()) => self.landed(now, flight),
            Err(StoreError::Full) => self.bounced(flight),
            Err(error) => self.crashed(flight, error),
        }
        self.settle(now);
    }

    /// Entries were read.
    pub fn handle_read(&mut self, now: Now, read: ReadId, entries: Vec<PlacedEntry>) {
        self.answer_read(now, read, entries);
        self.settle(now);
    }

    /// Nothing more is at hand: what waits goes to the disk.
    pub fn handle_lull(&mut self, now: Now) {
        self.sequence(now, 1);
        self.settle(now);
    }

    /// A deadline has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        self.expire_knocks(now);
        self.expire_lines(now);
        self.expire_source(now);
        let lines = self.all_in();
        let states = self.states.take_due(now.monotonic, lines.len());
        if !states.is_empty() || self.unspread.is_due(now.monotonic) {
            self.spread(); // whose states they are is told before
        }
        for message in states {
            self.send_all(lines.clone(), message);
        }
        if let State::Leaving(until) = self.state
            && until <= now.monotonic
        {
            self.end(CloseReason::Left);
        }
        self.settle(now);
    }

    /// What to do with lines.
    #[must_use]
    pub fn poll_out(&mut self) -> Option<Out> {
        self.out.pop_front()
    }

    /// What to do with the disk.
    #[must_use]
    pub fn poll_store(&mut self) -> Option<Store> {
        self.wishes.pop_front()
    }

    /// What happened.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When to call `handle_timeout`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let leaving = match self.state {
            State::Leaving(until) => Some(until),
            State::Open | State::Over => None,
        };
        let lines = self.due.first().map(|(at, _)| *at);
        let organs = [
            self.knocks.next_deadline(),
            self.states.next_deadline(self.by_member.len()),
            self.guard.next_deadline(),
            self.unspread.next_deadline(),
        ];
        [leaving, lines].into_iter().chain(organs).flatten().min()
    }

    /// Whether to read on from a line: not if its member has said too much, nor what is plain text while too much waits for the disk.
    #[must_use]
    pub fn wants_bytes(&self, line: LineId) -> bool {
        match self.lines.get(&line) {
            Some(native) => native.held_until.is_none(),
            None => !(self.sequencer.is_full() && self.plain_lines.contains_key(&line)),
        }
    }

    /// Whether a line is a member's who is in the room.
    #[must_use]
    pub fn is_in(&self, line: LineId) -> bool {
        let native = self
            .lines
            .get(&line)
            .is_some_and(|line| matches!(line.phase, Phase::In { .. }));
        native || self.plain_lines.contains_key(&line)
    }

    /// Whether the room is open.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether the next event is the last.
    pub(super) fn is_over_next(&self) -> bool {
        matches!(self.events.front(), Some(Event::Closed { .. }))
    }

    /// The encoding of plain guests, if the room takes them.
    pub(super) fn plain_encoding(&self) -> Option<Encoding> {
        self.kept.settings.plain
    }

    /// Lines on which somebody is in the room.
    pub(super) fn present(&self) -> usize {
        self.by_member.len() + self.plain_lines.len()
    }

    /// Lets everything come about that can come about now. A batch that would not be full waits for what else is at hand: a flush, and a
    /// page for each member, cost as much for one entry as for many.
    pub(super) fn settle(&mut self, now: Now) {
        self.sequence(now, MAX_BATCH_ENTRIES);
        if matches!(self.state, State::Leaving(_)) && self.sequencer.is_idle() {
            self.end(CloseReason::Left);
        }
    }

    /// The room is over for this reason.
    pub(super) fn end(&mut self, reason: CloseReason) {
        if self.state == State::Over {
            return;
        }
        if reason == CloseReason::Left {
            self.spread();
        }
        self.state = State::Over;
        let natives: Vec<LineId> = std::mem::take(&mut self.lines).into_keys().collect();
        self.by_member.clear();
        if reason == CloseReason::Left {
            self.send_all(natives.clone(), Message::Bye(ByeReason::Leaving));
            self.out.extend(natives.into_iter().map(Out::Finish));
            self.out.push_back(Out::Farewell);
        } else {
            // A host that has failed comes back: guests see a lost line, and try again.
            self.out.extend(natives.into_iter().map(Out::Close));
            let plain = std::mem::take(&mut self.plain_lines);
            self.out.extend(plain.into_keys().map(Out::Close));
        }
        self.events.push_back(Event::Closed { reason });
    }

    pub(super) fn send(&mut self, line: LineId, message: Message) {
        self.send_all(vec![line], message);
    }

    pub(super) fn send_all(&mut self, lines: Vec<LineId>, message: Message) {
        if !lines.is_empty() {
            let message = Arc::new(message);
            self.out.push_back(Out::Send { lines, message });
        }
    }

    /// Every native line that is in the room.
    pub(super) fn all_in(&self) -> Vec<LineId> {
        self.by_member.values().copied().collect()
    }

    /// A name for the next entry of this host.
    pub(super) fn next_id(&mut self) -> EntryId {
        let mut id = [0; 16];
        self.chance.fill_bytes(&mut id);
        EntryId(id)
    }

    /// How a member's going looks to others.
    pub(super) fn presence_of(reason: LeaveReason) -> PresenceState {
        match reason {
            LeaveReason::Bye => PresenceState::Left,
            LeaveReason::Lost(_) | LeaveReason::Endless => PresenceState::Lost,
            LeaveReason::Removed => PresenceState::Removed,
            LeaveReason::TooSlow => PresenceState::TooSlow,
        }
    }
}
