//! This program in other roles: rooms, and the bare things that they are compared with.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use crossbeam_channel::bounded;
use landline::proto::message::Message;
use landline::proto::session::{Session, SessionEvent};
use landline::proto::{Admit, Limits};
use landline::store::rooms;
use landline::worker::{Config, Event, Home, Host, Role, Worker};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rusqlite::{Connection, OpenFlags};

use crate::guest::identity;
use crate::pipes::pass_on;
use crate::sockets::{Result, announce, raise_file_limit};

/// Set for processes that this program has started in another role, which is their first argument.
pub(crate) const ROLE: &str = "LANDLINE_BENCH_ROLE";
/// Each round trip carries so many bytes.
pub(crate) const ROUND_TRIP_BYTES: usize = 64;
/// Nobody of the load client has this number.
pub(crate) const HOST: usize = usize::MAX;
/// More than any crowd.
const CROWD: usize = 4000;

/// A process of this program serves.
pub(crate) fn serve(role: &str, argument: Option<PathBuf>) -> Result {
    raise_file_limit()?;
    std::thread::Builder::new().name("parent".to_owned()).spawn({
        let ends_by_itself = matches!(role, "room" | "pipe");
        move || until_input_ends(ends_by_itself)
    })?;
    match role {
        "bare-echo" => bare_echo(),
        "echo" => echo(false),
        "echo-by-channel" => echo(true),
        "bare-fan" => bare_fan(),
        "bare-door" => bare_door(),
        "bare-rows" => bare_rows(&argument.context("which rows")?),
        "pipe" => pass_on(argument.context("which port")?.to_string_lossy().parse()?),
        "room" => room(argument),
        _ => bail!("there is no role {role}"),
    }
}

/// A server whose client has crashed ends too.
fn until_input_ends(ends_by_itself: bool) {
    if !ends_by_itself {
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok();
        std::process::exit(0)
    }
}

/// Sends back what comes.
fn bare_echo() -> Result {
    let mut stream = one(&announce()?)?;
    let mut line = [0; ROUND_TRIP_BYTES];
    while stream.read_exact(&mut line).is_ok() {
        stream.write_all(&line)?;
    }
    Ok(())
}

fn one(listener: &TcpListener) -> Result<TcpStream> {
    let (stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The same on an encrypted line; perhaps with a thread that reads and one that answers.
fn echo(by_channel: bool) -> Result {
    let mut stream = one(&announce()?)?;
    let mut reader = stream.try_clone()?;
    let mut session = host_session();
    let mut buffer = vec![0; 16 << 10];
    if !by_channel {
        loop {
            let count = reader.read(&mut buffer)?;
            ensure!(count > 0, "the client has gone");
            answer(&mut session, &mut stream, &buffer[..count])?;
        }
    }
    let (pass_on, heard) = bounded::<Box<[u8]>>(64);
    std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if pass_on.send(buffer[..count].into()).is_err() {
                return;
            }
        }
    })?;
    while let Ok(bytes) = heard.recv() {
        answer(&mut session, &mut stream, &bytes)?;
    }
    Ok(())
}

fn host_session() -> Session {
    let mut chance = ChaCha20Rng::from_seed([7; 32]);
    Session::host(&identity(HOST), &mut chance, Instant::now())
}

/// Says what it hears.
fn answer(session: &mut Session, stream: &mut TcpStream, bytes: &[u8]) -> Result {
    session.handle_bytes(Instant::now(), bytes);
    while let Some(event) = session.poll_event() {
        match event {
            SessionEvent::Message(message @ Message::Acknowledged { .. }) => session.send(Instant::now(), &message),
            SessionEvent::Ready { .. } | SessionEvent::Message(_) => {} // new keys and the like
            SessionEvent::Failed(failure) => bail!("the line failed: {failure:?}"),
        }
    }
    let count = session.pending().len();
    stream.write_all(session.pending())?;
    session.written(Instant::now(), count);
    Ok(())
}

/// Everything that the first one says goes to all others, one write each.
fn bare_fan() -> Result {
    let listener = announce()?;
    let mut speaker = one(&listener)?;
    let (audience, newcomers) = bounded(CROWD);
    std::thread::Builder::new().name("accept".to_owned()).spawn(move || {
        listener
            .incoming()
            .flatten()
            .all(|stream| stream.set_nodelay(true).is_ok() && audience.send(stream).is_ok())
    })?;
    let mut audience: Vec<TcpStream> = Vec::new();
    let mut buffer = [0; 64 << 10];
    loop {
        let count = speaker.read(&mut buffer)?;
        ensure!(count > 0, "the speaker has gone");
        audience.extend(newcomers.try_iter());
        for stream in &mut audience {
            stream.write_all(&buffer[..count])?;
        }
    }
}

