//! What the person at this computer wants: it is signed, kept, and then goes to the host.

use std::time::SystemTime;

use rand_chacha::rand_core::RngCore as _;

use super::core::{Core, Entered, LEAVE_WAIT, Out, Phase, change};
use super::keeper::Piece;
use super::outbox::{CONGESTED_ROWS, MAX_ROWS, Own};
use crate::proto::log::{Body, Change, Loaded, SignedEntry, Target};
use crate::proto::message::{ByeReason, Message, SubmitRefusal};
use crate::proto::plain::BYE;
use crate::proto::projection::Projection;
use crate::proto::wire::{decode_body, encode_body};
use crate::proto::{CloseReason, Command, EntryId, Event, MemberId, Mistake, Now, RefuseReason};
use crate::text::{self, MAX_MESSAGE_BYTES};

impl Core {
    pub(super) fn handle_command(&mut self, now: Now, command: Command) {
        match command {
            Command::Say { text, reply_to } => self.say(now, &text, reply_to),
            Command::Edit { seq, text } => self.edit(now, seq, &text),
            Command::Delete { seq } => self.about(now, seq, "", |target| Body::Delete { target }),
            Command::React { seq, emoji, on } => self.about(now, seq, &emoji, |target| Body::Reaction {
                target,
                emoji: emoji.as_str().into(),
                on,
            }),
            Command::Rename { name } => self.rename(now, &name),
            Command::Read { seq } => self.has_read(seq),
            Command::Resubmit { id } => self.resubmit(id),
            Command::Confirm => self.confirm(),
            Command::Verify { member } => self.verify(member),
            Command::Retry => self.retry(),
            Command::Leave => self.leave(now),
            // What only a host can do.
            Command::Invite
            | Command::Admit { .. }
            | Command::Refuse { .. }
            | Command::Remove { .. }
            | Command::Change { .. }
            | Command::NewEpoch => {}
        }
    }

    /// What is kept and was not acknowledged goes out as it was. What stands in this copy of the log, although the host had refused it,
    /// waits no more.
    pub(super) fn queue_again(&mut self, loaded: &Loaded, projection: &Projection) {
        let me = projection.id_of(&self.config.identity.key());
        for entry in &loaded.outbox {
            if me.is_some_and(|me| projection.index().seq_of(me, entry.id).is_some()) {
                self.keep(change(Change::Unqueue(entry.id)));
                continue;
            }
            let body = decode_body(&entry.body).unwrap_or(Body::Unknown);
            self.outbox.push(Own::new(entry.clone(), &body));
        }
    }

    /// This guest is called as it was told to be: another name than the one that is known becomes an entry.
    pub(super) fn be_called(&mut self, now: Now) {
        let key = self.config.identity.key();
        let Some(projection) = self.entered.as_ref().map(|entered| &entered.projection) else {
            return;
        };
        let known = projection
            .id_of(&key)
            .and_then(|id| projection.peer(id))
            .map(|peer| peer.name.clone());
        let wish = text::clean_name(&self.config.name);
        let asked = self.outbox.owns().any(|own| own.is_rename_to(wish.as_deref()));
        if known.is_some() && wish != known && !asked {
            self.rename(now, &std::sync::Arc::clone(&self.config.name));
        }
    }

    /// Whether whoever reads words from a file should stop for a while.
    pub(super) fn is_congested(&self) -> bool {
        self.outbox.len() + self.keeper.owns() >= CONGESTED_ROWS
    }

    /// Gives the host as much of the outbox as it may have now.
    pub(super) fn submit(&mut self) {
        if !self.is_in() || self.unconfirmed.is_some() || self.entering > 0 {
            return;
        }
        let mut entries: Vec<SignedEntry> = std::iter::from_fn(|| self.outbox.next()).collect();
        if self.makes(Mistake::ResendReversed) {
            entries.reverse();
        }
        for entry in entries {
            if self.makes(Mistake::ForgetSent) {
                self.keep(change(Change::Unqueue(entry.id)));
            }
            self.send(Message::Submit(entry));
        }
    }

    /// Leaves if there is nothing left to wait for.
    pub(super) fn leave_when_done(&mut self) {
        let hopeless = self.entered.is_none() || self.unconfirmed.is_some();
        if self.leaving.is_some() && (hopeless || self.outbox.is_settled() && self.keeper.owns() == 0) {
            self.go();
        }
    }

    /// Leaves now.
    pub(super) fn go(&mut self) {
        if self.is_in() {
            let stored = self.progress.take_last();
            stored.into_iter().for_each(|seq| self.send(Message::Stored { seq }));
            self.send(Message::Bye(ByeReason::Leaving));
            self.out.push_back(Out::Finish);
        } else if !matches!(self.phase, Phase::Over) {
            self.out.push_back(Out::Close);
        }
        self.leaving = None;
        self.close(CloseReason::Left);
    }

    fn say(&mut self, now: Now, words: &str, reply_to: Option<u64>) {
        let cleaned = text::clean_message(words);
        if cleaned == BYE {
            self.leave(now);
            return;
        }
        if let Some(reason) = refusal(&cleaned) {
            self.refuse(words, reason);
            return;
        }
        let reply_to = reply_to.and_then(|seq| self.target(seq));
        let text = cleaned.into();
        self.write(now, words, &Body::Message { text, reply_to });
    }

