//! What a guest is told in a room: entries, who is here, how far others have come.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::copy::Fit;
use super::core::{Core, Entered};
use super::keeper::Piece;
use crate::proto::identity::MemberKey;
use crate::proto::log::{Body, Change, Peer, PlacedEntry, SignedHead};
use crate::proto::message::{MAX_PAGE_ENTRIES, Message, Presence, PresenceState, Receipt, SubmitRefusal, Welcome};
use crate::proto::projection::vouched;
use crate::proto::wire::{decode_body, entries_of_a_page};
use crate::proto::{
    CloseReason, EntryId, Event, LeaveReason, LineEnd, Member, MemberId, Mistake, Notice, Now, ReadId, RefuseReason,
};

/// People of whom a host may tell without an entry, members and plain guests alike: more than any room has, and as much memory as a long
/// history needs.
pub(super) const MAX_PEOPLE: usize = 1 << 17;

impl Core {
    /// The next entries. What fits is kept and shown; what does not ends the line, or the room.
    pub(super) fn take_entries(&mut self, now: Now, entries: Vec<PlacedEntry>, head: Option<SignedHead>) {
        if !self.is_in() {
            return;
        }
        let mut piece = Piece::default();
        // The host's word first: nothing is taken that it could deny.
        let mut fit = head.map_or(Fit::Known, |head| self.take_head(head, &mut piece));
        for placed in entries {
            if !matches!(fit, Fit::Next | Fit::Known) {
                break;
            }
            fit = self.take_entry(placed, &mut piece);
        }
        let last = self.last_seq();
        self.caught_up(last, &mut piece);
        piece.stored = self.entered.as_ref().map(|entered| entered.copy.last());
        piece.awaited = head.is_none_or(|head| head.seq > last);
        self.keep(piece);
        match fit {
            Fit::Next | Fit::Known => {}
            Fit::Gap => self.ask_again(now),
            Fit::Forged => self.break_off(CloseReason::Forged { seq: last + 1 }),
            Fit::Other => match head {
                Some(head) => self.two_stories(head),
                None => self.break_off(CloseReason::Forged { seq: last + 1 }),
            },
        }
    }

    /// The host tells two stories: what it shows now is not what it has shown before.
    pub(super) fn two_stories(&mut self, shown: SignedHead) {
        let kept = self.entered.as_ref().and_then(|entered| entered.copy.head());
        let Some(kept) = kept else {
            self.break_off(CloseReason::Forged { seq: shown.seq });
            return;
        };
        let heads = Box::new([kept, shown]);
        self.events.push_back(Event::Notice {
            notice: Notice::TwoStories { heads },
        });
        self.break_off(CloseReason::TwoStories);
    }

    pub(super) fn catch_up(&mut self, welcome: &Welcome) {
        let last = self.last_seq();
        if welcome.head.seq > last {
            self.catching_up = Some((welcome.head.seq, last));
        } else {
            self.show(Event::CaughtUp { entries: 0 });
        }
    }

    pub(super) fn take_presence(&mut self, presence: Vec<Presence>) {
        for Presence { id, key, name, state } in presence {
            let reason = match state {
                PresenceState::Here => {
                    let event = self.meet(id, key, &name, true);
                    event.into_iter().for_each(|event| self.show(event));
                    continue;
                }
                PresenceState::Left => LeaveReason::Bye,
                PresenceState::Lost => LeaveReason::Lost(LineEnd::Reset),
                PresenceState::Removed => LeaveReason::Removed,
                PresenceState::TooSlow => LeaveReason::TooSlow,
            };
            self.part(id, reason);
        }
    }

    pub(super) fn take_receipts(&mut self, receipts: &[Receipt]) {
        for receipt in receipts {
            self.show(Event::Receipt { receipt: *receipt });
        }
    }

