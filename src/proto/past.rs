//! A room's log as people read it, without a line.

use super::Event;
use super::identity::MemberKey;
use super::index::Index;
use super::log::{Loaded, PlacedEntry};
use super::projection::Projection;
use super::wire;

/// What is kept of a room, to be read entry by entry.
#[derive(Debug)]
pub struct Past(Projection);

impl Past {
    /// What is kept of a room, as `me` sees it.
    #[must_use]
    pub fn new(me: MemberKey, loaded: &Loaded) -> Self {
        let index = Index::new(loaded.kept.floor.seq, &loaded.ids);
        Self(Projection::new(me, loaded.kept.host, &loaded.peers, index))
    }

    /// What people see of an entry; `None`: nothing, such as a setting.
    #[must_use]
    pub fn event(&self, placed: &PlacedEntry) -> Option<Event> {
        let body = wire::decode_body(&placed.entry.body).ok()?;
        self.0.event(placed, &body)
    }
}
