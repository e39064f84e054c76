//! Who is here and who is away.

use std::sync::Arc;
use std::time::SystemTime;

use super::row::{MOVE_BYTES, Move, People, Row};
use super::{Chat, Status};
use crate::proto::{LeaveReason, LineEnd, Member, MemberId};

impl Chat {
    pub(super) fn join(&mut self, member: &Member, at: SystemTime) {
        self.away.remove(&member.author.id);
        self.former.remove(&member.author.id);
        let new = self.members.insert(member.author.id, member.clone()).is_none();
        if new && !member.me && (self.hosting || member.author.id != MemberId::HOST) {
            self.move_row(Move::Joined(member.author.clone()), at);
        }
    }

    pub(super) fn leave(&mut self, member: &Member, reason: LeaveReason, at: SystemTime) {
        let id = member.author.id;
        self.members.remove(&id);
        if reason == LeaveReason::Removed || member.key.is_none() {
            self.away.remove(&id);
            if member.key.is_some() {
                self.former.insert(id, member.clone());
            }
        } else {
            self.away.insert(id, member.clone());
        }
        self.move_row(Move::Left(member.author.clone(), reason), at);
    }

    /// The line is gone; who is here is not known any more.
    pub(super) fn lose(&mut self, end: LineEnd, retry_at: SystemTime) {
        self.status = Status::Lost { end, retry_at };
        let here = std::mem::take(&mut self.members);
        for (id, member) in here {
            if member.me {
                self.members.insert(id, member);
            } else if member.key.is_some() {
                self.were_here.insert(id);
                self.away.insert(id, member);
            }
        }
    }

    /// The line is back: those who were here before are here, as long as nothing else is told.
    pub(super) fn find_again(&mut self, resumed: bool) {
        for id in std::mem::take(&mut self.were_here) {
            if resumed && let Some(member) = self.away.remove(&id) {
                self.members.insert(id, member);
            }
        }
    }

    pub(super) fn rename(&mut self, member: &Member, previous: &Arc<str>, at: SystemTime) {
        let id = member.author.id;
        if member.here {
            self.members.insert(id, member.clone());
        } else {
            self.away.insert(id, member.clone());
        }
        // Somebody who has only just come in and says their name came in under that name.
        if let Some(Row::People(people)) = self.transcript.newest_mut()
            && let Some(Move::Joined(author)) = people.moves.iter_mut().rev().find(|step| step.author().id == id)
        {
            *author = member.author.clone();
            return;
        }
        self.move_row(
            Move::Renamed {
                author: member.author.clone(),
                previous: Arc::clone(previous),
            },
            at,
        );
    }

    fn move_row(&mut self, step: Move, at: SystemTime) {
        if let Some(Row::People(people)) = self.transcript.newest_mut() {
            let before = people.moves.len();
            people.add(step);
            let after = people.moves.len();
            self.transcript.resized(before * MOVE_BYTES, after * MOVE_BYTES);
            return;
        }
        self.transcript.push(Row::People(People {
            moves: vec![step],
            omitted: 0,
            at,
        }));
    }
}
