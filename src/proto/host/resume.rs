//! How a member gets what it does not have: where its copy ends, pages from there on, and then what is stored as it is stored.

use std::collections::{BTreeMap, BTreeSet};

use super::core::{Core, Out};
use super::line::{Flow, Phase};
use crate::proto::log::{Hash, Peer, PlacedEntry, Seen, SignedHead};
use crate::proto::message::{DenyReason, MAX_PAGE_ENTRIES, MAX_PAGE_MEMBERS, Message, Resume, RosterEntry, Welcome};
use crate::proto::wire::{decode_body, entries_of_a_page};
use crate::proto::{EntryId, Event, LeaveReason, LineEnd, LineId, MemberId, Now, ReadId, Store};

/// What is being read, and who comes in when it has been.
#[derive(Debug, Default)]
pub(super) struct Reads {
    last: u64,
    readings: BTreeMap<ReadId, Reading>,
    entering: BTreeMap<LineId, Entering>,
    /// Hashes of the places where members begin, as far as they were needed: one for each admission at most.
    floors: BTreeMap<u64, Hash>,
}

#[derive(Debug)]
enum Reading {
    /// The hash of a place, to compare a guest's copy with.
    Place { line: LineId, seq: u64 },
    /// The page that begins there.
    Page { line: LineId, from: u64 },
    /// An entry that came twice.
    Repeated { line: LineId, id: EntryId },
    /// What was said before this room was opened.
    Past,
}

/// Somebody who comes in as soon as the hashes are known that their copy is compared with.
#[derive(Debug)]
struct Entering {
    id: MemberId,
    floor: u64,
    resume: Option<Resume>,
    hashes: BTreeMap<u64, Hash>,
    unknown: BTreeSet<u64>,
}

/// What a guest's copy of the log is to this one.
enum Standing {
    /// They go on from there.
    Same(Seen),
    /// They have more than this host, on this host's own word.
    Ahead(Seen),
    /// Something else stands in their copy, on this host's own word.
    Forked,
    /// They begin at their floor.
    Anew,
}

impl Core {
    /// A member comes in.
    pub(super) fn enter(&mut self, now: Now, line: LineId, id: MemberId) {
        let (Some(guest), Some(peer)) = (self.lines.get_mut(&line), self.projection.peer(id)) else {
            return; // their line was lost before the entry was on disk
        };
        guest.phase = Phase::Entering;
        let resume = guest.resume;
        let floor = peer.first_seq.saturating_sub(1);
        let same = resume.filter(|resume| resume.epoch == self.kept.epoch);
        let head = same.and_then(|resume| resume.head);
        let places = [
            Some(floor),
            same.map(|resume| resume.last.seq),
            head.map(|head| head.seq),
        ];
        let unknown = places
            .into_iter()
            .flatten()
            .filter(|seq| *seq <= self.last.seq)
            .collect();
        let entering = Entering {
            id,
            floor,
            resume,
            hashes: BTreeMap::new(),
            unknown,
        };
        self.look_up(line, entering);
        self.welcome_if_known(now, line);
    }

    /// Asks for the hashes that are not in memory.
    fn look_up(&mut self, line: LineId, mut entering: Entering) {
        for seq in std::mem::take(&mut entering.unknown) {
            match self.hash_at(seq) {
                Some(hash) => {
                    entering.hashes.insert(seq, hash);
                }
                None => {
                    entering.unknown.insert(seq);
                    self.read(Reading::Place { line, seq }, seq, 1);
                }
            }
        }
        self.reads.entering.insert(line, entering);
    }

    /// Somebody's line was lost while they were coming in.
    pub(super) fn never_came(&mut self, line: LineId) {
        let entering = self.reads.entering.remove(&line);
        let member = entering.and_then(|entering| self.projection.member(entering.id));
        let away = member.filter(|member| !member.here);
        self.events.extend(away.map(|member| Event::Known { member }));
    }

    fn hash_at(&self, seq: u64) -> Option<Hash> {
        if seq == self.last.seq {
            return Some(self.last.hash);
        }
        let first = (seq == self.kept.floor.seq).then_some(self.kept.floor.hash);
        first.or_else(|| self.reads.floors.get(&seq).copied())
    }

    /// An entry makes somebody a member who begins with it; `before` stands before it.
    pub(super) fn remember_floor(&mut self, peer: &Peer, before: Seen) {
        if peer.member && peer.first_seq == before.seq + 1 {
            self.reads.floors.insert(before.seq, before.hash);
        }
    }

    /// Another history begins.
    pub(super) fn forget_floors(&mut self) {
        self.reads.floors.clear();
    }

    fn read(&mut self, reading: Reading, from: u64, limit: usize) {
        self.reads.last += 1;
        let id = ReadId(self.reads.last);
        self.reads.readings.insert(id, reading);
        self.wishes.push_back(Store::Read { id, from, limit });
    }

