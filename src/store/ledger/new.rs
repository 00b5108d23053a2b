//! A new ledger: made whole under another name and then put into its place, so that there is never half of one. What was
//! withdrawn is read out of a damaged one as far as it goes.

use super::{Error, FILE_NAME, Ledger, Removal};
use crate::newsroom::identity::Id;
use crate::newsroom::record::ItemRecord;
use crate::store::ledger::writing::Writing;
use crate::store::rows::{ITEM_COLUMNS, item};
use rusqlite::{Connection, OpenFlags, Row};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The files that may lie beside a database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What could be read out of a damaged ledger.
#[derive(Debug, Default)]
pub struct Saved {
    /// The rows of withdrawn items.
    pub withdrawn: Vec<ItemRecord>,
    /// The removals that were wished and not done.
    pub removals: Vec<Removal>,
}

/// Makes an empty ledger, begun at `now`.
///
/// # Errors
///
/// [`Error::New`]; then there is none, as before.
pub(super) fn make(state: &Path, now: i64) -> Result<(), Error> {
    make_with(state, now, &Saved::default())
}

/// Moves a damaged ledger out of the way, so that nothing of it is lost, and puts a new one into its place that knows
/// what was withdrawn, as far as that can be read. Returns where the damaged one is now.
///
/// # Errors
///
/// [`Error::New`] where no new one can be made: then the damaged one stays where it is.
pub fn begin_anew(state: &Path, now: i64) -> Result<(PathBuf, Saved), Error> {
    let path = state.join(FILE_NAME);
    let failed = |source: io::Error| Error::New {
        path: path.clone(),
        source: source.into(),
    };
    let saved = save(&path);
    let aside = state.join(format!("{FILE_NAME}.damaged-{now}"));
    let new = write_new(state, now, &saved)?;
    fs::rename(&path, &aside).map_err(failed)?;
    for suffix in BESIDE {
        let beside = state.join(format!("{FILE_NAME}{suffix}"));
        if beside.exists() {
            let aside = state.join(format!("{FILE_NAME}.damaged-{now}{suffix}"));
            fs::rename(beside, aside).map_err(failed)?;
        }
    }
    put_in_place(state, &new).map_err(failed)?;
    Ok((aside, saved))
}

fn make_with(state: &Path, now: i64, saved: &Saved) -> Result<(), Error> {
    let path = state.join(FILE_NAME);
    let failed = |source: io::Error| Error::New {
        path: path.clone(),
        source: source.into(),
    };
    // The log of a ledger that is gone must not be taken for that of the new one.
    for suffix in BESIDE {
        let beside = state.join(format!("{FILE_NAME}{suffix}"));
        if beside.exists() {
            let aside = state.join(format!("{FILE_NAME}.damaged-{now}{suffix}"));
            fs::rename(beside, aside).map_err(failed)?;
        }
    }
    let new = write_new(state, now, saved)?;
    put_in_place(state, &new).map_err(failed)
}

/// Writes a whole ledger under another name.
fn write_new(state: &Path, now: i64, saved: &Saved) -> Result<PathBuf, Error> {
    let new = state.join(format!("{FILE_NAME}.new"));
    let written = try_write(&new, now, saved);
    let forget = |suffix: &str| {
        let mut name = new.clone().into_os_string();
        name.push(suffix);
        // What is not there need not be removed.
        let _gone = fs::remove_file(name);
    };
    BESIDE.into_iter().for_each(forget);
    written.map(|()| new.clone()).map_err(|source| {
        forget("");
        Error::New {
            path: state.join(FILE_NAME),
            source,
        }
    })
}

fn try_write(
    new: &Path,
    now: i64,
    saved: &Saved,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // What an interrupted start has left.
    if new.exists() {
        fs::remove_file(new)?;
    }
    let connection = Connection::open(new)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let mut ledger = Ledger { connection }.with_tables(new, now)?;
    ledger.write([saved.withdrawn.clone()], &Writing::default())?;
    for removal in &saved.removals {
        ledger.wish_removal(removal)?;
    }
    drop(ledger);
    File::open(new)?.sync_all()?;
    Ok(())
}

fn put_in_place(state: &Path, new: &Path) -> io::Result<()> {
    fs::rename(new, state.join(FILE_NAME))?;
    File::open(state)?.sync_all()
}

/// Reads what was withdrawn out of a damaged ledger: from both ends, since a damaged page ends a reading.
fn save(path: &Path) -> Saved {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(connection) = Connection::open_with_flags(path, flags) else {
        return Saved::default();
    };
    // Otherwise a file that is shorter than its first page says is not read at all. Nothing is written.
    let _refused = connection.pragma_update(None, "writable_schema", "ON");
    let removal = |row: &Row<'_>| {
        let id = Id::new(&row.get::<_, String>(0)?);
        let (note, at) = (row.get(1)?, row.get(2)?);
        Ok(id.map(|id| Removal { id, note, at }))
    };
    let mut withdrawn = BTreeMap::new();
    let mut removals = BTreeMap::new();
    for order in ["ASC", "DESC"] {
        let items = format!(
            "SELECT {ITEM_COLUMNS} FROM item WHERE +state = 'canceled' ORDER BY id {order}"
        );
        for record in rows(&connection, &items, item) {
            withdrawn.insert(record.id.clone(), record);
        }
        let wishes = format!("SELECT id, note, at FROM removal ORDER BY id {order}");
        for wish in rows(&connection, &wishes, removal) {
            removals.insert(wish.id.clone(), wish);
        }
    }
    Saved {
        withdrawn: withdrawn.into_values().collect(),
        removals: removals.into_values().collect(),
    }
}

/// The rows up to the first that cannot be reached; one that is not what we wrote is passed over.
fn rows<T>(
    connection: &Connection,
    query: &str,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<Option<T>>,
) -> Vec<T> {
    let mut found = Vec::new();
    let Ok(mut statement) = connection.prepare(query) else {
        return found;
    };
    let Ok(mut rows) = statement.query([]) else {
        return found;
    };
    while let Ok(Some(row)) = rows.next() {
        found.extend(read(row).ok().flatten());
    }
    found
}
