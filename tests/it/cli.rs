//! The terminal program as a process: events, exit codes, signals, pipes.

use std::io::Write as _;
use std::net::TcpListener;
use std::thread;

use serde_json::json;

use crate::program::{Outcome, Peer, Program, command};

#[cfg(unix)]
mod unix;

#[test]
fn host_and_guest_talk_and_every_field_is_there() {
    let (mut host, listening) = Program::hosting(&["--room", "Workshop", "--name", "Li", "--log", "info"]);
    assert_eq!(listening["plain"], "off");
    assert_eq!(listening["room"]["name"], "Workshop");
    let invite = listening["invite"].as_str().unwrap();
    let mut guest = Program::json(&["--name", "Ann", "--log", "info", "join", "-"]);
    guest.say(invite);

    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        guest.line(),
        format!(r#"{{"event":"started","version":"{version}","cli":1}}"#)
    );
    assert_eq!(guest.record("connecting")["address"], listening["addresses"][0]);
    let connected = guest.until("connected");
    assert_eq!(
        connected,
        json!({
            "event": "connected", "room": listening["room"], "host": {"id": "m0", "name": "Li"},
            "secure": true, "resumed": false
        })
    );
    let joined = host.until("joined");
    assert_eq!(joined["member"], json!({"id": "m1", "name": "Ann", "plain": false}));
    assert!(joined["address"].as_str().unwrap().starts_with("127.0.0.1:"));

    guest.say("天王盖地虎 🐯");
    let queued = guest.until("queued");
    let sent = guest.until("sent");
    let heard = host.until("message");
    assert_eq!(
        sent,
        json!({"event": "sent", "id": queued["id"], "seq": heard["seq"], "plain": false})
    );
    assert_eq!((&heard["from"], &heard["id"]), (&joined["member"], &queued["id"]));
    assert_eq!(
        (&heard["text"], &heard["mine"], &heard["reply_to"]),
        (&json!("天王盖地虎 🐯"), &json!(false), &json!(null))
    );
    let at: jiff::Timestamp = heard["at"].as_str().unwrap().parse().unwrap();
    assert!(jiff::Timestamp::now().duration_since(at).as_secs() < 60);

    host.say(&format!("/reply {} 宝塔镇河妖", heard["seq"]));
    let said = guest.until_of("message", "text", "宝塔镇河妖");
    assert_eq!((&said["mine"], &said["from"]["name"]), (&json!(false), &json!("Li")));
    assert_eq!(said["reply_to"], heard["seq"]);
    assert_eq!(host.until("sent")["plain"], false);
    assert_eq!(
        host.until("delivered"),
        json!({"event": "delivered", "seq": said["seq"], "to": ["m1"]})
    );

    guest.end_input();
    let guest = guest.outcome();
    assert_eq!(guest.code, Some(0), "{guest:?}");
    assert_eq!(guest.last(), json!({"event": "closed", "reason": "left"}));
    assert!(!told_in_log(&guest), "{guest:?}");
    let left = host.until("left");
    assert_eq!((&left["reason"], &left["detail"]), (&json!("bye"), &json!(null)));

    host.say("/bye");
    let host = host.outcome();
    assert_eq!((host.code, &host.last()["reason"]), (Some(0), &json!("left")));
    assert!(!told_in_log(&host), "{host:?}");
    let log = host.err.join("\n");
    assert!(!log.contains(&invite[..40]), "an invite is a secret: {log}");
}

#[test]
fn an_invite_lets_one_person_in_and_a_knock_is_answered_with_the_same_words() {
    let (mut host, listening) = Program::hosting(&["--stay"]);
    let address = listening["addresses"][0].as_str().unwrap();
    let join = |place: &str| Program::json(&["--name", "Bo", "join", place, "--stay"]);
    let invite = listening["invite"].as_str().unwrap();
    let first = join(invite);
    first.until("connected");
    let second = join(invite);
    let profile = second.folder();
    let second = second.outcome();
    assert_eq!(
        (second.code, &second.records("error")[0]["code"]),
        (Some(4), &json!("invite-used"))
    );
    let rooms = std::fs::read_dir(profile.path().join("rooms")).unwrap();
    assert_eq!(rooms.count(), 0, "who was never in has no room");

    let knocking = join(address);
    let (waiting, knock) = (knocking.until("waiting"), host.until("knock"));
    assert_eq!(waiting["words"], knock["words"]);
    assert_eq!(knock["name"], "Bo");
    host.say("/admit");
    knocking.until("connected");

    let refused = join(address);
    refused.until("waiting");
    let knock = host.until("knock")["knock"].as_str().unwrap().to_owned();
    host.say(&format!("/refuse {knock}"));
    let refused = refused.outcome();
    assert_eq!(
        (refused.code, &refused.last()["reason"]),
        (Some(4), &json!("not-admitted"))
    );
}

