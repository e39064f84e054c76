//! Encrypted rooms: invites, knocks, words, marks, lost lines, members, settings.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use landline::gui::Start;
use landline::proto::identity::MemberKey;
use landline::proto::invite::{Invite, InviteSecret};
use landline::proto::log::{History, InviteNumber, RoomId, Settings as RoomSettings};
use landline::proto::message::{DenyReason, Receipt, SubmitRefusal};
use landline::proto::words::Words;
use landline::proto::{
    Admit, Author, CloseReason, Encoding, Entry, EntryId, Event as Room, KnockId, LineEnd, Member, MemberId, Notice,
    RefuseReason,
};
use landline::worker::{Command, EndReason, Event, Role as Part, Target};

use super::{Stage, address};

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

#[test]
fn a_room_is_encrypted_asks_and_shows_nothing_unless_its_host_wants_otherwise() {
    let mut stage = Stage::with(super::settings(), Start::Panel, [1100.0, 1400.0]);
    stage.press("Start");
    let host = |stage: &Stage, room: usize| match stage.config(room).role {
        Part::Host(host) => (host.plain, host.admit, host.history),
        Part::Join(_) => panic!("a host was asked for"),
    };
    assert_eq!(host(&stage, 0), (None, Admit::Ask, Some(History::None)));
    stage.press("Cancel");
    stage.node(Role::Switch, "Let in plain-text programs").click();
    stage.run();
    assert!(stage.has("can read and forge what plain-text programs say"));
    stage.node(Role::RadioButton, "Anyone").click();
    stage.run();
    assert!(stage.has("comes in and reads along, unasked"));
    stage.press("More options");
    stage.node(Role::RadioButton, "Everything").click();
    stage.run();
    stage.press("Start");
    assert_eq!(
        host(&stage, 1),
        (Some(Encoding::Auto), Admit::Anyone, Some(History::All))
    );
}

#[test]
fn one_field_takes_an_invite_and_says_what_is_wrong_with_it() {
    let mut stage = Stage::new();
    let good = invite(Duration::from_secs(3600)).to_string();
    stage.fill(Role::TextInput, WHERE, &invite(Duration::ZERO).to_string());
    assert!(stage.has("The invite has expired"));
    stage.fill(Role::TextInput, WHERE, &good[..good.len() - 3]);
    assert!(stage.has("The invite is damaged"));
    stage.fill(Role::TextInput, WHERE, &good);
    assert!(stage.has("it says where the room is") && !stage.has("The invite"));
    assert!(
        !stage.has("The other side is a plain-text program"),
        "an invite is for encrypted rooms"
    );
    stage.press("Join");
    let Part::Join(join) = stage.config(0).role else {
        panic!("a guest was asked for")
    };
    assert!(matches!(join.target, Target::Invite(_)) && join.plain.is_none() && join.confirm);
    stage.let_in();
    assert!(stage.has("Encrypted") && !stage.has("Plain text"));
    assert_eq!(stage.harness.state().0.settings().recent, [], "a secret is no address");
}

#[test]
fn the_host_gets_an_invite_to_copy_and_to_photograph() {
    let mut stage = Stage::hosting_encrypted();
    assert_eq!(stage.asked(), [Command::Invite]);
    let invite = invite(Duration::from_secs(3600));
    stage.tell_room(0, Room::Invite { invite });
    assert!(
        stage
            .harness
            .query_by_role_and_label(Role::Image, "The invite as a QR code")
            .is_some()
    );
    assert!(stage.has("Good until"));
    stage.press("Copy invite");
    assert!(stage.has("Copied"));
    assert!(!stage.has("make another one for the next person"));
    let member = member(1, "Bo");
    stage.tell_room(0, Room::Joined { member });
    stage.press("Room and invites");
    assert!(stage.has("make another one for the next person"));
    stage.press("Another invite");
    assert_eq!(stage.asked(), [Command::Invite]);
}

