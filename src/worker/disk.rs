//! The disk: a thread of its own for the one room, because a flush takes as long as it takes. Only what is kept in memory needs none.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::io_event::IoEvent;
use super::thread::Thread;
use super::{Claim, Failure, Shelf};
use crate::proto::Store;
use crate::proto::log::{Batch, Change, Loaded, PlacedEntry, RoomId, StoreError};
use crate::store::RoomStore;

/// Wishes under way. A room has one or two batches under way; the others are pages for guests that catch up, and what waits here is
/// not yet in memory as entries. Beyond it the endpoint keeps its wishes to itself.
const WISHES: usize = 64;

/// Quiet for this long, nobody is in the middle of a conversation: what can wait (the index for searching) gets its turn.
const REST_AFTER: Duration = Duration::from_millis(200);

/// Whoever keeps a room. Dropping it waits until everything that was to be kept is: as long as the disk takes.
pub(super) struct Disk {
    keeper: Keeper,
    answers: Receiver<IoEvent>,
    /// Wishes without an answer.
    under_way: usize,
}

/// Where the work is done.
enum Keeper {
    Thread {
        // The order of dropping: without wishes the thread ends, and only then may it be joined.
        wishes: Sender<Store>,
        _thread: Thread,
    },
    /// Where the wish is made: nobody waits for memory, and to wake a thread costs more than what it would do.
    Here(Box<Scribe>),
}

impl Disk {
    /// Starts it. With a room it first loads that one, and the first answer is `Loaded`; otherwise the first batch says which
    /// room it is.
    pub(super) fn start(rooms: Arc<dyn Shelf>, room: Option<RoomId>) -> io::Result<Self> {
        // An answer to each, what was loaded, and a panic: nobody waits for the driver.
        let (answers_in, answers) = bounded(WISHES + 2);
        let in_memory = rooms.is_memory();
        let mut scribe = Scribe {
            rooms,
            store: None,
            claim: None,
            has_chores: false,
            answers: answers_in.clone(),
        };
        let keeper = if in_memory {
            scribe.begin(room);
            Keeper::Here(Box::new(scribe))
        } else {
            let (wishes, wishes_out) = bounded(WISHES);
            let thread = Thread::spawn_in_room("disk", &answers_in, move || scribe.run(room, &wishes_out))?;
            Keeper::Thread {
                wishes,
                _thread: thread,
            }
        };
        Ok(Self {
            keeper,
            answers,
            under_way: 0,
        })
    }

    /// What it reports; [`Disk::answered`] must follow an answer to a wish.
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
        match &mut self.keeper {
            Keeper::Here(scribe) => {
                scribe.grant(wish);
            }
            // Never full: no more wishes are under way than the channel holds.
            Keeper::Thread { wishes, .. } => {
                if wishes.try_send(wish).is_err() {
                    tracing::debug!("a wish came after the disk's thread had ended");
                }
            }
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
    /// Let go of after the store.
    claim: Option<Claim>,
    /// The store may have something to do that can wait.
    has_chores: bool,
    answers: Sender<IoEvent>,
}

impl Scribe {
    fn run(mut self, room: Option<RoomId>, wishes: &Receiver<Store>) {
        self.begin(room);
        while let Some(wish) = self.next(wishes)
            && self.grant(wish)
        {}
    }

    fn begin(&mut self, room: Option<RoomId>) {
        if let Some(room) = room {
            let loaded = self.load(room);
            self.answer(IoEvent::Loaded { loaded });
        }
    }

    /// Does and answers. Whether there is more to do here.
    fn grant(&mut self, wish: Store) -> bool {
        let answer = match wish {
            Store::Keep(batch) => match self.keep(&batch) {
                Kept::Done(result) => IoEvent::Stored {
                    batch: batch.id,
                    result,
                },
                Kept::KnownRoom(room) => {
                    let batch = batch.id;
                    self.answer(IoEvent::KnownRoom { room, batch });
                    return false;
                }
            },
            Store::Read { id, from, limit } => {
                let entries = self.read(from, limit);
                IoEvent::Read { id, entries }
            }
        };
        self.answer(answer);
        true
    }

    /// The next wish. Until it comes the store does what can wait.
    fn next(&mut self, wishes: &Receiver<Store>) -> Option<Store> {
        let mut quiet = REST_AFTER;
        while self.has_chores {
            match wishes.recv_timeout(quiet) {
                Ok(wish) => return Some(wish),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    self.has_chores = self.store.as_mut().is_some_and(|store| store.rest());
                    quiet = Duration::ZERO;
                }
            }
        }
        wishes.recv().ok()
    }

    fn answer(&self, answer: IoEvent) {
        if self.answers.send(answer).is_err() {
            tracing::trace!("the disk was done after its room had ended");
        }
    }

    fn load(&mut self, room: RoomId) -> Result<Option<Box<Loaded>>, Failure> {
        let disk = |cause: String| Failure::Disk { cause };
        let claim = self.rooms.claims().claim(room).ok_or(Failure::AlreadyOpen { room })?;
        let mut store = self.rooms.open(room).map_err(|error| disk(error.to_string()))?;
        let loaded = store.load().map_err(|error| disk(error.to_string()))?;
        self.store = Some(store);
        self.claim = Some(claim);
        self.has_chores = true;
        Ok(loaded.map(Box::new))
    }

    fn keep(&mut self, batch: &Batch) -> Kept {
        let Some(store) = &mut self.store else {
            return self.keep_first(batch);
        };
        self.has_chores = true;
        Kept::Done(store.keep(batch))
    }

    /// A guest that came by an address learns only now which room that is. If it has been there before, this batch would begin the room
    /// anew: nothing of it is kept.
    fn keep_first(&mut self, batch: &Batch) -> Kept {
        let Some(room) = room(batch) else {
            return Kept::Done(Err(StoreError::Conflict));
        };
        match self.load(room) {
            Ok(None) => self.keep(batch),
            // Beginning again with the room that is open here fails, and says why.
            Ok(Some(_)) | Err(Failure::AlreadyOpen { .. }) => Kept::KnownRoom(room),
            Err(failure) => {
                tracing::error!("{failure}");
                Kept::Done(Err(StoreError::Failed))
            }
        }
    }

    /// Fewer entries than there must be tell the endpoint that they cannot be read.
    fn read(&mut self, from: u64, limit: usize) -> Vec<PlacedEntry> {
        let Some(store) = &mut self.store else {
            return Vec::new();
        };
        store.read(from, limit).unwrap_or_else(|error| {
            tracing::error!("entries cannot be read: {error}");
            Vec::new()
        })
    }
}

/// What became of a batch.
enum Kept {
    Done(Result<(), StoreError>),
    /// It would have made a room that is there already.
    KnownRoom(RoomId),
}

/// The room that a batch makes.
fn room(batch: &Batch) -> Option<RoomId> {
    batch.changes.iter().find_map(|change| match change {
        Change::Room(kept) => Some(kept.room),
        _ => None,
    })
}
