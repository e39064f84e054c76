//! The list of rooms on the left.
