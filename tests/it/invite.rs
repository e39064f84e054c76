//! Invite links: they survive people, and nothing else passes for one.

use std::time::{Duration, UNIX_EPOCH};

use fastrand::Rng;
use landline::proto::Address;
use landline::proto::identity::MemberKey;
use landline::proto::invite::{Invite, InviteError, InviteSecret, MAX_ADDRESSES, MAX_LINK_BYTES};
use landline::proto::log::{InviteNumber, RoomId};
use landline::proto::meeting::Meeting;

const CASES: u32 = 200_000;
const SPECIFICATION: &str = include_str!("../../docs/protocol.md");

fn addresses(texts: &[&str]) -> Vec<Address> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn invite() -> Invite {
    Invite {
        room: RoomId([0x11; 16]),
        host: MemberKey([0x33; 32]),
        number: InviteNumber([0x77; 8]),
        secret: InviteSecret([0x88; 16]),
        expires: UNIX_EPOCH + Duration::from_secs(1_790_000_000),
        addresses: addresses(&["192.168.1.7", "[fe80::7]:9000", "office.lan:8888"]),
    }
}

#[test]
fn the_link_of_the_specification_holds() {
    let block = SPECIFICATION
        .split("```invite\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let link: String = block.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(invite().to_string(), link);
    assert_eq!(
        block.lines().skip(1).collect::<Vec<_>>().join("\n").parse(),
        Ok(invite())
    );
}

#[test]
fn a_link_survives_people_and_their_programs() {
    let link = invite().to_string();
    let wrapped: Vec<String> = link
        .as_bytes()
        .chunks(20)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let ways = [
        link.to_uppercase(),
        link.replacen("landline", "LandLine", 1),
        format!("  \r\n{link}\t\n"),
        format!("<{link}>"),
        format!("\"{link}\""),
        wrapped.join("\r\n"),
        wrapped.join("\n> "),
        wrapped.join("\u{200b}"),
        link.chars().map(|c| format!("{c}\n")).collect(),
    ];
    for way in ways {
        assert!(Invite::is_meant_by(&way));
        assert_eq!(way.parse(), Ok(invite()), "{way}");
    }
}

#[test]
fn what_is_no_invite_is_told_from_a_damaged_one() {
    for other in [
        "",
        "10.0.0.7",
        "landline",
        "landline.example:8888",
        "http://landline:8888",
        "ländline:abc",
    ] {
        assert!(!Invite::is_meant_by(other));
        assert_eq!(other.parse::<Invite>(), Err(InviteError::NotAnInvite), "{other}");
    }
    let link = invite().to_string();
    let damaged = [
        "landline:",
        "landline:aaaa",
        "landline:äöü",
        &link[..link.len() - 1],
        &format!("{link}a"),
    ];
    for damaged in damaged {
        assert_eq!(damaged.parse::<Invite>(), Err(InviteError::Damaged), "{damaged}");
    }
    let endless = format!("landline:{}", "a".repeat(MAX_LINK_BYTES));
    assert_eq!(endless.parse::<Invite>(), Err(InviteError::TooLong));
}

/// The bytes of `invite`'s link, changed by `change`, with a checksum that is right.
fn link_of(change: impl FnOnce(&mut Vec<u8>)) -> String {
    let link = invite().to_string().to_uppercase();
    let mut bytes = data_encoding::BASE32_NOPAD.decode(&link.as_bytes()[9..]).unwrap();
    bytes.truncate(bytes.len() - 4);
    change(&mut bytes);
    let checksum = blake3::derive_key("landline 2026 invite checksum v1", &bytes);
    bytes.extend_from_slice(&checksum[..4]);
    format!("landline:{}", data_encoding::BASE32_NOPAD.encode(&bytes))
}

#[test]
fn a_newer_version_is_told_from_damage_and_additions_are_skipped() {
    assert_eq!(link_of(|_| {}).parse(), Ok(invite()));
    assert_eq!(link_of(|bytes| bytes[0] = 2).parse::<Invite>(), Err(InviteError::Newer));
    assert_eq!(link_of(|bytes| bytes.extend([1, 2, 3])).parse(), Ok(invite()));
}

#[test]
fn what_a_link_says_is_checked_also_under_a_right_checksum() {
    const COUNT: usize = 1 + 16 + 32 + 8 + 16 + 8;
    let damaged = |change: fn(&mut Vec<u8>)| {
        assert_eq!(link_of(change).parse::<Invite>(), Err(InviteError::Damaged));
    };
    damaged(|bytes| bytes[COUNT] = 4);
    damaged(|bytes| bytes[COUNT] = 255);
    damaged(|bytes| bytes[COUNT + 1] = 9);
    damaged(|bytes| bytes.truncate(COUNT));
    damaged(|bytes| bytes[COUNT - 8..COUNT].fill(0xFF)); // an end that no clock has
    damaged(|bytes| bytes[COUNT + 6..COUNT + 8].fill(0)); // port 0
    damaged(|bytes| *bytes.iter_mut().rev().nth(3).unwrap() = b'/'); // in the name
}

#[test]
fn a_link_has_the_likeliest_addresses_and_none_that_means_nothing_elsewhere() {
    let mut many = invite();
    let texts: Vec<String> = (0..20).map(|host| format!("10.0.0.{host}")).collect();
    many.addresses = texts.iter().map(|text| text.parse().unwrap()).collect();
    many.addresses.insert(0, "[fe80::1%eth0]:8888".parse().unwrap());
    let read: Invite = many.to_string().parse().unwrap();
    assert_eq!(read.addresses, many.addresses[1..=MAX_ADDRESSES]);

    let longest = ["x".repeat(63).as_str(); 4].join(".")[..253].to_owned();
    many.addresses = vec![longest.parse().unwrap(); MAX_ADDRESSES];
    let on_many_lines: String = many.to_string().chars().map(|c| format!("{c}\n")).collect();
    assert_eq!(on_many_lines.parse(), Ok(many));

    let mut nowhere = invite();
    nowhere.addresses.clear();
    assert_eq!(nowhere.to_string().parse(), Ok(nowhere));
}

#[test]
fn no_garbage_and_no_damaged_link_is_taken_for_an_invite() {
    let mut chance = Rng::with_seed(1);
    let link = invite().to_string();
    let signs: Vec<char> = "abcxyz2347ABCXYZ019 \n>:%äö李\u{200b}".chars().collect();
    for case in 0..CASES {
        let mut text: Vec<char> = if case % 4 == 0 {
            "landline:".chars().collect()
        } else {
            link.chars().collect()
        };
        for _ in 0..chance.usize(1..=4) {
            let at = chance.usize(..=text.len());
            let sign = signs[chance.usize(..signs.len())];
            match chance.u8(..3) {
                0 => text.insert(at, sign),
                1 if at < text.len() => drop(text.remove(at)),
                _ if at < text.len() => text[at] = sign,
                _ => {}
            }
        }
        let text: String = text.into_iter().collect();
        if let Ok(read) = text.parse::<Invite>() {
            assert_eq!(read, invite(), "{text}");
        }
    }
}

#[test]
fn no_bytes_under_a_right_checksum_are_too_much() {
    let mut chance = Rng::with_seed(2);
    let mut taken = 0;
    for _ in 0..CASES / 10 {
        let link = link_of(|bytes| {
            for _ in 0..chance.usize(1..=3) {
                let at = chance.usize(..bytes.len());
                match chance.u8(..3) {
                    0 => bytes[at] = chance.u8(..),
                    1 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, chance.u8(..)),
                }
            }
        });
        if let Ok(read) = link.parse::<Invite>() {
            taken += 1;
            assert_eq!(read.to_string().parse(), Ok(read));
        }
    }
    assert!(taken > CASES / 100, "{taken}");
}

