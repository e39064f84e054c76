//! Seeded simulation of a room: a host and its guests as they are, on networks, disks and clocks that fail, with people and with somebody
//! hostile. What must hold is looked at after every step that changes something.
//!
//! `LANDLINE_SIM_SEED` repeats one run, `LANDLINE_SIM_COUNT` says how many there are, `LANDLINE_SIM_DIARY` tells what happened.

mod checker;
mod hostile;
pub(crate) mod image;
mod net;
mod node;
mod people;
mod plan;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use landline::proto::Limits;

use world::World;

/// Runs that take a few seconds together, in debug.
const RUNS: u64 = 40;

/// What a run was.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    trace: u64,
    steps: u64,
    entries: u64,
}

fn run(seed: u64, limits: &Limits) -> Result<Outcome, String> {
    let mut world = World::new(seed, Instant::now(), limits.clone());
    if number("LANDLINE_SIM_DIARY").is_some() {
        world.diary = Some(Vec::new());
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| world.run()));
    if let Some(diary) = &world.diary {
        println!("{:#?}\n{}", world.plan, diary.join("\n"));
    }
    match outcome {
        Ok(Ok(trace)) => Ok(Outcome {
            trace,
            steps: world.steps,
            entries: world.checker.entries,
        }),
        Ok(Err(violation)) => Err(violation),
        Err(_) => Err("something panicked, see above".to_owned()),
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn whatever_happens_the_invariants_hold() {
    let seeds = match number("LANDLINE_SIM_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("LANDLINE_SIM_COUNT").unwrap_or(RUNS),
    };
    let began = Instant::now();
    let (mut steps, mut entries, mut runs) = (0, 0, 0);
    for seed in seeds {
        match run(seed, &Limits::default()) {
            Ok(outcome) => {
                steps += outcome.steps;
                entries += outcome.entries;
                runs += 1;
            }
            Err(violation) => panic!(
                "{violation}\nrepeat with LANDLINE_SIM_SEED={seed} cargo test --no-default-features --test it room_sim::whatever"
            ),
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{runs} runs, {steps} steps, {entries} entries in {seconds:.1} s");
    assert!(entries > 0, "something happened");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let first = run(7, &Limits::default()).unwrap();
    assert_eq!(run(7, &Limits::default()).unwrap(), first);
    assert_ne!(run(8, &Limits::default()).unwrap().trace, first.trace);
}
