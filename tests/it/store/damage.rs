//! Killed programs, cut files and bad disks: what was acknowledged is there, or the file says that it is damaged.

use std::path::Path;

use fastrand::Rng;
use landline::proto::invite::InviteSecret;
use landline::proto::log::{Body, Change, InviteNumber, Loaded, PlacedEntry};
use landline::proto::wire::decode_body;
use landline::proto::words::Words;
use landline::store::{Found, OpenError, RoomStore as _, SqliteStore, rooms};

use super::scribe::{ANN, BOB, HOST, OPTIONS, ROOM, Scribe, batch, beside, crashed, file, message, open, peer};

/// Places in a file at which a byte is altered.
const FLIPS: usize = 500;
/// Sectors: a disk writes all of one or nothing.
const SECTOR: usize = 512;

/// All that a store tells.
type Told = (Option<Loaded>, Vec<PlacedEntry>, Vec<Found>);

fn ask(store: &mut SqliteStore) -> Result<Told, landline::store::ReadError> {
    Ok((
        store.load()?,
        store.read(0, usize::MAX)?,
        store.search("e", usize::MAX)?,
    ))
}

fn reopened(profile: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(profile, ROOM, HOST, OPTIONS)
}

/// A profile whose room has these bytes for a file and a WAL.
fn profile(database: &[u8], wal: &[u8]) -> tempfile::TempDir {
    let profile = tempfile::tempdir().unwrap();
    let path = file(profile.path());
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    std::fs::write(&path, database).unwrap();
    if !wal.is_empty() {
        std::fs::write(beside(&path, "-wal"), wal).unwrap();
    }
    profile
}

/// A bit of everything that a batch can have.
fn changes(scribe: &mut Scribe, round: u8) -> Vec<Change> {
    let waiting = scribe.signed(HOST, &message("waiting"));
    let number = InviteNumber([round; 8]);
    let said = scribe.say(ANN, &format!("message {round}"));
    let target = scribe.target(scribe.last.seq);
    let mut changes = vec![
        Change::Peer(peer(BOB, u64::from(round), "Bob")),
        Change::Invite {
            number,
            secret: Some(InviteSecret([round; 16])),
            expires: 5,
        },
        said,
        scribe.say(HOST, &format!("other message {round}")),
        Change::Queue(waiting),
    ];
    if round.is_multiple_of(2) {
        changes.push(scribe.edit(ANN, target, &format!("edited message {round}")));
    }
    changes.push(Change::Compare(
        (!round.is_multiple_of(3)).then_some(Words([u16::from(round); 4])),
    ));
    changes.push(Change::Head(scribe.head()));
    changes
}

/// The log of a run: what was on the disk after each batch, and how long the WAL was then.
struct Run {
    database: Vec<u8>,
    wal: Vec<u8>,
    /// Length of the flushed WAL, and what the store told.
    acknowledged: Vec<(usize, Told)>,
}

fn run(batches: u8) -> Run {
    let profile = tempfile::tempdir().unwrap();
    let path = file(profile.path());
    let mut scribe = Scribe::new();
    let mut store = open(profile.path(), HOST);
    store.keep(&batch([scribe.room()])).unwrap();
    store.keep(&batch(changes(&mut scribe, 100))).unwrap();
    drop(store);
    let mut store = open(profile.path(), HOST);
    let mut acknowledged = vec![(0, ask(&mut store).unwrap())];
    for round in 0..batches {
        store.keep(&batch(changes(&mut scribe, round))).unwrap();
        let wal = std::fs::metadata(beside(&path, "-wal")).unwrap().len();
        acknowledged.push((usize::try_from(wal).unwrap(), ask(&mut store).unwrap()));
    }
    Run {
        database: std::fs::read(&path).unwrap(),
        wal: std::fs::read(beside(&path, "-wal")).unwrap(),
        acknowledged,
    }
}

impl Run {
    /// What must be there when the first `flushed` bytes of the WAL are.
    fn expected(&self, flushed: usize) -> &Told {
        let newest = self.acknowledged.iter().rfind(|(wal, _)| *wal <= flushed);
        &newest.unwrap().1
    }

