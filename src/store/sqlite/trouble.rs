//! What SQLite's errors mean here.

use rusqlite::{Error, ErrorCode};

use crate::store::{Damage, ReadError, StoreError};

/// What went wrong.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It was not kept, or not read.
    Refused(StoreError),
    /// The file is not what was written.
    Damaged(Damage),
}

impl Trouble {
    /// For somebody who wanted to write.
    pub(super) fn writing(&self) -> StoreError {
        match self {
            Self::Refused(error) => *error,
            Self::Damaged(_) => StoreError::Failed,
        }
    }

    /// For somebody who wanted to read. Nothing a reader does is refused but for the disk.
    pub(super) fn reading(self) -> ReadError {
        match self {
            Self::Refused(_) => ReadError::Failed,
            Self::Damaged(damage) => damage.into(),
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<Damage> for Trouble {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let Some(code) = error.sqlite_error_code() else {
            // A value of another type or length than was written.
            return Damage::File(error.to_string()).into();
        };
        match code {
            ErrorCode::DiskFull => StoreError::Full.into(),
            // The profile's lock keeps others away; whoever writes all the same contradicts what is kept in memory.
            ErrorCode::ConstraintViolation | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                StoreError::Conflict.into()
            }
            // `Unknown` is SQL that does not fit the tables: they have changed.
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TooBig | ErrorCode::Unknown => {
                Damage::File(error.to_string()).into()
            }
            _ => StoreError::Failed.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn told(code: i32) -> Trouble {
        Error::SqliteFailure(ffi::Error::new(code), None).into()
    }

    #[test]
    fn a_full_disk_is_no_failed_one() {
        assert_eq!(told(ffi::SQLITE_FULL).writing(), StoreError::Full);
        for code in [
            ffi::SQLITE_IOERR,
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_READONLY,
            ffi::SQLITE_CANTOPEN,
            ffi::SQLITE_NOMEM,
        ] {
            assert!(matches!(told(code), Trouble::Refused(StoreError::Failed)), "{code}");
        }
        assert_eq!(told(ffi::SQLITE_CONSTRAINT_UNIQUE).writing(), StoreError::Conflict);
        for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_CORRUPT_VTAB, ffi::SQLITE_NOTADB] {
            assert!(matches!(told(code), Trouble::Damaged(_)), "{code}");
        }
    }
}
