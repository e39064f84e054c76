//! The view model: scripted events in, a text snapshot out.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use landline::chat::{Chat, Delivery, Later, MAX_MOVES, Message, Move, Row, Status, TRIM_ROWS};
use landline::proto::log::RoomId;
use landline::proto::{
    self, Author, CloseReason, Entry, EntryId, LeaveReason, LineEnd, Member, MemberId, Notice, RefuseReason,
};
use landline::worker::{EndReason, Event, Failure};

mod native;

/// A room on its way, one virtual second an event.
struct Story {
    chat: Chat,
    seconds: u64,
    seq: u64,
}

impl Story {
    fn host() -> Self {
        let mut story = Self::new(Chat::new("My room", true));
        story.event(Event::Listening {
            id: RoomId([1; 16]),
            room: "Workshop".to_owned(),
            port: 8888,
            addresses: vec![address(7)],
        });
        story
    }

    fn guest() -> Self {
        let mut story = Self::new(Chat::new("192.168.1.7", false));
        story.event(Event::Connecting { address: address(7) });
        story.room(proto::Event::Connected {
            host: author(0, "192.168.1.7"),
            room: "192.168.1.7".into(),
            id: None,
            secure: false,
            resumed: false,
        });
        story
    }

    fn new(chat: Chat) -> Self {
        Self {
            chat,
            seconds: 0,
            seq: 0,
        }
    }

    fn event(&mut self, event: Event) {
        self.seconds += 1;
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds);
        self.chat.apply(&event, at);
    }

    fn room(&mut self, event: proto::Event) {
        self.event(Event::Room(event));
    }

    fn joins(&mut self, id: u64, name: &str) {
        self.room(proto::Event::Joined {
            member: member(id, name),
        });
    }

    fn leaves(&mut self, id: u64, name: &str, reason: LeaveReason) {
        self.room(proto::Event::Left {
            member: member(id, name),
            reason,
        });
    }

    fn renames(&mut self, id: u64, previous: &str, name: &str) {
        self.room(proto::Event::Renamed {
            member: member(id, name),
            previous: previous.into(),
        });
    }

    /// Yields the message's place in the log.
    fn says(&mut self, id: u64, name: &str, text: &str) -> u64 {
        self.seq += 1;
        let entry = Entry {
            seq: self.seq,
            id: entry_id(self.seq),
            author: author(id, name),
            mine: id == 0 && self.chat.hosting,
            text: text.into(),
            reply_to: None,
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds + 1),
        };
        self.room(proto::Event::Said { entry });
        self.seq
    }

    fn sent(&mut self, seq: u64) {
        self.room(proto::Event::Sent {
            id: entry_id(seq),
            seq,
            plain: true,
        });
    }

    fn refused(&mut self, id: u64, text: &str, reason: RefuseReason) {
        self.room(proto::Event::Refused {
            id: entry_id(id),
            text: text.into(),
            reason,
        });
    }

    fn notices(&mut self, notice: Notice) {
        self.room(proto::Event::Notice { notice });
    }

    #[track_caller]
    fn shows(&self, expected: &str) {
        let expected: Vec<&str> = expected
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let shown = render(&self.chat);
        assert_eq!(
            shown.lines().map(str::trim_end).collect::<Vec<_>>(),
            expected,
            "\n{shown}"
        );
    }
}

fn address(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 168, 1, last], 8888))
}

fn author(id: u64, name: &str) -> Author {
    Author {
        id: MemberId(id),
        name: name.into(),
        plain: true,
    }
}

fn member(id: u64, name: &str) -> Member {
    Member {
        author: author(id, name),
        named: true,
        me: id == 0,
        address: (id != 0).then(|| address(7)),
        key: None,
        here: true,
        verified: false,
    }
}

fn entry_id(n: u64) -> EntryId {
    EntryId(u128::from(n).to_be_bytes())
}

