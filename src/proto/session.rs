//! One native line from its first byte to its last: hello, handshake, encrypted frames, keep-alive. Pure.

use std::collections::VecDeque;
use std::time::Instant;

use rand_chacha::ChaCha20Rng;

use super::identity::{Identity, MemberKey};
use super::message::Message;

/// Longest encoded [`Message`] that fits into one frame. Whoever makes pages cuts them by this.
pub const MAX_MESSAGE_BYTES: usize = 65_278;

/// Which host a guest is ready to talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing is known of the host yet.
    AnyHost,
    /// The one with this key, known from an invite or from before.
    Host(MemberKey),
}

/// What the first bytes of a line tell about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// They are those of a [`Session`].
    Native,
    /// They are plain text.
    Plain,
    /// There are none yet.
    Undecided,
}

impl LineKind {
    /// Tells by the first byte, which is 00 on native lines and never in plain text.
    #[must_use]
    pub fn of(first_bytes: &[u8]) -> Self {
        match first_bytes.first() {
            None => Self::Undecided,
            Some(0) => Self::Native,
            Some(_) => Self::Plain,
        }
    }
}

/// What happened on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionEvent {
    /// The handshake is over. Comes once, before all messages.
    Ready {
        /// Whose identity the other side has proven.
        peer: MemberKey,
        /// Names this session and nothing else in the world: proofs are bound to it.
        hash: [u8; 32],
    },
    /// The peer says something. Keep-alive and new keys are dealt with inside.
    Message(Message),
    /// The line is of no use any more. Comes last; what is still pending may be written before the line is closed.
    Failed(SessionFailure),
}

/// Why a line is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionFailure {
    /// What came first is not the beginning of a native line.
    NotLandline,
    /// The other side speaks only these versions.
    Version {
        /// Its oldest.
        min: u8,
        /// Its newest.
        max: u8,
    },
    /// Another host than the expected one answers. It has not learned who asked.
    OtherHost {
        /// The key it has proven.
        shown: MemberKey,
    },
    /// The other side claims an identity that it has not proven.
    Forged,
    /// The first byte or the whole handshake did not come in time.
    Late,
    /// Bytes that no honest peer has sent: altered on the way, or against the protocol.
    Garbled,
    /// Nothing was heard for 60 s.
    Silent,
    /// The peer used one key for too long.
    Overused,
    /// A message longer than [`MAX_MESSAGE_BYTES`] was to be sent.
    TooLong,
}

/// One native line.
#[derive(Debug)]
pub struct Session {
    events: VecDeque<SessionEvent>,
    out: Vec<u8>,
}

impl Session {
    /// A guest's side. Its hello and first message are pending at once.
    #[must_use]
    pub fn guest(_identity: &Identity, _expect: Expect, _chance: &mut ChaCha20Rng, _now: Instant) -> Self {
        Self {
            events: VecDeque::new(),
            out: Vec::new(),
        }
    }

    /// A host's side, fed from the first byte of the hello on.
    #[must_use]
    pub fn host(_identity: &Identity, _chance: &mut ChaCha20Rng, _now: Instant) -> Self {
        Self {
            events: VecDeque::new(),
            out: Vec::new(),
        }
    }

    /// The peer sent bytes, in whatever pieces.
    pub fn handle_bytes(&mut self, _now: Instant, _bytes: &[u8]) {
        self.events.clear();
    }

    /// The time of [`Self::next_deadline`] has come.
    pub fn handle_timeout(&mut self, _now: Instant) {
        self.events.clear();
    }

    /// When [`Self::handle_timeout`] is to be called.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        None
    }

    /// What has happened, in order.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    /// Queues a message. Before `Ready` and after `Failed` it goes nowhere.
    pub fn send(&mut self, now: Instant, _message: &Message) {
        self.send_encoded(now, &[]);
    }

    /// Queues a message that `wire::encode` has made, once for many lines.
    pub fn send_encoded(&mut self, _now: Instant, encoded: &[u8]) {
        self.out.extend_from_slice(encoded);
    }

    /// Bytes that wait for the operating system.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.out
    }

    /// The operating system took bytes.
    pub fn written(&mut self, _now: Instant, bytes: usize) {
        self.out.drain(..bytes);
    }

    /// How many bytes wait.
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        self.out.len()
    }

    /// How many frames wait.
    #[must_use]
    pub fn queued_frames(&self) -> usize {
        0
    }
}
