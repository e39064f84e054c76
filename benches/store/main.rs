//! The store against what it stands on, in one run: messages a second against bare SQLite with full-text indexes, an acknowledged batch
//! against a bare flush of the same disk, and reading and searching in a long room.
//!
//! `cargo bench --no-default-features --bench store [-- FOLDER]`: the folder says which disk.

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;
use landline::proto::identity::{Identity, MemberKey, Signature};
use landline::proto::log::{
    Admit, Batch, BatchId, Body, Change, Epoch, History, Kept, Peer, PlacedEntry, RoomId, Seen, Settings, SignedEntry,
};
use landline::proto::wire::encode_body;
use landline::proto::{EntryId, MemberId};
use landline::store::{Options, RoomStore as _, SqliteStore};
use rusqlite::Connection;

mod start;

const ROOM: RoomId = RoomId([2; 16]);
/// Rounds alternate between what is compared, so that a busy machine disturbs all.
const ROUNDS: usize = 7;
/// Messages of one round, and bytes of one (research/performance.md, P13).
const MESSAGES: usize = 12_800;
const MESSAGE_BYTES: usize = 200;
/// Entries that a host commits at once.
const BATCH: usize = 64;
/// Messages of the long room (P14).
const LONG_ROOM: usize = 300_000;
/// Authors of a room.
const AUTHORS: std::ops::Range<u8> = 10..60;
/// The index keeps up with the messages.
const ALONG: Options = Options {
    min_free_bytes: 256 << 20,
    max_backlog_bytes: 256 << 10,
};
/// How long bare SQLite collects before it commits.
const COLLECT: Duration = Duration::from_millis(5);

#[expect(clippy::print_stdout, reason = "a benchmark is a program that prints")]
fn main() {
    // Cargo adds `--bench`.
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let folder = folder
        .map_or_else(tempfile::tempdir, tempfile::tempdir_in)
        .expect("a folder");
    println!(
        "store: median of {ROUNDS} interleaved rounds, SQLite {}",
        rusqlite::version()
    );
    flushes(folder.path(), |line| println!("{line}"));
    throughput(folder.path(), |line| println!("{line}"));
    long_room(folder.path(), |line| println!("{line}"));
    start::of_a_million(folder.path(), |line| println!("{line}"));
}

/// An acknowledged batch against a bare flush.
fn flushes(folder: &Path, mut say: impl FnMut(String)) {
    let mut chance = Rng::with_seed(1);
    let mut writer = Writer::new();
    let mut store = fresh(folder, "flushes", Options::default(), &writer);
    let mut file = File::create(folder.join("flushed")).expect("a file");
    let (mut bare, mut one, mut many) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS * 20 {
        bare.push(time(|| {
            file.write_all(&[7; 4096]).expect("a disk with room");
            file.sync_data().expect("a disk that works");
        }));
        let batch = writer.batch(&[text(&mut chance, MESSAGE_BYTES)]);
        one.push(time(|| store.keep(&batch).expect("kept")));
        let texts: Vec<String> = (0..BATCH).map(|_| text(&mut chance, MESSAGE_BYTES)).collect();
        let batch = writer.batch(&texts);
        many.push(time(|| store.keep(&batch).expect("kept")));
        store.rest();
    }
    let (bare, one, many) = (median(bare), median(one), median(many));
    say(format!(
        "flush       4 KiB and fdatasync {bare:8.1?}   batch of 1 {one:8.1?} ({:.2}x)   batch of {BATCH} {many:8.1?} ({:.2}x)",
        ratio(one, bare),
        ratio(many, bare),
    ));
}

/// Messages a second: bare SQLite with different indexes against the store while the index may wait, and until it is written.
fn throughput(folder: &Path, mut say: impl FnMut(String)) {
    const INDEXES: [(&str, &str); 3] = [
        ("bare table", ""),
        (
            "with words",
            "CREATE VIRTUAL TABLE word USING fts5 (text, content = '')",
        ),
        (
            "with trigrams",
            "CREATE VIRTUAL TABLE word USING fts5 (text, content = '', tokenize = 'trigram')",
        ),
    ];
    let ways = [
        ("landline, index behind", BATCH, Options::default()),
        ("the same, batches of 256", 4 * BATCH, Options::default()),
        ("landline, index along", BATCH, ALONG),
        ("the same, batches of 256", 4 * BATCH, ALONG),
    ];
    let names: Vec<&str> = INDEXES
        .iter()
        .map(|(name, _)| *name)
        .chain(ways.map(|(name, ..)| name))
        .collect();
    let mut speeds: Vec<Vec<f64>> = vec![Vec::new(); names.len()];
    for round in 0..ROUNDS {
        let mut chance = Rng::with_seed(round as u64);
        let texts: Vec<String> = (0..MESSAGES).map(|_| text(&mut chance, MESSAGE_BYTES)).collect();
        let (bare_speeds, own_speeds) = speeds.split_at_mut(INDEXES.len());
        for (speed, (name, index)) in bare_speeds.iter_mut().zip(INDEXES) {
            speed.push(speed_of(bare(folder, &format!("{name} {round}"), index, &texts)));
        }
        for (number, (speed, (_, batch, options))) in own_speeds.iter_mut().zip(ways).enumerate() {
            let name = format!("ours {round} {number}");
            speed.push(speed_of(ours(folder, &name, options, &texts, batch)));
        }
    }
    for (name, own) in names.iter().zip(&speeds) {
        let against = |other: &[f64]| middle(own.iter().zip(other).map(|(own, other)| own / other).collect());
        say(format!(
            "throughput  {name:24} {:8.0} messages/s   {:.2}x words, {:.2}x trigrams",
            middle(own.clone()),
            against(&speeds[1]),
            against(&speeds[2]),
        ));
    }
}

