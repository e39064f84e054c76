//! Further guests in the same process, for load tests: each has an identity, an encrypted line and a room of its own in memory.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, select};

use crate::worker::{Config, Event, Home, Worker};

/// Guests that listen and say nothing. Dropping it ends them.
pub(super) struct Copies {
    // Dropped first: that is what ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Copies {
    /// So many guests besides the first one, called after it.
    pub(super) fn start(count: u32, first: &Config) -> io::Result<Self> {
        let (calls, called) = bounded(count as usize); // at most one of each: none ever waits here
        let copies = (2..=count).zip(0..);
        let copies = copies.map(|(number, place)| Copy::start(copy(first, number), place, calls.clone()));
        let copies = copies.collect::<io::Result<_>>()?;
        let (stop, stopped) = bounded(0);
        let thread = thread::Builder::new()
            .name("landline-copies".to_owned())
            .spawn(move || listen(copies, &called, &stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        self.stop.take();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the copies have stopped because of a mistake in Landline");
        }
    }
}

fn copy(first: &Config, number: u32) -> Config {
    Config {
        name: format!("{} {number}", first.name),
        ..first.clone()
    }
}

/// One of them.
struct Copy {
    /// `None`: it has ended.
    worker: Option<Worker>,
    /// Whether it has called since it was heard last.
    has_called: Arc<AtomicBool>,
}

impl Copy {
    /// Starts a guest that calls by its place when it has something to tell.
    fn start(config: Config, place: usize, calls: Sender<usize>) -> io::Result<Self> {
        let has_called = Arc::new(AtomicBool::new(false));
        let calling = Arc::clone(&has_called);
        let call = move || {
            if !calling.swap(true, Ordering::AcqRel) && calls.send(place).is_err() {
                tracing::trace!("a copy calls after the last one was heard");
            }
        };
        let worker = Some(Worker::spawn(Home::fleeting()?, config, call)?);
        Ok(Self { worker, has_called })
    }

    /// Takes what it tells.
    fn hear(&mut self) {
        self.has_called.store(false, Ordering::Release);
        let Some(worker) = &self.worker else { return };
        for event in worker.events().try_iter() {
            if let Event::Ended(reason) = event {
                tracing::warn!("a copy has ended: {reason:?}");
                self.worker = None;
                return;
            }
        }
    }
}

/// Takes what they tell, so that none of them is too slow.
fn listen(mut copies: Vec<Copy>, called: &Receiver<usize>, stopped: &Receiver<()>) {
    loop {
        select! {
            recv(stopped) -> _ => return,
            recv(called) -> place => match place.ok().and_then(|place| copies.get_mut(place)) {
                Some(copy) => copy.hear(),
                None => return,
            },
        }
    }
}
