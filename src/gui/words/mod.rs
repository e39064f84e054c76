//! Every word of the window, in English and 中文.

mod endings;
pub(in crate::gui) mod failures;
pub(in crate::gui) mod phrases;
mod rooms;
mod sentences;
pub(in crate::gui) mod strings;
