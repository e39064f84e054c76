//! How a room is opened: made, or taken up where it was.

use std::sync::Arc;

use super::core::Core;
use super::sequencer::{Then, Work};
use crate::proto::identity::MemberKey;
use crate::proto::log::{Body, Kept};
use crate::proto::{Event, MemberId, Notice, Now};
use crate::text;

/// What a host is called whose name cannot be shown.
const UNNAMED: &str = "Host";

impl Core {
    pub(super) fn open(&mut self, now: Now, read: u64) {
        if self.last.seq == 0 {
            let kept = Kept {
                settings: self.config.settings.clone(),
                ..self.kept.clone()
            };
            let kept = Box::new(kept);
            self.sequencer.push(Work::Begin { kept, again: false });
        } else {
            self.take_up(now, read);
        }
        self.handle_lull(now);
    }

    /// What the host is to be called.
    pub(super) fn own_name(&self) -> Arc<str> {
        text::clean_name(&self.config.name).as_deref().unwrap_or(UNNAMED).into()
    }

    /// The host itself is in the room.
    pub(super) fn come_in(&mut self) {
        self.projection.arrive(MemberId::HOST, None);
    }

    /// The room is open.
    pub(super) fn opened(&mut self) {
        let me = self.projection.member(MemberId::HOST);
        self.events.extend(me.map(|member| Event::Joined { member }));
        if self.kept.settings.plain.is_some() {
            self.notice(Notice::PlainText);
        }
    }

    fn take_up(&mut self, now: Now, read: u64) {
        let (kept, last) = (&self.kept, self.last);
        self.events.push_back(Event::Settings {
            room: kept.room,
            host: kept.host,
            settings: kept.settings.clone(),
        });
        for key in self.projection.peers().map(|peer| peer.key).collect::<Vec<_>>() {
            self.remember(now, &key);
        }
        let shown = self.config.limits.shown_at_start;
        self.read_past(last.seq.saturating_sub(shown as u64) + 1, shown);
        self.come_in();
        self.states.advance(now.monotonic, MemberId::HOST, last.seq, read);
        self.opened();
        self.bring_up_to_date(now);
    }

    /// What the person wants otherwise than it is kept.
    fn bring_up_to_date(&mut self, now: Now) {
        let wanted = self.config.settings.clone();
        let name = self.own_name();
        let known = self.projection.peer(MemberId::HOST);
        let renamed = known.is_none_or(|peer| *peer.name != *name);
        if wanted != self.kept.settings {
            self.write(now, Body::Settings(wanted), Then::Nothing);
        }
        if renamed {
            self.write(now, Body::Renamed { name }, Then::Nothing);
        }
    }

    fn remember(&mut self, now: Now, key: &MemberKey) {
        self.reserve_name(now, key);
        let id = self.projection.id_of(key).filter(|id| *id != MemberId::HOST);
        let member = id
            .filter(|_| self.projection.is_member(key))
            .and_then(|id| self.projection.member(id));
        self.events.extend(member.map(|member| Event::Known { member }));
    }
}
