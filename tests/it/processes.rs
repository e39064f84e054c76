//! `landline-cli` as real processes that are killed, whose disk fills up or fails, whose computer loses its power: afterwards everything
//! that was acknowledged is there once.
//!
//! `strace` makes the faults: it kills at a system call, lets a call fail, and records what was written and flushed. Where it is missing or may
//! trace nothing, that is said and nothing is tried. A few dozen points are tried with the tests; `LANDLINE_FAULT_POINTS=all` (`just faults`) tries
//! all of them, and a number so many.

mod book;
mod failing;
mod killing;
mod power;
mod restarts;
mod script;
mod stage;
mod strace;

/// How much is tried: so many points with the tests, all that there are, or as many as the variable says.
#[derive(Debug, Clone, Copy)]
enum Points {
    Some(usize),
    All,
}

impl Points {
    fn asked_for(usual: usize) -> Self {
        match std::env::var("LANDLINE_FAULT_POINTS").as_deref() {
            Ok("all") => Self::All,
            Ok(number) => Self::Some(number.parse().unwrap()),
            Err(_) => Self::Some(usual),
        }
    }

    /// So many of something of which any number can be tried.
    fn count(self, all: usize) -> usize {
        match self {
            Self::Some(count) => count,
            Self::All => all,
        }
    }

    /// Of these so many, evenly.
    fn of<T: Clone>(self, all: &[T]) -> Vec<T> {
        let count = self.count(all.len()).min(all.len());
        (0..count).map(|index| all[index * all.len() / count].clone()).collect()
    }
}
