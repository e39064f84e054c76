//! The second program calls the window that is open.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crossbeam_channel::bounded;
use landline::profile::{Bell, Call, InUse, Profile, ProfileError, Program};

const DEADLINE: Duration = Duration::from_secs(10);

fn other(folder: &std::path::Path) -> InUse {
    match Profile::open(Some(folder), Program::Window) {
        Err(ProfileError::InUse(other)) => other,
        other => panic!("not in use: {other:?}"),
    }
}

#[test]
fn a_window_hears_what_the_second_program_wants_as_long_as_it_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::open(Some(folder.path()), Program::Window).unwrap();
    assert!(!other(folder.path()).call(&Call::Raise), "nothing hangs there yet");
    // A crash has left its socket.
    std::fs::write(folder.path().join("window.socket"), "").unwrap();
    let (calls, heard) = bounded(8); // more than are made
    let bell = Bell::hang(&profile, move |call| calls.send(call).unwrap()).unwrap();
    let socket = folder.path().join("window.socket");
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let join = Call::Join("landline:abc\ndef".to_owned());
    for call in [Call::Raise, join] {
        assert!(other(folder.path()).call(&call));
    }
    assert_eq!(heard.recv_timeout(DEADLINE), Ok(Call::Raise));
    assert_eq!(
        heard.recv_timeout(DEADLINE),
        Ok(Call::Join("landline:abc def".to_owned()))
    );
    // Who says nothing, or nonsense, is no call, and does not silence it.
    drop(UnixStream::connect(&socket).unwrap());
    std::io::Write::write_all(&mut UnixStream::connect(&socket).unwrap(), b"dance\n").unwrap();
    assert!(other(folder.path()).call(&Call::Raise));
    assert_eq!(heard.recv_timeout(DEADLINE), Ok(Call::Raise));
    drop(bell);
    assert!(heard.try_recv().is_err() && !socket.exists());
    assert!(!other(folder.path()).call(&Call::Raise));
}

#[test]
fn a_folder_too_deep_for_a_socket_has_no_bell_and_no_harm_done() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("d".repeat(120));
    let profile = Profile::open(Some(&folder), Program::Window).unwrap();
    assert!(Bell::hang(&profile, |_| {}).is_err());
    assert!(!other(&folder).call(&Call::Raise));
}
