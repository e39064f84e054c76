//! The suite that every store must pass: a list of checks, each on a new room.

use std::panic::{AssertUnwindSafe, catch_unwind};

use landline::proto::identity::MemberKey;
use landline::store::MemoryStore;

use super::scribe::{ANN, Bench, HOST, InFile, InMemory, Scribe, Subject};
use super::{epochs, log, search, things};

/// Says what a store must do, and panics if it does not.
pub(super) type Check = fn(&mut Bench);

/// Names the checks of a file.
macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        /// What this file asks of every store.
        pub(super) const CHECKS: &[(&str, $crate::store::conformance::Check)] = &[$((stringify!($name), $name)),*];
    };
}
pub(super) use checks;

fn all() -> impl Iterator<Item = &'static (&'static str, Check)> {
    [log::CHECKS, things::CHECKS, epochs::CHECKS, search::CHECKS]
        .into_iter()
        .flatten()
}

/// Runs the suite; `new` gives an empty store on the computer of a member.
fn run(new: impl Fn(MemberKey) -> Box<dyn Subject>) {
    let failed: Vec<&str> = all()
        .filter(|(name, check)| {
            // Checks named so are about somebody who is not the host.
            let me = if name.starts_with("on_a_guest") { ANN } else { HOST };
            let mut bench = Bench {
                subject: new(me),
                scribe: Scribe::new(),
            };
            catch_unwind(AssertUnwindSafe(|| check(&mut bench))).is_err()
        })
        .map(|(name, _)| *name)
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn a_store_in_memory_conforms() {
    run(|me| Box::new(InMemory(MemoryStore::new(me))));
}

#[test]
fn a_store_in_a_file_conforms() {
    run(|me| Box::new(InFile::new(me)));
}

#[test]
fn the_suite_is_as_long_as_it_was() {
    assert!(all().count() >= 60, "{}", all().count());
}
