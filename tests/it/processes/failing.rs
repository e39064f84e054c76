//! A disk that is full, and one that fails, at every write and every flush.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::Points;
use super::book::{self, history};
use super::script::{
    BOTH, GUEST, HOST, INITIALS, MESSAGES, NOBODY, come_back, enter_or, is_acknowledged, open, part, talk, tells_full,
    whole,
};
use super::stage::{Person, Stage, read};
use super::strace::{FLUSHES, Point, WRITES, points, tracing, works};

/// Points that are tried with the tests, for each fault.
const USUAL: usize = 4;

/// What a disk does, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Once there is no room.
    Full,
    /// From then on there is no room.
    StaysFull,
    /// Once it fails.
    Fails,
}

impl Fault {
    fn at(self, point: &Point, stage: &Stage, who: usize) -> Vec<String> {
        let log = stage.people[who].file("calls");
        match self {
            Self::Full => point.inject("error=ENOSPC", &log),
            Self::StaysFull => point.inject_from("error=ENOSPC", &log),
            Self::Fails => point.inject("error=EIO", &log),
        }
    }
}

/// The writes and flushes of somebody's profile in a whole run; one run is enough for all faults.
fn points_of(who: usize) -> &'static [Point] {
    static POINTS: [OnceLock<Vec<Point>>; 2] = [const { OnceLock::new() }; 2];
    POINTS[who].get_or_init(|| count_points(who))
}

fn count_points(who: usize) -> Vec<Point> {
    let mut stage = Stage::of(2);
    let log = stage.people[who].file("calls");
    let watching = tracing(&format!("{WRITES},{FLUSHES}"), &log, &["-y"]);
    let starters = [HOST, GUEST].map(|other| if other == who { &watching[..] } else { NOBODY });
    assert!(whole(&mut stage, starters), "{}", stage.told());
    part(&mut stage);
    let profile = stage.people[who].profile();
    points(&read(&log), profile.to_str().unwrap())
}

/// Both go on talking as long as both are there; if the disk stays full, until that is told.
fn talk_anyway(stage: &mut Stage, fault: Fault) -> bool {
    for round in 1..=MESSAGES / 2 {
        let said = BOTH.map(|who| format!("{} first {round}", INITIALS[who]));
        for who in BOTH {
            stage.say(who, &said[who]);
        }
        if !stage.wait(&BOTH, |stage| {
            BOTH.iter().all(|who| is_settled(&stage.people[*who], &said[*who]))
        }) {
            return false;
        }
        let is_told = BOTH
            .iter()
            .any(|who| stage.people[*who].now("refused").next().is_some());
        if fault == Fault::StaysFull && is_told {
            break;
        }
    }
    true
}

/// Nothing is taken while the disk is full, and who says it is told.
fn nothing_is_taken(stage: &mut Stage, who: usize) {
    stage.say(who, "nothing 1");
    let is_told = |stage: &Stage| {
        stage.people[who]
            .now("refused")
            .any(|refused| refused["text"] == "nothing 1")
    };
    assert!(stage.wait(&[who], is_told), "{}", stage.told());
}

/// Whether somebody knows what has become of their words: acknowledged or refused, and nothing else.
fn is_settled(person: &Person, text: &str) -> bool {
    person.now("refused").any(|refused| refused["text"] == text) || is_acknowledged(person, text)
}

/// Somebody's disk fails there; says whether the program went on.
fn fail_at(who: usize, fault: Fault, point: &Point) -> bool {
    let mut stage = Stage::of(2);
    let failing = fault.at(point, &stage, who);
    let starter = |other| if other == who { &failing[..] } else { NOBODY };
    let gives_up = if fault == Fault::StaysFull {
        is_told_full
    } else {
        |_: &Person| false
    };
    let talked = open(&mut stage, starter(HOST))
        && enter_or(&mut stage, starter(GUEST), gives_up)
        && stage.people[GUEST].standing.is_in
        && talk_anyway(&mut stage, fault);
    if talked && fault == Fault::StaysFull && is_full(&stage.people[who]) {
        nothing_is_taken(&mut stage, who);
    }
    let goes_on = match talked {
        true => answers(&mut stage, who),
        // Nobody can come in: the host cannot invite or admit them, or the guest cannot keep that they are in.
        false => is_told_full(&stage.people[who]) && is_there_or_turned_away(&stage.people[GUEST]),
    };
    if goes_on {
        stage.say(who, "/bye");
        stage.until_ended(who);
    } else {
        assert!(
            !stage.people[who].is_alive(),
            "somebody else has stopped: {}",
            stage.told()
        );
        is_told(&stage.people[who], fault, &stage);
    }
    come_back(&mut stage);
    assert!(talk(&mut stage, "afterwards", 4), "{}", stage.told());
    part(&mut stage);
    book::check(&stage);
    refused_words_are_not_there(&stage, who);
    goes_on
}

