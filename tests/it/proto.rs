//! The endpoint: host and guest as pure state machines.
