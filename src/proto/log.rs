//! A room's log: signed entries, chained by hash, numbered by the host.
//!
//! An entry is signed by its author over fixed fields ([`SignedEntry::signing_bytes`]), so that nobody can invent or alter
//! another's words, also not the host. The host gives it a place ([`PlacedEntry`]) whose hash covers everything before it,
//! and signs the newest place of each batch ([`SignedHead`]): two heads with one number and different hashes prove that a
//! host tells two stories.

mod body;
mod change;
mod entry;

pub use body::{Admission, Admit, Body, History, Settings, Target};
pub use change::{Batch, BatchId, Change, InviteNumber, Kept, Loaded, Peer, StoreError};
pub use entry::{Epoch, Hash, PlacedEntry, RoomId, Seen, SignedEntry, SignedHead};
