//! What a file of SQLite is: who may read it, what it is set to, which files are refused, and what a full disk does.

use landline::proto::log::{Change, InviteNumber, RoomId, StoreError};
use landline::store::{OpenError, Options, ReadError, RoomStore as _, SqliteStore};
use rusqlite::Connection;

use super::scribe::{ANN, HOST, OPTIONS, ROOM, Scribe, batch, beside, crashed, file, message, open, peer};

fn reopened(profile: &std::path::Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(profile, ROOM, HOST, OPTIONS)
}

/// A profile with one room, closed properly.
fn profile(texts: &[&str]) -> (tempfile::TempDir, Scribe) {
    let profile = tempfile::tempdir().unwrap();
    let mut scribe = Scribe::new();
    let mut store = open(profile.path(), HOST);
    store.keep(&batch([scribe.room()])).unwrap();
    for text in texts {
        store.keep(&batch([scribe.say(ANN, text)])).unwrap();
    }
    drop(store);
    (profile, scribe)
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (profile, _) = profile(&["one"]);
    let path = file(profile.path());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut store = open(profile.path(), HOST);
    store.keep(&batch([Scribe::new().room()])).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&beside(&path, suffix)), 0o600, "{suffix}");
    }
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[test]
fn it_says_what_it_is() {
    let (profile, _) = profile(&["one"]);
    let connection = Connection::open(file(profile.path())).unwrap();
    let number = |name: &str| -> i64 { connection.pragma_query_value(None, name, |row| row.get(0)).unwrap() };
    assert_eq!(number("application_id"), 0x4c4c_4e44);
    assert_eq!(number("user_version"), 2);
    let mode: String = connection
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_closed_room_is_one_file() {
    let (profile, _) = profile(&["one"]);
    let files: Vec<_> = std::fs::read_dir(profile.path().join("rooms")).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn a_newer_version_is_left_alone() {
    let (profile, scribe) = profile(&["one"]);
    let path = file(profile.path());
    let set = |version: i64| {
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", version).unwrap();
    };
    set(3);
    let error = reopened(profile.path()).unwrap_err();
    assert!(
        matches!(error, OpenError::Newer { found: 3, known: 2, .. }),
        "{error:?}"
    );
    let told = error.to_string();
    assert!(told.contains("newer Landline"), "{told}");
    assert!(told.contains(path.to_str().unwrap()), "{told}");
    set(2);
    assert_eq!(open(profile.path(), HOST).read(0, 9).unwrap(), scribe.written);
}

#[test]
fn another_program_s_database_is_left_alone() {
    let profile = tempfile::tempdir().unwrap();
    let path = file(profile.path());
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute("CREATE TABLE recipes (cake TEXT)", []).unwrap();
    drop(connection);
    assert!(matches!(reopened(profile.path()), Err(OpenError::OtherFile(other)) if other == path));
    let connection = Connection::open(&path).unwrap();
    connection.execute("INSERT INTO recipes VALUES ('apple')", []).unwrap();
}

#[test]
fn another_room_s_file_is_not_taken_for_this_one() {
    let (profile, _) = profile(&["one"]);
    let other = RoomId([0; 16]);
    let path = profile.path().join("rooms").join(format!("{other}.sqlite"));
    std::fs::rename(file(profile.path()), &path).unwrap();
    let error = SqliteStore::open(profile.path(), other, HOST, Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::OtherFile(_)), "{error:?}");
    assert!(path.exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let profile = tempfile::tempdir().unwrap();
    std::fs::write(profile.path().join("rooms"), "no folder").unwrap();
    let error = reopened(profile.path()).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
    assert!(error.to_string().contains("rooms"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_disk_with_little_room_takes_nothing_and_is_read_all_the_same() {
    let (profile, mut scribe) = profile(&["one"]);
    let greedy = Options {
        min_free_bytes: u64::MAX,
        ..OPTIONS
    };
    let mut store = SqliteStore::open(profile.path(), ROOM, HOST, greedy).unwrap();
    let two = batch([scribe.clone().say(ANN, "two")]);
    for _ in 0..3 {
        assert_eq!(store.keep(&two), Err(StoreError::Full));
    }
    assert_eq!(store.read(0, 9).unwrap(), scribe.written);
    assert_eq!(store.search("one", 9).unwrap().len(), 1);
    drop(store);
    let mut store = open(profile.path(), HOST);
    scribe.say(ANN, "two");
    assert_eq!(store.keep(&two), Ok(()));
    assert_eq!(store.read(0, 9).unwrap(), scribe.written);
}

#[test]
fn there_is_room_on_the_disk_by_default() {
    assert_eq!(Options::default().min_free_bytes, 256 << 20);
}

#[test]
fn the_wal_does_not_grow_without_end() {
    let profile = tempfile::tempdir().unwrap();
    let mut store = open(profile.path(), HOST);
    let mut scribe = Scribe::new();
    store.keep(&batch([scribe.room()])).unwrap();
    let long = "海".repeat(5_000);
    let mut longest = 0;
    for _ in 0..40 {
        let changes: Vec<_> = (0..32).map(|_| scribe.say(ANN, &long)).collect();
        store.keep(&batch(changes)).unwrap();
        while store.rest() {}
        store.rest();
        let wal = std::fs::metadata(beside(&file(profile.path()), "-wal")).unwrap().len();
        longest = longest.max(wal);
    }
    let all = std::fs::metadata(file(profile.path())).unwrap().len();
    assert!(all > 16 << 20, "{all}");
    assert!(longest < 8 << 20, "{longest}");
}

#[test]
fn a_second_writer_is_noticed_and_harms_nothing() {
    let (profile, mut scribe) = profile(&["one"]);
    let mut first = open(profile.path(), HOST);
    let mut second = open(profile.path(), HOST);
    let fork = batch([scribe.clone().say(ANN, "second's")]);
    first.keep(&batch([scribe.say(ANN, "first's")])).unwrap();
    assert_eq!(second.keep(&fork), Err(StoreError::Conflict));
    first.keep(&batch([scribe.say(ANN, "three")])).unwrap();
    assert_eq!(first.read(0, 9).unwrap(), scribe.written);
    drop((first, second));
    assert_eq!(open(profile.path(), HOST).read(0, 9).unwrap(), scribe.written);
}

#[test]
fn a_damaged_file_is_set_aside_with_its_wal_and_the_room_can_be_made_anew() {
    let (profile, mut scribe) = profile(&["one", "two"]);
    let mut store = open(profile.path(), HOST);
    store.keep(&batch([scribe.say(ANN, "three")])).unwrap();
    let crashed = crashed(profile.path());
    let path = file(crashed.path());
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[100..middle].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    for number in 1..=2 {
        let error = reopened(crashed.path()).unwrap_err();
        let aside = crashed
            .path()
            .join("rooms")
            .join(format!("{ROOM}.damaged-{number}.sqlite"));
        assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
        let told = error.to_string();
        assert!(
            told.contains("damaged") && told.contains(aside.to_str().unwrap()),
            "{told}"
        );
        assert!(aside.exists() && !path.exists());
        if number == 1 {
            assert!(beside(&aside, "-wal").exists());
        }
        // Made anew, and damaged once more.
        let mut store = reopened(crashed.path()).unwrap();
        assert_eq!(store.load(), Ok(None));
        store.keep(&batch([Scribe::new().room()])).unwrap();
        drop(store);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[100..].fill(0x55);
        std::fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn damage_that_is_found_while_reading_ends_the_store_and_sets_the_file_aside() {
    let texts: Vec<String> = (0..700).map(|index| format!("message {index}")).collect();
    let (profile, mut scribe) = profile(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let path = file(profile.path());
    let mut store = open(profile.path(), HOST);
    while store.rest() {}
    drop(store);
    let connection = Connection::open(&path).unwrap();
    // The chain of entry 100 goes on to be right in itself, but not with its neighbours.
    let altered = "UPDATE entry SET bytes = (SELECT bytes FROM entry AS other WHERE other.place = entry.place + 1)
        WHERE place & 0xffff = 100";
    assert_eq!(connection.execute(altered, []).unwrap(), 1);
    drop(connection);
    let mut store = open(profile.path(), HOST);
    assert_eq!(store.read(1, 99).unwrap(), scribe.written[..99]);
    assert_eq!(
        store
            .read(101, 50)
            .unwrap_err()
            .to_string()
            .matches("entry 100")
            .count(),
        1
    );
    let refused = store.read(1, 1).unwrap_err();
    assert!(matches!(refused, ReadError::Damaged(_)), "{refused:?}");
    assert_eq!(store.keep(&batch([scribe.say(ANN, "more")])), Err(StoreError::Failed));
    assert!(!store.rest());
    assert!(path.exists());
    drop(store);
    assert!(!path.exists());
    assert!(path.with_extension("damaged-1.sqlite").exists());
}

/// Rows that have gone without a trace in the file's structure.
#[test]
fn a_row_that_has_gone_is_missed() {
    let newest = "place = (SELECT max(place) FROM name)";
    for (table, which) in [
        ("room", "true"),
        ("tip", "true"),
        ("author", "true"),
        ("peer", "true"),
        ("invite", "true"),
        ("outbox", "true"),
        ("name", newest),
        ("name", "place & 0xffff = 1"),
        ("entry", newest),
        ("entry", "place & 0xffff = 2"),
    ] {
        let (profile, mut scribe) = profile(&["one", "two", "three"]);
        let waiting = scribe.signed(HOST, &message("waiting"));
        let invite = Change::Invite {
            number: InviteNumber([1; 8]),
            secret: None,
            expires: 1,
        };
        let mut store = open(profile.path(), HOST);
        let things = [Change::Peer(peer(ANN, 1, "Ann")), invite, Change::Queue(waiting)];
        store.keep(&batch(things)).unwrap();
        drop(store);
        let connection = Connection::open(file(profile.path())).unwrap();
        connection.pragma_update(None, "foreign_keys", "OFF").unwrap();
        let sql = format!("DELETE FROM {table} WHERE {which}");
        assert_eq!(connection.execute(&sql, []).unwrap(), 1, "{sql}");
        drop(connection);
        let found = match reopened(profile.path()) {
            Ok(mut store) => store.load().map(drop).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        assert!(found.is_err_and(|error| error.contains("damaged")), "{sql}");
    }
}
