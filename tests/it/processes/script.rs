//! What a host and a guest say to each other, and how they come back.

use serde_json::Value;

use super::stage::{Person, Stage};

pub(super) const HOST: usize = 0;
pub(super) const GUEST: usize = 1;
pub(super) const BOTH: [usize; 2] = [HOST, GUEST];

/// Before what somebody says.
pub(super) const INITIALS: [&str; 2] = ["h", "g"];

/// Half of them are the host's.
pub(super) const MESSAGES: usize = 100;
/// Every so often they also change what they have said.
const CHANGES: usize = 10;

/// Nobody stands before a program.
pub(super) const NOBODY: &[String] = &[];

/// Whether everybody is where the script needs them; `false`: somebody's program has ended.
pub(super) type Alive = bool;

/// The room is opened, again if it was open, at the same port.
pub(super) fn open(stage: &mut Stage, starter: &[String]) -> Alive {
    open_with(stage, starter, &[])
}

/// The same, with more arguments.
pub(super) fn open_with(stage: &mut Stage, starter: &[String], more: &[&str]) -> Alive {
    let port = port(&stage.people[HOST]);
    let fixed = [
        "--name",
        "Li",
        "host",
        "--bind",
        "127.0.0.1",
        "--room",
        "Workshop",
        "--port",
        &port,
    ];
    stage.start(HOST, starter, &[&fixed, more].concat());
    stage.wait(&[HOST], |stage| stage.people[HOST].now("listening").next().is_some())
}

/// Where the room was open, or any port that is free.
fn port(host: &Person) -> String {
    let listening = host.ever("listening").last();
    let address = listening.and_then(|listening| listening["addresses"][0].as_str());
    address
        .map_or("0", |address| address.rsplit(':').next().unwrap())
        .to_owned()
}

/// The guest comes in, by the invite or as somebody who has been there.
pub(super) fn enter(stage: &mut Stage, starter: &[String]) -> Alive {
    enter_or(stage, starter, |_| false)
}

/// The same, or until there is a reason not to wait for that.
pub(super) fn enter_or(stage: &mut Stage, starter: &[String], gives_up: fn(&Person) -> bool) -> Alive {
    let has_been_there = stage.people[GUEST].ever("connected").next().is_some();
    let is_open = stage.people[HOST].now("listening").next().is_some();
    let invite = match is_open && !has_been_there {
        true => invite(stage),
        false => Some("Workshop".to_owned()),
    };
    let Some(invite) = invite else { return false };
    stage.start(GUEST, starter, &["--name", "Ann", "join", &invite]);
    stage.wait(&BOTH, |stage| {
        stage.people[GUEST].standing.is_in || gives_up(&stage.people[GUEST])
    })
}

/// The one that the host began with, or another; none while its disk is full.
fn invite(stage: &mut Stage) -> Option<String> {
    let invites = |stage: &Stage| {
        let host = &stage.people[HOST];
        let mut records = host.now("listening").chain(host.now("invite"));
        records.find_map(|record| record["invite"].as_str().map(str::to_owned))
    };
    let refusals = |stage: &Stage| {
        stage.people[HOST]
            .now("notice")
            .filter(|notice| tells_full(notice))
            .count()
    };
    if let Some(invite) = invites(stage) {
        return Some(invite);
    }
    let before = refusals(stage);
    stage.say(HOST, "/invite");
    stage.wait(&[HOST], |stage| invites(stage).is_some() || refusals(stage) > before);
    invites(stage)
}

/// Whether a notice says that the disk is full.
pub(super) fn tells_full(notice: &Value) -> bool {
    notice["code"] == "disk-full"
}

/// The host has somebody's words.
pub(super) fn is_acknowledged(person: &Person, text: &str) -> bool {
    let is_it = |id: &Value| {
        person
            .now("queued")
            .any(|queued| queued["id"] == *id && queued["text"] == text)
    };
    person.now("sent").rev().any(|sent| is_it(&sent["id"]))
}

/// Both say half of the messages each, called after `part`; one waits for the other's to be acknowledged.
pub(super) fn talk(stage: &mut Stage, part: &str, messages: usize) -> Alive {
    for round in 1..=messages / 2 {
        let said = BOTH.map(|who| format!("{} {part} {round}", INITIALS[who]));
        for who in BOTH {
            stage.say(who, &said[who]);
        }
        if !stage.wait(&BOTH, |stage| {
            BOTH.iter().all(|who| is_acknowledged(&stage.people[*who], &said[*who]))
        }) {
            return false;
        }
        if round % CHANGES == 0 {
            change(stage, part, round);
        }
    }
    true
}

/// Whatever order these arrive in, none makes another impossible.
fn change(stage: &mut Stage, part: &str, round: usize) {
    let last = |who: usize| stage.people[who].now("sent").last().unwrap()["seq"].clone();
    let (own, other) = (last(GUEST), last(HOST));
    stage.say(GUEST, &format!("/edit {own} changed {part} {round}"));
    stage.say(HOST, &format!("/react {own} 👍"));
    stage.say(HOST, &format!("/delete {other}"));
}

/// The whole of it, with something before each program in its first life.
pub(super) fn whole(stage: &mut Stage, starters: [&[String]; 2]) -> Alive {
    open(stage, starters[HOST]) && enter(stage, starters[GUEST]) && talk(stage, "first", MESSAGES)
}

/// Whoever is gone comes back, and both are in the room.
pub(super) fn come_back(stage: &mut Stage) {
    let was_killed = !stage.people[HOST].is_alive();
    if was_killed {
        assert!(open(stage, NOBODY), "the room cannot be opened again: {}", stage.told());
    }
    // A guest who was not in yet has given up, or has been let in meanwhile, or is going to give up.
    let is_told = |stage: &Stage| !was_killed || !stage.people[GUEST].standing.is_in;
    if stage.people[GUEST].is_alive() && stage.wait(&[GUEST], is_told) {
        stage.say(GUEST, "/retry");
        stage.wait(&[GUEST], |stage| stage.people[GUEST].standing.is_in);
    }
    if !stage.people[GUEST].is_alive() {
        assert!(enter(stage, NOBODY), "the guest cannot come in again: {}", stage.told());
    }
}

/// Both say a few last words, which everybody hears, and leave.
pub(super) fn part(stage: &mut Stage) {
    assert!(talk(stage, "last", 2), "{}", stage.told());
    let last = |stage: &Stage| {
        stage
            .people
            .iter()
            .all(|person| hears(person, "h last 1") && hears(person, "g last 1"))
    };
    assert!(stage.wait(&BOTH, last), "{}", stage.told());
    for who in [GUEST, HOST] {
        stage.say(who, "/bye");
        stage.until_ended(who);
        assert_eq!(stage.people[who].code, Some(0), "{}", stage.told());
    }
}

fn hears(person: &Person, text: &str) -> bool {
    person.now("message").any(|message: &Value| message["text"] == text)
}
