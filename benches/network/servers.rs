//! The servers, each as a process of its own: bare ones, a room, `ngircd`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::Ipv4Addr;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use landline::proto::{Admit, Encoding, Event as RoomEvent, Limits};
use landline::worker::{Command, Config, Event, Home, Host, Role, Worker};

use crate::sockets::{PATIENCE, Result, announce, connect, free_port, raise_file_limit};

/// Each round trip carries so many bytes, newline included.
pub(crate) const LINE_BYTES: usize = 64;
pub(crate) const AUDIENCES: [usize; 2] = [100, 1000];
pub(crate) const NGIRCD: &str = "/usr/sbin/ngircd";

/// A process that listens; it ends with this.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Server {
    /// This program in another role, perhaps on a certain core; it prints its port and lives until its standard input ends.
    pub(crate) fn start_self(role: &str, core: Option<&str>) -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut process = match core {
            None => Process::new(program),
            Some(core) => {
                let mut taskset = Process::new("taskset");
                taskset.args(["-c", core]).arg(program);
                taskset
            }
        };
        let mut child = process.arg(role).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output is piped")?).read_line(&mut line)?;
        let port = line
            .trim()
            .parse()
            .with_context(|| format!("{role} prints {line:?} and no port"))?;
        Ok(Self { child, port })
    }

    /// What it has used so far, of user and system time.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        const TICKS_A_SECOND: f64 = 100.0; // USER_HZ, the same on all Linux systems
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, fields) = stat.rsplit_once(')').context("a process has a name")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(Duration::from_secs_f64(
            ticks.sum::<std::result::Result<f64, _>>()? / TICKS_A_SECOND,
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            self.child.wait().ok();
        }
    }
}

/// A server whose client has crashed ends too.
pub(crate) fn end_with_the_client() -> Result {
    let until_it_closes = || {
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok();
        std::process::exit(0)
    };
    std::thread::Builder::new()
        .name("parent".to_owned())
        .spawn(until_it_closes)?;
    Ok(())
}

/// Sends back what comes.
pub(crate) fn bare_echo() -> Result {
    let listener = announce()?;
    let (mut stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    let mut line = [0; LINE_BYTES];
    while stream.read_exact(&mut line).is_ok() {
        stream.write_all(&line)?;
    }
    Ok(())
}

/// Everything that the first one says goes to all others, one write each.
pub(crate) fn bare_fan() -> Result {
    raise_file_limit()?;
    let listener = announce()?;
    let (mut speaker, _) = listener.accept()?;
    let (audience, newcomers) = crossbeam_channel::bounded(AUDIENCES[1]);
    std::thread::Builder::new().name("accept".to_owned()).spawn(move || {
        listener
            .incoming()
            .flatten()
            .all(|stream| stream.set_nodelay(true).is_ok() && audience.send(stream).is_ok())
    })?;
    let mut audience = Vec::new();
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

/// A room; an echoing host says what it hears.
pub(crate) fn room(echoing: bool) -> Result {
    let role = Role::Host(Host {
        room: "bench".to_owned(),
        again: None,
        admit: Some(Admit::Anyone),
        history: None,
        bind: Some(Ipv4Addr::LOCALHOST.into()),
        port: 0,
        plain: Some(Some(Encoding::Utf8)),
        welcome: "hi".to_owned(),
    });
    let host = Worker::spawn(Home::fleeting()?, config("Host", role), || {})?;
    while let Ok(event) = next(&host) {
        match event {
            Event::Listening { port, .. } => println!("{port}"),
            Event::Room(RoomEvent::Said { entry }) if echoing && !entry.mine => {
                host.send(Command::say(entry.text.to_string()))?;
            }
            _ => {}
        }
    }
    Ok(())
}

pub(crate) fn start_ngircd(folder: &std::path::Path) -> Result<Server> {
    let port = free_port()?;
    let file = folder.join("ngircd.conf");
    let config = format!(
        "[Global]\nName = bench.example\nInfo = bench\nListen = 127.0.0.1\nPorts = {port}\nMotdPhrase = hi\n\
         [Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxJoins = 0\nMaxPenaltyTime = 0\n\
         [Options]\nDNS = no\nIdent = no\nPAM = no\n"
    );
    std::fs::write(&file, config)?;
    let child = Process::new(NGIRCD)
        .args(["-n", "-f"])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let server = Server { child, port };
    let deadline = Instant::now() + PATIENCE;
    while connect(port).is_err() {
        ensure!(Instant::now() < deadline, "ngircd does not listen");
        std::thread::yield_now();
    }
    Ok(server)
}

pub(crate) fn config(name: &str, role: Role) -> Config {
    let limits = Limits {
        max_lines: 2000,
        max_lines_per_address: 2000,
        max_strangers: 2000,
        max_strangers_per_address: 2000,
        ..Limits::default()
    };
    Config {
        name: name.to_owned(),
        role,
        limits,
        seed: Some([1; 32]),
    }
}

/// The next event. Looks a few times before it sleeps: what is measured is the workers, not how a channel sleeps.
pub(crate) fn next(worker: &Worker) -> Result<Event> {
    const LOOKS: usize = 16;
    for _ in 0..LOOKS {
        if let Ok(event) = worker.events().try_recv() {
            return Ok(event);
        }
        std::thread::yield_now();
    }
    Ok(worker.events().recv()?)
}
