//! What the disk has answered, and what follows.

use super::core::{Core, Out, Phase};
use super::keeper::{Kept, Piece};
use crate::proto::log::{BatchId, StoreError};
use crate::proto::{CloseReason, Event, Mistake, Notice, Now, RefuseReason};

impl Core {
    pub(super) fn handle_stored(&mut self, now: Now, batch: BatchId, result: Result<(), StoreError>) {
        match self.keeper.stored(now.monotonic, batch, result) {
            None => {}
            Some(Kept::Done(_)) if matches!(self.phase, Phase::Over) => {}
            Some(Kept::Done(pieces)) => {
                self.is_held_up = false;
                pieces.into_iter().for_each(|piece| self.kept(piece));
            }
            Some(Kept::Full(owns)) => {
                if self.makes(Mistake::DropFull) {
                    self.keeper.drop_waiting();
                }
                for own in owns {
                    self.events.push_back(own.refused(RefuseReason::DiskFull));
                    self.outbox.remember(own);
                }
                let is_held_up = !self.keeper.is_idle();
                if is_held_up && !std::mem::replace(&mut self.is_held_up, true) {
                    self.events.push_back(Event::Notice {
                        notice: Notice::CopyHeldUp,
                    });
                }
            }
            Some(Kept::Failed(error, owns)) => {
                let refusals = owns.iter().map(|own| own.refused(RefuseReason::DiskFailed));
                self.events.extend(refusals);
                self.out.push_back(Out::Close);
                self.close(CloseReason::Disk(error));
            }
        }
        self.submit();
        self.leave_when_done();
        self.close_when_kept();
    }

    /// What follows from something that is on disk now.
    pub(super) fn kept(&mut self, piece: Piece) {
        if let Some(own) = piece.own {
            self.events.extend(own.queued());
            self.outbox.push(own);
        }
        self.events.extend(piece.events);
        self.entering -= usize::from(piece.enters);
        if let (Some(seen), Some(entered)) = (piece.stored, &mut self.entered)
            && entered.copy.flushed(seen)
            && self.is_in()
        {
            self.progress.stored(seen.seq, piece.awaited);
        }
    }

    pub(super) fn close_when_kept(&mut self) {
        if self.keeper.owns() == 0
            && let Some(reason) = self.closing.take()
        {
            self.events.push_back(Event::Closed { reason });
        }
    }
}
