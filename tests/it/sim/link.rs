//! One simulated line: what is on its way in both directions, its faults, and what its two ends must have seen.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use landline::proto::{Entry, LeaveReason, LineEnd, MemberId, Now};

use super::peer::{Guest, Kind, Output};

/// How far a line has come to its end, as the host's operating system sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Open,
    /// The peer ends it like this, once its bytes are through.
    Coming(LineEnd),
    /// The host has been told, or has closed it.
    Over,
}

/// Bytes that the operating system holds for a peer that does not read.
const WINDOW: usize = 4_096;

pub(crate) struct Link {
    kind: Kind,
    guest: Option<Guest>,
    pub(crate) member: Option<MemberId>,
    pub(crate) end: End,
    to_host: VecDeque<u8>,
    to_peer: VecDeque<u8>,
    host_waits_until: Option<Instant>,
    peer_waits_until: Option<Instant>,
    /// What the host's endpoint has been given.
    delivered: Vec<u8>,
    /// What the host has shown of it.
    shown: String,
    /// What the host has sent this way.
    expected: String,
    /// What a program has read.
    received: Vec<u8>,
    listening: bool,
    /// The peer sends nothing any more.
    silent: bool,
    taken_at: Instant,
    read_at: Instant,
    finished_by_host: bool,
}

impl Link {
    pub(crate) fn new(kind: Kind, line: u64) -> Self {
        Self {
            kind,
            guest: (kind == Kind::Landline).then(|| Guest::new(format!("Guest{line}"), line)),
            member: None,
            end: End::Open,
            to_host: VecDeque::new(),
            to_peer: VecDeque::new(),
            host_waits_until: None,
            peer_waits_until: None,
            delivered: Vec::new(),
            shown: String::new(),
            expected: String::new(),
            received: Vec::new(),
            listening: true,
            silent: false,
            taken_at: crate::pure::epoch(),
            read_at: crate::pure::epoch(),
            finished_by_host: false,
        }
    }

    pub(crate) fn open(&mut self, now: Now) {
        self.with_guest(|guest| guest.open(now));
    }

    pub(crate) fn say(&mut self, now: Now, token: &str, bye: bool, chance: &mut fastrand::Rng) {
        if self.silent {
            return;
        }
        let bytes = match bye {
            true => b"bye".to_vec(),
            false => self.kind.bytes(token, chance),
        };
        if self.guest.is_some() {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.with_guest(|guest| guest.say(now, &text));
        } else {
            self.to_host.extend(bytes);
        }
    }

    /// Stalls, cuts, ends.
    pub(crate) fn fault(&mut self, now: Now, chance: &mut fastrand::Rng) {
        let until = Some(now.monotonic + Duration::from_millis(chance.u64(1..2_000)));
        match chance.u8(..10) {
            0..4 if self.host_waits_until.is_none_or(|at| at < now.monotonic) => self.host_waits_until = until,
            0..4 => {}
            4..7 if self.peer_waits_until.is_none_or(|at| at < now.monotonic) => self.peer_waits_until = until,
            4..7 => {}
            7 => self.peer_waits_until = Some(now.monotonic + Duration::from_secs(3_600)), // reads no more
            8 if self.kind != Kind::Landline => self.stop(LineEnd::Finished),              // half-close
            _ => {
                self.to_host.truncate(chance.usize(..=self.to_host.len()));
                self.stop(super::world::end_of(chance.bool()));
                self.with_guest(|guest| guest.end(now, LineEnd::Reset));
            }
        }
    }

    pub(crate) fn heal(&mut self) {
        self.host_waits_until = None;
        self.peer_waits_until = None;
    }

    pub(crate) fn take_for_host(&mut self, now: Now, chance: &mut fastrand::Rng) -> Vec<u8> {
        if self.end == End::Over || self.host_waits_until.is_some_and(|until| now.monotonic < until) {
            return Vec::new();
        }
        let most = self.to_host.len();
        let all = chance.bool() || is_long_ago(now, self.taken_at);
        let length = if all { most } else { chance.usize(..=most) };
        if length > 0 {
            self.taken_at = now.monotonic;
        }
        let bytes: Vec<u8> = self.to_host.drain(..length).collect();
        self.delivered.extend_from_slice(&bytes);
        bytes
    }

    /// Whether one side has not been given anything for so long that half a character might be given up, and read as
    /// something else. Only a peer that reads no more waits longer.
    pub(crate) fn is_overdue(&self, now: Now) -> bool {
        is_long_ago(now, self.taken_at) || is_long_ago(now, self.read_at)
    }

    pub(crate) fn take_end_for_host(&mut self) -> Option<LineEnd> {
        let End::Coming(end) = self.end else {
            return None;
        };
        self.to_host.is_empty().then(|| {
            self.end = End::Over;
            end
        })
    }

    /// The host's operating system takes what fits.
    pub(crate) fn take_from_host(&mut self, pending: &[u8]) -> usize {
        if self.end == End::Over {
            return 0;
        }
        let taken = pending.len().min(WINDOW.saturating_sub(self.to_peer.len()));
        self.to_peer.extend(&pending[..taken]);
        taken
    }

