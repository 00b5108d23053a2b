//! The ledger's tables, and their rows as values.

use crate::newsroom::entry::{DayChanges, Likeness};
use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::State;
use crate::newsroom::record::{GroupRecord, ItemRecord};
use crate::source::media::MediaRecord;
use crate::source::stamp::FileStamp;
use rusqlite::Row;

pub(super) const TABLES: &str = "
CREATE TABLE begun (
    at INTEGER NOT NULL
) STRICT;
CREATE TABLE item (
    id TEXT PRIMARY KEY,
    id_uri TEXT,
    file TEXT NOT NULL,
    path TEXT NOT NULL,
    wire INTEGER NOT NULL,
    hash BLOB NOT NULL,
    title_hash INTEGER NOT NULL,
    date INTEGER NOT NULL,
    date_is_day INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    state TEXT,
    withdrawn_at INTEGER,
    said_at INTEGER,
    note TEXT,
    replaced_by TEXT,
    is_advisory INTEGER NOT NULL,
    groups TEXT NOT NULL,
    media TEXT NOT NULL,
    text TEXT,
    day_changes INTEGER NOT NULL DEFAULT 0,
    day_change_seen_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE former_path (
    path TEXT PRIMARY KEY,
    id TEXT NOT NULL
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
CREATE TABLE source (
    name TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    hash BLOB NOT NULL,
    text BLOB NOT NULL
) STRICT;
CREATE TABLE removal (
    id TEXT PRIMARY KEY,
    note TEXT,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE unconfirmed (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
";

/// The tables of layout 1, whose rows are too few to go on with: everything is begun anew from the files, with the
/// versions of feeds and the measurements of media files kept.
pub(super) const FROM_LAYOUT_1: &str = "
ALTER TABLE item RENAME TO item_1;
ALTER TABLE item_group RENAME TO item_group_1;
ALTER TABLE version RENAME TO version_1;
ALTER TABLE media RENAME TO media_1;
";

/// What layout 2 lacks.
pub(super) const OF_LAYOUT_2: &str = "ALTER TABLE item ADD COLUMN text TEXT;";

/// Layout 3 did not know whose withdrawal waits for a confirmation.
pub(super) const OF_LAYOUT_3: &str =
    "CREATE TABLE unconfirmed (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;";

/// Layout 4 did not know when changes that are dated with a day alone were seen.
pub(super) const OF_LAYOUT_4: &str = "
ALTER TABLE item ADD COLUMN day_changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN day_change_seen_at INTEGER;
";

/// Takes over what layout 1 remembered.
pub(super) const OF_LAYOUT_1: &str = "
INSERT INTO item SELECT id, NULL, file, path, wire, hash, 0, wire, 0, changed_at, wire, state, withdrawn_at, NULL, NULL,
    NULL, 0, groups, '', NULL, 0, NULL FROM item_1;
INSERT INTO item_group SELECT * FROM item_group_1;
INSERT INTO version SELECT * FROM version_1;
INSERT INTO media SELECT * FROM media_1;
DROP TABLE item_1;
DROP TABLE item_group_1;
DROP TABLE version_1;
DROP TABLE media_1;
";

/// The columns of an item's row, in the order in which [`item`] reads and the ledger writes them.
pub(super) const ITEM_COLUMNS: &str = "id, id_uri, file, path, wire, hash, title_hash, date, date_is_day, changed_at, \
     updated, state, withdrawn_at, said_at, note, replaced_by, is_advisory, groups, media, text, day_changes, \
     day_change_seen_at";

/// Names as one text: a line each, or as JSON where a name has a line break in it or begins as JSON does.
pub(super) fn lines(names: &[String]) -> String {
    let is_plain = |name: &String| !name.is_empty() && !name.contains(['\n', '\r']);
    let lines = names.join("\n");
    if names.iter().all(is_plain) && !lines.starts_with('[') {
        return lines;
    }
    serde_json::Value::from(names.to_vec()).to_string()
}

/// The names of such a text.
fn of_lines(text: &str) -> Vec<String> {
    let json = text
        .starts_with('[')
        .then(|| serde_json::from_str(text).ok());
    let lines = || text.lines().map(str::to_owned).collect();
    json.flatten().unwrap_or_else(lines)
}

/// A row whose id breaks the grammar was not written by us; it is passed over.
pub(super) fn item(row: &Row<'_>) -> rusqlite::Result<Option<ItemRecord>> {
    let Some(id) = Id::new(&row.get::<_, String>(0)?) else {
        return Ok(None);
    };
    let state: Option<String> = row.get(11)?;
    let replaced_by: Option<String> = row.get(15)?;
    let lines = |at| Ok::<_, rusqlite::Error>(of_lines(&row.get::<_, String>(at)?));
    Ok(Some(ItemRecord {
        id,
        id_uri: row.get(1)?,
        file: row.get(2)?,
        path: row.get(3)?,
        wire: row.get(4)?,
        hash: row.get(5)?,
        likeness: Likeness {
            title: row.get(6)?,
            date: row.get(7)?,
            is_day: row.get(8)?,
        },
        changed_at: row.get(9)?,
        updated: row.get(10)?,
        state: state.as_deref().and_then(State::of_word),
        withdrawn_at: row.get(12)?,
        said_at: row.get(13)?,
        note: row.get(14)?,
        replaced_by: replaced_by.and_then(|id| Id::new(&id)),
        is_advisory: row.get(16)?,
        groups: lines(17)?,
        media: lines(18)?,
        text: row.get(19)?,
        day_changes: DayChanges {
            come: row.get(20)?,
            seen_at: row.get(21)?,
        },
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
    let stamp = FileStamp {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_line_breaks_come_back_as_they_were() {
        for names in [
            &["a.pdf", "b.pdf"] as &[&str],
            &["a\nb.pdf", "c.pdf"],
            &["[1].png"],
            &["[\"a\"]"],
            &[],
            &[""],
        ] {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(of_lines(&lines(&names)), names);
        }
    }
}
