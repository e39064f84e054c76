//! The window by role and label, over scripted rooms.
