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
    /// Guest: an entry's signature is the host's business.
    TrustHost,
    /// Guest: what is missing between two entries is not missed.
    TakeGap,
    /// Guest: nobody looks at hashes.
    IgnoreChain,
    /// Guest: the same entry may stand in two places.
    TakeAgain,
    /// Guest: what the host has signed before is not compared with what it shows now.
    ForgetHead,
    /// Guest: entries on which the host has not put its word are taken.
    TakeUnsigned,
    /// Guest: what is acknowledged leaves the outbox before it is in the copy.
    BelieveAcknowledged,
    /// Guest: entries are named by how many there were before.
    CountNames,
    /// Guest: somebody's number may be somebody else's tomorrow.
    MixPeople,
    /// Guest: whatever the host asks for is made ready at once.
    AnswerAll,
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
