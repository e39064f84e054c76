//! `strace` before a program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Calls by which a program changes what is on a disk, as SQLite and the profile use them; a `?` before a name: not every machine has it.
pub(super) const WRITES: &str =
    "?pwrite64,?pwritev,?write,?ftruncate,?rename,?renameat,?renameat2,?unlink,?unlinkat,?mkdir,?mkdirat";
pub(super) const FLUSHES: &str = "?fsync,?fdatasync";

/// By which a program comes to a file.
pub(super) const OPENINGS: &str = "?open,?openat,?creat";

/// `-D`: the program is the child of who starts it, `strace` watches it from the side. Not `--seccomp-bpf`: with it version 6.1 makes no
/// fault but the first.
const ALWAYS: [&str; 5] = ["strace", "-D", "-f", "-qq", "-o"];

/// A call at which something happens: the n-th of its kind in a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) call: String,
    pub(super) number: usize,
}

impl Point {
    /// `strace` so that `what` happens there.
    pub(super) fn inject(&self, what: &str, log: &Path) -> Vec<String> {
        let call = &self.call;
        let when = format!("inject={call}:{what}:when={}", self.number);
        tracing(call, log, &["-e", &when])
    }

    /// `strace` so that `what` happens there and at every such call after it.
    pub(super) fn inject_from(&self, what: &str, log: &Path) -> Vec<String> {
        let call = &self.call;
        let when = format!("inject={call}:{what}:when={}+", self.number);
        tracing(call, log, &["-e", &when])
    }
}

/// `strace` for these calls.
pub(super) fn tracing(calls: &str, log: &Path, more: &[&str]) -> Vec<String> {
    let calls = format!("trace={calls}");
    let words = [&ALWAYS[..], &[log.to_str().unwrap(), "-e", &calls], more].concat();
    words.into_iter().map(str::to_owned).collect()
}

/// The points of a run that was traced, of calls that name `what`: each kind of call is counted in each thread by itself.
pub(super) fn points(log: &str, what: &str) -> Vec<Point> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut points = BTreeSet::new();
    for line in log.lines() {
        let (thread, rest) = line.split_once(' ').unwrap();
        if let Some((call, arguments)) = rest.trim_start().split_once('(')
            && call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            let count = counts.entry((call, thread)).or_default();
            *count += 1;
            if arguments.contains(what) {
                points.insert((call, *count));
            }
        }
    }
    let points = points.into_iter().map(|(call, number)| Point {
        call: call.to_owned(),
        number,
    });
    points.collect()
}

/// Whether faults can be made here. If not, a line says why nothing is tried.
#[expect(clippy::print_stdout, reason = "who reads the results must see what was not tried")]
pub(super) fn works() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let point = Point {
        call: "?write".to_owned(),
        number: 2,
    };
    let words = point.inject("error=ENOSPC", &folder.path().join("log"));
    let tried = Command::new(&words[0])
        .args(&words[1..])
        .args(["sh", "-c", "echo first; echo second"])
        .output();
    let reason = match tried {
        Ok(tried) if tried.stdout == b"first\n" && !tried.status.success() => return true,
        Ok(tried) => format!(
            "strace may not trace here: {}",
            String::from_utf8_lossy(&tried.stderr).trim()
        ),
        Err(error) => format!("no strace ({error})"),
    };
    println!("skipped: {reason}");
    false
}

#[test]
fn a_call_is_counted_in_the_thread_that_makes_it() {
    let log = "7 write(1<out>, \"a\", 1) = 1\n8 write(2<err>, \"b\", 1 <unfinished ...>\n7 fsync(3<file>) = 0\n\
               8 <... write resumed>) = 1\n8 write(3<file>, \"c\", 1) = 1\n8 +++ exited with 0 +++\n";
    let found = |what| -> Vec<_> {
        let points = points(log, what);
        points.into_iter().map(|point| (point.call, point.number)).collect()
    };
    let expected = |points: &[(&str, usize)]| -> Vec<_> {
        points
            .iter()
            .map(|(call, number)| ((*call).to_owned(), *number))
            .collect()
    };
    assert_eq!(found(""), expected(&[("fsync", 1), ("write", 1), ("write", 2)]));
    assert_eq!(found("file"), expected(&[("fsync", 1), ("write", 2)]));
}
