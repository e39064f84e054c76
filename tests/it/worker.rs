//! Workers over loopback on port 0: rooms, faults, cancelling, dropping.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv6Addr, TcpListener, TcpStream};
use std::process::{Command as Process, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use landline::proto::{CloseReason, Encoding, Event as RoomEvent, LeaveReason, LineEnd, MemberId};
use landline::worker::{Busy, COMMANDS, Command, EVENTS, EndReason, Event, Failure, JOIN_WITHIN, Worker};

use crate::loopback::{
    DEADLINE, Raw, Seat, WELCOME, change_host, change_join, guest, guest_of_program, host, program_port, silent_port,
    time_to_drop,
};

// Rooms

#[test]
fn a_host_and_a_guest_talk_both_ways_and_know_each_others_names() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let guest = Seat::connected(guest("李雷", &format!("127.0.0.1:{port}")));
    guest.hears(WELCOME);
    host.sees_name("李雷");
    guest.say("你好，梅梅");
    assert_eq!(&*host.hears("你好，梅梅").author.name, "李雷");
    host.say("你好，李雷");
    guest.hears("你好，李雷");
    let lines = host.room("sent", |event| match event {
        RoomEvent::Sent { lines, .. } => Some(*lines),
        _ => None,
    });
    assert_eq!(lines, 1);
    guest.send(Command::Leave);
    assert_eq!(guest.end(), EndReason::Closed(CloseReason::Left));
    assert_eq!(host.sees_leave(), LeaveReason::Bye);
}

#[test]
fn many_guests_hear_each_other_with_names() {
    const GUESTS: usize = 8;
    let (host, port) = Seat::listening(host("韩梅梅"));
    let guests: Vec<_> = (0..GUESTS)
        .map(|number| {
            let name = format!("Guest{number}");
            let seat = Seat::connected(guest(&name, &format!("127.0.0.1:{port}")));
            seat.hears(WELCOME);
            host.sees_name(&name);
            seat
        })
        .collect();
    for (number, speaker) in guests.iter().enumerate() {
        speaker.say("大家好");
        assert_eq!(&*host.hears("大家好").author.name, format!("Guest{number}"));
        for (_, listener) in guests.iter().enumerate().filter(|(other, _)| *other != number) {
            listener.hears(&format!("Guest{number}: 大家好"));
        }
    }
    host.send(Command::Leave);
    for guest in &guests {
        assert_eq!(guest.end(), EndReason::Closed(CloseReason::HostLeft));
    }
    assert_eq!(host.end(), EndReason::Closed(CloseReason::Left));
}

#[test]
fn one_port_serves_both_families_and_the_addresses_lead_there() {
    let mut config = host("韩梅梅");
    change_host(&mut config, |host| host.bind = None);
    let host = Seat::open(config);
    let (port, addresses) = host.until("listening", |event| match event {
        Event::Listening { port, addresses, .. } => Some((*port, addresses.clone())),
        _ => None,
    });
    assert_ne!(port, 0);
    assert!(
        addresses.last().is_some_and(|last| last.ip().is_loopback()),
        "{addresses:?}"
    );
    assert!(addresses.iter().all(|address| address.port() == port), "{addresses:?}");
    for address in addresses {
        let guest = Seat::connected(guest("李雷", &address.to_string()));
        guest.hears(WELCOME);
        let member = host.sees_join();
        let from = member.address.map(|address| address.ip());
        assert!(
            from.is_some_and(|ip| ip.is_ipv4() == address.is_ipv4()),
            "{from:?} by {address}"
        );
    }
}

#[test]
fn a_room_bound_to_ipv6_is_reached_by_ipv6() {
    let mut config = host("韩梅梅");
    change_host(&mut config, |host| host.bind = Some(Ipv6Addr::LOCALHOST.into()));
    let (_host, port) = Seat::listening(config);
    Seat::connected(guest("李雷", &format!("[::1]:{port}"))).hears(WELCOME);
}

#[test]
fn all_addresses_of_a_name_are_tried() {
    let (_host, port) = Seat::listening(host("韩梅梅")); // at 127.0.0.1 only, while localhost may be ::1 first
    let guest = Seat::open(guest("李雷", &format!("localhost:{port}")));
    let tried = guest.until("connecting", |event| match event {
        Event::Connecting { address } => Some(*address),
        _ => None,
    });
    assert!(tried.ip().is_loopback());
    guest.hears(WELCOME);
}

