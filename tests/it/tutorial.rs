//! The tutorial's four programs, as raw peers that behave as they do, in both roles.