#[test]
fn what_was_said_is_there_after_a_host_was_killed() {
    let (mut host, listening) = Program::hosting(&["--room", "Workshop", "--stay"]);
    let address = listening["addresses"][0].as_str().unwrap();
    let port = address.rsplit(':').next().unwrap();
    let mut guest = Program::json(&["--name", "Ann", "join", listening["invite"].as_str().unwrap(), "--stay"]);
    guest.until("connected");
    guest.say("before");
    let sent = guest.until("sent");
    host.kill();
    guest.until("lost");
    guest.say("meanwhile");
    guest.until("queued");
    let again = [
        "host",
        "--bind",
        "127.0.0.1",
        "--port",
        port,
        "--room",
        "Workshop",
        "--stay",
    ];
    let mut host = host.again(&again);
    assert_eq!(host.until("listening")["room"], listening["room"]);
    guest.say("/retry");
    guest.until("sent"); // `connected` may come before or after it: what it depends on goes to the disk first
    host.until_of("message", "text", "meanwhile");
    host.end();
    let history = host.run(&["history", "Workshop", "--search", "before"]);
    assert_eq!(history.records("message")[0]["seq"], sent["seq"], "{history:?}");
    let export = host.run(&["export", "Workshop", "--format", "html"]);
    assert!(export.out.join("").contains("meanwhile"), "{export:?}");
    assert_eq!(host.run(&["rooms"]).records("room")[0]["name"], "Workshop");
    assert_eq!(host.run(&["history", "Elsewhere"]).code, Some(2));
}

/// Hosts a room for a moment: what `listening` says of plain text, and what else is told of it.
fn plain_text_of(program: &mut Program) -> (String, Vec<String>) {
    let mut told = (String::new(), Vec::new());
    loop {
        let record: serde_json::Value = serde_json::from_str(&program.line()).unwrap();
        match record["event"].as_str() {
            Some("listening") => {
                told.0 = record["plain"].as_str().unwrap().to_owned();
                program.end();
            }
            Some("notice") => told.1.push(record["code"].as_str().unwrap().to_owned()),
            Some("closed") => return told,
            _ => {}
        }
    }
}

#[test]
fn plain_text_is_let_in_only_by_who_says_so_each_time() {
    let hosting = ["host", "--bind", "127.0.0.1", "--port", "0", "--room", "Workshop"];
    let mut first = Program::json(&[&hosting[..], &["--plain", "gbk"]].concat());
    let on = || ("gbk".to_owned(), vec!["plain-text".to_owned()]);
    assert_eq!(plain_text_of(&mut first), on());
    let again = |options: &[&str]| plain_text_of(&mut first.again(&[&hosting[..], options].concat()));
    assert_eq!(again(&["--plain", "gbk"]), on());
    assert_eq!(again(&[]).1, ["plain-text", "plain-text-off"]);
    assert_eq!(again(&[]), ("off".to_owned(), Vec::new()));
}

#[test]
fn an_identity_goes_to_another_computer() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = first.path().join("key.txt");
    let file = file.to_str().unwrap();
    let run = |folder: &tempfile::TempDir, arguments: &[&str]| {
        let fixed = ["--json", "--profile", folder.path().to_str().unwrap()];
        Outcome::from(command(&[&fixed, arguments].concat()).output().unwrap())
    };
    let exported = run(&first, &["identity", "export", file]);
    let key = exported.records("me")[0]["key"].clone();
    assert_ne!(run(&second, &["whoami"]).records("me")[0]["key"], key);
    assert_eq!(
        run(&second, &["identity", "import", file]).code,
        Some(1),
        "it is somebody already"
    );
    assert_eq!(run(&second, &["identity", "import", file, "--replace"]).code, Some(0));
    assert_eq!(run(&second, &["whoami"]).records("me")[0]["key"], key);
}

/// Whether a log above DEBUG has words, names or addresses of people.
fn told_in_log(outcome: &Outcome) -> bool {
    let log = outcome.err.join("\n");
    ["天王盖地虎", "宝塔镇河妖", "Ann", "127.0.0.1"]
        .iter()
        .any(|told| log.contains(told))
}

#[test]
fn a_guest_reads_what_the_host_says_before_it_closes_the_room() {
    let (mut host, address) = Program::host(&["--welcome", "come in"]);
    let guest = Program::json(&["--name", "Ann", "join", &address.to_string(), "--plain", "auto"]);
    assert_eq!(guest.until("message")["text"], "come in");
    host.say("that is all");
    assert_eq!(guest.record("message")["text"], "that is all");
    host.end_input();
    let guest = guest.outcome();
    assert_eq!((guest.code, &guest.last()["reason"]), (Some(0), &json!("host-left")));
}

