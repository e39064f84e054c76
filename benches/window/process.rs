//! A program that is being measured, through `/proc`.

use std::fs;
use std::io;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A started program; ended with this handle.
pub(super) struct Running(Child);

/// What a program has used so far.
pub(super) struct Activity {
    /// Seconds of processor time.
    pub(super) processor: f64,
    /// How often one of its threads went to sleep by itself, and so was woken.
    pub(super) wake_ups: u64,
}

impl Running {
    pub(super) fn spawn(mut command: Command) -> io::Result<Self> {
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(Self)
    }

    pub(super) fn activity(&self) -> io::Result<Activity> {
        /// Linux counts processor time in hundredths of a second for every program that asks.
        const TICKS_PER_SECOND: f64 = 100.0;
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let ticks: f64 = fields[11..13]
            .iter()
            .filter_map(|field| field.parse::<f64>().ok())
            .sum();
        let mut wake_ups = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.0.id()))? {
            let status = fs::read_to_string(task?.path().join("status"))?;
            wake_ups += field(&status, "voluntary_ctxt_switches:");
        }
        Ok(Activity {
            processor: ticks / TICKS_PER_SECOND,
            wake_ups,
        })
    }

    pub(super) fn resident_mib(&self) -> io::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        Ok(field(&status, "VmRSS:") as f64 / 1024.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A program that has ended by itself has ended.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn field(status: &str, name: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|value| value.split_whitespace().next())
        .and_then(|value| value.parse().ok())
        .unwrap_or(0)
}

/// Lets time pass; nothing is decided by it.
#[expect(
    clippy::disallowed_methods,
    reason = "idleness is measured by doing nothing for a while"
)]
pub(super) fn pass(time: Duration) {
    std::thread::sleep(time);
}