#[test]
fn somebody_is_let_in_only_by_choosing_their_words() {
    let mut stage = Stage::hosting_encrypted();
    stage.asked();
    stage.tell_room(0, knock(1, "Bo"));
    stage.tell_room(0, knock(2, "Cy"));
    assert!(stage.has("2 people knock") && stage.has("Bo wants to come in, 10.0.0.9:50000"));
    assert!(
        stage.harness.query_by_label("Admit").is_none(),
        "there is no button that admits unheard"
    );
    stage.press(&group(WORDS));
    assert_eq!(stage.asked(), [Command::Admit { knock: KnockId(1) }]);
    stage.tell_room(0, Room::KnockOver { knock: KnockId(1) });
    assert!(stage.has("Somebody knocks") && stage.has("Cy wants to come in"));
    stage.press("None of these");
    assert!(stage.has("These are not their words"));
    assert!(stage.harness.query_by_label(&group(WORDS)).is_none(), "no second try");
    stage.press("Refuse Cy");
    assert_eq!(stage.asked(), [Command::Refuse { knock: KnockId(2) }]);
    stage.tell_room(0, Room::KnockOver { knock: KnockId(2) });
    assert!(!stage.has("wants to come in"));
}

#[test]
fn a_wrong_group_of_words_lets_nobody_in() {
    let mut stage = Stage::hosting_encrypted();
    stage.asked();
    stage.tell_room(0, knock(1, "Bo"));
    let right = group(WORDS);
    let groups = stage.harness.get_all_by_role(Role::Button);
    let labels: Vec<String> = groups
        .filter_map(|node| egui_kittest::kittest::NodeT::accesskit_node(&node).label())
        .filter(|label| label.contains(" · ") && label.split(' ').count() == 9)
        .collect();
    assert_eq!(labels.len(), 3, "{labels:?}");
    let wrong = labels.iter().find(|label| **label != right).expect("two are made up");
    stage.press(wrong);
    assert_eq!(stage.asked(), []);
    assert!(stage.has("These are not their words"));
}

#[test]
fn who_has_knocked_reads_out_words_and_confirms_those_of_the_host() {
    let mut stage = Stage::new();
    stage.fill(Role::TextInput, WHERE, "10.0.0.7");
    stage.press("Join");
    stage.tell_room(0, Room::Waiting { words: WORDS });
    assert!(stage.has("Waiting to be let in") && stage.has(&group(WORDS)));
    stage.let_in();
    assert!(stage.has("You are in. Did the host read these words?"));
    assert!(stage.has(&WORDS.english().join(" ")));
    stage.write("hello");
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.asked(), [Command::say("hello")], "it waits below");
    stage.press("The host read the same words");
    assert_eq!(stage.asked(), [Command::Confirm]);
    assert!(!stage.has("Did the host read"));
}

#[test]
fn waiting_can_be_cancelled_and_a_refusal_says_why() {
    let mut stage = Stage::new();
    stage.fill(Role::TextInput, WHERE, "10.0.0.7");
    stage.press("Join");
    stage.tell_room(0, Room::Waiting { words: WORDS });
    stage.ended(0, EndReason::Closed(CloseReason::Denied(DenyReason::Refused)));
    assert!(stage.has("The host did not let you in. Speak to the host, then knock again"));
    let mut stage = Stage::new();
    stage.fill(Role::TextInput, WHERE, "10.0.0.7");
    stage.press("Join");
    stage.tell_room(0, Room::Waiting { words: WORDS });
    stage.press("Cancel");
    assert_eq!(stage.asked(), [Command::Leave]);
    assert!(stage.has("Talk with people near you"));
}

