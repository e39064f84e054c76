//! Identities without curves, for simulations: a signature is a hash that everybody could make. Never in a release.

use zeroize::Zeroizing;

use super::{Identity, MemberKey, Signature, Signer};

/// How the keys of stand-ins begin. A real key does so once in 2^64 times.
const MARK: [u8; 8] = *b"stand-in";

impl Identity {
    /// An identity whose lines and signatures cost next to nothing and protect nothing.
    #[must_use]
    pub fn stand_in(seed: u64) -> Self {
        let mut key = *blake3::hash(&seed.to_be_bytes()).as_bytes();
        let noise = Zeroizing::new(blake3::hash(&key).into());
        key[..MARK.len()].copy_from_slice(&MARK);
        Self {
            signer: Signer::StandIn(MemberKey(key)),
            noise,
        }
    }

    pub(in crate::proto) fn is_stand_in(&self) -> bool {
        matches!(self.signer, Signer::StandIn(_))
    }
}

pub(super) fn is_key(key: &MemberKey) -> bool {
    key.0.starts_with(&MARK)
}

/// A hash, twice: a signature has 64 bytes.
pub(super) fn sign(key: &MemberKey, bytes: &[u8]) -> Signature {
    let half = *blake3::keyed_hash(&key.0, bytes).as_bytes();
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&half);
    signature[32..].copy_from_slice(&half);
    Signature(signature)
}
