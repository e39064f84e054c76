//! What follows when a batch is on disk: only now anybody hears of it. And what follows when it is not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::core::{Core, Out, State};
use super::line::{Flow, Phase};
use super::plain::NOT_TAKEN;
use super::refused::Words;
use super::sequencer::{Flight, From, Landing, Step, Then, Work};
use crate::proto::identity::MemberKey;
use crate::proto::index::Index;
use crate::proto::log::{Body, Kept, Peer, PlacedEntry, Seen, SignedHead, StoreError};
use crate::proto::message::{ByeReason, DenyReason, Message, SubmitRefusal};
use crate::proto::projection::Projection;
use crate::proto::wire::entries_of_a_page;
use crate::proto::{
    CloseReason, EntryId, Event, LeaveReason, LineEnd, LineId, MemberId, Mistake, Notice, Now, RefuseReason,
};

/// What a plain guest is told whose words find no place.
const DISK_IS_FULL: &str = "your message was not taken: this computer's disk is full";

impl Core {
    /// A batch is on disk.
    pub(super) fn landed(&mut self, now: Now, flight: Flight) {
        if self.state == State::Over {
            return; // everybody was told that it is over
        }
        self.disk_is_full &= flight.changes.is_empty();
        self.counter = flight.counter;
        let mut before = std::mem::replace(&mut self.last, flight.last);
        let opened = matches!(flight.steps.first(), Some(Step::Begun { again: false, .. }));
        let mut fresh = Vec::new();
        let mut newcomers = Vec::new();
        for step in flight.steps {
            match step {
                Step::Entry(landing) => {
                    newcomers.extend(newcomer(&landing));
                    if let Some(peer) = &landing.peer {
                        self.remember_floor(peer, before);
                    }
                    let Landing { placed, .. } = landing.as_ref();
                    before = Seen {
                        seq: placed.seq,
                        hash: placed.hash,
                    };
                    fresh.push(placed.clone());
                    self.take(now, *landing);
                }
                Step::Kept(then) => self.kept_own(now, then),
                Step::Told(event) => self.events.push_back(event),
                Step::Repeated { line, id, place } => self.acknowledge(line, id, place),
                Step::Begun { kept, again } => {
                    before = kept.floor;
                    self.begun(now, *kept, again);
                }
            }
        }
        if opened {
            self.opened();
        }
        let urgent = fresh.len() > newcomers.len();
        self.unspread.add(now.monotonic, fresh);
        if urgent {
            self.spread();
        }
        for (line, id) in newcomers {
            self.enter(now, line, id);
        }
        self.restored(now);
    }

    /// A batch did not fit on the disk: nothing of it has happened, and everybody whose it was is told.
    pub(super) fn bounced(&mut self, flight: Flight) {
        let was_full = std::mem::replace(&mut self.disk_is_full, true);
        if !was_full || flight.steps.iter().any(Step::is_asked) {
            self.notice(Notice::DiskFull);
        }
        if self.makes(Mistake::CountFailed) {
            self.last = flight.last;
        }
        let lines: BTreeSet<LineId> = flight.steps.iter().filter_map(Step::line).collect();
        for step in flight.steps {
            match step {
                Step::Entry(landing) => self.bounce(landing.placed.entry.id, landing.from),
                Step::Kept(then) => self.own_refused(EntryId([0; 16]), then, SubmitRefusal::DiskFull),
                Step::Told(event) => self.events.push_back(event),
                Step::Repeated { line, id, .. } => self.refuse(line, id, SubmitRefusal::DiskFull),
                Step::Begun { again: true, .. } => {}
                Step::Begun { again: false, .. } => self.end(CloseReason::Disk(StoreError::Full)), // there is no room without it
            }
        }
        if self.makes(Mistake::ForgetOrder) {
            return;
        }
        for (line, id) in self.sequencer.take_back(&lines) {
            self.refuse(line, id, SubmitRefusal::Busy);
        }
    }

    fn bounce(&mut self, id: EntryId, from: From) {
        match from {
            From::Line(line) => self.refuse(line, id, SubmitRefusal::DiskFull),
            From::Here(then) => self.own_refused(id, then, SubmitRefusal::DiskFull),
            From::Guests => self.guard.start_again(),
        }
    }

