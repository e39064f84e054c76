//! Who comes in.

use landline::proto::host::Out;
use landline::proto::log::{Change, InviteNumber, Settings, StoreError};
use landline::proto::message::{Join, Message, Proof};
use landline::proto::{Admit, Command, KnockId, MemberId};

use super::disk::Mood;
use super::room::Room;

const LI: MemberId = MemberId(1);

#[test]
fn a_room_is_made_in_one_batch() {
    let room = Room::new().shows(&["settings of 房间", "Host joined"]);
    assert_eq!(room.disk.batches.len(), 1);
    assert_eq!(room.disk.log.len(), 2);
}

#[test]
fn an_invite_lets_one_person_in_and_is_used_up_in_the_same_batch() {
    let mut room = Room::new().quietly();
    let invite = room.invite();
    let room = room.comes_with("Li", &invite).shows(&["Li joined"]);
    let room = room.hears("Li", &["welcome m1 from 2 to 3", "entries 3 to 3, head 3"]);
    let batch = room.disk.batches.last().unwrap();
    let used = |change: &Change| matches!(change, Change::Invite { secret: None, .. });
    assert!(batch.changes.iter().any(used) && batch.changes.iter().any(|change| matches!(change, Change::Peer(_))));
    let room = room.comes_with("Mo", &invite).hears("Mo", &["denied InviteUsed"]);
    assert!(room.people["Mo"].finished);
}

#[test]
fn of_two_with_one_invite_one_comes_in() {
    let mut room = Room::new();
    let invite = room.invite();
    let room = room
        .disk(Mood::Slow)
        .comes_with("Li", &invite)
        .comes_with("Mo", &invite);
    room.disk(Mood::Quick)
        .hears("Mo", &["denied InviteUsed"])
        .hears("Li", &["welcome m1 from 2 to 3", "entries 3 to 3, head 3"]);
}

#[test]
fn an_invite_is_given_back_when_the_disk_is_full() {
    let mut room = Room::new();
    let invite = room.invite();
    let room = room.disk(Mood::Broken(StoreError::Full)).comes_with("Li", &invite);
    let room = room.hears("Li", &["denied DiskFull"]).disk(Mood::Quick);
    room.comes_with("Li", &invite)
        .hears("Li", &["welcome m1 from 2 to 3", "entries 3 to 3, head 3"]);
}

#[test]
fn invites_end_and_survive_a_restart() {
    let mut room = Room::new();
    let (first, second) = (room.invite(), room.invite());
    let room = room.restarts().comes_with("Li", &first);
    let room = room.hears("Li", &["welcome m1 from 2 to 3", "entries 3 to 3, head 3"]);
    let room = room.after(24 * 3_600_000).comes_with("Mo", &second);
    room.hears("Mo", &["denied InviteExpired"]);
}

#[test]
fn a_wrong_proof_opens_nothing() {
    let mut room = Room::new();
    let invite = room.invite();
    let proof = Proof::Invite {
        number: invite.number,
        proof: [7; 32],
    };
    let join = Join {
        room: None,
        name: "Li".into(),
        proof,
        resume: None,
    };
    let room = room
        .dials("Li")
        .sends("Li", Message::Join(join))
        .hears("Li", &["denied InviteUnknown"]);
    // Bound to one line: what was seen on another is worth nothing.
    let room = room.comes_with("Li", &invite).quietly();
    assert!(room.core.is_in(room.people["Li"].line));
}

impl Room {
    /// Somebody shows an invite with a proof that is a guess.
    fn guesses(self, who: &str, address: [u8; 4], number: InviteNumber) -> Self {
        let proof = Proof::Invite { number, proof: [7; 32] };
        let join = Join {
            room: None,
            name: who.into(),
            proof,
            resume: None,
        };
        self.dials_from(who, address).sends(who, Message::Join(join))
    }
}

#[test]
fn guessing_ends_at_the_fifth_wrong_invite_for_ten_minutes() {
    let mut room = Room::new();
    let invite = room.invite();
    room = room.quietly();
    for _ in 0..5 {
        room = room.guesses("Mo", [10, 1, 0, 1], invite.number);
        room = room.hears("Mo", &["denied InviteUnknown"]);
    }
    let room = room.shows(&["notice InvitesGuessed { address: 10.1.0.1:5000 }"]);
    let room = room.guesses("Mo", [10, 1, 0, 1], InviteNumber([9; 8]));
    let room = room.hears("Mo", &["denied TooManyTries"]).shows(&[]);
    let room = room.after(600_000).guesses("Mo", [10, 1, 0, 1], invite.number);
    let room = room.hears("Mo", &["denied InviteUnknown"]);
    // All the while others come in.
    let room = room.comes_with("Li", &invite).quietly();
    assert!(room.core.is_in(room.people["Li"].line));
}

