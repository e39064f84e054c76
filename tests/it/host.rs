//! The host of a room in terms of messages: what each of its rules promises.

mod clock;
mod disk;
mod door;
mod guard;
mod lines;
mod log;
mod plain;
mod resume;
mod room;
mod states;
mod words;