#[test]
fn the_window_is_woken_after_events_are_there() {
    let (woken, wakes) = bounded(1000);
    let worker = Worker::spawn(host("韩梅梅"), move || woken.send(()).unwrap()).unwrap();
    wakes.recv_timeout(DEADLINE).unwrap();
    assert!(matches!(worker.events().try_recv(), Ok(Event::Listening { .. })));
    worker.send(Command::Leave).unwrap();
    let ended = |event| matches!(event, Event::Ended(EndReason::Closed(CloseReason::Left)));
    let deadline = Instant::now() + DEADLINE;
    loop {
        wakes.recv_deadline(deadline).unwrap();
        if worker.events().try_iter().any(ended) {
            break;
        }
    }
}

#[test]
fn a_full_command_channel_gives_the_command_back() {
    let (worker, _commands, _events) = Worker::scripted();
    let say = || Command::Say {
        text: "在吗".to_owned(),
    };
    for _ in 0..COMMANDS {
        worker.send(say()).unwrap();
    }
    assert_eq!(worker.send(say()), Err(Busy(say())));
}

// What the other programs do

#[test]
fn netcat_is_shown_whole_lines_and_what_it_sent_before_it_closed_its_side() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut nc = Raw::welcomed(port);
    nc.sends("first\nsec");
    host.hears("first");
    nc.sends("ond\nthird without an end");
    nc.finish(); // nc -N
    host.hears("second");
    host.hears("third without an end");
    assert_eq!(host.sees_leave(), LeaveReason::Lost(LineEnd::Finished));
}

#[test]
fn telnet_negotiates_in_vain_and_gets_its_own_kind_of_newline() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut telnet = Raw::welcomed(port);
    telnet.sends(b"\xFF\xFD\x03\xFF\xFB\x18hello\r\n");
    host.hears("hello");
    host.say("hi");
    telnet.reads("hi\r\n");
}

#[test]
fn the_host_removes_somebody() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut guest = Raw::welcomed(port);
    let member = host.sees_join().author.id;
    assert_ne!(member, MemberId::HOST);
    host.send(Command::Remove { member });
    assert_eq!(host.sees_leave(), LeaveReason::Removed);
    assert!(guest.reads_to_end().contains("bye"));
}

// What cannot be

#[test]
fn a_port_that_is_taken_is_named_with_one_that_is_free() {
    let (_first, port) = Seat::listening(host("韩梅梅"));
    let mut config = host("李雷");
    change_host(&mut config, |host| host.port = port);
    let EndReason::Failed(Failure::PortTaken { port: taken, free }) = Seat::open(config.clone()).end() else {
        panic!("not taken")
    };
    assert_eq!(taken, port);
    let free = free.unwrap();
    change_host(&mut config, |host| host.port = free);
    assert_eq!(Seat::listening(config).1, free);
}

#[test]
fn a_port_is_free_again_when_the_room_has_ended() {
    let (first, port) = Seat::listening(host("韩梅梅"));
    let _guest = Raw::welcomed(port);
    first.send(Command::Leave);
    first.until("ended", |event| matches!(event, Event::Ended(_)).then_some(()));
    let mut config = host("韩梅梅");
    change_host(&mut config, |host| host.port = port);
    assert_eq!(Seat::listening(config).1, port);
}

#[test]
fn an_address_of_another_computer_is_refused() {
    let address: IpAddr = "203.0.113.7".parse().unwrap(); // RFC 5737: nobody's
    let mut config = host("韩梅梅");
    change_host(&mut config, |host| host.bind = Some(address));
    let failure = Failure::AddressNotLocal { address };
    assert_eq!(Seat::open(config).end(), EndReason::Failed(failure));
}

#[test]
fn where_nobody_listens_the_guest_is_told_so() {
    let (listener, port) = program_port();
    drop(listener);
    let address = format!("127.0.0.1:{port}");
    let reason = Seat::open(guest("李雷", &address)).end();
    let address = address.parse().unwrap();
    assert_eq!(reason, EndReason::Failed(Failure::Refused { address }));
}

#[test]
fn where_nobody_answers_it_takes_as_long_as_allowed() {
    const ALLOWED: Duration = Duration::from_millis(300);
    let (_silent, port) = silent_port();
    let mut config = guest("李雷", &format!("127.0.0.1:{port}"));
    change_join(&mut config, |join| join.connect_within = ALLOWED);
    let before = Instant::now();
    let reason = Seat::open(config).end();
    assert!(
        matches!(reason, EndReason::Failed(Failure::TimedOut { .. })),
        "{reason:?}"
    );
    assert!(before.elapsed() >= ALLOWED);
}

