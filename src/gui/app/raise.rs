//! Coming to the front when the second program on the profile asks for it.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use egui::{Context, UserAttentionType, ViewportCommand};

use super::{App, Start};
use crate::profile::Call;

/// How long the window tries to get the focus: a desktop takes a moment to show a window that was minimised, and only then gives it.
const RAISE_WITHIN: Duration = Duration::from_secs(1);
/// How often it tries.
const RAISE_STEP: Duration = Duration::from_millis(100);
/// Calls that wait for a frame; whoever calls so often has been heard.
const MAX_CALLS: usize = 16;

impl App {
    /// Answers calls from any thread.
    pub fn answerer(&self) -> impl Fn(Call) + Send + Sync + 'static {
        let (calls, wake) = (self.calls.clone(), self.wake.clone());
        move |call| {
            let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
            if calls.len() < MAX_CALLS {
                calls.push(call);
            }
            drop(calls);
            wake.wake();
        }
    }

    /// Does what was called for.
    pub(super) fn hear_calls(&mut self, ctx: &Context) {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner));
        for call in calls {
            self.raising = Some(Instant::now() + RAISE_WITHIN);
            if let Call::Join(place) = call {
                self.select(None);
                self.begin(ctx, Start::join(place));
            }
        }
        self.raise(ctx);
    }

    /// Some desktops do not give the focus to a window that asks for it: there it asks for attention.
    fn raise(&mut self, ctx: &Context) {
        let Some(until) = self.raising else { return };
        let focused = ctx.input(|input| input.viewport().focused == Some(true));
        if focused || Instant::now() >= until {
            self.raising = None;
            if !focused {
                let attention = UserAttentionType::Informational;
                ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(attention));
            }
            return;
        }
        ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
        ctx.send_viewport_cmd(ViewportCommand::Focus);
        ctx.request_repaint_after(RAISE_STEP);
    }
}
