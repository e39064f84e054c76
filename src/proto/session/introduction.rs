//! What both sides prove to each other inside the handshake: whose identity stands behind the Noise key.

use super::hello::{OWN_VERSIONS, Versions};
use crate::proto::identity::{Identity, MemberKey, Signature};

/// Bytes of the payload of the second and the third message, zeros at the end: they tell nothing by their length.
pub(super) const INTRODUCTION_BYTES: usize = 256;
/// What the signature is for.
const DOMAIN: &[u8] = b"landline/static/v1";

/// Which side somebody is on. Part of what is signed, so that nobody is shown their own introduction as somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Guest,
    Host,
}

impl Role {
    fn byte(self) -> u8 {
        match self {
            Self::Guest => b'G',
            Self::Host => b'H',
        }
    }
}

/// Key (32), signature (64), chosen version, own oldest version, own newest version; then zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Introduction {
    pub(super) key: MemberKey,
    signature: Signature,
    pub(super) chosen: u8,
    pub(super) versions: Versions,
}

impl Introduction {
    pub(super) fn new(identity: &Identity, role: Role, static_key: &[u8; 32], chosen: u8) -> Self {
        Self {
            key: identity.key(),
            signature: identity.sign(&signing_bytes(role, static_key)),
            chosen,
            versions: OWN_VERSIONS,
        }
    }

    /// Whether the identity vouches for the static key of the one who has sent this.
    pub(super) fn is_genuine(&self, role: Role, static_key: &[u8; 32]) -> bool {
        self.key.verify(&signing_bytes(role, static_key), &self.signature)
    }

    pub(super) fn to_bytes(self) -> [u8; INTRODUCTION_BYTES] {
        let mut bytes = [0; INTRODUCTION_BYTES];
        bytes[..32].copy_from_slice(&self.key.0);
        bytes[32..96].copy_from_slice(&self.signature.0);
        bytes[96..99].copy_from_slice(&[self.chosen, self.versions.min, self.versions.max]);
        bytes
    }

    /// What comes after the versions is for later ones.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (key, rest) = bytes.split_first_chunk()?;
        let (signature, rest) = rest.split_first_chunk()?;
        let (&[chosen, min, max], _) = rest.split_first_chunk()?;
        Some(Self {
            key: MemberKey(*key),
            signature: Signature(*signature),
            chosen,
            versions: Versions { min, max },
        })
    }
}

fn signing_bytes(role: Role, static_key: &[u8; 32]) -> Vec<u8> {
    [DOMAIN, &[role.byte()], static_key].concat()
}
