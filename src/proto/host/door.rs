//! Who comes in: the decision table, knocks, and how lines end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand_chacha::rand_core::RngCore as _;

use super::core::{Core, Out, State};
use super::knocks::{self, Knock};
use super::line::Phase;
use super::sequencer::{Then, Work};
use crate::proto::identity::MemberKey;
use crate::proto::log::{Admission, Body, InviteNumber};
use crate::proto::message::{ByeReason, DenyReason, Join, Message, Presence, PresenceState, Proof};
use crate::proto::{Admit, Event, KnockId, LeaveReason, LineId, MemberId, Notice, Now};
use crate::text;

/// How long a guest that knocks may take to show its nonce: its program does that at once.
const REVEAL_WITHIN: Duration = Duration::from_secs(10);

/// What the decision table says.
enum Verdict {
    Member(MemberId),
    Admit(Admission, Option<(InviteNumber, u64)>),
    Ask,
    Deny(DenyReason),
}

impl Core {
    /// Somebody with a key wants to come in.
    pub(super) fn join(&mut self, now: Now, line: LineId, join: Join) {
        if !self.lines.contains_key(&line) {
            return;
        }
        let resume = join.resume.map(|resume| self.take_resume(resume));
        let Some(guest) = self.lines.get_mut(&line) else {
            return;
        };
        guest.resume = resume;
        let key = guest.key;
        match self.decide(now, line, &key, &join) {
            Verdict::Member(id) => self.enter(now, line, id),
            Verdict::Admit(how, invite) => self.admit(now, line, &join.name, how, invite),
            Verdict::Ask => self.ask(now, line, key, join.name),
            Verdict::Deny(reason) => self.deny(line, reason),
        }
    }

    /// The table, first line first: another room, this host itself, a full room, a member, an invite, a removed key, and what the room does
    /// with strangers.
    fn decide(&mut self, now: Now, line: LineId, key: &MemberKey, join: &Join) -> Verdict {
        if join.room.is_some_and(|room| room != self.kept.room) {
            return Verdict::Deny(DenyReason::OtherRoom);
        }
        let known = self.projection.id_of(key);
        if known == Some(MemberId::HOST) {
            return Verdict::Deny(DenyReason::Refused); // a copy of this host's key is no guest
        }
        let member = known.filter(|_| self.projection.is_member(key));
        let here = member.is_some_and(|id| self.by_member.contains_key(&id));
        if !here && self.present() >= self.config.limits.max_lines {
            return Verdict::Deny(DenyReason::Full);
        }
        match (member, join.proof, self.kept.settings.admit) {
            (Some(id), ..) => Verdict::Member(id),
            (None, Proof::Invite { number, proof }, _) => self.invited(now, line, number, &proof),
            (None, Proof::Member, _) if known.is_some() => Verdict::Deny(DenyReason::Removed),
            (None, _, Admit::Ask) => Verdict::Ask,
            (None, _, Admit::Anyone) if known.is_some() => Verdict::Deny(DenyReason::Removed),
            (None, _, Admit::Anyone) => Verdict::Admit(Admission::Anyone, None),
            (None, _, Admit::Invited) => Verdict::Deny(DenyReason::NotInvited),
        }
    }

    fn invited(&mut self, now: Now, line: LineId, number: InviteNumber, proof: &[u8; 32]) -> Verdict {
        let Some(guest) = self.lines.get(&line) else {
            return Verdict::Deny(DenyReason::InviteUnknown);
        };
        let (address, limits) = (guest.address, &self.config.limits);
        if self.guesses.refuses(now.monotonic, address, limits) {
            return Verdict::Deny(DenyReason::TooManyTries);
        }
        match self.invites.take(now.wall, &guest.meeting(&self.me), number, proof) {
            Ok(expires) => Verdict::Admit(Admission::Invited, Some((number, expires))),
            Err(reason) => {
                if reason == DenyReason::InviteUnknown {
                    self.guessed_wrong(now, address);
                }
                Verdict::Deny(reason)
            }
        }
    }