fn speed_of(time: Duration) -> f64 {
    MESSAGES as f64 / time.as_secs_f64()
}

/// Messages with an index on room and time, committed every 5 ms, flushed.
fn bare(folder: &Path, name: &str, index: &str, texts: &[String]) -> Duration {
    let connection = Connection::open(folder.join(name)).expect("a database");
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE message (id INTEGER PRIMARY KEY, room INTEGER, at INTEGER, author INTEGER, text TEXT);
            CREATE INDEX message_at ON message (room, at); {index}"
        ))
        .expect("tables");
    let mut insert = connection
        .prepare("INSERT INTO message VALUES (?1, 1, ?1, 2, ?2)")
        .expect("SQL");
    let mut find = (!index.is_empty()).then(|| {
        connection
            .prepare("INSERT INTO word (rowid, text) VALUES (?1, ?2)")
            .expect("SQL")
    });
    let mut left = texts.iter().zip(1_i64..).peekable();
    time(|| {
        while left.peek().is_some() {
            connection.execute_batch("BEGIN").expect("SQL");
            let begun = Instant::now();
            while begun.elapsed() < COLLECT
                && let Some((text, id)) = left.next()
            {
                insert.execute((id, text)).expect("inserted");
                if let Some(find) = &mut find {
                    find.execute((id, text)).expect("indexed");
                }
            }
            connection.execute_batch("COMMIT").expect("committed");
        }
    })
}

/// The same messages in a room.
fn ours(folder: &Path, name: &str, options: Options, texts: &[String], batch: usize) -> Duration {
    let mut writer = Writer::new();
    let mut store = fresh(folder, name, options, &writer);
    let batches: Vec<Batch> = texts.chunks(batch).map(|texts| writer.batch(texts)).collect();
    time(|| {
        for batch in &batches {
            store.keep(batch).expect("kept");
        }
    })
}

/// Reading and searching in a long history.
fn long_room(folder: &Path, mut say: impl FnMut(String)) {
    let mut chance = Rng::with_seed(3);
    let mut writer = Writer::new();
    let mut store = fresh(folder, "long", ALONG, &writer);
    let mut texts = Vec::new();
    let built = time(|| {
        for _ in 0..LONG_ROOM / 500 {
            texts = (0..500).map(|_| text(&mut chance, 90)).collect::<Vec<_>>();
            store.keep(&writer.batch(&texts)).expect("kept");
        }
        while store.rest() {}
    });
    store
        .keep(&writer.batch(&["a needle in 针线盒".to_owned()]))
        .expect("kept");
    drop(store);
    let bytes = std::fs::metadata(path(folder, "long")).expect("a file").len();
    say(format!(
        "long room   {LONG_ROOM} messages, {} bytes each on disk, written in {built:.1?}",
        bytes / LONG_ROOM as u64
    ));
    let mut store = None;
    let opened = time(|| {
        let mut opened = open(folder, "long", Options::default());
        black_box(opened.load().expect("loaded"));
        store = Some(opened);
    });
    say(format!(
        "            opened and loaded by its host, with all names, in {opened:.1?}"
    ));
    let mut store = store.expect("it was opened");
    let last = LONG_ROOM as u64;
    for (name, from) in [("newest 100", last - 99), ("100 from the middle", last / 2)] {
        let took = (0..ROUNDS * 3).map(|_| time(|| assert_eq!(store.read(from, 100).expect("read").len(), 100)));
        say(format!("            {name:22} {:8.1?}", median(took.collect())));
    }
    let word = common_word();
    for query in [
        &*word,
        "需要",
        "我",
        "e",
        "th",
        "qz",
        "needle",
        "线盒",
        "no such thing",
        "这里没有",
    ] {
        let mut found = 0;
        let took: Vec<Duration> = (0..ROUNDS * 3)
            .map(|_| time(|| found = store.search(query, 100).expect("searched").len()))
            .collect();
        let name = format!("search {query}");
        let (first, median) = (took[0], median(took));
        say(format!(
            "            {name:22} {median:8.1?} (first time {first:.1?}), {found} found"
        ));
    }
}

