//! The recovery guard: a host whose own signature tells of entries that its log does not have has lost them, because an old backup was restored,
//! a disk lied, or a second copy was running. It gives no numbers until its guests have sent them back, or a person begins another history.

use std::time::{Duration, Instant};

use super::core::Core;
use super::line::{Flow, Phase};
use super::sequencer::Work;
use crate::proto::log::{Body, PlacedEntry, Seen, SignedHead};
use crate::proto::message::{ByeReason, Message};
use crate::proto::wire::decode_body;
use crate::proto::{LeaveReason, LineEnd, LineId, Mistake, Notice, Now};

/// Bytes of entries that are held in memory until their chain has reached this host's signature; what was lost by an old backup is less.
const MAX_CHAIN_BYTES: usize = 64 << 20;

/// How long a guest may take for a page: longer than a slow disk and a slow line together.
const PAGE_WITHIN: Duration = Duration::from_secs(30);

/// What is known to be lost.
#[derive(Debug, Default)]
pub(super) struct Guard(Option<Lost>);

#[derive(Debug)]
struct Lost {
    /// This host's word on the newest entry that is missing.
    target: SignedHead,
    /// What a guest has sent back so far.
    chain: Vec<(PlacedEntry, Body)>,
    bytes: usize,
    /// Who is sending.
    source: Option<Source>,
}

/// Who was asked for the next page, and how long they have for it.
#[derive(Debug)]
struct Source {
    line: LineId,
    until: Instant,
}

impl Guard {
    /// Whether no numbers are given.
    pub(super) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn forget(&mut self) {
        self.0 = None;
    }

    /// What was sent back so far is of no use.
    pub(super) fn start_again(&mut self) {
        if let Some(lost) = &mut self.0 {
            lost.chain.clear();
            lost.bytes = 0;
            lost.source = None;
        }
    }

    /// When whoever was asked has had their time.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let source = self.0.as_ref().and_then(|lost| lost.source.as_ref());
        source.map(|source| source.until)
    }

    /// A line is no more.
    pub(super) fn without(&mut self, line: LineId) {
        if self.0.as_ref().is_some_and(|lost| lost.is_asked(line)) {
            self.start_again();
        }
    }
}

impl Core {
    /// A head of this host's own that is not in its log.
    pub(super) fn guard_against(&mut self, head: SignedHead) {
        if self.makes(Mistake::GuardOff) {
            return;
        }
        let new = match &mut self.guard.0 {
            Some(lost) => {
                if head.seq > lost.target.seq {
                    lost.target = head;
                }
                return;
            }
            none => none,
        };
        *new = Some(Lost {
            target: head,
            chain: Vec::new(),
            bytes: 0,
            source: None,
        });
        self.notice(Notice::LogLost {
            from: head.seq.min(self.last.seq + 1),
        });
    }

    /// Asks somebody who has more for the next page, if nobody is asked yet.
    pub(super) fn ask_for_missing(&mut self, now: Now) {
        let ahead = self.lines.iter().find_map(|(line, guest)| match guest.phase {
            Phase::In {
                flow: Flow::Ahead { empty: false, .. },
                ..
            } => Some(*line),
            _ => None,
        });
        if let Some(lost) = &mut self.guard.0
            && lost.source.is_none()
            && let Some(line) = ahead
        {
            lost.wait_for(line, now);
            let from = self.last.seq + 1;
            self.send(line, Message::Missing { from });
        }
    }