    pub(super) fn read_past(&mut self, from: u64, limit: usize) {
        self.read(Reading::Past, from, limit);
    }

    pub(super) fn answer_read(&mut self, now: Now, id: ReadId, entries: Vec<PlacedEntry>) {
        match self.reads.readings.remove(&id) {
            None => {}
            Some(Reading::Past) => self.show_past(&entries),
            Some(Reading::Place { line, seq }) => self.found(now, line, seq, &entries),
            Some(Reading::Page { line, from }) => self.page(now, line, from, entries),
            Some(Reading::Repeated { line, id }) => {
                if let Some(place) = entries.first().map(place) {
                    self.acknowledge(line, id, place);
                }
            }
        }
    }

    fn show_past(&mut self, entries: &[PlacedEntry]) {
        for placed in entries {
            let body = decode_body(&placed.entry.body).ok();
            let event = body.and_then(|body| self.projection.event(placed, &body));
            let settings = matches!(event, Some(Event::Settings { .. }));
            self.events.extend(event.filter(|_| !settings)); // the newest were told
        }
    }

    fn found(&mut self, now: Now, line: LineId, seq: u64, entries: &[PlacedEntry]) {
        let hash = entries
            .first()
            .filter(|placed| placed.seq == seq)
            .map(|placed| placed.hash);
        match (self.reads.entering.get_mut(&line), hash) {
            (None, _) => {}
            (Some(entering), Some(hash)) => {
                entering.unknown.remove(&seq);
                entering.hashes.insert(seq, hash);
                if seq == entering.floor {
                    self.reads.floors.insert(seq, hash);
                }
                self.welcome_if_known(now, line);
            }
            (Some(_), None) => self.cannot_read(now, line),
        }
    }

    /// What must be on the disk cannot be read: this guest comes again, and others are not disturbed.
    fn cannot_read(&mut self, now: Now, line: LineId) {
        self.lose(now, line, LeaveReason::Lost(LineEnd::Failed));
        self.out.push_back(Out::Close(line));
    }

    fn welcome_if_known(&mut self, now: Now, line: LineId) {
        let known = self
            .reads
            .entering
            .get(&line)
            .is_some_and(|entering| entering.unknown.is_empty());
        if known && let Some(entering) = self.reads.entering.remove(&line) {
            self.compare(now, line, &entering);
        }
    }

    /// Compares a guest's copy with the log, and lets it in.
    fn compare(&mut self, now: Now, line: LineId, entering: &Entering) {
        // Removed while the disk was looking for hashes.
        if !self.projection.peer(entering.id).is_some_and(|peer| peer.member) {
            return self.deny(line, DenyReason::Removed);
        }
        let Some(floor) = entering.hashes.get(&entering.floor).map(|hash| Seen {
            seq: entering.floor,
            hash: *hash,
        }) else {
            return;
        };
        let anew = entering.resume.is_some();
        match self.standing(entering) {
            Standing::Same(seen) => self.welcome(now, line, entering.id, floor, seen, false),
            Standing::Anew => self.welcome(now, line, entering.id, floor, floor, anew),
            Standing::Ahead(seen) => self.welcome(now, line, entering.id, floor, seen, false),
            Standing::Forked => self.deny(line, DenyReason::Busy),
        }
    }

    fn standing(&mut self, entering: &Entering) -> Standing {
        let Some(resume) = entering.resume.filter(|resume| resume.epoch == self.kept.epoch) else {
            return Standing::Anew;
        };
        let same = entering.hashes.get(&resume.last.seq) == Some(&resume.last.hash);
        let lost = resume
            .head
            .filter(|head| entering.hashes.get(&head.seq) != Some(&head.hash));
        if let Some(head) = lost {
            self.guard_against(head);
            if head.seq <= self.last.seq {
                return Standing::Forked;
            }
        }
        match resume.last.seq {
            seq if seq < entering.floor => Standing::Anew,
            seq if seq > self.last.seq && lost.is_some() => Standing::Ahead(resume.last),
            _ if same => Standing::Same(resume.last),
            _ => Standing::Anew,
        }
    }

    /// Where somebody's copy ends, without what is not this host's own word. That word counts whoever shows it: somebody whose membership is in
    /// the lost part is no member now.
    pub(super) fn take_resume(&mut self, resume: Resume) -> Resume {
        let head = resume.head.filter(|head| self.is_own(head));
        if let Some(head) = head.filter(|head| head.seq > self.last.seq) {
            self.guard_against(head);
        }
        Resume { head, ..resume }
    }

    /// Whether it is this host's own word on this history, whether or not it is in the log. Who comes back mostly shows the newest.
    fn is_own(&self, head: &SignedHead) -> bool {
        let newest = || self.head.as_ref() == Some(head);
        head.epoch == self.kept.epoch && (newest() || head.is_genuine(self.kept.room, &self.me))
    }

