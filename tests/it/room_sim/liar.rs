//! A host that lies: its log is kept by the program as it is, and whatever goes over the wire between it and honest guests is altered by somebody who
//! has the host's own keys.

use std::collections::{BTreeMap, VecDeque};

use fastrand::Rng;
use landline::proto::identity::{Identity, MemberKey};
use landline::proto::invite::Invite;
use landline::proto::log::{PlacedEntry, RoomId, SignedHead};
use landline::proto::meeting::Meeting;
use landline::proto::message::{Join, Message, Proof, Resume};
use landline::proto::session::{Expect, Session, SessionEvent};
use landline::proto::{LineEnd, LineId, MemberId, Now};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::net::Way;
use super::plan::Lies;
use super::story::Story;
use super::world::{HOST, Happening, World};

pub(crate) const ROOM: RoomId = RoomId([5; 16]);
/// The liar's nonce in safety words.
const NONCE: [u8; 32] = [3; 32];

/// Somebody with the host's keys, between the host and its guests.
pub(crate) struct Liar {
    pub(crate) identity: Identity,
    pub(crate) chance: Rng,
    pub(crate) lies: Lies,
    /// Lies are a fault, and faults end.
    pub(crate) over: bool,
    wires: BTreeMap<u64, Wire>,
    pub(crate) stories: BTreeMap<usize, Story>,
    pub(crate) heard: VecDeque<PlacedEntry>,
    pub(crate) inventions: u64,
    /// Who was ever let in, and under which number.
    pub(crate) admitted: Vec<(MemberKey, MemberId)>,
}

/// A line with the liar in its middle.
struct Wire {
    guest: usize,
    to_guest: Session,
    to_host: Session,
    guests_hash: [u8; 32],
    hosts_hash: Option<[u8; 32]>,
    /// Said by the guest before the host was there.
    early: Vec<Message>,
    whispers: bool,
}

impl Liar {
    pub(crate) fn new(identity: Identity, chance: Rng, lies: Lies) -> Self {
        Self {
            identity,
            chance,
            lies,
            over: false,
            wires: BTreeMap::new(),
            stories: BTreeMap::new(),
            heard: VecDeque::new(),
            inventions: 0,
            admitted: Vec::new(),
        }
    }

    /// What the host must hear so that it takes the guest for who it is.
    fn as_the_host_knows_it(
        &self,
        guest: usize,
        mut join: Join,
        invite: Option<&Invite>,
        hash: &[u8; 32],
        who: &Identity,
    ) -> Join {
        if let (Proof::Invite { number, .. }, Some(invite)) = (join.proof, invite) {
            let meeting = Meeting {
                hash,
                host: &invite.host,
                guest: &who.key(),
            };
            let proof = meeting.proof(number, &invite.secret);
            join.proof = Proof::Invite { number, proof };
        }
        if let (Some(story), Some(resume)) = (self.stories.get(&guest), &mut join.resume) {
            *resume = self.resume(story, *resume);
        }
        join
    }

    fn resume(&self, story: &Story, resume: Resume) -> Resume {
        let head = resume.head.map(|head| {
            let real = story.real(landline::proto::log::Seen {
                seq: head.seq,
                hash: head.hash,
            });
            SignedHead::sign(&self.identity, ROOM, head.epoch, real.seq, real.hash)
        });
        Resume {
            last: story.real(resume.last),
            head,
            ..resume
        }
    }
}

impl World {
    pub(crate) fn liar_opens(&mut self, node: usize, line: LineId) {
        let now = self.moment().monotonic;
        let Some(liar) = &mut self.liar else {
            return;
        };
        let mut chance = ChaCha20Rng::seed_from_u64(line.0);
        let wire = Wire {
            guest: node,
            to_guest: Session::host(&liar.identity, &mut chance, now),
            to_host: Session::guest(&self.nodes[node].identity, Expect::AnyHost, &mut chance, now),
            guests_hash: [0; 32],
            hosts_hash: None,
            early: Vec::new(),
            whispers: false,
        };
        liar.wires.insert(line.0, wire);
        self.liar_passes_on(line.0);
    }

    pub(crate) fn has_liar_on(&self, line: u64) -> bool {
        self.liar.as_ref().is_some_and(|liar| liar.wires.contains_key(&line))
    }

    /// Bytes of the guest.
    pub(crate) fn liar_hears_guest(&mut self, line: u64, bytes: &[u8]) {
        let now = self.moment();
        let Some(mut liar) = self.liar.take() else {
            return;
        };
        let mut broken = false;
        if let Some(mut wire) = liar.wires.remove(&line) {
            wire.to_guest.handle_bytes(now.monotonic, bytes);
            while let Some(event) = wire.to_guest.poll_event() {
                match event {
                    SessionEvent::Ready { hash, .. } => wire.guests_hash = hash,
                    SessionEvent::Message(message) if wire.hosts_hash.is_none() => wire.early.push(message),
                    SessionEvent::Message(message) => self.liar_forwards(&mut liar, &mut wire, now, message),
                    SessionEvent::Failed(_) => broken = true,
                }
            }
            liar.wires.insert(line, wire);
        }
        self.liar = Some(liar);
        self.liar_passes_on(line);
        if broken {
            self.liar_drops(line);
        }
    }

