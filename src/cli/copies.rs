//! Further guests in the same process, for load tests: each has an identity, an encrypted line and a room of its own in memory.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, select, tick};

use crate::proto;
use crate::worker::{Config, Event, Home, Worker};

/// How many come in at a time, and how soon after one another: a host lets so few strangers of one address wait at its door, and takes
/// fifty handshakes a second.
const AT_THE_DOOR: usize = 4;
const BETWEEN: Duration = Duration::from_millis(25);

/// Guests that listen and say nothing. Dropping it ends them.
pub(super) struct Copies {
    // Dropped first: that is what ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Copies {
    /// So many guests with the first one, called after it.
    pub(super) fn start(count: u32, first: &Config) -> io::Result<Self> {
        let (calls, called) = bounded(count as usize); // at most one of each: none ever waits here
        let (stop, stopped) = bounded(0);
        let mut crowd = Crowd {
            first: first.clone(),
            count: count.saturating_sub(1) as usize,
            copies: Vec::new(),
            calls,
        };
        let thread = thread::Builder::new()
            .name("landline-copies".to_owned())
            .spawn(move || crowd.live(&called, &stopped))?;
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

/// All of them.
struct Crowd {
    first: Config,
    /// How many there are to be.
    count: usize,
    copies: Vec<Copy>,
    calls: Sender<usize>,
}

/// One of them.
struct Copy {
    /// `None`: it has ended.
    worker: Option<Worker>,
    is_in: bool,
    /// Whether it has called since it was heard last.
    has_called: Arc<AtomicBool>,
}

impl Crowd {
    /// Lets them come one by one, and takes what they tell, so that none of them is too slow.
    fn live(&mut self, called: &Receiver<usize>, stopped: &Receiver<()>) {
        let next = tick(BETWEEN);
        while self.copies.len() < self.count {
            select! {
                recv(stopped) -> _ => return,
                recv(called) -> place => self.hear(place.ok()),
                recv(next) -> _ => self.start_next(),
            }
        }
        loop {
            select! {
                recv(stopped) -> _ => return,
                recv(called) -> place => self.hear(place.ok()),
            }
        }
    }

    fn start_next(&mut self) {
        let at_the_door = self.copies.iter().filter(|copy| copy.is_coming()).count();
        if at_the_door >= AT_THE_DOOR {
            return;
        }
        let place = self.copies.len();
        let config = Config {
            name: format!("{} {}", self.first.name, place + 2),
            ..self.first.clone()
        };
        match Copy::start(config, place, self.calls.clone()) {
            Ok(copy) => self.copies.push(copy),
            Err(error) => {
                tracing::error!("no more than {place} copies: {error}");
                self.count = place;
            }
        }
    }

    fn hear(&mut self, place: Option<usize>) {
        if let Some(copy) = place.and_then(|place| self.copies.get_mut(place)) {
            copy.hear();
        }
    }
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
        Ok(Self {
            worker,
            is_in: false,
            has_called,
        })
    }

    fn is_coming(&self) -> bool {
        self.worker.is_some() && !self.is_in
    }

    /// Takes what it tells.
    fn hear(&mut self) {
        self.has_called.store(false, Ordering::Release);
        let Some(worker) = &self.worker else { return };
        for event in worker.events().try_iter() {
            match event {
                Event::Room(proto::Event::Connected { .. }) => self.is_in = true,
                Event::Ended(reason) => {
                    tracing::warn!("a copy has ended: {reason:?}");
                    self.worker = None;
                    return;
                }
                _ => {}
            }
        }
    }
}
