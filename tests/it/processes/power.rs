//! Power cuts, rebuilt from what a program wrote and flushed.
//!
//! A run is recorded with everything it wrote. Then, as often as wanted, a moment is picked at random, the folder is written as the disk may have been left
//! at that moment, and it is opened: what had been told before that moment must be there.

mod disk;
mod trace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use fastrand::Rng;
use landline::profile::{Profile, Program};
use landline::proto::log::RoomId;
use landline::store::{Options, RoomStore as _, SqliteStore};
use serde_json::Value;
use tempfile::TempDir;

use super::Points;
use super::book::seq;
use super::script::{GUEST, HOST, NOBODY, enter, open, part, talk};
use super::stage::{HEARD, Stage, read};
use super::strace::{FLUSHES, OPENINGS, WRITES, tracing, works};
use disk::{Disk, Honesty};
use trace::{Act, Event};

/// Moments that are tried with the tests, for each of both, and when all are wanted: of a moment there are more disks than can be tried.
const USUAL: usize = 150;
const MANY: usize = 2_000;
/// Messages of each of two lives.
const MESSAGES: usize = 50;
/// A moment is tried again with so many other disks before it is believed that a fault cannot be found.
const PLANTED: usize = 60;
/// Flushes until a room is open, and some more.
const KILLS: usize = 12;
/// Complaints that are told.
const TOLD: usize = 10;
/// More than any log here has.
const WHOLE: usize = 100_000;

/// A run of somebody's program, in two lives.
struct Recording {
    who: usize,
    /// Where the profile was.
    profile: PathBuf,
    events: Vec<Event>,
    /// What others were told by it: when, and what.
    told: Vec<(u64, Promise)>,
}

/// Something that must be there from the moment on when it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Promise {
    /// This room, and who the person is.
    Room(String),
    /// An entry in this place.
    Entry(u64, Option<String>),
    /// Own words, in the log or on their way.
    Own(String),
}

/// Before the first life a host is started and killed so many times, each time one flush later.
fn record(who: usize, kills: usize) -> Recording {
    let mut stage = Stage::of(2);
    let mut events = Vec::new();
    for number in 1..=kills {
        let log = stage.people[who].file(&format!("kill {number}"));
        let kill = format!("inject=fsync:signal=KILL:when={number}");
        if open(&mut stage, &watching(&log, &["-e", &kill])) {
            stage.kill(HOST);
        }
        events.extend(trace::events(
            &read(&log),
            stage.people[who].profile().parent().unwrap(),
        ));
    }
    for life in ["first", "second"] {
        let log = stage.people[who].file(life);
        let watching = watching(&log, &[]);
        let starter = |other| if other == who { &watching[..] } else { NOBODY };
        let whole = open(&mut stage, starter(HOST)) && enter(&mut stage, starter(GUEST));
        assert!(whole && talk(&mut stage, life, MESSAGES), "{}", stage.told());
        part(&mut stage);
        events.extend(trace::events(
            &read(&log),
            stage.people[who].profile().parent().unwrap(),
        ));
    }
    let other = &stage.people[1 - who];
    let told = match who {
        HOST => other.ever("sent").map(|sent| (heard(sent), entry(sent))).collect(),
        _ => other
            .ever("delivered")
            .map(|delivered| (heard(delivered), entry(delivered)))
            .collect(),
    };
    Recording {
        who,
        profile: stage.people[who].profile(),
        events,
        told,
    }
}

/// Everything that is written is written down.
fn watching(log: &Path, more: &[&str]) -> Vec<String> {
    let calls = format!("{OPENINGS},{WRITES},{FLUSHES}");
    tracing(&calls, log, &[&["-y", "-xx", "-ttt", "-s", "1000000"], more].concat())
}

fn heard(record: &Value) -> u64 {
    record[HEARD].as_u64().unwrap()
}

fn entry(record: &Value) -> Promise {
    Promise::Entry(seq(record), record["id"].as_str().map(str::to_owned))
}

impl Recording {
    /// What had been told before this event.
    fn promises(&self, moment: usize) -> Vec<Promise> {
        let before = self.events[..moment].iter();
        let own = before.filter_map(|event| match &event.act {
            Act::Say(record) => Some(record),
            _ => None,
        });
        let own = own.filter_map(|record| match record["event"].as_str().unwrap() {
            "listening" | "connected" => Some(Promise::Room(record["room"]["id"].as_str().unwrap().to_owned())),
            "message" => Some(entry(record)),
            // The host has it; a guest may have it still among what is on its way.
            "sent" if self.who == HOST => Some(entry(record)),
            "sent" | "queued" if self.who == GUEST => Some(Promise::Own(record["id"].as_str().unwrap().to_owned())),
            _ => None,
        });
        let until = self.events.get(moment).map_or(u64::MAX, |event| event.at);
        let told = self
            .told
            .iter()
            .filter(|(at, _)| *at < until)
            .map(|(_, promise)| promise.clone());
        own.chain(told).collect()
    }