#[test]
fn a_name_that_nobody_has_is_not_found() {
    let mut config = guest("李雷", "nobody.invalid:8888"); // RFC 6761
    change_join(&mut config, |join| join.connect_within = Duration::from_secs(2));
    let host = "nobody.invalid".to_owned();
    assert_eq!(
        Seat::open(config).end(),
        EndReason::Failed(Failure::NotResolved { host })
    );
}

// Giving up, and letting go

#[test]
fn leaving_while_connecting_ends_at_once_and_nothing_comes_after() {
    let (_silent, port) = silent_port();
    let guest = Seat::open(guest("李雷", &format!("127.0.0.1:{port}")));
    guest.until("connecting", |event| {
        matches!(event, Event::Connecting { .. }).then_some(())
    });
    let before = Instant::now();
    guest.send(Command::Leave);
    assert_eq!(guest.end(), EndReason::Cancelled);
    assert!(before.elapsed() < JOIN_WITHIN, "{:?}", before.elapsed());
}

#[test]
fn bye_while_connecting_gives_up_too() {
    let (_silent, port) = silent_port();
    let guest = Seat::open(guest("李雷", &format!("127.0.0.1:{port}")));
    guest.say("bye");
    assert_eq!(guest.end(), EndReason::Cancelled);
}

#[test]
fn dropping_ends_a_host_that_waits_for_guests() {
    let mut everywhere = host("韩梅梅");
    change_host(&mut everywhere, |host| host.bind = None);
    for config in [host("韩梅梅"), everywhere] {
        let (host, _) = Seat::listening(config);
        assert!(time_to_drop(host) < JOIN_WITHIN);
    }
}

#[test]
fn dropping_ends_a_guest_that_connects() {
    let (_silent, port) = silent_port();
    let guest = Seat::open(guest("李雷", &format!("127.0.0.1:{port}")));
    guest.until("connecting", |event| {
        matches!(event, Event::Connecting { .. }).then_some(())
    });
    assert!(time_to_drop(guest) < JOIN_WITHIN);
}

#[test]
fn dropping_ends_a_guest_that_looks_for_a_name() {
    let guest = Seat::open(guest("李雷", "nobody.invalid:8888"));
    assert!(time_to_drop(guest) < JOIN_WITHIN);
}

#[test]
fn dropping_ends_lines_that_wait_for_bytes_and_says_bye() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut peers: Vec<_> = (0..20).map(|_| Raw::welcomed(port)).collect();
    for peer in &mut peers {
        peer.sends("在\n"); // with a newline: `bye` needs no distance from what was said before
        host.hears("在");
    }
    host.say("都在");
    for peer in &mut peers {
        peer.reads("都在\n");
    }
    assert!(time_to_drop(host) < JOIN_WITHIN);
    for peer in &mut peers {
        assert_eq!(peer.reads_to_end(), "bye\n");
    }
}

#[test]
fn dropping_ends_everything_while_all_channels_are_full() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let flood = Flood::start(port);
    until_full(&host);
    assert!(time_to_drop(host) < JOIN_WITHIN);
    flood.end();
}

#[test]
fn a_host_that_has_a_thousand_guests_ends_in_time_too() {
    let mut config = host("韩梅梅");
    config.limits.max_lines = 2000;
    let (host, port) = Seat::listening(config);
    let peers: Vec<_> = (0..1000)
        .map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap())
        .collect();
    for _ in &peers {
        host.sees_join();
    }
    // The room is alive with all of them there.
    let mut speaker = Raw::welcomed(port);
    speaker.sends("有人吗\n");
    host.hears("有人吗");
    host.say("有");
    speaker.reads("有\n");
    assert!(time_to_drop(host) < JOIN_WITHIN);
}

// Faults

/// A peer that says short lines as fast as it can until the line ends.
struct Flood {
    thread: std::thread::JoinHandle<()>,
    stream: TcpStream,
    progress: Receiver<()>,
}

impl Flood {
    fn start(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let mut writer = stream.try_clone().unwrap();
        let lines = "flood\n".repeat(100);
        let (written, progress) = bounded(1);
        let thread = std::thread::Builder::new()
            .name("flood".to_owned())
            .spawn(move || {
                while writer.write_all(lines.as_bytes()).is_ok() {
                    written.try_send(()).ok();
                }
            })
            .unwrap();
        Self {
            thread,
            stream,
            progress,
        }
    }

    /// Waits until it can say no more, because the other side reads no more.
    fn stalls(&self) {
        let deadline = Instant::now() + DEADLINE;
        while self.progress.recv_timeout(Duration::from_millis(300)).is_ok() {
            assert!(Instant::now() < deadline, "all of it is taken");
        }
    }

    fn end(self) {
        self.stream.shutdown(std::net::Shutdown::Both).ok();
        self.thread.join().unwrap();
    }
}

