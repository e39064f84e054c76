//! The schema of `docs/protocol.md` in Rust. Numbers are for ever: one that is no longer used is never used for something else.
//!
//! Lists of messages are lists of bytes here, which is the same on the wire, so that elements are counted before they are decoded.
//! Enumerations are numbers, so that what is unknown is decided in one place.

use prost::bytes::Bytes;

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Message {
    #[prost(
        oneof = "Kind",
        tags = "1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 30, 31, 32, 33, 34"
    )]
    pub(super) kind: Option<Kind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Kind {
    #[prost(message, tag = "1")]
    Join(Join),
    #[prost(message, tag = "2")]
    Submit(SignedEntry),
    #[prost(message, tag = "3")]
    Stored(Place),
    #[prost(message, tag = "4")]
    Read(Place),
    #[prost(message, tag = "10")]
    Welcome(Welcome),
    #[prost(message, tag = "11")]
    Pending(Pending),
    #[prost(message, tag = "12")]
    Denied(Reason),
    #[prost(message, tag = "13")]
    Acknowledged(Acknowledged),
    #[prost(message, tag = "14")]
    Refused(Refused),
    #[prost(message, tag = "15")]
    Entries(Entries),
    #[prost(message, tag = "16")]
    Presence(List),
    #[prost(message, tag = "17")]
    Receipts(List),
    #[prost(message, tag = "18")]
    Missing(Place),
    #[prost(message, tag = "19")]
    Roster(List),
    #[prost(message, tag = "30")]
    Reveal(Reveal),
    #[prost(message, tag = "31")]
    Ping(Nothing),
    #[prost(message, tag = "32")]
    Pong(Nothing),
    #[prost(message, tag = "33")]
    Rekey(Nothing),
    #[prost(message, tag = "34")]
    Bye(Reason),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Nothing {}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Place {
    #[prost(uint64, tag = "1")]
    pub(super) seq: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Reason {
    #[prost(uint32, tag = "1")]
    pub(super) reason: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct List {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub(super) elements: Vec<Bytes>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Join {
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub(super) room: Option<Bytes>,
    #[prost(string, tag = "2")]
    pub(super) name: String,
    #[prost(oneof = "Proof", tags = "3, 4")]
    pub(super) proof: Option<Proof>,
    #[prost(message, optional, tag = "5")]
    pub(super) resume: Option<Resume>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Proof {
    #[prost(message, tag = "3")]
    Knock(Nothing),
    #[prost(message, tag = "4")]
    Invite(InviteProof),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct InviteProof {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) number: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) proof: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Resume {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) epoch: Bytes,
    #[prost(message, optional, tag = "2")]
    pub(super) last: Option<Seen>,
    #[prost(message, optional, tag = "3")]
    pub(super) head: Option<SignedHead>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Seen {
    #[prost(uint64, tag = "1")]
    pub(super) seq: u64,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) hash: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Welcome {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) room: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) epoch: Bytes,
    #[prost(message, optional, tag = "3")]
    pub(super) settings: Option<Settings>,
    #[prost(message, optional, tag = "4")]
    pub(super) floor: Option<Seen>,
    #[prost(message, optional, tag = "5")]
    pub(super) head: Option<SignedHead>,
    #[prost(uint64, tag = "6")]
    pub(super) you: u64,
    #[prost(bytes = "bytes", repeated, tag = "7")]
    pub(super) roster: Vec<Bytes>,
    #[prost(bool, tag = "8")]
    pub(super) anew: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct RosterEntry {
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub(super) key: Option<Bytes>,
    #[prost(uint64, tag = "2")]
    pub(super) id: u64,
    #[prost(string, tag = "3")]
    pub(super) name: String,
    #[prost(bool, tag = "4")]
    pub(super) here: bool,
    #[prost(uint64, tag = "5")]
    pub(super) stored: u64,
    #[prost(uint64, tag = "6")]
    pub(super) read: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Pending {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) commitment: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Reveal {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) nonce: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Acknowledged {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) id: Bytes,
    #[prost(uint64, tag = "2")]
    pub(super) seq: u64,
    #[prost(bytes = "bytes", tag = "3")]
    pub(super) hash: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Refused {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) id: Bytes,
    #[prost(uint32, tag = "2")]
    pub(super) reason: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Entries {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub(super) entries: Vec<Bytes>,
    #[prost(message, optional, tag = "2")]
    pub(super) head: Option<SignedHead>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Presence {
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub(super) key: Option<Bytes>,
    #[prost(uint64, tag = "2")]
    pub(super) id: u64,
    #[prost(string, tag = "3")]
    pub(super) name: String,
    #[prost(uint32, tag = "4")]
    pub(super) state: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Receipt {
    #[prost(uint64, tag = "1")]
    pub(super) id: u64,
    #[prost(uint64, tag = "2")]
    pub(super) stored: u64,
    #[prost(uint64, tag = "3")]
    pub(super) read: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct SignedEntry {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) room: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) author: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    pub(super) id: Bytes,
    #[prost(uint64, tag = "4")]
    pub(super) counter: u64,
    #[prost(uint64, tag = "5")]
    pub(super) written_ms: u64,
    #[prost(uint64, tag = "6")]
    pub(super) seen_seq: u64,
    #[prost(bytes = "bytes", tag = "7")]
    pub(super) seen_hash: Bytes,
    #[prost(bytes = "bytes", tag = "8")]
    pub(super) body: Bytes,
    #[prost(bytes = "bytes", tag = "9")]
    pub(super) signature: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct PlacedEntry {
    #[prost(uint64, tag = "1")]
    pub(super) seq: u64,
    #[prost(uint64, tag = "2")]
    pub(super) placed_ms: u64,
    #[prost(bytes = "bytes", tag = "3")]
    pub(super) hash: Bytes,
    #[prost(message, optional, tag = "4")]
    pub(super) entry: Option<SignedEntry>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct SignedHead {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) epoch: Bytes,
    #[prost(uint64, tag = "2")]
    pub(super) seq: u64,
    #[prost(bytes = "bytes", tag = "3")]
    pub(super) hash: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    pub(super) signature: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Body {
    #[prost(oneof = "Content", tags = "1, 2, 3, 4, 5, 6, 7, 8, 9")]
    pub(super) content: Option<Content>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Content {
    #[prost(message, tag = "1")]
    Message(Words),
    #[prost(message, tag = "2")]
    Edit(Words),
    #[prost(message, tag = "3")]
    Delete(Delete),
    #[prost(message, tag = "4")]
    Reaction(Reaction),
    #[prost(message, tag = "5")]
    Renamed(Renamed),
    #[prost(message, tag = "6")]
    Admitted(Admitted),
    #[prost(message, tag = "7")]
    Removed(Removed),
    #[prost(message, tag = "8")]
    Settings(Settings),
    #[prost(message, tag = "9")]
    Vouched(Vouched),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Target {
    #[prost(uint64, tag = "1")]
    pub(super) seq: u64,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) id: Bytes,
}

/// A message (the target is what it replies to) or an edit (the target is what it replaces).
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Words {
    #[prost(string, tag = "1")]
    pub(super) text: String,
    #[prost(message, optional, tag = "2")]
    pub(super) target: Option<Target>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Delete {
    #[prost(message, optional, tag = "1")]
    pub(super) target: Option<Target>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Reaction {
    #[prost(message, optional, tag = "1")]
    pub(super) target: Option<Target>,
    #[prost(string, tag = "2")]
    pub(super) emoji: String,
    #[prost(bool, tag = "3")]
    pub(super) on: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Renamed {
    #[prost(string, tag = "1")]
    pub(super) name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Admitted {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) member: Bytes,
    #[prost(uint64, tag = "2")]
    pub(super) id: u64,
    #[prost(string, tag = "3")]
    pub(super) name: String,
    #[prost(uint32, tag = "4")]
    pub(super) how: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Removed {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) member: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Settings {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(uint32, tag = "2")]
    pub(super) history: u32,
    #[prost(uint32, tag = "3")]
    pub(super) plain: u32,
    #[prost(uint32, tag = "4")]
    pub(super) admit: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Vouched {
    #[prost(uint64, tag = "1")]
    pub(super) id: u64,
    #[prost(string, tag = "2")]
    pub(super) name: String,
    #[prost(string, tag = "3")]
    pub(super) text: String,
}
