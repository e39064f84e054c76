//! The vector of a native line in `docs/protocol.md`, played against the code, and a stranger who has read nothing else.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey};
use landline::proto::identity::Identity;
use landline::proto::message::Message;
use landline::proto::session::{Expect, Session};
use landline::proto::wire;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use snow::params::DHChoice;
use snow::resolvers::{CryptoResolver as _, DefaultResolver};
use snow::{Builder, HandshakeState, TransportState};

use super::support::Side;

const SPECIFICATION: &str = include_str!("../../../docs/protocol.md");

/// The values of the vector by their names.
struct Vector(BTreeMap<String, Vec<u8>>);

impl Vector {
    fn of_the_specification() -> Self {
        let block = SPECIFICATION.split("```native\n").nth(1).expect("there is a vector");
        let block = block.split("```").next().unwrap();
        let mut values = BTreeMap::new();
        let mut name = String::new();
        for line in block.lines().map(|line| line.split('#').next().unwrap()) {
            let digits = match line.split_once(':') {
                Some((before, digits)) => {
                    name = before.trim().to_owned();
                    digits
                }
                None => line,
            };
            let digits: String = digits.split_whitespace().collect();
            let bytes = data_encoding::HEXUPPER
                .decode(digits.as_bytes())
                .expect("hexadecimal digits");
            values.entry(name.clone()).or_insert_with(Vec::new).extend(bytes);
        }
        Self(values)
    }

    fn bytes(&self, name: &str) -> &[u8] {
        self.0.get(name).unwrap_or_else(|| panic!("the vector has no {name}"))
    }

    fn key(&self, name: &str) -> [u8; 32] {
        self.bytes(name).try_into().unwrap()
    }

    #[track_caller]
    fn is(&self, name: &str, bytes: &[u8]) {
        let hex = data_encoding::HEXUPPER.encode(bytes);
        assert_eq!(data_encoding::HEXUPPER.encode(self.bytes(name)), hex, "{name}");
    }
}

/// The code's chance whose first 32 bytes are those of the vector: an ephemeral key.
fn chance(vector: &Vector, name: &str, seed: u8) -> ChaCha20Rng {
    let mut first = [0; 32];
    ChaCha20Rng::from_seed([seed; 32]).fill_bytes(&mut first);
    vector.is(name, &first);
    ChaCha20Rng::from_seed([seed; 32])
}

#[test]
fn the_vector_of_the_specification_holds() {
    let vector = Vector::of_the_specification();
    let guest = Identity::from_seed(&vector.key("guest seed"));
    let host = Identity::from_seed(&vector.key("host seed"));
    vector.is("guest key", &guest.key().0);
    vector.is("host key", &host.key().0);
    let mut now = Instant::now();
    let session = Session::guest(&guest, Expect::AnyHost, &mut chance(&vector, "guest ephemeral", 3), now);
    let mut guest = Side::new(session, now);
    let session = Session::host(&host, &mut chance(&vector, "host ephemeral", 4), now);
    let mut host = Side::new(session, now);

    let first = guest.says(now);
    vector.is("hello", &first[..8]);
    vector.is("message 1", &first[8..]);
    host.hears(now, &first);
    let second = host.says(now);
    vector.is("message 2", &second);
    guest.hears(now, &second);
    let third = guest.says(now);
    vector.is("message 3", &third);
    host.hears(now, &third);
    vector.is("hash", &host.ready().unwrap().hash);

    guest.session.send(now, &Message::Read { seq: 300 });
    vector.is("guest frame 0", guest.session.pending());
    host.hears(now, &guest.says(now));
    host.session.send(now, &Message::Read { seq: 7 });
    vector.is("host frame 0", &host.says(now));
    now += Duration::from_secs(600);
    guest.session.send(now, &Message::Ping);
    let frames = guest.says(now);
    vector.is("guest frame 1", &frames[..274]);
    vector.is("guest frame 2", &frames[274..]);
    host.hears(now, &frames);
    assert_eq!((host.messages().len(), host.failure()), (1, None));
    assert_eq!(host.session.queued_frames(), 2, "a key of ten minutes, and a Pong");
}

