//! The ledger's tables, and their rows as values.

use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::State;
use crate::newsroom::record::{GroupRecord, ItemRecord};
use crate::source::media::MediaRecord;
use crate::source::stamp::Stamp;
use rusqlite::Row;

pub(super) const TABLES: &str = "
CREATE TABLE item (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    path TEXT NOT NULL,
    wire INTEGER NOT NULL,
    hash BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    state TEXT,
    withdrawn_at INTEGER,
    groups TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE item_group (
    name TEXT PRIMARY KEY,
    changed_at INTEGER NOT NULL,
    latest INTEGER,
    hash BLOB
) STRICT, WITHOUT ROWID;
CREATE TABLE version (
    path TEXT PRIMARY KEY,
    tag TEXT NOT NULL,
    last_modified INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE media (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    ctime INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    hash BLOB,
    width INTEGER,
    height INTEGER,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

pub(super) fn item(row: &Row<'_>) -> rusqlite::Result<Option<ItemRecord>> {
    let Some(id) = Id::new(&row.get::<_, String>(0)?) else {
        return Ok(None);
    };
    let state: Option<String> = row.get(6)?;
    let groups: String = row.get(8)?;
    Ok(Some(ItemRecord {
        id,
        file: row.get(1)?,
        path: row.get(2)?,
        wire: row.get(3)?,
        hash: row.get(4)?,
        changed_at: row.get(5)?,
        state: state.as_deref().and_then(State::of_word),
        withdrawn_at: row.get(7)?,
        groups: groups.lines().map(str::to_owned).collect(),
    }))
}

pub(super) fn group(row: &Row<'_>) -> rusqlite::Result<(String, GroupRecord)> {
    Ok((
        row.get(0)?,
        GroupRecord {
            changed_at: row.get(1)?,
            latest: row.get(2)?,
            hash: row.get(3)?,
        },
    ))
}

pub(super) fn media(row: &Row<'_>) -> rusqlite::Result<(String, MediaRecord)> {
    let stamp = Stamp {
        size: row.get::<_, i64>(1)?.cast_unsigned(),
        mtime: row.get(2)?,
        ctime: row.get(3)?,
        inode: row.get::<_, i64>(4)?.cast_unsigned(),
    };
    let pixels = row.get::<_, Option<u32>>(6)?.zip(row.get(7)?);
    Ok((
        row.get(0)?,
        MediaRecord {
            stamp,
            hash: row.get(5)?,
            pixels,
            changed_at: row.get(8)?,
        },
    ))
}
