//! The host's lines: real bytes of real sessions.

use std::collections::BTreeMap;

use landline::proto::identity::Identity;
use landline::proto::message::{Join, Message, Proof};
use landline::proto::session::{Expect, Session, SessionEvent};
use landline::proto::{Admit, Command, Endpoint, Event, HostConfig, LineEnd, LineId, Now, Transmit};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::disk::{Answer, Disk};
use super::words;
use crate::pure::{plain_host, start};

/// A host and the far ends of its lines.
struct World {
    host: Endpoint,
    disk: Disk,
    now: Now,
    guests: BTreeMap<LineId, Guest>,
    events: Vec<Event>,
}

struct Guest {
    session: Session,
    heard: Vec<String>,
    /// The operating system takes nothing more for this guest.
    deaf: bool,
    closed: bool,
}

impl World {
    fn new(change: impl FnOnce(&mut HostConfig)) -> Self {
        let mut config = plain_host(1);
        config.settings.plain = None;
        config.settings.admit = Admit::Anyone;
        change(&mut config);
        let mut world = Self {
            host: Endpoint::host(start(), config),
            disk: Disk::new(),
            now: start(),
            guests: BTreeMap::new(),
            events: Vec::new(),
        };
        world.drive();
        world
    }

    /// Somebody calls and shows a key.
    fn calls(mut self, line: u64) -> Self {
        let seed = [line as u8 + 50; 32];
        let (identity, mut chance) = (Identity::from_seed(&seed), ChaCha20Rng::from_seed(seed));
        let session = Session::guest(&identity, Expect::AnyHost, &mut chance, self.now.monotonic);
        let guest = Guest {
            session,
            heard: Vec::new(),
            deaf: false,
            closed: false,
        };
        let id = LineId(line);
        self.guests.insert(id, guest);
        let address = ([10, 0, (line / 200) as u8, (line % 200) as u8], 1).into();
        self.host.handle_opened(self.now, id, address);
        self.drive();
        self
    }

    fn joins(self, line: u64) -> Self {
        let join = Join {
            room: None,
            name: format!("P{line}").into(),
            proof: Proof::Knock,
            resume: None,
        };
        self.calls(line).sends(line, &Message::Join(join))
    }

    fn sends(mut self, line: u64, message: &Message) -> Self {
        let guest = self.guests.get_mut(&LineId(line)).unwrap();
        guest.session.send(self.now.monotonic, message);
        self.drive();
        self
    }

    fn wants(mut self, command: Command) -> Self {
        self.host.handle_command(self.now, command);
        self.drive();
        self
    }

    fn guest(&mut self, line: u64) -> &mut Guest {
        self.guests.get_mut(&LineId(line)).unwrap()
    }

    /// Carries bytes both ways until nothing moves.
    fn drive(&mut self) {
        while self.carry() | self.answer() | self.transmit() {}
        while let Some(event) = self.host.poll_event() {
            self.events.push(event);
        }
    }

    fn carry(&mut self) -> bool {
        let mut moved = false;
        for (line, guest) in &mut self.guests {
            let pending = guest.session.pending().to_vec();
            if !pending.is_empty() && !guest.closed {
                guest.session.written(self.now.monotonic, pending.len());
                self.host.handle_bytes(self.now, *line, &pending);
                moved = true;
            }
        }
        moved
    }

    fn answer(&mut self) -> bool {
        self.host.handle_lull(self.now);
        while let Some(wish) = self.host.poll_store() {
            self.disk.ask(wish);
        }
        match self.disk.answer() {
            Some(Answer::Stored(batch, result)) => self.host.handle_stored(self.now, batch, result),
            Some(Answer::Read(read, entries)) => self.host.handle_read(self.now, read, entries),
            None => return false,
        }
        true
    }

    fn transmit(&mut self) -> bool {
        let Some(transmit) = self.host.poll_transmit() else {
            return false;
        };
        match transmit {
            Transmit::Write(line) => {
                let pending = self.host.pending(line).to_vec();
                let guest = self.guests.get_mut(&line).unwrap();
                let taken = if guest.deaf { 0 } else { pending.len() };
                guest.read(self.now, &pending[..taken]);
                self.host.handle_written(self.now, line, taken);
            }
            Transmit::Close(line) => self.guests.get_mut(&line).unwrap().closed = true,
            Transmit::Finish(_) => {}
            Transmit::Connect => panic!("a host calls nobody"),
        }
        true
    }

