//! How everything looks: colours, type, icons, and the controls that are built of them.

mod avatar;
pub(in crate::gui) mod controls;
pub(in crate::gui) mod fonts;
pub(in crate::gui) mod icons;
mod palette;
mod pen;
pub(in crate::gui) mod qr;
pub(in crate::gui) mod small_button;
pub(in crate::gui) mod theme;
pub(in crate::gui) mod widgets;