    #[track_caller]
    fn finds(&self, wal: &[u8], flushed: usize) {
        let profile = profile(&self.database, wal);
        let mut store = reopened(profile.path()).unwrap_or_else(|error| panic!("{flushed}: {error}"));
        let told = ask(&mut store).unwrap();
        assert_eq!(&told, self.expected(flushed), "flushed up to {flushed}");
        // The room goes on from there.
        let mut scribe = Scribe::new();
        scribe.last = told.0.unwrap().last;
        scribe.skip_names(10_000);
        store.keep(&batch([scribe.say(BOB, "on")])).unwrap();
    }
}

/// A flush is the moment at which a batch is acknowledged, so everything up to the end of its WAL frames is on the disk. What was written after the
/// last flush may be there to any sector, and the store must then be as after that last batch.
#[test]
fn a_wal_that_was_cut_has_every_batch_that_was_flushed() {
    let run = run(5);
    assert_eq!(run.acknowledged.last().unwrap().0, run.wal.len());
    let mut cuts = 0;
    for cut in (0..=run.wal.len()).step_by(SECTOR) {
        run.finds(&run.wal[..cut], cut);
        cuts += 1;
    }
    run.finds(&run.wal, run.wal.len());
    assert!(cuts > 100, "{cuts}");
}

/// The sectors after the last flush were written in any order, some of them not.
#[test]
fn a_wal_whose_end_was_torn_has_every_batch_that_was_flushed() {
    let run = run(4);
    let mut chance = Rng::with_seed(4);
    for (index, (flushed, _)) in run.acknowledged.iter().enumerate().skip(1) {
        let next = run.acknowledged.get(index + 1).map_or(run.wal.len(), |next| next.0);
        for _ in 0..15 {
            let mut wal = run.wal[..next].to_vec();
            let mut torn = false;
            for sector in wal[*flushed..].chunks_mut(SECTOR) {
                if chance.bool() {
                    sector.fill(0);
                    torn = true;
                }
            }
            if torn {
                run.finds(&wal, *flushed);
            }
        }
    }
}

#[test]
fn a_run_that_ends_anywhere_goes_on_where_it_was() {
    let profile = tempfile::tempdir().unwrap();
    let mut scribe = Scribe::new();
    let mut store = open(profile.path(), HOST);
    store.keep(&batch([scribe.room()])).unwrap();
    for round in 0..20 {
        store.keep(&batch(changes(&mut scribe, round))).unwrap();
        let before = ask(&mut store).unwrap();
        let copy = crashed(profile.path());
        assert_eq!(ask(&mut open(copy.path(), HOST)).unwrap(), before);
    }
}

/// A small room in one file: with an index, members, invites, an outbox, edits, a former history.
fn whole_room() -> (Vec<u8>, Told) {
    let profile = tempfile::tempdir().unwrap();
    let mut scribe = Scribe::new();
    let mut store = open(profile.path(), HOST);
    let start = [scribe.room(), scribe.say(ANN, "from before"), scribe.begin(8)];
    store.keep(&batch(start)).unwrap();
    for round in 0..110 {
        let mut changes = changes(&mut scribe, round);
        if round > 9 {
            changes.retain(|change| matches!(change, Change::Append(_)));
        }
        store.keep(&batch(changes)).unwrap();
    }
    while store.rest() {}
    let told = ask(&mut store).unwrap();
    drop(store);
    (std::fs::read(file(profile.path())).unwrap(), told)
}

/// What is told is what was kept. A search may miss what the index has lost. That a message reads otherwise now is a row of its own, which a
/// search looks up: where it is not found any more ([`a_lost_row_of_edits_shows_the_first_words`]), the message is shown with words
/// that its author gave it at some time, but never with other words, and one that was never edited as it is.
fn check(place: usize, told: &Told, truth: &Told) {
    assert_eq!(told.0, truth.0, "byte {place}");
    assert_eq!(told.1, truth.1, "byte {place}");
    let read_so = |found: &Found| {
        let readings = truth
            .1
            .iter()
            .filter(|placed| words_for(placed) == Some(found.entry.seq));
        let mut readings: Vec<_> = readings.filter_map(words).collect();
        readings.contains(&found.text.to_string()) && {
            let is_first = readings.swap_remove(0) == *found.text;
            found.edited != is_first && truth.1.contains(&found.entry)
        }
    };
    let wrong: Vec<_> = told.2.iter().filter(|found| !read_so(found)).collect();
    assert!(wrong.is_empty(), "byte {place}: {wrong:?}");
}

