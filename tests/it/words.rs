//! Words compared aloud: the lists, and a middleman who tries to have two people read the same ones.

use std::collections::BTreeSet;

use fastrand::Rng;
use landline::proto::identity::{Identity, MemberKey};
use landline::proto::meeting::Meeting;
use landline::proto::words::{WORDS, Words};

const ENGLISH: &str = include_str!("../../assets/words/english.txt");
const KINDS: &str = include_str!("../../assets/words/chinese-kinds.txt");
const THINGS: &str = include_str!("../../assets/words/chinese-things.txt");
const SPECIFICATION: &str = include_str!("../../docs/protocol.md");

#[test]
fn the_lists_are_the_ones_that_every_version_has() {
    let sum = |list: &str| blake3::hash(list.as_bytes()).to_hex().to_string();
    assert_eq!(
        sum(ENGLISH),
        "43afe08c75f902534cfd2a694bef11db381f4804cd3ef76cd05a8ad0d7199122"
    );
    assert_eq!(
        sum(KINDS),
        "7298d14e77aa95809bdd80b5209f73856447f82852e9add9e6f0316200c21638"
    );
    assert_eq!(
        sum(THINGS),
        "81561f2a2c1427adc5460116374796802a6494a49c4817be4641c565ea824e78"
    );
}

#[test]
fn all_words_of_a_language_are_different() {
    let words = || (0..WORDS).map(|number| Words([number; 4]));
    let english: BTreeSet<_> = words().map(|words| words.english()[0]).collect();
    let chinese: BTreeSet<_> = words().map(|words| words.chinese()[0].clone()).collect();
    assert_eq!((english.len(), chinese.len()), (2048, 2048));
    assert!(chinese.iter().all(|word| word.chars().count() == 2));
    let beginnings: BTreeSet<_> = english.iter().map(|word| &word[..word.len().min(4)]).collect();
    assert_eq!(beginnings.len(), 2048, "no two begin alike");
}

/// How somebody says it who makes none of the differences that whole regions of China do not make.
fn carelessly_said(syllable: &str) -> String {
    const ALIKE: [(&str, &str); 6] = [
        ("zh", "z"),
        ("ch", "c"),
        ("sh", "s"),
        ("n", "l"),
        ("r", "l"),
        ("f", "h"),
    ];
    let said = ALIKE
        .iter()
        .find_map(|(from, to)| Some(format!("{to}{}", syllable.strip_prefix(from)?)))
        .unwrap_or_else(|| syllable.to_owned());
    said.strip_suffix('g').unwrap_or(&said).to_owned()
}

#[test]
fn chinese_words_sound_different_without_tones_and_in_every_region() {
    for (list, count) in [(KINDS, 32), (THINGS, 64)] {
        let said: BTreeSet<String> = list
            .lines()
            .map(|line| carelessly_said(line.split(' ').nth(1).unwrap()))
            .collect();
        assert_eq!(said.len(), count, "{said:?}");
    }
}

#[test]
fn words_come_from_the_first_bits_of_a_hash() {
    let mut hash = [0; 32];
    assert_eq!(Words::from_hash(&hash), Words([0; 4]));
    (hash[0], hash[1], hash[5], hash[6]) = (0x00, 0x3F, 0x1F, 0xFF);
    assert_eq!(Words::from_hash(&hash), Words([1, 0x7C0, 0, 1]));
    assert_eq!(Words::from_hash(&[0xFF; 32]), Words([2047; 4]));
    assert_eq!(
        Words([2048, 2049, 2047, u16::MAX]).english(),
        ["abandon", "ability", "zoo", "zoo"]
    );
    assert_eq!(Words([0, 1, 64, 2047]).chinese(), ["红山", "红河", "黄山", "秋松"]);
    assert_eq!(Words([0, 1, 2, 3]).to_string(), "abandon ability able about");
}

