//! The terminal program as a process: events, exit codes, signals, pipes.
