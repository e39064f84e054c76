//! What is to be kept, one batch at a time, and what may be shown or sent only when it is.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::outbox::Own;
use crate::proto::log::{Batch, BatchId, Change, Seen, StoreError};
use crate::proto::{Event, ReadId, Store};

/// Pieces in one batch: bounds a transaction and what is lost with it.
const MAX_PIECES: usize = 64;
/// How long a full disk is given before the same is tried again.
const FULL_WAIT: Duration = Duration::from_secs(2);

/// What is kept together, and what follows from it.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) changes: Vec<Change>,
    /// An own entry on its way into the outbox.
    pub(super) own: Option<Own>,
    /// What people see when it is kept.
    pub(super) events: Vec<Event>,
    /// How far the copy goes with it, if that is something to tell the host.
    pub(super) stored: Option<Seen>,
    /// Whether the host waits for that before it sends more.
    pub(super) awaited: bool,
    /// Whether people see with it that this guest is in: what follows on this line is shown after it.
    pub(super) enters: bool,
}

/// What became of a batch.
#[derive(Debug)]
pub(super) enum Kept {
    /// It is on disk.
    Done(Vec<Piece>),
    /// The disk is full. These own entries are not in the outbox; everything else will be tried again.
    Full(Vec<Own>),
    /// Nothing more can be kept. These own entries are not in the outbox.
    Failed(StoreError, Vec<Own>),
}

/// Wishes to the disk.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    last_batch: u64,
    last_read: u64,
    flying: Option<(BatchId, Vec<Piece>)>,
    waiting: VecDeque<Piece>,
    retry_at: Option<Instant>,
    wishes: VecDeque<Store>,
    failed: bool,
}

impl Keeper {
    /// Keeps something after everything before it. What needs no disk comes back if nothing is before it.
    pub(super) fn push(&mut self, piece: Piece) -> Option<Piece> {
        if piece.changes.is_empty() && self.is_idle() {
            return Some(piece);
        }
        self.waiting.push_back(piece);
        self.go_on();
        None
    }

    /// Asks for entries.
    pub(super) fn read(&mut self, from: u64, limit: usize) -> ReadId {
        self.last_read += 1;
        let id = ReadId(self.last_read);
        self.wishes.push_back(Store::Read { id, from, limit });
        id
    }

    pub(super) fn poll(&mut self) -> Option<Store> {
        self.wishes.pop_front()
    }

    /// Whether everything that was to be kept is.
    pub(super) fn is_idle(&self) -> bool {
        self.flying.is_none() && self.waiting.is_empty()
    }

    /// What is not on disk yet.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.flying.as_ref().map_or(0, |(_, pieces)| pieces.len())
    }

    /// Own entries that are not on disk yet.
    pub(super) fn owns(&self) -> usize {
        let flying = self.flying.iter().flat_map(|(_, pieces)| pieces);
        flying.chain(&self.waiting).filter(|piece| piece.own.is_some()).count()
    }

    /// The disk has answered. `None`: not to this.
    pub(super) fn stored(&mut self, now: Instant, batch: BatchId, result: Result<(), StoreError>) -> Option<Kept> {
        let (_, pieces) = self.flying.take_if(|(flying, _)| *flying == batch)?;
        match result {
            Ok(()) => {
                let mut done = pieces;
                while let Some(piece) = self.waiting.pop_front_if(|piece| piece.changes.is_empty()) {
                    done.push(piece);
                }
                self.go_on();
                Some(Kept::Done(done))
            }
            Err(StoreError::Full) => {
                pieces
                    .into_iter()
                    .rev()
                    .for_each(|piece| self.waiting.push_front(piece));
                self.retry_at = Some(now + FULL_WAIT);
                Some(Kept::Full(self.take_owns()))
            }
            Err(error) => {
                pieces
                    .into_iter()
                    .rev()
                    .for_each(|piece| self.waiting.push_front(piece));
                self.failed = true;
                Some(Kept::Failed(error, self.take_owns()))
            }
        }
    }

    /// Forgets what is to be tried again: a mistake that simulations make.
    pub(super) fn drop_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Keeps nothing more than what is being kept. These own entries are not in the outbox.
    pub(super) fn abandon(&mut self) -> Vec<Own> {
        self.failed = true;
        let owns = self.take_owns();
        self.waiting.clear();
        owns
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.retry_at
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry_at = None;
            self.go_on();
        }
    }

    fn take_owns(&mut self) -> Vec<Own> {
        let mut owns = Vec::new();
        // An own entry is alone in its piece.
        self.waiting.retain_mut(|piece| match piece.own.take() {
            Some(own) => {
                owns.push(own);
                false
            }
            None => true,
        });
        owns
    }

    fn go_on(&mut self) {
        if self.failed || self.flying.is_some() || self.retry_at.is_some() || self.waiting.is_empty() {
            return;
        }
        self.last_batch += 1;
        let id = BatchId(self.last_batch);
        let many = self.waiting.len().min(MAX_PIECES);
        let pieces: Vec<Piece> = self.waiting.drain(..many).collect();
        let changes = pieces.iter().flat_map(|piece| piece.changes.iter().cloned()).collect();
        self.wishes.push_back(Store::Keep(Batch { id, changes }));
        self.flying = Some((id, pieces));
    }
}