#[test]
fn every_refusal_at_the_door_has_a_sentence_and_a_remedy_in_the_card() {
    for (reason, sentence) in [
        (
            DenyReason::NotInvited,
            "only who was invited. Ask the host for an invite",
        ),
        (DenyReason::Removed, "has removed you from this room. Ask"),
        (DenyReason::InviteUsed, "This invite has been used"),
        (DenyReason::InviteExpired, "This invite has expired. Ask"),
        (DenyReason::InviteUnknown, "does not know this invite. Ask"),
        (DenyReason::NoAnswer, "Nobody answered your knock. Make sure"),
        (DenyReason::Busy, "Too many people are knocking. Try"),
        (DenyReason::Full, "The room is full. Try"),
        (DenyReason::OtherRoom, "The host has another room open. Ask"),
        (DenyReason::Other, "only a newer Landline knows. Update"),
    ] {
        let mut stage = Stage::new();
        stage.fill(Role::TextInput, WHERE, "10.0.0.7");
        stage.press("Join");
        stage.ended(0, EndReason::Closed(CloseReason::Denied(reason)));
        assert!(stage.has(sentence), "{sentence}");
        assert!(stage.harness.query_by_role_and_label(Role::Button, "Retry").is_some());
    }
}

#[test]
fn a_host_with_another_key_shows_both_and_leaves_no_way_on() {
    let mut stage = Stage::guest();
    stage.tell_room(0, said(1, 0, "Lin", "before", None));
    let (known, shown) = (key(0), key(7));
    stage.ended(0, EndReason::Closed(CloseReason::HostKeyChanged { known, shown }));
    assert!(stage.has("not the host you know"));
    assert!(stage.has(&known.fingerprint().english()) && stage.has(&shown.fingerprint().english()));
    assert!(stage.harness.query_by_role_and_label(Role::Button, "Rejoin").is_none());
    stage.press("Use a new invite");
    assert!(stage.node(Role::TextInput, WHERE).is_focused());
}

#[test]
fn an_own_message_says_how_far_it_got() {
    let mut stage = Stage::guest();
    stage.tell_room(
        0,
        Room::Joined {
            member: member(2, "Bo"),
        },
    );
    let (id, text): (_, Arc<str>) = (EntryId([1; 16]), "far".into());
    stage.tell_room(
        0,
        Room::Queued {
            id,
            text: Arc::clone(&text),
            reply_to: None,
            at: SystemTime::now(),
        },
    );
    assert!(stage.has("far. On this computer, waits for the host"));
    stage.tell_room(0, said(1, 1, "Ann", "far", None));
    assert!(stage.has("far. With the host"));
    let reached = |id, stored, read| Room::Receipt {
        receipt: Receipt {
            id: MemberId(id),
            stored,
            read,
        },
    };
    stage.tell_room(0, reached(2, 1, 0));
    assert!(stage.has("far. Delivered to 2 of 2"));
    stage.tell_room(0, reached(0, 1, 1));
    assert!(stage.has("far. Read by 1 of 2"));
    assert_eq!(
        stage.harness.query_all_by_label_contains("You, ").count(),
        1,
        "it is there once"
    );
}

#[test]
fn a_refused_message_is_tried_again_by_its_name_or_taken_away() {
    let mut stage = Stage::guest();
    let refused = |number: u8, text: &str, reason| Room::Refused {
        id: EntryId([number; 16]),
        text: text.into(),
        reason,
    };
    stage.tell_room(0, refused(1, "for now", RefuseReason::Host(SubmitRefusal::DiskFull)));
    assert!(stage.has("the host's disk is full. Retry later"));
    assert!(
        stage.harness.query_by_label("Delete").is_none(),
        "it waits in the outbox"
    );
    stage.press("Retry");
    let id = EntryId([1; 16]);
    assert_eq!(stage.asked(), [Command::Resubmit { id }]);
    stage.tell_room(
        0,
        Room::Queued {
            id,
            text: "for now".into(),
            reply_to: None,
            at: SystemTime::now(),
        },
    );
    assert!(!stage.has("Retry later"), "it is on its way, and there once");
    stage.tell_room(0, refused(2, "for good", RefuseReason::Host(SubmitRefusal::NotMember)));
    assert!(stage.has("for good"));
    stage.press("Delete");
    assert!(!stage.has("for good"));
}

