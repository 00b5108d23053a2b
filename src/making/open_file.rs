//! A media file that is open, of which nothing but the bytes of one version is sent.

use crate::source::stamp::FileStamp;
use bytes::{Bytes, BytesMut};
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};

/// An open file with the stamp of the bytes that are to be sent.
#[derive(Debug)]
pub struct OpenFile {
    /// The file.
    pub file: File,
    /// Its stamp when its version was told.
    pub stamp: FileStamp,
}

impl OpenFile {
    /// Reads at most so many bytes from a place on.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is shorter, or has been written to since its stamp was taken.
    pub fn read(&self, at: u64, bytes_max: u64) -> io::Result<Bytes> {
        let mut bytes = BytesMut::zeroed(usize::try_from(bytes_max).map_err(io::Error::other)?);
        let read = self.file.read_at(&mut bytes, at)?;
        // Looked at after the reading: what is written later is not in these bytes.
        if read == 0 || !self.is_as_it_was()? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.truncate(read);
        Ok(bytes.freeze())
    }

    /// Whether nothing was written to the file since. Where another has taken its name, only its inode has changed.
    fn is_as_it_was(&self) -> io::Result<bool> {
        let metadata = self.file.metadata()?;
        let now = FileStamp::of_listed(&metadata);
        let has_same_bytes = (now.size, now.mtime) == (self.stamp.size, self.stamp.mtime);
        Ok(now == self.stamp || (has_same_bytes && metadata.nlink() == 0))
    }
}