/// Everything that a window shows of a room, as text.
fn render(chat: &Chat) -> String {
    let mut text = String::new();
    let side = if chat.hosting { "host" } else { "guest" };
    let plain = if chat.plain_text { ", plain text" } else { "" };
    writeln!(text, "{} ({side}{plain}): {}", chat.room, status(&chat.status)).unwrap();
    let names: Vec<String> = chat
        .members
        .values()
        .map(|member| format!("{} {}", member.author.id, member.author.name))
        .collect();
    writeln!(text, "members: {}", names.join(", ")).unwrap();
    if chat.dropped() > 0 {
        writeln!(text, "{} rows before", chat.dropped()).unwrap();
    }
    for row in chat.rows() {
        let at = row.at().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        writeln!(text, "{at} {}", row_text(row)).unwrap();
    }
    text
}

fn status(status: &Status) -> String {
    match status {
        Status::Starting => "starting".to_owned(),
        Status::Hosting { port, addresses } => format!("hosting at {port} {addresses:?}"),
        Status::Connecting { address } => format!("connecting to {address}"),
        Status::Waiting { words } => format!("waiting with {:?}", words.0),
        Status::Connected => "connected".to_owned(),
        Status::Lost { end, retry_at } => {
            let at = retry_at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
            format!("lost ({end:?}), retrying at {at}")
        }
        Status::Ended(reason) => format!("ended: {reason:?}"),
    }
}

fn row_text(row: &Row) -> String {
    match row {
        Row::Message(message) => message_text(message),
        Row::People(people) => {
            let omitted = if people.omitted > 0 {
                format!("({} omitted) ", people.omitted)
            } else {
                String::new()
            };
            let moves: Vec<String> = people.moves.iter().map(move_text).collect();
            format!("~ {omitted}{}", moves.join(", "))
        }
        Row::Newer { seq, author, .. } => format!("#{seq} {}: needs a newer version", author.name),
        Row::NewEpoch { .. } => "another history".to_owned(),
        Row::CaughtUp { messages, .. } => format!("caught up: {messages}"),
        Row::Notice { notice, .. } => format!("! {notice:?}").chars().take(30).collect(),
        Row::Ended { reason, .. } => format!("ended: {reason:?}"),
    }
}

fn message_text(message: &Message) -> String {
    let seq = message.seq.map_or_else(|| "-".to_owned(), |seq| format!("#{seq}"));
    let author = message.author.as_ref().map_or("me", |author| &author.name);
    let mark = match message.delivery {
        Delivery::Received => "",
        Delivery::Sending => " [sending]",
        Delivery::Sent => " [sent]",
        Delivery::Queued => " [queued]",
        Delivery::Stored => " [stored]",
        Delivery::Refused(RefuseReason::TooLong { .. }) => " [too long]",
        Delivery::Refused(RefuseReason::LineLost) => " [line lost]",
        Delivery::Refused(_) => " [refused]",
    };
    assert_eq!(message.mine, message.delivery != Delivery::Received);
    let reply = message.reply_to.map_or(String::new(), |seq| format!("(to #{seq}) "));
    format!("{seq} {author}: {reply}{}{}{mark}", message.text, later(&message.later))
}

fn later(later: &Later) -> String {
    let edited = if later.edited { " (edited)" } else { "" };
    let deleted = later
        .deleted
        .as_ref()
        .map(|author| format!(" (taken back by {})", author.name));
    let signs: Vec<String> = later
        .reactions
        .iter()
        .map(|reaction| {
            let by: Vec<&str> = reaction.by.iter().map(|author| &*author.name).collect();
            format!(" {}{}", reaction.emoji, by.join("+"))
        })
        .collect();
    format!("{edited}{}{}", deleted.unwrap_or_default(), signs.concat())
}

fn move_text(step: &Move) -> String {
    match step {
        Move::Joined(author) => format!("+{}", author.name),
        Move::Left(author, reason) => format!("-{} {reason:?}", author.name),
        Move::Renamed { author, previous } => format!("{previous} = {}", author.name),
    }
}

#[test]
fn a_room_starts_with_nothing() {
    Story::new(Chat::new("Workshop", true)).shows(
        "Workshop (host): starting
         members:",
    );
}

