//! What members say on their lines.

use std::time::Instant;

use super::bucket::Bucket;
use super::core::{Core, State};
use super::line::{Flow, Phase};
use super::sequencer::Work;
use crate::proto::identity::MemberKey;
use crate::proto::log::{Body, SignedEntry};
use crate::proto::message::{ByeReason, Message, SubmitRefusal};
use crate::proto::wire::{MAX_BODY_BYTES, WireError, decode_body};
use crate::proto::{Event, LeaveReason, LineEnd, LineId, MemberId, Mistake, Now};

impl Core {
    /// A member who is in the room says something on their line.
    pub(super) fn member_says(&mut self, now: Now, line: LineId, id: MemberId, message: Message) {
        match message {
            Message::Submit(entry) => {
                self.charge(now, line, id);
                self.submit(line, id, entry);
            }
            Message::Stored { seq } => self.has_stored(now, line, id, seq),
            Message::Read { seq } => self.has_read(now, line, id, seq),
            Message::Entries { entries, .. } => {
                self.charge(now, line, id);
                self.take_back(now, line, entries);
            }
            Message::Bye(_) => self.handle_gone(now, line, LeaveReason::Bye),
            Message::Ping | Message::Pong | Message::Rekey | Message::Unknown => self.charge(now, line, id),
            // What only a host says, and what was said before coming in.
            Message::Join(_)
            | Message::Reveal { .. }
            | Message::Welcome(_)
            | Message::Pending { .. }
            | Message::Denied(_)
            | Message::Acknowledged { .. }
            | Message::Refused { .. }
            | Message::Roster(_)
            | Message::Presence(_)
            | Message::Receipts(_)
            | Message::Missing { .. } => {
                self.dismiss(now, line, ByeReason::Protocol, LeaveReason::Lost(LineEnd::Failed));
            }
        }
    }

    /// An entry for the log: looked at here, judged when it gets its place.
    fn submit(&mut self, line: LineId, id: MemberId, entry: SignedEntry) {
        let name = entry.id;
        if let Some(seq) = self.projection.index().seq_of(id, name)
            && !self.makes(Mistake::TakeTwice)
        {
            return self.acknowledge_again(line, name, seq);
        }
        let Some(guest) = self.lines.get_mut(&line) else {
            return;
        };
        if self.config.limits.makes(Mistake::ForgetOrder) {
            guest.owed.forget();
        }
        let index = self.projection.index();
        if !guest.owed.takes(name, |owed| index.seq_of(id, owed).is_some()) {
            return self.refuse(line, name, SubmitRefusal::Busy);
        }
        let author = guest.key;
        let looked_at = match self.guard.is_on() || self.sequencer.is_full() || self.state != State::Open {
            true => Err(SubmitRefusal::Busy),
            false => self.look_at(&author, &entry),
        };
        match looked_at {
            Ok(body) => self.sequencer.push(Work::Submitted {
                line,
                author,
                entry,
                body,
            }),
            Err(reason) => self.refuse(line, name, reason),
        }
    }

    /// Whether an entry is what it claims to be, and what it says.
    fn look_at(&self, author: &MemberKey, entry: &SignedEntry) -> Result<Body, SubmitRefusal> {
        if entry.body.len() > MAX_BODY_BYTES {
            return Err(SubmitRefusal::TooLong);
        }
        let forged = entry.author != *author || entry.room != self.kept.room || !entry.is_genuine();
        if forged && !self.makes(Mistake::TakeForged) {
            return Err(SubmitRefusal::Forged);
        }
        decode_body(&entry.body).map_err(|error| match error {
            WireError::TooLong => SubmitRefusal::TooLong,
            _ => SubmitRefusal::NotAllowed,
        })
    }

    /// What was sent to a member is on their disk: the next page follows.
    fn has_stored(&mut self, now: Now, line: LineId, id: MemberId, seq: u64) {
        let seq = seq.min(self.last.seq);
        self.advanced(now, line, id, seq, 0);
        if let Some(Phase::In {
            flow: Flow::Paused(until),
            ..
        }) = self.lines.get(&line).map(|line| line.phase)
            && seq >= until
        {
            self.go_on(line, until);
        }
    }

    fn has_read(&mut self, now: Now, line: LineId, id: MemberId, seq: u64) {
        let seq = seq.min(self.last.seq);
        self.advanced(now, line, id, seq, seq);
    }

    /// What says something new costs nothing: there is no more of it than there are entries.
    fn advanced(&mut self, now: Now, line: LineId, id: MemberId, stored: u64, read: u64) {
        match self.states.advance(now.monotonic, id, stored, read) {
            Some(receipt) => self.events.push_back(Event::Receipt { receipt }),
            None => self.charge(now, line, id),
        }
    }

    /// Counts a message against what a member may say; beyond it the line is not read for a while.
    fn charge(&mut self, now: Now, line: LineId, id: MemberId) {
        let full = Bucket::for_messages(&self.config.limits);
        let bucket = self.allowances.entry(id).or_insert(full);
        bucket.take(now.monotonic);
        let until = bucket.empty_until(now.monotonic);
        self.hold(line, until);
    }

    /// The same for somebody who is not in.
    pub(super) fn charge_stranger(&mut self, now: Now, line: LineId) {
        if let Some(guest) = self.lines.get_mut(&line) {
            guest.allowance.take(now.monotonic);
            let until = guest.allowance.empty_until(now.monotonic);
            self.hold(line, until);
        }
    }

    /// A line is not read until then.
    fn hold(&mut self, line: LineId, until: Option<Instant>) {
        if let Some(until) = until
            && let Some(guest) = self.lines.get_mut(&line)
        {
            guest.held_until = Some(until);
            self.due.insert((until, line));
        }
    }
}
