//! The media folder: files measured once and known by their stamps after that.

use super::scan::is_hidden;
use super::stamp::FileStamp;
use super::{DataDirectory, MEDIA_FOLDER};
use crate::newsroom::media::{HASHED_BYTES_MAX, MediaFile, MediaFiles};
use crate::newsroom::signature::HEAD_BYTES;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, Read, Seek};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The longest path below the media folder, in bytes.
const PATH_BYTES_MAX: usize = 1024;

/// So many names of a folder are looked through for one that was misspelt.
const NAMES_MAX: usize = 10_000;

/// So much of a file is read at once for its hash, in bytes.
const HASH_AT_ONCE: usize = 64 * 1024;

/// What was measured of one file, or that there is none any more: then it has neither stamp nor hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRecord {
    /// The file's stamp at that time.
    pub stamp: FileStamp,
    /// A hash of its bytes; `None` over [`HASHED_BYTES_MAX`].
    pub hash: Option<[u8; 16]>,
    /// Pixels across and down.
    pub pixels: Option<(u32, u32)>,
    /// When the bytes were first seen to be these, or to be gone, in seconds since 1970; the second before where nothing
    /// had been sent. Grows with every change.
    pub changed_at: i64,
}

impl MediaRecord {
    /// What is remembered of a file that is gone: when that was seen.
    fn gone(changed_at: i64) -> Self {
        Self {
            stamp: FileStamp::default(),
            hash: None,
            pixels: None,
            changed_at,
        }
    }

    fn is_gone(&self) -> bool {
        self.stamp == FileStamp::default() && self.hash.is_none()
    }

    /// The same for the ledger while another change might not show in the stamp: the date, which may have been told, and
    /// a stamp that no file has, so that the next start measures the file again.
    fn unsettled(&self) -> Self {
        let size = self.stamp.size;
        Self {
            stamp: FileStamp {
                size,
                ..FileStamp::default()
            },
            ..self.clone()
        }
    }
}

/// What was found of the media files that a document names.
#[derive(Debug, Default)]
pub struct Measured {
    /// The files that are there.
    pub files: MediaFiles,
    /// The second after the newest change of any of those that were asked for, whether they are there or are gone: in
    /// the very second something else may have been sent of what shows them. 0 where none was ever there.
    pub changed_at: i64,
}

/// An open file of the media folder with what is known of it.
#[derive(Debug)]
pub struct OpenMedia {
    /// The file.
    pub file: File,
    /// Its own path below the media folder, links followed.
    pub target: String,
    /// What it is called, and how long it is.
    pub known: MediaFile,
    /// Its stamp and times.
    pub record: MediaRecord,
}

/// What is known of the media folder's files. Shared by all who ask.
#[derive(Debug, Default)]
pub struct MediaIndex {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    records: HashMap<String, MediaRecord>,
    /// Files that were measured so soon after a change that another one might not show: they are measured again, and
    /// the ledger learns no stamp of them before that.
    unsettled: HashSet<String>,
    unsaved: BTreeMap<String, MediaRecord>,
    /// Whether anything has been sent.
    has_begun: bool,
}

impl Inner {
    /// The date of a change that is seen now. What shows it is dated a second later, since in the very second something
    /// else may have been sent of that; so where nothing at all has been sent, the change is dated a second before.
    fn date(&self, now: i64) -> i64 {
        now - i64::from(!self.has_begun)
    }
}

impl MediaIndex {
    /// An index that begins with what the ledger remembers.
    pub fn new(records: HashMap<String, MediaRecord>) -> Self {
        Self {
            inner: Mutex::new(Inner {
                records,
                ..Inner::default()
            }),
        }
    }

    /// Takes up that something is sent from now on: a change may be one of what was sent.
    pub fn begin(&self) {
        self.lock().has_begun = true;
    }

