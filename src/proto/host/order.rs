//! Each author's order: once an entry is refused for now, what its author submitted behind it waits until it comes again.
//!
//! Without this, an entry that met a full disk would come again behind a later one that did not.

use std::collections::BTreeMap;

use crate::proto::identity::MemberKey;
use crate::proto::{EntryId, LineId};

/// The entries that are to come before others of the same author.
#[derive(Debug, Default)]
pub(super) struct Order(BTreeMap<MemberKey, Awaited>);

#[derive(Debug, Clone, Copy)]
struct Awaited {
    id: EntryId,
    line: LineId,
}

impl Order {
    /// An entry was refused for now.
    pub(super) fn wait_for(&mut self, author: MemberKey, line: LineId, id: EntryId) {
        self.0.insert(author, Awaited { id, line });
    }

    /// Whether an entry may have a place. On a newer line everything comes again from the first on, so nothing is waited for there that does
    /// not come any more.
    pub(super) fn allows(&mut self, author: &MemberKey, line: LineId, id: EntryId) -> bool {
        let Some(awaited) = self.0.get(author) else {
            return true;
        };
        let over = awaited.id == id || line > awaited.line;
        if over {
            self.0.remove(author);
        }
        over
    }
}
