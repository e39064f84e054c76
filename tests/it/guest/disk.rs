//! A guest whose disk is full, and one whose disk fails.

use landline::proto::Command;
use landline::proto::log::StoreError;

use super::table::{Disk, Table};
use super::words::MAX;

#[test]
fn a_full_disk_loses_nothing() {
    let table = Table::inside()
        .with_disk(Disk::Fails(StoreError::Full))
        .says("mine")
        .placed(MAX, "theirs")
        .after(2_000);
    let mut table = table
        .shows(&["refused mine: DiskFull", "Notice { notice: CopyHeldUp }"])
        .placed(MAX, "more")
        .shows_nothing("Notice")
        .with_disk(Disk::Keeps)
        .after(2_000);
    assert!(table.submitted().is_empty(), "it was given back");
    table.shows(&["Max said theirs", "Max said more"]);
}

#[test]
fn whoever_cannot_keep_that_they_are_in_is_told_and_is_in_later() {
    let table = Table::new().start().answers();
    let table = table.with_disk(Disk::Fails(StoreError::Full)).welcomes();
    let table = table
        .shows(&["Notice { notice: CopyHeldUp }"])
        .after(10_000)
        .shows_nothing("");
    table
        .with_disk(Disk::Keeps)
        .after(2_000)
        .shows(&["connected to room, resumed false"]);
}

#[test]
fn whoever_has_only_their_own_words_refused_is_told_of_nothing_else() {
    let table = Table::inside().with_disk(Disk::Fails(StoreError::Full)).says("mine");
    table.after(10_000).shows_nothing("Notice");
}

#[test]
fn what_a_full_disk_refused_can_be_tried_again_by_name() {
    let table = Table::inside().with_disk(Disk::Fails(StoreError::Full)).says("mine");
    let table = table.with_disk(Disk::Keeps).after(2_000);
    let id = table.refused_id();
    let mut table = table.wants(Command::Resubmit { id }).shows(&["queued mine"]);
    assert_eq!(table.submitted().len(), 1);
}

#[test]
fn a_failed_disk_ends_the_room_and_gives_texts_back() {
    Table::inside()
        .with_disk(Disk::Fails(StoreError::Failed))
        .says("mine")
        .shows(&["refused mine: DiskFailed", "closed Disk(Failed)"]);
}