    /// Opens a file of the media folder and measures it unless its stamp is known. `None` where there is no such
    /// file, or its name says that it is nobody's business.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub fn open(
        &self,
        directory: &DataDirectory,
        path: &str,
        now: i64,
    ) -> io::Result<Option<OpenMedia>> {
        if !is_servable(path) {
            return Ok(None);
        }
        let Some(target) = resolved(directory, path) else {
            return Ok(None);
        };
        let Some(open) = open(directory, path)? else {
            return Ok(None);
        };
        let metadata = open.metadata()?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let stamp = FileStamp::of(&metadata);
        let mut file = open.into_std();
        let record = match self.known(path, &stamp, now) {
            Some(record) => record,
            None => self.keep(path, measure(&mut file, stamp, now)?, now),
        };
        let known = MediaFile {
            path: path.to_owned(),
            length: stamp.size,
            size: record.pixels,
            hash: record.hash,
        };
        Ok(Some(OpenMedia {
            file,
            target,
            known,
            record,
        }))
    }

    /// Measures files by path. One that cannot be read counts as not there, with a line in the log. When one that was
    /// there before is gone, that is a change like any other: what showed it becomes later by it, not earlier.
    pub fn measure<'a>(
        &self,
        directory: &DataDirectory,
        paths: impl Iterator<Item = &'a str>,
        now: i64,
    ) -> Measured {
        let mut measured = Measured::default();
        for path in paths {
            let open = self.open(directory, path, now).unwrap_or_else(|error| {
                tracing::warn!("cannot read `{MEDIA_FOLDER}/{path}`: {error}");
                None
            });
            let changed_at = match open {
                Some(open) => {
                    measured.files.insert(path.to_owned(), open.known);
                    Some(open.record.changed_at)
                }
                None => self.miss(path, now),
            };
            measured.changed_at = measured.changed_at.max(changed_at.map_or(0, |at| at + 1));
        }
        measured
    }

    /// What was measured since the last call, to be written to the ledger.
    pub fn take_unsaved(&self) -> BTreeMap<String, MediaRecord> {
        std::mem::take(&mut self.lock().unsaved)
    }

    fn known(&self, path: &str, stamp: &FileStamp, now: i64) -> Option<MediaRecord> {
        let inner = self.lock();
        let record = inner.records.get(path)?;
        let is_known = record.stamp == *stamp && stamp.is_settled(now);
        (is_known && !inner.unsettled.contains(path)).then(|| record.clone())
    }

    /// Remembers a measurement. The same bytes under a new stamp keep the time at which they were first seen.
    fn keep(&self, path: &str, mut record: MediaRecord, now: i64) -> MediaRecord {
        let mut inner = self.lock();
        record.changed_at = inner.date(now);
        if let Some(known) = inner.records.get(path) {
            let same =
                known.hash.is_some() && known.hash == record.hash || known.stamp == record.stamp;
            record.changed_at = if same {
                known.changed_at
            } else {
                record.changed_at.max(known.changed_at + 1)
            };
        }
        if !record.stamp.is_settled(now) {
            if inner.records.get(path) != Some(&record) {
                inner.unsaved.insert(path.to_owned(), record.unsettled());
            }
            inner.unsettled.insert(path.to_owned());
            inner.records.insert(path.to_owned(), record.clone());
            return record;
        }
        if inner.unsettled.remove(path) || inner.records.get(path) != Some(&record) {
            inner.records.insert(path.to_owned(), record.clone());
            inner.unsaved.insert(path.to_owned(), record.clone());
        }
        record
    }

    /// Remembers that a file is not there. Returns when that was first seen of one that was; `None` where it never was.
    fn miss(&self, path: &str, now: i64) -> Option<i64> {
        let mut inner = self.lock();
        let known = inner.records.get(path)?;
        if known.is_gone() {
            return Some(known.changed_at);
        }
        let record = MediaRecord::gone(inner.date(now).max(known.changed_at + 1));
        let changed_at = record.changed_at;
        inner.unsettled.remove(path);
        inner.unsaved.insert(path.to_owned(), record.clone());
        inner.records.insert(path.to_owned(), record);
        Some(changed_at)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock was held leaves whole rows behind.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a path may name a media file at all: no dot segments, nothing hidden, nothing overlong.
fn is_servable(path: &str) -> bool {
    let segment =
        |segment: &str| !segment.is_empty() && !is_hidden(segment) && !segment.contains('\0');
    path.len() <= PATH_BYTES_MAX && path.split('/').all(segment)
}

/// Opens beneath the data directory. What is not there, or lies outside through a link, is `None`.
fn open(directory: &DataDirectory, path: &str) -> io::Result<Option<cap_std::fs::File>> {
    use cap_std::fs::{OpenOptions, OpenOptionsExt};
    // A named pipe in the folder must not hold the opening up until somebody writes to it.
    let mut options = OpenOptions::new();
    options
        .read(true)
        .custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits());
    match directory
        .dir
        .open_with(format!("{MEDIA_FOLDER}/{path}"), &options)
    {
        Ok(file) => Ok(Some(file)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::InvalidFilename => Ok(None),
            _ => Err(error),
        },
    }
}

