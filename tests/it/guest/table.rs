//! A guest, its disk and a host in the tests' hands: the host says exactly what a test wants it to say.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

use landline::proto::identity::Identity;
use landline::proto::log::{
    Admission, Body, Epoch, Hash, PlacedEntry, RoomId, Seen, SignedEntry, SignedHead, StoreError,
};
use landline::proto::message::{Message, SubmitRefusal, Welcome};
use landline::proto::session::Session;
use landline::proto::wire::encode_body;
use landline::proto::words::Words;
use landline::proto::{Command, Endpoint, EntryId, Event, GuestConfig, Limits, LineEnd, LineId, MemberId, Now, Store};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::words::{GINA, HANA, MAX, derive, describe, member, message, person, settings};
use crate::room_sim::image::Image;

mod carry;

pub(crate) const ROOM: RoomId = RoomId([9; 16]);
pub(crate) const EPOCH: Epoch = Epoch([1; 16]);

/// What the disk does with the next batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disk {
    Keeps,
    Waits,
    Fails(StoreError),
}

/// A guest called Gina, a host called Hana, a member called Max.
pub(crate) struct Table {
    guest: Option<Endpoint>,
    me: Identity,
    confirm: bool,
    pub(crate) image: Image,
    disk: Disk,
    wishes: VecDeque<Store>,
    pub(crate) now: Now,
    events: VecDeque<Event>,
    pub(crate) connects: usize,
    line: u64,
    host: Identity,
    chance: ChaCha20Rng,
    session: Option<Session>,
    pub(crate) hash: [u8; 32],
    said: VecDeque<Message>,
    /// The host's computer takes no bytes.
    deaf: bool,
    /// The host's log.
    pub(crate) log: Vec<PlacedEntry>,
    pub(crate) epoch: Epoch,
    last_id: u8,
    image_is_old: bool,
}

