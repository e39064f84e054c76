//! What `strace` wrote down of a program, as what became of its files and what it said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::parse;

/// Something a program did. A flush stands where it was over, everything else where it began.
#[derive(Debug)]
pub(super) struct Event {
    /// Microseconds since 1970.
    pub(super) at: u64,
    pub(super) act: Act,
}

#[derive(Debug)]
pub(super) enum Act {
    Make(PathBuf),
    MakeFolder(PathBuf),
    /// `None`: at the end.
    Write(PathBuf, Option<u64>, Vec<u8>),
    Truncate(PathBuf, u64),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    /// Of a file, or of the names in a folder.
    Flush(PathBuf),
    /// A line of standard output.
    Say(Value),
}

/// What a program did under `folder`, and what it said.
pub(super) fn events(log: &str, folder: &Path) -> Vec<Event> {
    let mut events = Vec::new();
    let mut unfinished: BTreeMap<&str, Call<'_>> = BTreeMap::new();
    for line in log.lines() {
        let mut words = line.splitn(3, ' ').map(str::trim_start);
        let (thread, rest) = (words.next().unwrap(), line.split_once(' ').unwrap().1.trim_start());
        let (at, rest) = rest.split_once(' ').unwrap();
        let at = micros(at);
        if rest.starts_with("<...") {
            // A thread does one thing at a time.
            if let Some(call) = unfinished.remove(thread).filter(|_| is_done(rest)) {
                events.extend(call.flush(folder).map(|act| Event { at, act }));
            }
            continue;
        }
        let Some(call) = Call::parse(rest) else {
            continue; // a signal, or the end
        };
        if rest.ends_with("<unfinished ...>") {
            events.extend(call.act(folder).map(|act| Event { at, act }));
            unfinished.insert(thread, call);
        } else if is_done(rest) {
            let act = call.act(folder).or_else(|| call.flush(folder));
            events.extend(act.map(|act| Event { at, act }));
        }
    }
    events
}

fn is_done(line: &str) -> bool {
    line.rsplit_once(" = ")
        .is_some_and(|(_, answer)| answer.starts_with(|c: char| c.is_ascii_digit()))
}

fn micros(at: &str) -> u64 {
    let (seconds, rest) = at.split_once('.').unwrap();
    seconds.parse::<u64>().unwrap() * 1_000_000 + rest.parse::<u64>().unwrap()
}

/// One system call as it is written down with `-y -xx`.
struct Call<'a> {
    name: &'a str,
    arguments: &'a str,
}

impl<'a> Call<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, arguments) = line.split_once('(')?;
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name.then_some(Self { name, arguments })
    }

    /// What begins with this call.
    fn act(&self, folder: &Path) -> Option<Act> {
        let inside = |path: PathBuf| path.starts_with(folder).then_some(path);
        match self.name {
            "open" | "openat" | "creat" => {
                let makes = self.name == "creat" || self.arguments.contains("O_CREAT");
                assert!(
                    !self.arguments.contains("O_TRUNC"),
                    "nothing is opened like that: {}",
                    self.arguments
                );
                self.string(0).and_then(inside).filter(|_| makes).map(Act::Make)
            }
            "write" if self.arguments.starts_with("1<") => {
                let text = String::from_utf8(self.bytes(0)?).unwrap();
                Some(Act::Say(parse(text.trim_end())))
            }
            "write" => Some(Act::Write(inside(self.file()?)?, None, self.bytes(0)?)),
            "pwrite64" => Some(Act::Write(inside(self.file()?)?, Some(self.last()?), self.bytes(0)?)),
            "ftruncate" => Some(Act::Truncate(inside(self.file()?)?, self.last()?)),
            "rename" | "renameat" | "renameat2" => Some(Act::Rename(inside(self.string(0)?)?, self.string(1)?)),
            "unlink" | "unlinkat" => self.string(0).and_then(inside).map(Act::Remove),
            "mkdir" | "mkdirat" => self.string(0).and_then(inside).map(Act::MakeFolder),
            _ => None,
        }
    }

    /// What has happened when it is over.
    fn flush(&self, folder: &Path) -> Option<Act> {
        let flushes = matches!(self.name, "fsync" | "fdatasync");
        let path = self.file().filter(|path| flushes && path.starts_with(folder));
        path.map(Act::Flush)
    }

    /// The file that the first argument stands for.
    fn file(&self) -> Option<PathBuf> {
        let (_, rest) = self.arguments.split_once('<')?;
        Some(path(bytes(rest.split_once('>')?.0)))
    }

    fn string(&self, index: usize) -> Option<PathBuf> {
        self.bytes(index).map(path)
    }

    fn bytes(&self, index: usize) -> Option<Vec<u8>> {
        self.arguments.split('"').skip(1).step_by(2).nth(index).map(bytes)
    }

    /// The last argument, a number.
    fn last(&self) -> Option<u64> {
        let end = self
            .arguments
            .find(['(', ')'])
            .or_else(|| self.arguments.find(" <unfinished"));
        let arguments = &self.arguments[..end?];
        arguments
            .rsplit(", ")
            .next()?
            .trim()
            .trim_end_matches(" <unfinished ...>")
            .parse()
            .ok()
    }
}

/// `\x41` is A.
fn bytes(hexadecimal: &str) -> Vec<u8> {
    let pairs = hexadecimal.split("\\x").skip(1);
    pairs.map(|pair| u8::from_str_radix(&pair[..2], 16).unwrap()).collect()
}

fn path(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8(bytes).unwrap().into()
}

#[test]
fn a_trace_is_read() {
    let log = r#"7  10.000001 mkdir("\x2f\x70", 0700) = 0
7  10.000002 openat(AT_FDCWD<\x2f>, "\x2f\x70\x2f\x66", O_RDWR|O_CREAT, 0600) = 3<\x2f\x70\x2f\x66>
8  10.000003 pwrite64(3<\x2f\x70\x2f\x66>, "\x41\x42", 2, 4096 <unfinished ...>
7  10.000004 write(1<\x70\x69>, "\x7b\x7d\x0a", 3) = 3
8  10.000005 <... pwrite64 resumed>) = 2
8  10.000006 fdatasync(3<\x2f\x70\x2f\x66> <unfinished ...>
7  10.000007 ftruncate(3<\x2f\x70\x2f\x66>, 12) = 0
8  10.000008 <... fdatasync resumed>) = 0
7  10.000009 unlink("\x2f\x70\x2f\x67") = -1 ENOENT (No such file or directory)
7  10.000010 --- SIGCHLD {si_signo=SIGCHLD} ---
7  10.000011 rename("\x2f\x70\x2f\x66", "\x2f\x70\x2f\x67") = 0
7  10.000012 fsync(4<\x2f\x70>) = 0
7  10.000013 fsync(4<\x2f\x70>) = -1 EIO (Input/output error)
"#;
    let events = events(log, Path::new("/p"));
    let told: Vec<String> = events
        .iter()
        .map(|event| format!("{} {:?}", event.at, event.act))
        .collect();
    let expected = [
        r#"10000001 MakeFolder("/p")"#,
        r#"10000002 Make("/p/f")"#,
        r#"10000003 Write("/p/f", Some(4096), [65, 66])"#,
        "10000004 Say(Object {})",
        r#"10000007 Truncate("/p/f", 12)"#,
        r#"10000008 Flush("/p/f")"#,
        r#"10000011 Rename("/p/f", "/p/g")"#,
        r#"10000012 Flush("/p")"#,
    ];
    assert_eq!(told, expected);
}
