//! Mistakes made on purpose, so that the simulation can show that it would find them. None of them can be made in a release: without the
//! feature `simulation`, [`Limits::makes`] is always false, and the compiler takes it away.

use super::config::Limits;

/// One of the mistakes that would break a promise of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Host: the author hears of an entry before it is on disk.
    AcknowledgeEarly,
    /// Host: everybody hears of a batch before it is on disk.
    SpreadEarly,
    /// Host: an entry that comes again gets another place.
    TakeTwice,
    /// Host: a lost end of the log is not missed.
    GuardOff,
    /// Host: nobody looks at signatures.
    TakeForged,
    /// Host: members may write what only the host may.
    TakeFromAnyone,
    /// Host: who was removed stays.
    KeepRemoved,
    /// Host: an invite can be used again.
    KeepInvite,
    /// Host: newcomers get what was said before they came.
    IgnoreFloor,
    /// Host: what is refused for now may come after what was said behind it.
    ForgetOrder,
    /// Host: a batch that did not fit counts all the same.
    CountFailed,
    /// Host: whoever does not read is not parted from.
    QueueForever,
    /// Guest: entries are shown before they are on disk.
    ShowEarly,
    /// Guest: an own entry counts as queued before it is on disk.
    QueueEarly,
    /// Guest: the host hears that entries are on disk before they are.
    StoredEarly,
    /// Guest: after a lost line the newest goes first.
    ResendReversed,
    /// Guest: what was sent leaves the outbox.
    ForgetSent,
    /// Guest: what is refused for now is forgotten.
    ForgetRefused,
    /// Guest: a lost line is not replaced.
    StayAway,
    /// Guest: a batch that did not fit is not tried again.
    DropFull,
    /// Guest: everything is shown twice.
    ShowTwice,
}

impl Limits {
    /// Whether this mistake is to be made.
    #[cfg(feature = "simulation")]
    pub(super) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Whether this mistake is to be made: never.
    #[cfg(not(feature = "simulation"))]
    #[expect(clippy::unused_self, reason = "the same call as in simulations")]
    pub(super) const fn makes(&self, _mistake: Mistake) -> bool {
        false
    }
}
