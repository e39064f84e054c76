//! The one integration binary: every promise of Landline that can be tried without a person.

#![allow(clippy::too_many_lines, reason = "a test tells its story from top to bottom")]

mod chat;
mod cli;
#[cfg(feature = "gui")]
mod gui;
#[cfg(feature = "gui")]
mod gui_transcript;
mod loopback;
mod plain;
mod profile;
mod proto;
mod sim;
mod support;
mod text;
mod tidy;
mod tutorial;
mod worker;