    /// The disk has failed, or is not what it was: what it holds is unknown, so nothing is taken any more. Opening the room again reads it.
    pub(super) fn crashed(&mut self, flight: Flight, error: StoreError) {
        for step in flight.steps {
            if let Step::Entry(landing) = step
                && let From::Here(Then::Said { text, .. }) = landing.from
            {
                self.refuse_words(landing.placed.entry.id, text, RefuseReason::DiskFailed);
            }
        }
        for work in self.sequencer.give_up() {
            if let Work::Own {
                id,
                then: Then::Said { text, .. },
                ..
            } = work
            {
                self.refuse_words(id, text, RefuseReason::DiskFailed);
            }
        }
        self.end(CloseReason::Disk(error));
    }

    /// Something of this host's own did not become part of the log.
    pub(super) fn own_refused(&mut self, id: EntryId, then: Then, refusal: SubmitRefusal) {
        let reason = match refusal {
            SubmitRefusal::DiskFull => RefuseReason::DiskFull,
            other => RefuseReason::Host(other),
        };
        match then {
            Then::Said { text, reply_to } => {
                self.refused.add(Words {
                    id,
                    text: text.clone(),
                    reply_to,
                });
                self.refuse_words(id, text, reason);
            }
            Then::Changed { text } => self.refuse_words(id, text, reason),
            Then::Vouched { line } if refusal == SubmitRefusal::DiskFull => self.tell(line, DISK_IS_FULL),
            Then::Vouched { line } => self.tell(line, NOT_TAKEN),
            Then::Admit { line, invite } => {
                if let Some((number, _)) = invite {
                    self.invites.give_back(number);
                }
                let reason = match refusal {
                    SubmitRefusal::DiskFull => DenyReason::DiskFull,
                    _ => DenyReason::Busy,
                };
                self.deny(line, reason);
            }
            Then::Invite(_) | Then::Asked | Then::Nothing => {}
        }
    }

    pub(super) fn refuse_words(&mut self, id: EntryId, text: Arc<str>, reason: RefuseReason) {
        self.events.push_back(Event::Refused { id, text, reason });
    }

    pub(super) fn refuse(&mut self, line: LineId, id: EntryId, reason: SubmitRefusal) {
        let Some(guest) = self.lines.get_mut(&line) else {
            return;
        };
        match reason.retry() {
            true => guest.owed.add(id),
            false => guest.owed.remove(id),
        }
        self.send(line, Message::Refused { id, reason });
    }

    pub(super) fn acknowledge(&mut self, line: LineId, id: EntryId, place: Seen) {
        let Seen { seq, hash } = place;
        if self.lines.contains_key(&line) {
            self.send(line, Message::Acknowledged { id, seq, hash });
        }
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        self.events.push_back(Event::Notice { notice });
    }

    pub(super) fn tell(&mut self, line: LineId, sentence: &str) {
        self.out.push_back(Out::Tell {
            line,
            sentence: sentence.into(),
        });
    }

    /// An entry is part of the log.
    fn take(&mut self, now: Now, landing: Landing) {
        let Landing {
            placed,
            body,
            peer,
            from,
        } = landing;
        let mut taken = self.projection.take(&placed, &body);
        if matches!(&from, From::Here(Then::Admit { line, .. }) if self.lines.contains_key(line)) {
            taken.event = None; // they are about to come in
        }
        if let Some(peer) = peer {
            self.projection.put(peer);
        }
        let place = Seen {
            seq: placed.seq,
            hash: placed.hash,
        };
        let words = spoken(taken.event.as_ref());
        self.events.extend(taken.event);
        match from {
            From::Line(line) => {
                self.acknowledge(line, placed.entry.id, place);
                self.spread_words(words, Some(line));
            }
            From::Here(then) => self.done(&placed, then, words),
            From::Guests => {}
        }
        self.follow(now, &placed.entry.author, &body);
    }

    /// Something of this host's own is part of the log.
    fn done(&mut self, placed: &PlacedEntry, then: Then, words: Option<(String, Arc<str>)>) {
        match then {
            Then::Said { .. } => {
                self.events.push_back(Event::Sent {
                    id: placed.entry.id,
                    seq: placed.seq,
                    plain: false,
                });
                self.spread_words(words.map(|(_, text)| (String::new(), text)), None);
            }
            Then::Vouched { line } => self.spread_words(words, Some(line)),
            Then::Admit {
                invite: Some((number, _)),
                ..
            } if self.makes(Mistake::KeepInvite) => self.invites.give_back(number),
            Then::Admit {
                invite: Some((number, _)),
                ..
            } => self.invites.used(number),
            Then::Admit { invite: None, .. } | Then::Changed { .. } | Then::Invite(_) | Then::Asked | Then::Nothing => {
            }
        }
    }

    /// What is kept without an entry is kept.
    fn kept_own(&mut self, now: Now, then: Then) {
        if let Then::Invite(invite) = then {
            self.invites.add(&invite, now.wall);
            self.events.push_back(Event::Invite { invite: *invite });
        }
    }

