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
    // A full channel says it already.
    ctrlc::set_handler(move || raise.try_send(()).unwrap_or(())).map_err(io::Error::other)?;
    thread::Builder::new()
        .name("landline-signals".to_owned())
        .spawn(move || {
            if watch(&raised, &forward, PATIENCE, HURRY) {
                std::process::exit(super::Exit::Failed.code());
            }
        })?;
    Ok(signals)
}

/// Passes signals on; yields true when the session has had its time and goes on, and false if it listens no more.
fn watch(raised: &Receiver<()>, session: &Sender<()>, patience: Duration, hurry: Duration) -> bool {
    if raised.recv().is_err() || session.send(()).is_err() {
        return false;
    }
    if raised.recv_timeout(patience).is_ok() {
        if session.send(()).is_err() {
            return false;
        }
        // Further signals change nothing.
        crossbeam_channel::after(hurry).recv().ok();
    }
    true
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const NEVER: Duration = Duration::from_secs(3600);

    fn channels() -> (Sender<()>, Receiver<()>, Sender<()>, Receiver<()>) {
        let (raise, raised) = crossbeam_channel::bounded(WAITING_SIGNALS);
        let (forward, signals) = crossbeam_channel::bounded(WAITING_SIGNALS);
        (raise, raised, forward, signals)
    }

    #[test]
    fn a_session_that_is_stuck_is_ended_by_force_after_two_signals() {
        let (raise, raised, forward, signals) = channels();
        (0..3).for_each(|_| raise.send(()).unwrap());
        assert!(watch(&raised, &forward, NEVER, Duration::ZERO));
        assert_eq!(signals.len(), 2);
    }

    #[test]
    fn or_after_one_when_its_time_is_over() {
        let (raise, raised, forward, signals) = channels();
        raise.send(()).unwrap();
        let begin = Instant::now();
        assert!(watch(&raised, &forward, Duration::from_millis(20), NEVER));
        assert!(begin.elapsed() >= Duration::from_millis(20));
        assert_eq!(signals.len(), 1);
    }

    #[test]
    fn a_session_that_is_over_is_left_alone() {
        let (raise, raised, forward, signals) = channels();
        raise.send(()).unwrap();
        drop(signals);
        assert!(!watch(&raised, &forward, NEVER, NEVER));
    }
}
