//! Processes.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

use anyhow::Context as _;

use crate::sockets::Result;

/// A process that listens; it ends with this.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) fn new(child: Child, port: u16) -> Self {
        Self { child, port }
    }

    /// This program in another role; it prints its port and lives until its standard input ends. It runs on the cores of this process.
    pub(crate) fn start_self(arguments: &[&OsStr]) -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut child = Process::new(program)
            .env(crate::hosts::ROLE, "1")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output is piped")?).read_line(&mut line)?;
        let port = line
            .trim()
            .parse()
            .with_context(|| format!("{arguments:?} prints {line:?} and no port"))?;
        Ok(Self { child, port })
    }

    /// What its threads have used so far. A thread that has ended is forgotten, so nobody may go meanwhile.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut nanoseconds = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let times = std::fs::read_to_string(task?.path().join("schedstat"))?;
            let on_a_core = times.split_whitespace().next().context("a thread has run")?;
            nanoseconds += on_a_core.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// The memory that it has now, in KiB.
    pub(crate) fn memory(&self) -> Result<f64> {
        memory(self.child.id())
    }

    /// Ends it as a person would: its standard input ends, and it says goodbye.
    pub(crate) fn finish(mut self) -> Result {
        drop(self.child.stdin.take());
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// The memory of a process, in KiB.
pub(crate) fn memory(process: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = resident.and_then(|resident| resident.split_whitespace().next());
    Ok(kib.context("a process has memory")?.parse()?)
}

pub(crate) fn end(child: &mut Child) {
    if child.kill().is_ok() {
        child.wait().ok();
    }
}

/// Lets so much time pass.
pub(crate) fn wait(time: Duration) {
    crossbeam_channel::after(time).recv().ok();
}
