//! How long a room of a million entries takes from its file to its last words, and how much memory.

use std::path::Path;
use std::time::{Instant, SystemTime};

use fastrand::Rng;
use landline::proto::log::Loaded;
use landline::proto::{Endpoint, Event, GuestConfig, HostConfig, Limits, Now, Store};
use landline::store::{Options, RoomStore as _, SqliteStore};
use rusqlite::{Connection, OpenFlags};

use super::{ALONG, Writer, fresh, host, median, open, path, ratio, text, time};

const ENTRIES: usize = 1_000_000;
const ROUNDS: usize = 3;

/// From the file to the room, against bare SQLite that counts and reads the same file.
pub(super) fn of_a_million(folder: &Path, mut say: impl FnMut(String)) {
    build(folder);
    let bare = median((0..ROUNDS).map(|_| time(|| scan(folder))).collect());
    say(format!(
        "start       {ENTRIES} entries; bare SQLite counts them and reads their names in {bare:.1?}"
    ));
    for (who, guest) in [("host", false), ("guest", true)] {
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let mut store = open(folder, "million", Options::default());
            let opened = begun.elapsed();
            let loaded = store.load().expect("loaded").expect("a room");
            let read = begun.elapsed();
            show(&mut store, loaded, guest);
            let times = [opened, read - opened, begun.elapsed() - read];
            parts.iter_mut().zip(times).for_each(|(part, time)| part.push(time));
        }
        let [opened, loaded, shown] = parts.map(median);
        let all = opened + loaded + shown;
        say(format!(
            "            {who:6} {all:8.1?} ({:.2}x): opened {opened:.1?}, loaded {loaded:.1?}, shown {shown:.1?}{}",
            ratio(all, bare),
            memory()
        ));
    }
}

fn build(folder: &Path) {
    let mut chance = Rng::with_seed(4);
    let mut writer = Writer::new();
    let mut store = fresh(folder, "million", ALONG, &writer);
    for _ in 0..ENTRIES / 500 {
        let texts: Vec<String> = (0..500).map(|_| text(&mut chance, 20)).collect();
        store.keep(&writer.batch(&texts)).expect("kept");
    }
    while store.rest() {}
}

fn scan(folder: &Path) {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(path(folder, "million"), flags).expect("a database");
    let count: i64 = connection
        .query_row("SELECT count(*) FROM entry", [], |row| row.get(0))
        .expect("counted");
    let mut names = connection.prepare("SELECT place, author, id FROM name").expect("SQL");
    let mut rows = names.query([]).expect("SQL");
    let mut sum = 0;
    while let Some(row) = rows.next().expect("read") {
        let id: [u8; 16] = row.get(2).expect("an id");
        sum ^= row.get::<_, i64>(0).expect("a place") ^ row.get::<_, i64>(1).expect("an author") ^ i64::from(id[0]);
    }
    assert!(count == ENTRIES as i64 && sum != 0);
}

/// Until the last words are shown, and a guest calls.
fn show(store: &mut SqliteStore, loaded: Loaded, guest: bool) {
    let now = Now {
        monotonic: Instant::now(),
        wall: SystemTime::now(),
    };
    let mut endpoint = if guest {
        guest_of(now, loaded)
    } else {
        host_of(now, loaded)
    };
    let mut said = 0;
    while let Some(wish) = endpoint.poll_store() {
        match wish {
            Store::Keep(batch) => {
                let result = store.keep(&batch);
                endpoint.handle_stored(now, batch.id, result);
            }
            Store::Read { id, from, limit } => {
                let entries = store.read(from, limit).expect("read");
                endpoint.handle_read(now, id, entries);
            }
        }
        while let Some(event) = endpoint.poll_event() {
            said += usize::from(matches!(event, Event::Said { .. }));
        }
    }
    assert_eq!(said, Limits::default().shown_at_start);
}

fn host_of(now: Now, loaded: Loaded) -> Endpoint {
    let config = HostConfig {
        identity: host(),
        seed: [1; 32],
        settings: loaded.kept.settings.clone(),
        loaded,
        name: "P0".into(),
        welcome: String::new(),
        limits: Limits::default(),
    };
    Endpoint::host(now, config)
}

fn guest_of(now: Now, loaded: Loaded) -> Endpoint {
    let config = GuestConfig {
        identity: host(),
        seed: [1; 32],
        loaded: Some(loaded),
        invite: None,
        name: "P0".into(),
        confirm: false,
        limits: Limits::default(),
    };
    Endpoint::guest(now, config)
}

/// The most that this process has used so far, where the system says so.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    most.map_or_else(String::new, |most| format!(", at most {} in use", most.trim()))
}
