//! Where people write.
