//! The view model: scripted events in, a text snapshot out.
