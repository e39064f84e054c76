//! The save dialog; the only file that names rfd.
