//! Seeded simulation of a room: a host and its guests as they are, on networks, disks and clocks that fail, with people, with somebody
//! hostile, and with a host that lies. What must hold is looked at after every step that changes something.
//!
//! `LANDLINE_SIM_SEED` repeats one run, `LANDLINE_SIM_FROM` and `LANDLINE_SIM_COUNT` say which and how many there are,
//! `LANDLINE_SIM_DIARY=1` tells what happened. `just sim SEED COUNT` makes many, optimised.

mod checker;
mod disk;
mod health;
mod hostile;
pub(crate) mod image;
mod liar;
mod lies;
mod net;
mod node;
mod people;
mod plan;
mod programs;
mod story;
mod wires;
mod witness;
mod world;

use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use landline::proto::Mistake;

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

#[expect(clippy::print_stdout, reason = "a diary was asked for")]
fn run(seed: u64, mistake: Option<Mistake>) -> Result<Outcome, String> {
    let mut world = World::new(seed, Instant::now(), mistake);
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

/// What many runs were together.
#[derive(Debug, Default)]
struct Total {
    runs: u64,
    steps: u64,
    entries: u64,
    /// The lowest seed that has found something.
    found: Option<(u64, String)>,
}

impl Total {
    fn add(&mut self, seed: u64, outcome: Result<Outcome, String>) {
        match outcome {
            Ok(outcome) => {
                self.runs += 1;
                self.steps += outcome.steps;
                self.entries += outcome.entries;
            }
            Err(violation) if self.is_over(seed) => drop(violation),
            Err(violation) => self.found = Some((seed, violation)),
        }
    }

    /// Whether a lower seed has found something.
    fn is_over(&self, seed: u64) -> bool {
        self.found.as_ref().is_some_and(|(first, _)| *first < seed)
    }
}

/// Runs all seeds, on every core. A run knows nothing of the others, and all below the one that is reported have ended well: so the report is
/// the same on every computer.
fn run_all(seeds: RangeInclusive<u64>, mistake: Option<Mistake>) -> Total {
    let next = AtomicU64::new(*seeds.start());
    let total = Mutex::new(Total::default());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if !seeds.contains(&seed) || total.lock().unwrap().is_over(seed) {
                return;
            }
            let outcome = run(seed, mistake);
            total.lock().unwrap().add(seed, outcome);
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    total.into_inner().unwrap()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn whatever_happens_the_invariants_hold() {
    let seeds = match number("LANDLINE_SIM_SEED") {
        Some(seed) => seed..=seed,
        None => {
            let from = number("LANDLINE_SIM_FROM").unwrap_or(1);
            from..=from + number("LANDLINE_SIM_COUNT").unwrap_or(RUNS) - 1
        }
    };
    let began = Instant::now();
    let total = run_all(seeds, None);
    if let Some((seed, violation)) = total.found {
        panic!(
            "run {seed}: {violation}\nrepeat with LANDLINE_SIM_SEED={seed} cargo test --no-default-features --test it room_sim::whatever"
        );
    }
    let seconds = began.elapsed().as_secs_f64();
    let Total {
        runs, steps, entries, ..
    } = total;
    println!("{runs} runs, {steps} steps, {entries} entries in {seconds:.1} s");
    assert!(entries > 0, "something happened");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let first = run(7, None).unwrap();
    assert_eq!(run(7, None).unwrap(), first);
    assert_ne!(run(8, None).unwrap().trace, first.trace);
}

/// Runs within which a mistake must be found.
const FIND_WITHIN: u64 = 1_000;

/// The invariants are worth something only if they find what they forbid.
#[track_caller]
#[expect(clippy::print_stdout, reason = "how soon it was found is worth reading")]
fn is_found(mistake: Mistake, expected: &[&str]) {
    let total = run_all(1..=FIND_WITHIN, Some(mistake));
    let (seed, found) = total.found.unwrap_or_else(|| panic!("{mistake:?} went unnoticed"));
    let named = expected.iter().any(|invariant| found.starts_with(invariant));
    assert!(named, "{mistake:?} was found in run {seed} as {found}");
    println!("{mistake:?} was found in run {seed} as {found}");
}

macro_rules! found {
    ($($name:ident: $mistake:ident by $($expected:literal)|+;)*) => {
        $(
            #[test]
            fn $name() {
                is_found(Mistake::$mistake, &[$($expected),+]);
            }
        )*
    };
}

found! {
    an_early_acknowledgement_is_found: AcknowledgeEarly by "I2";
    spreading_before_the_flush_is_found: SpreadEarly by "I2" | "I3";
    taking_an_entry_twice_is_found: TakeTwice by "I4";
    a_guard_that_is_off_is_found: GuardOff by "I14" | "I15";
    forged_entries_are_found: TakeForged by "I9" | "I10" | "I5" | "I4";
    a_member_who_plays_host_is_found: TakeFromAnyone by "I10";
    a_removed_member_who_stays_is_found: KeepRemoved by "I10";
    an_invite_used_twice_is_found: KeepInvite by "I10";
    a_newcomer_who_sees_too_much_is_found: IgnoreFloor by "I10";
    an_order_that_is_lost_at_the_host_is_found: ForgetOrder by "I8";
    a_batch_that_failed_and_counts_is_found: CountFailed by "I4" | "I5";
    a_queue_without_end_is_found: QueueForever by "I12";
    showing_before_the_flush_is_found: ShowEarly by "I3";
    queueing_before_the_flush_is_found: QueueEarly by "I11";
    a_receipt_before_the_flush_is_found: StoredEarly by "I2";
    an_order_that_is_lost_at_the_guest_is_found: ResendReversed by "I8";
    an_outbox_that_forgets_what_was_sent_is_found: ForgetSent by "I11";
    a_refusal_that_is_forgotten_is_found: ForgetRefused by "I8" | "I15";
    a_guest_that_stays_away_is_found: StayAway by "I15";
    a_full_disk_that_is_forgotten_is_found: DropFull by "I2" | "I4" | "I15";
    showing_twice_is_found: ShowTwice by "I4";
    a_host_that_is_trusted_with_signatures_is_found: TrustHost by "I9";
    a_gap_that_is_not_missed_is_found: TakeGap by "I4" | "I7";
    hashes_that_nobody_looks_at_are_found: IgnoreChain by "I6" | "I7";
    an_entry_in_two_places_is_found: TakeAgain by "I4";
    a_host_that_is_not_held_to_its_word_is_found: ForgetHead by "I6";
    entries_that_the_host_could_deny_are_found: TakeUnsigned by "I6";
    an_outbox_that_believes_every_host_is_found: BelieveAcknowledged by "I11";
    names_that_a_restored_guest_uses_again_are_found: CountNames by "I4";
    a_number_that_becomes_somebody_else_s_is_found: MixPeople by "I9";
    a_guest_that_answers_without_end_is_found: AnswerAll by "I12";
}