    fn liar_forwards(&self, liar: &mut Liar, wire: &mut Wire, now: Now, message: Message) {
        let guest = wire.guest;
        let hash = wire.hosts_hash.unwrap_or_default();
        let message = match message {
            Message::Join(join) => {
                let person = &self.nodes[guest];
                let join = liar.as_the_host_knows_it(guest, join, person.invite.as_ref(), &hash, &person.identity);
                Message::Join(join)
            }
            message => message,
        };
        let (to_host, to_guest) = liar.of_guest(guest, message);
        to_host.iter().for_each(|said| wire.to_host.send(now.monotonic, said));
        to_guest.iter().for_each(|said| wire.to_guest.send(now.monotonic, said));
    }

    /// Bytes of the host wait for this line.
    pub(crate) fn liar_hears_host(&mut self, line: LineId) {
        let now = self.moment();
        let Some(endpoint) = &mut self.nodes[HOST].endpoint else {
            return;
        };
        let bytes = endpoint.pending(line).to_vec();
        endpoint.handle_written(now, line, bytes.len());
        let Some(mut liar) = self.liar.take() else {
            return;
        };
        if let Some(mut wire) = liar.wires.remove(&line.0) {
            wire.to_host.handle_bytes(now.monotonic, &bytes);
            while let Some(event) = wire.to_host.poll_event() {
                match event {
                    SessionEvent::Ready { hash, .. } => {
                        wire.hosts_hash = Some(hash);
                        for message in std::mem::take(&mut wire.early) {
                            self.liar_forwards(&mut liar, &mut wire, now, message);
                        }
                    }
                    SessionEvent::Message(message) => {
                        let message = match message {
                            Message::Pending { .. } => {
                                let meeting = Meeting {
                                    hash: &wire.guests_hash,
                                    host: &liar.identity.key(),
                                    guest: &self.nodes[wire.guest].identity.key(),
                                };
                                let commitment = meeting.commitment(&NONCE);
                                Message::Pending { commitment }
                            }
                            Message::Reveal { .. } => Message::Reveal { nonce: NONCE },
                            message => message,
                        };
                        let said = liar.of_host(wire.guest, message);
                        said.iter().for_each(|said| wire.to_guest.send(now.monotonic, said));
                    }
                    SessionEvent::Failed(_) => {}
                }
            }
            liar.wires.insert(line.0, wire);
        }
        self.liar = Some(liar);
        self.liar_passes_on(line.0);
    }

    /// What the liar has to say goes out: over the network to the guest, and on the spot to the host.
    fn liar_passes_on(&mut self, line: u64) {
        let now = self.moment().monotonic;
        let Some(wire) = self.liar.as_mut().and_then(|liar| liar.wires.get_mut(&line)) else {
            return;
        };
        let bytes = wire.to_guest.pending().to_vec();
        wire.to_guest.written(now, bytes.len());
        let whispers = !wire.to_host.pending().is_empty() && !std::mem::replace(&mut wire.whispers, true);
        if whispers {
            self.after(0, Happening::Whisper { line });
        }
        if !bytes.is_empty() {
            self.carry(line, Way::ToGuest, bytes);
        }
    }

    pub(crate) fn liar_whispers(&mut self, line: u64) {
        let now = self.moment();
        let Some(wire) = self.liar.as_mut().and_then(|liar| liar.wires.get_mut(&line)) else {
            return;
        };
        wire.whispers = false;
        let bytes = wire.to_host.pending().to_vec();
        wire.to_host.written(now.monotonic, bytes.len());
        self.with(HOST, |endpoint| endpoint.handle_bytes(now, LineId(line), &bytes));
    }

    /// Forgets wires that lead nowhere; breaks all of them when the lies are over.
    pub(crate) fn liar_looks_after_wires(&mut self) {
        let Some(liar) = &mut self.liar else {
            return;
        };
        liar.over |= !self.faults;
        let connections = &self.net.connections;
        liar.wires.retain(|line, _| connections.contains_key(line));
    }

    fn liar_drops(&mut self, line: u64) {
        if let Some(liar) = &mut self.liar {
            liar.wires.remove(&line);
        }
        self.cut(line, LineEnd::Reset);
    }

    /// The host tells the truth from now on, on other lines.
    pub(crate) fn liar_repents(&mut self) {
        let Some(liar) = &mut self.liar else {
            return;
        };
        liar.over = true;
        let lines: Vec<u64> = liar.wires.keys().copied().collect();
        lines.into_iter().for_each(|line| self.liar_drops(line));
    }
}
