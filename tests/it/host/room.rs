//! The language of the host's tests: a host without lines, a disk, people with keys, messages as text.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use landline::proto::host::{Core, Out};
use landline::proto::identity::{Identity, MemberKey};
use landline::proto::invite::Invite;
use landline::proto::log::{Body, Hash, PlacedEntry, Seen, SignedEntry, SignedHead};
use landline::proto::meeting::Meeting;
use landline::proto::message::{Join, Message, Proof, Resume};
use landline::proto::{Command, EntryId, Event, HostConfig, LeaveReason, LineEnd, LineId, Now, wire};

use super::disk::{Answer, Disk, Mood};
use super::words;
use crate::pure::{plain_host, start};

/// Somebody with a key, and what this test has sent to them.
pub(crate) struct Person {
    pub(crate) identity: Identity,
    /// Their newest line.
    pub(crate) line: LineId,
    lines: Vec<LineId>,
    pub(crate) messages: Vec<Arc<Message>>,
    pub(crate) copy: Vec<PlacedEntry>,
    pub(crate) head: Option<SignedHead>,
    pub(crate) floor: Option<Seen>,
    pub(crate) last_id: u8,
    refused: Option<SignedEntry>,
    pub(crate) finished: bool,
    pub(crate) closed: bool,
}

pub(crate) struct Room {
    pub(crate) core: Core,
    pub(crate) now: Now,
    pub(crate) disk: Disk,
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) events: Vec<Event>,
    /// What went to plain lines.
    pub(crate) plain: Vec<Out>,
    config: HostConfig,
    last_line: u64,
    starts: u8,
}

