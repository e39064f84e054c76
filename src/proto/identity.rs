//! Who somebody is: an Ed25519 key, and what it signs.

use std::fmt;

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

#[cfg(feature = "simulation")]
mod stand_in;

/// Bytes of the secret that everything of a person's identity is made from.
pub const SEED_BYTES: usize = 32;
/// Keeps the two keys that come from one seed independent: the Noise key is used in Noise only (Noise specification, section 14).
const SIGNING_CONTEXT: &str = "landline 2026 identity ed25519 v1";
const NOISE_CONTEXT: &str = "landline 2026 noise static v1";

/// A member's public key (Ed25519, RFC 8032): the same in every room, and what membership is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberKey(pub [u8; 32]);

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

/// A person's keys. Both come from one seed, which is what the key file keeps. Wiped from memory when dropped.
#[derive(Clone)]
pub struct Identity {
    signer: Signer,
    noise: Zeroizing<[u8; 32]>,
}

#[derive(Clone)]
enum Signer {
    Ed25519(SigningKey),
    #[cfg(feature = "simulation")]
    StandIn(MemberKey),
}

impl Identity {
    /// The keys that come from `seed`.
    #[must_use]
    pub fn from_seed(seed: &[u8; SEED_BYTES]) -> Self {
        let signing = Zeroizing::new(blake3::derive_key(SIGNING_CONTEXT, seed));
        Self {
            signer: Signer::Ed25519(SigningKey::from_bytes(&signing)),
            noise: Zeroizing::new(blake3::derive_key(NOISE_CONTEXT, seed)),
        }
    }

    /// The public half.
    #[must_use]
    pub fn key(&self) -> MemberKey {
        match &self.signer {
            Signer::Ed25519(key) => MemberKey(key.verifying_key().to_bytes()),
            #[cfg(feature = "simulation")]
            Signer::StandIn(key) => *key,
        }
    }

    /// Signs `bytes`, which begin with what they are for.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        match &self.signer {
            Signer::Ed25519(key) => Signature(key.sign(bytes).to_bytes()),
            #[cfg(feature = "simulation")]
            Signer::StandIn(key) => stand_in::sign(key, bytes),
        }
    }

    /// The private half of the X25519 key of this identity's lines.
    pub(super) fn noise_secret(&self) -> &[u8; 32] {
        &self.noise
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Identity").field(&self.key()).finish()
    }
}

impl MemberKey {
    /// Whether `signature` over `bytes` is this key's. Strict: no malleable signature, no key of low order.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], signature: &Signature) -> bool {
        #[cfg(feature = "simulation")]
        if stand_in::is_key(self) {
            return stand_in::sign(self, bytes) == *signature;
        }
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| key.verify_strict(bytes, &signature).is_ok())
    }
}

impl fmt::Display for MemberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for MemberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0[..4]))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0[..4]))
    }
}
