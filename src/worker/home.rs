//! Whose computer this is, and where their rooms are kept.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

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
            rooms: Arc::new(Folder {
                profile,
                me,
                claims: Claims::default(),
            }),
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
            rooms: Arc::new(Nowhere {
                me: identity.key(),
                claims: Claims::default(),
            }),
            identity,
        })
    }
}

/// Where rooms are kept. Called on the thread that keeps the room.
pub trait Shelf: fmt::Debug + Send + Sync {
    /// The rooms that are open: a store is opened only by whoever has claimed its room.
    fn claims(&self) -> &Claims;

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

/// Which rooms are open in this program: two workers would write one file, and neither would know of the other's entries. The profile's
/// lock keeps other programs out.
#[derive(Debug, Clone, Default)]
pub struct Claims(Arc<Mutex<BTreeSet<RoomId>>>);

impl Claims {
    /// The room, until this is dropped; `None`: another worker has it.
    #[must_use]
    pub fn claim(&self, room: RoomId) -> Option<Claim> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(room).then(|| Claim {
            room,
            claims: self.clone(),
        })
    }
}

/// A room that is open.
#[derive(Debug)]
pub struct Claim {
    room: RoomId,
    claims: Claims,
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut open = self.claims.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(&self.room);
    }
}

/// Keeps each room in a file of the profile.
#[derive(Debug)]
struct Folder {
    profile: PathBuf,
    me: MemberKey,
    claims: Claims,
}

impl Shelf for Folder {
    fn claims(&self) -> &Claims {
        &self.claims
    }

    fn open(&self, room: RoomId) -> Result<Box<dyn RoomStore>, OpenError> {
        let store = SqliteStore::open(&self.profile, room, self.me, Options::default())?;
        Ok(Box::new(store))
    }
}

/// Keeps a room as long as it is open.
#[derive(Debug)]
struct Nowhere {
    me: MemberKey,
    claims: Claims,
}

impl Shelf for Nowhere {
    fn claims(&self) -> &Claims {
        &self.claims
    }

    fn open(&self, _room: RoomId) -> Result<Box<dyn RoomStore>, OpenError> {
        Ok(Box::new(MemoryStore::new(self.me)))
    }

    fn is_memory(&self) -> bool {
        true
    }
}
