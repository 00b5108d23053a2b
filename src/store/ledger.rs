//! The ledger: what was ever published and how it last looked on the wire. One SQLite file in the state directory.

pub mod new;
pub mod writing;

use crate::edition::record::VersionRecord;
use crate::newsroom::identity::Id;
use crate::newsroom::record::{Groups, ItemRecord};
use crate::source::media::MediaRecord;
use crate::store::rows::{
    FROM_LAYOUT_1, ITEM_COLUMNS, OF_LAYOUT_1, OF_LAYOUT_2, OF_LAYOUT_3, OF_LAYOUT_4, TABLES, group,
    item, media,
};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The file's name in the state directory.
pub const FILE_NAME: &str = "ledger.sqlite";

/// The layout of the tables; a file with a higher number was written by a later program.
const LAYOUT: i64 = 5;

/// A start waits so long for another program that holds the ledger, in seconds.
pub const BUSY_SECONDS_MAX: u64 = 15;

/// Each time it asks it waits so long.
const BUSY_LOOK: Duration = Duration::from_secs(1);

/// A log that has grown beyond this is cut when its rows are in the file, in bytes.
const LOG_BYTES_MAX: i64 = 16 * 1024 * 1024;

/// The longest text that is unpacked: the largest item file, and room for a removed byte order mark.
const SOURCE_BYTES_MAX: usize = 5 * 1024 * 1024;

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is there and cannot be opened.
    #[error(
        "cannot open the ledger `{}`; it was left as it is, and nothing is served without it: mend that and start again",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Another program holds it.
    #[error(
        "the ledger `{}` is held by another program (a backup, a `sqlite3` shell?); end that and start again",
        path.display()
    )]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// It is there, and there is nothing in it.
    #[error("the ledger `{}` is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// There was none, and none can be made.
    #[error("cannot make the ledger `{}`", path.display())]
    New {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
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
    /// Whether something in the ledger is not what we wrote. Nothing else is damage: a file that another program holds,
    /// or that cannot be opened at the moment, is as good as it was.
    pub fn is_damage(&self) -> bool {
        let is_said = |source: &rusqlite::Error| {
            let code = source.sqlite_error_code();
            code.map(|code| matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
        };
        match self {
            Self::Empty { .. } => true,
            Self::Open { source, .. } => is_said(source) == Some(true),
            // A row that cannot be read as what it is has no code.
            Self::Read(source) => is_said(source) != Some(false),
            Self::Busy { .. } | Self::Later { .. } | Self::New { .. } | Self::Write(_) => false,
        }
    }

    /// Whether another program holds the ledger.
    fn is_busy(&self) -> bool {
        let Self::Open { source, .. } = self else {
            return false;
        };
        let code = source.sqlite_error_code();
        matches!(
            code,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        )
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
    /// Opens the ledger of a state directory, or makes it, begun at `now`. Where another program holds it this waits for
    /// up to [`BUSY_SECONDS_MAX`].
    ///
    /// # Errors
    ///
    /// [`Error::New`] where there was none and none can be made; [`Error::Busy`], [`Error::Later`], and [`Error::Open`] or
    /// [`Error::Empty`] where there is one: it is left as it is.
    pub fn open(state: &Path, now: i64) -> Result<Self, Error> {
        let path = state.join(FILE_NAME);
        if !path.exists() {
            new::make(state, now)?;
        }
        let waited = Instant::now();
        let mut is_said = false;
        loop {
            match Self::open_there(&path, now) {
                Err(error) if error.is_busy() => {}
                opened => return opened,
            }
            if waited.elapsed() >= Duration::from_secs(BUSY_SECONDS_MAX) {
                return Err(Error::Busy { path });
            }
            if !std::mem::replace(&mut is_said, true) {
                tracing::warn!("another program holds `{}`: waiting for it", path.display());
            }
        }
    }

    fn open_there(path: &Path, now: i64) -> Result<Self, Error> {
        let open = |source| Error::Open {
            path: path.to_owned(),
            source,
        };
        let log = path.with_file_name(format!("{FILE_NAME}-wal"));
        if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) && !log.exists() {
            return Err(Error::Empty {
                path: path.to_owned(),
            });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(open)?;
        prepare(&connection).map_err(open)?;
        Self { connection }.with_tables(path, now)
    }

    /// Waits no longer than this for other programs from now on: what cannot be written at once is written later, and
    /// nothing that is published waits for it.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn wait_at_most(&self, wait: Duration) -> Result<(), Error> {
        self.connection.busy_timeout(wait).map_err(Error::Write)
    }

    /// Moves what was written to the log into the file, and cuts the log: after a first start it is as large as the
    /// ledger.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn shorten_log(&self) -> Result<(), Error> {
        let query = "PRAGMA wal_checkpoint(TRUNCATE)";
        let done = self.connection.query_row(query, [], |_| Ok(()));
        done.map_err(Error::Write)
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

    pub(super) fn with_tables(self, path: &Path, now: i64) -> Result<Self, Error> {
        let open = |source| Error::Open {
            path: path.to_owned(),
            source,
        };
        let numbered = format!("PRAGMA user_version = {LAYOUT};");
        let begun = format!("INSERT INTO begun VALUES ({now}); {numbered}");
        let script = match self.layout().map_err(open)? {
            LAYOUT => return Ok(self),
            0 => format!("BEGIN; {TABLES} {begun} COMMIT;"),
            1 => format!("BEGIN; {FROM_LAYOUT_1} {TABLES} {OF_LAYOUT_1} {begun} COMMIT;"),
            2 => format!("BEGIN; {OF_LAYOUT_2} {OF_LAYOUT_3} {OF_LAYOUT_4} {numbered} COMMIT;"),
            3 => format!("BEGIN; {OF_LAYOUT_3} {OF_LAYOUT_4} {numbered} COMMIT;"),
            4 => format!("BEGIN; {OF_LAYOUT_4} {numbered} COMMIT;"),
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

    /// Reads which items have lost their files and are not withdrawn before somebody confirms it.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn unconfirmed(&self) -> Result<BTreeSet<Id>, Error> {
        let ids: Vec<String> = self.read("SELECT id FROM unconfirmed", |row| row.get(0))?;
        Ok(ids.iter().filter_map(|id| Id::new(id)).collect())
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

/// A lost power supply must not lose a published id: every commit is on the disk before it counts. Asks for the lock of
/// a writer, too, so that what cannot be written shows at once.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_LOOK)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_MAX)?;
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK;")
}
