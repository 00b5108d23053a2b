//! File stamps: whether a file is the one that was measured.

/// Stamps are trusted only for files whose last change is older than this at the look, in nanoseconds: a write within
/// the clock's grain would not show.
const SETTLED_NANOSECONDS: i64 = 2_000_000_000;

/// What a file system tells of a file's state without reading it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileStamp {
    /// Size in bytes.
    pub size: u64,
    /// Last modification, in nanoseconds since 1970.
    pub mtime: i64,
    /// Last change of the inode, in nanoseconds since 1970.
    pub ctime: i64,
    /// The inode's number.
    pub inode: u64,
}

impl FileStamp {
    /// The stamp of an open file.
    pub fn of(metadata: &cap_std::fs::Metadata) -> Self {
        use cap_std::fs::MetadataExt;
        Self {
            size: metadata.len(),
            mtime: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            ctime: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }

    /// The stamp of a listed file.
    pub fn of_listed(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            size: metadata.len(),
            mtime: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            ctime: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }

    /// Whether the file was left alone long enough before `now` (seconds since 1970) for its stamp to be trusted.
    /// Only `ctime` tells: a camera or an archive program may date `mtime` ahead, and nothing but the system sets `ctime`.
    pub fn is_settled(&self, now: i64) -> bool {
        self.ctime.saturating_add(SETTLED_NANOSECONDS) < now.saturating_mul(1_000_000_000)
    }
}

fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}
