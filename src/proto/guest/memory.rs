//! What a guest knows from before: shown before the host is called, so that a room can be read without its host.

use super::copy::Copy;
use super::core::{Core, Entered, Phase, settings};
use super::outbox::Own;
use crate::proto::index::Index;
use crate::proto::log::{Loaded, PlacedEntry};
use crate::proto::projection::Projection;
use crate::proto::wire::decode_body;
use crate::proto::{Event, Now};

impl Core {
    /// Goes on where this computer was.
    pub(super) fn remember(&mut self, loaded: &Loaded) {
        let kept = loaded.kept.clone();
        let index = Index::new(kept.floor.seq, &loaded.ids);
        let projection = Projection::new(self.config.identity.key(), kept.host, &loaded.peers, index);
        let copy = Copy::new(kept.room, kept.host, kept.epoch, loaded.last, loaded.head);
        self.counter = loaded.counter;
        self.read = loaded.read;
        self.unconfirmed = loaded.compare;
        self.queue_again(loaded, &projection);
        let shown = self.config.limits.shown_at_start;
        let from = (loaded.last.seq + 1)
            .saturating_sub(shown as u64)
            .max(kept.floor.seq + 1);
        self.events.push_back(settings(&kept));
        self.events
            .extend(loaded.compare.map(|words| Event::Unconfirmed { words }));
        let members = projection.peers().filter(|peer| peer.member);
        let members: Vec<Event> = members
            .filter_map(|peer| projection.member(peer.id))
            .map(|member| Event::Known { member })
            .collect();
        self.events.extend(members);
        self.entered = Some(Entered { kept, copy, projection });
        self.phase = Phase::Remembering(self.keeper.read(from, shown));
    }

    /// What was said before is read: it is shown, and the host is called.
    pub(super) fn remembered(&mut self, now: Now, entries: &[PlacedEntry]) {
        if let Some(Entered { projection, .. }) = &self.entered {
            for placed in entries {
                let body = decode_body(&placed.entry.body);
                self.events
                    .extend(body.ok().and_then(|body| projection.event(placed, &body)));
            }
        }
        let queued: Vec<Event> = self.outbox.owns().filter_map(Own::queued).collect();
        self.events.extend(queued);
        self.call();
        self.be_called(now);
    }
}
