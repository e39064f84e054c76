//! Host and guests with faults.

pub(crate) mod image;
