//! The profile folder: settings, damage, lock.