#[test]
fn the_words_of_the_specification_hold() {
    let block = SPECIFICATION
        .split("```words\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let (host, guest) = (MemberKey([0x33; 32]), MemberKey([0x34; 32]));
    let meeting = Meeting {
        hash: &[0x55; 32],
        host: &host,
        guest: &guest,
    };
    let commitment = meeting.commitment(&[0xAA; 32]);
    let words = meeting.words(&[0xAA; 32], &[0xBB; 32]);
    let fingerprint = host.fingerprint();
    let lines = [
        "# handshake hash 55, host key 33, guest key 34, host's nonce AA, guest's nonce BB, 32 bytes each".to_owned(),
        format!("commitment {}", data_encoding::HEXUPPER.encode(&commitment)),
        format!("words {words}"),
        format!("words {}", words.chinese().join(" ")),
        "# of the host key".to_owned(),
        format!("fingerprint {fingerprint}"),
        format!("fingerprint {}", fingerprint.english()),
        format!("fingerprint {}", fingerprint.chinese()),
    ];
    assert_eq!(block.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn a_fingerprint_is_twelve_words_or_eight_groups() {
    let fingerprint = Identity::from_seed(&[7; 32]).key().fingerprint();
    assert_eq!(fingerprint.english().split(' ').count(), 12);
    assert_eq!(fingerprint.chinese().chars().count(), 24 + 11);
    let groups: Vec<String> = fingerprint.to_string().split(' ').map(str::to_owned).collect();
    assert_eq!(groups.len(), 8);
    assert!(groups.iter().all(|group| group.len() == 4));
    assert_ne!(fingerprint, Identity::from_seed(&[8; 32]).key().fingerprint());
}

/// One person in the middle of a guest and a host: two lines, both ends of each other's handshake are theirs, so the hashes differ.
struct Between {
    chance: Rng,
    host: MemberKey,
    guest: MemberKey,
    middle: MemberKey,
    to_guest: [u8; 32],
    to_host: [u8; 32],
}

/// Words of eight bits in all, so that luck can be counted.
fn short(words: Words) -> u8 {
    u8::try_from(words.0[0] >> 3).unwrap()
}

impl Between {
    fn new(seed: u64) -> Self {
        let mut chance = Rng::with_seed(seed);
        Self {
            host: MemberKey(random(&mut chance)),
            guest: MemberKey(random(&mut chance)),
            middle: MemberKey(random(&mut chance)),
            to_guest: random(&mut chance),
            to_host: random(&mut chance),
            chance,
        }
    }

    /// The line to the guest.
    fn guests(&self) -> Meeting<'_> {
        Meeting {
            hash: &self.to_guest,
            host: &self.middle,
            guest: &self.guest,
        }
    }

    /// The line to the host.
    fn hosts(&self) -> Meeting<'_> {
        Meeting {
            hash: &self.to_host,
            host: &self.host,
            guest: &self.middle,
        }
    }

    fn at_the_guest(&self, host_nonce: &[u8; 32], guest_nonce: &[u8; 32]) -> u8 {
        short(self.guests().words(host_nonce, guest_nonce))
    }

    fn at_the_host(&self, host_nonce: &[u8; 32], guest_nonce: &[u8; 32]) -> u8 {
        short(self.hosts().words(host_nonce, guest_nonce))
    }

    /// A nonce with which the line to the host would have `wanted`, if the host's nonce were `host_nonce`.
    fn searched(&mut self, wanted: u8, host_nonce: &[u8; 32]) -> [u8; 32] {
        let mut nonce = random(&mut self.chance);
        for _ in 0..2_000 {
            if self.at_the_host(host_nonce, &nonce) == wanted {
                break;
            }
            nonce = random(&mut self.chance);
        }
        nonce
    }

    /// The guest's line first: its words are known when the middle speaks to the host, whose nonce is only guessed.
    fn guest_first(&mut self) -> bool {
        let (committed, guests, hosts) = self.nonces();
        let at_the_guest = self.at_the_guest(&committed, &guests);
        let guess = random(&mut self.chance);
        let mine = if self.chance.u8(..16) == 0 {
            self.searched(at_the_guest, &guess)
        } else {
            guess
        };
        self.at_the_host(&hosts, &mine) == at_the_guest
    }

    /// The host's line first: its words are known, but the middle must commit before the guest reveals.
    fn host_first(&mut self) -> bool {
        let (committed, guests, hosts) = self.nonces();
        let mine = random(&mut self.chance);
        let at_the_host = self.at_the_host(&hosts, &mine);
        let seen = self.at_the_guest(&committed, &guests);
        seen == at_the_host
    }

    /// The host's line first; when the words do not fit, another nonce is revealed than was committed to. Guests notice.
    fn lying(&mut self) -> bool {
        let (committed, guests, hosts) = self.nonces();
        let commitment = self.guests().commitment(&committed);
        let mine = random(&mut self.chance);
        let wanted = self.at_the_host(&hosts, &mine);
        let mut revealed = committed;
        for _ in 0..16 {
            if self.at_the_guest(&revealed, &guests) == wanted {
                break;
            }
            revealed = random(&mut self.chance);
        }
        self.guests().commitment(&revealed) == commitment && self.at_the_guest(&revealed, &guests) == wanted
    }

    /// Passing on what the other side says: commitments are bound to their line.
    fn relaying(&mut self) -> bool {
        let (_, guests, hosts) = self.nonces();
        let commitment = self.hosts().commitment(&hosts);
        self.guests().commitment(&hosts) == commitment
            && self.at_the_guest(&hosts, &guests) == self.at_the_host(&hosts, &guests)
    }

    /// No commitment: the host's nonce is there first, and then the middle searches.
    fn without_commitment(&mut self) -> bool {
        let (mine_to_guest, guests, hosts) = self.nonces();
        let at_the_guest = self.at_the_guest(&mine_to_guest, &guests);
        let mine = self.searched(at_the_guest, &hosts);
        self.at_the_host(&hosts, &mine) == at_the_guest
    }

    /// The middle's to the guest, the guest's, the host's.
    fn nonces(&mut self) -> ([u8; 32], [u8; 32], [u8; 32]) {
        let chance = &mut self.chance;
        (random(chance), random(chance), random(chance))
    }
}

fn random(chance: &mut Rng) -> [u8; 32] {
    let mut bytes = [0; 32];
    chance.fill(&mut bytes);
    bytes
}

/// Chance is 1 in 256; three standard deviations either way.
fn is_luck(successes: u32, runs: u32) -> bool {
    let (runs, chance) = (f64::from(runs), 1.0 / 256.0);
    let deviation = (runs * chance * (1.0 - chance)).sqrt();
    (f64::from(successes) - runs * chance).abs() <= 3.0 * deviation
}

#[test]
fn a_middleman_has_no_more_than_luck() {
    const RUNS: u32 = 50_000;
    for strategy in [Between::guest_first, Between::host_first] {
        let successes = (0..RUNS)
            .filter(|seed| strategy(&mut Between::new(u64::from(*seed))))
            .count();
        assert!(
            is_luck(u32::try_from(successes).unwrap(), RUNS),
            "{successes} of {RUNS}"
        );
    }
}

#[test]
fn a_middleman_who_does_not_keep_a_commitment_is_noticed() {
    const RUNS: u32 = 10_000;
    let lies = (0..RUNS).filter(|seed| Between::new(u64::from(*seed)).lying()).count();
    assert!(lies < 100, "{lies}: only who did not have to lie");
    assert!((0..RUNS).all(|seed| !Between::new(u64::from(seed)).relaying()));
}

#[test]
fn without_a_commitment_a_middleman_would_search() {
    const RUNS: u32 = 200;
    let successes = (0..RUNS)
        .filter(|seed| Between::new(u64::from(*seed)).without_commitment())
        .count();
    assert!(successes > 190, "{successes} of {RUNS}");
    assert!(!is_luck(u32::try_from(successes).unwrap(), RUNS));
}
