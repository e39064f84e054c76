//! A person's folder on one computer: settings, and a lock so that two programs never share it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::proto::DEFAULT_PORT;
use crate::text;

/// Names the profile folder where no option does.
const FOLDER_VARIABLE: &str = "LANDLINE_PROFILE";
/// What systems call the person who is logged in: Unix, Windows, System V.
const USER_VARIABLES: [&str; 3] = ["USER", "USERNAME", "LOGNAME"];
/// Locked by the process that has the profile. Its content means nothing; it stays when the process has ended.
const LOCK_FILE: &str = "lock";
const SETTINGS_FILE: &str = "settings.json";
/// The next [`SETTINGS_FILE`], until it is complete.
const SETTINGS_NEXT_FILE: &str = "settings.json.new";
/// Where a file that cannot be read is kept, so that a person can still look into it.
const SETTINGS_DAMAGED_FILE: &str = "settings.damaged.json";
/// The name of somebody whose computer does not know them.
const NAMELESS: &str = "Guest";
/// The tutorial's greeting.
pub const DEFAULT_WELCOME: &str = "天王盖地虎,宝塔镇河妖";
/// Smaller than this nobody can read, larger than this one button fills the window.
const ZOOM: std::ops::RangeInclusive<f32> = 0.5..=3.0;

/// An open profile. The lock is held until this is dropped.
#[derive(Debug)]
pub struct Profile {
    folder: PathBuf,
    #[expect(
        dead_code,
        reason = "held, not used: the system lets go of the lock when the file is closed"
    )]
    lock: File,
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
        cause: io::Error,
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
        }
    }

    /// The same with everything in its bounds: the file may have been written by hand or by another version.
    fn clamped(mut self) -> Self {
        let default = Self::default();
        self.name = text::clean_name(&self.name).unwrap_or(default.name);
        self.room = text::clean_name(&self.room).unwrap_or(default.room);
        self.zoom = if self.zoom.is_finite() {
            self.zoom.clamp(*ZOOM.start(), *ZOOM.end())
        } else {
            default.zoom
        };
        self.recent.truncate(MAX_RECENT);
        self
    }
}

impl Profile {
    /// Opens `folder`, else `LANDLINE_PROFILE`, else the platform's data directory; makes it (0700) and locks it.
    ///
    /// # Errors
    ///
    /// [`ProfileError`].
    pub fn open(folder: Option<&Path>) -> Result<Self, ProfileError> {
        let folder = choose_folder(folder, std::env::var_os(FOLDER_VARIABLE).map(PathBuf::from))?;
        let locked = make_lock(&folder).and_then(|lock| match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(cause)) => Err(cause),
        });
        match locked {
            Ok(Some(lock)) => Ok(Self { folder, lock }),
            Ok(None) => Err(ProfileError::InUse(folder)),
            Err(cause) => Err(ProfileError::Unusable { folder, cause }),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the window remembers; defaults where nothing or nothing readable was kept (a damaged file is set aside).
    #[must_use]
    pub fn settings(&self) -> Settings {
        let path = self.folder.join(SETTINGS_FILE);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_or_else(|_| self.set_aside(&path), Settings::clamped),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!("the settings cannot be read: {error}");
                }
                Settings::default()
            }
        }
    }

    /// Keeps `settings`, atomically.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, settings: &Settings) -> io::Result<()> {
        let next = self.folder.join(SETTINGS_NEXT_FILE);
        let mut file = File::create(&next)?;
        file.write_all(&serde_json::to_vec_pretty(settings)?)?;
        file.sync_all()?;
        std::fs::rename(next, self.folder.join(SETTINGS_FILE))?;
        sync_folder(&self.folder)
    }

    fn set_aside(&self, path: &Path) -> Settings {
        match std::fs::rename(path, self.folder.join(SETTINGS_DAMAGED_FILE)) {
            Ok(()) => tracing::warn!("the settings were damaged; they are kept as {SETTINGS_DAMAGED_FILE}"),
            Err(error) => tracing::warn!("the settings are damaged and cannot be set aside: {error}"),
        }
        Settings::default()
    }
}

fn choose_folder(asked: Option<&Path>, variable: Option<PathBuf>) -> Result<PathBuf, ProfileError> {
    asked
        .map(Path::to_path_buf)
        .or_else(|| variable.filter(|folder| !folder.as_os_str().is_empty()))
        .or_else(|| {
            directories::ProjectDirs::from("", "", "Landline").map(|folders| folders.data_local_dir().to_path_buf())
        })
        .ok_or(ProfileError::NoFolder)
}

fn make_lock(folder: &Path) -> io::Result<File> {
    make_folder(folder)?;
    OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(folder.join(LOCK_FILE))
}

/// Makes what is missing of the folder; what is made is nobody else's to read.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// A rename is only as durable as the folder that records it.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file, and the system's journal orders the rename.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature on all systems")]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    //! What needs the environment as a parameter; the rest is in `tests/it/profile.rs`.

    use super::*;

    #[test]
    fn an_option_wins_over_the_variable_and_the_variable_over_the_platform() {
        let (asked, variable) = (Path::new("/asked"), PathBuf::from("/variable"));
        assert_eq!(choose_folder(Some(asked), Some(variable.clone())).unwrap(), asked);
        assert_eq!(choose_folder(None, Some(variable.clone())).unwrap(), variable);
        let platform = choose_folder(None, None).unwrap();
        assert!(
            platform.to_string_lossy().to_lowercase().contains("landline"),
            "{platform:?}"
        );
        assert_eq!(choose_folder(None, Some(PathBuf::new())).unwrap(), platform);
    }

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