    fn welcome(&mut self, now: Now, line: LineId, id: MemberId, floor: Seen, from: Seen, anew: bool) {
        let head = self.sign_head();
        let flow = match from.seq > self.last.seq {
            true => Flow::Ahead {
                seq: from.seq,
                empty: false,
            },
            false => Flow::Reading,
        };
        if let Some(guest) = self.lines.get_mut(&line) {
            guest.phase = Phase::In { id, flow };
        }
        self.arrive(now, line, id);
        self.states.advance(now.monotonic, id, from.seq.min(self.last.seq), 0);
        let founding = from == floor;
        let roster = self.roster(founding.then_some(floor.seq));
        let mut pages = roster.chunks(MAX_PAGE_MEMBERS).map(<[RosterEntry]>::to_vec);
        let welcome = Welcome {
            room: self.kept.room,
            epoch: self.kept.epoch,
            settings: self.kept.settings.clone(),
            floor,
            head,
            you: id,
            roster: pages.next().unwrap_or_default(),
            anew,
        };
        let rest: Vec<_> = pages.collect();
        self.send(line, Message::Welcome(welcome));
        for page in rest {
            self.send(line, Message::Roster(page));
        }
        match flow {
            Flow::Ahead { .. } => self.ask_for_missing(now),
            _ => self.go_on(line, from.seq),
        }
    }

    /// Sends a line what comes after `seq`: the next page, or what is stored from now on.
    pub(super) fn go_on(&mut self, line: LineId, seq: u64) {
        if seq >= self.last.seq {
            return self.set_flow(line, Flow::Live { told: self.last.seq });
        }
        let from = seq + 1;
        if let Some(entries) = self.unspread.page(from) {
            debug_assert_eq!(entries.last().map(|placed| placed.seq), Some(self.last.seq));
            let head = Some(self.sign_head());
            self.set_flow(line, Flow::Live { told: self.last.seq });
            return self.send(line, Message::Entries { entries, head });
        }
        self.set_flow(line, Flow::Reading);
        self.read(Reading::Page { line, from }, from, MAX_PAGE_ENTRIES);
    }

    pub(super) fn set_flow(&mut self, line: LineId, new: Flow) {
        if let Some(Phase::In { flow, .. }) = self.lines.get_mut(&line).map(|line| &mut line.phase) {
            *flow = new;
        }
    }

    fn page(&mut self, now: Now, line: LineId, from: u64, mut entries: Vec<PlacedEntry>) {
        if !self.lines.contains_key(&line) {
            return;
        }
        entries.truncate(entries_of_a_page(&entries));
        let Some(last) = entries.last().map(|placed| placed.seq) else {
            return self.cannot_read(now, line);
        };
        if entries.first().is_none_or(|placed| placed.seq != from) {
            return self.cannot_read(now, line);
        }
        let flow = match last == self.last.seq {
            true => Flow::Live { told: last },
            false => Flow::Paused(last),
        };
        let head = Some(self.sign_head()); // what is sent is signed for, also when the rest is still to come
        self.set_flow(line, flow);
        self.send(line, Message::Entries { entries, head });
    }

    /// An entry came again that has been in the log for long: it is acknowledged again.
    pub(super) fn acknowledge_again(&mut self, line: LineId, id: EntryId, seq: u64) {
        if seq == self.last.seq {
            return self.acknowledge(line, id, self.last);
        }
        self.read(Reading::Repeated { line, id }, seq, 1);
    }

    /// Everybody who is a member, the host first, and the plain guests. A copy that begins at `floor` must also know who was a member later
    /// on and is none now: their entries are judged by it.
    fn roster(&self, floor: Option<u64>) -> Vec<RosterEntry> {
        let index = self.projection.index();
        let spoke = |id| floor.is_some_and(|floor| floor > 0 && index.wrote_after(id, floor));
        let members = self.projection.peers().filter(|peer| peer.member || spoke(peer.id));
        let natives = members.map(|peer| RosterEntry {
            key: Some(peer.key),
            id: peer.id,
            name: peer.name.as_str().into(),
            here: peer.id == MemberId::HOST || self.by_member.contains_key(&peer.id),
            receipt: self.states.receipt(peer.id),
        });
        let plain = self.plain_lines.values().filter_map(|id| self.room.member(*id));
        let plain = plain.map(|member| RosterEntry {
            key: None,
            id: member.author.id,
            name: member.author.name.clone(),
            here: true,
            receipt: self.states.receipt(member.author.id),
        });
        natives.chain(plain).collect()
    }
}

fn place(placed: &PlacedEntry) -> Seen {
    Seen {
        seq: placed.seq,
        hash: placed.hash,
    }
}