#[test]
fn a_proof_is_for_one_line_one_host_one_guest_and_one_invite() {
    let (secret, number) = (InviteSecret([0x88; 16]), InviteNumber([5; 8]));
    let (host, guest, other) = (MemberKey([1; 32]), MemberKey([2; 32]), MemberKey([3; 32]));
    let meeting = Meeting {
        hash: &[4; 32],
        host: &host,
        guest: &guest,
    };
    let proof = meeting.proof(number, &secret);
    assert!(meeting.is_invited(number, &secret, &proof));
    let elsewhere = [
        Meeting {
            hash: &[9; 32],
            ..meeting
        },
        Meeting {
            host: &other,
            ..meeting
        },
        Meeting {
            guest: &other,
            ..meeting
        },
        Meeting {
            host: &guest,
            guest: &host,
            ..meeting
        },
    ];
    for meeting in elsewhere {
        assert!(!meeting.is_invited(number, &secret, &proof), "{meeting:?}");
    }
    assert!(!meeting.is_invited(InviteNumber([9; 8]), &secret, &proof));
    assert!(!meeting.is_invited(number, &InviteSecret([0x89; 16]), &proof));
    for bit in 0..256 {
        let mut wrong = proof;
        wrong[bit / 8] ^= 1 << (bit % 8);
        assert!(!meeting.is_invited(number, &secret, &wrong));
    }
}

#[test]
fn guessing_proofs_is_hopeless() {
    let secret = InviteSecret([0x88; 16]);
    let key = MemberKey([1; 32]);
    let mut chance = Rng::with_seed(3);
    let meeting = Meeting {
        hash: &[4; 32],
        host: &key,
        guest: &key,
    };
    for _ in 0..CASES {
        let number = InviteNumber(std::array::from_fn(|_| chance.u8(..)));
        let proof: [u8; 32] = std::array::from_fn(|_| chance.u8(..));
        assert!(!meeting.is_invited(number, &secret, &proof));
    }
}

#[test]
fn a_secret_is_not_in_what_developers_print() {
    let printed = format!("{:?} {:#?} {:?}", invite(), invite(), invite().secret);
    for secret in ["136", "88", "11, 11", "17, 17"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn an_invite_is_over_at_its_end() {
    let invite = invite();
    assert!(invite.is_over(invite.expires));
    assert!(!invite.is_over(invite.expires - Duration::from_secs(1)));
}
