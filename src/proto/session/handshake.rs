//! From the first byte to both identities: what each side waits for, and what it answers.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore as _;
use zeroize::Zeroizing;

use super::hello::{HELLO_BYTES, Hello, OWN_VERSIONS};
use super::introduction::{INTRODUCTION_BYTES, Introduction, Role};
use super::secrecy::{Ephemeral, Handshake, Transport};
use super::{Expect, SessionFailure};
use crate::proto::identity::{Identity, MemberKey};
use crate::proto::noise::{Fault, KEY_BYTES, TAG_BYTES};

/// Before the eight bytes of the hello it is the prologue: who speaks another protocol over Noise cannot be led in here.
const PROLOGUE: &[u8] = b"landline/native/v1";
/// An ephemeral key, nothing else.
const FIRST_BYTES: usize = KEY_BYTES;
/// Ephemeral key, static key, introduction.
const SECOND_BYTES: usize = KEY_BYTES + THIRD_BYTES;
/// Static key, introduction.
const THIRD_BYTES: usize = KEY_BYTES + TAG_BYTES + INTRODUCTION_BYTES + TAG_BYTES;

/// What a stranger can make a host keep. Lengths are exact, so that nothing needs to be counted.
const MAX_BYTES_BEFORE_AUTHENTICATION: usize = 1024;
const _: () = assert!(HELLO_BYTES + FIRST_BYTES + THIRD_BYTES <= MAX_BYTES_BEFORE_AUTHENTICATION);
const _: () = assert!(SECOND_BYTES == 352 && THIRD_BYTES == 320, "as docs/protocol.md says");

/// The handshake of one line.
pub(super) enum Entrance {
    /// A host waits for the hello.
    Hello {
        identity: Box<Identity>,
        ephemeral: Ephemeral,
    },
    /// A host waits for the first message.
    First {
        identity: Box<Identity>,
        handshake: Handshake,
        hello: Hello,
        chosen: u8,
    },
    /// A guest waits for the second.
    Second {
        identity: Box<Identity>,
        handshake: Handshake,
        expect: Expect,
    },
    /// A host waits for the third.
    Third {
        handshake: Handshake,
        hello: Hello,
        chosen: u8,
    },
}

/// What comes of a message.
pub(super) enum Next {
    /// The next one is awaited.
    Wait(Entrance),
    /// Both sides know each other.
    Inside {
        peer: MemberKey,
        hash: [u8; 32],
        transport: Transport,
    },
}

impl Entrance {
    /// Hello and first message are appended to `out`.
    pub(super) fn guest(identity: &Identity, expect: Expect, chance: &mut ChaCha20Rng, out: &mut Vec<u8>) -> Self {
        let hello = Hello::OWN.to_bytes();
        let mut handshake = Handshake::guest(identity, &prologue(&hello), ephemeral(chance));
        out.extend_from_slice(&hello);
        let written = handshake.write(&[], out);
        written.expect("nothing of the peer's is in the first message");
        Self::Second {
            identity: Box::new(identity.clone()),
            handshake,
            expect,
        }
    }

    pub(super) fn host(identity: &Identity, chance: &mut ChaCha20Rng) -> Self {
        Self::Hello {
            identity: Box::new(identity.clone()),
            ephemeral: ephemeral(chance),
        }
    }

    /// The length of what comes next.
    pub(super) fn wanted(&self) -> usize {
        match self {
            Self::Hello { .. } => HELLO_BYTES,
            Self::First { .. } => FIRST_BYTES,
            Self::Second { .. } => SECOND_BYTES,
            Self::Third { .. } => THIRD_BYTES,
        }
    }

