//! What a room keeps: one suite for every store, and what a file of SQLite must stand.

mod conformance;
mod epochs;
mod log;
mod scribe;
mod search;
mod things;
