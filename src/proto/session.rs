//! One native line from its first byte to its last: hello, handshake, encrypted frames, keep-alive. Pure.
//!
//! Bytes come in by [`Session::handle_bytes`] and go out by [`Session::pending`]; what they mean comes by [`Session::poll_event`]. A session that
//! has failed takes and says nothing more.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha20Rng;

use super::identity::{Identity, MemberKey};
use super::message::Message;
use super::wire;
use frames::{Frames, HEADER_BYTES};
use handshake::{Entrance, Next};
use incoming::Incoming;
use outgoing::Outgoing;

mod frames;
mod handshake;
mod hello;
mod incoming;
mod introduction;
mod outgoing;
mod secrecy;
#[cfg(feature = "simulation")]
mod stand_in;

pub(super) use frames::Padded;
pub use hello::{Hello, LineKind};

/// How long a host waits for the first byte: a guest sends it at once.
const FIRST_BYTE_WITHIN: Duration = Duration::from_secs(5);
/// How long the handshake may take: three messages, over a bad radio network.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// A peer that says nothing for so long is asked whether it is there …
const PING_AFTER: Duration = Duration::from_secs(20);
/// … and is taken for gone after so much silence: three questions without an answer.
const SILENT_AFTER: Duration = Duration::from_secs(60);
const _: () = assert!(SILENT_AFTER.as_secs().is_multiple_of(PING_AFTER.as_secs()));

/// Which host a guest is ready to talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing is known of the host yet.
    AnyHost,
    /// The one with this key, known from an invite or from before.
    Host(MemberKey),
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
    /// The peer says something. Keep-alive and new keys have been dealt with, and are told so that they can be counted.
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
    /// A message longer than [`wire::MAX_ENCODED_BYTES`] was to be sent.
    TooLong,
}

/// One native line.
pub struct Session {
    phase: Phase,
    incoming: Incoming,
    outgoing: Outgoing,
    events: VecDeque<SessionEvent>,
}

enum Phase {
    Entering {
        entrance: Box<Entrance>,
        late_at: Instant,
        first_byte_until: Option<Instant>,
    },
    Open(Box<Open>),
    Failed,
}

struct Open {
    frames: Frames,
    /// How long the body of the frame is whose header has come.
    body_bytes: Option<usize>,
    /// When the peer was heard last.
    heard: Instant,
    /// How often it was asked since then whether it is there.
    pings: u32,
}

impl Session {
    /// A guest's side. Its hello and first message are pending at once.
    #[must_use]
    pub fn guest(identity: &Identity, expect: Expect, chance: &mut ChaCha20Rng, now: Instant) -> Self {
        let mut outgoing = Outgoing::default();
        let entrance = outgoing.append(|out| Entrance::guest(identity, expect, chance, out));
        Self::entering(entrance, outgoing, now, None)
    }

    /// A host's side, fed from the first byte of the hello on.
    #[must_use]
    pub fn host(identity: &Identity, chance: &mut ChaCha20Rng, now: Instant) -> Self {
        let entrance = Entrance::host(identity, chance);
        Self::entering(entrance, Outgoing::default(), now, Some(now + FIRST_BYTE_WITHIN))
    }

    fn entering(entrance: Entrance, outgoing: Outgoing, now: Instant, first_byte_until: Option<Instant>) -> Self {
        Self {
            phase: Phase::Entering {
                entrance: Box::new(entrance),
                late_at: now + HANDSHAKE_WITHIN,
                first_byte_until,
            },
            incoming: Incoming::default(),
            outgoing,
            events: VecDeque::new(),
        }
    }

    /// The peer sent bytes, in whatever pieces.
    pub fn handle_bytes(&mut self, now: Instant, mut bytes: &[u8]) {
        if let Phase::Entering { first_byte_until, .. } = &mut self.phase
            && !bytes.is_empty()
        {
            *first_byte_until = None;
        }
        while let Some(wanted) = self.wanted() {
            let Some(unit) = self.incoming.unit(wanted, &mut bytes) else {
                self.look();
                return;
            };
            if let Err(failure) = self.take(now, &unit) {
                self.fail(failure);
            }
        }
    }