#[test]
fn five_thousand_lines_at_once_all_arrive_in_order() {
    const LINES: usize = 5_000;
    let (mut host, address) = Program::host(&[]);
    let mut peer = Peer::enter(address, &host);
    let mut stdin = host.take_stdin();
    let writer = thread::Builder::new()
        .name("script".to_owned())
        .spawn(move || {
            for n in 0..LINES {
                writeln!(stdin, "line {n}").unwrap();
            }
        })
        .unwrap();
    for n in 0..LINES {
        assert_eq!(peer.line(), format!("line {n}"));
    }
    assert_eq!(peer.rest(), "bye\n");
    writer.join().unwrap();
    let host = host.outcome();
    assert_eq!(host.code, Some(0));
    assert_eq!(host.records("sent").len(), LINES);
}

#[test]
fn a_plain_program_is_sent_nothing_that_nobody_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut guest = Program::json(&["--name", "Ann", "join", &address, "--plain", "utf-8"]);
    let mut peer = Peer::accept(&listener);
    guest.say("only this");
    assert_eq!(peer.reads("only this".len()), "only this");
    guest.until("sent");
    peer.write("answer\n".as_bytes());
    assert_eq!(guest.record("message")["text"], "answer");
    guest.end_input();
    assert_eq!(peer.rest().trim(), "bye");
    assert_eq!(guest.outcome().code, Some(0));
}

#[test]
fn gbk_is_spoken_where_it_is_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let guest = Program::json(&["join", &address, "--plain", "gbk"]);
    let mut peer = Peer::accept(&listener);
    peer.write(b"\xc4\xe3\xba\xc3\n");
    assert_eq!(guest.until("message")["text"], "你好");
}

#[test]
fn a_line_that_breaks_is_lost_and_fails() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let guest = Program::json(&["join", &address, "--plain", "auto"]);
    let peer = Peer::accept(&listener);
    guest.until("connected");
    drop(peer);
    assert_eq!(
        guest.until("lost"),
        json!({"event": "lost", "reason": "finished", "retry_ms": null})
    );
    let guest = guest.outcome();
    assert_eq!((guest.code, &guest.last()["reason"]), (Some(1), &json!("lost")));
}

#[test]
fn the_address_may_come_from_standard_input() {
    let (host, address) = Program::host(&[]);
    let mut guest = Program::json(&["join", "-", "--plain", "auto"]);
    guest.record("started");
    guest.say(&format!(" {address}"));
    guest.say("hello");
    guest.end_input();
    assert_eq!(host.until("message")["text"], "hello");
    assert_eq!(guest.outcome().code, Some(0));
}

