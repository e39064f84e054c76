//! The endpoint: host and guest as pure state machines.

use landline::proto::plain::MAX_PIECE_BYTES;
use landline::proto::{Encoding, LineEnd};

use crate::pure::{Pair, Room};

#[test]
fn a_host_alone_is_a_member_and_says_that_its_room_is_plain() {
    Room::host()
        .shows(&["Host joined", "notice PlainText"])
        .says("anybody?")
        .shows(&["1 Host: anybody?", "1 stored"]);
}

#[test]
fn everybody_hears_everybody_with_names() {
    Room::host_with(|config| config.welcome = "天王盖地虎,宝塔镇河妖".into())
        .open(1)
        .open(2)
        .quietly()
        .hears(1, "天王盖地虎,宝塔镇河妖")
        .hears(2, "天王盖地虎,宝塔镇河妖")
        .after(1_000)
        .sends(1, "你好\n")
        .shows(&["1 plain guest 10.0.0.1: 你好"])
        .hears(1, "")
        .hears(2, "plain guest 10.0.0.1: 你好")
        .after(1_000)
        .says("welcome both")
        .shows(&["2 Host: welcome both", "2 stored"])
        .hears(1, "welcome both\n")
        .hears(2, "welcome both");
}

#[test]
fn two_landlines_without_keys_talk() {
    let pair = Pair::new()
        .connect()
        .guest_says("hello")
        .host_says("one")
        .host_says("two")
        .after(1_000);
    let host: Vec<_> = pair.host.events.iter().map(crate::pure::describe).collect();
    assert!(host.contains(&"3 plain guest 10.0.0.1: hello".to_owned()), "{host:?}");
    let guest: Vec<_> = pair.guest.events.iter().map(crate::pure::describe).collect();
    assert_eq!(
        guest[4..],
        [
            "1 Gina: hello",
            "1 sent",
            "2 host.lan:8888: one",
            "3 host.lan:8888: two"
        ]
    );
}

#[test]
fn leaving_is_heard_on_both_sides() {
    let pair = Pair::new().connect().guest_says("bye").after(1_000);
    pair.host.quietly_but_last(&["plain guest 10.0.0.1 left: Bye"]);
    pair.guest.quietly_but_last(&["closed: Left"]);
    let pair = Pair::new().connect().host_says("bye").after(1_000);
    pair.host.quietly_but_last(&["closed: Left"]);
    pair.guest.quietly_but_last(&["closed: HostLeft"]);
}

#[test]
fn a_peer_without_newlines_hears_pieces_apart() {
    let room = Room::host()
        .open(1)
        .says("one")
        .says("two\nlines")
        .says("three")
        .after(1_000);
    let writes: Vec<(u64, String)> = room
        .wire(1)
        .writes
        .iter()
        .map(|(at, bytes)| (*at, String::from_utf8(bytes.clone()).unwrap()))
        .collect();
    assert_eq!(
        writes,
        [
            (1_000, "one".into()),
            (1_200, "two lines".into()),
            (1_400, "three".into())
        ]
    );
    assert_eq!(room.endpoint.poll_timeout(), None, "nothing is left to do");
}

#[test]
fn newlines_are_mirrored() {
    Room::host()
        .open(1)
        .open(2)
        .sends(1, "\r\n")
        .sends(2, "\n")
        .sends(1, "a\r\n")
        .hears(2, "plain guest 10.0.0.1: a\n")
        .sends(2, "b\n")
        .hears(1, "plain guest 10.0.0.2: b\r\n")
        .says("one\n\ntwo")
        .hears(1, "one\r\ntwo\r\n")
        .hears(2, "one\ntwo\n")
        .sends(1, "now LF\n")
        .says("x")
        .hears(1, "x\n");
}

#[test]
fn nobody_can_put_words_into_anothers_mouth() {
    let forged = format!(
        "{}Host: I quit",
        "x".repeat(MAX_PIECE_BYTES - "plain guest 10.0.0.1: ".len() - 1)
    );
    let room = Room::host()
        .open(1)
        .open(2)
        .sends(2, "\n")
        .sends(1, format!("a\rHost: I quit\n{forged}\n"));
    let heard = String::from_utf8(room.wire(2).received.clone()).unwrap();
    assert_eq!(heard.lines().count(), 4);
    assert!(
        heard
            .lines()
            .all(|line| line.starts_with("plain guest 10.0.0.1: ") && line.len() < MAX_PIECE_BYTES),
        "{heard}"
    );
}

