//! The rooms of the profile, looked up without holding up a frame: a thread of its own.

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError};

use crate::gui::desktop::wake::Wake;
use crate::profile::Profile;
use crate::store::{self, Rooms};

/// Wishes to look that wait: one more look sees everything that happened before it.
const WAITING: usize = 1;
/// Lists that wait to be taken; a newer one takes the place of an older one.
const LISTS: usize = 1;

/// Looks up which rooms there are.
#[derive(Debug)]
pub(crate) struct Shelf {
    // Without a sender the thread ends, and only then may it be joined.
    wishes: Option<Sender<()>>,
    lists: Receiver<Rooms>,
    looked: bool,
    thread: Option<JoinHandle<()>>,
}

impl Shelf {
    /// Starts the thread, which looks at once.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub(crate) fn spawn(profile: Arc<Profile>, wake: Wake) -> std::io::Result<Self> {
        let (wishes, waiting) = crossbeam_channel::bounded::<()>(WAITING);
        let (found, lists) = crossbeam_channel::bounded(LISTS);
        let older = lists.clone();
        let thread = std::thread::Builder::new().name("shelf".to_owned()).spawn(move || {
            for () in waiting {
                let rooms = store::rooms(profile.folder(), &profile.identity().key());
                drop(older.try_recv());
                if found.try_send(rooms).is_ok() {
                    wake.wake();
                }
            }
        })?;
        let shelf = Self {
            wishes: Some(wishes),
            lists,
            looked: false,
            thread: Some(thread),
        };
        shelf.look();
        Ok(shelf)
    }

    /// Looks again.
    pub(crate) fn look(&self) {
        let asked = self.wishes.as_ref().map(|wishes| wishes.try_send(()));
        if let Some(Err(TrySendError::Disconnected(()))) = asked {
            tracing::debug!("nobody looks up rooms any more"); // full: it will look anyway
        }
    }

    /// What was found, if it is new.
    pub(crate) fn poll(&mut self) -> Option<Rooms> {
        let list = self.lists.try_recv().ok()?;
        self.looked = true;
        Some(list)
    }

    /// Whether a list was taken.
    pub(crate) fn has_looked(&self) -> bool {
        self.looked
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.wishes = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
