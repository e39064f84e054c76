//! What people ask of the window. Widgets push these while they are drawn; `App::execute` alone carries them out.

use std::path::PathBuf;

use crate::gui::room::open_room::RoomKey;
use crate::profile::Settings;
use crate::proto::MemberId;

/// One of the two cards of the connection panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Card {
    Host,
    Join,
}

/// What stands on the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Members,
    Settings,
}

/// A change of the size of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zoom {
    In,
    Out,
    Reset,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Show the connection panel.
    NewRoom,
    /// Show a room.
    Select(RoomKey),
    /// Show the next room, or the one before.
    Neighbour { forward: bool },
    /// Show the room at a place of the list, from 0.
    Nth(usize),
    /// Show the list of rooms, or hide it, in a narrow window.
    ShowRooms(bool),
    /// Open or join what a card says.
    Connect(Card),
    /// Give up opening or joining.
    Cancel(Card),
    /// Open the room at another port.
    UsePort(u16),
    /// Send what the composer holds.
    Say(RoomKey),
    /// Send a message that did not go out once more.
    SayAgain(RoomKey, String),
    /// Leave a room; it stays in the list.
    Leave(RoomKey),
    /// Take a room off the list.
    Close(RoomKey),
    /// Open or join it again.
    Rejoin(RoomKey),
    /// Let somebody out.
    Remove(RoomKey, MemberId),
    /// Ask where to save the transcript.
    Save(RoomKey),
    /// Save it there.
    SaveTo(RoomKey, PathBuf),
    /// Do not save it.
    SaveCancelled,
    /// Show something on the right, or hide it.
    Toggle(Side),
    /// Show the list of keys, or hide it.
    ToggleKeys,
    /// Remember new settings.
    Change(Box<Settings>),
    /// Change the size of everything.
    Zoom(Zoom),
    /// Put a text on the clipboard.
    Copy(String),
    /// Say that something was put on the clipboard.
    Copied,
    /// Open a page in the browser; people have seen where it leads.
    OpenLink(String),
    /// What was typed while the transcript had the focus belongs into the composer.
    Typed(RoomKey, String),
    /// Go to the search of the rooms.
    GoTo,
    /// Go to the search of the room.
    Find,
    /// Close what is on top, then go to the composer and the latest message.
    Escape,
}
