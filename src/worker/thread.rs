//! A thread as a handle: dropping it joins.

use std::io;
use std::thread::{Builder, JoinHandle, current};

/// A named thread that is joined when this is dropped. Whoever owns one drops first what lets the thread end.
#[derive(Debug)]
pub(super) struct Thread(Option<JoinHandle<()>>);

impl Thread {
    /// Starts a thread with the stack that the system gives.
    pub(super) fn spawn(name: impl Into<String>, run: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        Self::start(Builder::new().name(name.into()), run)
    }

    /// Starts a thread that needs no more than `stack` bytes.
    pub(super) fn spawn_small(
        name: impl Into<String>,
        stack: usize,
        run: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        Self::start(Builder::new().name(name.into()).stack_size(stack), run)
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
