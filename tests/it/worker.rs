//! Workers over loopback on port 0: rooms, faults, cancelling, dropping.