    /// What the mere beginning of it tells.
    pub(super) fn look(&self, beginning: &[u8]) -> Result<(), SessionFailure> {
        match self {
            Self::Hello { .. } if !Hello::may_begin_with(beginning) => Err(SessionFailure::NotLandline),
            // A host of other versions answers with its own hello. A message that begins like one by chance does so once in 2^32 times.
            Self::Second { .. } => match beginning.get(..HELLO_BYTES).map(Hello::from_bytes) {
                Some(Ok(host)) => Err(host.refusal()),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// What comes next has come: `unit` is [`Self::wanted`] bytes long. The answer is appended to `out`.
    pub(super) fn take(self, unit: &[u8], out: &mut Vec<u8>) -> Result<Next, SessionFailure> {
        match self {
            Self::Hello { identity, ephemeral } => take_hello(identity, ephemeral, unit, out).map(Next::Wait),
            Self::First {
                identity,
                handshake,
                hello,
                chosen,
            } => {
                let handshake = take_first(&identity, handshake, chosen, unit, out)?;
                Ok(Next::Wait(Self::Third {
                    handshake,
                    hello,
                    chosen,
                }))
            }
            Self::Second {
                identity,
                handshake,
                expect,
            } => take_second(&identity, handshake, expect, unit, out),
            Self::Third {
                handshake,
                hello,
                chosen,
            } => take_third(handshake, hello, chosen, unit),
        }
    }
}

fn take_hello(
    identity: Box<Identity>,
    ephemeral: Ephemeral,
    unit: &[u8],
    out: &mut Vec<u8>,
) -> Result<Entrance, SessionFailure> {
    let hello = Hello::from_bytes(unit)?;
    let Some(chosen) = OWN_VERSIONS.best(hello.versions) else {
        out.extend_from_slice(&Hello::OWN.to_bytes());
        return Err(hello.refusal());
    };
    let handshake = Handshake::host(&identity, &prologue(unit), ephemeral);
    Ok(Entrance::First {
        identity,
        handshake,
        hello,
        chosen,
    })
}

fn take_first(
    identity: &Identity,
    mut handshake: Handshake,
    chosen: u8,
    unit: &[u8],
    out: &mut Vec<u8>,
) -> Result<Handshake, SessionFailure> {
    handshake.read(unit, &mut [0; FIRST_BYTES])?;
    let introduction = Introduction::new(identity, Role::Host, handshake.static_key(), chosen);
    handshake.write(&introduction.to_bytes(), out)?;
    Ok(handshake)
}

fn take_second(
    identity: &Identity,
    mut handshake: Handshake,
    expect: Expect,
    unit: &[u8],
    out: &mut Vec<u8>,
) -> Result<Next, SessionFailure> {
    let host = introduced(&mut handshake, Role::Host, unit)?;
    if OWN_VERSIONS.best(host.versions) != Some(host.chosen) {
        return Err(SessionFailure::Garbled); // an honest host chooses the best, and refuses if there is none
    }
    if let Expect::Host(expected) = expect
        && expected != host.key
    {
        return Err(SessionFailure::OtherHost { shown: host.key });
    }
    let introduction = Introduction::new(identity, Role::Guest, handshake.static_key(), host.chosen);
    handshake.write(&introduction.to_bytes(), out)?;
    Ok(inside(host.key, handshake))
}

fn take_third(mut handshake: Handshake, hello: Hello, chosen: u8, unit: &[u8]) -> Result<Next, SessionFailure> {
    let guest = introduced(&mut handshake, Role::Guest, unit)?;
    if (guest.chosen, guest.versions) != (chosen, hello.versions) {
        return Err(SessionFailure::Garbled);
    }
    Ok(inside(guest.key, handshake))
}

/// Who the other side is, by what it has proven.
fn introduced(handshake: &mut Handshake, role: Role, unit: &[u8]) -> Result<Introduction, SessionFailure> {
    let mut payload = [0; SECOND_BYTES];
    let length = handshake.read(unit, &mut payload)?;
    let introduction = Introduction::from_bytes(&payload[..length]).ok_or(SessionFailure::Garbled)?;
    let genuine = handshake
        .remote_static_key()
        .is_some_and(|key| introduction.is_genuine(role, &key));
    if genuine {
        Ok(introduction)
    } else {
        Err(SessionFailure::Forged)
    }
}

fn inside(peer: MemberKey, handshake: Handshake) -> Next {
    let (hash, transport) = handshake.finish();
    Next::Inside { peer, hash, transport }
}

fn prologue(hello: &[u8]) -> Vec<u8> {
    [PROLOGUE, hello].concat()
}

fn ephemeral(chance: &mut ChaCha20Rng) -> Ephemeral {
    let mut bytes = Zeroizing::new([0; 32]);
    chance.fill_bytes(&mut bytes[..]);
    bytes
}

impl From<Fault> for SessionFailure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Altered => Self::Garbled,
            Fault::WeakKey => Self::Forged,
        }
    }
}
