//! A thread as a handle: dropping it joins.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, JoinHandle, current};

use crossbeam_channel::Sender;

use super::io_event::IoEvent;

/// A named thread that is joined when this is dropped. Whoever owns one drops first what lets the thread end.
#[derive(Debug)]
pub(super) struct Thread(Option<JoinHandle<()>>);

impl Thread {
    /// Starts a thread with the stack that the system gives.
    pub(super) fn spawn(name: impl Into<String>, run: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        Self::start(Builder::new().name(name.into()), run)
    }

    /// Starts a thread of a room; should it panic, the driver is told.
    pub(super) fn spawn_in_room(
        name: impl Into<String>,
        io: &Sender<IoEvent>,
        run: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        Self::start(Builder::new().name(name.into()), telling_of_panic(io.clone(), run))
    }

    /// The same for a thread that needs no more than `stack` bytes.
    pub(super) fn spawn_small_in_room(
        name: impl Into<String>,
        stack: usize,
        io: &Sender<IoEvent>,
        run: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let builder = Builder::new().name(name.into()).stack_size(stack);
        Self::start(builder, telling_of_panic(io.clone(), run))
    }

    /// No thread: nothing to join.
    pub(super) fn none() -> Self {
        Self(None)
    }

    fn start(builder: Builder, run: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        builder.spawn(run).map(|handle| Self(Some(handle)))
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        let Some(handle) = self.0.take() else { return };
        // A worker dropped inside its own `wake` would wait for itself.
        if handle.thread().id() != current().id() && handle.join().is_err() {
            tracing::error!("a thread of the worker panicked");
        }
    }
}

/// A panic is a bug, and whoever waits for what this thread was to do is to hear of it. What it owned is dropped before.
fn telling_of_panic(io: Sender<IoEvent>, run: impl FnOnce() + Send + 'static) -> impl FnOnce() + Send + 'static {
    move || {
        if catch_unwind(AssertUnwindSafe(run)).is_err() && io.send(IoEvent::Panicked).is_err() {
            tracing::error!("a thread panicked after its room had ended");
        }
    }
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::bounded;

    use super::*;

    #[test]
    fn a_panic_is_told_and_dropping_the_thread_does_not_pass_it_on() {
        let (io, reports) = bounded(1);
        let thread = Thread::spawn_in_room("line-7", &io, || panic!("planted by a test")).unwrap();
        assert!(matches!(reports.recv(), Ok(IoEvent::Panicked)));
        drop(thread);
        let small = Thread::spawn_small_in_room("line-8", 64 << 10, &io, || {}).unwrap();
        drop((small, io));
        assert!(reports.recv().is_err(), "nothing happened there");
    }
}
