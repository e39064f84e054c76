//! People with programs that may end at any moment.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, Sender, bounded};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Outcome, command, command_under, parse};

/// Nothing takes longer, unless it is broken; a machine that builds at the same time is slow.
const SOON: Duration = Duration::from_secs(40);
/// The field of a record that says when it came, in microseconds since 1970.
pub(super) const HEARD: &str = "heard";
/// More than anybody writes between two looks: no program waits for the test.
const LINES: usize = 1 << 16;

/// Somebody, over the lives of their program.
pub(super) struct Person {
    folder: TempDir,
    program: Option<Program>,
    /// What the program told in each of its lives.
    pub(super) lives: Vec<Vec<Value>>,
    /// What follows from that, kept up to date: in a long run nobody can count again and again.
    pub(super) standing: Standing,
    /// How it ended last: its code, or none if it was killed.
    pub(super) code: Option<i32>,
    /// What it said to standard error in all its lives.
    pub(super) errors: String,
}

/// How somebody stands.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Messages that were acknowledged, in all lives.
    pub(super) acknowledged: usize,
    /// Whether the program is in the room, as a guest.
    pub(super) is_in: bool,
    /// How often it has lost its line in this life.
    pub(super) lost: usize,
    /// The newest message that it has shown in this life.
    pub(super) newest: Option<u64>,
}

impl Standing {
    fn take(&mut self, record: &Value) {
        match record["event"].as_str().unwrap() {
            "sent" => self.acknowledged += 1,
            "connected" => self.is_in = true,
            "lost" => {
                self.is_in = false;
                self.lost += 1;
            }
            "message" => self.newest = record["seq"].as_u64(),
            _ => {}
        }
    }

    /// The program begins another life.
    fn begin(&mut self) {
        *self = Self {
            acknowledged: self.acknowledged,
            ..Self::default()
        };
    }
}

struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    errors: thread::JoinHandle<String>,
}

impl Person {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            program: None,
            lives: Vec::new(),
            standing: Standing::default(),
            code: None,
            errors: String::new(),
        }
    }

    pub(super) fn is_alive(&self) -> bool {
        self.program.is_some()
    }

    pub(super) fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    /// A file of this person beside the profile.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The records of `event` in this life.
    pub(super) fn now<'a>(&'a self, event: &'a str) -> impl DoubleEndedIterator<Item = &'a Value> {
        let life = self.lives.last().map(Vec::as_slice).unwrap_or_default();
        life.iter().filter(move |record| record["event"] == event)
    }

    /// The records of `event` in all lives.
    pub(super) fn ever<'a>(&'a self, event: &'a str) -> impl Iterator<Item = &'a Value> {
        self.lives
            .iter()
            .flatten()
            .filter(move |record| record["event"] == event)
    }

    /// Runs a command to its end while no other program is at the profile.
    pub(super) fn run(&self, arguments: &[&str]) -> Outcome {
        let profile = self.profile();
        let fixed = ["--json", "--profile", profile.to_str().unwrap()];
        command(&[&fixed, arguments].concat()).output().unwrap().into()
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.child.kill().ok(); // it may have ended by now
            program.child.wait().ok();
        }
    }
}

/// A line of somebody's program, and when it came.
struct Line {
    text: String,
    at: SystemTime,
}

/// Everybody, and what they hear.
pub(super) struct Stage {
    pub(super) people: Vec<Person>,
    heard: Receiver<(usize, Option<Line>)>,
    hears: Sender<(usize, Option<Line>)>,
}

impl Stage {
    pub(super) fn of(people: usize) -> Self {
        let (hears, heard) = bounded(LINES);
        Self {
            people: (0..people).map(|_| Person::new()).collect(),
            heard,
            hears,
        }
    }

    /// Starts somebody's program, by another program if there is a `starter`.
    pub(super) fn start(&mut self, who: usize, starter: &[String], arguments: &[&str]) {
        let person = &mut self.people[who];
        assert!(!person.is_alive());
        let profile = person.profile();
        let starter: Vec<&str> = starter.iter().map(String::as_str).collect();
        let fixed = ["--json", "--profile", profile.to_str().unwrap()];
        let mut child = command_under(&starter, &[&fixed, arguments].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let hears = self.hears.clone();
        named(move || {
            for line in BufReader::new(stdout).lines() {
                let line = Line {
                    text: line.unwrap(),
                    at: SystemTime::now(),
                };
                hears.send((who, Some(line))).ok(); // nobody listens any more when a test has failed
            }
            hears.send((who, None)).ok();
        });
        let errors = named(move || {
            let mut errors = String::new();
            stderr.read_to_string(&mut errors).unwrap();
            errors
        });
        person.lives.push(Vec::new());
        person.standing.begin();
        person.program = Some(Program {
            stdin: child.stdin.take(),
            child,
            errors,
        });
    }

    /// Types a line; it is lost if the program is gone.
    pub(super) fn say(&mut self, who: usize, line: &str) {
        if let Some(program) = &mut self.people[who].program
            && let Some(stdin) = &mut program.stdin
        {
            writeln!(stdin, "{line}").ok();
        }
    }

    /// Kills somebody's program, and hears its last words.
    pub(super) fn kill(&mut self, who: usize) {
        if let Some(program) = &mut self.people[who].program {
            program.child.kill().ok(); // it may have ended by now
        }
        self.until_ended(who);
    }

    /// Listens until `done`. `false`: before that the program of one of `needed` ended.
    pub(super) fn wait(&mut self, needed: &[usize], done: impl Fn(&Self) -> bool) -> bool {
        loop {
            if done(self) {
                return true;
            }
            if needed.iter().any(|who| !self.people[*who].is_alive()) {
                return false;
            }
            self.hear();
        }
    }

    /// Listens until somebody's program has ended.
    pub(super) fn until_ended(&mut self, who: usize) {
        while self.people[who].is_alive() {
            self.hear();
        }
    }

    fn hear(&mut self) {
        match self.heard.recv_timeout(SOON) {
            Ok((who, line)) => self.take(who, line),
            Err(error) => panic!("{error}; {}", self.told()),
        }
    }

    fn take(&mut self, who: usize, line: Option<Line>) {
        let person = &mut self.people[who];
        match line {
            // Who is killed while writing leaves half a line.
            Some(line) if !line.text.ends_with('}') => person.errors.push_str(&line.text),
            Some(line) => {
                let mut record = parse(&line.text);
                record[HEARD] = micros(line.at).into();
                person.standing.take(&record);
                person.lives.last_mut().unwrap().push(record);
            }
            None => {
                let mut program = person.program.take().unwrap();
                person.code = program.child.wait().unwrap().code();
                person.errors += &program.errors.join().unwrap();
            }
        }
    }

    /// The last things that everybody told, for who looks into a failure.
    pub(super) fn told(&self) -> String {
        const LAST: usize = 12;
        let mut told = String::new();
        for (who, person) in self.people.iter().enumerate() {
            let life = person.lives.last().map(Vec::as_slice).unwrap_or_default();
            let alive = if person.is_alive() { "alive" } else { "ended" };
            told += &format!("\n{who} ({alive}, life {}):\n", person.lives.len());
            for record in life.iter().rev().take(LAST).rev() {
                told += &format!("    {record}\n");
            }
            told += &person.errors;
        }
        told
    }
}

fn named<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    thread::Builder::new()
        .name("program-output".to_owned())
        .spawn(run)
        .unwrap()
}

fn micros(at: SystemTime) -> u64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_micros()).unwrap()
}

/// What a file says, or nothing if there is none.
pub(super) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
