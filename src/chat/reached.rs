//! How far an entry got, by what the others have told.

use super::Chat;
use crate::proto::MemberId;

/// Who has an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// Other members on whose disk it is, those who have read it included.
    pub stored: Vec<MemberId>,
    /// Other members who have read it.
    pub read: Vec<MemberId>,
    /// How many other members there are.
    pub of: usize,
}

impl Chat {
    /// Who else has the entry at `seq`.
    #[must_use]
    pub fn reached(&self, seq: u64) -> Reached {
        let present = self.members.values().chain(self.away.values());
        let everybody = present.chain(self.former.values());
        let others = everybody.filter(|member| !member.me && member.key.is_some());
        let mut reached = Reached::default();
        for member in others {
            let id = member.author.id;
            let receipt = self.receipts.get(&id).copied().unwrap_or_default();
            // Who is a member no longer counts only where they were reached: it is not undone, and they miss nothing.
            if self.former.contains_key(&id) && receipt.stored.max(receipt.read) < seq && id != MemberId::HOST {
                continue;
            }
            reached.of += 1;
            if receipt.stored.max(receipt.read) >= seq || id == MemberId::HOST {
                reached.stored.push(id);
            }
            if receipt.read >= seq {
                reached.read.push(id);
            }
        }
        reached
    }
}
