//! The session in encrypted rooms.

use super::*;
use crate::proto::KnockId;
use crate::proto::identity::MemberKey;
use crate::proto::invite::{Invite, InviteSecret};
use crate::proto::log::{Admit, History, InviteNumber, Settings};
use crate::proto::message::{DenyReason, Receipt, SubmitRefusal};
use crate::proto::words::Words;

impl Script {
    /// A room that has announced itself.
    fn native() -> Self {
        let script = Self::hosting();
        script.room(proto::Event::Invite { invite: invite() });
        let listening = script.record("listening");
        assert_eq!(listening["invite"], invite().to_string());
        assert_eq!(listening["room"]["id"], "01".repeat(16));
        assert_eq!(listening["admit"], "ask");
        script
    }

    /// A room that is open, and whose first invite is awaited.
    fn hosting() -> Self {
        let script = Self::with(Plan {
            plain: "off",
            admit: Some(Admit::Ask),
            stay: true,
        });
        script.room(settings(Admit::Ask));
        script.listening();
        assert_eq!(script.command(), Command::Invite);
        script
    }

    fn knock(&self, id: u64) {
        self.room(proto::Event::Knock {
            knock: KnockId(id),
            name: "Bo".into(),
            key: MemberKey([9; 32]),
            address: address(),
            words: Words([0, 1, 2, 3]),
        });
        let record = self.record("knock");
        assert_eq!(record["knock"], format!("k{id}"));
        assert_eq!(record["words"], Words([0, 1, 2, 3]).english().join(" "));
    }

    fn receipt(&self, stored: u64, read: u64) {
        let id = MemberId(1);
        let receipt = Receipt { id, stored, read };
        self.room(proto::Event::Receipt { receipt });
    }
}

fn settings(admit: Admit) -> proto::Event {
    proto::Event::Settings {
        room: RoomId([1; 16]),
        host: MemberKey([2; 32]),
        settings: Settings {
            name: "Workshop".into(),
            history: History::None,
            plain: None,
            admit,
        },
    }
}

fn invite() -> Invite {
    Invite {
        room: RoomId([1; 16]),
        host: MemberKey([2; 32]),
        number: InviteNumber([3; 8]),
        secret: InviteSecret([4; 16]),
        expires: SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000),
        addresses: vec!["192.168.1.7:8888".parse().unwrap()],
    }
}

#[test]
fn an_encrypted_room_is_announced_with_an_invite_and_further_ones_are_events() {
    let script = Script::native();
    script.line("/invite");
    assert_eq!(script.command(), Command::Invite);
    script.room(proto::Event::Invite { invite: invite() });
    assert_eq!(script.record("invite")["invite"], invite().to_string());
}

#[test]
fn a_room_without_space_for_an_invite_is_announced_without_one() {
    let script = Script::hosting();
    script.room(proto::Event::Notice {
        notice: Notice::DiskFull,
    });
    assert_eq!(script.record("notice")["code"], "disk-full");
    assert!(script.record("listening")["invite"].is_null());
    script.line("/invite");
    assert_eq!(script.command(), Command::Invite);
    script.room(proto::Event::Invite { invite: invite() });
    assert_eq!(script.record("invite")["invite"], invite().to_string());
}

#[test]
fn the_only_knock_need_not_be_named() {
    let script = Script::native();
    script.line("/admit");
    assert_eq!(script.record("error")["code"], "no-such-knock");
    script.knock(3);
    script.line("/admit");
    let (knock, compared) = (KnockId(3), false);
    assert_eq!(script.command(), Command::Admit { knock, compared });
    script.knock(4);
    script.line("/admit");
    assert_eq!(script.record("error")["code"], "no-such-knock");
    script.line("/refuse k4");
    assert_eq!(script.command(), Command::Refuse { knock: KnockId(4) });
}

#[test]
fn words_that_were_not_compared_in_the_window_are_told_and_verifying_the_host_compares_them() {
    let script = Script::native();
    let words = Words([0, 1, 2, 3]);
    let mut member = member(0, "Host");
    member.me = false;
    script.room(proto::Event::Known { member });
    script.room(proto::Event::Unconfirmed { words });
    assert_eq!(script.record("unconfirmed")["words"], "abandon ability able about");
    script.line("/verify m0");
    let member = MemberId::HOST;
    assert_eq!(script.command(), Command::Verify { member });
}

#[test]
fn a_script_learns_once_how_far_its_messages_have_come() {
    let mut script = Script::native();
    let id = script.id();
    for seq in [5, 7] {
        script.room(proto::Event::Sent { id, seq, plain: false });
        assert_eq!(script.record("sent")["plain"], false);
    }
    script.receipt(6, 5);
    assert_eq!(script.record("delivered")["seq"], 5);
    assert_eq!(script.record("read")["seq"], 5);
    script.receipt(6, 5);
    script.receipt(9, 5);
    let delivered = script.record("delivered");
    assert_eq!((&delivered["seq"], &delivered["to"][0]), (&7.into(), &"m1".into()));
}

#[test]
fn commands_about_entries_reach_the_worker() {
    let script = Script::native();
    script.line("/reply 5 me too");
    let said = Command::Say {
        text: "me too".to_owned(),
        reply_to: Some(5),
    };
    assert_eq!(script.command(), said);
    script.line("/delete 5");
    assert_eq!(script.command(), Command::Delete { seq: 5 });
    script.line("/history all");
    let Command::Change { settings } = script.command() else {
        panic!("not a change");
    };
    assert_eq!(settings.history, History::All);
    script.line("/admission anyone");
    let Command::Change { settings } = script.command() else {
        panic!("not a change");
    };
    assert_eq!(settings.admit, Admit::Anyone);
    script.line("/edit five x");
    assert_eq!(script.record("error")["code"], "bad-command");
}

