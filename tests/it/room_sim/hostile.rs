//! A member who wishes everybody ill: a genuine line, and whatever can be said on it.

use std::collections::VecDeque;

use fastrand::Rng;
use landline::proto::identity::{Identity, MemberKey, Signature};
use landline::proto::invite::Invite;
use landline::proto::log::{Admission, Body, Hash, PlacedEntry, RoomId, Seen, SignedEntry, Target};
use landline::proto::meeting::Meeting;
use landline::proto::message::{Join, Message, Proof, Resume};
use landline::proto::session::{Expect, Session, SessionEvent};
use landline::proto::wire::encode_body;
use landline::proto::{Command, EntryId, LineEnd, LineId, MemberId};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::net::Way;
use super::world::{HOST, World};

/// Entries of others that are remembered, to be said again.
const MAX_REMEMBERED: usize = 50;

/// A hostile member.
pub(crate) struct Hostile {
    identity: Identity,
    chance: Rng,
    pub(crate) invite: Option<Invite>,
    asked: bool,
    member: bool,
    line: Option<u64>,
    session: Option<Session>,
    heard: VecDeque<PlacedEntry>,
    room: RoomId,
    hash: [u8; 32],
}

impl Hostile {
    pub(crate) fn new(identity: Identity, chance: Rng) -> Self {
        Self {
            identity,
            chance,
            invite: None,
            asked: false,
            member: false,
            line: None,
            session: None,
            heard: VecDeque::new(),
            room: RoomId([5; 16]),
            hash: [0; 32],
        }
    }

    pub(crate) fn wants_invite(&self) -> bool {
        self.asked && self.invite.is_none() && !self.member
    }

    fn message(&mut self, victim: MemberKey) -> Message {
        match self.chance.u8(..14) {
            0 => Message::Stored { seq: self.number() },
            1 => Message::Read { seq: self.number() },
            2 => Message::Entries {
                entries: self.heard.iter().cloned().collect(),
                head: None,
            },
            3 => Message::Missing { from: self.number() },
            4 => Message::Reveal { nonce: [1; 32] },
            5 => Message::Submit(self.heard_entry()),
            6 => Message::Submit(self.in_the_name_of(victim)),
            _ => {
                let body = self.body(victim);
                Message::Submit(self.signed(&body))
            }
        }
    }

    fn number(&mut self) -> u64 {
        self.chance.choice([0, 1, 7, 100, (1 << 53) - 1]).unwrap_or(0)
    }

    /// What somebody else has said, once more.
    fn heard_entry(&mut self) -> SignedEntry {
        let heard = self.chance.choice(&self.heard).map(|placed| placed.entry.clone());
        heard.unwrap_or_else(|| self.signed(&Body::Unknown))
    }

    fn in_the_name_of(&mut self, victim: MemberKey) -> SignedEntry {
        let mut entry = self.signed(&says("I resign"));
        entry.author = victim;
        if self.chance.bool() {
            entry.signature = Signature([7; 64]);
        }
        entry
    }

    fn body(&mut self, victim: MemberKey) -> Body {
        let target = self.chance.choice(&self.heard).map(|placed| Target {
            seq: placed.seq,
            id: placed.entry.id,
        });
        let target = target.unwrap_or(Target {
            seq: 1,
            id: EntryId([0; 16]),
        });
        match self.chance.u8(..9) {
            0 => Body::Removed { member: victim },
            1 => Body::Admitted {
                member: MemberKey([8; 32]),
                id: MemberId(3),
                name: "Mallory".into(),
                how: Admission::Invited,
            },
            2 => Body::Edit {
                target,
                text: "I never said so".into(),
            },
            3 => Body::Delete { target },
            4 => Body::Reaction {
                target,
                emoji: "👎".into(),
                on: true,
            },
            5 => Body::Vouched {
                id: MemberId(1 << 33),
                name: "Hana".into(),
                text: "trust me".into(),
            },
            6 => Body::Renamed {
                name: "Person 0".into(),
            },
            7 => says(&"x".repeat(16_000)),
            _ => says("hello"),
        }
    }

    fn signed(&mut self, body: &Body) -> SignedEntry {
        // Sometimes a name that was used before, or another room.
        let id = EntryId([self.chance.u8(..60); 16]);
        let room = if self.chance.u8(..9) == 0 {
            RoomId([6; 16])
        } else {
            self.room
        };
        let seen = Seen {
            seq: self.chance.u64(..50),
            hash: Hash([0; 32]),
        };
        SignedEntry::sign(
            &self.identity,
            room,
            id,
            self.chance.u64(..5),
            1,
            seen,
            encode_body(body),
        )
    }

