//! Workers over loopback with peers that flood, stall, cut and say nothing, and with windows that do not look.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use landline::proto::{CloseReason, Event as RoomEvent, LeaveReason, LineEnd};
use landline::worker::{Busy, Command, EVENTS, EndReason, Event};

use crate::loopback::{
    DEADLINE, JOIN_WITHIN_UNDER_LOAD, PATIENT, Raw, Seat, WELCOME, guest, host, program_port, time_to_drop,
};

/// A peer that says one short line as fast as it can until the line ends.
struct Flood {
    thread: std::thread::JoinHandle<()>,
    stream: TcpStream,
    progress: Receiver<()>,
}

/// At a time: so little that it shows when the other side stops reading.
const FLOOD_BYTES: usize = 4 << 10;

impl Flood {
    fn start(port: u16) -> Self {
        Self::of("flood\n", port)
    }

    fn of(line: &str, port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let mut writer = stream.try_clone().unwrap();
        let lines = line.repeat(FLOOD_BYTES / line.len());
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
    let mut config = host("韩梅梅");
    config.limits.max_queued_messages = usize::MAX; // what the quiet one has not heard yet is not to decide
    let (host, port) = Seat::listening(config);
    let mut quiet = Raw::welcomed(port);
    let flood = Flood::start(port);
    until_full(&host);
    flood.stalls();
    host.send(Command::Leave);
    // The line is closed for good by a timer: this peer neither says bye nor closes its side.
    let mut heard = quiet.reads_to_end();
    assert!(
        heard.ends_with("bye"),
        "{}",
        heard.split_off(heard.len().saturating_sub(200))
    );
    let deadline = Instant::now() + DEADLINE;
    while quiet.stream.write_all(b"?").is_ok() {
        assert!(Instant::now() < deadline, "the line is still open");
        std::thread::yield_now();
    }
    assert_eq!(host.end(), EndReason::Closed(CloseReason::Left));
    flood.end();
}

/// Blank lines are no messages: no event ever holds these peers up.
fn floods_of_nothing(port: u16) -> Vec<Flood> {
    let floods: Vec<_> = (0..4).map(|_| Flood::of("\n", port)).collect();
    for flood in &floods {
        flood.progress.recv_timeout(DEADLINE).unwrap();
    }
    floods
}

#[test]
fn peers_that_never_stop_sending_do_not_drown_the_person() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut other = Raw::welcomed(port);
    other.sends("我在\n");
    host.hears("我在");
    let floods = floods_of_nothing(port);
    host.say("都别吵");
    other.reads("都别吵\n");
    drop(host);
    floods.into_iter().for_each(Flood::end);
}

#[test]
fn dropping_ends_a_room_whose_peers_never_stop_sending() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let floods = floods_of_nothing(port);
    assert!(time_to_drop(host) < JOIN_WITHIN_UNDER_LOAD);
    floods.into_iter().for_each(Flood::end);
}

#[test]
fn a_script_that_does_not_look_is_told_to_wait_and_can_still_be_ended() {
    let (host, _) = Seat::listening(host("韩梅梅"));
    let say = || Command::say("在吗");
    let (mut said, mut last) = (0, Instant::now());
    while last.elapsed() < Duration::from_millis(300) {
        match host.worker.send(say()) {
            Ok(()) => (said, last) = (said + 1, Instant::now()),
            Err(Busy(_)) => std::thread::yield_now(),
        }
        assert!(said < 100_000, "all of it is taken");
    }
    assert!(time_to_drop(host) < JOIN_WITHIN_UNDER_LOAD);
}

/// So many times `x`, in lines that go out in one piece: what is cut costs a test program without optimisation its time.
fn many_x(lines: usize) -> String {
    format!("{}\n", "x".repeat(X_IN_LINE)).repeat(lines)
}

const X_IN_LINE: usize = 990;

/// A script's guest says as much as it may until it is told to wait for long; yields how much that was.
fn say_until_busy(guest: &Seat, lines: usize, most: usize) -> usize {
    let (mut said, mut last) = (0, Instant::now());
    while said < most && last.elapsed() < Duration::from_millis(300) {
        let text = many_x(lines);
        match guest.worker.send(Command::say(text)) {
            Ok(()) => (said, last) = (said + 1, Instant::now()),
            Err(Busy(_)) => std::thread::yield_now(),
        }
    }
    said
}

