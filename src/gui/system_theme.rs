//! Whether the system is light or dark, where winit does not know.
