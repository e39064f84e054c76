//! What people ask of the window. Widgets push these while they are drawn; `App::execute` alone carries them out.

use std::path::PathBuf;

use crate::gui::room::open_room::RoomKey;
use crate::profile::Settings;
use crate::proto::EntryId;
use crate::proto::log::RoomId;
use crate::worker::Command;

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
    /// The room: invites and how it is.
    Room,
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
    /// Something that the room itself does.
    Command(RoomKey, Command),
    /// Words were compared with a member, and are the same.
    Verified(RoomKey, crate::proto::MemberId),
    /// The host has read the same words.
    Confirm(RoomKey),
    /// Begin to write an answer to the message at a place.
    Reply(RoomKey, u64),
    /// Begin to write other words for the own message at a place.
    Edit(RoomKey, u64),
    /// Show a message no more that did not go out.
    Forget(RoomKey, EntryId),
    /// Ask, or do not ask any more, whether another history shall begin.
    AskNewEpoch(RoomKey, bool),
    /// Leave a room; it stays in the list.
    Leave(RoomKey),
    /// Open a room of this profile again, or join it again.
    Open(RoomId),
    /// Show the connection panel, with the cursor where an invite goes.
    NewInvite,
    /// Take a room off the list.
    Close(RoomKey),
    /// Open or join it again.
    Rejoin(RoomKey),
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