    fn edit(&mut self, now: Now, seq: u64, words: &str) {
        let cleaned = text::clean_message(words);
        match refusal(&cleaned) {
            Some(reason) => self.refuse(words, reason),
            None => self.about(now, seq, words, |target| Body::Edit {
                target,
                text: cleaned.into(),
            }),
        }
    }

    fn rename(&mut self, now: Now, name: &str) {
        match text::clean_name(name) {
            Some(cleaned) => self.write(now, name, &Body::Renamed { name: cleaned.into() }),
            None => self.refuse(name, RefuseReason::Empty),
        }
    }

    /// Writes something about another entry.
    fn about(&mut self, now: Now, seq: u64, words: &str, body: impl FnOnce(Target) -> Body) {
        match self.target(seq) {
            Some(target) => self.write(now, words, &body(target)),
            None => self.refuse(words, RefuseReason::Host(SubmitRefusal::BadTarget)),
        }
    }

    fn target(&self, seq: u64) -> Option<Target> {
        self.entered.as_ref()?.projection.index().target(seq)
    }

    /// Signs an own entry and puts it into the outbox.
    fn write(&mut self, now: Now, words: &str, body: &Body) {
        let Some(entered) = self.entered.as_ref().filter(|_| !matches!(self.phase, Phase::Over)) else {
            self.refuse(words, RefuseReason::NotConnected);
            return;
        };
        if self.outbox.len() + self.keeper.owns() >= MAX_ROWS {
            self.refuse(words, RefuseReason::OutboxFull);
            return;
        }
        if self.leaving.is_some() {
            self.refuse(words, RefuseReason::NotConnected);
            return;
        }
        let id = match self.makes(Mistake::CountNames) {
            true => EntryId(std::array::from_fn(|at| {
                self.config.identity.key().0[at + 8] ^ self.counter as u8
            })),
            false => next_id(&mut self.chance),
        };
        let Entered { kept, copy, .. } = entered;
        let (room, seen) = (kept.room, copy.last());
        let since_1970 = now.wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let entry = SignedEntry::sign(
            &self.config.identity,
            room,
            id,
            self.counter,
            since_1970.as_millis() as u64,
            seen,
            encode_body(body),
        );
        self.counter += 1;
        self.queue(Own::new(entry, body));
    }

    fn queue(&mut self, own: Own) {
        self.keep(Piece {
            changes: vec![Change::Queue(own.entry.clone())],
            own: Some(own),
            ..Piece::default()
        });
    }

    fn refuse(&mut self, words: &str, reason: RefuseReason) {
        let id = next_id(&mut self.chance);
        let text = words.into();
        self.events.push_back(Event::Refused { id, text, reason });
    }

    fn resubmit(&mut self, id: EntryId) {
        match self.outbox.recall(id) {
            Some(own) => self.queue(own),
            None => {
                self.outbox.release();
                self.submit();
            }
        }
    }

    fn has_read(&mut self, seq: u64) {
        let Some(Entered { kept, copy, .. }) = &self.entered else {
            return;
        };
        let here = kept.floor.seq + 1..=copy.kept().seq;
        if seq > self.read && here.contains(&seq) {
            self.read = seq;
            self.keep(change(Change::Read(seq)));
            if self.is_in() {
                self.progress.told(seq);
                self.send(Message::Read { seq });
            }
        }
    }

    /// The host has read the words that this guest was shown: its key is nobody else's, also before it lets this guest in.
    fn confirm(&mut self) {
        let Some(words) = self.unconfirmed else { return };
        match self.phase {
            _ if self.entered.is_some() => self.verify(MemberId::HOST),
            Phase::Knocking { host, .. } => {
                self.unconfirmed = None;
                self.compared = Some(host);
            }
            // The line has ended meanwhile, and whose words these were is no longer known.
            _ => self.events.push_back(Event::Unconfirmed { words }),
        }
    }

    /// Whoever is sure of the host's key has nothing left to compare at its door.
    fn verify(&mut self, member: MemberId) {
        let Some(entered) = &mut self.entered else {
            return;
        };
        let peer = entered.projection.verify(member);
        let mut piece = Piece {
            changes: peer.into_iter().map(Change::Peer).collect(),
            ..Piece::default()
        };
        if member == MemberId::HOST {
            self.compared = Some(entered.kept.host); // the log may not have come as far as where it is made known
            let waited = self.unconfirmed.take().is_some();
            piece.changes.extend(waited.then_some(Change::Compare(None)));
        }
        self.keep(piece);
        self.submit();
    }

    fn retry(&mut self) {
        if matches!(self.phase, Phase::Away(_)) {
            self.backoff.reset();
            self.call();
        }
    }

    /// Leaves when the host has what was said, or soon; the second time at once.
    fn leave(&mut self, now: Now) {
        if self.leaving.is_some() {
            self.go();
            return;
        }
        self.leaving = Some(now.monotonic + LEAVE_WAIT);
        self.leave_when_done();
    }
}

/// Whether nobody could want to send this.
fn refusal(cleaned: &str) -> Option<RefuseReason> {
    if cleaned.trim().is_empty() {
        return Some(RefuseReason::Empty);
    }
    let bytes = cleaned.len();
    (bytes > MAX_MESSAGE_BYTES).then_some(RefuseReason::TooLong { bytes })
}

fn next_id(chance: &mut rand_chacha::ChaCha20Rng) -> EntryId {
    let mut id = [0; 16];
    chance.fill_bytes(&mut id);
    EntryId(id)
}
