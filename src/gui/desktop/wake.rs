//! How the threads of the rooms ask for a frame: at most one request is under way, however many events come.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use egui::{Context, ViewportId};

/// Events of this long are shown in one frame: half of what software rendering costs at 60 frames a second, and below
/// what a reader notices.
const COALESCE: Duration = Duration::from_millis(33);

/// Asks for a frame from any thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wake(Arc<Inner>);

#[derive(Default)]
struct Inner {
    dirty: AtomicBool,
    context: Mutex<Option<Context>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wake").field("dirty", &self.dirty).finish()
    }
}

impl Wake {
    /// Names the window that is to be drawn.
    pub(crate) fn attach(&self, context: &Context) {
        *self.0.context.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.clone());
    }

    /// There is something to show.
    pub(crate) fn wake(&self) {
        if self.0.dirty.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Some(context) = &*self.0.context.lock().unwrap_or_else(PoisonError::into_inner) {
            context.request_repaint_after_for(COALESCE, ViewportId::ROOT);
        }
    }

    /// What is there is about to be looked at; what comes from now on asks again.
    pub(crate) fn clear(&self) {
        self.0.dirty.store(false, Ordering::Release);
    }
}