#[test]
fn a_line_of_a_message_is_no_command() {
    let host = Room::host().open(1).sends(1, "\n");
    host.says("so\nbye").hears(1, "so\nbye \n");
    let guest = Room::guest().open(1).sends(1, "\n");
    guest.says("so\n/name Boss\nbye").hears(1, "so\n /name Boss\nbye \n");
}

#[test]
fn long_messages_go_out_in_pieces_between_graphemes() {
    let text = "👩\u{200d}👩\u{200d}👧".repeat(200); // 18 bytes each
    let room = Room::host().open(1).says(&text).after(10_000);
    let pieces: Vec<&[u8]> = room.wire(1).writes.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    assert!(
        pieces
            .iter()
            .all(|piece| piece.len() <= MAX_PIECE_BYTES && piece.len() % 18 == 0)
    );
    assert_eq!(pieces.concat(), text.as_bytes());
    let zalgo = format!("a{}", "\u{301}".repeat(2_000));
    let room = Room::host().open(1).says(&zalgo).after(10_000);
    let pieces: Vec<&str> = room
        .wire(1)
        .writes
        .iter()
        .map(|(_, bytes)| std::str::from_utf8(bytes).unwrap())
        .collect();
    assert!(pieces.iter().all(|piece| piece.len() <= MAX_PIECE_BYTES) && pieces.concat() == zalgo);
}

#[test]
fn a_gbk_peer_gets_what_python_reads() {
    let room = Room::host_with(|config| config.settings.plain = Some(Encoding::Gbk))
        .open(1)
        .says("你好€😀ḿ");
    assert_eq!(room.wire(1).received, b"\xc4\xe3\xba\xc3&#8364;&#128512;&#7743;");
    let room = Room::host()
        .open(1)
        .sends(1, b"\xc4\xe3\xba\xc3\n")
        .says(&"€".repeat(400));
    let pieces: Vec<&[u8]> = room.wire(1).received.split_inclusive(|byte| *byte == b'\n').collect();
    assert!(
        pieces
            .iter()
            .all(|piece| piece.len() <= MAX_PIECE_BYTES && piece.ends_with(b";\n") && piece.starts_with(b"&#8364;"))
    );
    assert_eq!(pieces.concat().iter().filter(|byte| **byte == b'&').count(), 400);
}

#[test]
fn a_pause_ends_a_message() {
    Room::host()
        .open(1)
        .quietly()
        .sends(1, "你")
        .after(149)
        .shows(&[])
        .sends(1, "好")
        .after(149)
        .shows(&[])
        .after(1)
        .shows(&["1 plain guest 10.0.0.1: 你好"]);
}

#[test]
fn a_pause_that_nobody_has_reported_ends_a_message_too() {
    let mut room = Room::host().open(1).quietly().sends(1, "one");
    room.now.monotonic += std::time::Duration::from_millis(150);
    room.sends(1, "two")
        .after(150)
        .shows(&["1 plain guest 10.0.0.1: one", "2 plain guest 10.0.0.1: two"]);
}

#[test]
fn half_a_character_waits_and_then_shows() {
    Room::host()
        .open(1)
        .sends(1, "你好\n")
        .quietly()
        .sends(1, b"hi\xe4\xbd")
        .after(150)
        .shows(&["2 plain guest 10.0.0.1: hi"])
        .after(4_999)
        .shows(&[])
        .after(1)
        .shows(&["3 plain guest 10.0.0.1: \u{fffd}"]);
}

#[test]
fn half_a_character_does_not_wait_for_ever_behind_commands() {
    let mut room = Room::host().open(1).quietly().sends(1, b"\xe4");
    for _ in 0..40 {
        room = room.after(200).sends(1, b"\xff\xf1");
    }
    room.shows(&["1 plain guest 10.0.0.1: \u{fffd}"]);
}

