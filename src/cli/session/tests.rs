//! The session over a scripted worker: what is asked of it, when, and how it ends.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use super::*;
use crate::proto::log::RoomId;
use crate::proto::{Author, Entry, EntryId, LineEnd, Member};

mod native;

/// Nothing here takes longer, unless it is broken; a machine that builds at the same time is slow.
const SOON: Duration = Duration::from_secs(20);

/// A session on its own thread, with the test at all of its ends.
struct Script {
    commands: Receiver<Command>,
    events: Sender<Event>,
    lines: Sender<Line>,
    signals: Sender<()>,
    records: Receiver<serde_json::Value>,
    session: JoinHandle<Exit>,
    said: u8,
}

/// Standard output as a channel of parsed records.
struct Records(Sender<serde_json::Value>);

impl Write for Records {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let record = serde_json::from_slice(bytes)?;
        self.0.send(record).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Script {
    fn host(stay: bool) -> Self {
        Self::with(Plan {
            plain: "auto",
            admit: None,
            stay,
        })
    }

    fn with(plan: Plan) -> Self {
        Self::of(plan, true)
    }

    fn of(plan: Plan, hosting: bool) -> Self {
        let (worker, commands, events) = Worker::scripted();
        let (lines, lines_in) = crossbeam_channel::bounded(256);
        let (signals, signals_in) = crossbeam_channel::bounded(4);
        let (written, records) = crossbeam_channel::bounded(1024);
        let inputs = Inputs {
            lines: lines_in,
            signals: signals_in,
        };
        let session = std::thread::Builder::new()
            .name("session".to_owned())
            .spawn(move || {
                let mut output = Output::new(true, false, Records(written), io::sink());
                let chat = Chat::with_limit("", hosting, 1 << 20);
                Session::new(worker, chat, plan, inputs, &mut output).run()
            })
            .unwrap();
        Self {
            commands,
            events,
            lines,
            signals,
            records,
            session,
            said: 0,
        }
    }

    /// A room that is open.
    fn open(stay: bool) -> Self {
        let script = Self::host(stay);
        script.listening();
        let listening = script.record("listening");
        assert_eq!(listening["plain"], "auto");
        assert_eq!(listening["room"]["id"], RoomId([1; 16]).to_string());
        script
    }

    fn listening(&self) {
        self.event(Event::Listening {
            id: RoomId([1; 16]),
            room: "Workshop".to_owned(),
            port: 8888,
            addresses: vec![address()],
        });
    }

    fn event(&self, event: Event) {
        self.events.send_timeout(event, SOON).unwrap();
    }

    fn room(&self, event: proto::Event) {
        self.event(Event::Room(event));
    }

    fn line(&self, line: &str) {
        self.lines.send_timeout(Line::Text(line.to_owned()), SOON).unwrap();
    }

    fn end_of_input(&self) {
        self.lines.send_timeout(Line::End, SOON).unwrap();
    }

    fn command(&self) -> Command {
        self.commands.recv_timeout(SOON).unwrap()
    }

    /// The next message that is to be said; it is numbered, and not yet on its way.
    fn said(&self) -> String {
        let Command::Say { text, .. } = self.command() else {
            panic!("not a message")
        };
        self.room(proto::Event::Said {
            entry: Entry {
                seq: 1,
                id: EntryId([0; 16]),
                author: member(0, "Host").author,
                mine: true,
                text: text.as_str().into(),
                reply_to: None,
                at: SystemTime::UNIX_EPOCH,
            },
        });
        self.record("message");
        text
    }

    fn record(&self, event: &str) -> serde_json::Value {
        let record = self.records.recv_timeout(SOON).unwrap();
        assert_eq!(record["event"], event, "{record}");
        record
    }

    fn id(&mut self) -> EntryId {
        self.said += 1;
        EntryId([self.said; 16])
    }

    /// The operating system has taken the oldest message.
    fn sent(&mut self) {
        let id = self.id();
        self.room(proto::Event::Sent {
            id,
            seq: u64::from(self.said),
            plain: true,
        });
        assert_eq!(self.record("sent")["lines"], 1);
    }

    fn refused(&mut self, reason: RefuseReason) -> serde_json::Value {
        let id = self.id();
        let text = Arc::from("lost words");
        self.room(proto::Event::Refused { id, text, reason });
        self.record("refused")
    }

    /// The worker says that the room is over; yields the exit and the last record.
    fn ended(self, reason: EndReason) -> (Exit, serde_json::Value) {
        self.event(Event::Ended(reason));
        self.exit()
    }

    fn exit(self) -> (Exit, serde_json::Value) {
        let exit = self.session.join().unwrap();
        (exit, self.records.iter().last().unwrap())
    }
}

fn address() -> SocketAddr {
    SocketAddr::from(([192, 168, 1, 7], 8888))
}

fn member(id: u64, name: &str) -> Member {
    Member {
        author: Author {
            id: MemberId(id),
            name: name.into(),
            plain: true,
        },
        named: true,
        me: id == 0,
        address: (id != 0).then(address),
        key: None,
        here: true,
        verified: false,
    }
}

fn left() -> EndReason {
    EndReason::Closed(CloseReason::Left)
}

#[test]
fn lines_wait_until_the_room_is_open() {
    let script = Script::host(false);
    script.line("early");
    script.end_of_input();
    script.event(Event::Connecting { address: address() });
    script.record("connecting");
    assert!(script.commands.is_empty());
    script.listening();
    script.record("listening");
    assert_eq!(script.said(), "early");
}

#[test]
fn the_end_of_input_leaves_only_when_everything_is_sent() {
    let mut script = Script::open(false);
    script.line("one");
    script.line("two");
    script.end_of_input();
    assert_eq!((script.said(), script.said()), ("one".to_owned(), "two".to_owned()));
    script.sent();
    assert!(script.commands.is_empty());
    script.sent();
    assert_eq!(script.command(), Command::Leave);
    let (exit, last) = script.ended(left());
    assert_eq!(exit, Exit::Done);
    assert_eq!(last, serde_json::json!({"event": "closed", "reason": "left"}));
}

/// Short messages that are on their way at most.
const WINDOW_MESSAGES: usize = 32;

#[test]
fn no_more_than_a_window_is_on_its_way() {
    let mut script = Script::open(false);
    (0..100).for_each(|n| script.line(&n.to_string()));
    for n in 0..WINDOW_MESSAGES {
        assert_eq!(script.said(), n.to_string());
    }
    script.room(proto::Event::Joined {
        member: member(1, "Ann"),
    });
    script.record("joined"); // the session has had every chance to say more
    assert!(script.commands.is_empty());
    script.sent();
    assert_eq!(script.said(), WINDOW_MESSAGES.to_string());
    assert!(script.commands.is_empty());
}

#[test]
fn somebody_who_does_not_read_does_not_hold_up_the_others() {
    let mut script = Script::open(false);
    for (id, name) in [(0, "Host"), (1, "Ann"), (2, "Bob")] {
        script.room(proto::Event::Joined {
            member: member(id, name),
        });
    }
    (1..3).for_each(|_| drop(script.record("joined")));
    (0..100).for_each(|n| script.line(&n.to_string()));
    // Nothing is sent: Bob takes nothing. Ann hears the rest all the same, but not before it is clear.
    let begin = Instant::now();
    (0..WINDOW_MESSAGES).for_each(|n| assert_eq!(script.said(), n.to_string()));
    (WINDOW_MESSAGES..100).for_each(|n| assert_eq!(script.said(), n.to_string()));
    assert!(begin.elapsed() >= Duration::from_secs(1));
    script.sent();
}

#[test]
fn long_messages_close_the_window_sooner() {
    let script = Script::open(false);
    let long = "x".repeat(15_000);
    (0..4).for_each(|_| script.line(&long));
    script.said();
    script.said();
    script.room(proto::Event::Joined {
        member: member(1, "Ann"),
    });
    script.record("joined");
    assert!(script.commands.is_empty());
}

#[test]
fn staying_outlives_the_end_of_input_until_a_signal() {
    let script = Script::open(true);
    script.end_of_input();
    script.room(proto::Event::Joined {
        member: member(1, "Ann"),
    });
    assert_eq!(script.record("joined")["address"], "192.168.1.7:8888");
    assert!(script.commands.is_empty());
    script.signals.send(()).unwrap();
    assert_eq!(script.command(), Command::Leave);
    assert_eq!(script.ended(left()).0, Exit::Done);
}

#[test]
fn a_second_signal_ends_at_once_and_says_what_is_missing() {
    let script = Script::open(false);
    script.line("never sent");
    script.said();
    script.signals.send(()).unwrap();
    script.signals.send(()).unwrap();
    let (exit, last) = script.exit();
    assert_eq!(exit, Exit::Unsent);
    assert_eq!(last["reason"], "left");
}

#[test]
fn a_signal_while_connecting_gives_up_at_once() {
    let script = Script::host(false);
    script.event(Event::Connecting { address: address() });
    script.record("connecting");
    script.signals.send(()).unwrap();
    assert_eq!(script.command(), Command::Leave);
    let (exit, last) = script.ended(EndReason::Cancelled);
    assert_eq!(last["reason"], "cancelled");
    assert_eq!(exit, Exit::Done);
}

#[test]
fn what_stood_in_line_when_the_host_left_is_refused() {
    let mut script = Script::open(false);
    script.line("said");
    script.said();
    (0..WINDOW_MESSAGES + 1).for_each(|_| script.line("unsaid"));
    (1..WINDOW_MESSAGES).for_each(|_| drop(script.said()));
    let refused = script.refused(RefuseReason::LineLost);
    assert_eq!(refused["code"], "line-lost");
    assert_eq!(refused["retry"], true);
    assert_eq!(refused["text"], "lost words");
    script.said();
    script.event(Event::Ended(EndReason::Closed(CloseReason::HostLeft)));
    let last = script.record("refused");
    assert_eq!(last["code"], "not-connected");
    assert_eq!(last["text"], "unsaid");
    let (exit, last) = script.exit();
    assert_eq!(exit, Exit::Unsent);
    assert_eq!(last["reason"], "host-left");
}

#[test]
fn a_lost_line_says_lost_then_closed() {
    let script = Script::open(false);
    script.event(Event::Ended(EndReason::Closed(CloseReason::Lost(LineEnd::Reset))));
    let lost = script.record("lost");
    assert_eq!(
        (lost["reason"].as_str(), lost["retry_ms"].is_null()),
        (Some("reset"), true)
    );
    let (exit, last) = script.exit();
    assert_eq!((exit, last["reason"].as_str()), (Exit::Failed, Some("lost")));
}

#[test]
fn a_failure_says_what_to_do() {
    let script = Script::host(false);
    script.event(Event::Ended(EndReason::Failed(Failure::PortTaken {
        port: 8888,
        free: Some(8889),
    })));
    let error = script.record("error");
    assert_eq!(error["code"], "port-taken");
    assert!(error["message"].as_str().unwrap().contains("8888"));
    assert!(error["hint"].as_str().unwrap().contains("8889"));
    let (exit, last) = script.exit();
    assert_eq!((exit, last["reason"].as_str()), (Exit::Failed, Some("failed")));
}

#[test]
fn a_worker_that_is_gone_without_a_word_ends_the_session() {
    let Script {
        events,
        session,
        records,
        lines: _lines,
        signals: _signals,
        ..
    } = Script::open(true);
    drop(events);
    assert_eq!(session.join().unwrap(), Exit::Failed);
    assert_eq!(records.iter().last().unwrap()["reason"], "failed");
}

#[test]
fn members_are_removed_by_id_or_by_a_name_that_only_one_has() {
    let script = Script::open(false);
    for (id, name) in [(0, "Host"), (1, "Ann"), (2, "Bob"), (3, "Bob"), (4, "m1")] {
        script.room(proto::Event::Joined {
            member: member(id, name),
        });
    }
    (1..5).for_each(|_| drop(script.record("joined")));
    for (line, id) in [("/remove m1", 1), ("/remove Ann", 1), ("/remove m3", 3)] {
        script.line(line);
        assert_eq!(script.command(), Command::Remove { member: MemberId(id) });
    }
    for line in ["/remove Bob", "/remove", "/remove m0", "/remove m9"] {
        script.line(line);
        assert_eq!(script.record("error")["code"], "no-such-member");
    }
    script.line("/who");
    let members = script.record("members")["members"].clone();
    assert_eq!(members.as_array().unwrap().len(), 5);
    assert_eq!(
        members[0],
        serde_json::json!({"id": "m0", "name": "Host", "plain": true, "address": null, "me": true, "here": true})
    );
}

#[test]
fn commands_that_do_nothing_here_say_so_and_send_nothing() {
    let script = Script::open(false);
    script.line("/react 3 x");
    assert_eq!(script.record("error")["code"], "not-in-plain-room");
    script.line("/help");
    assert_eq!(script.record("error")["code"], "unknown-command");
    script.lines.send(Line::NotUtf8).unwrap();
    assert_eq!(script.record("error")["code"], "not-utf-8");
    script
        .lines
        .send(Line::TooLong {
            bytes: 99_999,
            beginning: "x".to_owned(),
        })
        .unwrap();
    let refused = script.record("refused");
    assert_eq!(
        (refused["code"].as_str(), refused["retry"].as_bool()),
        (Some("too-long"), Some(false))
    );
    assert!(refused["id"].is_null());
    script.line("bye");
    assert_eq!(script.command(), Command::Leave);
    assert_eq!(script.ended(left()).0, Exit::Unsent);
}