    /// The time of [`Self::next_deadline`] has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.next_deadline().is_none_or(|at| at > now) {
            return;
        }
        match &mut self.phase {
            Phase::Entering { .. } => self.fail(SessionFailure::Late),
            Phase::Open(open) if now >= open.heard + SILENT_AFTER => self.fail(SessionFailure::Silent),
            Phase::Open(open) => {
                open.pings += 1;
                self.send(now, &Message::Ping);
            }
            Phase::Failed => {}
        }
    }

    /// When [`Self::handle_timeout`] is to be called.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Entering {
                late_at,
                first_byte_until,
                ..
            } => Some(first_byte_until.map_or(*late_at, |until| until.min(*late_at))),
            Phase::Open(open) => Some(open.ping_at()),
            Phase::Failed => None,
        }
    }

    /// What has happened, in order.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    /// Queues a message. Before `Ready` and after `Failed` it goes nowhere.
    pub fn send(&mut self, now: Instant, message: &Message) {
        self.send_encoded(now, &wire::encode(message));
    }

    /// Queues a message that [`wire::encode`] has made.
    pub fn send_encoded(&mut self, now: Instant, encoded: &[u8]) {
        self.send_padded(now, Padded::of(encoded).as_ref());
    }

    /// Queues a message that was made once for many lines; `None`: one that is longer than any may be.
    pub(super) fn send_padded(&mut self, now: Instant, message: Option<&Padded>) {
        let Phase::Open(open) = &mut self.phase else {
            return;
        };
        let Some(message) = message else {
            self.fail(SessionFailure::TooLong);
            return;
        };
        if open.frames.is_rekey_due(now) {
            self.outgoing.append(|out| open.frames.rekey(now, out));
        }
        self.outgoing.append(|out| open.frames.seal(message, out));
    }

    /// Bytes that wait for the operating system.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        self.outgoing.pending()
    }

    /// The operating system took bytes.
    pub fn written(&mut self, _now: Instant, bytes: usize) {
        self.outgoing.written(bytes);
    }

    /// How many bytes wait.
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        self.outgoing.pending().len()
    }

    /// How many frames wait.
    #[must_use]
    pub fn queued_frames(&self) -> usize {
        self.outgoing.frames()
    }

    /// How many bytes the next step needs. `None`: there is none.
    fn wanted(&self) -> Option<usize> {
        match &self.phase {
            Phase::Entering { entrance, .. } => Some(entrance.wanted()),
            Phase::Open(open) => Some(open.body_bytes.unwrap_or(HEADER_BYTES)),
            Phase::Failed => None,
        }
    }

    /// The beginning of something may be enough to see that it will be nothing.
    fn look(&mut self) {
        if let Phase::Entering { entrance, .. } = &self.phase
            && let Err(failure) = entrance.look(self.incoming.partial())
        {
            self.fail(failure);
        }
    }

    /// One unit of [`Self::wanted`] bytes.
    fn take(&mut self, now: Instant, unit: &[u8]) -> Result<(), SessionFailure> {
        match std::mem::replace(&mut self.phase, Phase::Failed) {
            Phase::Entering { entrance, late_at, .. } => match self.outgoing.append(|out| entrance.take(unit, out))? {
                Next::Wait(entrance) => {
                    self.phase = Phase::Entering {
                        entrance: Box::new(entrance),
                        late_at,
                        first_byte_until: None,
                    };
                }
                Next::Inside { peer, hash, transport } => {
                    self.phase = Phase::Open(Box::new(Open::new(now, Frames::new(now, transport))));
                    self.events.push_back(SessionEvent::Ready { peer, hash });
                }
            },
            Phase::Open(mut open) => {
                let message = open.take(now, unit)?;
                self.phase = Phase::Open(open);
                if let Some(message) = message {
                    self.hear(now, message);
                }
            }
            Phase::Failed => {}
        }
        Ok(())
    }

    fn hear(&mut self, now: Instant, message: Message) {
        match message {
            // What waits will be heard as well as a Pong; and who only asks and never reads costs nothing.
            Message::Ping if self.pending().is_empty() => self.send(now, &Message::Pong),
            _ => {}
        }
        // Also what needs no answer from anybody: it is counted.
        self.events.push_back(SessionEvent::Message(message));
    }

    fn fail(&mut self, failure: SessionFailure) {
        self.phase = Phase::Failed;
        self.incoming.clear();
        self.events.push_back(SessionEvent::Failed(failure));
    }
}

impl Open {
    fn new(now: Instant, frames: Frames) -> Self {
        Self {
            frames,
            body_bytes: None,
            heard: now,
            pings: 0,
        }
    }

    /// When to ask again; the last time is when there is nobody to ask any more.
    fn ping_at(&self) -> Instant {
        self.heard + PING_AFTER * (self.pings + 1)
    }

    /// A header, or the body it announced.
    fn take(&mut self, now: Instant, unit: &[u8]) -> Result<Option<Message>, SessionFailure> {
        if self.body_bytes.take().is_none() {
            self.body_bytes = Some(Frames::body_bytes(unit)?);
            return Ok(None);
        }
        self.heard = now;
        self.pings = 0;
        self.frames.open(unit).map(Some)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::Entering { .. } => "entering",
            Phase::Open(_) => "open",
            Phase::Failed => "failed",
        };
        f.debug_struct("Session").field("phase", &phase).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