#[test]
fn a_lost_line_counts_down_and_can_be_tried_at_once() {
    let mut stage = Stage::guest();
    stage.tell_room(0, said(1, 0, "Lin", "before", None));
    stage.tell_room(
        0,
        Room::Lost {
            end: LineEnd::Reset,
            retry_in: Duration::from_secs(20),
        },
    );
    assert!(stage.has("Line lost: the connection was cut. Trying again in 20 s"));
    stage.write("meanwhile");
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.asked(), [Command::say("meanwhile")], "the composer stays of use");
    stage.press("Retry now");
    assert_eq!(stage.asked(), [Command::Retry]);
    stage.tell_room(
        0,
        Room::Connected {
            id: Some(RoomId([1; 16])),
            host: author(0, "Lin"),
            room: "Workshop".into(),
            secure: true,
            resumed: true,
        },
    );
    for seq in 2..5 {
        stage.tell_room(0, said(seq, 0, "Lin", "meanwhile", None));
    }
    stage.tell_room(0, Room::CaughtUp { entries: 9 });
    assert!(stage.has("Back. 3 messages came meanwhile") && !stage.has("Trying again"));
}

#[test]
fn a_room_of_whose_line_nothing_is_wrong_is_still() {
    let mut stage = Stage::guest();
    stage.tell_room(
        0,
        Room::Lost {
            end: LineEnd::Reset,
            retry_in: Duration::from_secs(20),
        },
    );
    let delay = |stage: &Stage| stage.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(delay(&stage) <= Duration::from_secs(1), "the number changes");
    stage.press("New room");
    stage.harness.run_steps(40); // the caret comes to rest
    assert_eq!(delay(&stage), Duration::MAX, "nobody sees the number");
}

#[test]
fn giving_up_a_history_takes_two_presses() {
    let mut stage = Stage::hosting_encrypted();
    stage.asked();
    let notice = Notice::LogLost { from: 7 };
    stage.tell_room(0, Room::Notice { notice });
    assert!(stage.has("This computer has lost the end of the room's history"));
    stage.press("Give it up…");
    assert_eq!(stage.asked(), []);
    assert!(stage.has("Begin a new history?"));
    stage.press("Begin a new history");
    assert_eq!(stage.asked(), [Command::NewEpoch]);
    stage.tell_room(0, Room::NewEpoch);
    assert!(!stage.has("Begin a new history?") && stage.has("A new history begins here"));
}

#[test]
fn members_are_here_or_away_and_can_be_verified() {
    let mut stage = Stage::guest();
    let mut away = member(2, "Bo");
    away.here = false;
    stage.tell_room(0, Room::Known { member: away });
    let mut namesake = member(3, "Bo");
    namesake.here = false;
    stage.tell_room(0, Room::Known { member: namesake });
    stage.press("Members");
    assert!(stage.has("Away") && stage.has("Lin, Host"));
    let tag: String = key(2).fingerprint().to_string().chars().take(4).collect();
    assert!(stage.has(&format!("Bo, Guest · key {tag}")), "two have one name");
    assert!(!stage.has("Remove"), "a guest removes nobody");
    stage.press("Verify Lin");
    assert!(stage.has(&key(0).fingerprint().english()) && stage.has(&key(1).fingerprint().english()));
    stage.press("They are the same");
    assert_eq!(stage.asked(), [Command::Verify { member: MemberId(0) }]);
    assert!(stage.has("Lin, Host · Verified"));
}

