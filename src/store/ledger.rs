//! The ledger: what was ever published and how it last looked on the wire. One SQLite file in the state directory.

pub mod writing;

use crate::edition::record::VersionRecord;
use crate::newsroom::identity::Id;
use crate::newsroom::record::{Groups, ItemRecord};
use crate::source::media::MediaRecord;
use crate::store::rows::{
    FROM_LAYOUT_1, ITEM_COLUMNS, OF_LAYOUT_1, OF_LAYOUT_2, TABLES, group, item, media,
};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The file's name in the state directory.
pub const FILE_NAME: &str = "ledger.sqlite";

/// The layout of the tables; a file with a higher number was written by a later program.
const LAYOUT: i64 = 3;

/// The longest text that is unpacked: the largest item file, and room for a removed byte order mark.
const SOURCE_BYTES_MAX: usize = 5 * 1024 * 1024;

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be opened or made.
    #[error("cannot open the ledger `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// It was written by a later version of the program.
    #[error("the ledger `{}` was written by a later version of tidings (layout {layout}); use that version", path.display())]
    Later {
        /// The file.
        path: PathBuf,
        /// Its layout.
        layout: i64,
    },
    /// It cannot be read.
    #[error("cannot read the ledger")]
    Read(#[source] rusqlite::Error),
    /// It cannot be written.
    #[error("cannot write the ledger")]
    Write(#[source] rusqlite::Error),
}

impl Error {
    /// Whether something in the ledger is not what we wrote.
    pub fn is_damage(&self) -> bool {
        let (Self::Open { source, .. } | Self::Read(source)) = self else {
            return false;
        };
        let code = source.sqlite_error_code();
        code.is_none_or(|code| matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }
}

/// The open ledger.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
}

/// The last good version of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file that it was, relative to the data directory.
    pub file: String,
    /// A hash of its bytes.
    pub hash: [u8; 16],
    /// Its text.
    pub text: String,
}

/// A wish to take an item off the wire for good, as `tidings remove` leaves it for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The item.
    pub id: Id,
    /// The public reason.
    pub note: Option<String>,
    /// When it was wished.
    pub at: i64,
}

impl Ledger {
    /// Opens the ledger of a state directory, or makes it, begun at `now`.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] if the file is damaged or cannot be written, [`Error::Later`] if it is a later program's.
    pub fn open(state: &Path, now: i64) -> Result<Self, Error> {
        let path = state.join(FILE_NAME);
        let open = |source| Error::Open {
            path: path.clone(),
            source,
        };
        let connection = Connection::open(&path).map_err(open)?;
        prepare(&connection).map_err(open)?;
        Self { connection }.with_tables(&path, now)
    }

    /// Moves a damaged ledger out of the way, so that nothing of it is lost. Returns where it now is.
    ///
    /// # Errors
    ///
    /// When the file cannot be renamed.
    pub fn set_aside(state: &Path, now: i64) -> std::io::Result<PathBuf> {
        let aside = state.join(format!("{FILE_NAME}.damaged-{now}"));
        std::fs::rename(state.join(FILE_NAME), &aside)?;
        for suffix in ["-wal", "-shm"] {
            let log = state.join(format!("{FILE_NAME}{suffix}"));
            if log.exists() {
                std::fs::rename(log, aside.with_extension(format!("damaged-{now}{suffix}")))?;
            }
        }
        Ok(aside)
    }

    /// A ledger that lives in memory, for where nothing can be written.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] if memory is short.
    pub fn in_memory(now: i64) -> Result<Self, Error> {
        let path = PathBuf::from(":memory:");
        let connection = Connection::open_in_memory().map_err(|source| Error::Open {
            path: path.clone(),
            source,
        })?;
        Self { connection }.with_tables(&path, now)
    }

    /// Opens the ledger of a state directory for reading, without a lock and without making anything; `None` if there
    /// is none, or one of an earlier layout.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] or [`Error::Later`].
    pub fn peek(state: &Path) -> Result<Option<Self>, Error> {
        let path = state.join(FILE_NAME);
        if !path.exists() {
            return Ok(None);
        }
        let open = |source| Error::Open {
            path: path.clone(),
            source,
        };
        // A file without a write-ahead log beside it is whole, and is read as such: opening it in the usual way
        // would make the log's files.
        let has_log = state.join(format!("{FILE_NAME}-wal")).exists();
        let suffix = if has_log { "" } else { "?immutable=1" };
        let escaped = percent_encoding::utf8_percent_encode(
            &path.to_string_lossy(),
            percent_encoding::CONTROLS,
        )
        .to_string()
        .replace('?', "%3f")
        .replace('#', "%23");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(format!("file:{escaped}{suffix}"), flags).map_err(open)?;
        let ledger = Self { connection };
        match ledger.layout().map_err(open)? {
            LAYOUT => Ok(Some(ledger)),
            0..LAYOUT => Ok(None),
            layout => Err(Error::Later { path, layout }),
        }
    }

