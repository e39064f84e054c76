//! Encrypted rooms in the view model.

use landline::chat::MAX_REACTIONS;
use landline::proto::KnockId;
use landline::proto::identity::MemberKey;
use landline::proto::log::{Admit, History, RoomId, Settings};
use landline::proto::message::Receipt;
use landline::proto::words::Words;

use super::*;

impl Story {
    fn native() -> Self {
        let mut story = Self::new(Chat::new("192.168.1.7", false));
        story.event(Event::Connecting { address: address(7) });
        story.settings(false);
        story.room(proto::Event::Connected {
            host: secret(0, "Li").author,
            room: "Workshop".into(),
            id: Some(RoomId([1; 16])),
            secure: true,
            resumed: false,
        });
        story.room(proto::Event::Joined {
            member: secret(0, "Li"),
        });
        let mut me = secret(2, "Mei");
        me.me = true;
        story.room(proto::Event::Joined { member: me });
        story
    }

    fn settings(&mut self, plain: bool) {
        self.room(proto::Event::Settings {
            room: RoomId([1; 16]),
            host: MemberKey([2; 32]),
            settings: Settings {
                name: "Workshop".into(),
                history: History::None,
                plain: plain.then_some(proto::Encoding::Auto),
                admit: Admit::Ask,
            },
        });
    }

    fn queues(&mut self, id: u64, text: &str) {
        self.room(proto::Event::Queued {
            id: entry_id(id),
            text: text.into(),
            reply_to: None,
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds + 1),
        });
    }

    fn stored(&mut self, id: u64, seq: u64) {
        self.room(proto::Event::Sent {
            id: entry_id(id),
            seq,
            plain: false,
        });
    }

    fn hears(&mut self, seq: u64, id: u64, mine: bool, text: &str) {
        let entry = Entry {
            seq,
            id: entry_id(id),
            author: secret(if mine { 2 } else { 0 }, if mine { "Mei" } else { "Li" }).author,
            mine,
            text: text.into(),
            reply_to: None,
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds + 1),
        };
        self.room(proto::Event::Said { entry });
    }

    fn receipt(&mut self, id: u64, stored: u64, read: u64) {
        let receipt = Receipt {
            id: MemberId(id),
            stored,
            read,
        };
        self.room(proto::Event::Receipt { receipt });
    }

    fn reacts(&mut self, id: u64, target: u64, emoji: &str, on: bool) {
        self.room(proto::Event::Reacted {
            seq: 99,
            target,
            author: author(id, &format!("m{id}")),
            emoji: emoji.into(),
            on,
        });
    }
}

fn secret(id: u64, name: &str) -> Member {
    let mut member = member(id, name);
    member.me = false;
    member.author.plain = false;
    member.key = Some(MemberKey([u8::try_from(id).unwrap(); 32]));
    member
}

#[test]
fn own_messages_wait_at_the_end_until_they_have_their_place() {
    let mut story = Story::native();
    story.queues(1, "first");
    story.queues(2, "second");
    assert!(story.chat.has_queued());
    story.hears(7, 70, false, "between");
    story.stored(1, 8);
    story.hears(8, 1, true, "first");
    story.hears(9, 71, false, "after");
    story.shows(
        "Workshop (guest): connected
         members: m0 Li, m2 Mei
         8 #7 Li: between
         10 #8 Mei: first [stored]
         11 #9 Li: after
         7 - me: second [queued]",
    );
    assert_eq!(&*story.chat.last_message().unwrap().text, "second");
    story.refused(2, "second", RefuseReason::LineLost);
    assert!(!story.chat.has_queued(), "it is shown as refused, with its text");
    assert_eq!(story.chat.rows().len(), 4);
    story.queues(3, "third");
    story.queues(3, "third");
    assert_eq!(story.chat.rows().len(), 5, "what is queued again is shown once");
}

#[test]
fn a_lost_line_leaves_the_room_open_and_everybody_away() {
    let mut story = Story::native();
    story.room(proto::Event::Lost {
        end: LineEnd::TimedOut,
        retry_in: Duration::from_secs(4),
    });
    assert!(story.chat.open(), "what is said now goes out later");
    story.shows(
        "Workshop (guest): lost (TimedOut), retrying at 10
         members: m2 Mei",
    );
    assert!(story.chat.away.contains_key(&MemberId(0)));
    story.room(proto::Event::CaughtUp { entries: 1 });
    assert!(story.chat.rows().is_empty(), "nothing came, nothing is told");
    story.room(proto::Event::Connected {
        id: Some(RoomId([1; 16])),
        host: secret(0, "Li").author,
        room: "Workshop".into(),
        secure: true,
        resumed: true,
    });
    story.hears(1, 70, false, "meanwhile");
    story.hears(2, 71, true, "my own");
    story.room(proto::Event::CaughtUp { entries: 12 });
    story.room(proto::Event::CaughtUp { entries: 12 });
    story.shows(
        "Workshop (guest): connected
         members: m0 Li, m2 Mei
         9 #1 Li: meanwhile
         10 #2 Mei: my own [stored]
         11 caught up: 1",
    );
}