/// The place of the message that an entry gives words to.
fn words_for(placed: &PlacedEntry) -> Option<u64> {
    match decode_body(&placed.entry.body).ok()? {
        Body::Message { .. } | Body::Vouched { .. } => Some(placed.seq),
        Body::Edit { target, .. } => Some(target.seq),
        _ => None,
    }
}

fn words(placed: &PlacedEntry) -> Option<String> {
    match decode_body(&placed.entry.body).ok()? {
        Body::Message { text, .. } | Body::Vouched { text, .. } | Body::Edit { text, .. } => {
            Some(text.as_ref().to_owned())
        }
        _ => None,
    }
}

#[test]
fn a_byte_that_is_wrong_is_noticed_or_does_not_matter() {
    let (bytes, truth) = whole_room();
    let mut chance = Rng::with_seed(39);
    let (mut refused, mut harmless) = (0, 0);
    for flip in 0..FLIPS {
        // Every part of the first pages, where everything begins, and any others.
        let place = if flip % 5 == 0 {
            chance.usize(..8192)
        } else {
            chance.usize(..bytes.len())
        };
        let mut bytes = bytes.clone();
        bytes[place] ^= 1 << chance.u8(..8);
        let profile = profile(&bytes, &[]);
        drop(rooms(profile.path(), &HOST));
        match reopened(profile.path()).map(|mut store| ask(&mut store)) {
            Ok(Ok(told)) => {
                check(place, &told, &truth);
                harmless += 1;
            }
            Ok(Err(_)) | Err(OpenError::Damaged { .. } | OpenError::OtherFile(_) | OpenError::Newer { .. }) => {
                refused += 1;
            }
            Err(error) => panic!("byte {place}: {error}"),
        }
    }
    // Some bytes are of free space, of the index, or of what is not read here.
    assert!(refused > FLIPS / 4, "{refused} refused, {harmless} harmless");
}

/// The one thing that a search takes from the file and that neither the chain nor a sum over its rows vouches for: which entry a message reads by.
/// A row that has gone is no row that is wrong. The log itself tells every edit, so whoever opens the room sees the message as it reads now.
#[test]
fn a_lost_row_of_edits_shows_the_first_words() {
    let (bytes, truth) = whole_room();
    let found = |found: &[Found], text: &str| found.iter().any(|found| *found.text == *text);
    assert!(found(&truth.2, "edited message 4") && !found(&truth.2, "message 4"));
    let profile = profile(&bytes, &[]);
    let connection = rusqlite::Connection::open(file(profile.path())).unwrap();
    let lost = connection.execute("DELETE FROM retold", []).unwrap();
    drop(connection);
    assert_eq!(lost, 55);
    let told = ask(&mut reopened(profile.path()).unwrap()).unwrap();
    check(0, &told, &truth);
    assert!(found(&told.2, "message 4") && !found(&told.2, "edited message 4"));
    assert_eq!(told.2.len(), truth.2.len());
}

#[test]
fn a_file_that_was_cut_is_refused() {
    let (bytes, truth) = whole_room();
    let mut refused = 0;
    for cut in (0..bytes.len()).step_by(4096) {
        let profile = profile(&bytes[..cut], &[]);
        match reopened(profile.path()).map(|mut store| ask(&mut store)) {
            Ok(Ok(told)) if cut > 0 => check(cut, &told, &truth),
            Ok(Ok(told)) => assert_eq!(told, (None, Vec::new(), Vec::new())),
            _ => refused += 1,
        }
    }
    assert!(refused > bytes.len() / 4096 / 2, "{refused}");
}
