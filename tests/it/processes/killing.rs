//! `kill -9` at every write and every flush.

use super::Points;
use super::book;
use super::script::{GUEST, HOST, MESSAGES, NOBODY, come_back, part, talk, whole};
use super::stage::{Stage, read};
use super::strace::{FLUSHES, Point, WRITES, points, tracing, works};

/// Points that are tried with the tests, for each of both.
const USUAL: usize = 12;
/// Messages after somebody has come back: enough that what was broken would be noticed.
const AFTERWARDS: usize = 6;

/// Every write and flush of somebody's program in a whole run; what it sends counts as well.
fn points_of(who: usize) -> Vec<Point> {
    let mut stage = Stage::of(2);
    let log = stage.people[who].file("calls");
    let calls = format!("{WRITES},{FLUSHES},sendto");
    let watching = tracing(&calls, &log, &[]);
    assert!(whole(&mut stage, starters(who, &watching)), "{}", stage.told());
    part(&mut stage);
    book::check(&stage);
    points(&read(&log), "")
}

fn starters(who: usize, starter: &[String]) -> [&[String]; 2] {
    [HOST, GUEST].map(|other| if other == who { starter } else { NOBODY })
}

/// Kills somebody there; says whether it came to that.
fn kill_at(who: usize, point: &Point) -> bool {
    let mut stage = Stage::of(2);
    let killing = point.inject("signal=KILL", &stage.people[who].file("calls"));
    let unharmed = whole(&mut stage, starters(who, &killing));
    if unharmed {
        stage.say(who, "/bye"); // the point is among the last, or this run did with fewer calls
        stage.until_ended(who);
    }
    let was_killed = !stage.people[who].is_alive() && stage.people[who].code.is_none();
    come_back(&mut stage);
    assert!(talk(&mut stage, "afterwards", AFTERWARDS), "{}", stage.told());
    part(&mut stage);
    book::check(&stage);
    was_killed
}

#[expect(clippy::print_stdout, reason = "who tries all of it wants to know what that was")]
fn kill_everywhere(who: usize, name: &str) {
    if !works() {
        return;
    }
    let all = points_of(who);
    assert!(all.len() > MESSAGES, "{all:?}");
    let tried = Points::asked_for(USUAL).of(&all);
    let (mut killed, mut harmed) = (0, Vec::new());
    for point in &tried {
        match std::panic::catch_unwind(|| kill_at(who, point)) {
            Ok(was_killed) => killed += usize::from(was_killed),
            Err(_) => harmed.push(point), // why has been told
        }
    }
    println!("{name}: {} of {} points, killed at {killed}", tried.len(), all.len());
    assert!(harmed.is_empty(), "the {name} was killed at {harmed:?}");
    assert!(
        killed * 4 >= tried.len() * 3,
        "only {killed} of {} were killed",
        tried.len()
    );
}

#[test]
fn a_host_that_is_killed_has_lost_nothing() {
    kill_everywhere(HOST, "host");
}

#[test]
fn a_guest_that_is_killed_has_lost_nothing() {
    kill_everywhere(GUEST, "guest");
}