/// The path below the media folder of the file that a path in it means, links followed; `None` where it leads out of the
/// folder, or nowhere. Item files are of no business to those who ask for media.
fn resolved(directory: &DataDirectory, path: &str) -> Option<String> {
    let resolve = |path: &str| directory.dir.canonicalize(path).ok();
    let folder = resolve(MEDIA_FOLDER)?;
    let target = resolve(&format!("{MEDIA_FOLDER}/{path}"))?;
    target
        .strip_prefix(folder)
        .ok()?
        .to_str()
        .map(str::to_owned)
}

/// The first bytes of a file of the media folder; `None` where there is none that can be read.
pub fn head(directory: &DataDirectory, path: &str) -> Option<Vec<u8>> {
    let file = open(directory, path)
        .ok()
        .flatten()
        .filter(|_| is_servable(path))?;
    let mut bytes = Vec::with_capacity(HEAD_BYTES);
    let limit = u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The file of the media folder that a path may have meant which names none: without `media/` before it, or with other
/// letters' case. `None` where there is none.
pub fn meant(directory: &DataDirectory, path: &str) -> Option<String> {
    let is_file = |path: &str| resolved(directory, path).is_some();
    let bare = path.strip_prefix("media/").unwrap_or(path);
    if bare != path && is_file(bare) {
        return Some(bare.to_owned());
    }
    let mut found = String::new();
    for segment in bare.split('/') {
        let folder = format!("{MEDIA_FOLDER}/{found}");
        let names = directory.dir.read_dir(folder.trim_end_matches('/')).ok()?;
        let names = names.take(NAMES_MAX).flatten();
        let mut names = names.filter_map(|entry| entry.file_name().into_string().ok());
        let name =
            names.find(|name| !is_hidden(name) && name.to_lowercase() == segment.to_lowercase())?;
        if !found.is_empty() {
            found.push('/');
        }
        found.push_str(&name);
    }
    is_file(&found).then_some(found)
}

fn measure(file: &mut File, stamp: FileStamp, now: i64) -> io::Result<MediaRecord> {
    let hash = (stamp.size <= HASHED_BYTES_MAX).then(|| hash_of(file));
    let hash = hash.transpose()?;
    file.rewind()?;
    let pixels = pixels(file);
    Ok(MediaRecord {
        stamp,
        hash,
        pixels,
        changed_at: now,
    })
}

/// A hash of a file's bytes, read in small parts: many files may be measured at once.
fn hash_of(file: &File) -> io::Result<[u8; 16]> {
    let mut hasher = Sha256::new();
    let mut reader = io::BufReader::with_capacity(HASH_AT_ONCE, file.take(HASHED_BYTES_MAX));
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        hasher.update(bytes);
        let length = bytes.len();
        reader.consume(length);
    }
    let digest = hasher.finalize();
    Ok(std::array::from_fn(|at| digest[at]))
}

/// Pixels across and down, where the file is a picture that can be read.
fn pixels(file: &mut File) -> Option<(u32, u32)> {
    let size = imagesize::reader_size(io::BufReader::new(file)).ok()?;
    Some((
        u32::try_from(size.width).ok()?,
        u32::try_from(size.height).ok()?,
    ))
}

/// The strong entity tag of a media file: the hash of its bytes, or of size and time where it is too large.
pub fn tag(record: &MediaRecord) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    match record.hash {
        Some(hash) => URL_SAFE_NO_PAD.encode(hash),
        None => format!("{:x}-{:x}", record.stamp.size, record.stamp.mtime),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_are_served() {
        for bad in [
            "", "../a", "a/../b", ".a", "a/_b", "a~", "a//b", "/a", "a\0",
        ] {
            assert!(!is_servable(bad), "{bad}");
        }
        assert!(is_servable("2024/photo one.jpg"));
    }
}