    /// Cuts the power at a moment; what is missing afterwards.
    fn cut(&self, seed: u64, honesty: Honesty) -> Vec<String> {
        let mut chance = Rng::with_seed(seed);
        let moment = chance.usize(..=self.events.len());
        let folder = fast_folder();
        let disk = Disk::after(&self.events[..moment], honesty);
        disk.cut(&mut chance, &self.profile, folder.path());
        let complaints = missing(folder.path(), &self.promises(moment));
        complaints
            .into_iter()
            .map(|complaint| format!("seed {seed}, event {moment}: {complaint}"))
            .collect()
    }
}

/// In memory where that is possible: what is tried is what was recorded, not this disk.
fn fast_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// What was promised and is not there.
fn missing(folder: &Path, promises: &[Promise]) -> Vec<String> {
    let room = promises.iter().find_map(|promise| match promise {
        Promise::Room(room) => Some(room),
        _ => None,
    });
    let Some(room) = room else {
        return Vec::new();
    };
    let id: [u8; 16] = HEXLOWER.decode(room.as_bytes()).unwrap().try_into().unwrap();
    let profile = match Profile::open(Some(folder), Program::Terminal) {
        Ok(profile) => profile,
        Err(error) => return vec![error.to_string()],
    };
    let opened = SqliteStore::open(folder, RoomId(id), profile.identity().key(), Options::default());
    let mut store = match opened {
        Ok(store) => store,
        Err(error) => return vec![error.to_string()],
    };
    let loaded = match store.load() {
        Ok(Some(loaded)) => loaded,
        other => return vec![format!("the room is gone: {other:?}")],
    };
    if loaded.kept.host == profile.identity().key() && loaded.kept.floor.seq != 0 {
        return vec![format!("the log begins at {}", loaded.kept.floor.seq)];
    }
    // The store reads each entry through its chain.
    let log = match store.read(0, WHOLE) {
        Ok(log) => log,
        Err(error) => return vec![error.to_string()],
    };
    let places: BTreeMap<u64, String> = log
        .iter()
        .map(|placed| (placed.seq, placed.entry.id.to_string()))
        .collect();
    let is_there = |promise: &Promise| match promise {
        Promise::Room(_) => true,
        Promise::Entry(seq, Some(id)) => places.get(seq) == Some(id),
        Promise::Entry(seq, None) => places.contains_key(seq),
        Promise::Own(id) => {
            places.values().any(|kept| kept == id) || loaded.outbox.iter().any(|entry| entry.id.to_string() == *id)
        }
    };
    let lost = promises.iter().filter(|promise| !is_there(promise));
    let mut complaints: Vec<String> = lost.map(|promise| format!("{promise:?}")).collect();
    let last = log.last().map_or(loaded.kept.floor.seq, |placed| placed.seq);
    if last != loaded.last.seq || places.len() != log.len() {
        complaints.push(format!("{} entries up to {}", log.len(), loaded.last.seq));
    }
    complaints
}

#[expect(clippy::print_stdout, reason = "who tries all of it wants to know what that was")]
fn cut_often(who: usize, kills: usize, name: &str) {
    if !works() {
        return;
    }
    let recording = record(who, kills);
    assert_eq!(missing_at_the_end(&recording), Vec::<String>::new());
    let tried = match Points::asked_for(USUAL) {
        Points::Some(count) => count,
        Points::All => MANY,
    };
    let complaints: Vec<String> = (0..tried as u64)
        .flat_map(|seed| recording.cut(seed, Honesty::Honest))
        .collect();
    println!("{name}: {tried} power cuts in {} events", recording.events.len());
    let first = &complaints[..complaints.len().min(TOLD)];
    assert!(
        complaints.is_empty(),
        "{} complaints:\n{}",
        complaints.len(),
        first.join("\n")
    );
    // The check bites: a disk that only says it has flushed is found out.
    let lied = (0..PLANTED as u64)
        .filter(|seed| !recording.cut(*seed, Honesty::LiesAboutWal).is_empty())
        .count();
    println!("{name}: a WAL that is not flushed lost something in {lied} of {PLANTED} power cuts");
    assert!(lied > PLANTED / 4, "only {lied}");
}

/// Without a power cut everything is there, or the recording is not what it should be.
fn missing_at_the_end(recording: &Recording) -> Vec<String> {
    let all = recording.promises(recording.events.len());
    let entries = all
        .iter()
        .filter(|promise| matches!(promise, Promise::Entry(..)))
        .count();
    assert!(entries > MESSAGES, "only {entries} promises");
    let folder = fast_folder();
    let disk = Disk::after(&recording.events, Honesty::Honest);
    disk.write(&recording.profile, folder.path());
    missing(folder.path(), &all)
}

#[test]
fn a_host_without_power_has_lost_nothing() {
    cut_often(HOST, 0, "host");
}

#[test]
fn a_guest_without_power_has_lost_nothing() {
    cut_often(GUEST, 0, "guest");
}

/// What a killed program left unflushed, the next one must not take for safe.
#[test]
fn a_host_that_was_killed_at_its_first_flushes_and_then_without_power_has_lost_nothing() {
    cut_often(HOST, KILLS, "host after kills");
}
