//! The way up: events that wait until the window takes them.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::{EndReason, Event};

/// Events that may wait behind a full channel before nothing more is taken from peers.
const PENDING_BEFORE_PEERS_WAIT: usize = 1024;
/// Events that may wait before no command is taken either: a script that never reads is told that the room is busy.
const PENDING_BEFORE_COMMANDS_WAIT: usize = 16 << 10;

/// The channel to the window, and what does not fit into it.
pub(super) struct Window {
    events: Sender<Event>,
    pending: VecDeque<Event>,
    /// The last event is pending, or has been passed on.
    ended: bool,
    wake: Box<dyn Fn() + Send>,
    /// Accepts nothing, ever: what the driver selects on while nothing is pending.
    nowhere: (Sender<Event>, Receiver<Event>),
}

impl Window {
    pub(super) fn new(events: Sender<Event>, wake: Box<dyn Fn() + Send>) -> Self {
        Self {
            events,
            pending: VecDeque::new(),
            ended: false,
            wake,
            nowhere: bounded(0),
        }
    }

    pub(super) fn push(&mut self, event: Event) {
        self.ended |= matches!(event, Event::Ended(_));
        self.pending.push_back(event);
    }

    /// Passes on what fits, and wakes the window once. `false` when nobody will ever read.
    pub(super) fn flush(&mut self) -> bool {
        let before = self.pending.len();
        let mut open = true;
        while let Some(event) = self.pending.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => {
                    self.pending.push_front(event);
                    break;
                }
                Err(TrySendError::Disconnected(_)) => {
                    self.pending.clear();
                    open = false;
                }
            }
        }
        if open && self.pending.len() < before {
            (self.wake)();
        }
        open
    }

    /// Where to send the next event: to the window if one is pending, else nowhere.
    pub(super) fn sender(&self) -> &Sender<Event> {
        if self.pending.is_empty() {
            &self.nowhere.0
        } else {
            &self.events
        }
    }

    /// The next event, for [`Window::sender`] when it has room; [`Window::sent`] must follow.
    pub(super) fn next(&mut self) -> Event {
        self.pending
            .pop_front()
            .expect("`sender` has room only while something is pending")
    }

    /// One event went through [`Window::sender`].
    pub(super) fn sent(&self) {
        (self.wake)();
    }

    /// The driver does nothing else any more: what is pending and the end are passed on, however long that takes, unless nobody will
    /// ever read.
    pub(super) fn end(&mut self, reason: EndReason) {
        if !self.ended {
            self.push(Event::Ended(reason));
        }
        for event in std::mem::take(&mut self.pending) {
            if self.events.send(event).is_err() {
                return;
            }
            // It may be what has made the driver panic.
            if catch_unwind(AssertUnwindSafe(|| (self.wake)())).is_err() {
                tracing::error!("the window cannot be woken");
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    pub(super) fn makes_peers_wait(&self) -> bool {
        self.pending.len() >= PENDING_BEFORE_PEERS_WAIT
    }

    pub(super) fn makes_commands_wait(&self) -> bool {
        self.pending.len() >= PENDING_BEFORE_COMMANDS_WAIT
    }
}
