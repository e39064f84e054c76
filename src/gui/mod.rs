//! The window: eframe, egui, rfd. Draws [`crate::chat::Chat`], sends [`crate::worker::Command`]; never blocks, opens no
//! socket. Files are touched by the profile and the save dialog's thread only.

mod action;
mod anchor_list;
mod app;
mod banner;
mod card;
mod clock;
mod composer;
mod connection_panel;
mod emoji;
mod file_dialog;
mod fonts;
mod header;
mod heights;
mod host_card;
mod icons;
mod ime;
mod join_card;
mod keys;
mod members;
mod message;
mod open_room;
mod room_search;
mod room_view;
mod rooms;
mod saver;
mod sentences;
mod settings;
mod simple_transcript;
mod strings;
mod system_theme;
mod theme;
mod toasts;
mod transcript;
mod transcript_file;
mod wake;
mod welcome;
mod widgets;
mod window;

pub use app::{App, Factory, Glyphs, Start};
pub use window::{APP_ID, WindowError, run};
