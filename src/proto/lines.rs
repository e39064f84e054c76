//! All lines of a room: which of them has bytes to write, and which has a deadline next. Nothing here walks over all
//! lines, so that two thousand that say nothing cost nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use super::connection::Line;
use super::transmit::Transmit;
use super::{LineId, MemberId};

/// Lines by id, with what is to be done for them.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: BTreeMap<LineId, Line>,
    /// When to look at which line: its next deadline or earlier, never later.
    schedule: BTreeSet<(Instant, LineId)>,
    transmits: VecDeque<Transmit>,
}

impl Lines {
    pub(super) fn insert(&mut self, id: LineId, line: Line) {
        self.lines.insert(id, line);
    }

    pub(super) fn get(&self, id: LineId) -> Option<&Line> {
        self.lines.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: LineId) -> Option<&mut Line> {
        self.lines.get_mut(&id)
    }

    pub(super) fn of_member(&self, member: MemberId) -> Option<LineId> {
        let line = self.lines.iter().find(|(_, line)| line.member == Some(member));
        line.map(|(id, _)| *id)
    }

    pub(super) fn any(&self, is: impl FnMut(&Line) -> bool) -> bool {
        self.lines.values().any(is)
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
    pub(super) fn for_each(&mut self, now: Instant, mut change: impl FnMut(LineId, &mut Line)) {
        for (id, line) in &mut self.lines {
            change(*id, line);
            settle(now, *id, line, &mut self.schedule, &mut self.transmits);
        }
    }

    /// Changes one line, if it is there, and arranges what follows from it: a write for bytes that wait, a FIN behind the
    /// last of them, a look at the next deadline.
    pub(super) fn change<R>(&mut self, now: Instant, id: LineId, change: impl FnOnce(&mut Line) -> R) -> Option<R> {
        let line = self.lines.get_mut(&id)?;
        let result = change(line);
        settle(now, id, line, &mut self.schedule, &mut self.transmits);
        Some(result)
    }

    /// Takes a line out and asks for its socket to be closed. Also for one that was never in.
    pub(super) fn close(&mut self, id: LineId) -> Option<Line> {
        self.transmits.push_back(Transmit::Close(id));
        let line = self.lines.remove(&id)?;
        if let Some(at) = line.scheduled {
            self.schedule.remove(&(at, id));
        }
        Some(line)
    }

    /// The lines to look at now; each is to be settled afterwards.
    pub(super) fn due(&mut self, now: Instant) -> Vec<LineId> {
        let mut due = Vec::new();
        while let Some((at, id)) = self.schedule.first().copied()
            && at <= now
        {
            self.schedule.pop_first();
            if let Some(line) = self.lines.get_mut(&id) {
                line.scheduled = None;
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
            if let Some(line) = self.lines.get_mut(&id) {
                line.write_asked = false;
                if !line.writer.pending().is_empty() {
                    return Some(transmit);
                }
            }
        }
        None
    }
}

fn settle(
    now: Instant,
    id: LineId,
    line: &mut Line,
    schedule: &mut BTreeSet<(Instant, LineId)>,
    transmits: &mut VecDeque<Transmit>,
) {
    if line.wants_write() && !line.write_asked {
        line.write_asked = true;
        transmits.push_back(Transmit::Write(id));
    }
    if line.finish(now) {
        transmits.push_back(Transmit::Finish(id));
    }
    // A deadline that has moved to later is found out when it is looked at: most of them never come.
    if let Some(next) = line.next_deadline()
        && line.scheduled.is_none_or(|at| next < at)
    {
        if let Some(at) = line.scheduled.replace(next) {
            schedule.remove(&(at, id));
        }
        schedule.insert((next, id));
    }
}
