//! A person's folder on one computer: who they are, settings, and a lock so that two programs never share it.

use std::io;
use std::path::{Path, PathBuf};

use crate::proto::identity::{Identity, MemberKey};

mod bell;
pub(crate) mod files;
mod identity;
mod lock;
mod settings;

#[cfg(unix)]
pub use bell::Bell;
pub use bell::Call;
pub use identity::IdentityError;
pub use lock::{Holder, InUse, Program};
pub use settings::{DEFAULT_WELCOME, Language, MAX_RECENT, Place, Recent, Settings, Theme, room_of};

use lock::Lock;

/// Names the profile folder where no option does.
const FOLDER_VARIABLE: &str = "LANDLINE_PROFILE";
const SETTINGS_FILE: &str = "settings.json";
/// Where a file that cannot be read is kept, so that a person can still look into it.
const SETTINGS_DAMAGED_FILE: &str = "settings.damaged.json";

/// An open profile. The lock is held until this is dropped.
#[derive(Debug)]
pub struct Profile {
    folder: PathBuf,
    identity: Identity,
    #[expect(dead_code, reason = "held, not used")]
    lock: Lock,
}

/// Why a profile cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Another process has it.
    #[error("{0}")]
    InUse(InUse),
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
    /// The person's key cannot be had.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl Profile {
    /// Opens `folder`, else `LANDLINE_PROFILE`, else the platform's data directory; makes it (0700), locks it, and makes a key if there is none.
    ///
    /// # Errors
    ///
    /// [`ProfileError`].
    pub fn open(folder: Option<&Path>, program: Program) -> Result<Self, ProfileError> {
        let (folder, lock) = take(folder, program)?;
        let identity = identity::open(&folder)?;
        Ok(Self { folder, identity, lock })
    }

    /// Makes the key in the file `from` the one of a profile, which is chosen as in [`Profile::open`] but may have a key that cannot be
    /// read. Nothing is changed if it has one and `replace` is not set; otherwise the former is kept under another name.
    ///
    /// # Errors
    ///
    /// [`ProfileError`].
    pub fn import_identity(
        folder: Option<&Path>,
        program: Program,
        from: &Path,
        replace: bool,
    ) -> Result<MemberKey, ProfileError> {
        let (folder, _lock) = take(folder, program)?;
        Ok(identity::import(&folder, from, replace)?.key())
    }

    /// Who the person at this computer is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Writes the key to a file that is not there yet. Who has that file is this person.
    ///
    /// # Errors
    ///
    /// [`IdentityError`].
    pub fn export_identity(&self, to: &Path) -> Result<(), IdentityError> {
        identity::export(&self.folder, to)
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
        files::replace(&self.folder.join(SETTINGS_FILE), &serde_json::to_vec_pretty(settings)?)
    }

    fn set_aside(&self, path: &Path) -> Settings {
        match std::fs::rename(path, self.folder.join(SETTINGS_DAMAGED_FILE)) {
            Ok(()) => tracing::warn!("the settings were damaged; they are kept as {SETTINGS_DAMAGED_FILE}"),
            Err(error) => tracing::warn!("the settings are damaged and cannot be set aside: {error}"),
        }
        Settings::default()
    }
}

fn take(asked: Option<&Path>, program: Program) -> Result<(PathBuf, Lock), ProfileError> {
    let folder = choose_folder(asked, std::env::var_os(FOLDER_VARIABLE).map(PathBuf::from))?;
    match Lock::take(&folder, program) {
        Ok(Some(lock)) => Ok((folder, lock)),
        Ok(None) => Err(ProfileError::InUse(InUse::of(folder))),
        Err(cause) => Err(ProfileError::Unusable { folder, cause }),
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
}
