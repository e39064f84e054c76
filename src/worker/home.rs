//! Whose computer this is, and where their rooms are kept.

use std::fmt;
use std::io;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::proto::identity::{Identity, MemberKey, SEED_BYTES};
use crate::proto::log::RoomId;
use crate::store::{MemoryStore, OpenError, RoomStore};

/// The person at this computer, as far as rooms are concerned.
#[derive(Debug, Clone)]
pub struct Home {
    /// Their keys.
    pub identity: Identity,
    /// Their rooms.
    pub rooms: Arc<dyn Shelf>,
}

impl Home {
    /// Somebody who is nobody else anywhere, and of whose rooms nothing is kept when the program ends.
    ///
    /// # Errors
    ///
    /// When the operating system gives no chance to make a key of.
    pub fn fleeting() -> io::Result<Self> {
        let mut seed = Zeroizing::new([0; SEED_BYTES]);
        getrandom::fill(seed.as_mut())?;
        let identity = Identity::from_seed(&seed);
        Ok(Self {
            rooms: Arc::new(Nowhere { me: identity.key() }),
            identity,
        })
    }
}

/// Where rooms are kept. Called on the thread that keeps the room.
pub trait Shelf: fmt::Debug + Send + Sync {
    /// A room that is kept here; `None`: it is not.
    ///
    /// # Errors
    ///
    /// When it is, and cannot be opened.
    fn open(&self, room: RoomId) -> Result<Option<Box<dyn RoomStore>>, OpenError>;

    /// An empty place for a room that is not kept here.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    fn create(&self, room: RoomId) -> Result<Box<dyn RoomStore>, OpenError>;
}

/// Keeps a room as long as it is open.
#[derive(Debug)]
struct Nowhere {
    me: MemberKey,
}

impl Shelf for Nowhere {
    fn open(&self, _room: RoomId) -> Result<Option<Box<dyn RoomStore>>, OpenError> {
        Ok(None)
    }

    fn create(&self, _room: RoomId) -> Result<Box<dyn RoomStore>, OpenError> {
        Ok(Box::new(MemoryStore::new(self.me)))
    }
}
