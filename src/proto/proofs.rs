//! What lets somebody in: proofs of invites, and the words of a knock. Both are bound to one session, and worth nothing in another.

use super::identity::MemberKey;
use super::invite::Invite;
use super::log::InviteNumber;
use super::words::{WORDS, Words};

/// Contexts of BLAKE3's `derive_key`, so that no hash can be taken for one of another kind.
const INVITE_CONTEXT: &str = "landline 2026 invite proof v1";
const COMMITMENT_CONTEXT: &str = "landline 2026 safety words commitment v1";
const WORDS_CONTEXT: &str = "landline 2026 safety words v1";
/// Bits of a word.
const WORD_BITS: u32 = WORDS.trailing_zeros();

/// Whose session it is: its handshake hash and both keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting<'a> {
    pub(super) hash: &'a [u8; 32],
    pub(super) host: &'a MemberKey,
    pub(super) guest: &'a MemberKey,
}

impl Meeting<'_> {
    /// Proves that the guest has an invite: BLAKE3, keyed with what `derive_key` makes of its secret, over handshake hash, host's key,
    /// guest's key and number.
    pub(super) fn prove_invite(&self, number: InviteNumber, secret: &[u8; 16]) -> [u8; 32] {
        let key = blake3::derive_key(INVITE_CONTEXT, secret);
        let mut hasher = blake3::Hasher::new_keyed(&key);
        hasher
            .update(self.hash)
            .update(&self.host.0)
            .update(&self.guest.0)
            .update(&number.0);
        hasher.finalize().into()
    }

    /// Binds the host to its nonce before it knows the guest's, so that nobody between can search for words that are the same.
    pub(super) fn commit(&self, nonce: &[u8; 32]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(COMMITMENT_CONTEXT);
        hasher.update(self.hash).update(nonce);
        hasher.finalize().into()
    }

    /// The words that both sides show: the first 44 bits of a hash over handshake hash, host's key, guest's key, host's nonce and
    /// guest's nonce, 11 bits each.
    pub(super) fn words(&self, host_nonce: &[u8; 32], guest_nonce: &[u8; 32]) -> Words {
        let mut hasher = blake3::Hasher::new_derive_key(WORDS_CONTEXT);
        hasher
            .update(self.hash)
            .update(&self.host.0)
            .update(&self.guest.0)
            .update(host_nonce)
            .update(guest_nonce);
        let hash: [u8; 32] = hasher.finalize().into();
        let bits = hash[..8].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let word = |place: u32| (bits >> (u64::BITS - WORD_BITS * (place + 1))) as u16 % WORDS;
        Words([word(0), word(1), word(2), word(3)])
    }
}

/// A guest's use of an invite.
pub(super) fn prove(invite: &Invite, hash: &[u8; 32], guest: &MemberKey) -> [u8; 32] {
    let meeting = Meeting {
        hash,
        host: &invite.host,
        guest,
    };
    meeting.prove_invite(invite.number, &invite.secret.0)
}