/// Whether something was refused for want of room. A disk that cannot flush has failed, even if it says that it is full.
fn is_full(person: &Person) -> bool {
    person.now("refused").any(|refused| refused["code"] == "disk-full")
}

/// Whether somebody knows that the disk is full.
fn is_told_full(person: &Person) -> bool {
    person.is_alive() && person.now("notice").any(tells_full)
}

/// Whoever is not there was not invited, or turned away because the host's disk is full.
fn is_there_or_turned_away(person: &Person) -> bool {
    let has_been_started = person.now("started").next().is_some();
    person.is_alive() || !has_been_started || person.now("error").any(|error| error["code"] == "host-disk-full")
}

/// Whose disk takes nothing can still be asked.
fn answers(stage: &mut Stage, who: usize) -> bool {
    stage.say(who, "/who");
    stage.wait(&[who], |stage| stage.people[who].now("members").next().is_some())
}

/// A program that stops because of its disk says so, and what to do.
fn is_told(person: &Person, fault: Fault, stage: &Stage) {
    let codes: Vec<&str> = person
        .now("error")
        .map(|error| error["code"].as_str().unwrap())
        .collect();
    let known = ["disk", "profile-unusable"];
    assert!(
        codes.iter().any(|code| known.contains(code)),
        "{fault:?}: {}",
        stage.told()
    );
    // 5: there is more in the outbox.
    assert!(matches!(person.code, Some(1 | 5)), "{fault:?}: {}", stage.told());
}

/// What was refused for want of room is not there all the same: somebody who says it again would have said it twice.
fn refused_words_are_not_there(stage: &Stage, who: usize) {
    let log = history(&stage.people[HOST]);
    let there: BTreeSet<&str> = log.iter().filter_map(|record| record["text"].as_str()).collect();
    let refused = stage.people[who]
        .ever("refused")
        .filter(|refused| refused["code"] == "disk-full");
    for refused in refused {
        assert!(
            !there.contains(refused["text"].as_str().unwrap()),
            "refused and there: {refused}\n{}",
            stage.told()
        );
    }
}

#[expect(clippy::print_stdout, reason = "who tries all of it wants to know what that was")]
fn fail_everywhere(who: usize, fault: Fault) {
    if !works() {
        return;
    }
    // What a program tells its script is written in the same way, and whoever cannot say anything cannot say that the disk is full.
    let is_told_otherwise = |point: &&Point| fault != Fault::StaysFull || point.call != "write";
    let all: Vec<Point> = points_of(who).iter().filter(is_told_otherwise).cloned().collect();
    assert!(all.len() > MESSAGES, "{all:?}");
    let tried = Points::asked_for(USUAL).of(&all);
    let (mut went_on, mut harmed) = (0, Vec::new());
    for point in &tried {
        match std::panic::catch_unwind(|| fail_at(who, fault, point)) {
            Ok(goes_on) => went_on += usize::from(goes_on),
            Err(_) => harmed.push(point), // why has been told
        }
    }
    println!(
        "{fault:?} at {who}: {} of {} points, went on after {went_on}",
        tried.len(),
        all.len()
    );
    assert!(harmed.is_empty(), "{fault:?} at {who}, {harmed:?}");
    // What flushes a name may fail without harm, and what is written when it ends.
    let expected = if fault == Fault::Fails {
        tried.len() / 2
    } else {
        tried.len()
    };
    let is_expected = match fault {
        Fault::Fails => went_on <= expected,
        _ => went_on * 2 >= expected,
    };
    assert!(is_expected, "{fault:?} at {who}: {went_on} of {} went on", tried.len());
}

#[test]
fn a_host_whose_disk_is_full_for_a_moment_goes_on() {
    fail_everywhere(HOST, Fault::Full);
}

#[test]
fn a_host_whose_disk_stays_full_says_so_and_is_whole_afterwards() {
    fail_everywhere(HOST, Fault::StaysFull);
}

#[test]
fn a_host_whose_disk_fails_stops_and_is_whole_afterwards() {
    fail_everywhere(HOST, Fault::Fails);
}

#[test]
fn a_guest_whose_disk_is_full_for_a_moment_goes_on() {
    fail_everywhere(GUEST, Fault::Full);
}

#[test]
fn a_guest_whose_disk_stays_full_says_so_and_is_whole_afterwards() {
    fail_everywhere(GUEST, Fault::StaysFull);
}

#[test]
fn a_guest_whose_disk_fails_stops_and_is_whole_afterwards() {
    fail_everywhere(GUEST, Fault::Fails);
}
