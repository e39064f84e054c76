//! Encrypted rooms: what their tests share.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use landline::proto::identity::MemberKey;
use landline::proto::invite::{Invite, InviteSecret};
use landline::proto::log::{Admit, History, InviteNumber, RoomId, Settings as RoomSettings};
use landline::proto::words::Words;
use landline::proto::{Author, Entry, EntryId, Event as Room, KnockId, Member, MemberId};
use landline::worker::{Command, Event};
use std::time::{Duration, SystemTime};

use super::{Stage, address};

mod again;
mod coming_in;
mod inside;

const WORDS: Words = Words([1, 2, 3, 4]);
const WHERE: &str = "Invite, address or room";

fn key(number: u8) -> MemberKey {
    MemberKey([number; 32])
}

fn room_settings() -> RoomSettings {
    RoomSettings {
        name: "Workshop".into(),
        history: History::None,
        plain: None,
        admit: Admit::Ask,
    }
}

fn settings(settings: RoomSettings) -> Room {
    Room::Settings {
        room: RoomId([1; 16]),
        host: key(0),
        settings,
    }
}

/// A member with a key; Ann is the person at this computer.
fn member(id: u64, name: &str) -> Member {
    Member {
        author: author(id, name),
        named: true,
        me: name == "Ann",
        address: None,
        key: Some(key(id as u8)),
        here: true,
        verified: false,
    }
}

fn author(id: u64, name: &str) -> Author {
    Author {
        id: MemberId(id),
        name: name.into(),
        plain: false,
    }
}

fn said(seq: u64, id: u64, name: &str, text: &str, reply_to: Option<u64>) -> Room {
    Room::Said {
        entry: Entry {
            seq,
            id: EntryId([seq as u8; 16]),
            author: author(id, name),
            mine: name == "Ann",
            text: text.into(),
            reply_to,
            at: SystemTime::now(),
        },
    }
}

fn invite(expires_in: Duration) -> Invite {
    Invite {
        room: RoomId([1; 16]),
        host: key(0),
        number: InviteNumber([5; 8]),
        secret: InviteSecret([6; 16]),
        expires: SystemTime::now() + expires_in,
        addresses: vec!["192.168.1.20:8888".parse().expect("an address")],
    }
}

fn knock(number: u64, name: &str) -> Room {
    Room::Knock {
        knock: KnockId(number),
        name: name.into(),
        key: key(9),
        address: address("10.0.0.9:50000"),
        words: WORDS,
    }
}

/// What the button of a group of words is called.
fn group(words: Words) -> String {
    format!("{} · {}", words.english().join(" "), words.chinese().join(" "))
}

impl Stage {
    /// Ann hosts an encrypted room.
    fn hosting_encrypted() -> Self {
        let mut stage = Self::new();
        stage.press("Start");
        stage.tell(
            0,
            Event::Listening {
                id: RoomId([1; 16]),
                room: "Workshop".to_owned(),
                port: 8888,
                addresses: vec![address("192.168.1.20:8888")],
            },
        );
        stage.tell_room(0, settings(room_settings()));
        stage.tell_room(
            0,
            Room::Joined {
                member: member(0, "Ann"),
            },
        );
        stage
    }

    /// Ann is a guest in Lin's encrypted room.
    fn guest() -> Self {
        let mut stage = Self::new();
        stage.fill(Role::TextInput, WHERE, "10.0.0.7");
        stage.press("Join");
        stage.let_in();
        stage
    }

    fn let_in(&mut self) {
        self.tell_room(
            0,
            Room::Connected {
                id: Some(RoomId([1; 16])),
                host: author(0, "Lin"),
                room: "Workshop".into(),
                secure: true,
                resumed: false,
            },
        );
        self.tell_room(0, settings(room_settings()));
        for member in [member(0, "Lin"), member(1, "Ann")] {
            self.tell_room(0, Room::Joined { member });
        }
    }

    /// What the room was asked for, apart from what the window tells by itself.
    fn asked(&self) -> Vec<Command> {
        let mut commands = self.commands(0);
        commands.retain(|command| !matches!(command, Command::Read { .. }));
        commands
    }

    fn menu(&mut self, message: &str) {
        let row = self.harness.query_all_by_label_contains(message);
        row.last().expect("it is shown").click_secondary();
        self.run();
    }
}
