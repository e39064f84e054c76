//! A person's folder on one computer: settings, and a lock so that two programs never share it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// An open profile. The lock is held until this is dropped.
#[derive(Debug)]
pub struct Profile {
    folder: PathBuf,
    lock: std::fs::File,
}

/// Why a profile cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Another process has it.
    #[error("the profile in {0} is in use by another Landline")]
    InUse(PathBuf),
    /// The folder cannot be made or written.
    #[error("the profile in {folder} cannot be used: {cause}")]
    Unusable {
        /// Where.
        folder: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The platform names no data directory.
    #[error("this computer names no folder for a program's data; give one with --profile")]
    NoFolder,
}

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
}

/// Addresses that are remembered.
pub const MAX_RECENT: usize = 8;

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

impl Default for Settings {
    fn default() -> Self {
        todo!()
    }
}

impl Profile {
    /// Opens `folder`, else `LANDLINE_PROFILE`, else the platform's data directory; makes it (0700) and locks it.
    ///
    /// # Errors
    ///
    /// [`ProfileError`].
    pub fn open(folder: Option<&Path>) -> Result<Self, ProfileError> {
        todo!("{folder:?}")
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the window remembers; defaults where nothing or nothing readable was kept (a damaged file is set aside).
    #[must_use]
    pub fn settings(&self) -> Settings {
        todo!()
    }

    /// Keeps `settings`, atomically.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, settings: &Settings) -> std::io::Result<()> {
        todo!("{settings:?}")
    }
}