    /// Somebody is a member, and perhaps here.
    pub(super) fn meet(&mut self, id: MemberId, key: Option<MemberKey>, name: &Arc<str>, here: bool) -> Option<Event> {
        let entered = self.entered.as_mut()?;
        let Some(key) = key else {
            let room = self.plain.len() < MAX_PEOPLE;
            let new = here && room && self.plain.insert(id, Arc::clone(name)).is_none();
            return new.then(|| Event::Joined {
                member: plain_guest(id, name, true),
            });
        };
        let unknown = entered.projection.peer(id).is_none_or(|peer| peer.key != key);
        let may_be = entered.projection.len() < MAX_PEOPLE && entered.projection.may_be(&key, id);
        if unknown && !may_be && !self.config.limits.makes(Mistake::MixPeople) {
            return None;
        }
        if unknown {
            entered.projection.put(Peer {
                key,
                id,
                name: name.as_ref().to_owned(),
                member: false, // the entry that makes them a member is on its way
                verified: self.compared == Some(key),
                first_seq: 0,
            });
        }
        let new = here && entered.projection.arrive(id, None);
        let member = entered.projection.member(id)?;
        match (new, unknown) {
            (true, _) => Some(Event::Joined { member }),
            (false, true) => Some(Event::Known { member }),
            (false, false) => None,
        }
    }

    /// Everybody who is here, as far as this guest knows.
    pub(super) fn present(&self) -> BTreeSet<MemberId> {
        let members = self.entered.iter().flat_map(|entered| entered.projection.here());
        members.chain(self.plain.keys().copied()).collect()
    }

    /// The list of members is complete: who was here on the last line and is not in it has gone meanwhile.
    pub(super) fn end_roster(&mut self) {
        self.founding = false;
        for id in std::mem::take(&mut self.unheard) {
            self.part(id, LeaveReason::Lost(LineEnd::Finished));
        }
    }

    pub(super) fn acknowledged(&mut self, id: EntryId, seq: u64) {
        // An own entry that still waits here stands nowhere in this copy.
        let floor = self.entered.as_ref().map_or(0, |entered| entered.kept.floor.seq);
        let elsewhere = seq == 0 || (floor + 1..=self.last_seq()).contains(&seq);
        if elsewhere && self.outbox.waits(id) {
            self.break_off(CloseReason::Forged { seq });
            return;
        }
        let sent = self.outbox.acknowledged(id, seq);
        self.events.extend(sent);
        // It stands before the place where this copy begins, and does not come any more.
        let believed = self.makes(Mistake::BelieveAcknowledged);
        if (seq <= floor || believed)
            && let Some((own, _)) = self.outbox.arrived(id, seq)
        {
            self.keep(super::core::change(Change::Unqueue(own.entry.id)));
        }
        self.submit();
        self.leave_when_done();
    }

    /// The host does not take an own entry, for now or for good.
    pub(super) fn refused(&mut self, now: Now, id: EntryId, reason: SubmitRefusal) {
        let own = if reason.retry() && self.makes(Mistake::ForgetRefused) {
            self.outbox.refused(id)
        } else if reason.retry() {
            self.outbox.held(now.monotonic, id)
        } else {
            let own = self.outbox.refused(id);
            if own.is_some() {
                self.refused.push((now.monotonic, id));
            }
            own
        };
        let refused = own.map(|own| own.refused(RefuseReason::Host(reason)));
        self.events.extend(refused);
        self.submit();
        self.leave_when_done();
    }

    /// The host has lost what comes from here on. It asks for one page at a time.
    pub(super) fn send_missing(&mut self, from: u64) {
        let floor = self.entered.as_ref().map_or(0, |entered| entered.kept.floor.seq);
        let asked = !self.missing.is_empty() && !self.makes(Mistake::AnswerAll);
        if self.is_in() && from > floor && !asked {
            let read = self.keeper.read(from, MAX_PAGE_ENTRIES);
            self.missing.insert(read);
        }
    }