/// Everybody who comes is greeted by Noise and by one byte, and stays.
fn bare_door() -> Result {
    let listener = announce()?;
    let key = bare_noise()?.generate_keypair()?;
    let mut inside = Vec::new();
    let mut message = [0; 1024];
    loop {
        let mut stream = one(&listener)?;
        let mut noise = bare_noise()?.local_private_key(&key.private)?.build_responder()?;
        bare_read(&mut stream, &mut noise)?;
        let count = noise.write_message(&[0; 256], &mut message)?;
        bare_write(&mut stream, &message[..count])?;
        bare_read(&mut stream, &mut noise)?;
        let mut noise = noise.into_transport_mode()?;
        let count = noise.write_message(&[0; 256], &mut message)?;
        bare_write(&mut stream, &message[..count])?;
        inside.push((stream, noise));
    }
}

pub(crate) fn bare_noise() -> Result<snow::Builder<'static>> {
    Ok(snow::Builder::new("Noise_XX_25519_ChaChaPoly_BLAKE2s".parse()?))
}

pub(crate) fn bare_write(stream: &mut TcpStream, message: &[u8]) -> Result {
    let length = u16::try_from(message.len())?.to_be_bytes();
    Ok(stream.write_all(&[&length, message].concat())?)
}

pub(crate) fn bare_read(stream: &mut TcpStream, noise: &mut snow::HandshakeState) -> Result {
    let (mut message, mut payload) = ([0; 1024], [0; 1024]);
    let message = bare_frame(stream, &mut message)?;
    noise.read_message(message, &mut payload)?;
    Ok(())
}

pub(crate) fn bare_frame<'a>(stream: &mut TcpStream, message: &'a mut [u8]) -> Result<&'a [u8]> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let message = &mut message[..usize::from(u16::from_be_bytes(length))];
    stream.read_exact(message)?;
    Ok(message)
}

/// The entries of a room's file, as they are there: to whoever comes.
fn bare_rows(folder: &Path) -> Result {
    let listener = announce()?;
    let file = rooms(folder, &identity(HOST).key())
        .rooms
        .first()
        .map(|room| folder.join("rooms").join(format!("{}.sqlite", room.room)))
        .context("a room is there")?;
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    loop {
        let mut stream = one(&listener)?;
        let mut from = [0; 8];
        if stream.read_exact(&mut from).is_err() {
            continue;
        }
        let mut statement = connection.prepare("SELECT bytes FROM entry WHERE place > ?1 ORDER BY place")?;
        let first = (1_i64 << 48) | i64::from_be_bytes(from);
        let mut rows = statement.query([first])?;
        let mut page = Vec::new();
        while let Some(row) = rows.next()? {
            page.extend_from_slice(row.get_ref(0)?.as_blob()?);
            if page.len() > 64 << 10 {
                stream.write_all(&page)?;
                page.clear();
            }
        }
        stream.write_all(&page)?;
    }
}

/// A room, kept in the folder of a profile or in memory, until input ends.
fn room(folder: Option<PathBuf>) -> Result {
    let identity = identity(HOST);
    let (home, again) = match folder {
        None => (Home::fleeting()?, None),
        Some(folder) => {
            let again = rooms(&folder, &identity.key()).rooms.first().map(|room| room.room);
            (Home::in_folder(identity, folder), again)
        }
    };
    let role = Role::Host(Host {
        room: "bench".to_owned(),
        again,
        admit: Some(Admit::Anyone),
        history: None, // as rooms are unless somebody asks for more
        bind: Some(Ipv4Addr::LOCALHOST.into()),
        port: 0,
        plain: None,
        welcome: String::new(),
    });
    let config = Config {
        name: "Host".to_owned(),
        role,
        limits: limits(),
        seed: None,
    };
    let host = Worker::spawn(home, config, || {})?;
    let (input, over) = bounded::<()>(0);
    std::thread::Builder::new().name("input".to_owned()).spawn(move || {
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok();
        drop(input);
    })?;
    loop {
        crossbeam_channel::select! {
            recv(host.events()) -> event => match event? {
                Event::Listening { port, .. } => println!("{port}"),
                Event::Ended(reason) => bail!("the room has ended: {reason:?}"),
                _ => {}
            },
            recv(over) -> _ => return Ok(()),
        }
    }
}

/// One guest may say as much as a host takes, and all come at once.
fn limits() -> Limits {
    Limits {
        max_lines: CROWD,
        max_lines_per_address: CROWD,
        max_strangers: CROWD,
        max_strangers_per_address: CROWD,
        handshakes_per_second: 1_000_000,
        handshakes_at_once: 1_000_000,
        messages_per_second: 1_000_000,
        messages_at_once: 1_000_000,
        shown_at_start: 0,
        ..Limits::default()
    }
}