impl Table {
    /// A guest that knows nothing yet; the host's log begins as every log does, with Max and Gina as members.
    pub(crate) fn new() -> Self {
        let now = Now {
            monotonic: Instant::now(),
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000),
        };
        let mut table = Self {
            guest: None,
            me: person(GINA),
            confirm: false,
            image: Image::default(),
            disk: Disk::Keeps,
            wishes: VecDeque::new(),
            now,
            events: VecDeque::new(),
            connects: 0,
            line: 0,
            host: person(HANA),
            chance: ChaCha20Rng::seed_from_u64(5),
            session: None,
            hash: [0; 32],
            said: VecDeque::new(),
            deaf: false,
            log: Vec::new(),
            epoch: EPOCH,
            last_id: 0,
            image_is_old: false,
        };
        table.place(HANA, &Body::Settings(settings()));
        table.admit(HANA, 0, "Hana", Admission::Host);
        table.admit(MAX, 1, "Max", Admission::Invited);
        table.admit(GINA, 2, "Gina", Admission::Invited);
        table
    }

    pub(crate) fn confirming() -> Self {
        Self {
            confirm: true,
            ..Self::new()
        }
    }

    /// The guest's program starts.
    pub(crate) fn start(mut self) -> Self {
        let config = GuestConfig {
            identity: self.me.clone(),
            seed: [7; 32],
            loaded: self.image.load(&self.me.key()),
            invite: None,
            name: "Gina".into(),
            confirm: self.confirm,
            limits: Limits::default(),
        };
        self.guest = Some(Endpoint::guest(self.now, config));
        self.drive();
        self
    }

    /// Starts, and is in.
    pub(crate) fn inside() -> Self {
        Self::new().start().answers().welcomes()
    }

    /// The guest's program is killed; what was not on disk is gone.
    pub(crate) fn crash(mut self) -> Self {
        self.guest = None;
        self.session = None;
        self.wishes.clear();
        self.said.clear();
        self.events.clear();
        self.connects = 0;
        self.disk = Disk::Keeps;
        self
    }

    /// The host's computer answers the call.
    pub(crate) fn answers(mut self) -> Self {
        assert!(self.connects > 0, "nobody called");
        self.connects = 0;
        self.line += 1;
        self.session = Some(Session::host(&self.host, &mut self.chance, self.now.monotonic));
        let address = ([10, 0, 0, 1], 8888).into();
        let (now, line) = (self.now, LineId(self.line));
        self.guest().handle_opened(now, line, address);
        self.drive();
        self
    }

    pub(crate) fn nobody_answers(mut self) -> Self {
        assert!(self.connects > 0, "nobody called");
        self.connects = 0;
        let now = self.now;
        self.guest().handle_unreachable(now);
        self.drive();
        self
    }

    pub(crate) fn welcome(&self) -> Welcome {
        Welcome {
            room: ROOM,
            epoch: self.epoch,
            settings: settings(),
            floor: self.seen(0),
            head: self.head(),
            you: MemberId(2),
            roster: vec![
                member(HANA, 0, "Hana", true),
                member(MAX, 1, "Max", false),
                member(GINA, 2, "Gina", true),
            ],
            anew: false,
        }
    }

    /// Lets the guest in and sends what it does not have.
    pub(crate) fn welcomes(self) -> Self {
        let welcome = self.welcome();
        self.hears(Message::Welcome(welcome)).hears_rest()
    }

    /// All entries after the guest's newest one.
    pub(crate) fn hears_rest(mut self) -> Self {
        let known = if std::mem::take(&mut self.image_is_old) {
            0
        } else {
            self.image.entries.len()
        };
        let entries: Vec<PlacedEntry> = self.log.iter().skip(known).cloned().collect();
        match entries.is_empty() {
            true => self,
            false => self.hears_entries(entries),
        }
    }

    pub(crate) fn hears_entries(self, entries: Vec<PlacedEntry>) -> Self {
        let head = Some(self.head());
        self.hears(Message::Entries { entries, head })
    }

    /// The guest is told something, if the line is still there.
    pub(crate) fn hears(mut self, message: Message) -> Self {
        let now = self.now.monotonic;
        self.session.iter_mut().for_each(|session| session.send(now, &message));
        self.drive();
        self
    }

    /// Somebody says something, and everybody gets it.
    pub(crate) fn placed(mut self, who: u64, text: &str) -> Self {
        self.place(who, &message(text));
        self.hears_rest()
    }

    pub(crate) fn wants(mut self, command: Command) -> Self {
        let now = self.now;
        self.guest().handle_command(now, command);
        self.drive();
        self
    }

    pub(crate) fn says(self, text: &str) -> Self {
        self.wants(Command::say(text))
    }

    pub(crate) fn with_disk(mut self, disk: Disk) -> Self {
        self.disk = disk;
        self.drive();
        self
    }

    pub(crate) fn after(mut self, milliseconds: u64) -> Self {
        let until = self.now.monotonic + Duration::from_millis(milliseconds);
        while let Some(at) = self.guest().poll_timeout().filter(|at| *at <= until) {
            let pause = at.saturating_duration_since(self.now.monotonic);
            self.pass(pause);
        }
        let rest = until - self.now.monotonic;
        self.pass(rest);
        self
    }

    fn pass(&mut self, time: Duration) {
        self.now.monotonic += time;
        self.now.wall += time;
        let now = self.now;
        self.guest().handle_timeout(now);
        if let Some(session) = &mut self.session {
            session.handle_timeout(now.monotonic);
        }
        self.drive();
    }

    pub(crate) fn loses_line(mut self, end: LineEnd) -> Self {
        self.session = None;
        let (now, line) = (self.now, LineId(self.line));
        self.guest().handle_ended(now, line, end);
        self.drive();
        self
    }

    /// The host takes everything that was submitted.
    pub(crate) fn takes_all(mut self) -> Self {
        for entry in self.submitted() {
            self = self.takes(entry);
        }
        self
    }

    /// The host gives an entry its place, acknowledges it and sends it.
    pub(crate) fn takes(mut self, entry: SignedEntry) -> Self {
        let id = entry.id;
        let Seen { seq, hash } = self.append(entry);
        self.hears(Message::Acknowledged { id, seq, hash }).hears_rest()
    }

    pub(crate) fn refuses(mut self, reason: SubmitRefusal) -> Self {
        for entry in self.submitted() {
            self = self.hears(Message::Refused { id: entry.id, reason });
        }
        self
    }

    /// What the guest has submitted since this was asked last.
    pub(crate) fn submitted(&mut self) -> Vec<SignedEntry> {
        let said = std::mem::take(&mut self.said);
        said.into_iter()
            .filter_map(|message| match message {
                Message::Submit(entry) => Some(entry),
                _ => None,
            })
            .collect()
    }

    /// What the guest has said since this was asked last.
    pub(crate) fn said(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.said).into()
    }

    /// What people have seen since this was asked last.
    pub(crate) fn seen_events(&mut self) -> Vec<String> {
        std::mem::take(&mut self.events).iter().map(describe).collect()
    }

    /// Events in this order, perhaps with others between.
    #[track_caller]
    pub(crate) fn shows(mut self, expected: &[&str]) -> Self {
        let events = self.seen_events();
        let mut rest = events.iter();
        for line in expected {
            assert!(rest.any(|event| event.starts_with(line)), "no {line:?} in {events:#?}");
        }
        self
    }

    #[track_caller]
    pub(crate) fn shows_nothing(mut self, unexpected: &str) -> Self {
        let events = self.seen_events();
        assert!(
            !events.iter().any(|event| event.starts_with(unexpected)),
            "{unexpected:?} in {events:#?}"
        );
        self
    }

    /// Gives an entry of somebody the next place of the host's log.
    pub(crate) fn place(&mut self, who: u64, body: &Body) -> Seen {
        let entry = self.written(who, body);
        self.append(entry)
    }

    pub(crate) fn written(&mut self, who: u64, body: &Body) -> SignedEntry {
        self.last_id += 1;
        let id = EntryId([self.last_id; 16]);
        SignedEntry::sign(&person(who), ROOM, id, 0, 1, self.seen(0), encode_body(body))
    }

    pub(crate) fn append(&mut self, entry: SignedEntry) -> Seen {
        let Seen { seq, hash } = self.last();
        let placed = entry.place(seq + 1, 1_000_000, &hash);
        self.log.push(placed);
        self.last()
    }

    pub(crate) fn last(&self) -> Seen {
        self.seen(self.log.len())
    }

    /// The host's word on its newest entry.
    pub(crate) fn head(&self) -> SignedHead {
        let Seen { seq, hash } = self.last();
        SignedHead::sign(&self.host, ROOM, self.epoch, seq, hash)
    }

    pub(crate) fn seen(&self, seq: usize) -> Seen {
        match seq.checked_sub(1).and_then(|before| self.log.get(before)) {
            Some(placed) => Seen {
                seq: placed.seq,
                hash: placed.hash,
            },
            None => Seen {
                seq: 0,
                hash: Hash::genesis(ROOM, self.epoch, &self.host.key()),
            },
        }
    }

    /// Somebody else answers at the host's address.
    pub(crate) fn become_another_host(&mut self) {
        self.host = person(66);
    }

    /// A person at the host begins another history.
    pub(crate) fn begin_another_history(&mut self) {
        self.epoch = Epoch([2; 16]);
        self.log.clear();
        self.image_is_old = true;
        self.place(HANA, &Body::Settings(settings()));
        self.admit(HANA, 0, "Hana", Admission::Host);
        self.admit(MAX, 1, "Max", Admission::Invited);
        self.admit(GINA, 2, "Gina", Admission::Invited);
    }

    /// The name of the message that was refused last.
    pub(crate) fn refused_id(&self) -> EntryId {
        let refused = self.events.iter().rev().find_map(|event| match event {
            Event::Refused { id, .. } => Some(*id),
            _ => None,
        });
        refused.expect("something was refused")
    }

    /// The host asks a person: the words that it shows.
    pub(crate) fn knock_is_shown(mut self) -> (Self, Words) {
        let nonce = [3; 32];
        let commitment = derive("landline 2026 safety words commitment v1", &[&self.hash, &nonce]);
        self = self.hears(Message::Pending { commitment });
        let theirs = self.said().into_iter().find_map(|message| match message {
            Message::Reveal { nonce } => Some(nonce),
            _ => None,
        });
        let theirs = theirs.expect("the guest shows its nonce first");
        let (host, guest) = (self.host.key(), self.me.key());
        let parts: [&[u8]; 5] = [&self.hash, &host.0, &guest.0, &nonce, &theirs];
        let hash = derive("landline 2026 safety words v1", &parts);
        let bits = u64::from_be_bytes(*hash.first_chunk().expect("a hash is longer"));
        let words = Words([53, 42, 31, 20].map(|shift| (bits >> shift) as u16 & 2047));
        (self.hears(Message::Reveal { nonce }), words)
    }

    fn admit(&mut self, who: u64, id: u64, name: &str, how: Admission) {
        let body = Body::Admitted {
            member: person(who).key(),
            id: MemberId(id),
            name: name.into(),
            how,
        };
        self.place(HANA, &body);
    }

    fn guest(&mut self) -> &mut Endpoint {
        self.guest.as_mut().expect("it was started")
    }
}
