//! A place for rooms that fails, waits and panics when a test says so, and survives the workers that use it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crossbeam_channel::{Receiver, Sender, bounded};
use landline::proto::identity::{Identity, MemberKey};
use landline::proto::log::{Batch, Loaded, PlacedEntry, RoomId, StoreError};
use landline::store::{Fault, Former, Found, MemoryStore, OpenError, ReadError, RoomStore, Summary};
use landline::worker::{Claims, Home, Shelf};

/// Rooms by name.
#[derive(Debug, Clone)]
pub(crate) struct Cupboard {
    me: MemberKey,
    claims: Claims,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    rooms: BTreeMap<RoomId, MemoryStore>,
    fault: Option<Fault>,
    panics: bool,
    damaged: bool,
    /// How many batches were kept, or were to be.
    batches: usize,
    /// What the disk waits for before the next batch, and whom it tells that it waits.
    gate: Option<(Sender<()>, Receiver<()>)>,
}

/// A disk that waits.
pub(crate) struct Gate {
    waits: Receiver<()>,
    /// Dropping it lets the disk go on.
    _opens: Sender<()>,
}

impl Gate {
    pub(crate) fn is_reached(&self) {
        self.waits.recv_timeout(crate::loopback::DEADLINE).unwrap();
    }
}

impl Cupboard {
    /// Somebody, and where their rooms are.
    pub(crate) fn of(seed: u8) -> (Home, Self) {
        let identity = Identity::from_seed(&[seed; 32]);
        let cupboard = Self {
            me: identity.key(),
            claims: Claims::default(),
            inside: Arc::default(),
        };
        let rooms = Arc::new(cupboard.clone());
        (Home { identity, rooms }, cupboard)
    }

    /// Lets the next batch fail.
    pub(crate) fn fails_next(&self, fault: Fault) {
        self.inside().fault = Some(fault);
    }

    /// Lets the next batch panic.
    pub(crate) fn panics_next(&self) {
        self.inside().panics = true;
    }

    /// Lets no room be opened.
    pub(crate) fn is_damaged(&self) {
        self.inside().damaged = true;
    }

    /// Lets the next batch, or the next room that is opened, wait.
    pub(crate) fn waits_next(&self) -> Gate {
        let (tell, waits) = bounded(1);
        let (opens, opened) = bounded(0);
        self.inside().gate = Some((tell, opened));
        Gate { waits, _opens: opens }
    }

    /// How many batches were kept so far, or were to be.
    pub(crate) fn batches(&self) -> usize {
        self.inside().batches
    }

    /// What is kept of the only room.
    pub(crate) fn entries(&self) -> usize {
        let mut inside = self.inside();
        let store = inside.rooms.values_mut().next().unwrap();
        store.read(1, usize::MAX).unwrap().len()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    fn wait(&self) {
        let gate = self.inside().gate.take();
        if let Some((tell, opened)) = gate {
            tell.send(()).ok();
            opened.recv().unwrap_err();
        }
    }
}

impl Shelf for Cupboard {
    fn claims(&self) -> &Claims {
        &self.claims
    }

    fn open(&self, room: RoomId) -> Result<Box<dyn RoomStore>, OpenError> {
        self.wait();
        let me = self.me;
        let mut inside = self.inside();
        if inside.damaged {
            return Err(OpenError::OtherFile("planted".into()));
        }
        let store = inside.rooms.entry(room).or_insert_with(|| MemoryStore::new(me));
        *store = store.reopened();
        Ok(Box::new(Drawer {
            room,
            cupboard: self.clone(),
        }))
    }
}

/// One room in it.
struct Drawer {
    room: RoomId,
    cupboard: Cupboard,
}

impl Drawer {
    fn with<T>(&self, act: impl FnOnce(&mut MemoryStore) -> T) -> T {
        act(self.cupboard.inside().rooms.get_mut(&self.room).unwrap())
    }
}

impl RoomStore for Drawer {
    fn load(&mut self) -> Result<Option<Loaded>, ReadError> {
        self.with(RoomStore::load)
    }

    fn keep(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.cupboard.wait();
        let (fault, panics) = {
            let mut inside = self.cupboard.inside();
            inside.batches += 1;
            (inside.fault.take(), std::mem::take(&mut inside.panics))
        };
        assert!(!panics, "planted by a test");
        self.with(|store| {
            if let Some(fault) = fault {
                store.fail_next(fault);
            }
            store.keep(batch)
        })
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, ReadError> {
        self.with(|store| store.read(from, limit))
    }

    fn search(&mut self, query: &str, limit: usize) -> Result<Vec<Found>, ReadError> {
        self.with(|store| store.search(query, limit))
    }

    fn summary(&mut self) -> Result<Option<Summary>, ReadError> {
        self.with(RoomStore::summary)
    }

    fn former(&mut self) -> Result<Vec<Former>, ReadError> {
        self.with(RoomStore::former)
    }

    fn read_former(&mut self, number: u32, from: u64, limit: usize) -> Result<Vec<PlacedEntry>, ReadError> {
        self.with(|store| store.read_former(number, from, limit))
    }

    fn rest(&mut self) -> bool {
        self.with(RoomStore::rest)
    }
}