    /// Counts a wrong invite. The person is told when no more are looked at from there.
    fn guessed_wrong(&mut self, now: Now, address: SocketAddr) {
        self.guesses.note(now.monotonic, address);
        if self.guesses.refuses(now.monotonic, address, &self.config.limits)
            && self.refusals.mention(now.monotonic, address.ip())
        {
            self.notice(Notice::InvitesGuessed { address });
        }
    }

    /// Makes somebody a member: one entry, in one transaction with the end of their invite.
    fn admit(&mut self, now: Now, line: LineId, name: &str, how: Admission, invite: Option<(InviteNumber, u64)>) {
        let Some(guest) = self.lines.get_mut(&line) else {
            return;
        };
        guest.phase = Phase::Entering;
        let body = Body::Admitted {
            member: guest.key,
            id: MemberId::HOST, // the number is given with the place
            name: text::clean_name(name).unwrap_or_default().into(),
            how,
        };
        let id = self.next_id();
        self.sequencer.push(Work::Own {
            id,
            body,
            written: now.wall,
            then: Then::Admit { line, invite },
        });
    }

    /// Lets somebody wait at the door, bound to what this host will show.
    fn ask(&mut self, now: Now, line: LineId, key: MemberKey, name: Arc<str>) {
        if let Some(before) = self.knocks.of_key(&key) {
            self.answer(before, DenyReason::Busy); // the same person knocks again
        }
        let Some(guest) = self.lines.get_mut(&line) else {
            return;
        };
        let mut nonce = [0; 32];
        self.chance.fill_bytes(&mut nonce);
        let knock = Knock {
            line,
            key,
            name: text::clean_name(&name).unwrap_or_default().into(),
            address: guest.address,
            nonce,
            announced: false,
            until: now.monotonic + REVEAL_WITHIN,
        };
        let Some(id) = self.knocks.add(knock) else {
            self.deny(line, DenyReason::Busy);
            return;
        };
        guest.phase = Phase::Knocking(id);
        let commitment = guest.meeting(&self.me).commitment(&nonce);
        self.send(line, Message::Pending { commitment });
    }

    /// The guest has shown its nonce: only now this host shows its own, and the person is asked.
    pub(super) fn reveal(&mut self, now: Now, line: LineId, id: KnockId, theirs: &[u8; 32]) {
        let Self { lines, knocks, me, .. } = self;
        let (Some(guest), Some(knock)) = (lines.get(&line), knocks.get_mut(id)) else {
            return;
        };
        if std::mem::replace(&mut knock.announced, true) {
            return; // words are shown once
        }
        knock.until = now.monotonic + knocks::LIFETIME;
        let words = guest.meeting(me).words(&knock.nonce, theirs);
        let nonce = knock.nonce;
        self.events.push_back(Event::Knock {
            knock: id,
            name: Arc::clone(&knock.name),
            key: knock.key,
            address: knock.address,
            words,
        });
        self.send(line, Message::Reveal { nonce });
    }

    /// The person at this host lets somebody in.
    pub(super) fn let_in(&mut self, now: Now, id: KnockId, compared: bool) {
        let announced = self.knocks.get_mut(id).is_some_and(|knock| knock.announced);
        if announced && let Some(knock) = self.knocks.remove(id) {
            self.events.push_back(Event::KnockOver { knock: id });
            if compared {
                self.compared.insert(knock.key);
            }
            self.admit(now, knock.line, &knock.name, Admission::Knocked, None);
        }
    }

    /// Nobody comes in on this knock.
    pub(super) fn answer(&mut self, id: KnockId, reason: DenyReason) {
        if let Some(knock) = self.knocks.remove(id) {
            self.knock_is_over(id, &knock);
            self.deny(knock.line, reason);
        }
    }