#[test]
fn a_script_that_says_more_than_its_host_reads_waits_and_loses_nothing() {
    const LINES: usize = 15;
    const MOST: usize = 3000; // far more than queues and the system's buffers take
    let (listener, port) = program_port();
    let mut config = guest("李雷", &format!("127.0.0.1:{port}"));
    config.limits.write_stall = PATIENT;
    let guest = Seat::connected(config);
    let mut late = Raw::new(listener.accept().unwrap().0);
    late.sends("在\n"); // with a newline: messages need no distance from each other
    guest.hears("在");
    let said = say_until_busy(&guest, LINES, MOST);
    assert!(said < MOST, "all of it is taken");
    late.reads_so_many(b'x', said * LINES * X_IN_LINE);
    guest.say("bye");
    late.reads("bye\n");
}

#[test]
fn dropping_ends_a_guest_whose_host_reads_nothing() {
    let (listener, port) = program_port();
    let guest = Seat::connected(guest("李雷", &format!("127.0.0.1:{port}")));
    let mut deaf = Raw::new(listener.accept().unwrap().0);
    deaf.sends("在\n");
    guest.hears("在");
    say_until_busy(&guest, 15, 3000);
    assert!(time_to_drop(guest) < JOIN_WITHIN_UNDER_LOAD);
}

#[test]
fn a_guest_that_reads_late_gets_everything() {
    const MESSAGES: usize = 600;
    const LINES: usize = 15; // together more than the system's buffers take
    let mut config = host("韩梅梅");
    config.limits.max_queued_bytes = 64 << 20;
    config.limits.write_stall = PATIENT;
    let (host, port) = Seat::listening(config);
    let mut late = Raw::welcomed(port);
    late.sends("我在\n");
    host.hears("我在");
    for _ in 0..MESSAGES {
        host.say(&many_x(LINES));
        host.room("said", |event| matches!(event, RoomEvent::Said { .. }).then_some(()));
    }
    host.say("完");
    late.reads_so_many(b'x', MESSAGES * LINES * X_IN_LINE);
}

#[test]
fn a_guest_that_does_not_read_is_let_go_and_nobody_else_waits_for_it() {
    let mut config = host("韩梅梅");
    config.limits.max_queued_bytes = 256 << 10;
    config.limits.write_stall = PATIENT; // the queue is to decide, not the clock
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
    assert!(time_to_drop(host) < JOIN_WITHIN_UNDER_LOAD);
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
#[ignore = "run by a_host_without_files_turns_people_away_and_goes_on"]
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
fn a_host_without_files_turns_people_away_and_goes_on() {
    let mut starved = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "faults::starved_host", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(starved.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let port = lines.find_map(|line| line.split_once("port ")?.1.parse().ok()).unwrap();
    let (mut speaker, mut listener) = (Raw::welcomed(port), Raw::welcomed(port));
    listener.sends("我也在\n");
    speaker.reads("我也在");

    let mut crowd: Vec<_> = (0..500).map(|_| Raw::connect(port)).collect();
    assert_eq!(crowd.pop().unwrap().reads_to_end(), "", "the last one waits");
    speaker.sends("好挤\n");
    listener.reads("好挤\n");
    #[cfg(target_os = "linux")]
    assert!(cpu_share(starved.id()) < 0.2, "it spins");

    drop(crowd);
    let deadline = Instant::now() + DEADLINE;
    while !Raw::connect(port).reads_to_end_or(WELCOME) {
        assert!(Instant::now() < deadline, "nobody is let in any more");
    }
    drop(starved.stdin.take());
    assert!(starved.wait().unwrap().success());
}

/// How much of one core a process uses during a second.
#[cfg(target_os = "linux")]
fn cpu_share(process: u32) -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0; // USER_HZ: fixed, whatever the kernel's own clock does
    let used = || {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        let fields: Vec<_> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        ticks / TICKS_PER_SECOND
    };
    let before = used();
    crossbeam_channel::after(Duration::from_secs(1)).recv().unwrap();
    used() - before
}

#[test]
fn dropping_ends_everything_while_all_channels_are_full() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let flood = Flood::start(port);
    until_full(&host);
    assert!(time_to_drop(host) < JOIN_WITHIN_UNDER_LOAD);
    flood.end();
}