    /// What an entry changes beside what people see of it.
    fn follow(&mut self, now: Now, author: &MemberKey, body: &Body) {
        match body {
            Body::Admitted { member, .. } => self.reserve_name(now, member),
            Body::Renamed { .. } => self.reserve_name(now, author),
            Body::Removed { .. } if self.makes(Mistake::KeepRemoved) => {}
            Body::Removed { member } => {
                let id = self.projection.id_of(member);
                if let Some(line) = id.and_then(|id| self.by_member.get(&id)).copied() {
                    self.dismiss(now, line, ByeReason::Removed, LeaveReason::Removed);
                }
            }
            Body::Settings(settings) => {
                let before = std::mem::replace(&mut self.kept.settings, settings.clone());
                self.plain_changed(now, before.plain.is_some());
            }
            _ => {}
        }
    }

    /// Words of a message, for those who are on plain text.
    fn spread_words(&mut self, words: Option<(String, Arc<str>)>, except: Option<LineId>) {
        if let Some((prefix, text)) = words
            && !self.plain_lines.is_empty()
        {
            let prefix = prefix.into();
            self.out.push_back(Out::Spread { prefix, text, except });
        }
    }

    /// New entries for those who have all before them, and the host's word on the newest.
    pub(super) fn spread(&mut self) {
        let entries = self.unspread.take();
        if entries.is_empty() {
            return;
        }
        // Who has come in meanwhile has got some of them with the welcome.
        for (told, lines) in self.live_lines() {
            let mut rest = &entries[entries.partition_point(|placed| placed.seq <= told)..];
            while !rest.is_empty() {
                let (page, after) = rest.split_at(entries_of_a_page(rest).max(1));
                rest = after;
                let head = Some(self.sign_head());
                let entries = page.to_vec();
                self.send_all(lines.clone(), Message::Entries { entries, head });
            }
            for line in lines {
                self.set_flow(line, Flow::Live { told: self.last.seq });
            }
        }
    }

    /// This host's word on the newest entry. It is signed when somebody is told of it, not with each batch: a signature costs more than all
    /// else that a host does for a message, and plain guests are told nothing that is signed.
    pub(super) fn sign_head(&mut self) -> SignedHead {
        let (kept, Seen { seq, hash }) = (&self.kept, self.last);
        let is_newest = |head: &SignedHead| (head.epoch, head.seq, head.hash) == (kept.epoch, seq, hash);
        let head = self.head.filter(is_newest);
        let head = head.unwrap_or_else(|| SignedHead::sign(&self.config.identity, kept.room, kept.epoch, seq, hash));
        self.head = Some(head);
        head
    }

    /// The lines that are sent what is stored, by what they were sent.
    fn live_lines(&self) -> BTreeMap<u64, Vec<LineId>> {
        let mut live: BTreeMap<u64, Vec<LineId>> = BTreeMap::new();
        for line in self.by_member.values() {
            if let Some(Phase::In {
                flow: Flow::Live { told },
                ..
            }) = self.lines.get(line).map(|line| line.phase)
            {
                live.entry(told).or_default().push(*line);
            }
        }
        live
    }

    /// A history has begun. Whoever is in comes in again, and begins anew.
    fn begun(&mut self, now: Now, kept: Kept, again: bool) {
        if again {
            for line in self.lines.keys().copied().collect::<Vec<_>>() {
                self.lose(now, line, LeaveReason::Lost(LineEnd::Finished));
                self.out.push_back(Out::Close(line));
            }
            self.events.push_back(Event::NewEpoch);
        }
        let peers: Vec<Peer> = self.projection.peers().cloned().collect();
        self.projection = Projection::new(self.me, self.me, &peers, Index::new(0, &[]));
        self.kept = kept;
        self.guard.forget();
        self.states.forget_receipts();
        self.unspread.take(); // of the history before
        self.forget_floors();
        self.come_in();
    }
}

/// Who comes in because of an entry.
fn newcomer(landing: &Landing) -> Option<(LineId, MemberId)> {
    match (&landing.from, &landing.body) {
        (From::Here(Then::Admit { line, .. }), Body::Admitted { id, .. }) => Some((*line, *id)),
        _ => None,
    }
}

/// The words of a message, behind its author's name.
fn spoken(event: Option<&Event>) -> Option<(String, Arc<str>)> {
    match event {
        Some(Event::Said { entry }) => Some((format!("{}: ", entry.author.name), entry.text.clone())),
        _ => None,
    }
}