    fn join(&mut self) -> Message {
        let invite = self.invite.as_ref().filter(|_| !self.member);
        let proof = match invite {
            Some(invite) => Proof::Invite {
                number: invite.number,
                proof: Meeting {
                    hash: &self.hash,
                    host: &invite.host,
                    guest: &self.identity.key(),
                }
                .proof(invite.number, &invite.secret),
            },
            None => Proof::Member,
        };
        let last = self.heard.back().map(|placed| Seen {
            seq: placed.seq,
            hash: Hash([9; 32]),
        });
        let epoch = landline::proto::log::Epoch([1; 16]);
        let resume = last.filter(|_| self.chance.bool()).map(|last| Resume {
            epoch,
            last,
            head: None,
        });
        Message::Join(Join {
            room: None,
            name: "Mallory".into(),
            proof,
            resume,
        })
    }
}

fn says(text: &str) -> Body {
    Body::Message {
        text: text.into(),
        reply_to: None,
    }
}

impl World {
    /// Once a second the hostile member says a few things, or comes back.
    pub(crate) fn hostile_acts(&mut self) {
        let Some(mut hostile) = self.hostile.take() else {
            return;
        };
        if !self.faults {
            if let Some(line) = hostile.line.take() {
                self.hostile_leaves(line);
            }
            return; // hostility is a fault: it is over
        }
        if hostile.invite.is_none() && !hostile.asked && self.nodes[HOST].is_up() {
            hostile.asked = true;
            self.hostile = Some(hostile);
            self.command(HOST, Command::Invite);
            return;
        }
        let now = self.moment();
        if hostile.line.is_none() && self.nodes[HOST].is_up() && hostile.invite.is_some() {
            let line = self.net.connect(self.nodes.len());
            let mut chance = ChaCha20Rng::seed_from_u64(line.0);
            let session = Session::guest(&hostile.identity, Expect::AnyHost, &mut chance, now.monotonic);
            hostile.session = Some(session);
            hostile.line = Some(line.0);
            let address = ([10, 0, 0, 66], 1).into();
            self.with(HOST, |endpoint| endpoint.handle_opened(now, line, address));
        } else {
            let victim = self.chance.usize(..self.nodes.len());
            let victim = self.nodes[victim].identity.key();
            for _ in 0..hostile.chance.u8(1..8) {
                let message = hostile.message(victim);
                hostile
                    .session
                    .iter_mut()
                    .for_each(|session| session.send(now.monotonic, &message));
            }
        }
        self.hostile = Some(hostile);
        self.hostile_writes();
    }

    fn hostile_leaves(&mut self, line: u64) {
        if let Some(pipe) = self.net.pipe(line, Way::ToGuest) {
            pipe.over = true;
        }
        if let Some(pipe) = self.net.pipe(line, Way::ToHost) {
            pipe.end = Some(LineEnd::Reset);
        }
        self.deliver(line, Way::ToHost);
    }

    fn hostile_writes(&mut self) {
        let now = self.moment();
        let Some(hostile) = &mut self.hostile else {
            return;
        };
        let (Some(line), Some(session)) = (hostile.line, &mut hostile.session) else {
            return;
        };
        let bytes = session.pending().to_vec();
        session.written(now.monotonic, bytes.len());
        if !bytes.is_empty() {
            self.carry(line, Way::ToHost, bytes);
        }
    }

    /// Bytes, or the end, have come to the hostile member.
    pub(crate) fn hostile_hears(&mut self, line: u64) {
        let now = self.moment();
        let Some(pipe) = self.net.pipe(line, Way::ToGuest) else {
            return;
        };
        let bytes = pipe.bytes.pop_front();
        let over = bytes.is_none() && pipe.end.is_some();
        let full = std::mem::take(&mut pipe.full);
        pipe.waiting = 0;
        let Some(hostile) = self.hostile.as_mut().filter(|hostile| hostile.line == Some(line)) else {
            return;
        };
        if over {
            hostile.line = None;
            hostile.session = None;
            self.hostile_leaves(line);
            return;
        }
        if let (Some((_, bytes)), Some(session)) = (bytes, &mut hostile.session) {
            session.handle_bytes(now.monotonic, &bytes);
        }
        while let Some(event) = hostile.session.as_mut().and_then(Session::poll_event) {
            match event {
                SessionEvent::Ready { hash, .. } => {
                    hostile.hash = hash;
                    let join = hostile.join();
                    hostile
                        .session
                        .iter_mut()
                        .for_each(|session| session.send(now.monotonic, &join));
                }
                SessionEvent::Message(Message::Welcome(_)) => hostile.member = true,
                SessionEvent::Message(Message::Entries { entries, .. }) => {
                    hostile.heard.extend(entries);
                    while hostile.heard.len() > MAX_REMEMBERED {
                        hostile.heard.pop_front();
                    }
                }
                _ => {}
            }
        }
        self.hostile_writes();
        if full {
            self.with(HOST, |endpoint| endpoint.handle_written(now, LineId(line), 0));
        }
    }
}
