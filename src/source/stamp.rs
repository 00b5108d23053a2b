//! File stamps: whether a file is the one that was measured.

use cap_std::fs::{Metadata, MetadataExt};

/// Stamps are trusted only for files whose last change is older than this at the look, in nanoseconds: a write within
/// the clock's grain would not show.
const SETTLED_NANOSECONDS: i64 = 2_000_000_000;

/// What a file system tells of a file's state without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Size in bytes.
    pub size: u64,
    /// Last modification, in nanoseconds since 1970.
    pub mtime: i64,
    /// Last change of the inode, in nanoseconds since 1970.
    pub ctime: i64,
    /// The inode's number.
    pub inode: u64,
}

impl Stamp {
    /// The stamp of an open file.
    pub fn of(metadata: &Metadata) -> Self {
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            size: metadata.len(),
            mtime: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            ctime: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }

    /// Whether the file was left alone long enough before `now` (seconds since 1970) for its stamp to be trusted.
    pub fn is_settled(&self, now: i64) -> bool {
        self.mtime
            .max(self.ctime)
            .saturating_add(SETTLED_NANOSECONDS)
            < now.saturating_mul(1_000_000_000)
    }
}
