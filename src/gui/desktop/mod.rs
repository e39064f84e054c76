//! What the desktop gives: the window itself, its theme, files, and waking up.

pub(in crate::gui) mod file_dialog;
pub(in crate::gui) mod in_use;
mod path_field;
mod placement;
pub(in crate::gui) mod saver;
pub(in crate::gui) mod shelf;
mod system_theme;
mod transcript_file;
pub(in crate::gui) mod wake;
pub(in crate::gui) mod window;
