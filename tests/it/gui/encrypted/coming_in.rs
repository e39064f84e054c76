//! How people come into encrypted rooms: cards, invites, knocks, words, keys; rooms that are opened again.

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use landline::gui::{App, Start};
use landline::profile::{Profile, Program};
use landline::proto::identity::Signature;
use landline::proto::log::{
    Batch, BatchId, Body, Change, Epoch, History, Kept, Loaded, Peer, PlacedEntry, RoomId, Settings as RoomSettings,
    SignedEntry,
};
use landline::proto::message::DenyReason;
use landline::proto::wire::encode_body;
use landline::proto::words::Words;
use landline::proto::{Admit, CloseReason, Encoding, EntryId, Event as Room, KnockId, MemberId};
use landline::store::{Options, RoomStore as _, SqliteStore};
use landline::worker::{Command, EndReason, Role as Part, Target};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{WHERE, WORDS, author, group, invite, key, knock, member, room_settings, said};
use crate::gui::Stage;

#[test]
fn a_room_is_encrypted_asks_and_shows_nothing_unless_its_host_wants_otherwise() {
    let mut stage = Stage::with(super::super::settings(), Start::Panel, [1100.0, 1400.0]);
    stage.press("Start");
    let host = |stage: &Stage, room: usize| match stage.config(room).role {
        Part::Host(host) => (host.plain, host.admit, host.history),
        Part::Join(_) => panic!("a host was asked for"),
    };
    // Nothing was chosen: a new room asks and shows nothing, one that is opened again stays as it is.
    assert_eq!(host(&stage, 0), (None, None, None));
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
        (Some(Some(Encoding::Auto)), Some(Admit::Anyone), Some(History::All))
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
    let (knock, compared) = (KnockId(1), true);
    assert_eq!(stage.asked(), [Command::Admit { knock, compared }]);
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
        .filter_map(|node| node.accesskit_node().label())
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
fn words_that_were_not_confirmed_the_last_time_are_asked_for_again() {
    let mut stage = Stage::guest();
    stage.ended(0, EndReason::Closed(CloseReason::Left));
    stage.press("Rejoin");
    stage.tell_room(1, Room::Unconfirmed { words: WORDS });
    let connected = Room::Connected {
        id: Some(RoomId([1; 16])),
        host: author(0, "Lin"),
        room: "Workshop".into(),
        secure: true,
        resumed: true,
    };
    stage.tell_room(1, connected);
    assert!(stage.has("You are in. Did the host read these words?"));
    assert!(stage.has(&WORDS.english().join(" ")));
    stage.press("The host read the same words");
    assert!(stage.commands(1).contains(&Command::Confirm));
    assert!(!stage.has("Did the host read"));
}

#[test]
fn nothing_that_is_to_be_compared_is_cut_off_in_a_narrow_window() {
    let waiting = |width: f32| {
        let start = Start::Join {
            address: Some("10.0.0.7".to_owned()),
            program: None,
            name: None,
        };
        let mut stage = Stage::with(super::super::settings(), start, [width, 560.0]);
        let words = Words([7, 74, 117, 137]); // as long as words get
        stage.tell_room(0, Room::Waiting { words });
        (stage, group(words))
    };
    let (wide, words) = waiting(1100.0);
    let (mut narrow, _) = waiting(480.0);
    let height = |stage: &Stage| stage.node(Role::Label, &words).rect().height();
    assert!(height(&narrow) > height(&wide) + 20.0, "two rows");
    narrow.let_in();
    for button in ["The host read the same words", "Other words: leave"] {
        let place = narrow.node(Role::Button, button).rect();
        assert!(place.left() > 0.0 && place.right() < 480.0, "{button}: {place}");
    }
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
        (DenyReason::TooManyTries, "Too many wrong invites have come"),
        (DenyReason::DiskFull, "The disk of the host's computer is full"),
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

/// Nobody has signed it: that is looked at when it comes.
fn first_words(kept: &Kept, text: &str) -> PlacedEntry {
    let body = Body::Message {
        text: text.into(),
        reply_to: None,
    };
    let entry = SignedEntry {
        room: kept.room,
        author: key(7),
        id: EntryId([1; 16]),
        counter: 0,
        written_ms: 1,
        seen: kept.floor,
        body: encode_body(&body),
        signature: Signature([0; 64]),
    };
    entry.place(1, 1_800_000_000_000, &kept.floor.hash)
}

/// A profile with a room of one's own, and one of Lin's in which she has said something.
fn profile_with_rooms() -> (tempfile::TempDir, Arc<Profile>) {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = Profile::open(Some(folder.path()), Program::Window).expect("a profile");
    let me = profile.identity().key();
    for (number, host) in [(1, me), (2, key(7))] {
        let room = RoomId([number; 16]);
        let settings = RoomSettings {
            name: format!("Room {number}").into(),
            admit: Admit::Invited,
            plain: (number == 1).then_some(Encoding::Gbk),
            ..room_settings()
        };
        let kept = Loaded::made(room, Epoch([3; 16]), host, settings).kept;
        let options = Options {
            min_free_bytes: 0,
            ..Options::default()
        };
        let mut store = SqliteStore::open(folder.path(), room, me, options).expect("a store");
        let lin = Peer {
            key: key(7),
            id: MemberId(1),
            name: "Lin".to_owned(),
            member: true,
            verified: false,
            first_seq: 1,
        };
        let mut changes = vec![Change::Room(kept.clone()), Change::Peer(lin)];
        changes.extend((number == 2).then(|| Change::Append(first_words(&kept, "until\ntomorrow"))));
        let batch = Batch {
            id: BatchId(1),
            changes,
        };
        store.keep(&batch).expect("it is kept");
    }
    (folder, Arc::new(profile))
}

#[test]
fn a_room_that_is_asked_for_at_the_start_is_opened_again_once_it_is_known() {
    let (_folder, profile) = profile_with_rooms();
    let furnish = |app: App| app.with_profile(profile).expect("threads");
    let start = Start::Host {
        room: Some("Room 1".to_owned()),
        port: None,
        name: None,
    };
    let mut stage = Stage::furnished(super::super::settings(), start, [1100.0, 900.0], furnish);
    let deadline = Instant::now() + Duration::from_secs(10);
    while stage.opened() == 0 {
        assert!(Instant::now() < deadline, "the disk is looked at");
        stage.harness.step();
    }
    let Part::Host(host) = stage.config(0).role else {
        panic!("it is one's own")
    };
    assert_eq!(host.again, Some(RoomId([1; 16])));
}

#[test]
fn rooms_of_the_profile_are_listed_and_open_again_with_a_click() {
    let (_folder, profile) = profile_with_rooms();
    let furnish = |app: App| app.with_profile(profile).expect("threads");
    let mut stage = Stage::furnished(super::super::settings(), Start::Panel, [1100.0, 900.0], furnish);
    let deadline = Instant::now() + Duration::from_secs(10);
    while !stage.has("Room 1, Not open, Your room") || !stage.has("Room 2, Not open, Lin: until tomorrow, 1 unread") {
        assert!(Instant::now() < deadline, "the disk is looked at");
        stage.harness.step();
    }
    stage.harness.get_by_label_contains("Room 1, Not open").click();
    stage.run();
    let Part::Host(host) = stage.config(0).role else {
        panic!("it is one's own")
    };
    assert_eq!((host.again, &*host.room), (Some(RoomId([1; 16])), "Room 1"));
    assert_eq!(
        (host.plain, host.admit, host.history),
        (None, None, None),
        "its file knows best"
    );
    stage.press("New room");
    let invited = |stage: &Stage| {
        let choice = stage.node(Role::RadioButton, "Invited only");
        choice.accesskit_node().toggled() == Some(Toggled::True)
    };
    assert!(!invited(&stage) && !stage.has("can read and forge what plain-text programs say"));
    stage.fill(Role::TextInput, "Room name", "Room 1");
    assert!(invited(&stage), "it stays as it is");
    assert!(
        stage.has("can read and forge what plain-text programs say"),
        "that it stays so is said"
    );
    stage.fill(Role::TextInput, WHERE, "room 2");
    assert!(stage.has("A room you have been in"));
    stage.press("Join");
    let Part::Join(join) = stage.config(1).role else {
        panic!("it is somebody else's")
    };
    assert_eq!(join.target, Target::Known(RoomId([2; 16])));
    stage.press("New room");
    stage.harness.get_by_label_contains("Room 1, Starting").click();
    stage.run();
    assert_eq!(stage.opened(), 2, "what is open is shown, not opened twice");
}

#[test]
fn a_room_that_let_plain_text_in_does_so_again_unless_its_host_wants_otherwise() {
    let (_folder, profile) = profile_with_rooms();
    let furnish = |app: App| app.with_profile(profile).expect("threads");
    let mut stage = Stage::furnished(super::super::settings(), Start::Panel, [1100.0, 1400.0], furnish);
    let deadline = Instant::now() + Duration::from_secs(10);
    while !stage.has("Room 1, Not open") {
        assert!(Instant::now() < deadline, "the disk is looked at");
        stage.harness.step();
    }
    let plain = |stage: &Stage, room: usize| match stage.config(room).role {
        Part::Host(host) => host.plain,
        Part::Join(_) => panic!("a host was asked for"),
    };
    stage.fill(Role::TextInput, "Room name", "Room 1");
    stage.press("Start");
    assert_eq!(plain(&stage, 0), None, "as the room has it");
    stage.press("Cancel");
    stage.node(Role::Switch, "Let in plain-text programs").click();
    stage.run();
    assert!(!stage.has("can read and forge what plain-text programs say"));
    stage.press("Start");
    assert_eq!(plain(&stage, 1), Some(None), "it was turned off");
    stage.press("Cancel");
    stage.node(Role::Switch, "Let in plain-text programs").click();
    stage.run();
    stage.press("Start");
    assert_eq!(
        plain(&stage, 2),
        Some(Some(Encoding::Gbk)),
        "in the encoding that it had"
    );
}
