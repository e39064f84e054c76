//! Noise against the published vectors, and against keys that everybody owns.

use std::sync::atomic::{AtomicBool, Ordering};

use data_encoding::HEXLOWER;

use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver, RingResolver};
use snow::types::{Cipher, Dh, Hash, Random};
use snow::{Builder, Error, HandshakeState};
use zeroize::Zeroizing;

use super::{Fault, Handshake, KEY_BYTES, Once, PATTERN, Resolver, Transport, curve};

fn hex(digits: &str) -> Vec<u8> {
    HEXLOWER.decode(digits.as_bytes()).unwrap()
}

fn key(digits: &str) -> [u8; KEY_BYTES] {
    hex(digits).try_into().unwrap()
}

fn ephemeral(number: u8) -> Zeroizing<[u8; KEY_BYTES]> {
    Zeroizing::new([number; KEY_BYTES])
}

fn pair() -> (Handshake, Handshake) {
    (
        Handshake::guest(&[1; 32], b"prologue", ephemeral(2)),
        Handshake::host(&[3; 32], b"prologue", ephemeral(4)),
    )
}

/// One message from `left` to `right`.
fn pass(left: &mut Handshake, right: &mut Handshake, payload: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut message = Vec::new();
    left.write(payload, &mut message)?;
    let mut read = vec![0; message.len()];
    let length = right.read(&message, &mut read)?;
    assert_eq!(&read[..length], payload);
    Ok(message)
}

fn transports() -> (Transport, Transport) {
    let (mut guest, mut host) = pair();
    pass(&mut guest, &mut host, b"").unwrap();
    pass(&mut host, &mut guest, b"").unwrap();
    pass(&mut guest, &mut host, b"").unwrap();
    let ((left, guest), (right, host)) = (guest.finish(), host.finish());
    assert_eq!(left, right);
    (guest, host)
}

/// The vector of this pattern in the collection of Cacophony, which most implementations of Noise are tested with.
#[test]
fn the_published_vector_holds() {
    let prologue = hex("4a6f686e2047616c74");
    let mut guest = Handshake::guest(
        &key("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1"),
        &prologue,
        Zeroizing::new(key("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a")),
    );
    let mut host = Handshake::host(
        &key("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893"),
        &prologue,
        Zeroizing::new(key("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b")),
    );
    let first = pass(&mut guest, &mut host, &hex("4c756477696720766f6e204d69736573")).unwrap();
    let second = pass(&mut host, &mut guest, &hex("4d757272617920526f746862617264")).unwrap();
    let third = pass(&mut guest, &mut host, &hex("462e20412e20486179656b")).unwrap();
    let expected = [
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573",
        concat!(
            "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f1448088437c365eb362a1c991b0557fe8a7fb187d",
            "99346765d93ec63db6c1b01504ebeec55a2298d2dbff80eff034d20595153f63a196a6cead1e11b2bb13e336fa13616d",
            "d3e8b0a070c882ed3f1a78c7c06c93",
        ),
        concat!(
            "46c3307de83b014258717d97781c1f50936d8b7d50c0722a1739654d10392d415b670c114f79b9a4f80541570f77ce88",
            "802efa4220cff733e7b5668ba38059ec904b4b8eef9448085faf51",
        ),
    ];
    assert_eq!([first, second, third], expected.map(hex));
    let ((hash, mut guest), (_, mut host)) = (guest.finish(), host.finish());
    assert_eq!(
        hash[..],
        hex("6c4c56cf71612f72d05ceb96c0155e6f4ea54a26b504c93de632a2db4a49d200")
    );
    let sealed = |transport: &mut Transport, payload: &str| {
        let mut out = Vec::new();
        transport.seal(&hex(payload), &mut out);
        HEXLOWER.encode(&out)
    };
    let fourth = sealed(&mut host, "4361726c204d656e676572");
    let fifth = sealed(&mut guest, "4a65616e2d426170746973746520536179");
    let sixth = sealed(&mut host, "457567656e2042f6686d20766f6e2042617765726b");
    assert_eq!(fourth, "d5e83adfaac5dc324a68f1862df54549e56d209fba707205f328b2");
    assert_eq!(
        fifth,
        "d102c9029b1f55c788f561ba7737afbccef9c9f1bf2f238167fd40ba9c1c134867"
    );
    assert_eq!(
        sixth,
        "cb1ce80960382c6d5d5e740ffb724d1432f0310b200fb6f8424120f506092744baa415e155"
    );
}

