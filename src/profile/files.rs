//! Files that are whole or not there, and nobody else's to read.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Stands behind a file's name until the file is complete.
const UNFINISHED: &str = "new";

/// Makes what is missing of the folder, and flushes its name; what is made is nobody else's to read.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| is_missing(folder)).collect();
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)?;
    if missing.is_empty() {
        // Who made it may have been killed before its name was flushed. Somebody else's folder above it need not let us.
        if let Err(error) = sync_folder(folder) {
            tracing::debug!("the folder above {} cannot be flushed: {error}", folder.display());
        }
    }
    missing.into_iter().try_for_each(sync_folder)
}

/// The empty path is where the program runs.
fn is_missing(folder: &Path) -> bool {
    !folder.as_os_str().is_empty() && !folder.exists()
}

/// Puts `bytes` at `path`, in place of what is there: all of them, flushed, or none.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = unfinished(path);
    match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {} // what an earlier run left was never complete
    }
    write_new(&unfinished, bytes)?;
    std::fs::rename(unfinished, path)?;
    sync_folder(path)
}

/// Writes a file that was not there before, and flushes it.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(UNFINISHED);
    name.into()
}

/// A new name is only as durable as the folder that records it.
#[cfg(unix)]
pub(crate) fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file, and the system's journal orders the rename.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature on all systems")]
pub(crate) fn sync_folder(_file: &Path) -> io::Result<()> {
    Ok(())
}
