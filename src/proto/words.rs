//! Words that two people compare aloud: four safety words of a knock, twelve of a key's fingerprint.
//!
//! Each word stands for 11 bits, in both languages. English words are those of BIP-39: no two begin with the same four letters. The
//! Chinese list of BIP-39 is no good aloud: it has single characters, and dozens of them share a syllable. So a Chinese word is made of
//! two: one of 32 kinds and one of 64 things, 红马 or 石桥. Within each list no two syllables are the same without their
//! tones, nor where n and l, h and f, zh and z, ch and c, sh and s, or the endings -ng and -n are one. `assets/words` has the lists.

use std::fmt;

use data_encoding::HEXLOWER;

use super::identity::MemberKey;

const ENGLISH: &str = include_str!("../../assets/words/english.txt");
/// Kind by kind, each with its syllable.
const CHINESE_KINDS: &str = include_str!("../../assets/words/chinese-kinds.txt");
/// Thing by thing, each with its syllable.
const CHINESE_THINGS: &str = include_str!("../../assets/words/chinese-things.txt");
/// How many things there are: a word's number is kind × things + thing.
const THINGS: u16 = 64;

const WORDS_CONTEXT: &str = "landline 2026 safety words v1";
const COMMITMENT_CONTEXT: &str = "landline 2026 safety words commitment v1";
const FINGERPRINT_CONTEXT: &str = "landline 2026 fingerprint v1";

/// Words of a list: 11 bits each.
pub const WORDS: u16 = 2048;
/// Bits of a word's number.
const WORD_BITS: usize = 11;
/// Words of a fingerprint: 132 bits, as many as nobody can search through for a key with the same ones.
const FINGERPRINT_WORDS: usize = 12;
/// Bytes that a fingerprint shows in hexadecimal, two in a group.
const FINGERPRINT_BYTES: usize = 16;

/// Four numbers below [`WORDS`], each a word of either list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words(pub [u16; 4]);

/// What people compare instead of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// What both sides of a knock know when both nonces are there.
#[derive(Debug, Clone, Copy)]
pub struct Knock<'a> {
    /// The handshake's hash.
    pub hash: &'a [u8; 32],
    /// The host's key.
    pub host: &'a MemberKey,
    /// The guest's key.
    pub guest: &'a MemberKey,
    /// The host's nonce, to which it committed before it knew the guest's.
    pub host_nonce: &'a [u8; 32],
    /// The guest's nonce.
    pub guest_nonce: &'a [u8; 32],
}

/// The host's commitment to its nonce. Whoever stands between two lines must choose their nonces before they know the others', so that
/// no search for equal words helps them.
#[must_use]
pub fn commit(hash: &[u8; 32], nonce: &[u8; 32]) -> [u8; 32] {
    commitment(hash, nonce).into()
}

/// Whether `commitment` was made to `nonce` on the line with the handshake hash `hash`.
#[must_use]
pub fn is_committed(commitment_shown: &[u8; 32], hash: &[u8; 32], nonce: &[u8; 32]) -> bool {
    commitment(hash, nonce) == *commitment_shown
}

fn commitment(hash: &[u8; 32], nonce: &[u8; 32]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_derive_key(COMMITMENT_CONTEXT);
    hasher.update(hash).update(nonce);
    hasher.finalize()
}

impl Knock<'_> {
    /// The words of this knock: the same on both sides, if it is one line.
    #[must_use]
    pub fn words(&self) -> Words {
        let mut hasher = blake3::Hasher::new_derive_key(WORDS_CONTEXT);
        hasher
            .update(self.hash)
            .update(&self.host.0)
            .update(&self.guest.0)
            .update(self.host_nonce)
            .update(self.guest_nonce);
        Words::from_hash(hasher.finalize().as_bytes())
    }
}

impl Words {
    /// The first 44 bits of `hash`.
    #[must_use]
    pub fn from_hash(hash: &[u8; 32]) -> Self {
        Self(std::array::from_fn(|index| number(hash, index)))
    }

    /// In English.
    #[must_use]
    pub fn english(&self) -> [&'static str; 4] {
        self.0.map(english)
    }

    /// 中文.
    #[must_use]
    pub fn chinese(&self) -> [String; 4] {
        self.0.map(chinese)
    }
}

/// In English: what a terminal prints.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english().join(" "))
    }
}

impl MemberKey {
    /// What people compare instead of the key.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(blake3::derive_key(FINGERPRINT_CONTEXT, &self.0))
    }
}

impl Fingerprint {
    /// Twelve words in English.
    #[must_use]
    pub fn english(&self) -> String {
        self.numbers().map(english).collect::<Vec<_>>().join(" ")
    }

    /// Twelve words, 中文.
    #[must_use]
    pub fn chinese(&self) -> String {
        self.numbers().map(chinese).collect::<Vec<_>>().join(" ")
    }

    fn numbers(&self) -> impl Iterator<Item = u16> + '_ {
        (0..FINGERPRINT_WORDS).map(|index| number(&self.0, index))
    }
}

/// 128 bits in hexadecimal, in groups of four digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<String> = self.0[..FINGERPRINT_BYTES]
            .chunks(2)
            .map(|group| HEXLOWER.encode(group))
            .collect();
        f.write_str(&groups.join(" "))
    }
}

/// Bits `11 × index` and following of `hash`, the first bit of a byte being its greatest.
fn number(hash: &[u8; 32], index: usize) -> u16 {
    let bits = index * WORD_BITS..(index + 1) * WORD_BITS;
    bits.fold(0, |number, bit| {
        number << 1 | u16::from(hash[bit / 8] >> (7 - bit % 8) & 1)
    })
}

fn english(number: u16) -> &'static str {
    line(ENGLISH, number % WORDS)
}

fn chinese(number: u16) -> String {
    let character = |list, index| line(list, index).split(' ').next().unwrap_or_default();
    let number = number % WORDS;
    let kind = character(CHINESE_KINDS, number / THINGS);
    let thing = character(CHINESE_THINGS, number % THINGS);
    format!("{kind}{thing}")
}

fn line(list: &'static str, index: u16) -> &'static str {
    list.lines()
        .nth(usize::from(index))
        .expect("every list has its length, as a test proves")
}