/// Waits until the driver has put as many events into the channel as there is room for.
fn until_full(seat: &Seat) {
    let deadline = Instant::now() + DEADLINE;
    while seat.worker.events().len() < EVENTS {
        assert!(Instant::now() < deadline, "{} events", seat.worker.events().len());
        std::thread::yield_now();
    }
}

#[test]
fn a_window_that_does_not_look_stops_peers_but_neither_commands_nor_timers() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut quiet = Raw::welcomed(port);
    let flood = Flood::start(port);
    until_full(&host);
    flood.stalls();
    host.send(Command::Leave);
    // The line is closed for good by a timer: this peer neither says bye nor closes its side.
    assert!(quiet.reads_to_end().ends_with("bye"));
    let deadline = Instant::now() + DEADLINE;
    while quiet.stream.write_all(b"?").is_ok() {
        assert!(Instant::now() < deadline, "the line is still open");
        std::thread::yield_now();
    }
    assert_eq!(host.end(), EndReason::Closed(CloseReason::Left));
    flood.end();
}

#[test]
fn a_script_that_does_not_look_is_told_to_wait_and_can_still_be_ended() {
    let (host, _) = Seat::listening(host("韩梅梅"));
    let say = || Command::Say {
        text: "在吗".to_owned(),
    };
    let (mut said, mut last) = (0, Instant::now());
    while last.elapsed() < Duration::from_millis(300) {
        match host.worker.send(say()) {
            Ok(()) => (said, last) = (said + 1, Instant::now()),
            Err(Busy(_)) => std::thread::yield_now(),
        }
        assert!(said < 100_000, "all of it is taken");
    }
    assert!(time_to_drop(host) < JOIN_WITHIN);
}

#[test]
fn a_guest_that_reads_late_gets_everything() {
    const MESSAGES: usize = 600;
    const BYTES: usize = 15_000; // together more than the system's buffers take
    let mut config = host("韩梅梅");
    config.limits.max_queued_bytes = 64 << 20;
    let (host, port) = Seat::listening(config);
    let mut late = Raw::welcomed(port);
    late.sends("我在\n");
    host.hears("我在");
    for _ in 0..MESSAGES {
        host.say(&"x".repeat(BYTES));
        host.room("said", |event| matches!(event, RoomEvent::Said { .. }).then_some(()));
    }
    host.say("完");
    let (mut read, mut buffer) = (0, [0; 64 << 10]);
    while read < MESSAGES * BYTES {
        let count = late.stream.read(&mut buffer).unwrap();
        assert_ne!(count, 0, "the line ended");
        read += buffer[..count].iter().filter(|byte| **byte == b'x').count();
    }
}

#[test]
fn a_guest_that_does_not_read_is_let_go_and_nobody_else_waits_for_it() {
    let mut config = host("韩梅梅");
    config.limits.max_queued_bytes = 256 << 10;
    config.limits.write_stall = Duration::from_secs(60); // the queue is to decide, not the clock
    let (host, port) = Seat::listening(config);
    let slow = Raw::connect(port);
    let slow_member = host.sees_join().author.id;
    let mut quick = Raw::welcomed(port);
    host.sees_join();
    quick.sends("我在\n");
    host.hears("我在");
    let line = "长".repeat(300);
    let mut left = None;
    for number in 0..100_000 {
        let before = Instant::now();
        host.say(&format!("{number} {line}"));
        quick.reads(&format!("{number} {line}\n"));
        assert!(before.elapsed() < DEADLINE / 4, "{:?}", before.elapsed());
        left = host.worker.events().try_iter().find_map(|event| match event {
            Event::Room(RoomEvent::Left { member, reason }) => Some((member.author.id, reason)),
            _ => None,
        });
        if left.is_some() {
            break;
        }
    }
    assert_eq!(left, Some((slow_member, LeaveReason::TooSlow)));
    host.say("还在吗");
    quick.reads("还在吗\n");
    drop(slow);
}

#[test]
fn a_line_cut_at_any_moment_leaves_the_room_alive() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut other = Raw::welcomed(port);
    other.sends("我在\n");
    host.hears("我在");
    Raw::connect(port).reset();
    let moments: [&[u8]; 5] = [b"", b"\xE4", b"half", b"whole\n", b"/name \xE6\x9D"];
    for sent in moments {
        let mut peer = Raw::welcomed(port);
        peer.sends(sent);
        peer.reset();
    }
    // While the host is writing to it:
    let peer = Raw::welcomed(port);
    for _ in 0..50 {
        host.say("说个不停");
    }
    peer.reset();
    for _ in 0..moments.len() + 1 {
        let reason = host.sees_leave();
        assert!(matches!(reason, LeaveReason::Lost(_)), "{reason:?}");
    }
    other.sends("还在\n");
    host.hears("还在");
}

