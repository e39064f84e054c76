//! Words at the host's door: shown, compared, and asked for until they are.

use landline::proto::log::Peer;
use landline::proto::message::Message;
use landline::proto::{Command, LineEnd, MemberId};

use super::table::Table;
use super::words::{GINA, HANA, person};

#[test]
fn words_are_shown_only_for_the_nonce_that_was_promised() {
    let table = Table::new().start().answers();
    let pending = Message::Pending { commitment: [1; 32] };
    let table = table.hears(pending).hears(Message::Reveal { nonce: [2; 32] });
    table.shows_nothing("Waiting");
}

#[test]
fn both_sides_show_the_same_words_and_nothing_is_said_before_they_are_compared() {
    let (mut table, words) = Table::confirming().start().answers().knock_is_shown();
    assert!(table.seen_events().contains(&format!("Waiting {{ words: {words:?} }}")));
    let mut table = table.welcomes().says("secret");
    assert!(table.submitted().is_empty());
    let mut table = table.wants(Command::Confirm);
    assert_eq!(table.submitted().len(), 1);
    assert!(table.knows_its_host());
}

impl Table {
    /// Whether the disk says that words were compared with the host.
    fn knows_its_host(&self) -> bool {
        let loaded = self.image.load(&person(GINA).key());
        let host = |peer: &Peer| peer.id == MemberId::HOST && peer.key == person(HANA).key();
        loaded.is_some_and(|loaded| loaded.peers.iter().any(|peer| host(peer) && peer.verified))
    }
}

#[test]
fn the_host_is_verified_by_its_words_whether_they_are_confirmed_before_or_after_coming_in() {
    let (table, _) = Table::confirming().start().answers().knock_is_shown();
    let mut table = table.wants(Command::Confirm).welcomes().hears_rest();
    assert!(table.knows_its_host());
    assert!(table.seen_events().contains(&"joined Hana, verified".to_owned()));
    let table = table.crash().start();
    assert!(table.knows_its_host());
    assert!(
        !Table::inside().hears_rest().knows_its_host(),
        "a confirmation that nobody was asked for"
    );
}

#[test]
fn words_that_nobody_has_compared_are_asked_for_again_after_a_restart_and_nothing_goes_out_before() {
    let (table, words) = Table::confirming().start().answers().knock_is_shown();
    let asked = format!("Unconfirmed {{ words: {words:?} }}");
    let mut table = table.welcomes().says("secret").crash().start();
    assert!(table.seen_events().contains(&asked));
    let mut table = table.answers().welcomes().says("another");
    assert!(table.submitted().is_empty());
    let mut table = table.loses_line(LineEnd::Reset).after(30_000).answers().welcomes();
    assert!(table.submitted().is_empty(), "nor on another line");
    let mut table = table.crash().start();
    assert!(table.seen_events().contains(&asked), "as often as it starts");
    let mut table = table.answers().welcomes().wants(Command::Confirm);
    assert_eq!(table.submitted().len(), 2);
    assert!(table.knows_its_host());
    let mut table = table.crash().start();
    assert!(!table.seen_events().contains(&asked));
    assert_eq!(
        table.answers().welcomes().submitted().len(),
        2,
        "the host has not answered yet"
    );
}

#[test]
fn whoever_has_compared_the_hosts_key_has_nothing_left_to_compare() {
    let (table, _) = Table::confirming().start().answers().knock_is_shown();
    let verify = Command::Verify { member: MemberId::HOST };
    let mut table = table.welcomes().says("secret").crash().start().answers().welcomes();
    table = table.wants(Command::Verify { member: MemberId(1) });
    assert!(table.submitted().is_empty(), "that is somebody else");
    table = table.wants(verify);
    assert_eq!(table.submitted().len(), 1);
    table.crash().start().shows_nothing("Unconfirmed");
}

#[test]
fn words_that_were_compared_before_coming_in_are_not_asked_for_again() {
    let (table, _) = Table::confirming().start().answers().knock_is_shown();
    let table = table.wants(Command::Confirm).welcomes().says("one").crash().start();
    table.shows_nothing("Unconfirmed");
}

#[test]
fn a_confirmation_that_comes_when_the_line_has_ended_is_asked_for_again() {
    let (table, words) = Table::confirming().start().answers().knock_is_shown();
    let mut table = table.loses_line(LineEnd::Reset).wants(Command::Confirm);
    let asked = format!("Unconfirmed {{ words: {words:?} }}");
    assert!(table.seen_events().contains(&asked));
    assert!(!table.knows_its_host());
}
