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
