//! What the person at this computer wants.

use std::sync::Arc;

use super::core::{Core, State};
use super::refused::Words;
use super::sequencer::{Then, Work};
use crate::proto::connection::LINGER;
use crate::proto::log::{Body, Change, Settings, Target};
use crate::proto::message::{DenyReason, SubmitRefusal};
use crate::proto::plain::{BYE, MAX_MESSAGE_BYTES};
use crate::proto::{Command, Event, LeaveReason, MemberId, Notice, Now, RefuseReason};
use crate::text;

impl Core {
    /// The person at this computer wants something.
    pub fn handle_command(&mut self, now: Now, command: Command) {
        match command {
            Command::Say { text, reply_to } => self.say(now, &text, reply_to),
            Command::Leave => self.close(now),
            _ if self.state != State::Open => {}
            Command::Edit { seq, text } => {
                let text: Arc<str> = text::clean_message(&text).into();
                let body = |target| Body::Edit {
                    target,
                    text: Arc::clone(&text),
                };
                self.change(now, seq, &text, body);
            }
            Command::Delete { seq } => self.change(now, seq, "", |target| Body::Delete { target }),
            Command::React { seq, emoji, on } => {
                let emoji: Arc<str> = text::clean_emoji(&emoji).unwrap_or_default().into();
                let body = |target| Body::Reaction {
                    target,
                    emoji: Arc::clone(&emoji),
                    on,
                };
                self.change(now, seq, &emoji, body);
            }
            Command::Rename { name } => self.rename(now, &name),
            Command::Read { seq } => self.read_up_to(now, seq),
            Command::Resubmit { id } => {
                if let Some(words) = self.refused.take(id) {
                    self.queue(now, words);
                }
            }
            Command::Invite => self.make_invite(now),
            Command::Admit { knock, compared } => self.let_in(now, knock, compared),
            Command::Refuse { knock } => self.answer(knock, DenyReason::Refused),
            Command::Remove { member } => self.remove(now, member),
            Command::Verify { member } => self.verify(member),
            Command::Change { settings } => self.set(now, settings),
            Command::NewEpoch => self.begin_again(),
            Command::Confirm | Command::Retry => {} // what only a guest can do
        }
        self.settle(now);
    }

    /// Something of this host's own wants to be part of the log.
    pub(super) fn write(&mut self, now: Now, body: Body, then: Then) {
        let id = self.next_id();
        self.sequencer.push(Work::Own {
            id,
            body,
            written: now.wall,
            then,
        });
    }

    fn say(&mut self, now: Now, text: &str, reply_to: Option<u64>) {
        let cleaned = text::clean_message(text);
        let refusal = if self.state != State::Open {
            Some(RefuseReason::NotConnected)
        } else if cleaned.trim().is_empty() {
            Some(RefuseReason::Empty)
        } else if cleaned.len() > MAX_MESSAGE_BYTES {
            Some(RefuseReason::TooLong { bytes: cleaned.len() })
        } else {
            None
        };
        let id = self.next_id();
        match refusal {
            Some(reason) => self.refuse_words(id, text.into(), reason),
            None if cleaned == BYE => self.close(now),
            None => self.queue(
                now,
                Words {
                    id,
                    text: cleaned.into(),
                    reply_to,
                },
            ),
        }
        self.settle(now);
    }

    /// Own words that are on their way into the log.
    fn queue(&mut self, now: Now, words: Words) {
        let Words { id, text, reply_to } = words;
        let target = reply_to.and_then(|seq| self.projection.index().target(seq));
        self.events.push_back(Event::Queued {
            id,
            text: Arc::clone(&text),
            reply_to: target.map(|target| target.seq),
            at: now.wall,
        });
        self.sequencer.push(Work::Own {
            id,
            body: Body::Message {
                text: Arc::clone(&text),
                reply_to: target,
            },
            written: now.wall,
            then: Then::Said { text, reply_to },
        });
    }

