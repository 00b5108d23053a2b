//! The ledger: what was ever published and how it last looked on the wire. One SQLite file in the state directory.

use crate::edition::record::VersionRecord;
use crate::newsroom::lifecycle::State;
use crate::newsroom::record::{Records, Stamps};
use crate::source::media::MediaRecord;
use crate::source::stamp::Stamp;
use crate::store::rows::{TABLES, group, item, media};
use rusqlite::{Connection, OpenFlags, Row, Transaction, params};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The file's name in the state directory.
pub const FILE_NAME: &str = "ledger.sqlite";

/// The layout of the tables; a file with a higher number was written by a later program.
const LAYOUT: i64 = 1;

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

/// The open ledger.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
}

impl Ledger {
    /// Opens the ledger of a state directory, or makes it.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] if the file is damaged or cannot be written, [`Error::Later`] if it is a later program's.
    pub fn open(state: &Path) -> Result<Self, Error> {
        let path = state.join(FILE_NAME);
        let open = |source| Error::Open {
            path: path.clone(),
            source,
        };
        let connection = Connection::open(&path).map_err(open)?;
        prepare(&connection).map_err(open)?;
        Self { connection }.with_tables(&path)
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
    pub fn in_memory() -> Result<Self, Error> {
        let path = PathBuf::from(":memory:");
        let connection = Connection::open_in_memory().map_err(|source| Error::Open {
            path: path.clone(),
            source,
        })?;
        Self { connection }.with_tables(&path)
    }

    /// Reads the ledger of a state directory without a lock and without making anything; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Open`], [`Error::Later`] or [`Error::Read`].
    pub fn peek(state: &Path) -> Result<Option<Records>, Error> {
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
        let layout = ledger.layout().map_err(open)?;
        match layout {
            LAYOUT => ledger.records().map(Some),
            0 => Ok(None),
            _ => Err(Error::Later { path, layout }),
        }
    }

    fn with_tables(self, path: &Path) -> Result<Self, Error> {
        let open = |source| Error::Open {
            path: path.to_owned(),
            source,
        };
        match self.layout().map_err(open)? {
            LAYOUT => {}
            0 => {
                let script = format!("BEGIN; {TABLES} PRAGMA user_version = {LAYOUT}; COMMIT;");
                self.connection.execute_batch(&script).map_err(open)?;
            }
            layout => {
                return Err(Error::Later {
                    path: path.to_owned(),
                    layout,
                });
            }
        }
        Ok(self)
    }

    fn layout(&self) -> rusqlite::Result<i64> {
        self.connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
    }

    /// Reads the rows of all items and groups.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn records(&self) -> Result<Records, Error> {
        let items = self.read(
            "SELECT id, file, path, wire, hash, changed_at, state, withdrawn_at, groups FROM item",
            item,
        )?;
        let groups = self.read(
            "SELECT name, changed_at, latest, hash FROM item_group",
            group,
        )?;
        // A row whose id breaks the grammar was not written by us; it is passed over.
        let items = items
            .into_iter()
            .flatten()
            .map(|record| (record.id.clone(), record))
            .collect();
        Ok(Records {
            items,
            groups: groups.into_iter().collect(),
        })
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

    fn read<T>(
        &self,
        query: &str,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.connection.prepare(query).map_err(Error::Read)?;
        let rows = statement.query_map([], row).map_err(Error::Read)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::Read)
    }

    /// Writes the rows of items and groups that changed, all or none.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn write_stamps(&mut self, stamps: &Stamps) -> Result<(), Error> {
        self.write(|transaction| {
            let mut statement = transaction
                .prepare("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
            for record in &stamps.items {
                statement.execute(params![
                    record.id.as_str(),
                    record.file,
                    record.path,
                    record.wire,
                    record.hash,
                    record.changed_at,
                    record.state.map(State::word),
                    record.withdrawn_at,
                    record.groups.join("\n"),
                ])?;
            }
            let mut statement =
                transaction.prepare("INSERT OR REPLACE INTO item_group VALUES (?, ?, ?, ?)")?;
            for (name, record) in &stamps.groups {
                statement.execute(params![name, record.changed_at, record.latest, record.hash])?;
            }
            Ok(())
        })
    }

    /// Writes the version records that changed, all or none.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn write_versions<'a>(
        &mut self,
        versions: impl Iterator<Item = (&'a String, &'a VersionRecord)>,
    ) -> Result<(), Error> {
        self.write(|transaction| {
            let mut statement =
                transaction.prepare("INSERT OR REPLACE INTO version VALUES (?, ?, ?)")?;
            for (path, version) in versions {
                statement.execute(params![path, version.tag, version.last_modified])?;
            }
            Ok(())
        })
    }

    /// Writes what was measured of media files, all or none.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn write_media<'a>(
        &mut self,
        files: impl Iterator<Item = (&'a String, &'a MediaRecord)>,
    ) -> Result<(), Error> {
        self.write(|transaction| {
            let mut statement = transaction
                .prepare("INSERT OR REPLACE INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
            for (path, record) in files {
                let Stamp {
                    size,
                    mtime,
                    ctime,
                    inode,
                } = record.stamp;
                let (width, height) = record.pixels.unzip();
                statement.execute(params![
                    path,
                    size.cast_signed(),
                    mtime,
                    ctime,
                    inode.cast_signed(),
                    record.hash,
                    width,
                    height,
                    record.changed_at,
                ])?;
            }
            Ok(())
        })
    }

    fn write(
        &mut self,
        rows: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), Error> {
        let transaction = self.connection.transaction().map_err(Error::Write)?;
        rows(&transaction).map_err(Error::Write)?;
        transaction.commit().map_err(Error::Write)
    }
}

/// A lost power supply must not lose a published id: every commit is on the disk before it counts.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.busy_timeout(std::time::Duration::from_secs(5))
}
