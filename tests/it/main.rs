//! The one integration binary: every promise of Landline that can be tried without a person.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod chat;
mod cli;
mod cupboard;
mod discreet;
mod faults;
mod guest;
#[cfg(feature = "gui")]
mod gui;
#[cfg(feature = "gui")]
mod gui_transcript;
mod host;
mod invite;
mod limits;
mod loopback;
mod native;
mod plain;
mod processes;
mod profile;
mod program;
mod proto;
mod pure;
mod room_sim;
mod session;
mod sim;
mod store;
mod support;
mod text;
mod tidy;
mod tutorial;
mod vectors;
#[cfg(all(feature = "gui", target_os = "linux"))]
mod window;
mod wire;
mod words;
mod worker;
