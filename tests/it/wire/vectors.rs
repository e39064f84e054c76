//! The vectors of the chapter "Messages of a native line".

use std::collections::BTreeMap;

use data_encoding::HEXLOWER_PERMISSIVE;

use super::{
    Admission, Admit, Body, ByeReason, DenyReason, Encoding, EntryId, Epoch, Hash, History, Identity, InviteNumber,
    Join, MemberId, MemberKey, Message, Presence, PresenceState, Proof, Receipt, Resume, RoomId, RosterEntry, Seen,
    Settings, Signature, SignedEntry, SignedHead, SubmitRefusal, Target, Welcome, wire,
};

const SPECIFICATION: &str = include_str!("../../../docs/protocol.md");

/// Name and bytes of every block marked `message`.
fn written() -> BTreeMap<&'static str, Vec<u8>> {
    SPECIFICATION
        .split("```message\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .map(|block| {
            let mut lines = block.lines().filter(|line| !line.starts_with('#'));
            let name = lines.next().unwrap();
            let digits: String = lines.flat_map(str::split_whitespace).collect();
            (name, HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).unwrap())
        })
        .collect()
}

const ROOM: RoomId = RoomId([0x11; 16]);
const EPOCH: Epoch = Epoch([0x22; 16]);
const KEY: MemberKey = MemberKey([0x33; 32]);
const ID: EntryId = EntryId([0x44; 16]);
const HASH: Hash = Hash([0x55; 32]);
const SEEN: Seen = Seen { seq: 6, hash: HASH };
const HEAD: SignedHead = SignedHead {
    epoch: EPOCH,
    seq: 7,
    hash: HASH,
    signature: Signature([0x66; 64]),
};
const RECEIPT: Receipt = Receipt {
    id: MemberId(1),
    stored: 7,
    read: 5,
};

fn settings() -> Settings {
    Settings {
        name: "三班".into(),
        history: History::None,
        plain: Some(Encoding::Gbk),
        admit: Admit::Ask,
    }
}

/// Really signed, by the seed of 32 bytes 01.
fn signed() -> SignedEntry {
    let identity = Identity::from_seed(&[1; 32]);
    let body = wire::encode_body(&Body::Message {
        text: "你好".into(),
        reply_to: None,
    });
    SignedEntry::sign(&identity, ROOM, ID, 3, 1_790_000_000_000, SEEN, body)
}

fn member() -> RosterEntry {
    RosterEntry {
        key: Some(KEY),
        id: MemberId(1),
        name: "Alice".into(),
        here: true,
        receipt: RECEIPT,
    }
}

fn join(proof: Proof, resume: Option<Resume>) -> Message {
    Message::Join(Join {
        room: resume.map(|_| ROOM),
        name: "Alice".into(),
        proof,
        resume,
    })
}

fn messages() -> Vec<(&'static str, Message)> {
    let invite = Proof::Invite {
        number: InviteNumber([0x77; 8]),
        proof: [0x88; 32],
    };
    let resume = Resume {
        epoch: EPOCH,
        last: SEEN,
        head: Some(HEAD),
    };
    let placed = signed().place(7, 1_790_000_000_123, &HASH);
    vec![
        ("join-knock", join(Proof::Knock, None)),
        ("join-invite", join(invite, None)),
        ("join-member", join(Proof::Member, Some(resume))),
        ("submit", Message::Submit(signed())),
        ("stored", Message::Stored { seq: 7 }),
        ("read", Message::Read { seq: 300 }),
        ("welcome", welcome()),
        ("pending", Message::Pending { commitment: [0x99; 32] }),
        ("denied", Message::Denied(DenyReason::InviteUsed)),
        (
            "acknowledged",
            Message::Acknowledged {
                id: ID,
                seq: 7,
                hash: HASH,
            },
        ),
        (
            "refused",
            Message::Refused {
                id: ID,
                reason: SubmitRefusal::DiskFull,
            },
        ),
        (
            "entries",
            Message::Entries {
                entries: vec![placed],
                head: Some(HEAD),
            },
        ),
        ("presence", presence()),
        ("receipts", Message::Receipts(vec![RECEIPT])),
        ("missing", Message::Missing { from: 7 }),
        ("roster", Message::Roster(vec![member()])),
        ("reveal", Message::Reveal { nonce: [0xAA; 32] }),
        ("ping", Message::Ping),
        ("pong", Message::Pong),
        ("rekey", Message::Rekey),
        ("bye", Message::Bye(ByeReason::Leaving)),
    ]
}