    /// A page of what the host has lost. An empty one says that this guest does not have it either.
    pub(super) fn give_missing(&mut self, read: ReadId, mut entries: Vec<PlacedEntry>) {
        if !self.missing.remove(&read) || !self.is_in() {
            return;
        }
        entries.truncate(entries_of_a_page(&entries).min(MAX_PAGE_ENTRIES));
        let head = self.entered.as_ref().and_then(|entered| entered.copy.head());
        let last = entries.last().map(|placed| placed.seq);
        let head = head.filter(|head| Some(head.seq) == last);
        self.send(Message::Entries { entries, head });
    }

    fn take_entry(&mut self, placed: PlacedEntry, piece: &mut Piece) -> Fit {
        let limits = &self.config.limits;
        let Some(Entered { kept, copy, projection }) = &mut self.entered else {
            return Fit::Known;
        };
        let fit = copy.fit(&placed, limits);
        if fit != Fit::Next {
            return fit;
        }
        let author = placed.entry.author;
        let twice = projection
            .id_of(&author)
            .is_some_and(|id| projection.index().seq_of(id, placed.entry.id).is_some());
        let Some(body) = decode_body(&placed.entry.body)
            .ok()
            .filter(|body| projection.judge(&author, body).is_ok() || limits.makes(Mistake::MixPeople))
        else {
            return Fit::Forged;
        };
        if twice && !limits.makes(Mistake::TakeAgain) {
            return Fit::Forged;
        }
        copy.add(&placed);
        let taken = projection.take(&placed, &body);
        if let Body::Settings(settings) = &body {
            kept.settings = settings.clone();
            piece.changes.push(Change::Room(kept.clone()));
        }
        piece.changes.extend(taken.peer.map(Change::Peer));
        if self.config.limits.makes(Mistake::ShowTwice) {
            piece.events.extend(taken.event.clone());
        }
        piece.events.extend(taken.event);
        if author == self.config.identity.key()
            && let Some((own, sent)) = self.outbox.arrived(placed.entry.id, placed.seq)
        {
            piece.changes.push(Change::Unqueue(own.entry.id));
            piece.events.extend(sent);
        }
        piece.changes.push(Change::Append(placed));
        Fit::Next
    }

    fn take_head(&mut self, head: SignedHead, piece: &mut Piece) -> Fit {
        let Some(entered) = &mut self.entered else {
            return Fit::Known;
        };
        let mut fit = entered.copy.fit_head(&head);
        if fit == Fit::Other && self.config.limits.makes(Mistake::ForgetHead) {
            fit = Fit::Known;
        }
        if matches!(fit, Fit::Next | Fit::Known) && entered.copy.note(head) {
            piece.changes.push(Change::Head(head));
        }
        fit
    }

    fn caught_up(&mut self, last: u64, piece: &mut Piece) {
        if let Some((until, from)) = self.catching_up
            && last >= until
        {
            self.catching_up = None;
            piece.events.push(Event::CaughtUp { entries: last - from });
        }
    }

    /// Something was lost between: another line begins where this computer is.
    fn ask_again(&mut self, now: Now) {
        self.out.push_back(super::core::Out::Close);
        self.handle_gone(now, LineEnd::Failed);
    }

    fn part(&mut self, id: MemberId, reason: LeaveReason) {
        let member = match self.plain.remove(&id) {
            Some(name) => Some(plain_guest(id, &name, false)),
            None => self.entered.as_mut().and_then(|entered| {
                let was_here = entered.projection.depart(id);
                entered.projection.member(id).filter(|_| was_here)
            }),
        };
        if let Some(member) = member {
            self.show(Event::Left { member, reason });
        }
    }

    pub(super) fn last_seq(&self) -> u64 {
        self.entered.as_ref().map_or(0, |entered| entered.copy.last().seq)
    }
}

fn plain_guest(id: MemberId, name: &str, here: bool) -> Member {
    let author = vouched(id, name);
    Member {
        named: author.address_as_name().is_none(),
        author,
        me: false,
        address: None,
        key: None,
        here,
        verified: false,
    }
}
