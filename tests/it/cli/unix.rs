//! Signals and pipes.

use std::process::Stdio;

use rustix::process::Signal;

use super::*;

#[test]
fn a_signal_leaves_properly() {
    for signal in [Signal::TERM, Signal::INT] {
        let (mut host, address) = Program::host(&["--stay"]);
        let mut peer = Peer::enter(address, &host);
        host.say("last words");
        host.until("sent");
        host.end_input();
        host.signal(signal);
        assert_eq!(peer.rest(), "last words\nbye\n");
        let host = host.outcome();
        assert_eq!((host.code, &host.last()["reason"]), (Some(0), &json!("left")));
    }
}

/// A room with a guest that is sent its messages at a distance, and many messages for it.
fn busy_host(messages: usize) -> (Program, Peer) {
    let (mut host, address) = Program::host(&["--welcome", ""]);
    let mut peer = Peer::connect(address);
    peer.write(b"no newline");
    host.until("message");
    (0..messages).for_each(|n| host.say(&format!("<{n}>")));
    (0..messages).for_each(|_| drop(host.until("message")));
    (host, peer)
}

#[test]
fn a_signal_waits_until_everything_said_is_out() {
    let (host, mut peer) = busy_host(10);
    host.signal(Signal::TERM);
    assert_eq!(peer.rest(), "<0><1><2><3><4><5><6><7><8><9>bye");
    let host = host.outcome();
    assert_eq!((host.code, &host.last()["reason"]), (Some(0), &json!("left")));
}

#[test]
fn a_second_signal_leaves_at_once() {
    let (host, mut peer) = busy_host(30);
    // Two of one kind could become one before they are delivered.
    host.signal(Signal::TERM);
    host.signal(Signal::INT);
    let host = host.outcome();
    assert_eq!(
        (host.code, &host.last()["reason"]),
        (Some(0), &json!("left")),
        "all of it is on disk"
    );
    assert!(
        !peer.rest().contains("<29>"),
        "it waited for a guest that takes 30 × 200 ms"
    );
}

#[test]
fn an_output_that_nobody_reads_ends_it_quietly() {
    let profile = tempfile::tempdir().unwrap();
    let folder = profile.path().to_str().unwrap();
    let arguments = [
        "--profile",
        folder,
        "--json",
        "host",
        "--bind",
        "127.0.0.1",
        "--port",
        "0",
    ];
    let (reader, writer) = std::io::pipe().unwrap();
    let mut child = command(&arguments)
        .stdin(Stdio::piped())
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(reader);
    let mut stdin = child.stdin.take().unwrap();
    // Either it has noticed already, or it will at the answer to this.
    stdin.write_all(b"/who\n").ok();
    let mut errors = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut errors).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}