#[test]
fn bye_leaves_and_is_not_shown() {
    let room = Room::host()
        .open(1)
        .open(2)
        .quietly()
        .sends(1, "ok\nbye\nlate\n")
        .shows(&["1 plain guest 10.0.0.1: ok", "plain guest 10.0.0.1 left: Bye"]);
    assert!(room.wire(1).finished && !room.wire(1).closed);
    let room = room.after(1_000);
    assert!(room.wire(1).closed);
    let room = room
        .sends(2, "bye")
        .after(150)
        .shows(&["plain guest 10.0.0.2 left: Bye"])
        .ends(2, LineEnd::Finished)
        .shows(&[]);
    assert!(room.wire(2).closed);
    Room::host().open(1).quietly().sends(1, "bye!\n bye\nBYE\n").shows(&[
        "1 plain guest 10.0.0.1: bye!",
        "2 plain guest 10.0.0.1:  bye",
        "3 plain guest 10.0.0.1: BYE",
    ]);
}

#[test]
fn what_came_before_the_end_is_shown() {
    for (end, shown) in [(LineEnd::Finished, "Finished"), (LineEnd::Reset, "Reset")] {
        Room::host()
            .open(1)
            .quietly()
            .sends(1, b"last wor\xe4")
            .ends(1, end)
            .shows(&[
                "1 plain guest 10.0.0.1: last wor\u{fffd}",
                &format!("plain guest 10.0.0.1 left: Lost({shown})"),
            ]);
    }
    Room::host()
        .open(1)
        .quietly()
        .sends(1, "bye")
        .ends(1, LineEnd::Finished)
        .shows(&["plain guest 10.0.0.1 left: Bye"]);
    Room::guest()
        .open(1)
        .quietly()
        .sends(1, "bye")
        .ends(1, LineEnd::Finished)
        .shows(&["closed: HostLeft"]);
    Room::guest()
        .open(1)
        .quietly()
        .sends(1, "half")
        .ends(1, LineEnd::Reset)
        .shows(&["1 host.lan:8888: half", "closed: Lost(Reset)"]);
}

#[test]
fn a_guest_of_a_program_sends_nothing_that_nobody_said() {
    let room = Room::guest()
        .open(1)
        .sends(1, "天王盖地虎\n")
        .sends(1, "x".repeat(20_000))
        .after(6_000);
    assert_eq!(room.wire(1).received, b"");
    room.says("one").says("two").after(1_000).hears(1, "one\ntwo\n");
}

#[test]
fn own_words_are_sent_when_the_system_has_them_all() {
    let room = Room::guest().open(1).sends(1, "\n").stalls(1, 3).quietly();
    let room = room
        .says("hello")
        .shows(&["1 Gina: hello"])
        .stalls(1, 1)
        .reads(1)
        .shows(&["1 sent"]);
    room.stalls(1, 0).says("lost").ends(1, LineEnd::Reset).shows(&[
        "2 Gina: lost",
        "refused \"lost\": LineLost",
        "closed: Lost(Reset)",
    ]);
}

#[test]
fn a_hosts_words_are_stored_whoever_hears_them() {
    let room = Room::host().open(1).sends(1, "\n").stalls(1, 2).quietly();
    let room = room.says("hello").shows(&["1 Host: hello", "1 stored"]);
    room.ends(1, LineEnd::Reset)
        .shows(&["plain guest 10.0.0.1 left: Lost(Reset)"]);
}

#[test]
fn whoever_speaks_first_need_not_wait_for_the_welcome() {
    let room = Room::host_with(|config| config.welcome = "hi".into()).quietly().dial(1);
    let room = room.after(999).hears(1, "").shows(&[]);
    let room = room.after(1).hears(1, "hi").shows(&["plain guest 10.0.0.1 joined"]);
    room.dial(2)
        .sends(2, "a\n")
        .hears(2, "hi")
        .shows(&["plain guest 10.0.0.2 joined", "1 plain guest 10.0.0.2: a"]);
}

#[test]
fn a_first_byte_that_is_late_and_native_is_no_message() {
    let room = Room::host().open(1).quietly().sends(1, b"\0LCH\x01\x01\0\0");
    let room = room.after(1_000).shows(&["plain guest 10.0.0.1 left: Lost(Failed)"]);
    assert!(room.wire(1).closed, "it calls again, and is heard in time");
}

