//! The first eight bytes of a native line: `00 'L' 'C' 'H'`, the versions the guest speaks, flags.

use super::SessionFailure;

/// Bytes of a hello.
pub(super) const HELLO_BYTES: usize = 8;
/// The first byte is in no plain text; the rest says that it is not merely some binary.
const MAGIC: [u8; 4] = [0x00, b'L', b'C', b'H'];
/// The versions of the protocol that this program speaks.
pub(super) const OWN_VERSIONS: Versions = Versions { min: 1, max: 1 };

/// What a guest says before anything else; and a host, instead of anything else, to a guest of other versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    pub(super) versions: Versions,
}

/// What the first bytes of a line tell about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// They are those of a [`super::Session`].
    Native,
    /// They are plain text.
    Plain,
    /// There are none yet.
    Undecided,
}

/// A range of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Versions {
    pub(super) min: u8,
    pub(super) max: u8,
}

impl Versions {
    /// The newest that both speak.
    pub(super) fn best(self, other: Self) -> Option<u8> {
        let best = self.max.min(other.max);
        (best >= self.min.max(other.min)).then_some(best)
    }
}

impl Hello {
    pub(super) const OWN: Self = Self { versions: OWN_VERSIONS };

    /// Tells by the first byte, which is 00 on native lines and never in plain text.
    #[must_use]
    pub fn classify(first_bytes: &[u8]) -> LineKind {
        match first_bytes.first() {
            None => LineKind::Undecided,
            Some(0) => LineKind::Native,
            Some(_) => LineKind::Plain,
        }
    }

    /// Whether `bytes` may become a hello when more of them come.
    pub(super) fn may_begin_with(bytes: &[u8]) -> bool {
        bytes.iter().zip(&MAGIC).all(|(byte, magic)| byte == magic)
    }

    /// The flags are zero: no capability has one yet.
    pub(super) fn to_bytes(self) -> [u8; HELLO_BYTES] {
        let [zero, l, c, h] = MAGIC;
        [zero, l, c, h, self.versions.min, self.versions.max, 0, 0]
    }

    /// Unknown flags are of no meaning here; the handshake shows whether they were altered.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, SessionFailure> {
        match *bytes {
            [a, b, c, d, min, max, _, _] if [a, b, c, d] == MAGIC => Ok(Self {
                versions: Versions { min, max },
            }),
            _ => Err(SessionFailure::NotLandline),
        }
    }

    /// Why there is no line with whoever speaks these versions.
    pub(super) fn refusal(self) -> SessionFailure {
        let Versions { min, max } = self.versions;
        SessionFailure::Version { min, max }
    }
}
