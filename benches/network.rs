//! The network, as ratios within one run: a round trip, a fan-out, and a saturated room beside `ngircd`.
//!
//! `cargo bench --bench network`. Every server is a process of its own; rounds are interleaved (A, B, A, B …), ratios are
//! taken round by round, and what is printed is their median. Absolutes say something about this computer only.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: the load client waits with epoll, which only Linux has");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::os::fd::OwnedFd;
    use std::process::{Child, Command as Process, Stdio};
    use std::time::{Duration, Instant};

    use anyhow::{Context as _, bail, ensure};
    use landline::proto::{Encoding, Event as RoomEvent, Limits};
    use landline::worker::{Command, Config, Event, Host, Join, Role, Worker};
    use rustix::event::{Timespec, epoll};

    type Result<T = ()> = anyhow::Result<T>;

    /// Each round trip carries so many bytes, newline included.
    const LINE_BYTES: usize = 64;
    const ROUND_TRIPS: usize = 1500;
    const ROUND_TRIP_ROUNDS: usize = 7;
    /// Messages of the fan-out and the saturated room, newline included.
    const MESSAGE_BYTES: usize = 100;
    const FAN_OUTS: usize = 60;
    const FAN_OUT_ROUNDS: usize = 5;
    /// Messages under way in the saturated room.
    const UNDER_WAY: u64 = 64;
    const SATURATED_FOR: Duration = Duration::from_millis(1200);
    const SATURATED_ROUNDS: usize = 5;
    const AUDIENCES: [usize; 2] = [100, 1000];
    /// Once in every message and nowhere else.
    const MARK: u8 = b'|';
    const NGIRCD: &str = "/usr/sbin/ngircd";
    /// Nothing takes this long unless it is broken.
    const PATIENCE: Duration = Duration::from_secs(20);

    pub(super) fn main() -> Result {
        match std::env::args().nth(1).as_deref() {
            Some("bare-echo") => bare_echo(),
            Some("bare-fan") => bare_fan(),
            Some("room") => room(false),
            Some("echoing-room") => room(true),
            Some("round-trip") => round_trip(),
            _ => all(),
        }
    }

    fn all() -> Result {
        raise_file_limit()?;
        round_trip()?;
        match Process::new("taskset")
            .args(["-c", "0"])
            .arg(std::env::current_exe()?)
            .arg("round-trip")
            .status()
        {
            Ok(status) => ensure!(status.success(), "the pinned round trip failed"),
            Err(error) => println!("skipped: round trip on one core: taskset: {error}"),
        }
        for audience in AUDIENCES {
            fan_out(audience)?;
            saturated(audience)?;
        }
        Ok(())
    }

    // Round trip

    fn round_trip() -> Result {
        let echo = Server::start_self("bare-echo")?;
        let room = Server::start_self("echoing-room")?;
        let mut bare = connect(echo.port)?;
        let guest = join(room.port)?;
        let (mut bares, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUND_TRIP_ROUNDS {
            bares.push(median((0..ROUND_TRIPS).map(|_| timed(|| ping(&mut bare))))?);
            ours.push(median((0..ROUND_TRIPS).map(|_| timed(|| say_and_hear(&guest))))?);
        }
        let cores = std::thread::available_parallelism()?;
        report(
            &format!("round trip of {LINE_BYTES} B, {cores} core(s), against bare TCP"),
            "us",
            &ours,
            &bares,
        );
        Ok(())
    }

    fn ping(stream: &mut TcpStream) -> Result {
        let mut line = [b'x'; LINE_BYTES];
        stream.write_all(&line)?;
        Ok(stream.read_exact(&mut line)?)
    }

    fn say_and_hear(guest: &Worker) -> Result {
        let text = "x".repeat(LINE_BYTES - 1);
        guest.send(Command::Say { text })?;
        hear(guest)
    }

    fn hear(guest: &Worker) -> Result {
        loop {
            if let Event::Room(RoomEvent::Said { entry }) = guest.events().recv_timeout(PATIENCE)?
                && !entry.mine
            {
                return Ok(());
            }
        }
    }

    fn join(port: u16) -> Result<Worker> {
        let role = Role::Join(Join {
            address: format!("127.0.0.1:{port}").parse()?,
            encoding: Encoding::Auto,
            introduce: true,
            connect_within: PATIENCE,
        });
        let guest = Worker::spawn(config("Guest", role), || {})?;
        say_and_hear(&guest)?; // the welcome or the echo
        while guest.events().recv_timeout(Duration::from_millis(500)).is_ok() {}
        Ok(guest)
    }

    fn config(name: &str, role: Role) -> Config {
        let limits = Limits {
            max_lines: 2000,
            ..Limits::default()
        };
        Config {
            name: name.to_owned(),
            role,
            limits,
            seed: Some(1),
        }
    }

    // Fan-out and saturation

    fn fan_out(audience: usize) -> Result {
        let mut bare = Load::new(Server::start_self("bare-fan")?, &Raw, audience)?;
        let mut ours = Load::new(Server::start_self("room")?, &Raw, audience)?;
        let (mut bares, mut rooms) = (Vec::new(), Vec::new());
        for _ in 0..FAN_OUT_ROUNDS {
            bares.push(median((0..FAN_OUTS).map(|_| timed(|| bare.say_to_all())))?);
            rooms.push(median((0..FAN_OUTS).map(|_| timed(|| ours.say_to_all())))?);
        }
        let what = format!("until the last of {audience} has a line, against a bare loop of writes");
        report(&what, "us", &rooms, &bares);
        Ok(())
    }

    fn saturated(audience: usize) -> Result {
        let mut ours = Load::new(Server::start_self("room")?, &Raw, audience)?;
        if !std::path::Path::new(NGIRCD).exists() {
            println!("skipped: deliveries a second against ngircd: {NGIRCD} is not installed");
            return Ok(());
        }
        let folder = tempfile::tempdir()?;
        let mut irc = Load::new(start_ngircd(folder.path())?, &Irc, audience)?;
        let (mut rooms, mut ircs) = (Vec::new(), Vec::new());
        for _ in 0..SATURATED_ROUNDS {
            ircs.push(irc.saturate()?);
            rooms.push(ours.saturate()?);
        }
        let rates = |samples: &[Saturated]| samples.iter().map(|sample| sample.per_second / 1e3).collect::<Vec<_>>();
        let costs = |samples: &[Saturated]| samples.iter().map(|sample| sample.cpu_us).collect::<Vec<_>>();
        let what = format!("deliveries a second to {audience}, {UNDER_WAY} under way, against ngircd");
        report(&what, "k/s", &rates(&rooms), &rates(&ircs));
        let what = format!("host CPU of a delivery to {audience}, against ngircd");
        report(&what, "us", &costs(&rooms), &costs(&ircs));
        Ok(())
    }

    fn start_ngircd(folder: &std::path::Path) -> Result<Server> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
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

    /// What one server wants to be told; everything else about the load is the same for all.
    trait Dialect {
        /// Said by member `number` when it has come.
        fn enter(&self, number: usize) -> String;
        /// Comes when entering is done.
        fn entered(&self) -> &'static str;
        /// A message of exactly [`MESSAGE_BYTES`] as the receivers read it, as near as the dialect allows.
        fn message(&self) -> Vec<u8>;
    }

    struct Raw;

    impl Dialect for Raw {
        fn enter(&self, number: usize) -> String {
            format!("/name Member{number}\n")
        }

        fn entered(&self) -> &'static str {
            ""
        }

        fn message(&self) -> Vec<u8> {
            let mut message = vec![b'x'; MESSAGE_BYTES];
            (message[0], message[MESSAGE_BYTES - 1]) = (MARK, b'\n');
            message
        }
    }

    struct Irc;

    impl Dialect for Irc {
        fn enter(&self, number: usize) -> String {
            format!("NICK m{number}\r\nUSER m 0 * :m\r\nJOIN #b\r\n")
        }

        fn entered(&self) -> &'static str {
            " 366 "
        }

        fn message(&self) -> Vec<u8> {
            let words = "x".repeat(MESSAGE_BYTES - 1);
            format!("PRIVMSG #b :{}{words}\r\n", char::from(MARK)).into_bytes()
        }
    }

    /// One speaker and an audience, in one thread.
    struct Load {
        server: Server,
        message: Vec<u8>,
        speaker: TcpStream,
        audience: Vec<TcpStream>,
        ready: OwnedFd,
        said: u64,
        delivered: u64,
        buffer: Vec<u8>,
    }

    /// Member `number` comes.
    fn enter(port: u16, dialect: &dyn Dialect, number: usize) -> Result<TcpStream> {
        let mut stream = connect(port)?;
        stream.write_all(dialect.enter(number).as_bytes())?;
        let mut heard = String::new();
        let mut buffer = [0; 64 << 10];
        while !heard.contains(dialect.entered()) {
            let count = stream.read(&mut buffer)?;
            ensure!(count > 0, "the server closed the line of member {number} after {heard}");
            heard.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        Ok(stream)
    }

    /// One round of a saturated room.
    struct Saturated {
        per_second: f64,
        cpu_us: f64,
    }

    impl Load {
        fn new(server: Server, dialect: &dyn Dialect, audience: usize) -> Result<Self> {
            let ready = epoll::create(epoll::CreateFlags::CLOEXEC)?;
            let speaker = enter(server.port, dialect, 0)?;
            speaker.set_nonblocking(true)?;
            let data = epoll::EventData::new_u64(u64::MAX);
            epoll::add(&ready, &speaker, data, epoll::EventFlags::IN)?;
            let mut load = Self {
                server,
                speaker,
                message: dialect.message(),
                audience: Vec::new(),
                ready,
                said: 0,
                delivered: 0,
                buffer: vec![0; 256 << 10],
            };
            for number in 1..=audience {
                let stream = enter(load.server.port, dialect, number)?;
                stream.set_nonblocking(true)?;
                let data = epoll::EventData::new_u64(load.audience.len() as u64);
                epoll::add(&load.ready, &stream, data, epoll::EventFlags::IN)?;
                load.audience.push(stream);
                load.gather(Some(Duration::ZERO))?; // what others hear of the newcomer
            }
            load.warm_up()?;
            Ok(load)
        }

        /// Everybody has come when one message reaches all; before that it reaches some.
        fn warm_up(&mut self) -> Result {
            let deadline = Instant::now() + PATIENCE;
            let everybody = self.audience.len() as u64;
            loop {
                let before = self.delivered;
                self.say()?;
                while self.gather(Some(Duration::from_millis(300)))? > 0 {}
                if self.delivered - before == everybody {
                    (self.said, self.delivered) = (0, 0);
                    return Ok(());
                }
                ensure!(
                    Instant::now() < deadline,
                    "only {} of {everybody} hear",
                    self.delivered - before
                );
            }
        }

        fn say(&mut self) -> Result {
            self.said += 1;
            let mut rest = &self.message[..];
            while !rest.is_empty() {
                match self.speaker.write(rest) {
                    Ok(count) => rest = &rest[count..],
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(())
        }

        fn say_to_all(&mut self) -> Result {
            self.say()?;
            self.gather_until(self.said * self.audience.len() as u64)
        }

        /// As many messages as the server takes, [`UNDER_WAY`] at a time.
        fn saturate(&mut self) -> Result<Saturated> {
            let everybody = self.audience.len() as u64;
            let (before, cpu, started) = (self.delivered, self.server.cpu()?, Instant::now());
            while started.elapsed() < SATURATED_FOR {
                while self.said * everybody < self.delivered + UNDER_WAY * everybody {
                    self.say()?;
                }
                self.gather(Some(PATIENCE))?;
            }
            self.gather_until(self.said * everybody)?;
            let (deliveries, seconds) = ((self.delivered - before) as f64, started.elapsed().as_secs_f64());
            let cpu = self.server.cpu()?.saturating_sub(cpu);
            Ok(Saturated {
                per_second: deliveries / seconds,
                cpu_us: cpu.as_secs_f64() * 1e6 / deliveries,
            })
        }

        fn gather_until(&mut self, delivered: u64) -> Result {
            while self.delivered < delivered {
                ensure!(self.gather(Some(PATIENCE))? > 0, "nothing comes any more");
            }
            Ok(())
        }

        /// Reads what has come; yields how many lines had something.
        fn gather(&mut self, within: Option<Duration>) -> Result<usize> {
            let within = within
                .map(Timespec::try_from)
                .transpose()
                .context("a time that poll can wait")?;
            let mut events = Vec::with_capacity(1024);
            epoll::wait(
                &self.ready,
                rustix::buffer::spare_capacity(&mut events),
                within.as_ref(),
            )?;
            for event in &events {
                let number = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
                let mut stream = self.audience.get(number).unwrap_or(&self.speaker);
                match stream.read(&mut self.buffer) {
                    Ok(0) => bail!("the server closed a line"),
                    Ok(count) if number < self.audience.len() => {
                        self.delivered += self.buffer[..count].iter().filter(|byte| **byte == MARK).count() as u64;
                    }
                    Ok(_) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(events.len())
        }
    }

    // Servers

    /// A process that listens; it ends with this.
    struct Server {
        child: Child,
        port: u16,
    }

    impl Server {
        /// This program in another role; it prints its port and lives until its standard input ends.
        fn start_self(role: &str) -> Result<Self> {
            let mut child = Process::new(std::env::current_exe()?)
                .arg(role)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()?;
            let mut line = String::new();
            BufReader::new(child.stdout.take().context("its output is piped")?).read_line(&mut line)?;
            let port = line
                .trim()
                .parse()
                .with_context(|| format!("{role} prints {line:?} and no port"))?;
            Ok(Self { child, port })
        }

        /// What it has used so far, of user and system time.
        fn cpu(&self) -> Result<Duration> {
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

    /// Sends back what comes.
    fn bare_echo() -> Result {
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
    fn bare_fan() -> Result {
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
    fn room(echoing: bool) -> Result {
        let role = Role::Host(Host {
            room: "bench".to_owned(),
            bind: Some(Ipv4Addr::LOCALHOST.into()),
            port: 0,
            plain: Some(Encoding::Utf8),
            welcome: "hi".to_owned(),
        });
        let host = Worker::spawn(config("Host", role), || {})?;
        while let Ok(event) = host.events().recv() {
            match event {
                Event::Listening { port, .. } => println!("{port}"),
                Event::Room(RoomEvent::Said { entry }) if echoing && !entry.mine => {
                    host.send(Command::Say {
                        text: entry.text.to_string(),
                    })?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn announce() -> Result<TcpListener> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        println!("{}", listener.local_addr()?.port());
        Ok(listener)
    }

    fn connect(port: u16) -> Result<TcpStream> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    fn raise_file_limit() -> Result {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let maximum = getrlimit(Resource::Nofile).maximum;
        let current = maximum;
        Ok(setrlimit(Resource::Nofile, Rlimit { current, maximum })?)
    }

    // Numbers

    /// Microseconds.
    fn timed(act: impl FnOnce() -> Result) -> Result<f64> {
        let started = Instant::now();
        act()?;
        Ok(started.elapsed().as_secs_f64() * 1e6)
    }

    fn median(samples: impl Iterator<Item = Result<f64>>) -> Result<f64> {
        Ok(middle(samples.collect::<Result<_>>()?))
    }

    fn middle(mut samples: Vec<f64>) -> f64 {
        samples.sort_by(f64::total_cmp);
        samples[samples.len() / 2]
    }

    fn report(what: &str, unit: &str, ours: &[f64], theirs: &[f64]) {
        let ratios: Vec<_> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        let (low, high) = ratios.iter().fold((f64::MAX, 0.0_f64), |(low, high), ratio| {
            (low.min(*ratio), high.max(*ratio))
        });
        println!(
            "{what}: {:.2}x ({low:.2}-{high:.2}), {:.1} {unit} to {:.1} {unit}",
            middle(ratios),
            middle(ours.to_vec()),
            middle(theirs.to_vec())
        );
    }
}