    /// A guest sends back what this host has lost.
    pub(super) fn take_back(&mut self, now: Now, line: LineId, entries: Vec<PlacedEntry>) {
        let last = self.last;
        let Some(lost) = self.guard.0.as_mut().filter(|lost| lost.is_asked(line)) else {
            return; // not asked any more
        };
        // A batch that was on its way to the disk when the loss was noticed may stand where a lost one stood.
        let next = entries.iter().find(|placed| placed.seq == last.seq + 1);
        let forked = next.is_some_and(|placed| !placed.follows(&last.hash));
        let useless = entries.is_empty() || forked;
        let genuine = entries.into_iter().all(|placed| lost.add(last, placed));
        let end = lost.end(last);
        let target = lost.target;
        if useless {
            self.set_aside(now, line);
        } else if !genuine || end.seq > target.seq || (end.seq == target.seq && end.hash != target.hash) {
            self.guard.start_again();
            self.dismiss(now, line, ByeReason::Protocol, LeaveReason::Lost(LineEnd::Failed));
            self.ask_for_missing(now);
        } else if end.seq == target.seq {
            let chain = std::mem::take(&mut lost.chain);
            lost.wait_for(line, now); // until it is on disk
            for (placed, body) in chain {
                self.sequencer.push(Work::Recovered { placed, body });
            }
        } else {
            lost.wait_for(line, now);
            self.send(line, Message::Missing { from: end.seq + 1 });
        }
    }

    /// Whoever was asked and says nothing must not keep others from being asked.
    pub(super) fn expire_source(&mut self, now: Now) {
        let source = self.guard.0.as_ref().and_then(|lost| lost.source.as_ref());
        if let Some(Source { line, until }) = source
            && *until <= now.monotonic
        {
            let line = *line;
            self.set_aside(now, line);
        }
    }

    /// What was sent back is on disk, and meanwhile somebody has shown that there was more.
    fn ask_on(&mut self, now: Now) {
        let idle = self.sequencer.is_idle();
        let lost = self.guard.0.as_mut().filter(|lost| idle && lost.chain.is_empty());
        if let Some(lost) = lost {
            lost.source = None;
            self.ask_for_missing(now);
        }
    }

    /// This guest does not have what is missing either.
    fn set_aside(&mut self, now: Now, line: LineId) {
        self.guard.start_again();
        if let Some(Phase::In {
            flow: Flow::Ahead { empty, .. },
            ..
        }) = self.lines.get_mut(&line).map(|line| &mut line.phase)
        {
            *empty = true;
        }
        self.ask_for_missing(now);
    }

    /// After each batch: whether all is there again that this host has signed.
    pub(super) fn restored(&mut self, now: Now) {
        let target = match &self.guard.0 {
            Some(lost) => lost.target,
            None => return,
        };
        if self.last.seq != target.seq || self.last.hash != target.hash {
            return self.ask_on(now);
        }
        self.guard.forget();
        self.notice(Notice::LogWhole);
        let lines: Vec<LineId> = self.all_in();
        for line in lines {
            let ahead = self.lines.get(&line).and_then(|line| match line.phase {
                Phase::In {
                    flow: Flow::Ahead { seq, .. },
                    ..
                } => Some(seq),
                _ => None,
            });
            if let Some(seq) = ahead {
                self.go_on(line, seq);
            }
        }
    }
}

impl Lost {
    fn is_asked(&self, line: LineId) -> bool {
        self.source.as_ref().is_some_and(|source| source.line == line)
    }

    fn wait_for(&mut self, line: LineId, now: Now) {
        let until = now.monotonic + PAGE_WITHIN;
        self.source = Some(Source { line, until });
    }

    /// Where what was sent back ends.
    fn end(&self, last: Seen) -> Seen {
        self.chain.last().map_or(last, |(placed, _)| Seen {
            seq: placed.seq,
            hash: placed.hash,
        })
    }

    /// Takes an entry that follows; what is here already is passed over. Whether all is well. The chain covers every byte of an entry, its author's
    /// signature included, and ends in this host's own signature: that says enough.
    fn add(&mut self, last: Seen, placed: PlacedEntry) -> bool {
        let end = self.end(last);
        if placed.seq <= end.seq {
            return true;
        }
        self.bytes += placed.entry.body.len() + size_of::<PlacedEntry>();
        let follows = placed.seq == end.seq + 1 && placed.follows(&end.hash);
        let Some(body) = decode_body(&placed.entry.body).ok().filter(|_| follows) else {
            return false;
        };
        self.chain.push((placed, body));
        self.bytes <= MAX_CHAIN_BYTES
    }
}