#[test]
fn what_cannot_be_said_comes_back() {
    let long = "字".repeat(6_000);
    let room = Room::host()
        .quietly()
        .says("")
        .says(" \n")
        .shows(&["refused \"\": Empty", "refused \" \\n\": Empty"]);
    room.says(&long)
        .shows(&[&format!("refused {long:?}: TooLong {{ bytes: 18000 }}")]);
    Room::guest().says("early").shows(&["refused \"early\": NotConnected"]);
    Room::host()
        .quietly()
        .leaves()
        .says("late")
        .shows(&["closed: Left", "refused \"late\": NotConnected"]);
}

#[test]
fn names_are_asked_for_and_may_be_refused() {
    let room = Room::host().open(1).open(2).quietly();
    let room = room
        .sends(1, "/name  Alice \n")
        .shows(&["plain guest 10.0.0.1 is now Alice"])
        .hears(1, "");
    let room = room
        .sends(1, "/name Alice\n")
        .shows(&[])
        .hears(1, "")
        .sends(1, "/name ALICE\n")
        .shows(&["Alice is now ALICE"]);
    let refusals = [
        ("AIice", "this name is taken or looks like another member's"),
        ("hоst", "this name is taken or looks like another member's"),
        ("\u{200b}", "this is no name"),
        ("", "this is no name"),
        ("Landline", "this name would mislead others"),
        ("Plain guest 10.0.0.9", "this name would mislead others"),
        ("Host: hello", "this name would mislead others"),
        ("Host： hello", "this name would mislead others"),
    ];
    let mut room = room.hears(1, "");
    for (wish, why) in refusals {
        room = room
            .sends(2, format!("/name {wish}\n"))
            .hears(2, &format!("Landline: {why}, you are still plain guest 10.0.0.2\n"));
        assert!(crate::pure::describe(&room.events.pop().unwrap()).starts_with("notice NameRefused"));
        assert!(room.events.is_empty());
    }
    room.sends(2, "/name\n")
        .hears(2, "Landline: this is no name, you are still plain guest 10.0.0.2\n")
        .quietly()
        .sends(2, "/names\n")
        .shows(&["1 plain guest 10.0.0.2: /names"]);
}

#[test]
fn guests_of_one_address_are_numbered() {
    let room = Room::host()
        .quietly()
        .open_from(1, "10.0.0.1:1")
        .open_from(2, "[::ffff:10.0.0.1]:2")
        .open_from(3, "10.0.0.1:3")
        .open_from(4, "[fe80::1]:4")
        .shows(&[
            "plain guest 10.0.0.1 joined",
            "plain guest 10.0.0.1 #2 joined",
            "plain guest 10.0.0.1 #3 joined",
            "plain guest fe80::1 joined",
        ]);
    let room = room.ends(2, LineEnd::Reset).sends(1, "/name A\n").quietly();
    room.open_from(5, "10.0.0.1:5")
        .open_from(6, "10.0.0.1:6")
        .open_from(7, "10.0.0.1:7")
        .shows(&[
            "plain guest 10.0.0.1 joined",
            "plain guest 10.0.0.1 #2 joined",
            "plain guest 10.0.0.1 #4 joined",
        ]);
}

#[test]
fn the_host_lets_a_member_out() {
    let room = Room::host()
        .open(1)
        .open(2)
        .sends(1, "\n")
        .quietly()
        .removes(1)
        .shows(&["plain guest 10.0.0.1 left: Removed"])
        .hears(1, "bye\n");
    assert!(room.wire(1).finished && !room.wire(1).closed);
    let room = room
        .sends(1, "hey\n")
        .shows(&[])
        .ends(1, LineEnd::Finished)
        .shows(&[])
        .removes(1)
        .removes(99)
        .removes(0)
        .shows(&[]);
    assert!(room.wire(1).closed);
    room.says("hello")
        .removes(2)
        .shows(&["1 Host: hello", "1 stored", "plain guest 10.0.0.2 left: Removed"])
        .after(199)
        .hears(2, "hello")
        .after(1)
        .hears(2, "bye");
}