#[test]
fn who_is_here_and_who_has_to_go() {
    let (mut host, address) = Program::host(&["--name", "Li"]);
    let mut peer = Peer::connect(address);
    peer.write(b"/name Ann\n");
    host.until("renamed");
    host.say("/who");
    let members = host.record("members")["members"].clone();
    assert_eq!(members[0]["name"], "Li");
    assert_eq!(
        (&members[0]["me"], &members[0]["address"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(
        (&members[1]["name"], &members[1]["plain"]),
        (&json!("Ann"), &json!(true))
    );
    host.say("/remove Ann");
    assert_eq!(host.until("left")["reason"], "removed");
    assert!(peer.rest().ends_with("bye\n"));
    host.say("/remove Ann");
    assert_eq!(host.record("error")["code"], "no-such-member");
}

#[test]
fn what_cannot_be_sent_is_said_and_counted() {
    let (mut host, address) = Program::host(&[]);
    let mut peer = Peer::enter(address, &host);
    host.write(b"bad \xff bytes\n");
    assert_eq!(host.record("error")["code"], "not-utf-8");
    host.say(&"x".repeat(20_000));
    let refused = host.record("refused");
    assert_eq!(
        (&refused["code"], &refused["retry"]),
        (&json!("too-long"), &json!(false))
    );
    host.say("/file picture.png");
    assert_eq!(host.record("error")["code"], "not-yet");
    host.say("/nonsense");
    assert_eq!(host.record("error")["code"], "unknown-command");
    host.say("");
    host.say("//slash");
    assert_eq!(peer.line(), "/slash");
    host.end_input();
    assert_eq!(peer.rest(), "bye\n");
    assert_eq!(host.outcome().code, Some(5));
}

#[test]
fn a_message_of_the_longest_kind_goes_out_whole() {
    let (mut host, address) = Program::host(&[]);
    let mut peer = Peer::enter(address, &host);
    let longest = "y".repeat(landline::text::MAX_MESSAGE_BYTES);
    host.say(&longest);
    let mut heard = String::new();
    while heard.len() < longest.len() {
        heard += &peer.line();
    }
    assert_eq!(heard, longest);
}

#[test]
fn failures_say_what_to_do_and_exit_with_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let host = Program::json(&["host", "--bind", "127.0.0.1", "--port", &port]).outcome();
    assert_eq!((host.code, host.out.len()), (Some(1), 3), "{host:?}");
    let error = &host.records("error")[0];
    assert_eq!(error["code"], "port-taken");
    assert!(error["message"].as_str().unwrap().contains(&port), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("free"), "{error}");
    assert_eq!(host.last()["reason"], "failed");

    drop(taken);
    let guest = Program::json(&["join", &format!("127.0.0.1:{port}")]).outcome();
    assert_eq!(
        (guest.code, &guest.records("error")[0]["code"]),
        (Some(1), &json!("refused"))
    );

    // An address of documents (RFC 5737) and a name of nobody (RFC 6761).
    for (arguments, code) in [
        (
            vec!["host", "--bind", "203.0.113.1", "--port", "0"],
            "address-not-local",
        ),
        (vec!["join", "nowhere.invalid"], "not-resolved"),
    ] {
        let outcome = Program::json(&arguments).outcome();
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert_eq!(outcome.records("error")[0]["code"], code, "{outcome:?}");
    }
}

#[test]
fn a_room_takes_as_many_guests_as_it_is_told() {
    let (host, address) = Program::host(&["--max-guests", "1"]);
    let mut first = Peer::enter(address, &host);
    let mut second = Peer::connect(address);
    assert_eq!(host.until("notice")["code"], "room-full");
    assert!(second.rest().contains("full"));
    first.write(b"still here\n");
    assert_eq!(host.record("message")["text"], "still here");
}

#[test]
fn wrong_usage_exits_with_2() {
    for arguments in [
        vec!["history"],
        vec!["join"],
        vec!["host", "--plain", "latin-1"],
        vec!["host", "--port", "70000"],
        vec!["--log", "loud", "host"],
    ] {
        let outcome = Program::start(&arguments).outcome();
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {outcome:?}");
        assert!(outcome.out.is_empty() && !outcome.err.is_empty(), "{outcome:?}");
    }
    for arguments in [
        vec!["join", "10.0.0.1:0"],
        vec!["join", "landline:anything"],
        vec!["host", "--room", "\u{200b}"],
    ] {
        let outcome = Program::json(&arguments).outcome();
        assert_eq!(
            (outcome.code, outcome.records("error").len()),
            (Some(2), 1),
            "{outcome:?}"
        );
    }
}

#[test]
fn an_option_of_a_later_version_is_accepted_and_says_that_it_changes_nothing() {
    let (host, _) = Program::host(&["--no-discovery", "--admit", "anyone"]);
    drop(host);
    let help = Program::start(&["host", "--help"]).outcome();
    assert_eq!(help.code, Some(0));
    assert_eq!(help.out.join(" ").matches("hanges nothing yet").count(), 1);
}

#[test]
fn a_profile_has_one_program_at_a_time() {
    let (first, _) = Program::host(&[]);
    let second = command(&["--profile", first.profile(), "--json", "host", "--port", "0"])
        .output()
        .unwrap();
    let second = Outcome::from(second);
    assert_eq!(second.code, Some(3), "{second:?}");
    assert_eq!(second.records("error")[0]["code"], "profile-in-use");
    assert_eq!(second.last()["reason"], "failed");
}

#[test]
fn people_read_lines_without_anybodys_escape_sequences() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let guest = Program::start(&["join", &address, "--plain", "utf-8"]);
    let mut peer = Peer::accept(&listener);
    peer.write("\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31mred\u{202e}\rover\u{8} done\n".as_bytes());
    peer.write(b"bye\n");
    let guest = guest.outcome();
    let shown = guest.out.join("\n");
    assert!(shown.contains("red") && shown.contains("done"), "{shown:?}");
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    assert!(!shown.contains('\u{202e}'), "{shown:?}");
    assert!(shown.ends_with("The host closed the room"), "{shown:?}");
}

#[test]
fn copies_are_guests_of_their_own() {
    let (host, listening) = Program::hosting(&["--admit", "anyone"]);
    assert_eq!(listening["invite"], json!(null), "nobody needs one");
    let address = listening["addresses"][0].as_str().unwrap();
    let guest = Program::json(&["--name", "Ann", "join", address, "--copies", "3", "--stay"]);
    let mut names: Vec<String> = (0..3)
        .map(|_| host.until("joined")["member"]["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["Ann", "Ann 2", "Ann 3"]);
    drop(guest);
    (0..3).for_each(|_| drop(host.until("left")));
}
