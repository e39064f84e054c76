//! P8, P9 and two more: how long until somebody is in, until a word is safe, until somebody who was away has everything.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use landline::proto::log::{Batch, BatchId, Change, Seen};
use landline::store::{Options, RoomStore as _, SqliteStore, rooms};

use crate::crowd::start_room;
use crate::guest::{Guest, identity};
use crate::hosts::{HOST, bare_frame, bare_noise, bare_read, bare_write};
use crate::load::{Load, Member as _};
use crate::numbers::{Goal, flushes, middle, report, state};
use crate::process::{Server, end, memory as memory_of, wait};
use crate::sockets::{PATIENCE, Result, connect};

const ROUNDS: usize = 3;
const CROWD: usize = 1000;

/// P8: a thousand come one after another, as strangers into a room that shows nothing of the time before, and as members that come back with
/// their copies of it.
pub(crate) fn joins(crowd: usize) -> Result {
    let (mut bares, mut strangers, mut members) = (Vec::new(), Vec::new(), Vec::new());
    let rounds = if crowd < 1000 { ROUNDS } else { 1 }; // a thousand take a while
    for _ in 0..rounds {
        let folder = tempfile::tempdir()?;
        bares.push(bare_joins(crowd)?);
        let guest = |port, number| Ok(Box::new(Guest::come(port, number)?) as _);
        let start = Instant::now();
        let mut load = Load::new("landline", start_room(Some(folder.path()))?, crowd, guest)?;
        strangers.push(start.elapsed().as_secs_f64());
        load.warm_up()?;
        let (server, copies) = load.leave();
        wait(Duration::from_secs(1)); // the host notices
        let back = |port, number: usize| {
            let copy = copies.get(number).copied().flatten();
            Ok(Box::new(Guest::come_back(port, number, copy)?) as _)
        };
        let start = Instant::now();
        let mut load = Load::new("landline", server, crowd, back)?;
        members.push(start.elapsed().as_secs_f64());
        load.warm_up()?;
    }
    let what = format!("{crowd} guests come one after another");
    let bare = "against bare Noise handshakes";
    report(
        "P8",
        &format!("{what} for the first time, {bare}"),
        "s",
        &strangers,
        &bares,
        Goal::AtMost(2.5),
    );
    report(
        "P8",
        &format!("{what} and are members, {bare}"),
        "s",
        &members,
        &bares,
        Goal::AtMost(2.5),
    );
    Ok(())
}

/// Seconds.
fn bare_joins(crowd: usize) -> Result<f64> {
    let door = Server::start_self(&[OsStr::new("bare-door")])?;
    let start = Instant::now();
    let inside: Result<Vec<TcpStream>> = (0..=crowd).map(|_| bare_join(door.port)).collect();
    let took = start.elapsed().as_secs_f64();
    drop(inside?);
    Ok(took)
}

fn bare_join(port: u16) -> Result<TcpStream> {
    let mut stream = connect(port)?;
    let key = bare_noise()?.generate_keypair()?;
    let mut noise = bare_noise()?.local_private_key(&key.private)?.build_initiator()?;
    let (mut message, mut payload) = ([0; 1024], [0; 1024]);
    let count = noise.write_message(&[], &mut message)?;
    bare_write(&mut stream, &message[..count])?;
    bare_read(&mut stream, &mut noise)?;
    let count = noise.write_message(&[0; 256], &mut message)?;
    bare_write(&mut stream, &message[..count])?;
    let mut noise = noise.into_transport_mode()?;
    noise.read_message(bare_frame(&mut stream, &mut message)?, &mut payload)?;
    Ok(stream)
}

