//! The strip above the transcript.
