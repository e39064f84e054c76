//! Two programs never share a profile, and the second can say where the first is.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

#[cfg(unix)]
use super::bell;
use super::bell::Call;
use super::files;

/// Locked by the process that has the profile. It is empty and stays when the process has ended.
const LOCK_FILE: &str = "lock";
/// Who has the profile. Beside the lock, since Windows lets nobody read what is locked.
const HOLDER_FILE: &str = "lock.holder";

/// A kind of program that opens profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Program {
    /// The window.
    Window,
    /// `landline-cli`.
    Terminal,
}

/// The process that has a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process's number.
    pub pid: u32,
    /// What it is.
    pub program: Program,
    /// Whether there is a window to look for.
    pub window: bool,
}

/// A profile that another process has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// The profile's folder.
    pub folder: PathBuf,
    /// Who has it; `None` in the moment after it was taken, or if that cannot be read.
    pub holder: Option<Holder>,
}

/// Held as long as the profile is open.
#[derive(Debug)]
pub(super) struct Lock {
    holder: PathBuf,
    file: File,
}

impl Lock {
    /// `None`: another process has it.
    pub(super) fn take(folder: &Path, program: Program) -> io::Result<Option<Self>> {
        files::make_folder(folder)?;
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(folder.join(LOCK_FILE))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(cause)) => return Err(cause),
        }
        let lock = Self {
            holder: folder.join(HOLDER_FILE),
            file,
        };
        let content = serde_json::to_vec(&Holder {
            pid: std::process::id(),
            program,
            window: program == Program::Window,
        })?;
        files::replace(&lock.holder, &content)?;
        Ok(Some(lock))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.holder) {
            tracing::debug!("the note on who has the profile stays: {error}");
        }
        // Closing is not enough: a program that is just being started has the file open too until it runs.
        if let Err(error) = self.file.unlock() {
            tracing::debug!("the profile stays locked until this program ends: {error}");
        }
    }
}

impl InUse {
    pub(super) fn of(folder: PathBuf) -> Self {
        let holder = std::fs::read(folder.join(HOLDER_FILE))
            .ok()
            .and_then(|content| serde_json::from_slice(&content).ok());
        Self { folder, holder }
    }
}

impl InUse {
    /// Asks the window that has the profile for something; whether it has heard.
    #[must_use]
    pub fn call(&self, call: &Call) -> bool {
        let window = self.holder.is_some_and(|holder| holder.window);
        window && self.ring(call)
    }

    #[cfg(unix)]
    fn ring(&self, call: &Call) -> bool {
        bell::ring(&self.folder, call).unwrap_or_else(|error| {
            tracing::debug!("the window cannot be called: {error}");
            false
        })
    }

    /// There is nothing to call by.
    #[cfg(not(unix))]
    fn ring(&self, _call: &Call) -> bool {
        false
    }
}

impl fmt::Display for InUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the profile in {} is in use by another Landline",
            self.folder.display()
        )?;
        match self.holder {
            None => Ok(()),
            Some(Holder {
                pid,
                program: Program::Window,
                ..
            }) => write!(f, ": its window is open (process {pid})"),
            Some(Holder {
                pid,
                program: Program::Terminal,
                ..
            }) => write!(f, ": landline-cli (process {pid})"),
        }
    }
}
