//! Where items come from: the data directory.
//!
//! Every file is opened beneath the directory's handle, so that no name and no link leads out of it (docs/http.md,
//! “Files”). The directory itself may be a link; it is resolved anew at each scan. Nothing is ever written there.

pub mod load;
pub mod media;
pub mod scan;
pub mod settings;
pub mod stamp;
pub mod watch;

use crate::newsroom::Sections;
use crate::newsroom::entry::Entry;
use crate::newsroom::item::Item;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::site::Site;
use crate::source::stamp::FileStamp;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

/// The largest item file, in bytes (docs/http.md, “Size of a document”).
pub const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The name of the site's own file.
pub const SITE_FILE: &str = "site.toml";

/// The name of the publication's own stylesheet.
pub const THEME_FILE: &str = "theme.css";

/// The name of a section's own file.
pub const SECTION_FILE: &str = "section.toml";

/// The folder of pictures and files.
pub const MEDIA_FOLDER: &str = "media";

/// Why something in the data directory cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory cannot be opened.
    #[error("{}", cannot_open(path, why))]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read `{file}`")]
    File {
        /// The file, relative to the data directory.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A file is larger than [`FILE_BYTES_MAX`].
    #[error("`{file}` is larger than {} MiB", FILE_BYTES_MAX / 1024 / 1024)]
    TooLarge {
        /// The file, relative to the data directory.
        file: String,
    },
    /// A file is not UTF-8.
    #[error(
        "`{file}` is not UTF-8 from line {line}, column {column} on: {}",
        looks
    )]
    NotUtf8 {
        /// The file, relative to the data directory.
        file: String,
        /// The line of the first byte that is not, counted from 1.
        line: usize,
        /// Its column in characters, counted from 1.
        column: usize,
        /// What it may be instead.
        looks: &'static str,
    },
    /// A file has other bytes than when it was loaded: its text may have become embargoed, and is not shown.
    #[error("`{file}` has changed since it was taken in")]
    Changed {
        /// The file, relative to the data directory.
        file: String,
    },
}

/// The data directory, open.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    dir: Dir,
}

impl DataDirectory {
    /// Opens the directory that a path leads to at this moment.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |why| Error::Directory {
            path: path.to_owned(),
            why,
        };
        let resolved = std::fs::canonicalize(path).map_err(failed)?;
        let dir = Dir::open_ambient_dir(&resolved, ambient_authority()).map_err(failed)?;
        Ok(Self {
            path: resolved,
            dir,
        })
    }

    /// Where it is, links resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a path leads to another directory now: a link was switched, or a new directory has taken the place of
    /// the old one. What leads nowhere at the moment is no other directory.
    pub fn is_elsewhere(&self, path: &Path) -> bool {
        let id = |metadata: &std::fs::Metadata| (metadata.dev(), metadata.ino());
        let there = std::fs::metadata(path).map(|metadata| id(&metadata));
        match (self.identity(), there) {
            (Some(here), Ok(there)) => {
                here != there || std::fs::canonicalize(path).is_ok_and(|path| path != self.path)
            }
            (None, Ok(_)) => true,
            (_, Err(_)) => false,
        }
    }

    /// Its device and inode; `None` where it cannot be looked at any more.
    pub fn identity(&self) -> Option<(u64, u64)> {
        use cap_std::fs::MetadataExt;
        let metadata = self.dir.dir_metadata().ok()?;
        Some((metadata.dev(), metadata.ino()))
    }

    /// Reads a text file of at most [`FILE_BYTES_MAX`].
    ///
    /// # Errors
    ///
    /// [`Error::File`], [`Error::TooLarge`] or [`Error::NotUtf8`].
    pub fn read(&self, file: &str) -> Result<String, Error> {
        self.read_with_stamp(file).map(|(text, _)| text)
    }

    /// The same, given up after a time: a file on a share that hangs must hold nobody up who has something else to do. What
    /// hangs in the system cannot be called back; its thread ends when the share answers.
    ///
    /// # Errors
    ///
    /// Those of [`DataDirectory::read`], and [`Error::File`] of the kind `TimedOut`.
    pub fn read_within(&self, file: &str, time: Duration) -> Result<String, Error> {
        let failed = |source| Error::File {
            file: file.to_owned(),
            source,
        };
        let own = Self {
            path: self.path.clone(),
            dir: self.dir.try_clone().map_err(failed)?,
        };
        let name = file.to_owned();
        within(time, move || own.read(&name)).unwrap_or_else(|| {
            let what = format!("it has not answered for {time:?}; is it on a share that hangs?");
            Err(failed(io::Error::new(io::ErrorKind::TimedOut, what)))
        })
    }

    /// The same with the file's stamp after the reading: where it is the one that was listed, nobody wrote meanwhile.
    ///
    /// # Errors
    ///
    /// Those of [`DataDirectory::read`].
    pub fn read_with_stamp(&self, file: &str) -> Result<(String, FileStamp), Error> {
        let (bytes, stamp) = self.bytes(file, FILE_BYTES_MAX + 1)?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(Error::TooLarge {
                file: file.to_owned(),
            });
        }
        // Many bytes at once: a start over 100,000 items checks 500 MB.
        let text = simdutf8::compat::from_utf8(&bytes)
            .map_err(|error| not_utf8(file, &bytes, error.valid_up_to()));
        text.map(|text| (text.to_owned(), stamp))
    }

    /// The stamp of a file; `None` where there is none.
    pub fn stamp(&self, file: &str) -> Option<FileStamp> {
        let metadata = self.dir.metadata(file).ok()?;
        Some(FileStamp::of(&metadata))
    }

    /// Reads at most so many bytes of a file.
    fn bytes(&self, file: &str, bytes_max: u64) -> Result<(Vec<u8>, FileStamp), Error> {
        let failed = |source| Error::File {
            file: file.to_owned(),
            source,
        };
        // A pipe must not hold the opening up until somebody writes to it.
        let mut options = OpenOptions::new();
        options
            .read(true)
            .custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits());
        let mut open = self.dir.open_with(file, &options).map_err(failed)?;
        let metadata = open.metadata().map_err(failed)?;
        if !metadata.is_file() {
            let what = "it is no file; pipes, sockets, devices and folders are not read";
            return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, what)));
        }
        let length = metadata.len().min(bytes_max);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        // As long as it was when it was opened: if it has grown since, it is a change to come.
        let mut filled = 0;
        while filled < bytes.len() {
            match open.read(&mut bytes[filled..]).map_err(failed)? {
                0 => break,
                more => filled += more,
            }
        }
        bytes.truncate(filled);
        let stamp = FileStamp::of(&open.metadata().map_err(failed)?);
        Ok((bytes, stamp))
    }

    /// Reads the whole item of an index entry again, as it was when it was taken in, with its text.
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] if the file has other bytes now, and those of [`DataDirectory::read`].
    pub fn item(
        &self,
        entry: &Entry,
        site: &Site,
        sections: &Sections,
    ) -> Result<(Item, String), Error> {
        let text = self.read(&entry.file)?;
        let changed = || Error::Changed {
            file: entry.file.to_string(),
        };
        if content_hash(&text) != entry.hash {
            return Err(changed());
        }
        load::parse(&entry.file, &text, site, sections, Some(&entry.id))
            .item
            .map(|item| (item, text))
            .ok_or_else(changed)
    }
}

