//! Messages -> sealed frames and back: length, padding, and keys that do not grow old.

use std::time::{Duration, Instant};

use super::SessionFailure;
use super::secrecy::Transport;
use crate::proto::message::Message;
use crate::proto::noise::TAG_BYTES;
use crate::proto::wire::{self, MAX_ENCODED_BYTES};

/// Before every frame: the length of what follows, big endian.
pub(super) const HEADER_BYTES: usize = 2;
/// Plaintext is a multiple of this. Hides roughly how long a message is; a chat message is one block.
const BLOCK_BYTES: usize = 256;
/// Before the message in the plaintext: its length, big endian. Zeros follow it.
const LENGTH_BYTES: usize = 2;
/// The longest plaintext whose ciphertext has a length that two bytes can say.
const MAX_PLAINTEXT_BYTES: usize = (u16::MAX as usize - TAG_BYTES) / BLOCK_BYTES * BLOCK_BYTES;
const _: () = assert!(MAX_ENCODED_BYTES <= MAX_PLAINTEXT_BYTES - LENGTH_BYTES);

/// A sender takes the next key after so many frames …
const REKEY_FRAMES: u32 = 1 << 14;
/// … or so many bytes …
const REKEY_BYTES: u64 = 64 << 20;
/// … or so much time, whichever is first: who learns a key from a memory image reads little with it.
const REKEY_AGE: Duration = Duration::from_secs(600);
/// A receiver parts from a sender that has not. Four times as patient, so that other versions may choose otherwise.
const MAX_FRAMES_OF_A_KEY: u32 = 1 << 16;
/// What a line keeps for reading frames. What a longer frame needed is given back with the next short one: in a flood the next is as long.
const KEPT_SCRATCH: usize = 1 << 10;

/// What is sealed of a message: its length, the message, and zeros. The same on all lines, so it is made once for all of them.
pub(in crate::proto) struct Padded(Vec<u8>);

impl Padded {
    /// A message of at most [`MAX_ENCODED_BYTES`].
    fn new(encoded: &[u8]) -> Self {
        let bytes = (LENGTH_BYTES + encoded.len()).next_multiple_of(BLOCK_BYTES);
        let mut plaintext = Vec::with_capacity(bytes);
        plaintext.extend_from_slice(&short(encoded.len()));
        plaintext.extend_from_slice(encoded);
        plaintext.extend_from_slice(&[0; BLOCK_BYTES][..bytes - plaintext.len()]);
        Self(plaintext)
    }

    /// A message that [`wire::encode`] has made; `None` if it is longer than any may be.
    pub(in crate::proto) fn of(encoded: &[u8]) -> Option<Self> {
        (encoded.len() <= MAX_ENCODED_BYTES).then(|| Self::new(encoded))
    }
}

/// Both directions of a line after the handshake.
pub(super) struct Frames {
    transport: Transport,
    /// Where a plaintext is read; what is left of the one before means nothing.
    scratch: Vec<u8>,
    outgoing: Usage,
    /// When the outgoing key was new.
    since: Instant,
    incoming: Usage,
}

/// How much a key was used.
#[derive(Debug, Default)]
struct Usage {
    frames: u32,
    bytes: u64,
}

impl Usage {
    fn count(&mut self, bytes: usize) {
        self.frames += 1;
        self.bytes += bytes as u64;
    }
}

impl Frames {
    pub(super) fn new(now: Instant, transport: Transport) -> Self {
        Self {
            transport,
            scratch: Vec::new(),
            outgoing: Usage::default(),
            since: now,
            incoming: Usage::default(),
        }
    }

    /// Whether the outgoing key is old. Then [`Self::rekey`] comes before the next frame.
    pub(super) fn is_rekey_due(&self, now: Instant) -> bool {
        self.outgoing.frames >= REKEY_FRAMES
            || self.outgoing.bytes >= REKEY_BYTES
            || now.saturating_duration_since(self.since) >= REKEY_AGE
    }

    /// Says that the next frame has the next key.
    pub(super) fn rekey(&mut self, now: Instant, out: &mut Vec<u8>) {
        self.seal(&Padded::new(&wire::encode(&Message::Rekey)), out);
        self.transport.rekey_outgoing();
        self.outgoing = Usage::default();
        self.since = now;
    }

    /// Appends the frame of a message.
    pub(super) fn seal(&mut self, message: &Padded, out: &mut Vec<u8>) {
        let Padded(plaintext) = message;
        out.extend_from_slice(&short(plaintext.len() + TAG_BYTES));
        self.transport.seal(plaintext, out);
        self.outgoing.count(plaintext.len());
    }

    /// How many bytes follow a header.
    pub(super) fn body_bytes(header: &[u8]) -> Result<usize, SessionFailure> {
        let length = header.first_chunk().map_or(0, |header| u16::from_be_bytes(*header));
        let length = usize::from(length);
        let is_whole_blocks = length > TAG_BYTES && (length - TAG_BYTES).is_multiple_of(BLOCK_BYTES);
        is_whole_blocks.then_some(length).ok_or(SessionFailure::Garbled)
    }

    /// What a frame says.
    pub(super) fn open(&mut self, body: &[u8]) -> Result<Message, SessionFailure> {
        if self.incoming.frames >= MAX_FRAMES_OF_A_KEY {
            return Err(SessionFailure::Overused);
        }
        let plaintext = self.transport.open(body, &mut self.scratch)?;
        self.incoming.count(body.len());
        let message = decode(plaintext)?;
        if body.len() <= KEPT_SCRATCH {
            self.scratch.truncate(KEPT_SCRATCH);
            self.scratch.shrink_to(KEPT_SCRATCH);
        }
        if message == Message::Rekey {
            self.transport.rekey_incoming();
            self.incoming = Usage::default();
        }
        Ok(message)
    }
}

fn decode(plaintext: &[u8]) -> Result<Message, SessionFailure> {
    let (length, rest) = plaintext.split_first_chunk().ok_or(SessionFailure::Garbled)?;
    let message = rest.get(..usize::from(u16::from_be_bytes(*length)));
    let message = message.ok_or(SessionFailure::Garbled)?;
    wire::decode(message).map_err(|_unreadable| SessionFailure::Garbled)
}

fn short(length: usize) -> [u8; 2] {
    u16::try_from(length)
        .expect("nothing longer than a frame is sealed")
        .to_be_bytes()
}