#[test]
fn guessing_from_many_addresses_leaves_each_one_try_and_locks_nobody_out() {
    let mut room = Room::new();
    let invite = room.invite();
    for number in 0..64 {
        room = room.guesses("Mo", [10, 1, 0, number], invite.number);
        room = room.hears("Mo", &["denied InviteUnknown"]);
    }
    let room = room.guesses("Mo", [10, 1, 0, 7], invite.number);
    let room = room.hears("Mo", &["denied TooManyTries"]);
    let room = room.guesses("Mo", [10, 1, 0, 100], invite.number);
    let room = room.hears("Mo", &["denied InviteUnknown"]);
    let room = room.guesses("Mo", [10, 1, 0, 100], invite.number);
    let room = room.hears("Mo", &["denied TooManyTries"]);
    let room = room.comes_with("Li", &invite).quietly();
    assert!(room.core.is_in(room.people["Li"].line));
}

#[test]
fn of_a_hundred_with_one_invite_one_comes_in() {
    let mut room = Room::new();
    let invite = room.invite();
    room = room.disk(Mood::Slow);
    for number in 0..100 {
        room = room.comes_with(&format!("P{number}"), &invite);
    }
    let room = room.disk(Mood::Quick);
    let inside = room.people.values().filter(|person| room.core.is_in(person.line));
    assert_eq!(inside.count(), 1);
    assert_eq!(room.disk.log.len(), 3);
}

#[test]
fn who_knocks_is_asked_for_and_shown_in_order() {
    let room = Room::new().quietly().knocks("Li").hears("Li", &["pending"]).shows(&[]);
    let room = room
        .shows_nonce("Li")
        .hears("Li", &["reveal"])
        .shows(&["Li knocks from 10.0.0.1:5000"]);
    let room = room.shows_nonce("Li").hears("Li", &[]).shows(&[]);
    let knock = KnockId(1);
    let room = room
        .wants(Command::Admit { knock, compared: true })
        .shows(&["knock over", "Li joined"])
        .hears("Li", &["welcome m1 from 2 to 3", "entries 3 to 3, head 3"]);
    assert!(room.disk.peers[&LI].verified);
    let room = room.knocks("Mo").shows_nonce("Mo");
    let knock = KnockId(2);
    let room = room.wants(Command::Admit { knock, compared: false });
    assert!(!room.disk.peers[&MemberId(2)].verified, "nobody has compared anything");
}

#[test]
fn nobody_is_let_in_before_the_nonce_is_shown() {
    let room = Room::new().quietly().knocks("Li");
    room.wants(Command::Admit {
        knock: KnockId(1),
        compared: false,
    })
    .hears("Li", &["pending"])
    .shows(&[])
    .after(10_000)
    .hears("Li", &["denied NoAnswer"])
    .shows(&[]);
}

#[test]
fn knocks_are_refused_forgotten_and_taken_back() {
    let room = Room::new().knocks("Li").shows_nonce("Li").quietly();
    let room = room.wants(Command::Refuse { knock: KnockId(1) });
    let room = room.hears("Li", &["denied Refused"]).shows(&["knock over"]);
    let room = room
        .knocks("Li")
        .shows_nonce("Li")
        .quietly()
        .after(119_999)
        .hears("Li", &[]);
    let room = room.after(1).hears("Li", &["denied NoAnswer"]).shows(&["knock over"]);
    let room = room.knocks("Li").shows_nonce("Li").quietly();
    room.vanishes("Li").shows(&["knock over"]);
}

#[test]
fn who_knocks_again_stands_there_once() {
    let room = Room::new().knocks("Li").shows_nonce("Li").quietly().knocks("Li");
    room.hears("Li", &["denied Busy", "pending"]).shows(&["knock over"]);
}

#[test]
fn few_stand_at_the_door() {
    let mut room = Room::new();
    for number in 0..16 {
        room = room.knocks(&format!("P{number}"));
    }
    let room = room.quietly().knocks("Li").hears("Li", &["denied Busy"]);
    room.after(10_000).knocks("Mo").hears("Mo", &["pending"]);
}

#[test]
fn the_room_decides_about_strangers() {
    let room = Room::with(|config| config.settings.admit = Admit::Invited).knocks("Li");
    room.hears("Li", &["denied NotInvited"]);
    let room = Room::with(|config| config.settings.admit = Admit::Anyone).knocks("Li");
    room.hears("Li", &["welcome m1 from 2 to 3", "entries 3 to 3, head 3"]);
    let room = Room::with(|config| config.limits.max_lines = 1)
        .member("Li")
        .knocks("Mo");
    room.hears("Mo", &["denied Full"])
        .comes("Li")
        .hears("Li", &["bye Replaced", "welcome m1 from 2 to 3"]);
}