    fn with_tables(self, path: &Path, now: i64) -> Result<Self, Error> {
        let open = |source| Error::Open {
            path: path.to_owned(),
            source,
        };
        let begun = format!("INSERT INTO begun VALUES ({now}); PRAGMA user_version = {LAYOUT};");
        let script = match self.layout().map_err(open)? {
            LAYOUT => return Ok(self),
            0 => format!("BEGIN; {TABLES} {begun} COMMIT;"),
            1 => format!("BEGIN; {FROM_LAYOUT_1} {TABLES} {OF_LAYOUT_1} {begun} COMMIT;"),
            2 => format!("BEGIN; {OF_LAYOUT_2} PRAGMA user_version = {LAYOUT}; COMMIT;"),
            layout => {
                return Err(Error::Later {
                    path: path.to_owned(),
                    layout,
                });
            }
        };
        self.connection.execute_batch(&script).map_err(open)?;
        Ok(self)
    }

    fn layout(&self) -> rusqlite::Result<i64> {
        self.connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
    }

    /// When the ledger was begun.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn begun_at(&self) -> Result<i64, Error> {
        let at = self
            .connection
            .query_row("SELECT at FROM begun", [], |row| row.get(0));
        at.map_err(Error::Read)
    }

    /// Whether there is the row of any item.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn has_items(&self) -> Result<bool, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM item)";
        let has_some = self.connection.query_row(query, [], |row| row.get(0));
        has_some.map_err(Error::Read)
    }

    /// Reads the rows of all items, by id, one after the other.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn for_each_item(&self, mut take: impl FnMut(ItemRecord)) -> Result<(), Error> {
        let query = format!("SELECT {ITEM_COLUMNS} FROM item ORDER BY id");
        let mut statement = self.connection.prepare(&query).map_err(Error::Read)?;
        let mut rows = statement.query([]).map_err(Error::Read)?;
        while let Some(row) = rows.next().map_err(Error::Read)? {
            item(row)
                .map_err(Error::Read)?
                .into_iter()
                .for_each(&mut take);
        }
        Ok(())
    }

    /// Reads the row of one item.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn item(&self, id: &Id) -> Result<Option<ItemRecord>, Error> {
        let query = format!("SELECT {ITEM_COLUMNS} FROM item WHERE id = ?");
        let found = self
            .connection
            .query_row(&query, [id.as_str()], item)
            .optional();
        found.map(Option::flatten).map_err(Error::Read)
    }

    /// Reads the rows of all groups, by name.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn groups(&self) -> Result<Groups, Error> {
        let query = "SELECT name, changed_at, latest, hash FROM item_group";
        Ok(self.read(query, group)?.into_iter().collect())
    }

    /// Reads the paths at which items were published and are no longer.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn former_paths(&self) -> Result<Vec<(String, Id)>, Error> {
        let rows = self.read("SELECT path, id FROM former_path", |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let known = rows
            .into_iter()
            .filter_map(|(path, id)| Some((path, Id::new(&id)?)));
        Ok(known.collect())
    }

    /// Reads the version records of the live feeds, by path below the base URL.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn versions(&self) -> Result<HashMap<String, VersionRecord>, Error> {
        let version = |row: &Row<'_>| {
            Ok((
                row.get(0)?,
                VersionRecord {
                    tag: row.get(1)?,
                    last_modified: row.get(2)?,
                },
            ))
        };
        let rows = self.read("SELECT path, tag, last_modified FROM version", version)?;
        Ok(rows.into_iter().collect())
    }

    /// Reads what was measured of the media files, by path below the media folder.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn media(&self) -> Result<HashMap<String, MediaRecord>, Error> {
        let rows = self.read(
            "SELECT path, size, mtime, ctime, inode, hash, width, height, changed_at FROM media",
            media,
        )?;
        Ok(rows.into_iter().collect())
    }

    /// The names of the last good versions that are kept, with their files and hashes.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn kept_sources(&self) -> Result<HashMap<String, (String, [u8; 16])>, Error> {
        let rows = self.read("SELECT name, file, hash FROM source", |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The last good version under a name.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn source(&self, name: &str) -> Result<Option<Source>, Error> {
        let query = "SELECT file, hash, text FROM source WHERE name = ?";
        let row = self.connection.query_row(query, [name], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?))
        });
        let found = row.optional().map_err(Error::Read)?;
        Ok(found.and_then(|(file, hash, packed)| {
            let text = zstd::bulk::decompress(&packed, SOURCE_BYTES_MAX).ok()?;
            let text = String::from_utf8(text).ok()?;
            Some(Source { file, hash, text })
        }))
    }

    /// The removals that are wished and not done.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn removals(&self) -> Result<Vec<Removal>, Error> {
        let rows = self.read("SELECT id, note, at FROM removal", |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
        })?;
        let known = rows.into_iter().filter_map(|(id, note, at)| {
            let id = Id::new(&id)?;
            Some(Removal { id, note, at })
        });
        Ok(known.collect())
    }

    /// A number that changes when another process has written.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn others_version(&self) -> Result<i64, Error> {
        self.connection
            .query_row("PRAGMA data_version", [], |row| row.get(0))
            .map_err(Error::Read)
    }

    fn read<T>(
        &self,
        query: &str,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.connection.prepare(query).map_err(Error::Read)?;
        let rows = statement.query_map([], row).map_err(Error::Read)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::Read)
    }
}

/// A lost power supply must not lose a published id: every commit is on the disk before it counts.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.busy_timeout(std::time::Duration::from_secs(5))
}
