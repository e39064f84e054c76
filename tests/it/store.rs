//! What a room keeps: one suite for every store, and what a file of SQLite must stand.

mod conformance;
mod damage;
mod epochs;
mod file;
mod listing;
mod log;
mod rivals;
mod scribe;
mod search;
mod things;
