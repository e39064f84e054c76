//! The window's state, its one loop of events and commands, and its panels.
