//! All lines of a room: which of them has bytes to write, and which has a deadline next. Nothing here walks over all
//! lines, so that two thousand that say nothing cost nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use super::LineId;
use super::transmit::Transmit;

/// What every kind of line can be asked.
pub(super) trait Carrier {
    /// The bytes that wait for the operating system.
    fn pending(&self) -> &[u8];
    /// Whether bytes wait that can be offered to it.
    fn wants_write(&self) -> bool;
    /// Whether everything has gone out and the FIN is due; then it counts as sent.
    fn finish(&mut self, now: Instant) -> bool;
    /// When something is to be done.
    fn next_deadline(&self) -> Option<Instant>;
}

/// Lines by id, with what is to be done for them.
#[derive(Debug)]
pub(super) struct Lines<L> {
    lines: BTreeMap<LineId, Slot<L>>,
    /// When to look at which line: its next deadline or earlier, never later.
    schedule: BTreeSet<(Instant, LineId)>,
    transmits: VecDeque<Transmit>,
}

#[derive(Debug)]
struct Slot<L> {
    line: L,
    /// When the table will look at this line.
    scheduled: Option<Instant>,
    /// Whether a write has been asked for and not yet been fetched.
    write_asked: bool,
}

impl<L> Default for Lines<L> {
    fn default() -> Self {
        Self {
            lines: BTreeMap::new(),
            schedule: BTreeSet::new(),
            transmits: VecDeque::new(),
        }
    }
}

impl<L: Carrier> Lines<L> {
    /// Puts a line in; one of that id changes its kind.
    pub(super) fn insert(&mut self, id: LineId, line: L) {
        if let Some(slot) = self.lines.get_mut(&id) {
            slot.line = line;
            return;
        }
        let slot = Slot {
            line,
            scheduled: None,
            write_asked: false,
        };
        self.lines.insert(id, slot);
    }

    pub(super) fn get(&self, id: LineId) -> Option<&L> {
        self.lines.get(&id).map(|slot| &slot.line)
    }

    pub(super) fn get_mut(&mut self, id: LineId) -> Option<&mut L> {
        self.lines.get_mut(&id).map(|slot| &mut slot.line)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (LineId, &L)> {
        self.lines.iter().map(|(id, slot)| (*id, &slot.line))
    }

    pub(super) fn ids(&self) -> Vec<LineId> {
        self.lines.keys().copied().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Changes every line, and arranges what follows from it.
    pub(super) fn for_each(&mut self, now: Instant, mut change: impl FnMut(LineId, &mut L)) {
        for (id, slot) in &mut self.lines {
            change(*id, &mut slot.line);
            settle(now, *id, slot, &mut self.schedule, &mut self.transmits);
        }
    }

    /// Changes one line, if it is there, and arranges what follows from it: a write for bytes that wait, a FIN behind the
    /// last of them, a look at the next deadline.
    pub(super) fn change<R>(&mut self, now: Instant, id: LineId, change: impl FnOnce(&mut L) -> R) -> Option<R> {
        let slot = self.lines.get_mut(&id)?;
        let result = change(&mut slot.line);
        settle(now, id, slot, &mut self.schedule, &mut self.transmits);
        Some(result)
    }

    /// Takes a line out and asks for its socket to be closed. Also for one that was never in.
    pub(super) fn close(&mut self, id: LineId) -> Option<L> {
        self.transmits.push_back(Transmit::Close(id));
        let slot = self.lines.remove(&id)?;
        if let Some(at) = slot.scheduled {
            self.schedule.remove(&(at, id));
        }
        Some(slot.line)
    }

    /// The lines to look at now; each is to be settled afterwards.
    pub(super) fn due(&mut self, now: Instant) -> Vec<LineId> {
        let mut due = Vec::new();
        while let Some((at, id)) = self.schedule.first().copied()
            && at <= now
        {
            self.schedule.pop_first();
            if let Some(slot) = self.lines.get_mut(&id) {
                slot.scheduled = None;
                due.push(id);
            }
        }
        due
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.schedule.first().map(|(at, _)| *at)
    }

    /// What to do next; writes that have become void are left out.
    pub(super) fn next_transmit(&mut self) -> Option<Transmit> {
        while let Some(transmit) = self.transmits.pop_front() {
            let Transmit::Write(id) = transmit else {
                return Some(transmit);
            };
            if let Some(slot) = self.lines.get_mut(&id) {
                slot.write_asked = false;
                if !slot.line.pending().is_empty() {
                    return Some(transmit);
                }
            }
        }
        None
    }
}

fn settle<L: Carrier>(
    now: Instant,
    id: LineId,
    slot: &mut Slot<L>,
    schedule: &mut BTreeSet<(Instant, LineId)>,
    transmits: &mut VecDeque<Transmit>,
) {
    if slot.line.wants_write() && !slot.write_asked {
        slot.write_asked = true;
        transmits.push_back(Transmit::Write(id));
    }
    if slot.line.finish(now) {
        transmits.push_back(Transmit::Finish(id));
    }
    // A deadline that has moved to later is found out when it is looked at: most of them never come.
    if let Some(next) = slot.line.next_deadline()
        && slot.scheduled.is_none_or(|at| next < at)
    {
        if let Some(at) = slot.scheduled.replace(next) {
            schedule.remove(&(at, id));
        }
        schedule.insert((next, id));
    }
}
