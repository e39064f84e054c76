//! Arguments, standard input to commands, events to JSON lines: `landline-cli` without its `main`.
