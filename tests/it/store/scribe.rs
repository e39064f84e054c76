//! Somebody who writes a room's log, and the stores it can be written to.

use std::path::Path;
use std::sync::Arc;

use landline::proto::identity::{MemberKey, Signature};
use landline::proto::log::{
    Admit, Batch, BatchId, Body, Change, Epoch, Hash, History, Kept, Peer, PlacedEntry, RoomId, Seen, Settings,
    SignedEntry, SignedHead, Target,
};
use landline::proto::wire::encode_body;
use landline::proto::{EntryId, MemberId};
use landline::store::{MemoryStore, Options, RoomStore, SqliteStore};
use tempfile::TempDir;

pub(super) const HOST: MemberKey = MemberKey([1; 32]);
pub(super) const ANN: MemberKey = MemberKey([2; 32]);
pub(super) const BOB: MemberKey = MemberKey([3; 32]);
pub(super) const ROOM: RoomId = RoomId([0xab; 16]);

/// Tests run also where the disk is nearly full.
pub(super) const OPTIONS: Options = Options {
    min_free_bytes: 0,
    max_backlog_bytes: 16 << 20,
};
/// What a search finds that finds nothing.
pub(super) const NOWHERE: [u64; 0] = [];

/// Writes a log. Nothing is signed: stores leave that to those who know the members.
#[derive(Debug, Clone)]
pub(super) struct Scribe {
    pub(super) kept: Kept,
    pub(super) last: Seen,
    /// All entries of this history, as they were written.
    pub(super) written: Vec<PlacedEntry>,
    names: u64,
}

impl Scribe {
    pub(super) fn new() -> Self {
        Self::in_room(ROOM)
    }

    pub(super) fn in_room(room: RoomId) -> Self {
        let epoch = Epoch([7; 16]);
        let floor = Seen::nothing(room, epoch, &HOST);
        let settings = Settings {
            name: "三班".into(),
            history: History::All,
            plain: None,
            admit: Admit::Ask,
        };
        Self {
            last: floor,
            written: Vec::new(),
            names: 0,
            kept: Kept {
                room,
                host: HOST,
                epoch,
                floor,
                settings,
                addresses: vec!["10.0.0.7:8888".parse().unwrap()],
            },
        }
    }

    pub(super) fn room(&self) -> Change {
        Change::Room(self.kept.clone())
    }

    /// The floor somebody has who came late.
    pub(super) fn from(seq: u64) -> Self {
        let mut scribe = Self::new();
        scribe.kept.floor = Seen {
            seq,
            hash: Hash([9; 32]),
        };
        scribe.last = scribe.kept.floor;
        scribe
    }

    pub(super) fn name(&mut self) -> EntryId {
        self.names += 1;
        EntryId(
            *blake3::hash(&self.names.to_be_bytes())
                .as_bytes()
                .first_chunk()
                .unwrap(),
        )
    }

    /// Leaves out names that somebody else has used.
    pub(super) fn skip_names(&mut self, count: u64) {
        self.names += count;
    }

    pub(super) fn signed(&mut self, author: MemberKey, body: &Body) -> SignedEntry {
        SignedEntry {
            room: self.kept.room,
            author,
            id: self.name(),
            counter: self.names - 1,
            written_ms: 1_700_000_000_000 + self.names,
            seen: self.last,
            body: encode_body(body),
            signature: Signature([5; 64]),
        }
    }

    /// The next entry.
    pub(super) fn place(&mut self, entry: SignedEntry) -> PlacedEntry {
        let seq = self.last.seq + 1;
        let placed = entry.place(seq, 1_800_000_000_000 + seq, &self.last.hash);
        self.last = Seen { seq, hash: placed.hash };
        self.written.push(placed.clone());
        placed
    }

    pub(super) fn append(&mut self, author: MemberKey, body: &Body) -> Change {
        let signed = self.signed(author, body);
        Change::Append(self.place(signed))
    }

    pub(super) fn say(&mut self, author: MemberKey, text: &str) -> Change {
        self.append(author, &message(text))
    }

    pub(super) fn edit(&mut self, author: MemberKey, target: Target, text: &str) -> Change {
        let text = text.into();
        self.append(author, &Body::Edit { target, text })
    }

    pub(super) fn delete(&mut self, author: MemberKey, target: Target) -> Change {
        self.append(author, &Body::Delete { target })
    }

    pub(super) fn vouch(&mut self, text: &str) -> Change {
        let body = Body::Vouched {
            id: MemberId(1 << 32),
            name: "plain guest 10.0.0.9".into(),
            text: text.into(),
        };
        self.append(HOST, &body)
    }

    pub(super) fn target(&self, seq: u64) -> Target {
        let placed = self.written.iter().find(|placed| placed.seq == seq).unwrap();
        Target {
            seq,
            id: placed.entry.id,
        }
    }

    pub(super) fn head(&self) -> SignedHead {
        SignedHead {
            epoch: self.kept.epoch,
            seq: self.last.seq,
            hash: self.last.hash,
            signature: Signature([6; 64]),
        }
    }

