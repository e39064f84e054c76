//! What a seed is about: which people, which features and which faults there are in a run.

use fastrand::Rng;
use landline::proto::Admit;
use landline::proto::log::History;

/// What is drawn once for a run.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) guests: usize,
    /// What people do in the run, all of them together.
    pub(crate) acts: u32,
    /// A run of a longer time, with longer faults.
    pub(crate) long: bool,
    pub(crate) genuine_keys: bool,
    pub(crate) history: History,
    pub(crate) admit: Admit,
    /// Edits, deletions, reactions, names.
    pub(crate) changes: bool,
    /// Members are removed, the room's settings change.
    pub(crate) politics: bool,
    pub(crate) floods: bool,
    pub(crate) long_texts: bool,
    pub(crate) hostile_guest: bool,
    /// The host lies to its guests.
    pub(crate) lies: Option<Lies>,
    /// Lines are cut.
    pub(crate) cuts: bool,
    /// One end of a cut line does not notice.
    pub(crate) half_open: bool,
    /// Bytes stand still for a while, or vanish.
    pub(crate) stalls: bool,
    pub(crate) crashes: bool,
    pub(crate) disk_full: bool,
    pub(crate) disk_fails: bool,
    pub(crate) disk_slow: bool,
    /// The host's disk says that it has flushed and has not.
    pub(crate) disk_lies: bool,
    /// The host comes back with an old copy of its disk.
    pub(crate) backup: bool,
    /// A guest does.
    pub(crate) guest_backup: bool,
    pub(crate) clock_jumps: bool,
    /// The longest way of bytes, in microseconds.
    pub(crate) delay_us: u64,
}

/// In what a host lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lies {
    /// What its guests have said: that it is kept, that it is refused.
    pub(crate) answers: bool,
    /// The room: its history, its floor, its settings.
    pub(crate) rooms: bool,
    /// The log: different ones for different guests, and its own word on them.
    pub(crate) stories: bool,
    /// Messages that mean nothing, or should not come; messages that do not come.
    pub(crate) noise: bool,
}

impl Lies {
    fn draw(chance: &mut Rng) -> Self {
        Self {
            answers: chance.bool(),
            rooms: chance.u8(..3) == 0,
            stories: chance.bool(),
            noise: chance.bool(),
        }
    }

    /// Whether nothing that the host has signed contradicts its log: all can be well again.
    pub(crate) fn leave_no_trace(self) -> bool {
        !self.rooms && !self.stories
    }
}

impl Plan {
    pub(crate) fn draw(chance: &mut Rng) -> Self {
        let rare = |chance: &mut Rng, of: u8| chance.u8(..of) == 0;
        let quiet = rare(chance, 8);
        let fault = |chance: &mut Rng, of: u8| !quiet && rare(chance, of);
        let long = rare(chance, 20);
        let lies = rare(chance, 6).then(|| Lies::draw(chance));
        Self {
            guests: if long { chance.usize(5..=8) } else { chance.usize(2..=5) },
            acts: if long {
                chance.u32(400..=800)
            } else {
                chance.u32(40..=140)
            },
            long,
            genuine_keys: rare(chance, 100),
            history: if chance.bool() { History::All } else { History::None },
            admit: chance
                .choice([Admit::Ask, Admit::Invited, Admit::Anyone])
                .unwrap_or_default(),
            changes: chance.bool(),
            politics: rare(chance, 3),
            floods: rare(chance, 6),
            long_texts: rare(chance, 6),
            hostile_guest: rare(chance, 4),
            lies,
            cuts: fault(chance, 2),
            half_open: fault(chance, 4),
            stalls: fault(chance, 3),
            crashes: fault(chance, 2),
            disk_full: fault(chance, 5),
            disk_fails: fault(chance, 6),
            disk_slow: fault(chance, 3),
            disk_lies: fault(chance, 12),
            backup: fault(chance, 12),
            guest_backup: fault(chance, 6),
            clock_jumps: fault(chance, 6),
            delay_us: chance.choice([200, 2_000, 40_000]).unwrap_or(2_000),
        }
    }
}
