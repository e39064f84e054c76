//! What everybody was told, held against what is kept.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::script::{GUEST, HOST};
use super::stage::{Person, Stage};
use crate::program::parse;

/// What stands at a place of the log.
const ENTRIES: [&str; 5] = ["message", "edited", "deleted", "reacted", "newer"];

/// Everything that was acknowledged or shown is there, once, in one order, and was shown once. Nobody's program runs.
#[track_caller]
pub(super) fn check(stage: &Stage) {
    let complaints = complaints(stage);
    assert!(complaints.is_empty(), "{}\n{}", complaints.join("\n"), stage.told());
}

fn complaints(stage: &Stage) -> Vec<String> {
    let log = history(&stage.people[HOST]);
    let mut complaints = is_well_formed(&log);
    let places: BTreeMap<u64, &Value> = log.iter().map(|record| (seq(record), record)).collect();
    let ids: BTreeMap<&str, u64> = log
        .iter()
        .filter_map(|record| Some((record["id"].as_str()?, seq(record))))
        .collect();
    for (who, person) in stage.people.iter().enumerate() {
        let mut complain = |what: &str, record: &Value| complaints.push(format!("{who}: {what}: {record}"));
        for sent in person.ever("sent") {
            if ids.get(sent["id"].as_str().unwrap()) != Some(&seq(sent)) {
                complain("acknowledged and not there", sent);
            }
        }
        let mut shown = BTreeSet::new();
        for record in person.lives.iter().flatten().filter(|record| is_entry(record)) {
            if places
                .get(&seq(record))
                .is_none_or(|kept| essence(kept) != essence(record))
            {
                complain("shown and not there", record);
            }
            if !shown.insert(seq(record)) {
                complain("shown twice", record);
            }
        }
        if who != HOST {
            for queued in person
                .ever("queued")
                .filter(|queued| !ids.contains_key(queued["id"].as_str().unwrap()))
            {
                complain("kept on the guest's computer and gone", queued);
            }
            let own = history(person);
            let first = own.first().map_or(0, seq);
            if seen_from(first, &own) != seen_from(first, &log) {
                complaints.push(format!("{who}: has another history than the host"));
            }
            if person.lives.len() == 1 && shown.len() != own.len() {
                complaints.push(format!("{who}: was shown {} of {} entries", shown.len(), own.len()));
            }
        }
    }
    complaints.extend(undelivered(stage));
    complaints
}

/// What members have stored according to the host, and have not.
fn undelivered(stage: &Stage) -> Vec<String> {
    let [host, guest] = &stage.people[..] else {
        return Vec::new(); // which program is which member, only a room of two tells without looking
    };
    let stored: BTreeSet<u64> = history(guest).iter().map(seq).collect();
    let missing = host
        .ever("delivered")
        .filter(|delivered| !stored.contains(&seq(delivered)));
    missing
        .map(|delivered| format!("{GUEST}: delivered and not there: {delivered}"))
        .collect()
}

/// Places rise, no entry is there twice, and everybody's words stand in the order in which they were said.
fn is_well_formed(log: &[Value]) -> Vec<String> {
    let mut complaints = Vec::new();
    let (mut last, mut ids, mut texts) = (0, BTreeSet::new(), BTreeSet::new());
    for record in log {
        if seq(record) <= last {
            complaints.push(format!("out of order: {record}"));
        }
        last = seq(record);
        if record["event"] != "message" {
            continue;
        }
        if !ids.insert(record["id"].as_str().unwrap()) || !texts.insert(record["text"].as_str().unwrap()) {
            complaints.push(format!("twice in the log: {record}"));
        }
    }
    let mut said: BTreeMap<&str, u64> = BTreeMap::new();
    for text in log
        .iter()
        .filter_map(|record| record["text"].as_str())
        .filter(|text| !text.starts_with("changed"))
    {
        let (series, number) = text.rsplit_once(' ').unwrap();
        let number = number.parse().unwrap();
        if said.insert(series, number).is_some_and(|before| before >= number) {
            complaints.push(format!("said earlier: {text}"));
        }
    }
    complaints
}

/// The log as a person has it.
pub(super) fn history(person: &Person) -> Vec<Value> {
    let outcome = person.run(&["history", "Workshop", "--limit", "1000000"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let records = outcome.out.into_iter().map(|line| parse(&line));
    records.filter(is_entry).collect()
}

fn is_entry(record: &Value) -> bool {
    ENTRIES.iter().any(|event| record["event"] == *event)
}

pub(super) fn seq(record: &Value) -> u64 {
    record["seq"].as_u64().unwrap()
}

fn seen_from(first: u64, records: &[Value]) -> Vec<[&Value; 6]> {
    records
        .iter()
        .filter(|record| seq(record) >= first)
        .map(essence)
        .collect()
}

/// What is the same for everybody.
fn essence(record: &Value) -> [&Value; 6] {
    ["event", "seq", "id", "text", "target", "reply_to"].map(|field| &record[field])
}

#[test]
fn what_is_there_twice_or_in_another_order_is_noticed() {
    let message = |seq: u64, id: &str, text: &str| json!({"event": "message", "seq": seq, "id": id, "text": text});
    let log = [message(1, "a", "g 1"), message(3, "b", "g 2"), message(4, "c", "h 1")];
    assert_eq!(is_well_formed(&log), Vec::<String>::new());
    for (entry, complaint) in [
        (message(4, "d", "h 2"), "out of order"),
        (message(5, "a", "h 2"), "twice"),
        (message(5, "d", "g 1"), "twice"),
        (message(5, "d", "g 0"), "earlier"),
    ] {
        let complaints = is_well_formed(&[&log[..], &[entry]].concat());
        assert!(complaints.iter().any(|told| told.contains(complaint)), "{complaints:?}");
    }
}
