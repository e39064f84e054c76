//! The commands that read what is kept and open no room: `rooms`, `history`, `export`, `whoami`, `identity`.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

use super::Exit;
use super::args::{Export, HistoryArgs};
use super::export;
use super::output::Output;
use super::record::Record;
use super::setup::{SetupError, find};
use crate::chat::Chat;
use crate::profile::Profile;
use crate::proto::log::{Loaded, PlacedEntry, RoomId};
use crate::proto::{self, Past};
use crate::store::{Options, RoomStore as _, SqliteStore, rooms};
use crate::text;
use crate::worker::Event;

/// Entries read from a room at a time.
const PAGE: usize = 1000;

/// A room that is read.
struct Archive {
    store: SqliteStore,
    loaded: Loaded,
    past: Past,
}

impl Archive {
    fn open(profile: &Profile, typed: &str) -> Result<Self, SetupError> {
        let me = profile.identity().key();
        let room = find(&rooms(profile.folder(), &me), typed)?;
        let mut store = SqliteStore::open(profile.folder(), room, me, Options::default()).map_err(unreadable)?;
        let loaded = store.load().map_err(unreadable)?.ok_or_else(|| no_room(room))?;
        let past = Past::new(me, &loaded);
        Ok(Self { store, loaded, past })
    }

    /// The entries from `from` on, one after another.
    fn each(&mut self, from: u64, mut take: impl FnMut(&Past, &PlacedEntry) -> bool) -> Result<(), SetupError> {
        let mut next = from.max(self.loaded.kept.floor.seq + 1);
        loop {
            let page = self.store.read(next, PAGE).map_err(unreadable)?;
            let Some(last) = page.last() else { return Ok(()) };
            next = last.seq + 1;
            if !page.iter().all(|entry| take(&self.past, entry)) {
                return Ok(());
            }
        }
    }
}

/// The rooms of the profile.
pub(super) fn list(profile: &Profile, output: &mut Output) -> Exit {
    let all = rooms(profile.folder(), &profile.identity().key());
    for room in &all.rooms {
        output.write(&Record::known(room));
    }
    for (path, error) in &all.unreadable {
        let message = format!(
            "{} cannot be read: {error}",
            text::for_terminal(&path.to_string_lossy())
        );
        output.write(&Record::error("room-unreadable", message, "It is left where it is."));
    }
    Exit::Done
}

/// Who the person at this computer is.
pub(super) fn whoami(profile: &Profile, output: &mut Output) -> Exit {
    let key = profile.identity().key();
    output.write(&Record::me(&profile.settings().name, key));
    Exit::Done
}

/// What was said in a room.
pub(super) fn history(profile: &Profile, args: &HistoryArgs, output: &mut Output) -> Result<Exit, SetupError> {
    let mut archive = Archive::open(profile, &args.room)?;
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    match &args.search {
        Some(query) => search(&mut archive, query, args.from, limit, output)?,
        None => recent(&mut archive, args.from, limit, output)?,
    }
    Ok(Exit::Done)
}

fn recent(archive: &mut Archive, from: Option<u64>, limit: usize, output: &mut Output) -> Result<(), SetupError> {
    let newest = archive.loaded.last.seq;
    let from = from.unwrap_or_else(|| newest.saturating_sub(limit as u64 - 1));
    let mut left = limit;
    archive.each(from, |past, entry| {
        write(past.event(entry), output);
        left -= 1;
        left > 0
    })
}

fn search(
    archive: &mut Archive,
    query: &str,
    from: Option<u64>,
    limit: usize,
    output: &mut Output,
) -> Result<(), SetupError> {
    let found = archive.store.search(query, limit).map_err(unreadable)?;
    let found = found.iter().rev().filter(|found| found.entry.seq >= from.unwrap_or(0));
    for found in found {
        let event = archive.past.event(&found.entry).map(|event| match event {
            proto::Event::Said { mut entry } => {
                entry.text = found.text.clone();
                proto::Event::Said { entry }
            }
            other => other,
        });
        write(event, output);
    }
    Ok(())
}

fn write(event: Option<proto::Event>, output: &mut Output) {
    let event = event.map(Event::Room);
    if let Some(record) = event.as_ref().and_then(Record::of) {
        output.write(&record);
    }
}

/// Writes a room's history, as it reads now.
pub(super) fn export(profile: &Profile, args: &Export, out: impl Write) -> Result<Exit, SetupError> {
    let mut archive = Archive::open(profile, &args.room)?;
    let settings = archive.loaded.kept.settings.clone();
    let mut chat = Chat::with_limit(text::clean_name(&settings.name).unwrap_or_default(), false, usize::MAX);
    chat.apply(
        &Event::Room(proto::Event::Settings {
            room: archive.loaded.kept.room,
            host: archive.loaded.kept.host,
            settings,
        }),
        SystemTime::UNIX_EPOCH,
    );
    archive.each(0, |past, entry| {
        if let Some(event) = past.event(entry) {
            chat.apply(&Event::Room(event), SystemTime::UNIX_EPOCH);
        }
        true
    })?;
    let written = match &args.out {
        Some(path) => create(path).and_then(|file| export::write(&chat, args.format, file)),
        None => export::write(&chat, args.format, out),
    };
    let written = written.or_else(|cause| match cause.kind() {
        io::ErrorKind::BrokenPipe => Ok(()), // whoever reads has enough
        _ => Err(cause),
    });
    written.map_err(|cause| SetupError::Export {
        path: args.out.as_ref().map_or_else(
            || "standard output".to_owned(),
            |path| text::for_terminal(&path.to_string_lossy()),
        ),
        cause,
    })?;
    Ok(Exit::Done)
}

fn create(path: &Path) -> io::Result<BufWriter<std::fs::File>> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    Ok(BufWriter::new(file))
}

fn no_room(room: RoomId) -> SetupError {
    SetupError::NoRoom(room.to_string())
}

fn unreadable(error: impl std::fmt::Display) -> SetupError {
    SetupError::Store(text::for_terminal(&error.to_string()))
}
