//! Own words that could not be kept, for another try.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::proto::EntryId;

/// Messages that are remembered: all that a person sees at once. Further ones can still be said anew.
const MAX_REFUSED: usize = 64;

/// Messages that were refused for now, the oldest first.
#[derive(Debug, Default)]
pub(super) struct RefusedWords(VecDeque<Words>);

/// A message of the person at this computer.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) id: EntryId,
    pub(super) text: Arc<str>,
    pub(super) reply_to: Option<u64>,
}

impl RefusedWords {
    pub(super) fn add(&mut self, words: Words) {
        self.0.push_back(words);
        if self.0.len() > MAX_REFUSED {
            self.0.pop_front();
        }
    }

    pub(super) fn take(&mut self, id: EntryId) -> Option<Words> {
        let at = self.0.iter().position(|words| words.id == id)?;
        self.0.remove(at)
    }
}
