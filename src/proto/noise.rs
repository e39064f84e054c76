//! Noise, through snow: the handshake of a native line and what it leaves behind. The only file that names snow.

use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver, RingResolver};
use snow::types::{Cipher, Dh, Hash, Random};
use snow::{Builder, Error, HandshakeState, TransportState};
use zeroize::Zeroizing;

/// One pattern, no negotiation: another one would be another version in the hello.
const PATTERN: &str = "Noise_XX_25519_ChaChaPoly_BLAKE2s";
/// Bytes of an X25519 key.
pub(super) const KEY_BYTES: usize = 32;
/// Bytes that show whether a ciphertext was altered.
pub(super) const TAG_BYTES: usize = 16;
/// The longest that stands in a handshake message beside its payload: ephemeral key, static key with tag, tag.
const MAX_HANDSHAKE_OVERHEAD: usize = KEY_BYTES + KEY_BYTES + TAG_BYTES + TAG_BYTES;

/// Why a message of the peer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It was altered, or is not for this session, or has come twice.
    Altered,
    /// It has a key that everybody can compute with.
    WeakKey,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Dh => Self::WeakKey,
            _ => Self::Altered,
        }
    }
}

/// A handshake under way.
pub(super) struct Handshake {
    state: Box<HandshakeState>,
    static_key: [u8; KEY_BYTES],
}

impl Handshake {
    /// The guest's side: it speaks first. `ephemeral` is random and never used again.
    pub(super) fn guest(secret: &[u8; KEY_BYTES], prologue: &[u8], ephemeral: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self::new(secret, prologue, ephemeral, |builder| builder.build_initiator())
    }

    /// The host's side.
    pub(super) fn host(secret: &[u8; KEY_BYTES], prologue: &[u8], ephemeral: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self::new(secret, prologue, ephemeral, |builder| builder.build_responder())
    }

    fn new(
        secret: &[u8; KEY_BYTES],
        prologue: &[u8],
        ephemeral: Zeroizing<[u8; KEY_BYTES]>,
        build: impl FnOnce(Builder<'_>) -> Result<HandshakeState, Error>,
    ) -> Self {
        let pattern = PATTERN.parse().expect("the pattern is one of snow's");
        let state = Builder::with_resolver(pattern, Box::new(Resolver { ephemeral }))
            .local_private_key(secret)
            .and_then(|builder| builder.prologue(prologue))
            .and_then(build)
            .expect("everything that the pattern needs is there");
        Self {
            state: Box::new(state),
            static_key: public_key(secret),
        }
    }

    /// This side's static key.
    pub(super) fn static_key(&self) -> &[u8; KEY_BYTES] {
        &self.static_key
    }

    /// The other side's static key, once it has come.
    pub(super) fn remote_static_key(&self) -> Option<[u8; KEY_BYTES]> {
        self.state.get_remote_static()?.try_into().ok()
    }

    /// Appends this side's next message to `out`.
    pub(super) fn write(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        let from = out.len();
        out.resize(from + payload.len() + MAX_HANDSHAKE_OVERHEAD, 0);
        let written = self.state.write_message(payload, &mut out[from..]);
        out.truncate(from + written.as_ref().map_or(0, |written| *written));
        Ok(written.map(|_| ())?)
    }

    /// Reads the other side's next message; the payload is put into `payload`, which is as long as the message.
    pub(super) fn read(&mut self, message: &[u8], payload: &mut [u8]) -> Result<usize, Fault> {
        Ok(self.state.read_message(message, payload)?)
    }

    /// What names this session, and what its frames are sealed with. Only after the last message.
    pub(super) fn finish(self) -> ([u8; 32], Transport) {
        let hash = self.state.get_handshake_hash();
        let hash = hash.try_into().expect("a BLAKE2s hash has 32 bytes");
        let state = (*self.state).into_transport_mode();
        (hash, Transport(state.expect("all three messages have gone")))
    }
}

/// The public half of an X25519 key.
fn public_key(secret: &[u8; KEY_BYTES]) -> [u8; KEY_BYTES] {
    let mut dh = curve();
    dh.set(secret);
    dh.pubkey().try_into().expect("an X25519 key has 32 bytes")
}

/// Seals and opens frames, each direction with its own key and counter.
pub(super) struct Transport(TransportState);

impl Transport {
    /// Appends the sealed `plaintext` to `out`.
    pub(super) fn seal(&mut self, plaintext: &[u8], out: &mut Vec<u8>) {
        let from = out.len();
        out.extend_from_slice(plaintext); // room for it: copying is faster than zeros
        out.extend_from_slice(&[0; TAG_BYTES]);
        let sealed = self.0.write_message(plaintext, &mut out[from..]);
        sealed.expect("frames are short, and nobody sends 2^64 of them");
    }

    /// Opens a frame; what it says is put at the beginning of `room`, which grows as far as it must.
    pub(super) fn open<'a>(&mut self, sealed: &[u8], room: &'a mut Vec<u8>) -> Result<&'a [u8], Fault> {
        if let Some(more) = sealed.get(room.len()..) {
            room.extend_from_slice(more); // as long as the ciphertext: then ring opens it in place
        }
        let opened = self.0.read_message(sealed, &mut room[..sealed.len()])?;
        Ok(&room[..opened])
    }

    /// What is sealed from now on has the next key.
    pub(super) fn rekey_outgoing(&mut self) {
        self.0.rekey_outgoing();
    }

    /// What comes from now on has the next key.
    pub(super) fn rekey_incoming(&mut self) {
        self.0.rekey_incoming();
    }
}

/// Ring for ChaCha20-Poly1305 (nine times as fast on short frames), pure Rust for the rest; chance comes from outside.
struct Resolver {
    ephemeral: Zeroizing<[u8; KEY_BYTES]>,
}

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Once(Some(self.ephemeral.clone()))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        matches!(choice, DHChoice::Curve25519).then(|| Box::new(StrictCurve(curve())) as Box<dyn Dh>)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        RingResolver.resolve_cipher(choice)
    }
}

fn curve() -> Box<dyn Dh> {
    let curve = DefaultResolver.resolve_dh(&DHChoice::Curve25519);
    curve.expect("snow is built with its curve25519")
}

/// The ephemeral key as the random source that snow asks for. Asked twice it has nothing: a key is never used again.
struct Once(Option<Zeroizing<[u8; KEY_BYTES]>>);

impl Random for Once {
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        let key = self.0.take().filter(|key| key.len() == bytes.len());
        bytes.copy_from_slice(&key.ok_or(Error::Rng)?[..]);
        Ok(())
    }
}

/// X25519 that refuses keys of low order. With one of them everybody knows the shared secret (RFC 7748, section 6.1, names the check),
/// and a signature over a key that everybody owns would vouch for everybody. Noise permits them, and so does snow.
struct StrictCurve(Box<dyn Dh>);

impl Dh for StrictCurve {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn pub_len(&self) -> usize {
        self.0.pub_len()
    }

    fn priv_len(&self) -> usize {
        self.0.priv_len()
    }

    fn set(&mut self, secret: &[u8]) {
        self.0.set(secret);
    }

    fn generate(&mut self, random: &mut dyn Random) -> Result<(), Error> {
        self.0.generate(random)
    }

    fn pubkey(&self) -> &[u8] {
        self.0.pubkey()
    }

    fn privkey(&self) -> &[u8] {
        self.0.privkey()
    }

    fn dh(&self, public: &[u8], shared: &mut [u8]) -> Result<(), Error> {
        self.0.dh(public, shared)?;
        let bits = shared.iter().fold(0, |bits, byte| bits | byte);
        if bits == 0 { Err(Error::Dh) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
