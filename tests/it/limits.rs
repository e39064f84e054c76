//! The endpoint's bounds: full rooms, slow and endless peers, memory, time.

use landline::proto::{Command, Endpoint, Limits, LineEnd, LineId, Transmit};

use crate::pure::{Room, describe, keep_at_once, plain_host, start};

#[test]
fn a_guest_is_told_to_say_no_more_before_it_says_too_much() {
    let mut room = Room::guest_with(|config| small(&mut config.limits)).open(1);
    let mut said = 0;
    while !room.endpoint.is_congested() {
        room = room.says("x");
        said += 1;
    }
    assert!((40..60).contains(&said), "half of what may wait: {said}");
    let room = room.after(60_000);
    assert!(!room.endpoint.is_congested() && !room.wire(1).closed);
    assert_eq!(room.wire(1).writes.len(), said);
}

#[test]
fn leaving_takes_no_longer_than_it_may() {
    let mut room = Room::host()
        .open(1)
        .open(2)
        .open(3)
        .sends(2, "\n")
        .sends(3, "\n")
        .stalls(3, 0)
        .quietly();
    for _ in 0..10 {
        room = room.says("x");
    }
    let room = room.leaves().after(1_999);
    assert!(room.wire(2).closed && room.wire(1).received.ends_with(b"bye") && room.wire(1).finished);
    let room = room.after(1);
    assert!(room.wire(1).closed && room.wire(3).closed);
    assert_eq!(describe(room.events.last().unwrap()), "closed: Left");
    assert_eq!(
        room.events
            .iter()
            .filter(|event| matches!(event, landline::proto::Event::Sent { .. }))
            .count(),
        10
    );
    assert_eq!(room.endpoint.poll_timeout(), None);
}

#[test]
fn bye_is_said_once_to_a_peer_that_reads_late() {
    let room = Room::host()
        .open(1)
        .sends(1, "\n")
        .stalls(1, 0)
        .says("x")
        .leaves()
        .after(1_500);
    room.reads(1).hears(1, "x\nbye\n").after(500).hears(1, "");
}

#[test]
fn own_names_are_cleaned_too() {
    Room::host_with(|config| config.name = "A\u{202e}\nB".into()).shows(&["A B joined", "notice PlainText"]);
    let room = Room::guest_with(|config| config.name = "\u{200b}".into()).open(1);
    assert!(room.events.iter().any(|event| describe(event) == "Guest joined"));
}

#[test]
fn a_full_room_says_so_and_does_not_fill_the_transcript() {
    let mut room = Room::host_with(|config| config.limits.max_lines = 1).open(1).quietly();
    for line in 2..100 {
        room = room.dial_from(line, "10.0.0.9:1");
    }
    let room = room
        .after(1_000)
        .shows(&["notice RoomFull { address: 10.0.0.9:1 }"])
        .hears(2, "Landline: the room is full, please try again later");
    assert!(room.wire(2).finished && !room.wire(2).closed);
    assert!(
        room.wire(99).closed && room.wire(99).received.is_empty(),
        "too many even to be told"
    );
    let room = room.sends(2, "hey\n").after(1_000).shows(&[]);
    assert!(room.wire(2).closed);
    let room = room
        .after(60_000)
        .open_from(200, "10.0.0.9:2")
        .shows(&["notice RoomFull { address: 10.0.0.9:2 }"]);
    room.ends(1, LineEnd::Reset)
        .quietly()
        .open(201)
        .shows(&["plain guest 10.0.0.201 joined"]);
}

#[test]
fn a_room_without_plain_text_says_so() {
    let room = Room::host_with(|config| config.settings.plain = None)
        .shows(&["Host joined"])
        .dial(1)
        .sends(1, "hello\n");
    let refusal = "Landline: this room takes no plain text, so this connection is closed";
    let room = room
        .shows(&["notice PlainRefused { address: 10.0.0.1:5000 }"])
        .hears(1, refusal);
    assert!(room.wire(1).finished);
    // A lost packet may hold up a native guest's first words.
    let room = room.dial(2).after(4_999).hears(2, "").after(1).hears(2, refusal);
    assert!(room.wire(2).finished);
}

#[test]
fn strangers_are_few_and_members_do_not_notice() {
    let mut room = Room::host().open(1).quietly();
    for line in 2..100 {
        room = room.dial_from(line, &format!("10.0.9.{}:1", line / 7));
    }
    let open = (2..100).filter(|line| !room.wire(*line).closed).count();
    assert_eq!(open, 64, "lines of which nobody knows whose they are");
    let mut room = room.says("hello").hears(1, "hello").after(5_000);
    for line in 200..220 {
        room = room.dial_from(line, "[fe80::1]:1");
    }
    let open = (200..220).filter(|line| !room.wire(*line).closed).count();
    assert_eq!(open, 8, "of one network");
}

