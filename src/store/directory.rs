//! The state directory: found or made, and held by one server alone.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// Why the state directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be made or written.
    #[error("cannot write the state directory `{}`", path.display())]
    Unwritable {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another server holds it.
    #[error("the state directory `{}` is in use by another server; stop that one, or give this one its own `--state`", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
}

/// The state directory while this process holds it.
#[derive(Debug)]
pub struct StateDirectory {
    path: PathBuf,
    /// The lock lasts as long as this file is open.
    _lock: File,
}

impl StateDirectory {
    /// Makes the directory if it is not there, readable by its owner alone, and locks it.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] if another process holds it, [`Error::Unwritable`] if it cannot be made or written.
    pub fn hold(path: &Path) -> Result<Self, Error> {
        let unwritable = |source| Error::Unwritable {
            path: path.to_owned(),
            source,
        };
        make_private(path).map_err(unwritable)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse {
                path: path.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(unwritable(source)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if let Ok(metadata) = fs::metadata(path)
        && metadata.is_dir()
    {
        if metadata.permissions().mode() & 0o077 != 0 {
            tracing::warn!(
                "others may look into the state directory `{0}`, which names what is under an embargo: `chmod 700 {0}`",
                path.display()
            );
        }
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// The state directory that goes with a data directory: its path without trailing slashes, `.` made absolute and a
/// last link not followed, with `.state` added.
///
/// # Errors
///
/// When the current directory cannot be told.
pub fn beside(data: &Path) -> std::io::Result<PathBuf> {
    let absolute: PathBuf = std::path::absolute(data)?.components().collect();
    let named = if absolute.file_name().is_some() && !data.ends_with("..") {
        absolute
    } else {
        fs::canonicalize(data)?
    };
    let mut name = named.into_os_string();
    name.push(".state");
    Ok(name.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_directory_is_named_after_the_data_directory() {
        assert_eq!(
            beside(Path::new("/srv/data/")).unwrap(),
            Path::new("/srv/data.state")
        );
        assert_eq!(
            beside(Path::new("/srv/./data//")).unwrap(),
            Path::new("/srv/data.state")
        );
        let here = std::env::current_dir().unwrap();
        assert_eq!(
            beside(Path::new(".")).unwrap().to_str().unwrap(),
            format!("{}.state", here.display())
        );
    }

    #[test]
    fn a_state_directory_is_held_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.state");
        let held = StateDirectory::hold(&path).unwrap();
        assert!(matches!(
            StateDirectory::hold(&path),
            Err(Error::InUse { .. })
        ));
        drop(held);
        assert!(StateDirectory::hold(&path).is_ok());
    }
}