/// What a thread of its own finds out, if it does so within a time.
fn within<T: Send + 'static>(
    time: Duration,
    find: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, found) = channel();
    std::thread::spawn(move || {
        // Where the time is over nobody waits for it.
        let _late = sender.send(find());
    });
    found.recv_timeout(time).ok()
}

/// Why a directory cannot be opened, for whoever named it.
fn cannot_open(path: &Path, why: &io::Error) -> String {
    let path = path.display();
    let wanted = "name the folder that holds `site.toml`";
    match why.kind() {
        io::ErrorKind::NotFound => format!("there is no folder `{path}` here; {wanted}"),
        io::ErrorKind::NotADirectory => format!("`{path}` is no folder; {wanted}"),
        _ => format!("the folder `{path}` cannot be opened: {why}"),
    }
}

/// The error of bytes that are text up to `at`.
fn not_utf8(file: &str, bytes: &[u8], at: usize) -> Error {
    let before = String::from_utf8_lossy(&bytes[..at]);
    let last = before.rsplit('\n').next().unwrap_or_default();
    let is_utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    Error::NotUtf8 {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: last.chars().count() + 1,
        looks: if is_utf16 {
            "it looks like UTF-16, which some programs call Unicode"
        } else {
            "it looks like an older encoding with one byte a letter, such as Windows-1252, which some programs call ANSI"
        },
    }
}

/// The problem of a file that cannot be read at all.
fn unreadable(file: &str, error: &Error) -> Problem {
    let message = match error {
        Error::File { source, .. } => format!("cannot be read: {source}"),
        Error::Directory { .. }
        | Error::TooLarge { .. }
        | Error::NotUtf8 { .. }
        | Error::Changed { .. } => error.to_string(),
    };
    let hint = match error {
        Error::NotUtf8 { .. } => "save the file again, and choose UTF-8 as its encoding",
        Error::TooLarge { .. } => "put long texts into attachments",
        Error::File { source, .. } if source.kind() == io::ErrorKind::InvalidInput => {
            "put a file there, or remove it"
        }
        Error::File { .. } | Error::Directory { .. } => "let the server's user read it",
        Error::Changed { .. } => "check again",
    };
    Problem::of_file(Severity::Error, file, message).hint(hint)
}

/// The hash that tells whether a file is still the indexed one.
pub fn content_hash(text: &str) -> [u8; 16] {
    let digest = Sha256::digest(text.as_bytes());
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_is_given_up_and_what_answers_is_taken() {
        assert_eq!(within(Duration::from_secs(20), || 1), Some(1));
        let (_kept, never) = channel::<()>();
        let hangs = move || never.recv().is_ok();
        assert_eq!(within(Duration::from_millis(50), hangs), None);
    }

    #[test]
    fn a_file_is_read_within_its_time_as_without() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.toml"), "text").unwrap();
        let directory = DataDirectory::open(folder.path()).unwrap();
        let time = Duration::from_secs(20);
        assert_eq!(directory.read_within("a.toml", time).unwrap(), "text");
        let missing = directory.read_within("b.toml", time).unwrap_err();
        assert!(
            matches!(missing, Error::File { source, .. } if source.kind() == io::ErrorKind::NotFound)
        );
    }
}