#[test]
fn frames_open_once_in_order_under_their_key() {
    let (mut guest, mut host) = transports();
    let mut seal = |text: &[u8]| {
        let mut out = Vec::new();
        guest.seal(text, &mut out);
        out
    };
    let (one, two) = (seal(b"the first"), seal(b"two"));
    guest.rekey_outgoing();
    let mut three = Vec::new();
    guest.seal(b"three", &mut three);
    let mut room = Vec::new();
    assert_eq!(host.open(&two, &mut room), Err(Fault::Altered));
    assert_eq!(host.open(&one, &mut room), Ok(b"the first".as_slice()));
    assert_eq!(host.open(&one, &mut room), Err(Fault::Altered));
    assert_eq!(host.open(&two, &mut room), Ok(b"two".as_slice()));
    assert_eq!(host.open(&three, &mut room), Err(Fault::Altered));
    host.rekey_incoming();
    assert_eq!(host.open(&three, &mut room), Ok(b"three".as_slice()));
}

#[test]
fn an_ephemeral_key_is_given_out_once() {
    let resolver = Resolver {
        ephemeral: ephemeral(7),
    };
    let mut random = resolver.resolve_rng().unwrap();
    let mut bytes = [0; KEY_BYTES];
    random.try_fill_bytes(&mut bytes).unwrap();
    assert_eq!(bytes, [7; KEY_BYTES]);
    assert!(random.try_fill_bytes(&mut bytes).is_err());
}

/// The points of low order on Curve25519 and its twist, as everybody's lists have them, with the two numbers beyond the field that
/// mean the same as 0 and 1.
const LOW_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// With and without the topmost bit, which means nothing.
fn low_order_keys() -> impl Iterator<Item = [u8; KEY_BYTES]> {
    LOW_ORDER.into_iter().flat_map(|digits| {
        let mut high = key(digits);
        high[31] |= 0x80;
        [key(digits), high]
    })
}

#[test]
fn ephemeral_keys_of_low_order_are_refused() {
    for weak in low_order_keys() {
        let (mut guest, mut host) = pair();
        host.read(&weak, &mut [0; KEY_BYTES]).unwrap();
        let mut out = Vec::new();
        assert_eq!(host.write(b"", &mut out), Err(Fault::WeakKey));
        assert_eq!(out, b"");

        guest.write(b"", &mut Vec::new()).unwrap();
        let message = [&weak[..], &[0; 64]].concat();
        assert_eq!(guest.read(&message, &mut [0; 96]), Err(Fault::WeakKey));
    }
}

#[test]
fn static_keys_of_low_order_are_refused() {
    for weak in low_order_keys() {
        let (_, mut host) = pair();
        let mut guest = owner_of(weak, |builder| builder.build_initiator());
        pass(&mut guest, &mut host, b"").unwrap();
        pass(&mut host, &mut guest, b"").unwrap();
        assert_eq!(pass(&mut guest, &mut host, b""), Err(Fault::WeakKey));

        let (mut guest, _) = pair();
        let mut host = owner_of(weak, |builder| builder.build_responder());
        pass(&mut guest, &mut host, b"").unwrap();
        assert_eq!(pass(&mut host, &mut guest, b""), Err(Fault::WeakKey));
    }
}

/// Somebody who shows a static key of low order, and computes with it what everybody can: zeros.
fn owner_of(weak: [u8; KEY_BYTES], build: fn(Builder<'_>) -> Result<HandshakeState, Error>) -> Handshake {
    let resolver = WeakResolver {
        weak,
        shown: AtomicBool::new(false),
    };
    let state = Builder::with_resolver(PATTERN.parse().unwrap(), Box::new(resolver))
        .local_private_key(&[0; 32])
        .and_then(|builder| builder.prologue(b"prologue"))
        .and_then(build)
        .unwrap();
    Handshake {
        state: Box::new(state),
        static_key: weak,
    }
}

struct WeakResolver {
    weak: [u8; KEY_BYTES],
    shown: AtomicBool,
}

impl CryptoResolver for WeakResolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Once(Some(ephemeral(9)))))
    }

    /// The static key is the first that snow asks for.
    fn resolve_dh(&self, _choice: &DHChoice) -> Option<Box<dyn Dh>> {
        if self.shown.swap(true, Ordering::Relaxed) {
            Some(curve())
        } else {
            Some(Box::new(WeakKey(self.weak)))
        }
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        RingResolver.resolve_cipher(choice)
    }
}

struct WeakKey([u8; KEY_BYTES]);

impl Dh for WeakKey {
    fn name(&self) -> &'static str {
        "25519"
    }

    fn pub_len(&self) -> usize {
        KEY_BYTES
    }

    fn priv_len(&self) -> usize {
        KEY_BYTES
    }

    fn set(&mut self, _secret: &[u8]) {}

    fn generate(&mut self, _random: &mut dyn Random) -> Result<(), Error> {
        Ok(())
    }

    fn pubkey(&self) -> &[u8] {
        &self.0
    }

    fn privkey(&self) -> &[u8] {
        &self.0
    }

    fn dh(&self, _public: &[u8], shared: &mut [u8]) -> Result<(), Error> {
        shared[..KEY_BYTES].fill(0);
        Ok(())
    }
}