#[test]
fn the_host_changes_the_room_and_a_guest_only_sees_how_it_is() {
    let mut stage = Stage::hosting_encrypted();
    stage.asked();
    stage.press("Room and invites");
    stage.node(Role::Switch, "Let in plain-text programs").click();
    stage.run();
    assert_eq!(stage.asked(), [], "not before it is applied");
    stage.press("Apply");
    let wanted = RoomSettings {
        plain: Some(Encoding::Auto),
        ..room_settings()
    };
    assert_eq!(
        stage.asked(),
        [Command::Change {
            settings: wanted.clone()
        }]
    );
    stage.tell_room(0, settings(wanted));
    assert!(stage.has("Plain text: anybody on the network can read and forge this"));
    let mut stage = Stage::guest();
    stage.press("About this room");
    assert!(stage.has("Only the host can change these") && stage.has("Not let in"));
    assert!(stage.harness.query_by_role(Role::Switch).is_none() && !stage.has("Another invite"));
}

#[test]
fn answers_edits_signs_and_what_was_taken_back_are_shown_and_asked_for() {
    let mut stage = Stage::guest();
    // The bundled fonts have no emoji; the system's have.
    let lenient = egui::MissingGlyphPolicy::Tofu;
    stage.harness.ctx.set_missing_glyph_policy(lenient);
    stage.tell_room(0, said(1, 0, "Lin", "shall we?", None));
    stage.menu("shall we?");
    stage.press("Reply");
    assert!(stage.has("Replying to Lin, shall we?"));
    stage.write("yes");
    stage.key(Modifiers::NONE, Key::Enter);
    let (text, reply_to) = ("yes".to_owned(), Some(1));
    assert_eq!(stage.asked(), [Command::Say { text, reply_to }]);
    assert!(!stage.has("Replying to"));
    stage.tell_room(0, said(2, 1, "Ann", "yes", Some(1)));
    assert!(stage.has("in reply to Lin: shall we?"));
    stage.key(Modifiers::NONE, Key::ArrowUp);
    assert!(stage.has("Editing your message") && stage.written() == "yes");
    stage.write("!");
    stage.key(Modifiers::NONE, Key::Enter);
    let text = "yes!".to_owned();
    assert_eq!(stage.asked(), [Command::Edit { seq: 2, text }]);
    let (target, text) = (2, "yes!".into());
    stage.tell_room(0, Room::Edited { seq: 3, target, text });
    assert!(stage.has("yes!") && stage.has("edited"));
    let (emoji, on): (Arc<str>, _) = ("👍".into(), true);
    let author = author(0, "Lin");
    stage.tell_room(
        0,
        Room::Reacted {
            seq: 4,
            target,
            author: author.clone(),
            emoji,
            on,
        },
    );
    stage.press("👍 Lin");
    let emoji = "👍".to_owned();
    assert_eq!(stage.asked(), [Command::React { seq: 2, emoji, on }]);
    let target = 1;
    stage.tell_room(0, Room::Deleted { seq: 5, target, author });
    assert!(stage.has("Taken back by Lin"));
    let rows = stage.harness.query_all_by_role(Role::ListItem);
    let mut labels = rows.filter_map(|node| egui_kittest::kittest::NodeT::accesskit_node(&node).label());
    assert!(labels.all(|label| !label.contains("shall we?")), "nor in the answer");
}

#[test]
fn what_was_seen_is_told_to_the_room_once() {
    let mut stage = Stage::guest();
    stage.commands(0);
    stage.tell_room(0, said(1, 0, "Lin", "seen", None));
    assert_eq!(stage.commands(0), [Command::Read { seq: 1 }]);
    stage.run();
    assert_eq!(stage.commands(0), []);
}

#[test]
fn a_room_that_is_left_is_opened_again_as_the_same_room() {
    let mut stage = Stage::hosting_encrypted();
    stage.tell_room(0, said(1, 0, "Ann", "kept", None));
    stage.ended(0, EndReason::Closed(CloseReason::Left));
    stage.press("Open again");
    let Part::Host(host) = stage.config(1).role else {
        panic!("a host was asked for")
    };
    assert_eq!(host.again, Some(RoomId([1; 16])));
}
