//! The host of a room.
//!
//! [`Core`] decides in terms of messages; here are the lines that carry them, with keys and without.

mod batch;
mod bucket;
mod clock;
mod commands;
mod core;
mod door;
mod guard;
mod invites;
mod knocks;
mod line;
mod opening;
mod plain;
mod refused;
mod resume;
mod sequencer;
mod spread;
mod states;
mod submit;

pub use self::core::{Core, Out};
pub use plain::Entrance;
