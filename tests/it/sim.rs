//! Seeded simulation of plain lines under faults, with invariants after every step.
//!
//! `LANDLINE_SIM_SEED` repeats one run, `LANDLINE_SIM_COUNT` says how many there are.

mod link;
mod peer;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use world::{Mistake, World};

/// Runs that take a few seconds together, in debug.
const RUNS: u64 = 100;

fn run(seed: u64, mistake: Option<Mistake>) -> Result<Vec<String>, String> {
    let mut world = World::new(seed, mistake);
    let outcome = catch_unwind(AssertUnwindSafe(|| world.run()));
    match outcome {
        Ok(Ok(())) => Ok(world.trace),
        Ok(Err(violation)) => Err(violation),
        Err(_) => Err("something panicked, see above".to_owned()),
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn whatever_the_network_does_the_invariants_hold() {
    let seeds = match number("LANDLINE_SIM_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("LANDLINE_SIM_COUNT").unwrap_or(RUNS),
    };
    for seed in seeds {
        if let Err(violation) = run(seed, None) {
            panic!(
                "{violation}\nrepeat with LANDLINE_SIM_SEED={seed} cargo test --no-default-features --test it sim::whatever"
            );
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let trace = run(7, None).expect("the invariants hold");
    assert!(trace.len() > 100, "something happened");
    assert_eq!(run(7, None).as_ref(), Ok(&trace));
    assert_ne!(run(8, None).as_ref(), Ok(&trace));
}

/// The invariants are worth something only if they find what they forbid.
#[track_caller]
fn is_found(mistake: Mistake, expected: &str) {
    let found = (1..=RUNS).find_map(|seed| run(seed, Some(mistake)).err());
    let found = found.unwrap_or_else(|| panic!("{mistake:?} went unnoticed"));
    assert!(found.contains(expected), "{mistake:?} was found as {found}");
}

#[test]
fn bytes_twice_are_found() {
    is_found(Mistake::Duplicate, "shown");
}

#[test]
fn lost_bytes_are_found() {
    is_found(Mistake::Lose, "shown");
}

#[test]
fn messages_in_another_order_are_found() {
    is_found(Mistake::Reorder, "");
}

#[test]
fn writing_twice_is_found() {
    is_found(Mistake::WriteTwice, "heard");
}

#[test]
fn a_message_that_is_never_settled_is_found() {
    is_found(Mistake::ForgetSent, "neither sent nor refused");
}

#[test]
fn a_queue_without_bounds_is_found() {
    is_found(Mistake::Unbounded, "queues");
}