#[test]
fn the_host_changes_who_may_come_in_while_the_room_is_open_and_it_stays_so() {
    let rule = |room: &Room, admit| Command::Change {
        settings: Settings {
            admit,
            ..room.disk.kept.as_ref().unwrap().settings.clone()
        },
    };
    let room = Room::new().member("Li").knocks("Mo").hears("Mo", &["pending"]);
    let invited = rule(&room, Admit::Invited);
    let room = room.quietly().disk(Mood::Slow).wants(invited).knocks("Bo");
    let room = room.hears("Bo", &["pending"]); // not before it is flushed
    let room = room.disk(Mood::Quick).shows(&["settings of 房间"]);
    let room = room.hears("Li", &["entries 4 to 4, head 4"]).hears("Mo", &[]); // who stands there is not sent away
    let room = room.knocks("Cy").hears("Cy", &["denied NotInvited"]);
    let kept = room.disk.kept.as_ref().unwrap().settings.clone();
    let mut room = room;
    room.change(|config| config.settings = kept);
    let room = room.restarts().knocks("Di").hears("Di", &["denied NotInvited"]);
    let anyone = rule(&room, Admit::Anyone);
    let room = room.wants(anyone).knocks("Ed");
    room.hears("Ed", &["welcome m2 from 5 to 6", "entries 6 to 6, head 6"]);
}

#[test]
fn whoever_is_removed_is_out_until_let_in_again() {
    let room = Room::new().member("Li").wants(Command::Remove { member: LI });
    let room = room.hears("Li", &["bye Removed"]).shows(&["Li left: Removed"]);
    assert!(room.people["Li"].finished && !room.disk.peers[&LI].member);
    let room = room.comes("Li").hears("Li", &["denied Removed"]).restarts();
    let mut room = room.comes("Li").hears("Li", &["denied Removed"]);
    let invite = room.invite();
    // The same number for the same key, and nothing of what was said meanwhile.
    let room = room.says("without Li").comes_with("Li", &invite);
    room.hears("Li", &["welcome m1 from 5 to 6 anew", "entries 6 to 6, head 6"]);
}

#[test]
fn a_removed_guest_may_knock_and_may_not_walk_in() {
    let room = Room::new().member("Li").wants(Command::Remove { member: LI }).quietly();
    room.knocks("Li").hears("Li", &["pending"]);
    let room = Room::with(|config| config.settings.admit = Admit::Anyone).member("Li");
    let room = room.wants(Command::Remove { member: LI }).quietly();
    room.knocks("Li").hears("Li", &["denied Removed"]);
}

#[test]
fn one_line_for_each_member() {
    let room = Room::new().member("Li").comes("Li");
    let room = room.hears("Li", &["bye Replaced", "welcome m1 from 2 to 3"]).shows(&[]);
    let room = room.vanishes("Li").shows(&["Li left: Lost(Reset)"]);
    room.comes("Li").shows(&["Li joined"]);
}

#[test]
fn who_says_nothing_is_closed_and_who_says_nonsense_too() {
    let room = Room::new().dials("Li").after(9_999);
    assert!(!room.people["Li"].closed);
    assert!(room.after(1).people["Li"].closed);
    let room = Room::new().dials("Li").sends("Li", Message::Stored { seq: 1 });
    let room = room.hears("Li", &["bye Protocol"]);
    assert!(room.people["Li"].finished);
    let room = Room::new().member("Li").sends("Li", Message::Missing { from: 1 });
    room.hears("Li", &["bye Protocol"]).shows(&["Li left: Lost(Failed)"]);
}

#[test]
fn another_room_and_the_hosts_own_key_are_no_guests() {
    let join = |room| Join {
        room,
        name: "Li".into(),
        proof: Proof::Member,
        resume: None,
    };
    let other = landline::proto::log::RoomId([9; 16]);
    let room = Room::new().dials("Li").sends("Li", Message::Join(join(Some(other))));
    let mut room = room.hears("Li", &["denied OtherRoom"]);
    room.people.get_mut("Li").unwrap().identity = crate::pure::plain_host(1).identity;
    room.comes("Li").hears("Li", &["denied Refused"]);
}

#[test]
fn leaving_stores_what_was_said_and_says_goodbye() {
    let room = Room::new().member("Li").disk(Mood::Slow).says("last");
    let room = room.wants(Command::Leave).hears("Li", &[]).says("late").quietly();
    let room = room
        .disk(Mood::Quick)
        .hears("Li", &["entries 4 to 4, head 4", "bye Leaving"]);
    let room = room.shows(&["4 Host: last", "4 stored", "closed: Left"]);
    assert_eq!(room.plain, [Out::Farewell]);
    let room = Room::new()
        .member("Li")
        .disk(Mood::Slow)
        .says("last")
        .wants(Command::Leave);
    room.quietly()
        .after(60_000)
        .hears("Li", &["bye Leaving"])
        .shows(&["closed: Left"]);
}
