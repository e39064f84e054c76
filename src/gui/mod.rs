//! The window: eframe, egui, rfd. Draws [`crate::chat::Chat`], sends [`crate::worker::Command`]; never blocks, opens no
//! socket. Files are touched by the profile and the save dialog's thread only.

mod anchor_list;
mod app;
mod composer;
mod connection_panel;
mod file_dialog;
mod fonts;
mod header;
mod heights;
mod icons;
mod members;
mod message;
mod rooms;
mod sentences;
mod settings;
mod strings;
mod system_theme;
mod theme;
mod toasts;
mod transcript;