fn welcome() -> Message {
    Message::Welcome(Welcome {
        room: ROOM,
        epoch: EPOCH,
        settings: settings(),
        floor: SEEN,
        head: HEAD,
        you: MemberId(1),
        roster: vec![member()],
        anew: true,
    })
}

fn presence() -> Message {
    Message::Presence(vec![Presence {
        id: MemberId(1 << 32),
        key: None,
        name: "小明".into(),
        state: PresenceState::Lost,
    }])
}

fn bodies() -> Vec<(&'static str, Body)> {
    let target = Target { seq: 7, id: ID };
    let text = || "你好".into();
    vec![
        (
            "body-message",
            Body::Message {
                text: text(),
                reply_to: Some(target),
            },
        ),
        ("body-edit", Body::Edit { target, text: text() }),
        ("body-delete", Body::Delete { target }),
        (
            "body-reaction",
            Body::Reaction {
                target,
                emoji: "👍".into(),
                on: true,
            },
        ),
        ("body-renamed", Body::Renamed { name: "Bob".into() }),
        (
            "body-admitted",
            Body::Admitted {
                member: KEY,
                id: MemberId(1),
                name: "Alice".into(),
                how: Admission::Knocked,
            },
        ),
        ("body-removed", Body::Removed { member: KEY }),
        ("body-settings", Body::Settings(settings())),
        (
            "body-settings-invited",
            Body::Settings(Settings {
                admit: Admit::Invited,
                ..settings()
            }),
        ),
        (
            "body-vouched",
            Body::Vouched {
                id: MemberId(1 << 32),
                name: "小明".into(),
                text: text(),
            },
        ),
    ]
}

/// On failure the message is the block as it should be.
#[track_caller]
fn compare(written: &mut BTreeMap<&str, Vec<u8>>, name: &str, encoded: &[u8]) {
    let bytes = written.remove(name);
    let digits = data_encoding::HEXUPPER.encode(encoded);
    assert_eq!(bytes.as_deref(), Some(encoded), "{name}\n{digits}");
}

#[test]
fn the_vectors_of_the_specification_hold_for_messages() {
    let mut written = written();
    for (name, message) in messages() {
        let encoded = wire::encode(&message);
        compare(&mut written, name, &encoded);
        assert_eq!(wire::decode(&encoded), Ok(message));
    }
    for (name, body) in bodies() {
        let encoded = wire::encode_body(&body);
        compare(&mut written, name, &encoded);
        assert_eq!(wire::decode_body(&encoded), Ok(body));
    }
    assert_eq!(
        written.keys().collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "no test for these"
    );
}

#[test]
fn the_signature_and_the_hash_of_the_vectors_hold() {
    let entry = signed();
    assert!(entry.is_genuine());
    let placed = entry.place(7, 1_790_000_000_123, &HASH);
    assert!(placed.follows(&HASH));
    let bytes = wire::encode(&messages().swap_remove(11).1);
    let Ok(Message::Entries { entries, .. }) = wire::decode(&bytes) else {
        panic!("the vector is no page");
    };
    assert_eq!(entries, [placed]);
    assert!(entries[0].entry.is_genuine() && entries[0].follows(&HASH));
}

#[test]
fn the_first_hash_and_the_head_of_the_vectors_hold() {
    let block = SPECIFICATION
        .split("```log\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let host = Identity::from_seed(&[1; 32]);
    let genesis = Hash::genesis(ROOM, EPOCH, &host.key());
    let head = SignedHead::sign(&host, ROOM, EPOCH, 7, HASH);
    assert!(head.is_genuine(ROOM, &host.key()));
    let hex = |bytes: &[u8]| data_encoding::HEXUPPER.encode(bytes);
    let lines = [
        format!("genesis {}", hex(&genesis.0)),
        format!("head {}", hex(&head.signature.0)),
    ];
    assert_eq!(block.lines().skip(1).collect::<Vec<_>>(), lines);
}
