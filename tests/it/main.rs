//! The one integration binary: every promise of Landline that can be tried without a person.

#![allow(clippy::too_many_lines, reason = "a test tells its story from top to bottom")]

mod chat;
mod cli;
mod discreet;
mod faults;
#[cfg(feature = "gui")]
mod gui;
mod limits;
mod loopback;
mod plain;
mod profile;
mod proto;
mod pure;
mod sim;
mod support;
mod text;
mod tidy;
mod tutorial;
mod vectors;
mod worker;