/// Both sides again, by what the specification says, with nothing of Landline's but the encoding of messages.
#[test]
fn a_stranger_says_the_same() {
    let vector = Vector::of_the_specification();
    let mut guest = stranger(&vector, "guest", |builder| builder.build_initiator());
    let mut host = stranger(&vector, "host", |builder| builder.build_responder());
    pass(&vector, "message 1", &mut guest, &mut host, &[]);
    pass(
        &vector,
        "message 2",
        &mut host,
        &mut guest,
        &introduction(&vector, "host", b'H'),
    );
    pass(
        &vector,
        "message 3",
        &mut guest,
        &mut host,
        &introduction(&vector, "guest", b'G'),
    );
    vector.is("hash", guest.get_handshake_hash());
    let (mut guest, mut host) = (
        guest.into_transport_mode().unwrap(),
        host.into_transport_mode().unwrap(),
    );
    vector.is("guest frame 0", &frame(&mut guest, &Message::Read { seq: 300 }));
    vector.is("host frame 0", &frame(&mut host, &Message::Read { seq: 7 }));
    vector.is("guest frame 1", &frame(&mut guest, &Message::Rekey));
    guest.rekey_outgoing();
    vector.is("guest frame 2", &frame(&mut guest, &Message::Ping));
}

fn stranger(
    vector: &Vector,
    name: &str,
    build: fn(Builder<'_>) -> Result<HandshakeState, snow::Error>,
) -> HandshakeState {
    let prologue = [b"landline/native/v1", vector.bytes("hello")].concat();
    let builder = Builder::new("Noise_XX_25519_ChaChaPoly_BLAKE2s".parse().unwrap());
    let secret = static_secret(vector, name);
    let builder = builder.local_private_key(&secret).unwrap().prologue(&prologue).unwrap();
    let ephemeral = vector.bytes(&format!("{name} ephemeral"));
    build(builder.fixed_ephemeral_key_for_testing_only(ephemeral)).unwrap()
}

fn static_secret(vector: &Vector, name: &str) -> [u8; 32] {
    blake3::derive_key("landline 2026 noise static v1", vector.bytes(&format!("{name} seed")))
}

fn introduction(vector: &Vector, name: &str, role: u8) -> Vec<u8> {
    let mut curve = DefaultResolver.resolve_dh(&DHChoice::Curve25519).unwrap();
    curve.set(&static_secret(vector, name));
    let seed = vector.bytes(&format!("{name} seed"));
    let key = SigningKey::from_bytes(&blake3::derive_key("landline 2026 identity ed25519 v1", seed));
    let signature = key.sign(&[b"landline/static/v1", &[role][..], curve.pubkey()].concat());
    let mut payload = [key.verifying_key().as_bytes(), &signature.to_bytes()[..], &[1, 1, 1]].concat();
    payload.resize(256, 0);
    payload
}

#[track_caller]
fn pass(vector: &Vector, name: &str, from: &mut HandshakeState, to: &mut HandshakeState, payload: &[u8]) {
    let (mut message, mut read) = ([0; 400], [0; 400]);
    let length = from.write_message(payload, &mut message).unwrap();
    vector.is(name, &message[..length]);
    let length = to.read_message(&message[..length], &mut read).unwrap();
    assert_eq!(&read[..length], payload);
}

fn frame(transport: &mut TransportState, message: &Message) -> Vec<u8> {
    let message = wire::encode(message);
    let mut plaintext = (message.len() as u16).to_be_bytes().to_vec();
    plaintext.extend(message);
    plaintext.resize(256, 0);
    let mut frame = vec![0x01, 0x10];
    frame.resize(2 + 272, 0);
    transport.write_message(&plaintext, &mut frame[2..]).unwrap();
    frame
}
