//! Inside an encrypted room: marks, a lost line, members, settings, what is done with messages.

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use landline::proto::log::{RoomId, Settings as RoomSettings};
use landline::proto::message::{Receipt, SubmitRefusal};
use landline::proto::{Admit, Encoding, EntryId, Event as Room, LineEnd, MemberId, Notice, RefuseReason};
use landline::worker::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{author, key, member, room_settings, said, settings};
use crate::gui::Stage;

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
    assert!(stage.has("Who is invited, and whom the host lets in"));
    assert!(stage.harness.query_by_role(Role::Switch).is_none() && !stage.has("Another invite"));
}

#[test]
fn who_may_come_in_is_changed_while_the_room_is_open() {
    let mut stage = Stage::hosting_encrypted();
    stage.asked();
    stage.press("Room and invites");
    let chosen = |stage: &Stage, name| stage.node(Role::RadioButton, name).accesskit_node().toggled();
    assert_eq!(chosen(&stage, "Ask me"), Some(Toggled::True));
    stage.node(Role::RadioButton, "Anyone").click();
    stage.run();
    assert!(stage.has("Anybody who reaches this computer comes in and reads along, unasked"));
    stage.press("Undo");
    assert_eq!(chosen(&stage, "Ask me"), Some(Toggled::True));
    for (name, admit) in [("Invited only", Admit::Invited), ("Anyone", Admit::Anyone)] {
        stage.node(Role::RadioButton, name).click();
        stage.run();
        stage.press("Apply");
        let wanted = RoomSettings {
            admit,
            ..room_settings()
        };
        let asked = Command::Change {
            settings: wanted.clone(),
        };
        assert_eq!(stage.asked(), [asked]);
        stage.tell_room(0, settings(wanted));
        assert_eq!(chosen(&stage, name), Some(Toggled::True));
    }
    let notice = "Anyone who reaches the host comes in unasked";
    assert!(stage.has(notice));
    stage.tell_room(0, settings(room_settings()));
    assert!(!stage.has(notice));
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
