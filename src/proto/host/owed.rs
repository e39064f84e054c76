//! What a line still owes: entries that were refused for now. Nothing behind them is taken before they have come again, or their author's words
//! would stand in another order.

use std::collections::VecDeque;

use crate::proto::EntryId;

/// Entries that are remembered. A guest has at most 60 on their way; whoever has more may find them in another order.
const MAX_OWED: usize = 256;

/// Entries of one line that were refused for now, in the order in which they came first.
#[derive(Debug, Default)]
pub(super) struct Owed {
    entries: VecDeque<EntryId>,
    /// So many of them have come again, and are on their way to the disk.
    again: usize,
}

impl Owed {
    /// Something was refused for now: what came again behind it is refused, too, and comes again.
    pub(super) fn add(&mut self, id: EntryId) {
        match self.entries.iter().position(|owed| *owed == id) {
            Some(at) => self.again = self.again.min(at),
            None if self.entries.len() < MAX_OWED => self.entries.push_back(id),
            None => {}
        }
    }

    /// Something was refused for good.
    pub(super) fn remove(&mut self, id: EntryId) {
        if let Some(at) = self.entries.iter().position(|owed| *owed == id) {
            self.entries.remove(at);
            self.again -= usize::from(at < self.again);
        }
    }

    /// Whether it is the turn of an entry that comes. What came back into the log another way does not come again on this line.
    pub(super) fn takes(&mut self, id: EntryId, is_in_log: impl Fn(EntryId) -> bool) -> bool {
        while self.entries.pop_front_if(|owed| is_in_log(*owed)).is_some() {
            self.again = self.again.saturating_sub(1);
        }
        while self.entries.get(self.again).is_some_and(|owed| is_in_log(*owed)) {
            self.again += 1;
        }
        match self.entries.iter().position(|owed| *owed == id) {
            Some(at) if at == self.again => self.again += 1,
            Some(at) => return at < self.again,
            None => return self.again == self.entries.len(),
        }
        true
    }

    /// A mistake that simulations make.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> EntryId {
        EntryId([number; 16])
    }

    fn owed(numbers: &[u8]) -> Owed {
        let mut owed = Owed::default();
        numbers.iter().for_each(|number| owed.add(id(*number)));
        owed
    }

    fn nothing(_: EntryId) -> bool {
        false
    }

    #[test]
    fn what_was_refused_comes_again_in_the_old_order_before_anything_else() {
        let mut owed = owed(&[1, 2]);
        assert!(!owed.takes(id(2), nothing) && !owed.takes(id(3), nothing));
        assert!(owed.takes(id(1), nothing) && !owed.takes(id(3), nothing));
        assert!(owed.takes(id(2), nothing) && owed.takes(id(3), nothing));
    }

    #[test]
    fn what_is_in_the_log_another_way_holds_back_nothing_and_what_was_refused_behind_it_still_does() {
        let mut owed = owed(&[1, 2, 3]);
        let in_log = |entry| entry == id(1) || entry == id(3);
        assert!(!owed.takes(id(4), in_log), "the second has not come again");
        assert!(owed.takes(id(2), in_log) && owed.takes(id(4), in_log));
    }

    #[test]
    fn what_is_refused_again_is_owed_again_with_all_behind_it() {
        let mut owed = owed(&[1, 2]);
        assert!(owed.takes(id(1), nothing) && owed.takes(id(2), nothing));
        owed.add(id(1));
        assert!(!owed.takes(id(2), nothing));
        assert!(owed.takes(id(1), nothing) && owed.takes(id(2), nothing));
    }

    #[test]
    fn what_is_refused_for_good_holds_back_nothing() {
        let mut owed = owed(&[1, 2]);
        assert!(owed.takes(id(1), nothing));
        owed.remove(id(1));
        assert!(!owed.takes(id(3), nothing));
        owed.remove(id(2));
        assert!(owed.takes(id(3), nothing));
    }

    #[test]
    fn a_flood_of_refusals_is_not_remembered_without_end() {
        let mut owed = Owed::default();
        for number in 0..100_000_u128 {
            owed.add(EntryId(number.to_be_bytes()));
        }
        assert_eq!(owed.entries.len(), MAX_OWED);
    }
}
