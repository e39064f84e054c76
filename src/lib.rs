//! Landline: a desktop chat for people whose computers can reach each other.
//!
//! One person hosts a room, others join, they talk. There is no server and no account. This library is everything
//! but the two programs: the window (`landline`) and the terminal (`landline-cli`) are thin stubs over it.
//!
//! The modules in reading order, from the wire up:
//!
//! - [`text`]: what other people's words must look like before they reach any screen, terminal or file.
//! - [`proto`]: the protocol as a pure state machine. No clock, no sockets, no threads.
//! - [`store`]: what a room keeps on disk.
//! - [`worker`]: blocking threads that drive the protocol over real TCP; [`worker::Command`] in, [`worker::Event`] out.
//! - [`profile`]: the folder in which a person's key and settings live.
//! - [`store`]: what a room keeps on disk: its log, its outbox, its members, and the index for searching.
//! - [`chat`]: the view model, folded from events; the window and the terminal share it.
//! - [`cli`]: arguments, standard input to commands, events to JSON lines.
//! - `gui`: the window (feature `gui`).

#![warn(missing_docs)]

pub mod chat;
pub mod cli;
#[cfg(feature = "gui")]
pub mod gui;
pub mod profile;
pub mod proto;
pub mod store;
pub mod text;
pub mod worker;
