//! Further guests in the same process, for load tests: each has an identity, an encrypted line and a room of its own in memory.

use std::io;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Select, Sender};

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
        let workers: Vec<Worker> = (2..=count)
            .map(|number| Worker::spawn(Home::fleeting()?, copy(first, number), || {}))
            .collect::<io::Result<_>>()?;
        let (stop, stopped) = crossbeam_channel::bounded(0);
        let thread = thread::Builder::new()
            .name("landline-copies".to_owned())
            .spawn(move || listen(workers, &stopped))?;
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

/// Takes what they hear, so that none of them is too slow.
fn listen(workers: Vec<Worker>, stopped: &Receiver<()>) {
    let mut open: Vec<Worker> = workers;
    loop {
        let mut select = Select::new();
        select.recv(stopped);
        for worker in &open {
            select.recv(worker.events());
        }
        let ready = select.ready();
        let Some(place) = ready.checked_sub(1) else { return };
        if drain(&open[place]) {
            open.swap_remove(place);
        }
    }
}

/// Whether the worker has ended.
fn drain(worker: &Worker) -> bool {
    worker.events().try_iter().any(|event| match event {
        Event::Ended(reason) => {
            tracing::warn!("a copy has ended: {reason:?}");
            true
        }
        _ => false,
    })
}