    /// Changes something about a message; `text` comes back if that is not possible.
    fn change(&mut self, now: Now, seq: u64, text: &str, body: impl FnOnce(Target) -> Body) {
        let then = Then::Changed { text: text.into() };
        match self.projection.index().target(seq) {
            Some(target) if text.len() <= MAX_MESSAGE_BYTES => self.write(now, body(target), then),
            Some(_) => {
                let id = self.next_id();
                self.refuse_words(id, text.into(), RefuseReason::TooLong { bytes: text.len() });
            }
            None => {
                let id = self.next_id();
                self.own_refused(id, then, SubmitRefusal::BadTarget);
            }
        }
    }

    fn rename(&mut self, now: Now, wish: &str) {
        match text::clean_name(wish) {
            Some(name) => self.write(now, Body::Renamed { name: name.into() }, Then::Asked),
            None => {
                let me = self.projection.member(MemberId::HOST);
                let notice = me.map(|member| Notice::NameRefused { member });
                notice.into_iter().for_each(|notice| self.notice(notice));
            }
        }
    }

    fn read_up_to(&mut self, now: Now, seq: u64) {
        let seq = seq.min(self.last.seq);
        let moved = self.states.advance(now.monotonic, MemberId::HOST, self.last.seq, seq);
        if let Some(receipt) = moved {
            self.events.push_back(Event::Receipt { receipt });
            self.sequencer.push(Work::Keep {
                change: Change::Read(receipt.read),
                then: Then::Nothing,
            });
        }
    }

    fn make_invite(&mut self, now: Now) {
        let invite = self.invites.make(self.kept.room, self.me, now.wall, &mut self.chance);
        self.sequencer.push(Work::Keep {
            change: Change::Invite {
                number: invite.number,
                secret: Some(invite.secret.clone()),
                expires: super::clock::seconds(invite.expires),
            },
            then: Then::Invite(Box::new(invite)),
        });
    }

    fn remove(&mut self, now: Now, id: MemberId) {
        if self.room_has(id) {
            return self.remove_plain(now, id);
        }
        if let Some(peer) = self
            .projection
            .peer(id)
            .filter(|peer| peer.member && peer.key != self.me)
        {
            let body = Body::Removed { member: peer.key };
            self.write(now, body, Then::Asked);
        }
    }

    fn verify(&mut self, id: MemberId) {
        if let Some(peer) = self.projection.verify(id) {
            self.sequencer.push(Work::Keep {
                change: Change::Peer(peer),
                then: Then::Asked,
            });
        }
    }

    fn set(&mut self, now: Now, settings: Settings) {
        if settings != self.kept.settings {
            self.write(now, Body::Settings(settings), Then::Asked);
        }
    }

    /// The person gives up what is lost.
    fn begin_again(&mut self) {
        let mut epoch = [0; 16];
        rand_chacha::rand_core::RngCore::fill_bytes(&mut self.chance, &mut epoch);
        let epoch = crate::proto::log::Epoch(epoch);
        let kept = crate::proto::log::Kept {
            epoch,
            floor: crate::proto::log::Seen::nothing(self.kept.room, epoch, &self.me),
            ..self.kept.clone()
        };
        self.sequencer.push(Work::Begin {
            kept: Box::new(kept),
            again: true,
        });
    }

    /// This computer leaves: what was said before is stored and sent, then it is over.
    fn close(&mut self, now: Now) {
        if self.state == State::Open {
            self.state = State::Leaving(now.monotonic + self.config.limits.farewell + LINGER);
        }
    }

    /// A plain guest, and not a member, has this number.
    fn room_has(&self, id: MemberId) -> bool {
        self.plain_lines.values().any(|plain| *plain == id)
    }

    fn remove_plain(&mut self, now: Now, id: MemberId) {
        let line = self.plain_lines.iter().find(|(_, plain)| **plain == id);
        if let Some(line) = line.map(|(line, _)| *line) {
            self.part_plain(now, line, LeaveReason::Removed);
        }
    }
}