fn path(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join(name).join("rooms").join(format!("{ROOM}.sqlite"))
}

fn open(folder: &Path, name: &str, options: Options) -> SqliteStore {
    SqliteStore::open(&folder.join(name), ROOM, host().key(), options).expect("opened")
}

fn fresh(folder: &Path, name: &str, options: Options, writer: &Writer) -> SqliteStore {
    let mut store = open(folder, name, options);
    let mut changes = vec![Change::Room(writer.kept.clone()), peer(host().key(), 0)];
    changes.extend(AUTHORS.map(|author| peer(MemberKey([author; 32]), author.into())));
    let id = BatchId(0);
    store.keep(&Batch { id, changes }).expect("kept");
    store
}

fn host() -> Identity {
    Identity::from_seed(&[1; 32])
}

fn peer(key: MemberKey, id: u64) -> Change {
    Change::Peer(Peer {
        key,
        id: MemberId(id),
        name: format!("P{id}"),
        member: true,
        verified: false,
        first_seq: 1,
    })
}

/// Writes a log outside the clock. Nothing is signed: a store does not look at signatures.
struct Writer {
    kept: Kept,
    last: Seen,
    chance: Rng,
}

impl Writer {
    fn new() -> Self {
        let epoch = Epoch([3; 16]);
        let floor = Seen::nothing(ROOM, epoch, &host().key());
        let settings = Settings {
            name: "bench".into(),
            history: History::All,
            plain: None,
            admit: Admit::Ask,
        };
        Self {
            last: floor,
            chance: Rng::with_seed(9),
            kept: Kept {
                room: ROOM,
                host: host().key(),
                epoch,
                floor,
                settings,
                addresses: Vec::new(),
            },
        }
    }

    fn batch(&mut self, texts: &[String]) -> Batch {
        let changes = texts.iter().map(|text| Change::Append(self.place(text))).collect();
        Batch {
            id: BatchId(1),
            changes,
        }
    }

    fn place(&mut self, text: &str) -> PlacedEntry {
        let mut id = [0; 16];
        self.chance.fill(&mut id);
        let author = MemberKey([self.chance.u8(AUTHORS); 32]);
        let seq = self.last.seq + 1;
        let body = Body::Message {
            text: text.into(),
            reply_to: None,
        };
        let signed = SignedEntry {
            room: ROOM,
            author,
            id: EntryId(id),
            counter: seq,
            written_ms: 1_700_000_000_000 + seq,
            seen: self.last,
            body: encode_body(&body),
            signature: Signature([5; 64]),
        };
        let placed = signed.place(seq, 1_700_000_000_000 + seq, &self.last.hash);
        self.last = Seen { seq, hash: placed.hash };
        placed
    }
}

/// Chinese or English of about so many bytes: few words often, many words seldom, as in any language.
fn text(chance: &mut Rng, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 16);
    let chinese = chance.bool();
    while text.len() < bytes {
        let rank = (chance.f64().powi(3) * 5_000.0) as u64;
        text.push_str(&word(rank, chinese));
        if !chinese {
            text.push(' ');
        }
    }
    text
}

/// The word of a language with this rank.
fn word(rank: u64, chinese: bool) -> String {
    const OFTEN: [&str; 8] = ["我们", "需要", "今天", "我", "你们", "什么", "会议", "好"];
    let mut chance = Rng::with_seed(rank);
    if let (true, Some(word)) = (chinese, OFTEN.get(rank as usize)) {
        return (*word).to_owned();
    }
    if chinese {
        let character = |chance: &mut Rng| (chance.f64().powi(2) * 2_500.0) as u32 + 0x4e00;
        (0..2).filter_map(|_| char::from_u32(character(&mut chance))).collect()
    } else {
        const LETTERS: &[u8] = b"etaoinsrhldcumfpgwybvkxjqz";
        let letter = |chance: &mut Rng| char::from(LETTERS[(chance.f64().powi(2) * 26.0) as usize]);
        (0..chance.usize(2..9)).map(|_| letter(&mut chance)).collect()
    }
}

/// One that is in many messages.
fn common_word() -> String {
    (5..)
        .map(|rank| word(rank, false))
        .find(|word| word.len() > 5)
        .expect("there are endlessly many")
}

fn time(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn ratio(own: Duration, other: Duration) -> f64 {
    own.as_secs_f64() / other.as_secs_f64()
}