#[test]
fn a_message_that_did_not_go_out_is_there_once_until_it_is_forgotten() {
    let mut story = Story::native();
    story.hears(1, 70, false, "before");
    for id in [1, 2] {
        story.queues(id, "mine");
        story.refused(id, "mine", RefuseReason::DiskFull);
    }
    story.hears(2, 71, false, "after");
    assert_eq!(story.chat.rows().len(), 4);
    story.queues(1, "mine");
    assert_eq!(story.chat.rows().len(), 4, "it is tried again");
    story.hears(3, 1, true, "mine");
    assert_eq!(story.chat.rows().len(), 4, "it went out");
    story.chat.forget(entry_id(2));
    let left: Vec<_> = story.chat.rows().iter().map(|row| row.message().unwrap().seq).collect();
    assert_eq!(left, [Some(1), Some(2), Some(3)]);
    assert_eq!(story.chat.last_message().unwrap().seq, Some(3));
    assert_eq!(story.chat.row_of(2), Some(1));
}

#[test]
fn who_has_a_message() {
    let mut story = Story::native();
    story.room(proto::Event::Known {
        member: secret(3, "Bo"),
    });
    story.hears(5, 1, true, "hello");
    let reached = story.chat.reached(5);
    assert_eq!((reached.stored, reached.of), (vec![MemberId(0)], 2), "the host has all");
    story.receipt(3, 4, 4);
    assert_eq!(story.chat.reached(5).stored, [MemberId(0)]);
    story.receipt(3, 5, 4);
    assert_eq!(story.chat.reached(5).stored, [MemberId(0), MemberId(3)]);
    story.receipt(3, 6, 5);
    assert_eq!(story.chat.reached(5).read, [MemberId(3)]);
    story.room(proto::Event::Left {
        member: secret(3, "Bo"),
        reason: LeaveReason::Removed,
    });
    assert_eq!(story.chat.reached(5).read, [MemberId(3)], "what was read stays read");
    assert_eq!(story.chat.reached(6).of, 2, "it was stored there");
    assert_eq!(story.chat.reached(7).of, 1, "and is not expected there any more");
    story.event(Event::Ended(EndReason::Closed(CloseReason::Removed)));
    assert_eq!(story.chat.reached(5).read, [MemberId(3)], "nor does the end undo it");
}

#[test]
fn edits_deletions_and_signs_find_their_message() {
    let mut story = Story::native();
    story.hears(3, 1, false, "on");
    story.room(proto::Event::Notice {
        notice: Notice::LogWhole,
    });
    story.hears(5, 2, true, "two");
    story.hears(9, 3, false, "three");
    story.room(proto::Event::Edited {
        seq: 10,
        target: 3,
        text: "one".into(),
    });
    story.reacts(1, 5, "👍", true);
    story.reacts(1, 5, "👍", true);
    story.reacts(3, 5, "👍", true);
    story.reacts(3, 5, "🎉", true);
    story.reacts(3, 5, "🎉", false);
    story.room(proto::Event::Deleted {
        seq: 11,
        target: 9,
        author: author(0, "Li"),
    });
    story.reacts(1, 9, "👍", true);
    story.reacts(1, 4, "👍", true);
    story.shows(
        "Workshop (guest): connected
         members: m0 Li, m2 Mei
         6 #3 Li: one (edited)
         7 ! LogWhole
         8 #5 Mei: two 👍m1+m3 [stored]
         9 #9 Li:  (taken back by Li)",
    );
    (0..100).for_each(|n| story.reacts(1, 5, &format!("{n}"), true));
    let Row::Message(message) = &story.chat.rows()[2] else {
        panic!("no message");
    };
    assert_eq!(message.later.reactions.len(), MAX_REACTIONS);
}

#[test]
fn the_red_notice_follows_the_settings() {
    let mut story = Story::native();
    assert!(!story.chat.plain_text);
    story.settings(true);
    assert!(story.chat.plain_text);
    story.settings(false);
    assert!(!story.chat.plain_text);
}

#[test]
fn knocks_stand_in_line_until_they_are_over() {
    let mut story = Story::host();
    for id in 1..=2 {
        story.room(proto::Event::Knock {
            knock: KnockId(id),
            name: "Bo".into(),
            key: MemberKey([9; 32]),
            address: address(8),
            words: Words([1, 2, 3, 4]),
        });
    }
    story.room(proto::Event::KnockOver { knock: KnockId(1) });
    let knocks: Vec<KnockId> = story.chat.knocks.iter().map(|knock| knock.id).collect();
    assert_eq!(knocks, [KnockId(2)]);
}

#[test]
fn in_another_history_places_begin_anew() {
    let mut story = Story::native();
    story.hears(1, 1, false, "old one");
    story.hears(2, 2, false, "old two");
    story.room(proto::Event::NewEpoch);
    story.hears(1, 3, false, "new one");
    story.reacts(1, 1, "👍", true);
    story.reacts(1, 2, "👍", true);
    story.shows(
        "Workshop (guest): connected
         members: m0 Li, m2 Mei
         6 #1 Li: old one
         7 #2 Li: old two
         8 another history
         9 #1 Li: new one 👍m1",
    );
}
