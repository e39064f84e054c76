//! How a guest comes in: what it shows, what it is shown, and what a welcome means.

use std::net::SocketAddr;
use std::sync::Arc;

use rand_chacha::rand_core::RngCore as _;

use super::copy::{Copy, Fit};
use super::core::{Core, Entered, JOIN_WAIT, KNOCK_WAIT, LINE_LIFE, Phase, settings};
use super::follow::MAX_PEOPLE;
use super::keeper::Piece;
use super::progress::Progress;
use crate::proto::identity::MemberKey;
use crate::proto::index::Index;
use crate::proto::log::{self, Change, Peer, Seen, SignedHead};
use crate::proto::meeting::Meeting;
use crate::proto::message::{DenyReason, Join, Message, Proof, Resume, RosterEntry, Welcome};
use crate::proto::projection::{Projection, vouched};
use crate::proto::{CloseReason, Event, LineEnd, MemberId, Now};

/// Addresses of a host that are remembered.
const MAX_ADDRESSES: usize = 8;

impl Core {
    /// The handshake is over: `host` answers, in the session with this hash.
    pub(super) fn handle_ready(&mut self, now: Now, host: MemberKey, hash: [u8; 32]) {
        if let Some(known) = self.expected_host().filter(|known| *known != host) {
            self.break_off(CloseReason::HostKeyChanged { known, shown: host });
            return;
        }
        let entered = self.entered.as_ref();
        let invite = self.config.invite.as_ref();
        let join = Join {
            room: entered
                .map(|entered| entered.kept.room)
                .or_else(|| invite.map(|invite| invite.room)),
            name: Arc::clone(&self.config.name),
            proof: self.proof(&hash),
            resume: entered.map(|entered| Resume {
                epoch: entered.kept.epoch,
                last: entered.copy.kept(),
                head: entered.copy.head(),
            }),
        };
        self.phase = Phase::Joining {
            host,
            hash,
            until: now.monotonic + JOIN_WAIT,
        };
        self.send(Message::Join(join));
    }

    /// A person at the host is asked. The guest's nonce is shown first, and only the host is bound to its own.
    pub(super) fn pending(&mut self, now: Now, commitment: [u8; 32]) {
        let Phase::Joining { host, hash, .. } = self.phase else {
            return;
        };
        let mut nonce = [0; 32];
        self.chance.fill_bytes(&mut nonce);
        self.phase = Phase::Knocking {
            host,
            hash,
            nonce,
            commitment,
            until: now.monotonic + KNOCK_WAIT,
        };
        self.send(Message::Reveal { nonce });
    }

    pub(super) fn revealed(&mut self, theirs: [u8; 32]) {
        let Phase::Knocking {
            host,
            hash,
            nonce,
            commitment,
            ..
        } = self.phase
        else {
            return;
        };
        let guest = self.config.identity.key();
        let meeting = Meeting {
            hash: &hash,
            host: &host,
            guest: &guest,
        };
        if meeting.commitment(&theirs) != commitment {
            self.break_off(CloseReason::Forged { seq: 0 });
            return;
        }
        let words = meeting.words(&theirs, &nonce);
        if self.config.confirm {
            self.unconfirmed = Some(words);
        }
        self.events.push_back(Event::Waiting { words });
    }

    pub(super) fn denied(&mut self, now: Now, reason: DenyReason) {
        let transient =
            matches!(reason, DenyReason::Busy | DenyReason::Full | DenyReason::DiskFull) && self.entered.is_some();
        self.out.push_back(super::core::Out::Close);
        match reason {
            _ if transient => self.handle_gone(now, LineEnd::Finished),
            DenyReason::Removed => self.close(CloseReason::Removed),
            DenyReason::OtherRoom => self.close(CloseReason::OtherRoom),
            _ => self.close(CloseReason::Denied(reason)),
        }
    }

    /// Come in, says the host.
    pub(super) fn welcomed(&mut self, now: Now, welcome: &Welcome) {
        let (Phase::Joining { host, .. } | Phase::Knocking { host, .. }) = self.phase else {
            return;
        };
        let known = self.entered.is_some();
        let invited = self.config.invite.as_ref().map(|invite| invite.room);
        let expected = self.entered.as_ref().map(|entered| entered.kept.room).or(invited);
        if expected.is_some_and(|expected| expected != welcome.room) {
            self.break_off(CloseReason::OtherRoom);
            return;
        }
        if !is_genuine(welcome, &host) {
            self.break_off(CloseReason::Forged { seq: welcome.head.seq });
            return;
        }
        let resumed = self.entered.as_ref().is_some_and(|entered| entered.follows(welcome));
        if resumed && self.contradicts(welcome) {
            return;
        }
        self.phase = Phase::In(now.monotonic + LINE_LIFE);
        self.backoff.reset();
        self.config.invite = None; // used up
        self.missing.clear(); // asked on another line
        let mut piece = match &mut self.entered {
            Some(entered) if resumed => go_on(entered, welcome.head, self.address),
            _ => self.begin(host, welcome),
        };
        let unasked = self.unconfirmed.map(|words| Change::Compare(Some(words)));
        piece.changes.extend(unasked); // it is asked for also by a program that starts again
        let floor = welcome.floor.seq;
        self.founding = floor > 0 && self.last_seq() == floor;
        self.unheard = self.present();
        self.roster(&welcome.roster, &mut piece);
        let connected = self.entered.as_ref().map(|entered| connected(entered, known));
        piece.events.splice(..0, connected); // by now it is known what the host is called
        piece.enters = true;
        self.entering += 1;
        self.outbox.begin_again();
        self.progress = Progress::default(); // the host knows from the resume
        self.keep(piece);
        if self.read > 0 {
            self.send(Message::Read { seq: self.read });
        }
        self.catch_up(welcome);
    }