#[test]
fn one_address_has_not_all_the_room() {
    let mut room = Room::host();
    for line in 1..=40 {
        room = room.dial_from(line, "10.0.0.9:1").sends(line, "\n");
    }
    assert_eq!((1..=40).filter(|line| !room.wire(*line).closed).count(), 32);
}

#[test]
fn a_cut_message_is_shown_and_told_once() {
    let room = Room::host()
        .open(1)
        .quietly()
        .sends(1, "x".repeat(20_000))
        .sends(1, "y".repeat(20_000))
        .sends(1, "\nnext\n");
    assert_eq!(room.events.len(), 3, "the message, the notice, the next");
    let told = "Landline: your message was longer than 16384 bytes, the rest was cut off";
    room.after(1_000).hears(1, told);
}

#[test]
fn a_peer_that_ends_nothing_is_parted_with() {
    let room = Room::host().open(1).sends(1, vec![b'x'; 2 << 20]);
    assert_eq!(
        describe(room.events.last().unwrap()),
        "plain guest 10.0.0.1 left: Endless"
    );
    assert!(room.wire(1).closed);
    let room = Room::guest().open(1).sends(1, vec![b'x'; 2 << 20]);
    assert_eq!(describe(room.events.last().unwrap()), "closed: Endless");
}

fn small(limits: &mut Limits) {
    limits.max_queued_bytes = 10_000;
    limits.max_queued_messages = 100;
}

#[test]
fn a_peer_that_does_not_read_is_parted_with_and_holds_up_nobody() {
    let room = Room::host_with(|config| small(&mut config.limits))
        .open(1)
        .open(2)
        .sends(1, "\n")
        .sends(2, "\n")
        .stalls(1, 0)
        .quietly();
    let mut room = room;
    for _ in 0..101 {
        room = room.says("x");
    }
    let room = room.quietly().stalls(1, 1).says("z").quietly().after(1_999).shows(&[]);
    let room = room.after(1);
    assert!(room.wire(1).closed && !room.wire(2).closed);
    assert_eq!(room.wire(2).received.len(), 2 * 102);
    let room = Room::host()
        .open(1)
        .stalls(1, 0)
        .says("x")
        .quietly()
        .after(19_999)
        .shows(&[]);
    room.after(1).shows(&["plain guest 10.0.0.1 left: TooSlow"]);
}

#[test]
fn a_burst_in_one_batch_parts_with_nobody_but_memory_is_bounded() {
    let lines = "x\n".repeat(150); // more messages than may wait, in one batch
    let room = Room::host_with(|config| small(&mut config.limits))
        .open(1)
        .open(2)
        .sends(2, "\n")
        .quietly()
        .sends(1, lines)
        .after(10_000);
    assert!(!room.wire(2).closed);
    let room = Room::host_with(|config| small(&mut config.limits))
        .open(1)
        .open(2)
        .sends(2, "\n")
        .stalls(2, 0)
        .sends(1, "x\n".repeat(5_000));
    assert!(room.wire(2).closed && room.endpoint.queued_bytes(LineId(2)) == 0);
}

#[test]
fn strange_calls_do_nothing() {
    let room = Room::host()
        .open(1)
        .quietly()
        .open(1)
        .shows(&[])
        .sends(9, "x")
        .ends(9, LineEnd::Reset)
        .removes(9)
        .shows(&[]);
    let mut room = room
        .ends(1, LineEnd::Reset)
        .quietly()
        .sends(1, "x")
        .ends(1, LineEnd::Reset)
        .shows(&[]);
    room.endpoint.handle_written(room.now, LineId(1), 5);
    assert_eq!(room.endpoint.pending(LineId(1)), b"");
    let room = Room::guest().open(1).open(2);
    assert!(room.wire(2).closed && !room.wire(1).closed);
    Room::guest().leaves().shows(&["closed: Left"]).leaves().shows(&[]);
}

#[test]
fn a_write_is_asked_for_once_however_much_is_said() {
    let now = start();
    let mut endpoint = Endpoint::host(now, plain_host(1));
    for line in 1..=3 {
        endpoint.handle_opened(now, LineId(line), "10.0.0.1:1".parse().unwrap());
        endpoint.handle_bytes(now, LineId(line), b"\n");
    }
    for _ in 0..10 {
        endpoint.handle_command(now, Command::say("hi"));
    }
    keep_at_once(&mut endpoint, now);
    let transmits: Vec<_> = std::iter::from_fn(|| endpoint.poll_transmit()).collect();
    assert_eq!(transmits, [1, 2, 3].map(|line| Transmit::Write(LineId(line))));
    assert_eq!(endpoint.pending(LineId(2)).len(), 30);
}
