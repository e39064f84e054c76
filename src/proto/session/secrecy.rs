//! Noise, or in simulations its stand-in: who has a stand-in identity has stand-in lines.

use zeroize::Zeroizing;

#[cfg(feature = "simulation")]
use super::stand_in;
use crate::proto::identity::Identity;
use crate::proto::noise::{self, Fault};

/// A random secret that is used once.
pub(super) type Ephemeral = Zeroizing<[u8; 32]>;

/// A handshake under way.
pub(super) enum Handshake {
    Noise(noise::Handshake),
    #[cfg(feature = "simulation")]
    StandIn(stand_in::Handshake),
}

impl Handshake {
    pub(super) fn guest(identity: &Identity, prologue: &[u8], ephemeral: Ephemeral) -> Self {
        #[cfg(feature = "simulation")]
        if identity.is_stand_in() {
            return Self::StandIn(stand_in::Handshake::new(identity, prologue, ephemeral));
        }
        Self::Noise(noise::Handshake::guest(identity.noise_secret(), prologue, ephemeral))
    }

    pub(super) fn host(identity: &Identity, prologue: &[u8], ephemeral: Ephemeral) -> Self {
        #[cfg(feature = "simulation")]
        if identity.is_stand_in() {
            return Self::StandIn(stand_in::Handshake::new(identity, prologue, ephemeral));
        }
        Self::Noise(noise::Handshake::host(identity.noise_secret(), prologue, ephemeral))
    }

    pub(super) fn static_key(&self) -> &[u8; 32] {
        match self {
            Self::Noise(handshake) => handshake.static_key(),
            #[cfg(feature = "simulation")]
            Self::StandIn(handshake) => handshake.static_key(),
        }
    }

    pub(super) fn remote_static_key(&self) -> Option<[u8; 32]> {
        match self {
            Self::Noise(handshake) => handshake.remote_static_key(),
            #[cfg(feature = "simulation")]
            Self::StandIn(handshake) => handshake.remote_static_key(),
        }
    }

    pub(super) fn write(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        match self {
            Self::Noise(handshake) => handshake.write(payload, out),
            #[cfg(feature = "simulation")]
            Self::StandIn(handshake) => {
                handshake.write(payload, out);
                Ok(())
            }
        }
    }

    pub(super) fn read(&mut self, message: &[u8], payload: &mut [u8]) -> Result<usize, Fault> {
        match self {
            Self::Noise(handshake) => handshake.read(message, payload),
            #[cfg(feature = "simulation")]
            Self::StandIn(handshake) => handshake.read(message, payload),
        }
    }

    pub(super) fn finish(self) -> ([u8; 32], Transport) {
        match self {
            Self::Noise(handshake) => {
                let (hash, transport) = handshake.finish();
                (hash, Transport::Noise(transport))
            }
            #[cfg(feature = "simulation")]
            Self::StandIn(handshake) => {
                let (hash, transport) = handshake.finish();
                (hash, Transport::StandIn(transport))
            }
        }
    }
}

/// What seals and opens frames.
pub(super) enum Transport {
    Noise(noise::Transport),
    #[cfg(feature = "simulation")]
    StandIn(stand_in::Transport),
}

impl Transport {
    pub(super) fn seal(&mut self, plaintext: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Noise(transport) => transport.seal(plaintext, out),
            #[cfg(feature = "simulation")]
            Self::StandIn(transport) => transport.seal(plaintext, out),
        }
    }

    pub(super) fn open<'a>(&mut self, sealed: &[u8], room: &'a mut Vec<u8>) -> Result<&'a [u8], Fault> {
        match self {
            Self::Noise(transport) => transport.open(sealed, room),
            #[cfg(feature = "simulation")]
            Self::StandIn(transport) => transport.open(sealed, room),
        }
    }

    pub(super) fn rekey_outgoing(&mut self) {
        match self {
            Self::Noise(transport) => transport.rekey_outgoing(),
            #[cfg(feature = "simulation")]
            Self::StandIn(transport) => transport.rekey_outgoing(),
        }
    }

    pub(super) fn rekey_incoming(&mut self) {
        match self {
            Self::Noise(transport) => transport.rekey_incoming(),
            #[cfg(feature = "simulation")]
            Self::StandIn(transport) => transport.rekey_incoming(),
        }
    }
}