    pub(crate) fn carry_to_peer(&mut self, now: Now, chance: &mut fastrand::Rng) {
        if self.peer_waits_until.is_some_and(|until| now.monotonic < until) {
            return;
        }
        let most = self.to_peer.len();
        let all = chance.bool() || is_long_ago(now, self.read_at);
        let length = if all { most } else { chance.usize(..=most) };
        if length > 0 {
            self.read_at = now.monotonic;
        }
        let bytes: Vec<u8> = self.to_peer.drain(..length).collect();
        if self.guest.is_some() && !bytes.is_empty() {
            self.with_guest(|guest| guest.read(now, &bytes));
        } else {
            self.received.extend_from_slice(&bytes);
        }
        if self.to_peer.is_empty() && (self.finished_by_host || self.end == End::Over) {
            self.with_guest(|guest| guest.end(now, LineEnd::Finished));
            self.stop(LineEnd::Finished);
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.guest.as_ref().and_then(Guest::next_timeout)
    }

    pub(crate) fn time_out(&mut self, now: Now) {
        self.with_guest(|guest| guest.time_out(now));
    }

    pub(crate) fn finish(&mut self) {
        self.finished_by_host = true;
    }

    pub(crate) fn close(&mut self) {
        self.end = End::Over;
        self.listening = false;
    }

    /// The room has a new message.
    pub(crate) fn hear(&mut self, entry: &Entry) -> Result<(), String> {
        if self.member == Some(entry.author.id) {
            self.shown.extend(entry.text.split_whitespace());
            return self.check_shown();
        }
        if self.listening && self.member.is_some() {
            self.expected.extend(entry.text.split_whitespace());
        }
        Ok(())
    }

    /// The host says that this member is gone.
    pub(crate) fn leave(&mut self, reason: LeaveReason) -> Result<(), String> {
        self.listening = false;
        self.check_shown()?;
        let delivered = self.kind.text(&self.delivered);
        let shown = self.shown.len();
        let complete = match reason {
            LeaveReason::Lost(_) => shown >= delivered.len(),
            LeaveReason::Bye => delivered.get(shown..).is_some_and(|rest| rest.starts_with("bye")),
            _ => true,
        };
        match complete || self.kind == Kind::Garbage {
            true => Ok(()),
            false => Err(format!("{reason:?}: {}", difference(&self.shown, &delivered))),
        }
    }

    /// Everything shown was sent, once and in order.
    fn check_shown(&self) -> Result<(), String> {
        if self.kind == Kind::Garbage {
            return Ok(()); // nobody knows what it means
        }
        let delivered = self.kind.text(&self.delivered);
        let mut shown = self.shown.as_str();
        if self.end != End::Open && !delivered.starts_with(shown) {
            let torn = shown.chars().next_back().map_or(0, char::len_utf8);
            shown = &shown[..shown.len() - torn]; // the end tore a character
        }
        match delivered.starts_with(shown) {
            true => Ok(()),
            false => Err(difference(shown, &delivered)),
        }
    }

    /// Nothing is on its way, and nothing is to be told.
    pub(crate) fn is_idle(&self) -> bool {
        self.end == End::Over || (self.to_host.is_empty() && self.to_peer.is_empty() && self.end == End::Open)
    }

    /// After all faults: a peer that is still there has heard everything, once and in order; nobody has heard anything else.
    pub(crate) fn check_arrived(&self, names: &BTreeSet<String>) -> Result<(), String> {
        let heard = match &self.guest {
            Some(guest) => tokens(&without_names(&guest.shown, names)),
            None => tokens(&without_names(&String::from_utf8_lossy(&self.received), names)),
        };
        let expected = tokens(&self.expected);
        if !expected.starts_with(&heard) {
            return Err(format!("heard {heard:?} of {expected:?}"));
        }
        if self.listening && self.member.is_some() && heard.len() < expected.len() {
            return Err(format!("missed something: {heard:?} of {expected:?}"));
        }
        match &self.guest {
            Some(guest) if guest.unsettled > 0 => Err("a guest's message is neither sent nor refused".to_owned()),
            _ => Ok(()),
        }
    }

    fn stop(&mut self, end: LineEnd) {
        self.silent = true;
        if self.end == End::Open {
            self.end = End::Coming(end);
        }
    }

    fn with_guest(&mut self, act: impl FnOnce(&mut Guest) -> Output) {
        let Some(guest) = self.guest.as_mut().filter(|guest| !guest.closed) else {
            return;
        };
        let output = act(guest);
        if !self.silent {
            self.to_host.extend(output.bytes);
        }
        if output.finished || output.closed {
            self.stop(LineEnd::Finished);
        }
    }
}

/// Where what was shown departs from what was sent.
fn difference(shown: &str, sent: &str) -> String {
    let pairs = shown.chars().zip(sent.chars());
    let same = pairs.take_while(|(shown, sent)| shown == sent).count();
    let tail = |text: &str| text.chars().skip(same.saturating_sub(20)).take(60).collect::<String>();
    format!("shown …{:?} of …{:?}", tail(shown), tail(sent))
}

/// Together with the longest stall and the longest step this stays below `PARTIAL_WAIT`.
fn is_long_ago(now: Now, at: Instant) -> bool {
    now.monotonic.duration_since(at) > Duration::from_millis(1_500)
}

/// The name before each piece may stand in the middle of a token.
fn without_names(text: &str, names: &BTreeSet<String>) -> String {
    let mut names: Vec<&String> = names.iter().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len())); // `… #2` before `…`
    let text = names
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(&format!("{name}: "), ""));
    text.split_whitespace().collect()
}

/// The numbers in `<…>`, in order.
fn tokens(text: &str) -> Vec<u64> {
    let parts = text.split('<').skip(1);
    parts.filter_map(|part| part.split_once('>')?.0.parse().ok()).collect()
}
