//! The key file: who the person at this computer is, in every room.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::files;
use crate::proto::identity::{Identity, SEED_BYTES};

const KEY_FILE: &str = "identity.key";
/// A key that was replaced by another; further ones have a number.
const FORMER_KEY_FILE: &str = "identity.former";
/// First line of a key file, less the version.
const FORMAT: &str = "landline identity ";
const VERSION: u32 = 1;
const SEED: &str = "seed ";
/// So that a changed seed is noticed: whoever has another key is somebody else.
const KEY: &str = "key ";
/// No key file is longer. Whatever else it is, it is not read to its end.
const MAX_FILE_BYTES: usize = 4096;

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Who else can log in here can read the key (Unix).
    #[error(
        "others on this computer can read your key in {path}: run chmod 600 on it; if somebody may have read it, move it away to begin with a new key"
    )]
    Readable {
        /// The key file.
        path: PathBuf,
    },
    /// It is no key file, or not a whole one.
    #[error("the key in {path} is damaged: put a copy of it there, or move it away to begin with a new key")]
    Damaged {
        /// The key file.
        path: PathBuf,
    },
    /// This version cannot read it.
    #[error("the key in {path} was written by a newer Landline: update this one")]
    Newer {
        /// The key file.
        path: PathBuf,
    },
    /// There is a file already, and nobody said that it may be replaced.
    #[error("{path} is there already, and nothing was changed")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read or written.
    #[error("the key in {path} cannot be read or written: {cause}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The operating system has no random numbers.
    #[error("this computer has no random numbers to make a key from: {0}")]
    Chance(getrandom::Error),
}

/// The identity in `folder`; made without a question if there is none. The caller holds the profile's lock.
pub(super) fn open(folder: &Path) -> Result<Identity, IdentityError> {
    let path = folder.join(KEY_FILE);
    match File::open(&path) {
        Ok(file) => {
            refuse_readable(&file, &path)?;
            Ok(Identity::from_seed(&*read(file, &path)?))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path),
        Err(cause) => Err(IdentityError::Unusable { path, cause }),
    }
}

/// Writes the identity in `folder` to a new file.
pub(super) fn export(folder: &Path, to: &Path) -> Result<(), IdentityError> {
    let seed = read_at(&folder.join(KEY_FILE))?;
    write_new(to, &seed)
}

/// Takes the identity in the file `from` for the one in `folder`, which is kept under another name if it may be replaced.
pub(super) fn import(folder: &Path, from: &Path, replace: bool) -> Result<Identity, IdentityError> {
    let seed = read_at(from)?;
    let path = folder.join(KEY_FILE);
    let unusable = |cause| IdentityError::Unusable {
        path: path.clone(),
        cause,
    };
    if path.try_exists().map_err(unusable)? {
        if !replace {
            return Err(IdentityError::Exists { path });
        }
        keep_former(folder, &path).map_err(unusable)?;
    }
    files::replace(&path, &content(&seed)).map_err(unusable)?;
    Ok(Identity::from_seed(&seed))
}

type Seed = Zeroizing<[u8; SEED_BYTES]>;

fn make(path: &Path) -> Result<Identity, IdentityError> {
    let mut seed = Seed::default();
    getrandom::fill(&mut *seed).map_err(IdentityError::Chance)?;
    files::replace(path, &content(&seed)).map_err(|cause| IdentityError::Unusable {
        path: path.to_owned(),
        cause,
    })?;
    Ok(Identity::from_seed(&seed))
}

fn content(seed: &Seed) -> Zeroizing<Vec<u8>> {
    let digits = Zeroizing::new(HEXLOWER.encode(&**seed));
    let key = Identity::from_seed(seed).key();
    let text = format!("{FORMAT}{VERSION}\n{SEED}{}\n{KEY}{key}\n", *digits);
    Zeroizing::new(text.into_bytes())
}

fn write_new(path: &Path, seed: &Seed) -> Result<(), IdentityError> {
    let written = files::write_new(path, &content(seed)).and_then(|()| files::sync_folder(path));
    written.map_err(|cause| match cause.kind() {
        io::ErrorKind::AlreadyExists => IdentityError::Exists { path: path.to_owned() },
        _ => IdentityError::Unusable {
            path: path.to_owned(),
            cause,
        },
    })
}

/// Also a damaged one: perhaps somebody can repair it.
fn keep_former(folder: &Path, path: &Path) -> io::Result<()> {
    let bytes = Zeroizing::new(std::fs::read(path)?);
    let mut number = 1;
    loop {
        let name = match number {
            1 => FORMER_KEY_FILE.to_owned(),
            _ => format!("{FORMER_KEY_FILE}.{number}"),
        };
        match files::write_new(&folder.join(name), &bytes) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            written => return written,
        }
    }
}

fn read_at(path: &Path) -> Result<Seed, IdentityError> {
    let file = File::open(path).map_err(|cause| IdentityError::Unusable {
        path: path.to_owned(),
        cause,
    })?;
    read(file, path)
}

fn read(file: File, path: &Path) -> Result<Seed, IdentityError> {
    // Never grows, so that no copy is left behind in memory.
    let mut content = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES + 1));
    let limit = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX);
    file.take(limit)
        .read_to_end(&mut content)
        .map_err(|cause| IdentityError::Unusable {
            path: path.to_owned(),
            cause,
        })?;
    let text = std::str::from_utf8(&content).unwrap_or_default();
    let mut lines = text.lines();
    let version = lines.next().and_then(|line| line.strip_prefix(FORMAT)?.parse().ok());
    match version {
        Some(VERSION) => seed(lines).ok_or_else(|| IdentityError::Damaged { path: path.to_owned() }),
        Some(VERSION..) => Err(IdentityError::Newer { path: path.to_owned() }),
        _ => Err(IdentityError::Damaged { path: path.to_owned() }),
    }
}

fn seed<'a>(mut lines: impl Iterator<Item = &'a str>) -> Option<Seed> {
    let digits = lines.next()?.strip_prefix(SEED)?;
    let key = lines.next()?.strip_prefix(KEY)?;
    let bytes = Zeroizing::new(HEXLOWER.decode(digits.as_bytes()).ok()?);
    let seed = Zeroizing::new(<[u8; SEED_BYTES]>::try_from(bytes.as_slice()).ok()?);
    let whole = Identity::from_seed(&seed).key().to_string() == key && lines.next().is_none();
    whole.then_some(seed)
}

#[cfg(unix)]
fn refuse_readable(file: &File, path: &Path) -> Result<(), IdentityError> {
    use std::os::unix::fs::PermissionsExt as _;
    const GROUP_AND_OTHERS: u32 = 0o077;
    let metadata = file.metadata().map_err(|cause| IdentityError::Unusable {
        path: path.to_owned(),
        cause,
    })?;
    if metadata.permissions().mode() & GROUP_AND_OTHERS != 0 {
        return Err(IdentityError::Readable { path: path.to_owned() });
    }
    Ok(())
}

/// Elsewhere the folder of a person's programs is theirs alone.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature on all systems")]
fn refuse_readable(_file: &File, _path: &Path) -> Result<(), IdentityError> {
    Ok(())
}