    /// Another history begins.
    pub(super) fn begin(&mut self, epoch: u8) -> Change {
        let epoch = Epoch([epoch; 16]);
        self.kept.epoch = epoch;
        self.kept.floor = Seen::nothing(self.kept.room, epoch, &HOST);
        self.last = self.kept.floor;
        self.written.clear();
        Change::NewEpoch(self.kept.clone())
    }
}

pub(super) fn message(text: &str) -> Body {
    Body::Message {
        text: text.into(),
        reply_to: None,
    }
}

pub(super) fn peer(key: MemberKey, id: u64, name: &str) -> Peer {
    Peer {
        key,
        id: MemberId(id),
        name: name.to_owned(),
        member: true,
        verified: false,
        first_seq: 1,
    }
}

pub(super) fn batch(changes: impl IntoIterator<Item = Change>) -> Batch {
    Batch {
        id: BatchId(1),
        changes: changes.into_iter().collect(),
    }
}

/// What a conformance check works on: a store, and a way to end and start the program around it.
pub(super) trait Subject {
    fn store(&mut self) -> &mut dyn RoomStore;
    /// The program ends without a goodbye to the store and starts again.
    fn reopen(&mut self);
}

pub(super) struct InMemory(pub(super) MemoryStore);

impl Subject for InMemory {
    fn store(&mut self) -> &mut dyn RoomStore {
        &mut self.0
    }

    fn reopen(&mut self) {
        self.0 = self.0.reopened();
    }
}

pub(super) struct InFile {
    profile: TempDir,
    me: MemberKey,
    store: Option<SqliteStore>,
}

impl InFile {
    pub(super) fn new(me: MemberKey) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let store = Some(open(profile.path(), me));
        Self { profile, me, store }
    }
}

impl Subject for InFile {
    fn store(&mut self) -> &mut dyn RoomStore {
        self.store.as_mut().unwrap()
    }

    fn reopen(&mut self) {
        // What a killed process leaves behind is what the files are while it runs.
        let copy = crashed(self.profile.path());
        drop(self.store.take());
        self.profile = copy;
        self.store = Some(open(self.profile.path(), self.me));
    }
}

pub(super) fn open(profile: &Path, me: MemberKey) -> SqliteStore {
    SqliteStore::open(profile, ROOM, me, OPTIONS).unwrap()
}

pub(super) fn file(profile: &Path) -> std::path::PathBuf {
    profile.join("rooms").join(format!("{ROOM}.sqlite"))
}

pub(super) fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Another profile with the room's files as they are now.
pub(super) fn crashed(profile: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("rooms")).unwrap();
    for suffix in ["", "-wal"] {
        let from = beside(&file(profile), suffix);
        if from.exists() {
            std::fs::copy(from, beside(&file(copy.path()), suffix)).unwrap();
        }
    }
    copy
}

/// A room with its scribe, as a check finds it.
pub(super) struct Bench {
    pub(super) subject: Box<dyn Subject>,
    pub(super) scribe: Scribe,
}

impl Bench {
    pub(super) fn store(&mut self) -> &mut dyn RoomStore {
        self.subject.store()
    }

    /// Makes the room.
    pub(super) fn make(&mut self) {
        let room = self.scribe.room();
        self.keep([room]);
    }

    #[track_caller]
    pub(super) fn keep(&mut self, changes: impl IntoIterator<Item = Change>) {
        assert_eq!(self.store().keep(&batch(changes)), Ok(()));
    }

    #[track_caller]
    pub(super) fn say(&mut self, author: MemberKey, text: &str) {
        let said = self.scribe.say(author, text);
        self.keep([said]);
    }

    /// A batch that must be refused, with nothing of it kept.
    #[track_caller]
    pub(super) fn refuse(&mut self, changes: impl IntoIterator<Item = Change>) {
        let before = (
            self.store().load(),
            self.store().read(0, usize::MAX),
            self.store().former(),
        );
        let refused = self.store().keep(&batch(changes));
        assert_eq!(refused, Err(landline::proto::log::StoreError::Conflict));
        let after = (
            self.store().load(),
            self.store().read(0, usize::MAX),
            self.store().former(),
        );
        assert_eq!(before, after);
    }

    pub(super) fn load(&mut self) -> landline::proto::log::Loaded {
        self.store().load().unwrap().unwrap()
    }

    pub(super) fn read(&mut self) -> Vec<PlacedEntry> {
        self.store().read(0, usize::MAX).unwrap()
    }

    /// The places of the messages that contain `query`.
    pub(super) fn find(&mut self, query: &str) -> Vec<u64> {
        let found = self.store().search(query, usize::MAX).unwrap();
        found.iter().map(|found| found.entry.seq).collect()
    }

    pub(super) fn rest(&mut self) {
        let mut steps = 0;
        while self.store().rest() {
            steps += 1;
            assert!(steps < 10_000, "it never has enough of resting");
        }
    }
}

/// The same text as bytes that are shared.
pub(super) fn shared(text: &str) -> Arc<str> {
    text.into()
}
