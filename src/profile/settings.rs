//! What the window remembers from one start to the next.

use serde::{Deserialize, Serialize};

use crate::proto::DEFAULT_PORT;
use crate::text;

/// What systems call the person who is logged in: Unix, Windows, System V.
const USER_VARIABLES: [&str; 3] = ["USER", "USERNAME", "LOGNAME"];
/// The name of somebody whose computer does not know them.
const NAMELESS: &str = "Guest";
/// The tutorial's greeting.
pub const DEFAULT_WELCOME: &str = "天王盖地虎,宝塔镇河妖";
/// Smaller than this nobody can read, larger than this one button fills the window.
const ZOOM: std::ops::RangeInclusive<f32> = 0.5..=3.0;

/// No desktop is larger, in pixels or points.
const MAX_EXTENT: f32 = 65_535.0;

/// What the window remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What the person is called.
    pub name: String,
    /// The last room's name.
    pub room: String,
    /// The last port.
    pub port: u16,
    /// What a newcomer reads first.
    pub welcome: String,
    /// Addresses joined, newest first, at most [`MAX_RECENT`].
    pub recent: Vec<Recent>,
    /// `None`: as the system has it.
    pub language: Option<Language>,
    /// Light, dark, or as the system has it.
    pub theme: Theme,
    /// 1.0 is 100 %.
    pub zoom: f32,
    /// Enter makes a new line and Ctrl+Enter sends.
    pub enter_is_newline: bool,
    /// Where the window was when it was closed.
    pub place: Option<Place>,
}

/// Addresses that are remembered.
pub const MAX_RECENT: usize = 8;

/// Where a window was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The upper left corner of its frame, in pixels of the desktop; `None` where only the desktop knows (Wayland).
    pub corner: Option<[f32; 2]>,
    /// Width and height without the frame, in points of a zoom of 1.
    pub size: [f32; 2],
    /// It filled the screen; the rest is from before.
    pub maximized: bool,
}

impl Place {
    fn is_sane(&self) -> bool {
        let corner = self.corner.unwrap_or_default();
        corner.iter().chain(&self.size).all(|length| length.abs() <= MAX_EXTENT)
            && self.size.iter().all(|length| *length >= 1.0)
    }
}

/// A room that was joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// As typed.
    pub address: String,
    /// Whether the other side was a plain-text program.
    pub program: bool,
    /// Its encoding: `auto`, `utf-8` or `gbk`.
    pub encoding: String,
}

/// A language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// 中文.
    #[serde(rename = "zh")]
    Chinese,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What somebody's room is called until they call it something else.
#[must_use]
pub fn room_of(name: &str) -> String {
    format!("{name}'s room")
}

impl Default for Settings {
    fn default() -> Self {
        Self::for_user(|variable| std::env::var(variable).ok())
    }
}

impl Settings {
    /// The settings of somebody who has changed nothing; `lookup` reads the environment.
    fn for_user(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let name = USER_VARIABLES
            .into_iter()
            .filter_map(lookup)
            .find_map(|user| text::clean_name(&user))
            .unwrap_or_else(|| NAMELESS.to_owned());
        Self {
            room: room_of(&name),
            name,
            port: DEFAULT_PORT,
            welcome: DEFAULT_WELCOME.to_owned(),
            recent: Vec::new(),
            language: None,
            theme: Theme::System,
            zoom: 1.0,
            enter_is_newline: false,
            place: None,
        }
    }

    /// The same with everything in its bounds: the file may have been written by hand or by another version.
    pub(super) fn clamped(mut self) -> Self {
        let default = Self::default();
        self.name = text::clean_name(&self.name).unwrap_or(default.name);
        self.room = text::clean_name(&self.room).unwrap_or(default.room);
        self.zoom = if self.zoom.is_finite() {
            self.zoom.clamp(*ZOOM.start(), *ZOOM.end())
        } else {
            default.zoom
        };
        self.recent.truncate(MAX_RECENT);
        self.place = self.place.filter(Place::is_sane);
        self
    }
}

#[cfg(test)]
mod tests {
    //! What needs the environment as a parameter; the rest is in `tests/it/profile.rs`.

    use super::*;

    #[test]
    fn the_default_name_is_that_of_whoever_is_logged_in() {
        let windows = |variable: &str| (variable == "USERNAME").then(|| "李雷".to_owned());
        assert_eq!(Settings::for_user(windows).name, "李雷");
        assert_eq!(Settings::for_user(windows).room, "李雷's room");
        let blank = |variable: &str| (variable == "USER").then(|| " \u{202e} ".to_owned());
        assert_eq!(Settings::for_user(blank).name, NAMELESS);
        assert_eq!(Settings::for_user(|_| None).name, NAMELESS);
    }
}