    fn knock_is_over(&mut self, id: KnockId, knock: &Knock) {
        if knock.announced {
            self.events.push_back(Event::KnockOver { knock: id });
        }
    }

    pub(super) fn expire_knocks(&mut self, now: Now) {
        while let Some((id, knock)) = self.knocks.take_expired(now.monotonic) {
            self.knock_is_over(id, &knock);
            self.deny(knock.line, DenyReason::NoAnswer);
        }
    }

    /// Lines whose time is over, and lines that are read from again.
    pub(super) fn expire_lines(&mut self, now: Now) {
        while let Some((at, line)) = self.due.first().copied()
            && at <= now.monotonic
        {
            self.due.pop_first();
            let Some(peer) = self.lines.get_mut(&line) else {
                continue;
            };
            if peer.held_until.is_some_and(|until| until <= now.monotonic) {
                peer.held_until = None;
            }
            if matches!(peer.phase, Phase::Joining(until) if until <= now.monotonic) {
                self.lines.remove(&line);
                self.out.push_back(Out::Close(line));
            }
        }
    }

    pub(super) fn deny(&mut self, line: LineId, reason: DenyReason) {
        if self.lines.remove(&line).is_some() {
            self.send(line, Message::Denied(reason));
            self.out.push_back(Out::Finish(line));
        }
    }

    /// Somebody is in from now on, on this line; another line of theirs has to go.
    pub(super) fn arrive(&mut self, now: Now, line: LineId, id: MemberId) {
        let before = self.by_member.insert(id, line);
        if let Some(before) = before {
            self.lines.remove(&before);
            self.send(before, Message::Bye(ByeReason::Replaced));
            self.out.push_back(Out::Finish(before));
        }
        let address = self.lines.get(&line).map(|line| line.address);
        self.projection.arrive(id, address);
        if let Some(member) = self.projection.member(id).filter(|_| before.is_none()) {
            self.presence(now, id, member.key, &member.author.name, PresenceState::Here);
            self.events.push_back(Event::Joined { member });
        }
    }

    pub(super) fn presence(
        &mut self,
        now: Now,
        id: MemberId,
        key: Option<MemberKey>,
        name: &Arc<str>,
        state: PresenceState,
    ) {
        let presence = Presence {
            id,
            key,
            name: Arc::clone(name),
            state,
        };
        self.states.presence(now.monotonic, presence);
    }

    /// Says goodbye to a native line, and takes nothing of it any more.
    pub(super) fn dismiss(&mut self, now: Now, line: LineId, bye: ByeReason, how: LeaveReason) {
        if self.lose(now, line, how) {
            self.send(line, Message::Bye(bye));
            self.out.push_back(Out::Finish(line));
        }
    }

    /// A native line counts no more. Whether it did.
    pub(super) fn lose(&mut self, now: Now, line: LineId, how: LeaveReason) -> bool {
        let Some(peer) = self.lines.remove(&line) else {
            return false;
        };
        match peer.phase {
            Phase::Knocking(id) => {
                if let Some(knock) = self.knocks.remove(id) {
                    self.knock_is_over(id, &knock);
                }
            }
            Phase::In { id, .. } => self.leave(now, line, id, how),
            Phase::Entering => self.never_came(line),
            Phase::Joining(_) => {}
        }
        true
    }

    fn leave(&mut self, now: Now, line: LineId, id: MemberId, how: LeaveReason) {
        if self.by_member.get(&id) != Some(&line) {
            return;
        }
        self.by_member.remove(&id);
        self.guard.without(line);
        self.ask_for_missing(now);
        let was_here = self.projection.depart(id);
        if let Some(member) = self.projection.member(id).filter(|_| was_here) {
            self.presence(now, id, member.key, &member.author.name, Self::presence_of(how));
            if self.state != State::Over {
                self.events.push_back(Event::Left { member, reason: how });
            }
        }
    }
}