    #[track_caller]
    fn hears(mut self, line: u64, expected: &[&str]) -> Self {
        let heard = std::mem::take(&mut self.guest(line).heard);
        assert_eq!(heard, expected);
        self
    }
}

impl Guest {
    fn read(&mut self, now: Now, bytes: &[u8]) {
        self.session.handle_bytes(now.monotonic, bytes);
        while let Some(event) = self.session.poll_event() {
            match event {
                SessionEvent::Ready { .. } => {}
                SessionEvent::Message(message) => self.heard.push(words::message(&message)),
                SessionEvent::Failed(failure) => self.heard.push(format!("{failure:?}")),
            }
        }
    }
}

#[test]
fn a_guest_with_a_key_comes_in_and_hears_what_is_said() {
    let world = World::new(|_| {}).joins(1).wants(Command::say("hi"));
    let world = world.hears(
        1,
        &[
            "welcome m1 from 2 to 3",
            "entries 3 to 3, head 3",
            "entries 4 to 4, head 4",
        ],
    );
    let world = world.wants(Command::Leave).hears(1, &["bye Leaving"]);
    assert!(
        !matches!(world.events.last(), Some(Event::Closed { .. })),
        "the line has not ended yet"
    );
    let mut world = world;
    world.host.handle_ended(world.now, LineId(1), LineEnd::Finished);
    world.drive();
    assert!(matches!(world.events.last(), Some(Event::Closed { .. })));
}

#[test]
fn handshakes_are_counted_before_they_cost_anything() {
    let mut world = World::new(|config| config.limits.max_strangers = 1_000);
    for line in 1..=120 {
        world = world.calls(line);
    }
    let refused = world.guests.values().filter(|guest| guest.closed).count();
    assert_eq!(refused, 20);
    world.now.monotonic += std::time::Duration::from_millis(100);
    for line in 121..=130 {
        world = world.calls(line);
    }
    assert_eq!(world.guests.values().filter(|guest| guest.closed).count(), 25);
}

#[test]
fn who_does_not_read_is_parted_with_and_others_are_not_held_up() {
    let mut world = World::new(|config| config.limits.max_queued_messages = 10)
        .joins(1)
        .joins(2);
    world.guest(1).deaf = true;
    for _ in 0..12 {
        world = world.wants(Command::say("x"));
    }
    let too_slow = |event: &Event| {
        matches!(
            event,
            Event::Left {
                reason: landline::proto::LeaveReason::TooSlow,
                ..
            }
        )
    };
    assert_eq!(world.events.iter().filter(|event| too_slow(event)).count(), 1);
    assert_eq!(
        world
            .guest(2)
            .heard
            .iter()
            .filter(|text| text.starts_with("entries"))
            .count(),
        13
    );
    world.now.monotonic += std::time::Duration::from_secs(2);
    world.host.handle_timeout(world.now);
    world.drive();
    assert!(world.guest(1).closed && !world.guest(2).closed);
}

#[test]
fn garbage_behind_the_hello_ends_the_line_and_nothing_else() {
    let mut world = World::new(|_| {}).joins(1).calls(2);
    world.host.handle_bytes(world.now, LineId(2), &[0xAA; 500]);
    world.drive();
    let world = world.wants(Command::say("hi"));
    assert!(!world.guests[&LineId(1)].closed && world.guests[&LineId(1)].heard.len() == 3);
    assert_eq!(world.disk.log.len(), 4);
}

#[test]
fn a_member_who_floods_is_not_read() {
    let mut world = World::new(|_| {}).joins(1);
    for _ in 0..60 {
        world = world.sends(1, &Message::Read { seq: 0 });
    }
    assert!(!world.host.wants_bytes(LineId(1)));
    let at = world.host.poll_timeout().expect("somebody is to look again");
    world.now.monotonic = at.max(world.now.monotonic + std::time::Duration::from_millis(50));
    world.host.handle_timeout(world.now);
    assert!(world.host.wants_bytes(LineId(1)));
}

#[test]
fn who_asks_without_end_whether_the_host_is_there_is_not_read_inside_or_at_the_door() {
    let mut world = World::new(|config| config.settings.admit = Admit::Ask).joins(1);
    for _ in 0..60 {
        world = world.sends(1, &Message::Ping);
    }
    assert!(!world.host.wants_bytes(LineId(1)), "at the door");
    let mut world = World::new(|_| {}).joins(1);
    for _ in 0..60 {
        world = world.sends(1, &Message::Ping);
    }
    assert!(!world.host.wants_bytes(LineId(1)), "inside");
}
