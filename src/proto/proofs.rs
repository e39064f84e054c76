//! What lets somebody in: proofs of invites, and the words of a knock. Both are bound to one session, and worth nothing in another.

use super::identity::MemberKey;
use super::invite::{Invite, InviteSecret, ProofContext};
use super::log::InviteNumber;
use super::words::{self, Knock, Words};

/// Whose session it is: its handshake hash and both keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting<'a> {
    pub(super) hash: &'a [u8; 32],
    pub(super) host: &'a MemberKey,
    pub(super) guest: &'a MemberKey,
}

impl Meeting<'_> {
    /// Proves that the guest has an invite.
    pub(super) fn prove_invite(&self, invite: &Invite) -> [u8; 32] {
        invite.secret.proof(&self.context(invite.number))
    }

    /// Whether the guest has proven that it has the invite with this secret.
    pub(super) fn is_invited(&self, number: InviteNumber, secret: &InviteSecret, proof: &[u8; 32]) -> bool {
        secret.is_proven_by(proof, &self.context(number))
    }

    /// Binds the host to its nonce before it knows the guest's, so that nobody between can search for words that are the same.
    pub(super) fn commit(&self, nonce: &[u8; 32]) -> [u8; 32] {
        words::commit(self.hash, nonce)
    }

    /// The words that both sides show.
    pub(super) fn words(&self, host_nonce: &[u8; 32], guest_nonce: &[u8; 32]) -> Words {
        let Self { hash, host, guest } = *self;
        let knock = Knock {
            hash,
            host,
            guest,
            host_nonce,
            guest_nonce,
        };
        knock.words()
    }

    fn context(&self, number: InviteNumber) -> ProofContext<'_> {
        let Self { hash, host, guest } = *self;
        ProofContext {
            hash,
            host,
            guest,
            number,
        }
    }
}
