//! A guest in terms of messages: when to call the host, what to submit, what to keep, what to show.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::backoff::Backoff;
use super::copy::Copy;
use super::keeper::{Keeper, Piece};
use super::outbox::Outbox;
use super::progress::Progress;
use crate::proto::identity::MemberKey;
use crate::proto::log::{self, Change, PlacedEntry};
use crate::proto::message::{ByeReason, Message};
use crate::proto::projection::Projection;
use crate::proto::session::SessionFailure;
use crate::proto::words::Words;
use crate::proto::{CloseReason, EntryId, Event, GuestConfig, LineEnd, MemberId, Mistake, Now, ReadId, RefuseReason};

/// How long leaving waits until the host has what was said.
pub(in crate::proto) const LEAVE_WAIT: Duration = Duration::from_secs(10);
/// How long one line is used: then another one makes new keys, and going on where one was is exercised every day.
pub(super) const LINE_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How long a host may take to say whether somebody may come in.
pub(super) const JOIN_WAIT: Duration = Duration::from_secs(20);
/// How long a person at the host may take: their two minutes, and the way.
pub(super) const KNOCK_WAIT: Duration = Duration::from_secs(150);
/// Pieces on their way to the disk, beyond which nothing more is read from the line.
const MAX_UNKEPT_PIECES: usize = 1024;
/// How long this guest stays away after another line of the same key has taken its place.
const REPLACED_WAIT: Duration = Duration::from_secs(15);
/// So often in a row is no accident: the same key is used on two computers.
const MAX_REPLACED: u32 = 3;

/// Lines that may break before this guest was ever in: whoever is there may be anything.
const MAX_FIRST_ATTEMPTS: u32 = 4;

/// What the line is to do.
#[derive(Debug)]
pub(super) enum Out {
    /// Call the host.
    Connect,
    /// Send this.
    Send(Box<Message>),
    /// Send what waits, then end the line properly.
    Finish,
    /// End the line at once.
    Close,
}

/// How the line to the host is doing.
#[derive(Debug)]
pub(super) enum Phase {
    /// What was said before is being read from the disk.
    Remembering(ReadId),
    /// No line; the next attempt is due then.
    Away(Instant),
    /// The host is being called, and greeted.
    Calling,
    /// The host is to say whether this guest may come in.
    Joining {
        host: MemberKey,
        hash: [u8; 32],
        until: Instant,
    },
    /// A person at the host is asked.
    Knocking {
        host: MemberKey,
        hash: [u8; 32],
        nonce: [u8; 32],
        commitment: [u8; 32],
        until: Instant,
    },
    /// In the room; the line is renewed then.
    In(Instant),
    /// The room is over; the last line may still be ending.
    Over,
}

/// A room that this guest is or was in.
#[derive(Debug)]
pub(super) struct Entered {
    pub(super) kept: log::Kept,
    pub(super) copy: Copy,
    pub(super) projection: Projection,
}