impl Room {
    /// A room of people with keys.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut HostConfig)) -> Self {
        let mut config = plain_host(1);
        config.settings.plain = None;
        change(&mut config);
        let mut room = Self {
            core: Core::new(start(), config.clone()),
            now: start(),
            disk: Disk::new(),
            people: BTreeMap::new(),
            events: Vec::new(),
            plain: Vec::new(),
            config,
            last_line: 0,
            starts: 1,
        };
        room.drain();
        room
    }

    /// What the person wants otherwise, the next time.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut HostConfig)) {
        change(&mut self.config);
    }

    /// The host's program ends without a word and is started again, with what its disk has.
    pub(crate) fn restarts(mut self) -> Self {
        self.starts += 1;
        self.config.seed = [self.starts; 32];
        self.config.loaded = self.disk.loaded();
        self.core = Core::new(self.now, self.config.clone());
        self.drain();
        self
    }

    /// The host's disk is as it was some entries ago.
    pub(crate) fn forgets_after(mut self, seq: u64) -> Self {
        self.disk.log.truncate(seq as usize);
        self.disk.peers.retain(|_, peer| peer.first_seq <= seq);
        self.restarts()
    }

    /// The host's word on what is on its disk.
    pub(crate) fn head(&self) -> SignedHead {
        let placed = self.disk.log.last().unwrap();
        let kept = self.disk.kept.as_ref().unwrap();
        SignedHead::sign(&self.config.identity, kept.room, kept.epoch, placed.seq, placed.hash)
    }

    pub(crate) fn key(&self, who: &str) -> MemberKey {
        self.people[who].identity.key()
    }

    fn person(&mut self, who: &str) -> &mut Person {
        let number = self.people.len() as u8 + 10;
        self.people.entry(who.to_owned()).or_insert_with(|| Person {
            identity: Identity::from_seed(&[number; 32]),
            line: LineId(0),
            lines: Vec::new(),
            messages: Vec::new(),
            copy: Vec::new(),
            head: None,
            floor: None,
            last_id: 0,
            refused: None,
            finished: false,
            closed: false,
        })
    }

    /// A new line of somebody, whose key is shown.
    pub(crate) fn dials(self, who: &str) -> Self {
        let address = [10, 0, 0, self.last_line as u8 + 1];
        self.dials_from(who, address)
    }

    pub(crate) fn dials_from(mut self, who: &str, address: [u8; 4]) -> Self {
        self.last_line += 1;
        let line = LineId(self.last_line);
        let now = self.now;
        let person = self.person(who);
        (person.line, person.finished, person.closed) = (line, false, false);
        person.lines.push(line);
        let (key, hash) = (person.identity.key(), hash(line));
        self.core.handle_ready(now, line, key, hash, (address, 5000).into());
        self.drain();
        self
    }

    pub(crate) fn sends(mut self, who: &str, message: Message) -> Self {
        let line = self.people[who].line;
        self.core.handle_message(self.now, line, message);
        self.drain();
        self
    }

    fn joins_with(self, who: &str, proof: Proof) -> Self {
        let resume = self.people.get(who).and_then(Person::resume);
        let join = Join {
            room: None,
            name: who.into(),
            proof,
            resume: resume.map(|(last, head)| Resume {
                epoch: head.epoch,
                last,
                head: Some(head),
            }),
        };
        self.dials(who).sends(who, Message::Join(join))
    }

    /// Somebody comes in as a member, from where their copy ends.
    pub(crate) fn comes(self, who: &str) -> Self {
        self.joins_with(who, Proof::Member)
    }

    /// Somebody comes without a copy.
    pub(crate) fn comes_anew(mut self, who: &str) -> Self {
        let person = self.person(who);
        (person.head, person.floor) = (None, None);
        person.copy.clear();
        self.comes(who)
    }

    pub(crate) fn knocks(self, who: &str) -> Self {
        self.joins_with(who, Proof::Knock)
    }

    pub(crate) fn shows_nonce(self, who: &str) -> Self {
        self.sends(who, Message::Reveal { nonce: [9; 32] })
    }

    /// Makes an invite.
    pub(crate) fn invite(&mut self) -> Invite {
        self.core.handle_command(self.now, Command::Invite);
        self.drain();
        let at = self
            .events
            .iter()
            .position(|event| matches!(event, Event::Invite { .. }));
        match self.events.remove(at.expect("an invite was made")) {
            Event::Invite { invite } => invite,
            _ => unreachable!("looked for above"),
        }
    }

    pub(crate) fn comes_with(mut self, who: &str, invite: &Invite) -> Self {
        let guest = self.person(who).identity.key();
        let hash = hash(LineId(self.last_line + 1));
        let meeting = Meeting {
            hash: &hash,
            host: &invite.host,
            guest: &guest,
        };
        let number = invite.number;
        let proof = meeting.proof(number, &invite.secret);
        self.joins_with(who, Proof::Invite { number, proof })
    }

    /// Somebody becomes a member, and what was said about it is forgotten.
    pub(crate) fn member(mut self, who: &str) -> Self {
        let invite = self.invite();
        let room = self.comes_with(who, &invite).after(200);
        assert!(room.core.is_in(room.people[who].line), "{who} is in");
        room.quietly()
    }

    /// Somebody writes an entry.
    pub(crate) fn writes(&mut self, who: &str, body: &Body) -> SignedEntry {
        let kept = self.disk.kept.as_ref().unwrap();
        let (room, seen) = (kept.room, kept.floor);
        let person = self.person(who);
        person.last_id += 1;
        let id = EntryId([person.last_id; 16]);
        let counter = u64::from(person.last_id);
        SignedEntry::sign(&person.identity, room, id, counter, 0, seen, wire::encode_body(body))
    }

    pub(crate) fn submits(mut self, who: &str, text: &str) -> Self {
        let body = message(text);
        let entry = self.writes(who, &body);
        self.person(who).refused = Some(entry.clone());
        self.sends(who, Message::Submit(entry))
    }

    /// What somebody has submitted last comes again.
    pub(crate) fn again(mut self, who: &str) -> Self {
        let entry = self.person(who).refused.clone().expect("something was submitted");
        self.sends(who, Message::Submit(entry))
    }

    pub(crate) fn submits_body(mut self, who: &str, body: &Body) -> Self {
        let entry = self.writes(who, body);
        self.sends(who, Message::Submit(entry))
    }

    /// Somebody says that everything they have been sent is on their disk.
    pub(crate) fn stores(self, who: &str) -> Self {
        let seq = self.people[who].copy.last().map_or(0, |placed| placed.seq);
        self.sends(who, Message::Stored { seq })
    }

    pub(crate) fn vanishes(mut self, who: &str) -> Self {
        let line = self.people[who].line;
        self.core.handle_gone(self.now, line, LeaveReason::Lost(LineEnd::Reset));
        self.drain();
        self
    }

    pub(crate) fn says(self, text: &str) -> Self {
        self.wants(Command::say(text))
    }

    pub(crate) fn wants(mut self, command: Command) -> Self {
        self.core.handle_command(self.now, command);
        self.drain();
        self
    }

    pub(crate) fn disk(mut self, mood: Mood) -> Self {
        self.disk.mood = mood;
        self.drain();
        self
    }

    /// Does something that no word of this language says.
    pub(crate) fn acts(mut self, act: impl FnOnce(&mut Core, Now)) -> Self {
        act(&mut self.core, self.now);
        self.drain();
        self
    }

    /// Lets time pass, from deadline to deadline.
    pub(crate) fn after(mut self, milliseconds: u64) -> Self {
        let until = self.now.monotonic + Duration::from_millis(milliseconds);
        for _ in 0..10_000 {
            let next = self.core.poll_timeout().filter(|at| *at <= until);
            let to = next.unwrap_or(until).max(self.now.monotonic);
            self.now.wall += to - self.now.monotonic;
            self.now.monotonic = to;
            if next.is_none() {
                return self;
            }
            self.core.handle_timeout(self.now);
            self.drain();
        }
        panic!("the host does not come to rest");
    }

    fn drain(&mut self) {
        loop {
            self.core.handle_lull(self.now);
            while let Some(wish) = self.core.poll_store() {
                self.disk.ask(wish);
            }
            match self.disk.answer() {
                Some(Answer::Stored(batch, result)) => self.core.handle_stored(self.now, batch, result),
                Some(Answer::Read(read, entries)) => self.core.handle_read(self.now, read, entries),
                None => break,
            }
        }
        while let Some(out) = self.core.poll_out() {
            self.carry(out);
        }
        while let Some(event) = self.core.poll_event() {
            self.events.push(event);
        }
    }

    fn carry(&mut self, out: Out) {
        match out {
            Out::Send { lines, message } => {
                let is_heard = |person: &&mut Person| person.lines.iter().any(|line| lines.contains(line));
                for person in self.people.values_mut().filter(is_heard) {
                    person.hear(&message, &self.disk);
                }
            }
            Out::Finish(line) => self.at(line).into_iter().for_each(|person| person.finished = true),
            Out::Close(line) => self.at(line).into_iter().for_each(|person| person.closed = true),
            plain => self.plain.push(plain),
        }
    }

    fn at(&mut self, line: LineId) -> Option<&mut Person> {
        self.people.values_mut().find(|person| person.line == line)
    }

    /// What somebody was sent since the last question; presence and receipts only if they were asked for.
    #[track_caller]
    pub(crate) fn hears(mut self, who: &str, expected: &[&str]) -> Self {
        let messages = std::mem::take(&mut self.person(who).messages);
        let is_state = |text: &String| text.starts_with("presence") || text.starts_with("receipts");
        let wanted = expected.iter().any(|text| is_state(&(*text).to_owned()));
        let heard = messages.iter().map(|message| words::message(message));
        let heard: Vec<String> = heard.filter(|text| wanted || !is_state(text)).collect();
        assert_eq!(heard, expected, "to {who}");
        self
    }

    #[track_caller]
    pub(crate) fn shows(mut self, expected: &[&str]) -> Self {
        let shown: Vec<String> = self.events.drain(..).map(|event| words::event(&event)).collect();
        assert_eq!(shown, expected);
        self
    }

    /// Forgets what was sent and shown so far.
    pub(crate) fn quietly(mut self) -> Self {
        self.events.clear();
        self.plain.clear();
        for person in self.people.values_mut() {
            person.messages.clear();
        }
        self
    }
}

