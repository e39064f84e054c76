//! Whose computer this is, and where their rooms are kept.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::proto::identity::{Identity, MemberKey, SEED_BYTES};
use crate::proto::log::RoomId;
use crate::store::{MemoryStore, OpenError, Options, RoomStore, SqliteStore};

/// The person at this computer, as far as rooms are concerned.
#[derive(Debug, Clone)]
pub struct Home {
    /// Their keys.
    pub identity: Identity,
    /// Their rooms.
    pub rooms: Arc<dyn Shelf>,
}

impl Home {
    /// Somebody whose rooms are kept in the folder of a profile.
    #[must_use]
    pub fn in_folder(identity: Identity, profile: PathBuf) -> Self {
        let me = identity.key();
        Self {
            identity,
            rooms: Arc::new(Folder { profile, me }),
        }
    }

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
    /// The store of a room; an empty one if nothing is kept of it.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or made.
    fn open(&self, room: RoomId) -> Result<Box<dyn RoomStore>, OpenError>;

    /// Whether rooms are kept in memory only, so that nobody ever waits for a store.
    fn is_memory(&self) -> bool {
        false
    }
}

/// Keeps each room in a file of the profile.
#[derive(Debug)]
struct Folder {
    profile: PathBuf,
    me: MemberKey,
}

impl Shelf for Folder {
    fn open(&self, room: RoomId) -> Result<Box<dyn RoomStore>, OpenError> {
        let store = SqliteStore::open(&self.profile, room, self.me, Options::default())?;
        Ok(Box::new(store))
    }
}

/// Keeps a room as long as it is open.
#[derive(Debug)]
struct Nowhere {
    me: MemberKey,
}

impl Shelf for Nowhere {
    fn open(&self, _room: RoomId) -> Result<Box<dyn RoomStore>, OpenError> {
        Ok(Box::new(MemoryStore::new(self.me)))
    }

    fn is_memory(&self) -> bool {
        true
    }
}
