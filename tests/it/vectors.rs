//! The test vectors of `docs/protocol.md`, played against the code.

use landline::proto::{Encoding, Event, LineEnd};

use crate::pure::{Room, describe};

const SPECIFICATION: &str = include_str!("../../docs/protocol.md");

#[test]
fn the_vectors_of_the_specification_hold() {
    let vectors: Vec<&str> = SPECIFICATION
        .split("```vector\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .collect();
    assert!(vectors.len() >= 14, "the specification has lost its vectors");
    for vector in vectors {
        play(vector);
    }
}

#[test]
#[should_panic(expected = "1 gets 00")]
fn a_vector_that_does_not_hold_is_found() {
    play("host auto\n1 opens\nsay a\n1 gets 00");
}

#[test]
#[should_panic(expected = "not in the vector")]
fn a_message_that_no_vector_mentions_is_found() {
    play("host auto\n1 opens\n1 sends 610A");
}

fn play(vector: &str) {
    let mut lines = vector
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty());
    let mut room = start(lines.next().expect("a vector names its side"));
    for line in lines {
        room = step(room, line);
    }
    let rest = next_shown(&mut room);
    assert_eq!(rest, None, "not in the vector:\n{vector}");
}

fn start(side: &str) -> Room {
    let mut words = side.splitn(3, ' ');
    let side = words.next();
    let encoding = match words.next() {
        Some("auto") => Encoding::Auto,
        Some("gbk") => Encoding::Gbk,
        other => panic!("no encoding: {other:?}"),
    };
    let rest = words.next();
    match side {
        Some("host") => Room::host_with(|config| {
            config.settings.plain = Some(encoding);
            config.welcome = rest.unwrap_or_default().to_owned();
        }),
        _ => Room::guest_with(|config| config.encoding = encoding),
    }
}

fn step(mut room: Room, line: &str) -> Room {
    let words: Vec<&str> = line.splitn(3, ' ').collect();
    let number = words[0].parse().unwrap_or(0);
    match words.as_slice() {
        ["wait", milliseconds] => room.after(milliseconds.parse().expect("a number")),
        ["leave"] => room.leaves(),
        ["say", ..] => room.says(&line["say ".len()..].replace("\\n", "\n")),
        ["shown", ..] => {
            assert_eq!(next_shown(&mut room).as_deref(), Some(&line["shown ".len()..]));
            room
        }
        [_, "opens"] => room.open(number),
        [_, "dials"] => room.dial(number),
        [_, "finishes"] => room.ends(number, LineEnd::Finished),
        [_, "sends", hex] => room.sends(number, bytes(hex)),
        [_, "gets"] => gets(room, number, "", line),
        [_, "gets", hex] => gets(room, number, hex, line),
        [_, "is", state] => {
            let wire = room.wire(number);
            let holds = if *state == "closed" {
                wire.closed
            } else {
                wire.finished && !wire.closed
            };
            assert!(holds, "{line}");
            room
        }
        _ => panic!("no line of a vector: {line}"),
    }
}

#[track_caller]
fn gets(mut room: Room, number: u64, hex: &str, line: &str) -> Room {
    let received = room.take_received(number);
    assert_eq!(received, bytes(hex), "{line}");
    room
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|digit| *digit != b' ').collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).expect("digits"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal digits"))
        .collect()
}

fn next_shown(room: &mut Room) -> Option<String> {
    let is_told = |event: &Event| match event {
        Event::Said { entry } => !entry.mine,
        Event::Renamed { .. } | Event::Left { .. } | Event::Closed { .. } => true,
        _ => false,
    };
    let at = room.events.iter().position(is_told)?;
    Some(describe(&room.events.drain(..=at).next_back()?))
}