impl Person {
    /// Nothing reaches anybody that is not on the host's disk, and every page fits on to the copy.
    fn hear(&mut self, message: &Arc<Message>, disk: &Disk) {
        match message.as_ref() {
            Message::Welcome(welcome) => {
                if welcome.anew {
                    self.copy.clear();
                }
                (self.floor, self.head) = (Some(welcome.floor), Some(welcome.head));
            }
            Message::Entries { entries, head } => {
                for placed in entries {
                    assert!(disk.log.contains(placed), "visible before it is stored");
                    let last = self.resume().map(|(last, _)| last).expect("in");
                    assert!(
                        placed.seq == last.seq + 1 && placed.follows(&last.hash),
                        "{} after {}",
                        placed.seq,
                        last.seq
                    );
                    self.copy.push(placed.clone());
                }
                self.head = head.or(self.head);
            }
            Message::Acknowledged { id, seq, hash } => {
                let placed = &disk.log[*seq as usize - 1];
                assert!(
                    placed.entry.id == *id && placed.hash == *hash,
                    "acknowledged as it is stored"
                );
            }
            _ => {}
        }
        self.messages.push(Arc::clone(message));
    }

    fn resume(&self) -> Option<(Seen, SignedHead)> {
        let last = self.copy.last().map(|placed| Seen {
            seq: placed.seq,
            hash: placed.hash,
        });
        last.or(self.floor).zip(self.head)
    }
}

/// Names the session of a line.
fn hash(line: LineId) -> [u8; 32] {
    [line.0 as u8; 32]
}

pub(crate) fn message(text: &str) -> Body {
    Body::Message {
        text: text.into(),
        reply_to: None,
    }
}

/// A hash that nothing has.
pub(crate) const NOTHING: Hash = Hash([0xEE; 32]);
