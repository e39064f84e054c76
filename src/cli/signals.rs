//! SIGINT and SIGTERM: the first asks the session to leave properly, the second to leave at once.

use std::io;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};

/// Signals that wait; a person who holds Ctrl+C down needs no more.
const WAITING_SIGNALS: usize = 8;
/// What the session may take after the first signal: draining, leaving and joining, and some. It only takes longer when
/// it is stuck in a write that nobody reads.
const PATIENCE: Duration = Duration::from_secs(15);
/// What it may take after the second.
const HURRY: Duration = Duration::from_secs(2);

/// Starts to listen. One item comes for each signal, and the process ends by force if the session does not end it.
pub(super) fn listen() -> io::Result<Receiver<()>> {
    let (raise, raised) = crossbeam_channel::bounded(WAITING_SIGNALS);
    let (forward, signals) = crossbeam_channel::bounded(WAITING_SIGNALS);
    ctrlc::set_handler(move || raise.try_send(()).unwrap_or(())).map_err(io::Error::other)?;
    thread::Builder::new()
        .name("landline-signals".to_owned())
        .spawn(move || watch(&raised, &forward))?;
    Ok(signals)
}

fn watch(raised: &Receiver<()>, session: &Sender<()>) {
    if raised.recv().is_err() {
        return;
    }
    session.try_send(()).unwrap_or(()); // a full channel says it already
    if raised.recv_timeout(PATIENCE).is_ok() {
        session.try_send(()).unwrap_or(()); // a full channel says it already
        // The session ends the process within this time, or we do.
        crossbeam_channel::after(HURRY).recv().ok();
    }
    std::process::exit(super::Exit::Failed.code());
}
