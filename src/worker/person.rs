//! The person at this computer, seen from the driver: what they want, and whether they are still there.

use std::collections::VecDeque;
use std::convert::Infallible;

use crossbeam_channel::{Receiver, TryRecvError};

use super::{COMMANDS, Command};

/// The receiving ends of a worker's channels.
pub(super) struct Person {
    commands: Receiver<Command>,
    /// Closed when nobody holds the worker any more; known even while no command is taken.
    held: Receiver<Infallible>,
    /// What was taken while the room was not open yet, to see whether they would rather leave.
    early: VecDeque<Command>,
}

impl Person {
    pub(super) fn new(commands: Receiver<Command>, held: Receiver<Infallible>) -> Self {
        Self {
            commands,
            held,
            early: VecDeque::new(),
        }
    }

    /// Whether nobody holds the worker any more.
    pub(super) fn is_gone(&self) -> bool {
        self.held.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Ready when nobody holds the worker any more.
    pub(super) fn held(&self) -> &Receiver<Infallible> {
        &self.held
    }

    /// Commands that have not been taken, nor laid aside.
    pub(super) fn commands(&self) -> &Receiver<Command> {
        &self.commands
    }

    /// Lays a command aside.
    pub(super) fn lay_aside(&mut self, command: Command) {
        self.early.push_back(command);
    }

    /// Whether another command can be laid aside.
    pub(super) fn has_patience(&self) -> bool {
        self.early.len() < COMMANDS
    }

    /// The oldest command that waits; one that was laid aside was said before the others.
    pub(super) fn next_command(&mut self) -> Option<Command> {
        self.early.pop_front().or_else(|| self.commands.try_recv().ok())
    }
}

/// Whether a command says that the person would rather not wait for a room to open.
pub(super) fn gives_up(command: &Command) -> bool {
    use crate::proto::plain::BYE;

    match command {
        Command::Leave => true,
        Command::Say { text, .. } => text == BYE,
        _ => false,
    }
}
