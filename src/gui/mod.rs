//! The window: eframe, egui, rfd. Draws [`crate::chat::Chat`], sends [`crate::worker::Command`]; never blocks, opens no
//! socket. Files are touched by the profile and the save dialog's thread only.

mod anchor_list;
mod app;
mod avatar;
mod composer;
mod connection_panel;
mod file_dialog;
mod fonts;
mod header;
mod heights;
mod icons;
mod jump_button;
mod link_question;
mod marks;
mod members;
mod message;
mod message_text;
mod palette;
mod pen;
mod phrases;
mod reading;
mod rooms;
mod row_pointer;
mod rows;
mod scroll_bar;
mod selection;
mod sentences;
mod settings;
mod small_button;
mod speaker;
pub mod stage;
mod strings;
mod system_theme;
mod theme;
mod toasts;
mod transcript;
mod transcript_keys;
