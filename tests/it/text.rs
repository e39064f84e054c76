//! Cleaning of names, messages, links and file names.