/// P9: what a host needs that nobody visits, and what each of a thousand guests adds.
pub(crate) fn memory() -> Result {
    let folder = tempfile::tempdir()?;
    let mut headless = Process::new(env!("CARGO_BIN_EXE_landline-cli"));
    headless.args(["host", "--bind", "127.0.0.1", "--port", "0", "--stay", "--profile"]);
    let mut child = headless
        .arg(folder.path().join("headless"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = [0; 16];
    let began = child.stdout.as_mut().map(|output| output.read_exact(&mut line));
    wait(Duration::from_millis(500));
    let alone = memory_of(child.id());
    end(&mut child);
    ensure!(matches!(began, Some(Ok(()))), "the host says nothing");
    state(
        "P9",
        "headless host with nobody",
        "MiB",
        &[alone? / 1024.0],
        Goal::AtMost(15.0),
    );
    let server = start_room(Some(&folder.path().join("room")))?;
    let before = server.memory()?;
    let guest = |port, number| Ok(Box::new(Guest::come(port, number)?) as _);
    let mut load = Load::new("landline", server, CROWD, guest)?;
    load.warm_up()?;
    let per_guest = |now: f64| (now - before) / CROWD as f64;
    let quiet = per_guest(load.server.memory()?);
    state(
        "P9",
        &format!("host memory of each of {CROWD} guests"),
        "KiB",
        &[quiet],
        Goal::AtMost(64.0),
    );
    load.saturate()?;
    load.quiet(Duration::from_secs(1))?;
    let after = per_guest(load.server.memory()?);
    state("P9", "the same after a flood", "KiB", &[after], Goal::AtMost(64.0));
    Ok(())
}

/// A word of the only guest, until the host says that it is stored.
pub(crate) fn acknowledged() -> Result {
    const WORDS: usize = 200;
    let folder = tempfile::tempdir()?;
    let server = start_room(Some(&folder.path().join("room")))?;
    let mut guest = Guest::come(server.port, 0)?;
    let mut buffer = vec![0; 64 << 10];
    let (mut ours, mut disk) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        disk.push(middle(&flushes(folder.path(), WORDS)?));
        guest.prepare(WORDS);
        let mut times = Vec::new();
        for _ in 0..WORDS {
            let started = Instant::now();
            let before = guest.acknowledged;
            guest.say()?;
            while guest.acknowledged == before {
                ensure!(started.elapsed() < PATIENCE, "no answer");
                guest.wait_and_hear(&mut buffer)?;
            }
            times.push(started.elapsed().as_secs_f64() * 1e6);
        }
        ours.push(middle(&times));
    }
    report(
        "ACK",
        "a word is stored at the host, against a flush of the disk",
        "us",
        &ours,
        &disk,
        Goal::None,
    );
    Ok(())
}

/// Somebody who was away gets a hundred thousand messages.
pub(crate) fn resume() -> Result {
    const ENTRIES: u64 = 100_000;
    let folder = tempfile::tempdir()?;
    let (profile, copy) = (folder.path().join("profile"), folder.path().join("copy"));
    let server = start_room(Some(&profile))?;
    let away = Guest::come(server.port, 1)?;
    let resume = away.resume()?;
    drop(away);
    let speaker = Guest::come(server.port, 0)?;
    server.finish()?;
    fill(&profile, speaker, ENTRIES)?;
    let mut buffer = vec![0; 256 << 10];
    copy_rooms(&profile, &copy)?;
    let server = start_room(Some(&profile))?;
    let rows = Server::start_self(&[OsStr::new("bare-rows"), copy.as_os_str()])?;
    let (mut ours, mut bares) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let started = Instant::now();
        read_rows(rows.port, resume.last.seq)?;
        bares.push(started.elapsed().as_secs_f64());
        let started = Instant::now();
        let mut guest = Guest::come_back(server.port, 1, Some(resume))?;
        while guest.last.seq < guest.newest() {
            guest.wait_and_hear(&mut buffer)?;
        }
        ours.push(started.elapsed().as_secs_f64());
    }
    let what = format!("{ENTRIES} entries for somebody who was away, against the bare rows through a socket");
    report("RESUME", &what, "s", &ours, &bares, Goal::None);
    Ok(())
}

/// What was said while somebody was away: put into the room's file as the host would have, in longer batches.
fn fill(profile: &Path, mut speaker: Guest, entries: u64) -> Result {
    const BATCH: u64 = 1000;
    let host = identity(HOST).key();
    let room = rooms(profile, &host).rooms.first().map(|room| room.room);
    let mut store = SqliteStore::open(profile, room.context("a room is there")?, host, Options::default())?;
    let mut last = store.load()?.context("a room is kept")?.last;
    for batch in 0..entries / BATCH {
        let changes = (0..BATCH).map(|_| {
            let entry = speaker.write(last);
            let (seq, written_ms) = (last.seq + 1, entry.written_ms);
            let placed = entry.place(seq, written_ms, &last.hash);
            last = Seen { seq, hash: placed.hash };
            Change::Append(placed)
        });
        let changes = changes.collect();
        let id = BatchId(batch);
        store
            .keep(&Batch { id, changes })
            .context("the room's file takes no more")?;
    }
    Ok(())
}

fn read_rows(port: u16, from: u64) -> Result {
    let mut stream = connect(port)?;
    stream.write_all(&from.to_be_bytes())?;
    let bytes = std::io::copy(&mut stream, &mut std::io::sink())?;
    ensure!(bytes > 0, "there are no rows");
    Ok(())
}

fn copy_rooms(from: &Path, to: &Path) -> Result {
    std::fs::create_dir_all(to.join("rooms"))?;
    for file in std::fs::read_dir(from.join("rooms"))? {
        let file = file?;
        std::fs::copy(file.path(), to.join("rooms").join(file.file_name()))?;
    }
    Ok(())
}