/// A guest.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) config: GuestConfig,
    pub(super) chance: ChaCha20Rng,
    pub(super) phase: Phase,
    pub(super) entered: Option<Entered>,
    pub(super) keeper: Keeper,
    /// Whether the disk was full when something was to be kept last, and people know.
    pub(super) is_held_up: bool,
    pub(super) outbox: Outbox,
    pub(super) backoff: Backoff,
    pub(super) events: VecDeque<Event>,
    pub(super) out: VecDeque<Out>,
    /// Plain guests of the room, on the host's word.
    pub(super) plain: BTreeMap<MemberId, Arc<str>>,
    /// Who was here when the last line ended and has not been heard of on this one.
    pub(super) unheard: BTreeSet<MemberId>,
    /// Where catching up ends, and how many entries have come.
    pub(super) catching_up: Option<(u64, u64)>,
    /// Welcomes of which people have not yet been told. Nothing is submitted before, or its answer would be shown first.
    pub(super) entering: usize,
    /// Nothing is submitted before the person has compared these words.
    pub(super) unconfirmed: Option<Words>,
    /// The host's key, if the person has compared the words at its door.
    pub(super) compared: Option<MemberKey>,
    /// Leaving waits until then for what was said.
    pub(super) leaving: Option<Instant>,
    /// Pages that the host asked for and that are being read: one at a time.
    pub(super) missing: BTreeSet<ReadId>,
    /// Own entries that the host will never take, and since when. They leave the outbox a moment later: first people are told.
    pub(super) refused: Vec<(Instant, EntryId)>,
    pub(super) counter: u64,
    pub(super) read: u64,
    pub(super) progress: Progress,
    pub(super) replaced: u32,
    /// Why the room is over, until that can be said.
    pub(super) closing: Option<CloseReason>,
    /// The list of members is that of the place where this copy begins: what is kept of them comes from it, not from entries.
    pub(super) founding: bool,
    /// Where the host was reached last.
    pub(super) address: Option<SocketAddr>,
}

impl Core {
    pub(super) fn new(now: Now, config: GuestConfig) -> Self {
        let mut core = Self {
            chance: ChaCha20Rng::from_seed(config.seed),
            phase: Phase::Away(now.monotonic),
            entered: None,
            keeper: Keeper::default(),
            is_held_up: false,
            outbox: Outbox::default(),
            backoff: Backoff::default(),
            events: VecDeque::new(),
            out: VecDeque::new(),
            plain: BTreeMap::new(),
            unheard: BTreeSet::new(),
            catching_up: None,
            entering: 0,
            unconfirmed: None,
            compared: None,
            leaving: None,
            missing: BTreeSet::new(),
            refused: Vec::new(),
            counter: 0,
            read: 0,
            progress: Progress::default(),
            replaced: 0,
            closing: None,
            founding: false,
            address: None,
            config,
        };
        match core.config.loaded.take() {
            Some(loaded) => core.remember(&loaded),
            None => core.call(),
        }
        core
    }

    /// The key of the host, if it is known: from before, or from an invite. Only who has neither, and knocks, meets a host whose key is new.
    pub(super) fn expected_host(&self) -> Option<MemberKey> {
        let kept = self.entered.as_ref().map(|entered| entered.kept.host);
        let invited = self.config.invite.as_ref().map(|invite| invite.host);
        kept.or(invited)
    }

    /// The host says something.
    pub(super) fn handle_message(&mut self, now: Now, message: Message) {
        if matches!(self.phase, Phase::Over) {
            return;
        }
        if !matches!(message, Message::Roster(_)) {
            self.end_roster();
        }
        match message {
            Message::Welcome(welcome) => self.welcomed(now, &welcome),
            Message::Pending { commitment } => self.pending(now, commitment),
            Message::Reveal { nonce } => self.revealed(nonce),
            Message::Denied(reason) => self.denied(now, reason),
            Message::Roster(roster) => self.take_roster(&roster),
            Message::Entries { entries, head } => self.take_entries(now, entries, head),
            Message::Acknowledged { id, seq, .. } => self.acknowledged(id, seq),
            Message::Refused { id, reason } => self.refused(now, id, reason),
            Message::Presence(presence) => self.take_presence(presence),
            Message::Receipts(receipts) => self.take_receipts(&receipts),
            Message::Missing { from } => self.send_missing(from),
            Message::Bye(reason) => self.dismissed(now, reason),
            // What only a host is told, what the session deals with, what a newer version says.
            Message::Join(_)
            | Message::Submit(_)
            | Message::Stored { .. }
            | Message::Read { .. }
            | Message::Ping
            | Message::Pong
            | Message::Rekey
            | Message::Unknown => {}
        }
    }

