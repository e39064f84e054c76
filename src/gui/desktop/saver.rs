//! Keeps the settings without holding up a frame: a thread of its own, the newest settings win.

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError};

use crate::gui::desktop::wake::Wake;
use crate::profile::{Profile, Settings};

/// Settings that wait to be written: one is being written, one is newer than it; anything older need not be written.
const WAITING: usize = 1;
/// Failures that wait to be shown; more of the same would tell nothing new.
const FAILURES: usize = 1;

/// Writes settings in the background.
#[derive(Debug)]
pub(crate) struct Saver {
    // Without a sender the thread ends, and only then may it be joined.
    settings: Option<Sender<Settings>>,
    failures: Receiver<String>,
    unsaved: Option<Settings>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub(crate) fn spawn(profile: Arc<Profile>, wake: Wake) -> std::io::Result<Self> {
        let (settings, waiting) = crossbeam_channel::bounded::<Settings>(WAITING);
        let (failed, failures) = crossbeam_channel::bounded(FAILURES);
        let thread = std::thread::Builder::new().name("settings".to_owned()).spawn(move || {
            for settings in waiting {
                if let Err(error) = profile.save(&settings)
                    && failed.try_send(error.to_string()).is_ok()
                {
                    wake.wake();
                }
            }
        })?;
        Ok(Self {
            settings: Some(settings),
            failures,
            unsaved: None,
            thread: Some(thread),
        })
    }

    /// Notes what is to be written.
    pub(crate) fn save(&mut self, settings: Settings) {
        self.unsaved = Some(settings);
        self.flush();
    }

    /// Hands over what could not be handed over before; why writing failed, if it did.
    pub(crate) fn poll(&mut self) -> Option<String> {
        self.flush();
        self.failures.try_recv().ok()
    }

    /// Whether something still waits for the thread.
    pub(crate) fn waits(&self) -> bool {
        self.unsaved.is_some()
    }

    fn flush(&mut self) {
        let (Some(settings), Some(sender)) = (self.unsaved.take(), &self.settings) else {
            return;
        };
        if let Err(TrySendError::Full(settings)) = sender.try_send(settings) {
            self.unsaved = Some(settings);
        }
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        if let (Some(settings), Some(sender)) = (self.unsaved.take(), &self.settings) {
            // An error means that the thread is gone, and with it the reason to wait.
            drop(sender.send(settings));
        }
        self.settings = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
