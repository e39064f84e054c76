//! What is asked of the system about a disk.

use std::path::Path;

/// Bytes that an ordinary user may still write where `path` is; `None`: the system does not say.
#[cfg(unix)]
pub(super) fn free_bytes(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Windows would need another crate for a courtesy: SQLite says when the disk is full, and nothing is lost by it.
#[cfg(not(unix))]
pub(super) fn free_bytes(_path: &Path) -> Option<u64> {
    None
}
