//! No room open: host a room, join a room.