#[test]
fn what_was_received_before_a_cut_is_shown() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut peer = Raw::connect(port);
    peer.sends("最后一句\n还有半");
    peer.reset();
    host.hears("最后一句");
    host.hears("还有半");
    assert_eq!(host.sees_leave(), LeaveReason::Lost(LineEnd::Reset));
}

#[test]
fn ten_megabytes_without_a_newline_close_that_line_only() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut other = Raw::welcomed(port);
    host.sees_join();
    let mut endless = Raw::welcomed(port);
    let block = [b'x'; 64 << 10];
    let blocks = (0..160)
        .take_while(|_| endless.stream.write_all(&block).is_ok())
        .count();
    assert_eq!(host.sees_leave(), LeaveReason::Endless);
    let deadline = Instant::now() + DEADLINE;
    while endless.stream.write_all(&block).is_ok() {
        assert!(Instant::now() < deadline, "still open after {blocks} blocks");
    }
    other.sends("还在\n");
    host.hears("还在");
    assert!(time_to_drop(host) < JOIN_WITHIN);
}

#[test]
fn a_thousand_silent_connections_leave_the_room_alive() {
    let mut config = host("韩梅梅");
    config.limits.max_lines = 300;
    let (host, port) = Seat::listening(config);
    let mut speaker = Raw::welcomed(port);
    speaker.sends("我先来\n");
    host.hears("我先来");
    let silent: Vec<_> = (0..1000)
        .map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap())
        .collect();
    speaker.sends("还有人吗\n");
    host.hears("还有人吗");
    drop(silent);
    speaker.sends("都走了\n");
    host.hears("都走了");
}

/// Runs in a process of its own, because it takes that process's files away.
#[test]
#[ignore = "run by a_host_without_files_waits_until_it_has_some"]
#[cfg(unix)]
fn starved_host() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let few = Some(48);
    let limit = Rlimit {
        current: few,
        maximum: few,
    };
    setrlimit(Resource::Nofile, limit).unwrap();
    let (_host, port) = Seat::listening(host("韩梅梅"));
    println!("port {port}");
    std::io::stdin().lock().read_line(&mut String::new()).unwrap();
}

#[test]
#[cfg(unix)]
fn a_host_without_files_waits_until_it_has_some() {
    let mut starved = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "worker::starved_host", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(starved.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let port = lines.find_map(|line| line.split_once("port ")?.1.parse().ok()).unwrap();
    let many: Vec<_> = (0..100).map(|_| Raw::connect(port)).collect();
    drop(many);
    Raw::welcomed(port);
    drop(starved.stdin.take());
    assert!(starved.wait().unwrap().success());
}

// What is written about people

/// Everything that is logged above DEBUG in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::INFO)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        log
    })
}

#[test]
fn nobodys_words_name_or_address_reach_the_log() {
    const SECRETS: [&str; 5] = ["hush-hush", "Mata Hari", "secret-room", "sesame", "127.0.0.1"];
    let log = log();
    tracing::info!("the log works");
    let mut config = host("Mata Hari");
    change_host(&mut config, |host| {
        host.room = "secret-room".to_owned();
        host.welcome = "sesame".to_owned();
    });
    let (host, port) = Seat::listening(config.clone());
    let guest = Seat::connected(guest("Mata Hari II", &format!("127.0.0.1:{port}")));
    guest.hears("sesame");
    guest.say("hush-hush");
    host.hears("hush-hush");
    let mut raw = Raw::connect(port);
    raw.sends(b"/name Mata Hari\nhush-hush \xFF\n");
    raw.reads("sesame");
    raw.reset();
    host.sees_leave();
    change_host(&mut config, |host| host.port = port);
    Seat::open(config).end();
    let mut elsewhere = guest_of_program(port, Encoding::Gbk);
    change_join(&mut elsewhere, |join| join.address.port = 1);
    Seat::open(elsewhere).end();
    drop((host, guest));
    let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(written.contains("the log works"));
    for secret in SECRETS {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
}

#[test]
fn a_guest_that_is_cut_off_is_told_how() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let guest = Seat::open(guest_of_program(port, Encoding::Auto));
    let server = Raw::new(listener.accept().unwrap().0);
    guest.room("connected", |event| {
        matches!(event, RoomEvent::Connected { .. }).then_some(())
    });
    server.reset();
    assert_eq!(guest.end(), EndReason::Closed(CloseReason::Lost(LineEnd::Reset)));
}
