//! A list of any length that never jumps: anchored at a row, not at an offset.
