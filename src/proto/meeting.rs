//! Two keys in one session. What lets somebody in, the proof of an invite or the words of a knock, is bound to it, and worth nothing in another.

use zeroize::Zeroizing;

use super::identity::MemberKey;
use super::invite::InviteSecret;
use super::log::InviteNumber;
use super::words::Words;

const PROOF_CONTEXT: &str = "landline 2026 invite proof v1";
const WORDS_CONTEXT: &str = "landline 2026 safety words v1";
const COMMITMENT_CONTEXT: &str = "landline 2026 safety words commitment v1";

/// Whose session it is.
#[derive(Debug, Clone, Copy)]
pub struct Meeting<'a> {
    /// The handshake's hash: no other session has it.
    pub hash: &'a [u8; 32],
    /// The host's key.
    pub host: &'a MemberKey,
    /// The guest's key.
    pub guest: &'a MemberKey,
}

impl Meeting<'_> {
    /// What a guest with an invite shows the host instead of the secret.
    #[must_use]
    pub fn proof(&self, number: InviteNumber, secret: &InviteSecret) -> [u8; 32] {
        self.proof_hash(number, secret).into()
    }

    /// Whether `proof` was made with this secret. Takes the same time for every wrong one.
    #[must_use]
    pub fn is_invited(&self, number: InviteNumber, secret: &InviteSecret, proof: &[u8; 32]) -> bool {
        self.proof_hash(number, secret) == *proof // constant time, as `blake3::Hash` promises
    }

    /// The host's commitment to its nonce. Whoever stands between two lines must choose their nonces before they know the others', so that
    /// no search for equal words helps them.
    #[must_use]
    pub fn commitment(&self, host_nonce: &[u8; 32]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(COMMITMENT_CONTEXT);
        hasher.update(self.hash).update(host_nonce);
        hasher.finalize().into()
    }

    /// The words of a knock: the same on both sides, if it is one line.
    #[must_use]
    pub fn words(&self, host_nonce: &[u8; 32], guest_nonce: &[u8; 32]) -> Words {
        let mut hasher = blake3::Hasher::new_derive_key(WORDS_CONTEXT);
        hasher
            .update(self.hash)
            .update(&self.host.0)
            .update(&self.guest.0)
            .update(host_nonce)
            .update(guest_nonce);
        Words::from_hash(hasher.finalize().as_bytes())
    }

    fn proof_hash(&self, number: InviteNumber, secret: &InviteSecret) -> blake3::Hash {
        let key = Zeroizing::new(blake3::derive_key(PROOF_CONTEXT, &secret.0));
        let mut hasher = blake3::Hasher::new_keyed(&key);
        hasher
            .update(self.hash)
            .update(&self.host.0)
            .update(&self.guest.0)
            .update(&number.0);
        hasher.finalize()
    }
}