    /// Members, with who of them is here and how far they have come.
    pub(super) fn take_roster(&mut self, roster: &[RosterEntry]) {
        let mut piece = Piece::default();
        self.roster(roster, &mut piece);
        self.keep(piece);
    }

    fn roster(&mut self, roster: &[RosterEntry], piece: &mut Piece) {
        for entry in roster {
            if entry.here {
                self.unheard.remove(&entry.id);
            }
            if self.founding
                && let Some(mut peer) = peer(entry, true)
                && let Some(entered) = &mut self.entered
                && entered.projection.len() < MAX_PEOPLE
                && entered.projection.may_be(&peer.key, peer.id)
            {
                let before = entered.projection.peer(peer.id).filter(|before| before.key == peer.key);
                let known = before.is_some_and(|before| before.member);
                peer.verified = self.compared == Some(peer.key) || before.is_some_and(|before| before.verified);
                entered.projection.put(peer.clone());
                piece.changes.push(Change::Peer(peer));
                let member = entered.projection.member(entry.id).filter(|_| !known && !entry.here);
                piece.events.extend(member.map(|member| Event::Known { member }));
            }
            piece
                .events
                .extend(self.meet(entry.id, entry.key, &entry.name, entry.here));
            if entry.receipt.stored > 0 {
                piece.events.push(Event::Receipt { receipt: entry.receipt });
            }
        }
    }

    fn proof(&self, hash: &[u8; 32]) -> Proof {
        match &self.config.invite {
            Some(invite) => Proof::Invite {
                number: invite.number,
                proof: Meeting {
                    hash,
                    host: &invite.host,
                    guest: &self.config.identity.key(),
                }
                .proof(invite.number, &invite.secret),
            },
            None if self.entered.is_some() => Proof::Member,
            None => Proof::Knock,
        }
    }

    /// Whether the host tells another story than before. Then this guest is gone.
    fn contradicts(&mut self, welcome: &Welcome) -> bool {
        let Some(entered) = &self.entered else {
            return false;
        };
        if entered.copy.fit_head(&welcome.head) != Fit::Other {
            return false;
        }
        self.two_stories(welcome.head);
        true
    }

    /// A history begins here: the first one, or another one.
    fn begin(&mut self, host: MemberKey, welcome: &Welcome) -> Piece {
        let kept = log::Kept {
            room: welcome.room,
            host,
            epoch: welcome.epoch,
            floor: welcome.floor,
            settings: welcome.settings.clone(),
            addresses: self.address.into_iter().collect(),
        };
        let again = self.entered.take();
        self.read = 0;
        let index = Index::new(welcome.floor.seq, &[]);
        // Nobody is a member of this history before it says so; with whom words were compared stays known.
        let old_peers = again.iter().flat_map(|before| before.projection.peers().cloned());
        let strangers: Vec<Peer> = old_peers.map(|peer| Peer { member: false, ..peer }).collect();
        let projection = Projection::new(self.config.identity.key(), host, &strangers, index);
        let copy = Copy::new(kept.room, host, kept.epoch, kept.floor, Some(welcome.head));
        let mut changes = vec![match again {
            Some(_) => Change::NewEpoch(kept.clone()),
            None => Change::Room(kept.clone()),
        }];
        changes.extend(strangers.into_iter().map(Change::Peer));
        changes.push(Change::Head(welcome.head));
        let entered = Entered { kept, copy, projection };
        let mut events = vec![settings(&entered.kept)];
        if again.is_some() {
            events.insert(0, Event::NewEpoch);
        }
        self.entered = Some(entered);
        Piece {
            changes,
            events,
            ..Piece::default()
        }
    }
}

impl Entered {
    /// Whether a welcome goes on where this copy ends.
    fn follows(&self, welcome: &Welcome) -> bool {
        !welcome.anew && self.kept.epoch == welcome.epoch && welcome.floor.seq <= self.copy.last().seq
    }
}

/// Whether the host has signed the head of this history, and it does not contradict where the copy is to begin.
fn is_genuine(welcome: &Welcome, host: &MemberKey) -> bool {
    let Welcome { floor, head, .. } = welcome;
    let start = Seen::nothing(welcome.room, welcome.epoch, host);
    let begins = floor.seq > 0 || *floor == start;
    let reaches = head.seq > floor.seq || head.seq == floor.seq && head.hash == floor.hash;
    head.is_genuine(welcome.room, host) && head.epoch == welcome.epoch && begins && reaches
}

/// The same history goes on.
fn go_on(entered: &mut Entered, head: SignedHead, address: Option<SocketAddr>) -> Piece {
    let addresses = &mut entered.kept.addresses;
    addresses.retain(|known| Some(*known) != address);
    addresses.splice(..0, address);
    addresses.truncate(MAX_ADDRESSES);
    let mut changes = vec![Change::Room(entered.kept.clone())]; // where the host was reached has changed, perhaps
    if entered.copy.note(head) {
        changes.push(Change::Head(head));
    }
    Piece {
        changes,
        ..Piece::default()
    }
}

/// This guest is in.
fn connected(entered: &Entered, resumed: bool) -> Event {
    let host = entered.projection.author(&entered.kept.host);
    Event::Connected {
        host: host.unwrap_or_else(|| vouched(MemberId::HOST, "")),
        room: Arc::clone(&entered.kept.settings.name),
        id: Some(entered.kept.room),
        secure: true,
        resumed,
    }
}

/// A member of the list, as they are kept.
pub(super) fn peer(entry: &RosterEntry, member: bool) -> Option<Peer> {
    Some(Peer {
        key: entry.key?,
        id: entry.id,
        name: entry.name.as_ref().to_owned(),
        member,
        verified: false,
        first_seq: 0,
    })
}
