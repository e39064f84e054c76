//! How one row of the transcript is measured and painted.
