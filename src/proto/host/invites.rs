//! Invites that were made: each lets one person in.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore as _;

use super::clock;
use crate::proto::identity::MemberKey;
use crate::proto::invite::{Invite, InviteSecret};
use crate::proto::log::{InviteNumber, RoomId};
use crate::proto::meeting::Meeting;
use crate::proto::message::DenyReason;

/// How long an invite can be used: as long as a mail may lie about.
pub(super) const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// How long one that is over is known: longer than any clock is wrong that somebody works with.
const KNOWN_FOR: Duration = Duration::from_secs(366 * 24 * 3600);

/// Invites by number.
#[derive(Debug, Default)]
pub(super) struct Invites(BTreeMap<InviteNumber, Made>);

#[derive(Clone)]
struct Made {
    /// `None`: used up.
    secret: Option<InviteSecret>,
    /// In seconds since 1970.
    expires: u64,
    /// Somebody has shown it, and is being made a member.
    taken: bool,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl Invites {
    pub(super) fn new(kept: &[(InviteNumber, Option<InviteSecret>, u64)]) -> Self {
        let made = kept.iter().map(|(number, secret, expires)| {
            let made = Made {
                secret: secret.clone(),
                expires: *expires,
                taken: false,
            };
            (*number, made)
        });
        Self(made.collect())
    }

    /// A new one, which counts once it is kept ([`Invites::add`]). Where the host may be reached is for others to say.
    pub(super) fn make(&self, room: RoomId, host: MemberKey, now: SystemTime, chance: &mut ChaCha20Rng) -> Invite {
        let mut number = [0; 8];
        let mut secret = [0; 16];
        chance.fill_bytes(&mut number);
        chance.fill_bytes(&mut secret);
        let expires = clock::seconds(now).saturating_add(LIFETIME.as_secs());
        Invite {
            room,
            host,
            number: InviteNumber(number),
            secret: InviteSecret(secret),
            expires: clock::at_seconds(expires),
            addresses: Vec::new(),
        }
    }

    /// One that is over is not forgotten soon: the clock may be wrong, and who comes with it is to be told the reason.
    pub(super) fn add(&mut self, invite: &Invite, now: SystemTime) {
        let now = clock::seconds(now);
        self.0
            .retain(|_, made| made.expires.saturating_add(KNOWN_FOR.as_secs()) > now);
        let made = Made {
            secret: Some(invite.secret.clone()),
            expires: clock::seconds(invite.expires),
            taken: false,
        };
        self.0.insert(invite.number, made);
    }

    /// Takes an invite for whoever has proven it: nobody else gets in with it from now on. Gives the second at which it ends.
    pub(super) fn take(
        &mut self,
        now: SystemTime,
        meeting: &Meeting<'_>,
        number: InviteNumber,
        proof: &[u8; 32],
    ) -> Result<u64, DenyReason> {
        let made = self.0.get_mut(&number).ok_or(DenyReason::InviteUnknown)?;
        let secret = made.secret.as_ref().ok_or(DenyReason::InviteUsed)?;
        if !meeting.is_invited(number, secret, proof) {
            return Err(DenyReason::InviteUnknown);
        }
        if made.taken {
            return Err(DenyReason::InviteUsed);
        }
        if made.expires <= clock::seconds(now) {
            return Err(DenyReason::InviteExpired);
        }
        made.taken = true;
        Ok(made.expires)
    }

    /// Whoever had taken it is a member.
    pub(super) fn used(&mut self, number: InviteNumber) {
        if let Some(made) = self.0.get_mut(&number) {
            made.secret = None;
        }
    }

    /// Whoever had taken it could not be made a member.
    pub(super) fn give_back(&mut self, number: InviteNumber) {
        if let Some(made) = self.0.get_mut(&number) {
            made.taken = false;
        }
    }
}
