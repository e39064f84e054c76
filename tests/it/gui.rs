//! The window by role and label, over scripted rooms.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use crossbeam_channel::{Receiver, Sender};
use egui::accesskit::Role;
use egui::{Event as Input, ImeEvent, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, Node};
use landline::gui::{App, Start};
use landline::profile::{Language, Settings, Theme};
use landline::proto::log::RoomId;
use landline::proto::{self, Author, Entry, EntryId, Member, MemberId};
use landline::worker::{Command, Config, EndReason, Event, Role as Part, Worker};

mod connect;
mod encrypted;
mod keyboard;
mod rooms;
mod talk;

/// A room as the test sees it from below.
struct Room {
    config: Config,
    commands: Receiver<Command>,
    events: Sender<Event>,
}

/// A window over scripted rooms.
struct Stage {
    harness: Harness<'static, (App, bool)>,
    opened: Rc<RefCell<Vec<Room>>>,
}

fn settings() -> Settings {
    Settings {
        name: "Ann".to_owned(),
        room: "Workshop".to_owned(),
        port: 8888,
        welcome: String::new(),
        recent: Vec::new(),
        language: Some(Language::English),
        theme: Theme::Light,
        zoom: 1.0,
        enter_is_newline: false,
        place: None,
    }
}

impl Stage {
    fn new() -> Self {
        Self::with(settings(), Start::Panel, [1100.0, 900.0])
    }

    fn with(settings: Settings, start: Start, size: [f32; 2]) -> Self {
        Self::furnished(settings, start, size, |app| app)
    }

    /// With something more done to the window before it is shown.
    fn furnished(settings: Settings, start: Start, size: [f32; 2], more: impl FnOnce(App) -> App) -> Self {
        let opened = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&opened);
        let app = App::new(
            settings,
            Box::new(move |config, _wake| {
                let (worker, commands, events) = Worker::scripted();
                kept.borrow_mut().push(Room {
                    config,
                    commands,
                    events,
                });
                Ok(worker)
            }),
        )
        .with_start(start);
        let app = more(app);
        let mut harness = Harness::builder().with_size(size).build_ui_state(
            |ui, (app, attached): &mut (App, bool)| {
                // Fonts hold from the next frame on.
                if std::mem::replace(attached, true) {
                    app.logic(ui.ctx());
                    app.ui(ui, None);
                } else {
                    app.attach(ui.ctx());
                    ui.ctx().request_repaint();
                }
            },
            (app, false),
        );
        harness.run();
        Self { harness, opened }
    }

    /// A window whose first room is open, hosted here.
    fn hosting() -> Self {
        let mut stage = Self::new();
        stage.press("Start");
        stage.listening(0);
        stage
    }

    /// A window that is in somebody else's room.
    fn joined() -> Self {
        let mut stage = Self::new();
        stage.fill(Role::TextInput, "Invite, address or room", "10.0.0.7");
        stage.press("Join");
        stage.connected(0);
        stage
    }

    fn run(&mut self) {
        self.harness.run();
    }

    fn node<'a>(&'a self, role: Role, label: &'a str) -> Node<'a> {
        self.harness
            .get_all_by_role_and_label(role, label)
            .next()
            .expect("it is shown")
    }

    fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    fn press(&mut self, button: &str) {
        self.node(Role::Button, button).click();
        self.run();
    }

    /// Replaces what stands in a field.
    fn fill(&mut self, role: Role, label: &str, text: &str) {
        self.node(role, label).focus();
        self.run();
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.run();
        self.node(role, label).type_text(text);
        self.run();
    }

    fn write(&mut self, text: &str) {
        self.node(Role::MultilineTextInput, "Message").type_text(text);
        self.run();
    }

    fn written(&self) -> String {
        self.node(Role::MultilineTextInput, "Message")
            .value()
            .unwrap_or_default()
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.run();
    }

    fn ime(&mut self, event: ImeEvent) {
        self.harness.event(Input::Ime(event));
        self.run();
    }

    fn compose(&mut self, text: &str) {
        self.ime(ImeEvent::Preedit {
            text: text.to_owned(),
            active_range_chars: None,
        });
    }

    /// Lets something happen that the window has not looked at yet.
    fn send(&self, room: usize, event: Event) {
        self.opened.borrow()[room]
            .events
            .send(event)
            .expect("the window listens");
    }

    fn tell(&mut self, room: usize, event: Event) {
        self.send(room, event);
        self.run();
    }

    fn tell_room(&mut self, room: usize, event: proto::Event) {
        self.tell(room, Event::Room(event));
    }

    fn listening(&mut self, room: usize) {
        let name = match &self.opened.borrow()[room].config.role {
            Part::Host(host) => host.room.clone(),
            Part::Join(_) => String::new(),
        };
        self.tell(
            room,
            Event::Listening {
                id: RoomId([1; 16]),
                room: name,
                port: 8888,
                addresses: vec![address("192.168.1.20:8888"), address("127.0.0.1:8888")],
            },
        );
        self.tell_room(
            room,
            proto::Event::Joined {
                member: member(0, "Ann", true),
            },
        );
        self.tell_room(
            room,
            proto::Event::Notice {
                notice: proto::Notice::PlainText,
            },
        );
    }

    fn connected(&mut self, room: usize) {
        self.tell_room(
            room,
            proto::Event::Connected {
                host: author(0, "10.0.0.7"),
                room: Arc::from("10.0.0.7"),
                id: None,
                secure: false,
                resumed: false,
            },
        );
    }

    fn said(&mut self, room: usize, seq: u64, who: &str, text: &str) {
        self.tell(room, said(seq, who, text));
    }

    fn ended(&mut self, room: usize, reason: EndReason) {
        self.tell(room, Event::Ended(reason));
    }

    fn commands(&self, room: usize) -> Vec<Command> {
        self.opened.borrow()[room].commands.try_iter().collect()
    }

    fn config(&self, room: usize) -> Config {
        self.opened.borrow()[room].config.clone()
    }

    fn opened(&self) -> usize {
        self.opened.borrow().len()
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn author(id: u64, name: &str) -> Author {
    Author {
        id: MemberId(id),
        name: Arc::from(name),
        plain: id != 0,
    }
}

fn member(id: u64, name: &str, me: bool) -> Member {
    Member {
        author: author(id, name),
        named: true,
        me,
        address: (!me).then(|| address("10.0.0.9:50000")),
        key: None,
        here: true,
        verified: false,
    }
}

/// Somebody said something; Ann is the person at this computer.
fn said(seq: u64, who: &str, text: &str) -> Event {
    let mine = who == "Ann";
    Event::Room(proto::Event::Said {
        entry: Entry {
            seq,
            id: EntryId([seq as u8; 16]),
            author: author(if mine { 0 } else { 1 }, who),
            mine,
            text: Arc::from(text),
            reply_to: None,
            at: SystemTime::now(),
        },
    })
}

fn say(text: &str) -> Command {
    Command::say(text)
}
