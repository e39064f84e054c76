//! Workers over loopback on port 0: rooms, faults, cancelling, dropping.

use std::net::{IpAddr, Ipv6Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;
use landline::proto::{CloseReason, Encoding, Event as RoomEvent, LeaveReason, LineEnd, MemberId};
use landline::worker::{Busy, COMMANDS, Command, EndReason, Event, Failure, Home, JOIN_WITHIN, Worker};

use crate::loopback::{
    DEADLINE, JOIN_WITHIN_UNDER_LOAD, Raw, Seat, WELCOME, change_host, change_join, crowded, guest, guest_of_program,
    host, program_port, silent_port, time_to_drop,
};

// Rooms

#[test]
fn a_host_and_a_plain_guest_talk_both_ways() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let guest = Seat::connected(guest("李雷", &format!("127.0.0.1:{port}")));
    guest.hears(WELCOME);
    guest.say("/name 李雷");
    host.sees_name("李雷");
    guest.say("你好，梅梅");
    assert_eq!(&*host.hears("你好，梅梅").author.name, "李雷");
    host.say("你好，李雷");
    guest.hears("你好，李雷");
    let plain = host.room("sent", |event| match event {
        RoomEvent::Sent { plain, .. } => Some(*plain),
        _ => None,
    });
    assert!(!plain, "it is on the disk");
    guest.send(Command::Leave);
    assert_eq!(guest.end(), EndReason::Closed(CloseReason::Left));
    assert_eq!(host.sees_leave(), LeaveReason::Bye);
}

#[test]
fn many_plain_guests_hear_each_other_with_names() {
    const GUESTS: usize = 8;
    let (host, port) = Seat::listening(host("韩梅梅"));
    let guests: Vec<_> = (0..GUESTS)
        .map(|number| {
            let name = format!("Guest{number}");
            let seat = Seat::connected(guest(&name, &format!("127.0.0.1:{port}")));
            seat.hears(WELCOME);
            seat.say(&format!("/name {name}"));
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
    let worker = Worker::spawn(Home::fleeting().unwrap(), host("韩梅梅"), move || {
        woken.send(()).unwrap()
    })
    .unwrap();
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
fn a_room_whose_thread_panics_says_that_it_is_over_and_lets_everything_go() {
    let worker = Worker::spawn(Home::fleeting().unwrap(), host("韩梅梅"), || {
        panic!("planted by a test")
    })
    .unwrap();
    let seat = Seat { worker };
    let port = seat.until("listening", |event| match event {
        Event::Listening { port, .. } => Some(*port),
        _ => None,
    });
    assert_eq!(seat.end(), EndReason::Failed(Failure::Internal));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "it still listens");
    assert!(time_to_drop(seat) < JOIN_WITHIN);
}

#[test]
fn lines_of_a_room_whose_thread_panics_are_closed() {
    let (arm, armed) = bounded::<()>(1);
    let wake = move || assert!(armed.try_recv().is_err(), "planted by a test");
    let worker = Worker::spawn(Home::fleeting().unwrap(), host("韩梅梅"), wake).unwrap();
    let host = Seat { worker };
    let port = host.until("listening", |event| match event {
        Event::Listening { port, .. } => Some(*port),
        _ => None,
    });
    let mut guest = Raw::welcomed(port);
    host.sees_join();
    arm.send(()).unwrap();
    guest.sends("有人吗\n");
    host.hears("有人吗");
    assert_eq!(host.end(), EndReason::Failed(Failure::Internal));
    guest.reads_to_end();
}

#[test]
fn a_full_command_channel_gives_the_command_back() {
    let (worker, _commands, _events) = Worker::scripted();
    let say = || Command::say("在吗");
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

#[test]
fn words_come_whole_and_in_order_from_a_peer_who_waits_for_answers_and_hurries_in_between() {
    const ROUNDS: usize = 100;
    const WORDS: usize = 8;
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut peer = Raw::welcomed(port);
    for round in 0..ROUNDS {
        for number in 0..WORDS {
            peer.sends(format!("word {round} {number}\n"));
        }
        for number in 0..WORDS {
            host.hears(&format!("word {round} {number}"));
        }
        host.say(&format!("answer {round}."));
        peer.reads(&format!("answer {round}."));
    }
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
    assert!(time_to_drop(host) < JOIN_WITHIN_UNDER_LOAD);
    for peer in &mut peers {
        assert_eq!(peer.reads_to_end(), "bye\n");
    }
}

#[test]
fn a_host_that_has_a_thousand_guests_ends_in_time_too() {
    let mut config = host("韩梅梅");
    config.limits = crowded(2000);
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
    assert!(time_to_drop(host) < JOIN_WITHIN_UNDER_LOAD);
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
