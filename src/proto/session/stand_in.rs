//! Noise without curves or secrets, for simulations: the same messages, lengths and faults, for a hundredth of the work. It shows what was
//! altered, replayed or spliced, and hides nothing.

use super::secrecy::Ephemeral;
use crate::proto::identity::Identity;
use crate::proto::noise::{Fault, KEY_BYTES, TAG_BYTES};

/// The two tags that a Noise message with an encrypted static key and payload has.
const PROOF_BYTES: usize = 2 * TAG_BYTES;

/// A handshake under way: three messages, each bound to everything before it.
pub(super) struct Handshake {
    hash: [u8; 32],
    static_key: [u8; KEY_BYTES],
    ephemeral: Ephemeral,
    remote_static_key: Option<[u8; KEY_BYTES]>,
    messages: u8,
    speaks_first: bool,
}

impl Handshake {
    pub(super) fn new(identity: &Identity, prologue: &[u8], ephemeral: Ephemeral) -> Self {
        Self {
            hash: blake3::hash(prologue).into(),
            static_key: *identity.noise_secret(),
            ephemeral,
            remote_static_key: None,
            messages: 0,
            speaks_first: false,
        }
    }

    pub(super) fn static_key(&self) -> &[u8; KEY_BYTES] {
        &self.static_key
    }

    pub(super) fn remote_static_key(&self) -> Option<[u8; KEY_BYTES]> {
        self.remote_static_key
    }

    pub(super) fn write(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        let from = out.len();
        if self.messages < 2 {
            out.extend_from_slice(&self.ephemeral[..]);
        }
        if self.messages == 0 {
            self.speaks_first = true;
            self.mix(&out[from..]);
            return;
        }
        out.extend_from_slice(&self.static_key);
        out.extend_from_slice(payload);
        self.mix(&out[from..]);
        out.extend_from_slice(&self.proof());
    }

    pub(super) fn read(&mut self, message: &[u8], payload: &mut [u8]) -> Result<usize, Fault> {
        if self.messages == 0 {
            self.mix(message);
            return Ok(0);
        }
        let (message, proof) = message.split_last_chunk::<PROOF_BYTES>().ok_or(Fault::Altered)?;
        let ephemeral_bytes = if self.messages == 1 { KEY_BYTES } else { 0 };
        let (_, rest) = message.split_at_checked(ephemeral_bytes).ok_or(Fault::Altered)?;
        let (static_key, rest) = rest.split_first_chunk().ok_or(Fault::Altered)?;
        self.mix(message);
        if *proof != self.proof() {
            return Err(Fault::Altered);
        }
        self.remote_static_key = Some(*static_key);
        payload[..rest.len()].copy_from_slice(rest);
        Ok(rest.len())
    }

    pub(super) fn finish(self) -> ([u8; 32], Transport) {
        let first = Direction::new(&self.hash, 1);
        let second = Direction::new(&self.hash, 2);
        let (outgoing, incoming) = if self.speaks_first {
            (first, second)
        } else {
            (second, first)
        };
        (self.hash, Transport { outgoing, incoming })
    }

    fn mix(&mut self, message: &[u8]) {
        self.hash = blake3::keyed_hash(&self.hash, message).into();
        self.messages += 1;
    }

    fn proof(&self) -> [u8; PROOF_BYTES] {
        blake3::keyed_hash(&self.hash, b"proof").into()
    }
}

/// Frames in clear, each with a tag that is right only there.
pub(super) struct Transport {
    outgoing: Direction,
    incoming: Direction,
}

impl Transport {
    pub(super) fn seal(&mut self, plaintext: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(plaintext);
        out.extend_from_slice(&self.outgoing.tag(plaintext));
        self.outgoing.count += 1;
    }

    pub(super) fn open<'a>(&mut self, sealed: &[u8], room: &'a mut Vec<u8>) -> Result<&'a [u8], Fault> {
        let (opened, tag) = sealed.split_last_chunk::<TAG_BYTES>().ok_or(Fault::Altered)?;
        if *tag != self.incoming.tag(opened) {
            return Err(Fault::Altered);
        }
        self.incoming.count += 1;
        room.clear();
        room.extend_from_slice(opened);
        Ok(room)
    }

    pub(super) fn rekey_outgoing(&mut self) {
        self.outgoing.rekey();
    }

    pub(super) fn rekey_incoming(&mut self) {
        self.incoming.rekey();
    }
}

struct Direction {
    key: u64,
    count: u64,
}

impl Direction {
    fn new(hash: &[u8; 32], which: u64) -> Self {
        let key = hash.first_chunk().map_or(0, |half| u64::from_le_bytes(*half));
        Self {
            key: mix(key, which),
            count: 0,
        }
    }

    /// Different for every change of one word, as each step can be undone; frames are whole blocks, so there are no odd bytes.
    fn tag(&self, plaintext: &[u8]) -> [u8; TAG_BYTES] {
        let (words, _) = plaintext.as_chunks();
        let words = words.iter().map(|word| u64::from_le_bytes(*word));
        let tag = words.fold(mix(self.key, self.count), mix);
        u128::from(tag).to_le_bytes()
    }

    fn rekey(&mut self) {
        self.key = mix(self.key, 0);
    }
}

/// A step of a checksum: a tenth of the work of a hash, which would be most of what a simulation does.
fn mix(state: u64, word: u64) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let state = (state ^ word).wrapping_mul(ODD);
    state ^ (state >> 32)
}