#[test]
fn a_host_talks_with_guests() {
    let mut story = Story::host();
    story.joins(0, "Li");
    story.notices(Notice::PlainText);
    story.joins(1, "Ann");
    story.says(1, "Ann", "天王盖地虎");
    let mine = story.says(0, "Li", "宝塔镇河妖");
    story.shows(
        "Workshop (host, plain text): hosting at 8888 [192.168.1.7:8888]
         members: m0 Li, m1 Ann
         4 ~ +Ann
         5 #1 Ann: 天王盖地虎
         6 #2 Li: 宝塔镇河妖 [sending]",
    );
    story.sent(mine);
    story.leaves(1, "Ann", LeaveReason::Lost(LineEnd::Reset));
    let alone = story.says(0, "Li", "anybody?");
    story.sent(alone);
    story.shows(
        "Workshop (host, plain text): hosting at 8888 [192.168.1.7:8888]
         members: m0 Li
         4 ~ +Ann
         5 #1 Ann: 天王盖地虎
         6 #2 Li: 宝塔镇河妖 [sent]
         8 ~ -Ann Lost(Reset)
         9 #3 Li: anybody? [sent]",
    );
}

#[test]
fn a_guest_does_not_read_that_the_host_came_in() {
    let mut story = Story::guest();
    story.joins(0, "192.168.1.7");
    story.says(0, "192.168.1.7", "welcome");
    story.event(Event::Ended(EndReason::Closed(CloseReason::HostLeft)));
    story.shows(
        "192.168.1.7 (guest): ended: Closed(HostLeft)
         members:
         4 #1 192.168.1.7: welcome
         5 ended: Closed(HostLeft)",
    );
    assert!(!story.chat.open());
}

#[test]
fn comings_and_goings_in_a_row_are_one_row() {
    let mut story = Story::host();
    story.joins(1, "Ann");
    story.joins(2, "Bob");
    story.leaves(1, "Ann", LeaveReason::Bye);
    story.says(2, "Bob", "hello");
    story.joins(3, "Eve");
    story.leaves(3, "Eve", LeaveReason::TooSlow);
    story.shows(
        "Workshop (host): hosting at 8888 [192.168.1.7:8888]
         members: m2 Bob
         2 ~ +Ann, +Bob, -Ann Bye
         5 #1 Bob: hello
         6 ~ +Eve, -Eve TooSlow",
    );
}

#[test]
fn whoever_says_their_name_on_coming_in_came_in_under_it() {
    let mut story = Story::host();
    story.joins(1, "plain guest 1");
    story.joins(2, "plain guest 2");
    story.renames(1, "plain guest 1", "Ann");
    story.says(2, "plain guest 2", "hi");
    story.renames(2, "plain guest 2", "Bob");
    story.renames(2, "Bob", "Robert");
    story.shows(
        "Workshop (host): hosting at 8888 [192.168.1.7:8888]
         members: m1 Ann, m2 Robert
         2 ~ +Ann, +plain guest 2
         5 #1 plain guest 2: hi
         6 ~ plain guest 2 = Bob, Bob = Robert",
    );
}

#[test]
fn a_crowd_is_counted() {
    let mut story = Story::host();
    let crowd = MAX_MOVES as u64 + 3;
    (1..=crowd).for_each(|id| story.joins(id, &format!("g{id}")));
    let Some(Row::People(people)) = story.chat.rows().back() else {
        panic!("{:?}", story.chat.rows());
    };
    assert_eq!((people.omitted, people.moves.len()), (3, MAX_MOVES));
    assert_eq!(people.moves[0].author().id, MemberId(4));
    assert_eq!(story.chat.members.len() as u64, crowd);
}

