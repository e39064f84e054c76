//! The plain-text decoder and writer: splits, encodings, limits, vectors.
