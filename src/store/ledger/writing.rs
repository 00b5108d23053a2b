//! What is written to the ledger.

use super::{Error, Ledger, Removal, Source};
use crate::edition::record::VersionRecord;
use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::State;
use crate::newsroom::record::{GroupRecord, ItemRecord};
use crate::source::media::MediaRecord;
use crate::source::stamp::FileStamp;
use crate::store::rows::{ITEM_COLUMNS, lines};
use rusqlite::{Transaction, params};
use std::collections::BTreeSet;

const ZSTD_LEVEL: i32 = 3;

/// What is to be written together, all or nothing.
#[derive(Debug, Default)]
pub struct Writing<'a> {
    /// Rows of groups by name.
    pub groups: Vec<(&'a String, &'a GroupRecord)>,
    /// Paths at which items were published and are no longer.
    pub paths: &'a [(String, Id)],
    /// Version records by path.
    pub versions: Vec<(&'a String, &'a VersionRecord)>,
    /// Last good versions by name.
    pub sources: Vec<(&'a String, &'a Source)>,
    /// The names of last good versions that nobody needs any more.
    pub forgotten: Vec<&'a String>,
    /// Removals that are done.
    pub removed: Vec<&'a Id>,
    /// The items whose withdrawal waits for a confirmation, where these are others.
    pub unconfirmed: Option<&'a BTreeSet<Id>>,
    /// Measurements of media files by path.
    pub media: Vec<(&'a String, &'a MediaRecord)>,
}

impl Ledger {
    /// Leaves a wish to remove an item.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn wish_removal(&mut self, removal: &Removal) -> Result<(), Error> {
        self.connection
            .execute(
                "INSERT OR REPLACE INTO removal VALUES (?, ?, ?)",
                params![removal.id.as_str(), removal.note, removal.at],
            )
            .map(|_| ())
            .map_err(Error::Write)
    }

    /// Writes rows, all or none: those of items in parts, as they come, and the others.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn write(
        &mut self,
        items: impl IntoIterator<Item = Vec<ItemRecord>>,
        others: &Writing<'_>,
    ) -> Result<(), Error> {
        let transaction = self.connection.transaction().map_err(Error::Write)?;
        for part in items {
            write_items(&transaction, &part).map_err(Error::Write)?;
        }
        write(&transaction, others).map_err(Error::Write)?;
        transaction.commit().map_err(Error::Write)
    }
}

fn write(transaction: &Transaction<'_>, writing: &Writing<'_>) -> rusqlite::Result<()> {
    let into = |table: &str, columns: usize| {
        let marks = vec!["?"; columns].join(", ");
        transaction.prepare_cached(&format!("INSERT OR REPLACE INTO {table} VALUES ({marks})"))
    };
    for (name, group) in &writing.groups {
        into("item_group", 4)?.execute(params![
            name,
            group.changed_at,
            group.latest,
            group.hash
        ])?;
    }
    for (path, id) in writing.paths {
        into("former_path", 2)?.execute(params![path, id.as_str()])?;
    }
    for (path, version) in &writing.versions {
        into("version", 3)?.execute(params![path, version.tag, version.last_modified])?;
    }
    for (name, source) in &writing.sources {
        // Packing in memory does not fail; a text that did would not be kept.
        let packed = zstd::bulk::compress(source.text.as_bytes(), ZSTD_LEVEL).unwrap_or_default();
        into("source", 4)?.execute(params![name, source.file, source.hash, packed])?;
    }
    for name in &writing.forgotten {
        transaction
            .prepare_cached("DELETE FROM source WHERE name = ?")?
            .execute([name])?;
    }
    for id in &writing.removed {
        transaction
            .prepare_cached("DELETE FROM removal WHERE id = ?")?
            .execute([id.as_str()])?;
    }
    if let Some(unconfirmed) = writing.unconfirmed {
        transaction.execute("DELETE FROM unconfirmed", [])?;
        for id in unconfirmed {
            into("unconfirmed", 1)?.execute([id.as_str()])?;
        }
    }
    for (path, record) in &writing.media {
        let FileStamp {
            size,
            mtime,
            ctime,
            inode,
        } = record.stamp;
        let (width, height) = record.pixels.unzip();
        into("media", 9)?.execute(params![
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
}

fn write_items(transaction: &Transaction<'_>, items: &[ItemRecord]) -> rusqlite::Result<()> {
    let marks = vec!["?"; 22].join(", ");
    let query = format!("INSERT OR REPLACE INTO item ({ITEM_COLUMNS}) VALUES ({marks})");
    let mut statement = transaction.prepare_cached(&query)?;
    for record in items {
        statement.execute(params![
            record.id.as_str(),
            record.id_uri,
            record.file,
            record.path,
            record.wire,
            record.hash,
            record.likeness.title,
            record.likeness.date,
            record.likeness.is_day,
            record.changed_at,
            record.updated,
            record.state.map(State::word),
            record.withdrawn_at,
            record.said_at,
            record.note,
            record.replaced_by.as_ref().map(Id::as_str),
            record.is_advisory,
            lines(&record.groups),
            lines(&record.media),
            record.text,
            record.day_changes.come,
            record.day_changes.seen_at,
        ])?;
    }
    Ok(())
}