    /// The line has ended, or is of no use.
    pub(super) fn handle_gone(&mut self, now: Now, end: LineEnd) {
        if matches!(self.phase, Phase::Away(_) | Phase::Remembering(_) | Phase::Over) {
            return;
        }
        let wait = self.backoff.next(&mut self.chance);
        if self.entered.is_none() && self.backoff.failures() > MAX_FIRST_ATTEMPTS {
            self.close(CloseReason::Lost(end));
            return;
        }
        self.lost(now, end, wait);
    }

    /// The line has failed in a way that its ends have in their own hands.
    pub(super) fn handle_failed(&mut self, now: Now, failure: SessionFailure) {
        self.out.push_back(Out::Close);
        let stranger = self.entered.is_none();
        match (failure, self.expected_host()) {
            (SessionFailure::OtherHost { shown }, Some(known)) => {
                self.close(CloseReason::HostKeyChanged { known, shown })
            }
            (SessionFailure::NotLandline, _) if stranger => self.close(CloseReason::NotLandline),
            (SessionFailure::Version { .. }, _) => self.close(CloseReason::Version),
            (SessionFailure::Late | SessionFailure::Silent, _) => self.handle_gone(now, LineEnd::TimedOut),
            _ => self.handle_gone(now, LineEnd::Failed),
        }
    }

    /// A connection was made. Whether it is wanted.
    pub(super) fn opened(&mut self, address: SocketAddr) -> bool {
        let wanted = matches!(self.phase, Phase::Calling);
        if wanted {
            self.address = Some(address);
        }
        wanted
    }

    /// Nobody answers where the host should be.
    pub(super) fn handle_unreachable(&mut self, now: Now) {
        if !matches!(self.phase, Phase::Calling) {
            return;
        }
        if self.entered.is_none() {
            self.close(CloseReason::Unreachable);
            return;
        }
        self.handle_gone(now, LineEnd::TimedOut);
    }

