//! The disk: a thread of its own for the one room, because a flush takes as long as it takes.

use std::io;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{Failure, Shelf};
use super::io_event::IoEvent;
use super::thread::Thread;
use crate::proto::Store;
use crate::proto::log::{Batch, Change, Loaded, RoomId, StoreError};
use crate::store::RoomStore;

/// Wishes under way. A room has one or two batches under way; the others are pages for guests that catch up, and what waits here is
/// not yet in memory as entries. Beyond it the endpoint keeps its wishes to itself.
const WISHES: usize = 64;

/// The thread that keeps a room. Dropping it waits until everything that was to be kept is: as long as the disk takes.
#[derive(Debug)]
pub(super) struct Disk {
    // The order of dropping: without wishes the thread ends, and only then may it be joined.
    wishes: Sender<Store>,
    answers: Receiver<IoEvent>,
    /// Wishes without an answer.
    under_way: usize,
    _thread: Thread,
}

impl Disk {
    /// Starts the thread. With a room it first loads that one, and the first answer is `Loaded`; otherwise the first batch says which
    /// room it is.
    pub(super) fn start(rooms: Arc<dyn Shelf>, room: Option<RoomId>) -> io::Result<Self> {
        let (wishes, wishes_out) = bounded(WISHES);
        // An answer to each, what was loaded, and a panic: the thread never waits for the driver.
        let (answers_in, answers) = bounded(WISHES + 2);
        let scribe = Scribe {
            rooms,
            store: None,
            failed: false,
            wishes: wishes_out,
            answers: answers_in.clone(),
        };
        let thread = Thread::spawn_in_room("disk", &answers_in, move || scribe.run(room))?;
        Ok(Self {
            wishes,
            answers,
            under_way: 0,
            _thread: thread,
        })
    }

    /// What the thread reports; [`Disk::answered`] must follow an answer to a wish.
    pub(super) fn answers(&self) -> &Receiver<IoEvent> {
        &self.answers
    }

    /// Whether another wish may be made now.
    pub(super) fn has_room(&self) -> bool {
        self.under_way < WISHES
    }

    /// Whether something is still to be kept or read.
    pub(super) fn is_busy(&self) -> bool {
        self.under_way > 0
    }

    /// Makes a wish; only if there is room.
    pub(super) fn wish(&mut self, wish: Store) {
        self.under_way += 1;
        // Never full: no more wishes are under way than the channel holds.
        if self.wishes.try_send(wish).is_err() {
            tracing::debug!("a wish came after the disk's thread had ended");
        }
    }

    /// A wish was answered.
    pub(super) fn answered(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }
}

/// The actor.
struct Scribe {
    rooms: Arc<dyn Shelf>,
    /// `None` until the room is known.
    store: Option<Box<dyn RoomStore>>,
    /// Writing has failed: nobody knows what the disk holds.
    failed: bool,
    wishes: Receiver<Store>,
    answers: Sender<IoEvent>,
}

impl Scribe {
    fn run(mut self, room: Option<RoomId>) {
        if let Some(room) = room {
            let loaded = self.load(room);
            self.answer(IoEvent::Loaded { loaded });
        }
        while let Ok(wish) = self.wishes.recv() {
            let answer = match wish {
                Store::Keep(batch) => {
                    if let Some(room) = self.meets_a_known_room(&batch) {
                        return self.answer(IoEvent::KnownRoom { room });
                    }
                    let (batch, result) = (batch.id, self.keep(&batch));
                    IoEvent::Stored { batch, result }
                }
                Store::Read { id, from, limit } => {
                    let entries = self.store.as_mut().map(|store| store.read(from, limit));
                    let entries = entries.unwrap_or(Ok(Vec::new())).unwrap_or_else(|error| {
                        tracing::error!("entries cannot be read: {error}");
                        Vec::new()
                    });
                    IoEvent::Read { id, entries }
                }
            };
            self.answer(answer);
        }
    }

    fn answer(&self, answer: IoEvent) {
        if self.answers.send(answer).is_err() {
            tracing::trace!("the disk was done after its room had ended");
        }
    }

    fn load(&mut self, room: RoomId) -> Result<Option<Box<Loaded>>, Failure> {
        let disk = |cause: String| Failure::Disk { cause };
        self.store = self.rooms.open(room).map_err(|error| disk(error.to_string()))?;
        let Some(store) = &mut self.store else { return Ok(None) };
        let loaded = store.load().map_err(|error| disk(error.to_string()))?;
        Ok(loaded.map(Box::new))
    }

    /// A guest that came by an address learns only now which room that is. If it has been there before, this batch would begin the room
    /// anew: nothing of it is kept.
    fn meets_a_known_room(&self, batch: &Batch) -> Option<RoomId> {
        let room = room(batch).filter(|_| self.store.is_none())?;
        matches!(self.rooms.open(room), Ok(Some(_))).then_some(room)
    }

    fn keep(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Failed);
        }
        let result = self.store_for(batch).and_then(|store| store.keep(batch));
        self.failed = result == Err(StoreError::Failed);
        result
    }

    fn store_for(&mut self, batch: &Batch) -> Result<&mut Box<dyn RoomStore>, StoreError> {
        if self.store.is_none() {
            let room = room(batch).ok_or(StoreError::Conflict)?;
            let store = self.rooms.create(room).map_err(|error| {
                tracing::error!("no place can be made for the room: {error}");
                StoreError::Failed
            })?;
            self.store = Some(store);
        }
        self.store.as_mut().ok_or(StoreError::Conflict)
    }
}

/// The room that a batch makes.
fn room(batch: &Batch) -> Option<RoomId> {
    batch.changes.iter().find_map(|change| match change {
        Change::Room(kept) => Some(kept.room),
        _ => None,
    })
}
