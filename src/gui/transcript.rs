//! The transcript: rows, selection, links, jump to latest.
