//! The rooms of a profile.

use landline::proto::log::{Change, RoomId};
use landline::store::{OpenError, RoomStore as _, SqliteStore, rooms};

use super::scribe::{ANN, BOB, HOST, OPTIONS, ROOM, Scribe, batch, beside, crashed, file, open, peer};

#[test]
fn a_profile_without_rooms_has_none() {
    let profile = tempfile::tempdir().unwrap();
    let all = rooms(profile.path(), &HOST);
    assert!(all.rooms.is_empty() && all.unreadable.is_empty());
}

#[test]
fn an_open_room_is_listed_as_it_is() {
    let profile = tempfile::tempdir().unwrap();
    let mut store = open(profile.path(), ANN);
    let mut scribe = Scribe::new();
    store
        .keep(&batch([scribe.room(), Change::Peer(peer(ANN, 1, "Ann"))]))
        .unwrap();
    for round in 1..4 {
        store.keep(&batch([scribe.say(BOB, "hello")])).unwrap();
        let [room] = &*rooms(profile.path(), &ANN).rooms else {
            panic!("there is one room");
        };
        assert_eq!(Some(room), store.summary().unwrap().as_ref());
        assert_eq!((room.unread, room.members, room.hosting), (round, 1, false));
    }
    // Looking has locked nothing and broken nothing.
    store.keep(&batch([scribe.say(BOB, "and on")])).unwrap();
    assert_eq!(store.read(0, 99).unwrap(), scribe.written);
}

#[test]
fn a_room_that_was_not_closed_is_listed_and_stays_as_it_was() {
    let profile = tempfile::tempdir().unwrap();
    let mut store = open(profile.path(), HOST);
    let mut scribe = Scribe::new();
    store.keep(&batch([scribe.room(), scribe.say(BOB, "hello")])).unwrap();
    let crashed = crashed(profile.path());
    let path = file(crashed.path());
    let before = [
        std::fs::read(&path).unwrap(),
        std::fs::read(beside(&path, "-wal")).unwrap(),
    ];
    let all = rooms(crashed.path(), &HOST);
    assert_eq!((all.rooms.len(), all.unreadable.len()), (1, 0));
    assert_eq!((all.rooms[0].last, all.rooms[0].unread), (scribe.last, 1));
    let after = [
        std::fs::read(&path).unwrap(),
        std::fs::read(beside(&path, "-wal")).unwrap(),
    ];
    assert_eq!(before, after);
    assert_eq!(open(crashed.path(), HOST).read(0, 9).unwrap(), scribe.written);
}

#[test]
fn the_newest_is_first_and_what_cannot_be_read_is_named() {
    let profile = tempfile::tempdir().unwrap();
    let options = OPTIONS;
    for (number, texts) in [(1, 1), (2, 3), (3, 0), (4, 2)] {
        let room = RoomId([number; 16]);
        let mut scribe = Scribe::in_room(room);
        let mut store = SqliteStore::open(profile.path(), room, HOST, options).unwrap();
        store.keep(&batch([scribe.room()])).unwrap();
        for _ in 0..texts {
            store.keep(&batch([scribe.say(ANN, "hello")])).unwrap();
        }
    }
    let folder = profile.path().join("rooms");
    // A room that was never made, a damaged one, one set aside, and things that are none.
    let _unmade = SqliteStore::open(profile.path(), RoomId([5; 16]), HOST, options).unwrap();
    let damaged = folder.join(format!("{}.sqlite", RoomId([6; 16])));
    for name in [damaged.clone(), folder.join(format!("{ROOM}.damaged-1.sqlite"))] {
        std::fs::write(name, [0x55; 5000]).unwrap();
    }
    std::fs::write(folder.join("notes.txt"), "hello").unwrap();
    let all = rooms(profile.path(), &HOST);
    let order: Vec<u8> = all.rooms.iter().map(|room| room.room.0[0]).collect();
    assert_eq!(order, [2, 4, 1, 3]);
    let [(path, error)] = &*all.unreadable else {
        panic!("one cannot be read: {:?}", all.unreadable);
    };
    assert_eq!(path, &damaged);
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    assert!(damaged.exists());
}

#[test]
fn a_room_that_was_never_made_leaves_nothing_behind() {
    let profile = tempfile::tempdir().unwrap();
    let folder = profile.path().join("rooms");
    let files = || std::fs::read_dir(&folder).unwrap().count();
    let store = open(profile.path(), ANN);
    let crashed = crashed(profile.path());
    assert!(file(profile.path()).exists());
    drop(store);
    assert_eq!(files(), 0);
    // Also what a killed program left.
    drop(open(crashed.path(), ANN));
    assert!(!file(crashed.path()).exists());
    // A batch that was not kept made no room.
    let mut store = open(profile.path(), ANN);
    let mut scribe = Scribe::new();
    let said = scribe.say(BOB, "hello");
    assert!(store.keep(&batch([said])).is_err());
    drop(store);
    assert_eq!(files(), 0);
    assert!(rooms(profile.path(), &ANN).unreadable.is_empty());
}

#[test]
fn a_room_that_was_made_stays_even_if_nothing_was_said() {
    let profile = tempfile::tempdir().unwrap();
    let mut store = open(profile.path(), ANN);
    store.keep(&batch([Scribe::new().room()])).unwrap();
    drop(store);
    drop(open(profile.path(), ANN));
    assert_eq!(rooms(profile.path(), &ANN).rooms.len(), 1);
}

#[test]
fn a_file_without_a_room_in_which_something_is_kept_stays() {
    let profile = tempfile::tempdir().unwrap();
    let store = open(profile.path(), ANN);
    let crashed = crashed(profile.path());
    drop(store);
    let connection = rusqlite::Connection::open(file(crashed.path())).unwrap();
    let waiting = "INSERT INTO outbox VALUES (1, x'00', x'00', 0)";
    connection.execute(waiting, []).unwrap();
    drop(connection);
    drop(SqliteStore::open(crashed.path(), ROOM, ANN, OPTIONS));
    assert!(file(crashed.path()).exists());
}
