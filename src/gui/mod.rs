//! The window: eframe, egui, rfd. Draws [`crate::chat::Chat`], sends [`crate::worker::Command`]; never blocks, opens no
//! socket. Files are touched by the profile and the save dialog's thread only.

mod action;
mod app;
mod connection;
mod desktop;
mod keys;
mod look;
mod room;
mod rooms;
mod settings;
pub mod stage;
mod toasts;
mod transcript;
mod words;

pub use app::{App, Factory, Start};
pub use desktop::in_use::say_in_use;
pub use desktop::window::{APP_ID, WindowError, run};
