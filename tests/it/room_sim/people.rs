//! What people do, and what befalls their computers.

use landline::proto::log::{History, Settings};
use landline::proto::{Command, LineEnd, MemberId};

use super::image::Image;
use super::net::Way;
use super::world::{HOST, Happening, SECOND, World};

impl World {
    /// Somebody does something.
    pub(crate) fn act(&mut self) {
        if self.acts == 0 {
            return;
        }
        self.acts -= 1;
        let node = self.chance.usize(..self.nodes.len());
        match self.chance.u8(..100) {
            0..4 if self.plan.politics => self.politics(),
            4..20 if self.plan.changes => self.change(node),
            20..26 => self.read(node),
            26..29 => self.command(node, Command::Retry),
            29..31 if node != HOST => self.command(node, Command::Leave),
            31 if self.plan.floods => (0..90).for_each(|_| self.say(node)),
            _ => self.say(node),
        }
        let pause = self.chance.u64(1_000..600_000);
        self.after(pause, Happening::Act);
    }

    fn say(&mut self, node: usize) {
        self.nodes[node].spoken += 1;
        let number = self.nodes[node].spoken;
        let long = self.plan.long_texts && self.chance.u8(..6) == 0;
        let padding = "x".repeat(if long { 15_000 } else { 0 });
        let reply_to = self.chance.bool().then(|| self.any_place(node));
        let text = format!("{node}:{number}{padding}");
        self.command(node, Command::Say { text, reply_to });
    }

    fn any_place(&mut self, node: usize) -> u64 {
        let last = self.nodes[node].image.last();
        self.chance.u64(..=last + 1)
    }

    fn change(&mut self, node: usize) {
        let seq = self.any_place(node);
        let number = self.chance.u32(..1_000);
        let command = match self.chance.u8(..4) {
            0 => Command::Edit {
                seq,
                text: format!("edit {number}"),
            },
            1 => Command::Delete { seq },
            2 => Command::React {
                seq,
                emoji: "👍".to_owned(),
                on: self.chance.bool(),
            },
            _ => {
                let name = format!("Person {node} the {number}th");
                self.nodes[node].name = name.clone();
                Command::Rename { name }
            }
        };
        self.command(node, command);
    }

    fn read(&mut self, node: usize) {
        let seq = self.any_place(node);
        self.command(node, Command::Read { seq });
    }

    fn politics(&mut self) {
        let command = match self.chance.u8(..3) {
            0 => Command::Change {
                settings: Settings {
                    name: format!("room {}", self.chance.u8(..)).into(),
                    history: if self.chance.bool() {
                        History::All
                    } else {
                        History::None
                    },
                    plain: None,
                    admit: self.plan.admit,
                },
            },
            _ => Command::Remove {
                member: MemberId(self.chance.u64(1..=self.plan.guests as u64 + 1)),
            },
        };
        self.command(HOST, command);
    }

    /// Something goes wrong.
    pub(crate) fn fault(&mut self) {
        if !self.faults {
            return;
        }
        let node = self.chance.usize(..self.nodes.len());
        match self.chance.u8(..8) {
            0 if self.plan.cuts => self.cut_somewhere(),
            1 if self.plan.stalls => self.stall_somewhere(),
            2 if self.plan.crashes => self.crash(node),
            3 if self.plan.disk_full => {
                let longest = if self.plan.long { 60 } else { 6 };
                let until = self.now + self.chance.u64(SECOND..longest * SECOND);
                self.nodes[node].full_until = until;
            }
            4 if self.plan.disk_lies => {
                let host = &mut self.nodes[HOST];
                let image = host.image.clone();
                host.flushed.get_or_insert_with(|| Box::new(image));
            }
            5 if self.plan.backup => {
                let host = &mut self.nodes[HOST];
                let image = host.image.clone();
                host.backup.get_or_insert_with(|| Box::new(image));
            }
            5 if self.plan.guest_backup && node != HOST => {
                let guest = &mut self.nodes[node];
                // Also a copy of nothing: a new disk, and the keys from somewhere else.
                let image = if self.chance.u8(..8) == 0 {
                    Image::default()
                } else {
                    guest.image.clone()
                };
                guest.backup.get_or_insert_with(|| Box::new(image));
            }
            6 if self.plan.clock_jumps => {
                let to = self.chance.u64(..2_000_000_000) * SECOND;
                self.jump_clock(to);
            }
            7 if self.plan.cuts && self.chance.u8(..4) == 0 => {
                let lines = self.lines_of(HOST);
                lines.into_iter().for_each(|line| self.cut(line, LineEnd::Reset)); // everybody comes back at once
            }
            _ => {}
        }
        let pause = self.chance.u64(10_000..SECOND);
        self.after(pause, Happening::Fault);
    }

    fn any_line(&mut self) -> Option<u64> {
        let lines = self.lines_of(HOST);
        self.chance.choice(lines)
    }

    fn cut_somewhere(&mut self) {
        let Some(line) = self.any_line() else {
            return;
        };
        let end = self.chance.choice([LineEnd::Reset, LineEnd::TimedOut, LineEnd::Failed]);
        self.note(|| format!("line {line} is cut"));
        if self.plan.half_open && self.chance.bool() {
            // Only one end learns of it.
            let (told, untold) = match self.chance.bool() {
                true => (Way::ToHost, Way::ToGuest),
                false => (Way::ToGuest, Way::ToHost),
            };
            if let Some(pipe) = self.net.pipe(line, untold) {
                pipe.black_hole = true;
                pipe.bytes.clear();
            }
            if let Some(pipe) = self.net.pipe(line, told) {
                pipe.bytes.clear();
                pipe.end = end;
            }
            self.after(0, Happening::Arrive { line, way: told });
            return;
        }
        self.cut_in_the_middle(line);
        self.cut(line, end.unwrap_or(LineEnd::Reset));
    }

    /// The beginning of what is on its way still arrives.
    fn cut_in_the_middle(&mut self, line: u64) {
        for way in [Way::ToHost, Way::ToGuest] {
            let share = self.chance.usize(..=4);
            let bytes = self.net.pipe(line, way).and_then(|pipe| pipe.bytes.pop_front());
            if let Some((_, mut bytes)) = bytes {
                bytes.truncate(bytes.len() * share / 4);
                if let Some(pipe) = self.net.pipe(line, way) {
                    pipe.bytes.clear();
                    pipe.bytes.push_back((0, bytes));
                }
                self.deliver(line, way);
            }
        }
    }

    fn stall_somewhere(&mut self) {
        let Some(line) = self.any_line() else {
            return;
        };
        let way = if self.chance.bool() { Way::ToHost } else { Way::ToGuest };
        let longest = if self.plan.long { 90 } else { 30 };
        let until = self.now + self.chance.u64(10_000..longest * SECOND);
        let vanish = self.chance.u8(..6) == 0;
        if let Some(pipe) = self.net.pipe(line, way) {
            pipe.not_before = pipe.not_before.max(until);
            pipe.black_hole |= vanish;
        }
    }
}