#[test]
fn a_refused_message_keeps_its_words() {
    let mut story = Story::host();
    let lost = story.says(0, "Li", "x");
    story.refused(lost, "x", RefuseReason::LineLost);
    story.refused(99, "far too long", RefuseReason::TooLong { bytes: 20_000 });
    let last = story.chat.last_message().unwrap();
    assert_eq!((last.seq, last.author.as_ref(), last.mine), (None, None, true));
    assert_eq!(&*last.text, "far too long");
    assert_eq!(
        last.delivery,
        Delivery::Refused(RefuseReason::TooLong { bytes: 20_000 })
    );
    let Some(Row::Message(first)) = story.chat.rows().front() else {
        panic!("{:?}", story.chat.rows());
    };
    assert_eq!(first.delivery, Delivery::Refused(RefuseReason::LineLost));
    assert_eq!(story.chat.rows().len(), 2);
}

#[test]
fn notices_are_rows_but_plain_text_is_a_state() {
    let mut story = Story::host();
    story.notices(Notice::PlainText);
    story.notices(Notice::RoomFull { address: address(9) });
    story.shows(
        "Workshop (host, plain text): hosting at 8888 [192.168.1.7:8888]
         members:
         3 ! RoomFull { address: 192.168.",
    );
}

#[test]
fn an_attempt_that_fails_leaves_no_row() {
    let mut story = Story::new(Chat::new("there", false));
    story.event(Event::Connecting { address: address(7) });
    story.event(Event::Ended(EndReason::Failed(Failure::TimedOut {
        address: address(7),
    })));
    story.shows(
        "there (guest): ended: Failed(TimedOut { address: 192.168.1.7:8888 })
         members:",
    );
}

#[test]
fn the_oldest_rows_go_when_the_transcript_is_full() {
    const LIMIT: usize = 1 << 20;
    let mut story = Story::new(Chat::with_limit("Workshop", true, LIMIT));
    let text = Arc::<str>::from("w".repeat(100));
    let mut said = 0;
    while story.chat.dropped() == 0 {
        said = story.says(1, "Ann", &text);
        assert!(said < LIMIT as u64 / 100, "nothing was dropped");
    }
    assert_eq!(story.chat.dropped(), TRIM_ROWS as u64);
    assert_eq!(story.chat.rows().len() as u64, said - TRIM_ROWS as u64);
    let Some(Row::Message(oldest)) = story.chat.rows().front() else {
        panic!("no message");
    };
    assert_eq!(oldest.seq, Some(TRIM_ROWS as u64 + 1));
    (0..100_000).for_each(|_| assert!(story.says(1, "Ann", &text) > said));
    assert!(story.chat.rows().len() * text.len() < LIMIT);
}

#[test]
fn what_is_dropped_may_still_be_on_its_way() {
    let mut story = Story::new(Chat::with_limit("Workshop", true, 1 << 20));
    let early = story.says(0, "Li", "early");
    while story.chat.dropped() == 0 {
        story.says(1, "Ann", &"w".repeat(100));
    }
    let late = story.says(0, "Li", "late");
    let rows = story.chat.rows().len();
    story.refused(early, "early", RefuseReason::LineLost);
    story.sent(late);
    assert_eq!(story.chat.rows().len(), rows, "it stood there, and people saw it");
    assert_eq!(story.chat.last_message().unwrap().delivery, Delivery::Sent);
}

#[test]
fn comings_and_goings_cost_memory_too() {
    const LIMIT: usize = 1 << 20;
    let mut story = Story::new(Chat::with_limit("Workshop", true, LIMIT));
    for message in 0..2_000 {
        (1..=MAX_MOVES as u64).for_each(|id| story.joins(id, &format!("guest {message} {id}")));
        story.says(1, "Ann", "hi");
    }
    let moves = story.chat.rows().iter().map(|row| match row {
        Row::People(people) => people.moves.len(),
        _ => 0,
    });
    assert!(moves.sum::<usize>() * size_of::<Move>() < LIMIT);
}

#[test]
fn one_message_larger_than_the_limit_stays() {
    let mut story = Story::new(Chat::with_limit("Workshop", true, 10));
    story.says(1, "Ann", "a");
    story.says(1, "Ann", "b");
    assert_eq!(story.chat.dropped(), 1);
    assert_eq!(&*story.chat.last_message().unwrap().text, "b");
}
