//! What the window remembers of a room's door: who knocks and what was answered, words to confirm, invites, a log that is lost.

use std::collections::BTreeMap;

use crate::chat::Chat;
use crate::proto::words::{WORDS, Words};
use crate::proto::{self, KnockId, MemberId, Notice};
use crate::worker::Event;

/// Groups of words that a host chooses from: two of three are made up, so that nobody agrees without listening.
pub(crate) const GROUPS: usize = 3;

/// The door of one room.
#[derive(Debug, Default)]
pub(crate) struct Door {
    choices: BTreeMap<KnockId, Choice>,
    /// The knock that is unfolded; else the oldest.
    pub(crate) unfolded: Option<KnockId>,
    /// What this guest has not confirmed yet.
    pub(crate) unconfirmed: Option<Words>,
    /// A first invite was asked for.
    pub(crate) invite_asked: bool,
    /// Somebody has come in since the newest invite was made.
    pub(crate) invite_maybe_used: bool,
    /// This host has lost the end of its log.
    pub(crate) log_lost: bool,
    /// The person thinks about giving it up.
    pub(crate) asks_new_epoch: bool,
    /// The place up to which the room was told that the person has read.
    pub(crate) read_told: u64,
}

/// What a host chooses from, for one knock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// In the order in which they are shown.
    pub(crate) groups: [Words; GROUPS],
    /// A wrong one was chosen, or none: nothing is left but to refuse.
    pub(crate) failed: bool,
}

impl Choice {
    /// Hides `words` among others, at a place that `number` draws; every word of a group differs from its neighbours above and below, so
    /// that one word heard well is enough.
    fn new(words: Words, mut number: impl FnMut(u16) -> u16) -> Self {
        let mut groups = [words; GROUPS];
        for group in 1..GROUPS {
            for place in 0..words.0.len() {
                groups[group].0[place] = loop {
                    let word = number(WORDS);
                    if groups[..group].iter().all(|other| other.0[place] != word) {
                        break word;
                    }
                };
            }
        }
        groups.swap(0, usize::from(number(GROUPS as u16)));
        Self { groups, failed: false }
    }
}

impl Door {
    /// Notes what happened; `chat` is as it was before.
    pub(crate) fn heed(&mut self, event: &Event, chat: &Chat) {
        let Event::Room(event) = event else { return };
        match event {
            proto::Event::Knock { knock, words, .. } => {
                self.choices
                    .insert(*knock, Choice::new(*words, |below| fastrand::u16(..below)));
            }
            proto::Event::KnockOver { knock } => {
                self.choices.remove(knock);
                self.unfolded = self.unfolded.filter(|unfolded| unfolded != knock);
            }
            proto::Event::Waiting { words } | proto::Event::Unconfirmed { words } => self.unconfirmed = Some(*words),
            proto::Event::Invite { .. } => self.invite_maybe_used = false,
            proto::Event::Joined { member } => {
                self.invite_maybe_used |= !member.me && member.key.is_some() && !knows(chat, member.author.id);
            }
            proto::Event::Notice {
                notice: Notice::LogLost { .. },
            } => self.log_lost = true,
            proto::Event::NewEpoch => {
                self.read_told = 0; // places begin again
                self.log_whole();
            }
            proto::Event::Notice {
                notice: Notice::LogWhole,
            } => self.log_whole(),
            _ => {}
        }
    }

    fn log_whole(&mut self) {
        self.log_lost = false;
        self.asks_new_epoch = false;
    }

    /// What is chosen from for a knock.
    pub(crate) fn choice_mut(&mut self, knock: KnockId) -> Option<&mut Choice> {
        self.choices.get_mut(&knock)
    }
}

fn knows(chat: &Chat, id: MemberId) -> bool {
    chat.members.contains_key(&id) || chat.away.contains_key(&id)
}

#[cfg(test)]
mod tests {
    use super::{Choice, GROUPS};
    use crate::proto::words::Words;

    #[test]
    fn the_right_words_stand_anywhere_among_others_that_differ_in_every_word() {
        let words = Words([7, 7, 2047, 0]);
        let mut places = [0; GROUPS];
        let mut chance = fastrand::Rng::with_seed(1);
        for _ in 0..300 {
            let groups = Choice::new(words, |below| chance.u16(..below)).groups;
            let place = groups.iter().position(|group| *group == words).unwrap();
            places[place] += 1;
            for word in 0..words.0.len() {
                let mut column = groups.map(|group| group.0[word]).to_vec();
                column.sort_unstable();
                column.dedup();
                assert_eq!(column.len(), GROUPS, "{groups:?}");
            }
        }
        assert!(places.iter().all(|count| *count > 60), "{places:?}");
    }
}