impl Script {
    /// A guest in a room.
    fn guest() -> Self {
        let plan = Plan {
            plain: "off",
            admit: None,
            stay: false,
        };
        let script = Self::of(plan, false);
        script.room(settings(Admit::Ask));
        script
    }

    fn connected(&self) {
        self.room(proto::Event::Connected {
            host: member(0, "Li").author,
            room: "Workshop".into(),
            id: Some(RoomId([1; 16])),
            secure: true,
            resumed: true,
        });
        self.record("connected");
    }

    /// The worker has a message in its outbox.
    fn queued(&self, id: EntryId, text: &str) {
        self.room(proto::Event::Queued {
            id,
            text: text.into(),
            reply_to: None,
            at: SystemTime::UNIX_EPOCH,
        });
        self.record("queued");
    }

    fn acknowledged(&self, id: EntryId) {
        self.room(proto::Event::Sent {
            id,
            seq: 9,
            plain: false,
        });
        self.record("sent");
    }

    fn says(&self, text: &str) {
        self.line(text);
        let said = Command::Say {
            text: text.to_owned(),
            reply_to: None,
        };
        assert_eq!(self.command(), said);
    }
}

#[test]
fn what_was_refused_for_now_and_is_taken_later_is_sent() {
    let mut script = Script::guest();
    script.connected();
    let (first, second) = (script.id(), script.id());
    script.says("one");
    script.queued(first, "one");
    script.says("two");
    script.queued(second, "two");
    let (text, reason) = (Arc::from("one"), RefuseReason::Host(SubmitRefusal::DiskFull));
    let id = first;
    script.room(proto::Event::Refused { id, text, reason });
    assert_eq!(script.record("refused")["retry"], true);
    script.acknowledged(first);
    script.end_of_input();
    script.room(proto::Event::CaughtUp { entries: 0 });
    script.record("caught-up"); // the session has had every chance to leave
    assert!(script.commands.is_empty(), "“two” is on its way");
    script.acknowledged(second);
    assert_eq!(script.command(), Command::Leave);
    assert_eq!(script.ended(left()).0, Exit::Done);
}

#[test]
fn an_edit_that_is_refused_is_no_answer_to_a_message() {
    let mut script = Script::guest();
    script.connected();
    let (said, edit) = (script.id(), script.id());
    script.says("one");
    script.queued(said, "one");
    script.line("/edit 5 other words");
    assert!(matches!(script.command(), Command::Edit { seq: 5, .. }));
    script.end_of_input();
    let (text, reason) = (Arc::from("other words"), RefuseReason::Host(SubmitRefusal::BadTarget));
    script.room(proto::Event::Refused { id: edit, text, reason });
    assert_eq!(script.record("refused")["retry"], false);
    script.room(proto::Event::CaughtUp { entries: 0 });
    script.record("caught-up"); // the session has had every chance to leave
    assert!(script.commands.is_empty(), "“one” is on its way");
    script.acknowledged(said);
    assert_eq!(script.command(), Command::Leave);
    assert_eq!(script.ended(left()).0, Exit::Unsent);
}

#[test]
fn an_edit_that_is_refused_for_now_goes_out_by_itself() {
    let mut script = Script::guest();
    script.connected();
    let id = script.id();
    let (text, reason) = (Arc::from("other words"), RefuseReason::Host(SubmitRefusal::Busy));
    script.room(proto::Event::Refused { id, text, reason });
    assert_eq!(script.record("refused")["retry"], true);
    script.end_of_input();
    assert_eq!(script.command(), Command::Leave);
    assert_eq!(script.ended(left()).0, Exit::Done);
}

#[test]
fn what_was_in_the_outbox_before_is_no_answer_to_what_is_said_now() {
    let mut script = Script::guest();
    let (before, now) = (script.id(), script.id());
    script.queued(before, "yesterday");
    script.connected();
    script.says("today");
    script.queued(now, "today");
    script.end_of_input();
    script.acknowledged(before);
    script.room(proto::Event::CaughtUp { entries: 0 });
    script.record("caught-up"); // the session has had every chance to leave
    assert!(script.commands.is_empty(), "“today” is on its way");
    script.acknowledged(now);
    assert_eq!(script.command(), Command::Leave);
    assert_eq!(script.ended(left()).0, Exit::Done);
}

#[test]
fn what_waits_in_the_outbox_at_the_end_is_told_by_the_exit() {
    let mut script = Script::guest();
    let before = script.id();
    script.queued(before, "yesterday");
    let unreachable = EndReason::Closed(CloseReason::HostLeft);
    assert_eq!(script.ended(unreachable).0, Exit::Unsent);
}

#[test]
fn everybody_is_told_as_long_as_anyone_comes_in() {
    let script = Script::native();
    script.room(settings(Admit::Anyone));
    assert_eq!(script.record("notice")["code"], "anyone");
    script.room(settings(Admit::Invited));
    assert_eq!(script.record("notice")["code"], "anyone-off");
}

#[test]
fn a_plain_room_has_no_invites() {
    let script = Script::open(true);
    script.line("/invite");
    assert_eq!(script.record("error")["code"], "not-in-plain-room");
}

#[test]
fn not_let_in_has_its_own_exit() {
    let denied = EndReason::Closed(CloseReason::Denied(DenyReason::InviteUsed));
    let (exit, closed) = Script::open(false).ended(denied);
    assert_eq!((exit, &closed["reason"]), (Exit::NotLetIn, &"invite-used".into()));
}