    pub(super) fn handle_read(&mut self, now: Now, read: ReadId, entries: Vec<PlacedEntry>) {
        match self.phase {
            Phase::Remembering(asked) if asked == read => self.remembered(now, &entries),
            _ => self.give_missing(read, entries),
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Now) {
        self.keeper.handle_timeout(now.monotonic);
        self.forget_refused();
        if self.leaving.is_some_and(|until| until <= now.monotonic) {
            self.go();
        }
        if self.outbox.next_deadline().is_some_and(|at| at <= now.monotonic) {
            self.outbox.release();
            self.submit();
        }
        match self.phase {
            Phase::Away(at) if at <= now.monotonic => self.call(),
            Phase::Joining { until, .. } | Phase::Knocking { until, .. } if until <= now.monotonic => {
                self.out.push_back(Out::Close);
                self.handle_gone(now, LineEnd::TimedOut);
            }
            Phase::In(until) if until <= now.monotonic => {
                self.out.push_back(Out::Close);
                self.call();
            }
            _ => {}
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Away(at) | Phase::In(at) => Some(at),
            Phase::Joining { until, .. } | Phase::Knocking { until, .. } => Some(until),
            Phase::Remembering(_) | Phase::Calling | Phase::Over => None,
        };
        let deadlines = [
            phase,
            self.leaving,
            self.refused.first().map(|(since, _)| *since),
            self.keeper.next_deadline(),
            self.outbox.next_deadline(),
            self.progress.next_deadline().filter(|_| self.is_in()),
        ];
        deadlines
            .into_iter()
            .flatten()
            .min()
            .filter(|_| !matches!(self.phase, Phase::Over))
    }

    /// Whether more may be read from the line: not while the disk is far behind.
    pub(super) fn wants_bytes(&self) -> bool {
        self.keeper.len() < MAX_UNKEPT_PIECES
    }

    pub(super) fn makes(&self, mistake: Mistake) -> bool {
        self.config.limits.makes(mistake)
    }

    /// What people see, after what is on its way to the disk before it.
    pub(super) fn show(&mut self, event: Event) {
        self.keep(Piece {
            events: vec![event],
            ..Piece::default()
        });
    }

    /// Keeps something; what follows from it follows when it is kept.
    pub(super) fn keep(&mut self, mut piece: Piece) {
        if self.makes(Mistake::ShowEarly) {
            self.events.extend(piece.events.drain(..));
        }
        if self.makes(Mistake::StoredEarly)
            && let Some(seen) = piece.stored.take()
        {
            self.send(Message::Stored { seq: seen.seq });
        }
        if self.makes(Mistake::QueueEarly)
            && let Some(own) = piece.own.take()
        {
            self.events.extend(own.queued());
            self.outbox.push(own);
            self.submit();
        }
        if let Some(piece) = self.keeper.push(piece) {
            self.kept(piece);
        }
    }

    pub(super) fn send(&mut self, message: Message) {
        self.out.push_back(Out::Send(Box::new(message)));
    }

    pub(super) fn is_in(&self) -> bool {
        matches!(self.phase, Phase::In(_))
    }

    /// The room is over for this computer. What was said and is not yet kept is given back; what is just being kept is waited for.
    pub(super) fn close(&mut self, reason: CloseReason) {
        if matches!(self.phase, Phase::Over) {
            return;
        }
        self.forget_refused();
        self.phase = Phase::Over;
        self.closing = Some(reason);
        for own in self.keeper.abandon() {
            self.events.push_back(own.refused(RefuseReason::NotConnected));
        }
        self.close_when_kept();
    }

    fn forget_refused(&mut self) {
        for (_, id) in std::mem::take(&mut self.refused) {
            self.keep(change(Change::Unqueue(id)));
        }
    }

    /// Ends the line because of what the host does, for good.
    pub(super) fn break_off(&mut self, reason: CloseReason) {
        self.send(Message::Bye(ByeReason::Protocol));
        self.out.push_back(Out::Finish);
        self.close(reason);
    }

    pub(super) fn call(&mut self) {
        self.phase = Phase::Calling;
        self.out.push_back(Out::Connect);
    }

    pub(super) fn lost(&mut self, now: Now, end: LineEnd, retry_in: Duration) {
        self.phase = match self.makes(Mistake::StayAway) {
            true => Phase::Calling,
            false => Phase::Away(now.monotonic + retry_in),
        };
        self.show(Event::Lost { end, retry_in });
        self.leave_when_done();
    }

    /// The host ends the line properly.
    fn dismissed(&mut self, now: Now, reason: ByeReason) {
        self.out.push_back(Out::Close);
        match reason {
            ByeReason::Removed => self.close(CloseReason::Removed),
            ByeReason::Replaced => {
                self.replaced += 1;
                if self.replaced >= MAX_REPLACED {
                    self.close(CloseReason::Replaced);
                } else {
                    self.lost(now, LineEnd::Finished, REPLACED_WAIT);
                }
            }
            ByeReason::Leaving | ByeReason::TooSlow | ByeReason::Protocol | ByeReason::Other => {
                self.handle_gone(now, LineEnd::Finished);
            }
        }
    }

    /// Tells the host how far this copy has got, if it is time.
    pub(super) fn tell_progress(&mut self, now: Now) {
        if !self.is_in() {
            return;
        }
        let members = || {
            self.entered
                .as_ref()
                .map_or(0, |entered| entered.projection.here().len())
        };
        if let Some(seq) = self.progress.take_due(now.monotonic, members) {
            self.send(Message::Stored { seq });
        }
    }
}

/// How the room is, for people.
pub(super) fn settings(kept: &log::Kept) -> Event {
    Event::Settings {
        room: kept.room,
        host: kept.host,
        settings: kept.settings.clone(),
    }
}

/// One change, and nothing that follows from it.
pub(super) fn change(change: Change) -> Piece {
    Piece {
        changes: vec![change],
        ..Piece::default()
    }
}
