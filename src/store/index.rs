//! The parsed index: what every item file gave when it was parsed last, so that a restart parses only what is another.
//!
//! It is a copy that may go at any time. It is never trusted over a file: an entry counts only where the file's stamp
//! is the one that was parsed, and what was written less than two seconds before is not kept.

use crate::newsroom::Sections;
use crate::newsroom::entry::{Entry, Likeness, StandsOn, shared_text};
use crate::newsroom::identity::Id;
use crate::newsroom::item::Status;
use crate::newsroom::label::{Kind, Labels};
use crate::newsroom::lifecycle::Life;
use crate::newsroom::rare_fields::{RareFields, RareValues, Withdrawal};
use crate::newsroom::site::Tree;
use crate::source::stamp::FileStamp;
use crate::text::language::Language;
use crate::text::slug::Slug;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// The form of the kept entries; an index of another one is emptied.
const LAYOUT: i64 = 4;

/// The file's name in the state directory.
pub const FILE_NAME: &str = "index.sqlite";

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS fingerprint (
    is_present INTEGER PRIMARY KEY CHECK (is_present = 1),
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS parsed (
    file TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    ctime INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    entry BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

/// The open index.
#[derive(Debug)]
pub struct Index {
    connection: Connection,
}

/// An entry as it is kept. Borrowed where it is written, owned where it is read.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    id: &'a str,
    has_own_id: bool,
    id_uri: Option<&'a str>,
    hash: [u8; 16],
    title: u32,
    date: i64,
    is_day: bool,
    tree: u8,
    language: Option<&'a str>,
    text_key: &'a str,
    text_is_said: bool,
    sections: Vec<&'a str>,
    slug: &'a str,
    aliases: Vec<&'a str>,
    status: u8,
    release_date: i64,
    embargo: Option<i64>,
    expires: Option<i64>,
    changes: Cow<'a, [i64]>,
    day_changes: Cow<'a, [i64]>,
    is_elsewhere: bool,
    withdrawn_at: Option<i64>,
    note: Option<&'a str>,
    replaced_by: Option<&'a str>,
    is_advisory: bool,
    pinned: bool,
    media: Vec<&'a str>,
    tags: Vec<&'a str>,
    authors: Vec<&'a str>,
}

const STATUSES: [Status; 4] = [
    Status::Draft,
    Status::Usable,
    Status::Withheld,
    Status::Canceled,
];

impl Index {
    /// Opens the index of a state directory. One that is damaged is begun anew. `fingerprint` stands for everything
    /// beside a file that decides what it gives: an index with another one is emptied.
    ///
    /// # Errors
    ///
    /// When nothing can be written there.
    pub fn open(state: &Path, fingerprint: &[u8; 16]) -> rusqlite::Result<Self> {
        let path = state.join(FILE_NAME);
        Self::open_file(&path, fingerprint).or_else(|_| Self::begin(&path, fingerprint))
    }

    /// Begins the index anew, after one that cannot be read.
    ///
    /// # Errors
    ///
    /// When nothing can be written there.
    pub fn begun_anew(self, state: &Path, fingerprint: &[u8; 16]) -> rusqlite::Result<Self> {
        drop(self);
        Self::begin(&state.join(FILE_NAME), fingerprint)
    }

    fn begin(path: &Path, fingerprint: &[u8; 16]) -> rusqlite::Result<Self> {
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.to_owned().into_os_string();
            name.push(suffix);
            // What is not there need not be removed; what cannot be shows at the next step.
            let _gone = std::fs::remove_file(name);
        }
        Self::open_file(path, fingerprint)
    }

    fn open_file(path: &Path, fingerprint: &[u8; 16]) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(TABLES)?;
        let known: Option<[u8; 16]> = connection
            .query_row("SELECT hash FROM fingerprint", [], |row| row.get(0))
            .ok();
        let layout: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if known.as_ref() != Some(fingerprint) || layout != LAYOUT {
            connection.execute_batch("DELETE FROM parsed;")?;
            connection.pragma_update(None, "user_version", LAYOUT)?;
            connection.execute(
                "INSERT OR REPLACE INTO fingerprint VALUES (1, ?)",
                [fingerprint],
            )?;
        }
        Ok(Self { connection })
    }

    /// Reads the entries of the files whose stamps are the kept ones, `listed` being sorted by path: the entry of each,
    /// or `None` where the file must be parsed. Forgets those of files that are not listed.
    ///
    /// # Errors
    ///
    /// When the index cannot be read.
    pub fn entries(
        &self,
        listed: &[(Arc<str>, FileStamp)],
        sections: &Sections,
        labels: &Labels,
    ) -> rusqlite::Result<Vec<Option<Arc<Entry>>>> {
        let query = "SELECT file, size, mtime, ctime, inode, entry FROM parsed ORDER BY file";
        let mut statement = self.connection.prepare(query)?;
        let mut rows = statement.query([])?;
        let mut found: Vec<Option<Arc<Entry>>> = Vec::with_capacity(listed.len());
        let mut gone = Vec::new();
        while let Some(row) = rows.next()? {
            let name = row.get_ref(0)?.as_str()?;
            while listed
                .get(found.len())
                .is_some_and(|(file, _)| **file < *name)
            {
                found.push(None);
            }
            let Some((file, stamp)) = listed.get(found.len()).filter(|(file, _)| **file == *name)
            else {
                gone.push(name.to_owned());
                continue;
            };
            let kept = FileStamp {
                size: row.get::<_, i64>(1)?.cast_unsigned(),
                mtime: row.get(2)?,
                ctime: row.get(3)?,
                inode: row.get::<_, i64>(4)?.cast_unsigned(),
            };
            let blob = row.get_ref(5)?.as_blob()?;
            let entry = || {
                let kept: Kept<'_> = postcard::from_bytes(blob).ok()?;
                kept.entry(Arc::clone(file), sections, labels).map(Arc::new)
            };
            found.push(if kept == *stamp { entry() } else { None });
        }
        found.resize_with(listed.len(), || None);
        drop(rows);
        drop(statement);
        let transaction = self.connection.unchecked_transaction()?;
        {
            let mut forget = transaction.prepare("DELETE FROM parsed WHERE file = ?")?;
            for file in gone {
                forget.execute([file])?;
            }
        }
        transaction.commit()?;
        Ok(found)
    }

    /// Keeps entries with the stamps of the files that they were parsed from.
    ///
    /// # Errors
    ///
    /// When nothing can be written.
    pub fn keep(&mut self, parsed: &[(FileStamp, Arc<Entry>)]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let query = "INSERT OR REPLACE INTO parsed VALUES (?, ?, ?, ?, ?, ?)";
            let mut statement = transaction.prepare(query)?;
            for (stamp, entry) in parsed {
                // Texts and numbers always have this form; an entry that had none would be parsed again.
                let blob = postcard::to_stdvec(&Kept::of(entry)).unwrap_or_default();
                statement.execute(params![
                    entry.file,
                    stamp.size.cast_signed(),
                    stamp.mtime,
                    stamp.ctime,
                    stamp.inode.cast_signed(),
                    blob,
                ])?;
            }
        }
        transaction.commit()
    }
}

/// The tags, or the authors, as an item spells them.
fn spellings(entry: &Entry, kind: Kind) -> Vec<&str> {
    let labels = entry.labels.iter().filter(|label| label.kind() == kind);
    labels.filter_map(|label| label.spelling()).collect()
}

impl<'a> Kept<'a> {
    fn of(entry: &'a Entry) -> Self {
        let seldom = &entry.rare;
        let status = STATUSES
            .iter()
            .position(|status| *status == entry.life.status);
        Self {
            id: entry.id.as_str(),
            has_own_id: entry.has_own_id,
            id_uri: seldom.id_uri.as_deref(),
            hash: entry.hash,
            title: entry.likeness.title,
            date: entry.likeness.date,
            is_day: entry.likeness.is_day,
            tree: entry.tree.number(),
            language: seldom.language.as_ref().map(Language::as_str),
            text_key: &entry.text,
            text_is_said: entry.has_own_text,
            sections: entry.sections().map(Slug::as_str).collect(),
            slug: entry.slug.as_str(),
            aliases: seldom.aliases.iter().map(|alias| &**alias).collect(),
            status: status.and_then(|at| u8::try_from(at).ok()).unwrap_or(0),
            release_date: entry.life.date,
            embargo: entry.life.embargo,
            expires: entry.life.expires,
            changes: Cow::Borrowed(&seldom.changes),
            day_changes: Cow::Borrowed(&seldom.day_changes),
            is_elsewhere: seldom.is_elsewhere,
            withdrawn_at: seldom.withdrawal.at,
            note: seldom.withdrawal.note.as_deref(),
            replaced_by: seldom.withdrawal.replaced_by.as_ref().map(Id::as_str),
            is_advisory: entry.is_advisory,
            pinned: entry.pinned,
            media: entry.media.iter().map(|path| &**path).collect(),
            tags: spellings(entry, Kind::Tag),
            authors: spellings(entry, Kind::Author),
        }
    }

    /// The entry; `None` where something in it is no longer what it was, and the file must be parsed.
    fn entry(self, file: Arc<str>, sections: &Sections, labels: &Labels) -> Option<Entry> {
        // The sections' own names are shared by all their items.
        let mut listed = self
            .sections
            .iter()
            .map(|name| Some(sections.get(*name)?.name.clone()));
        let life = Life {
            status: *STATUSES.get(usize::from(self.status))?,
            date: self.release_date,
            embargo: self.embargo,
            expires: self.expires,
            is_previewed: false,
        };
        let slug = Slug::new(self.slug)?;
        let id = Id::new(self.id)?.sharing(&slug);
        let language = match self.language {
            Some(tag) => Some(Language::new(tag)?),
            None => None,
        };
        Some(Entry {
            text: shared_text(self.text_key, &id, &slug),
            has_own_text: self.text_is_said,
            id,
            has_own_id: self.has_own_id,
            file,
            hash: self.hash,
            likeness: Likeness {
                title: self.title,
                date: self.date,
                is_day: self.is_day,
            },
            tree: Tree::of_number(self.tree),
            section: listed.next()??,
            slug,
            wire: life.release(),
            life,
            rare: RareFields::from(RareValues {
                id_uri: self.id_uri.map(Arc::from),
                language,
                sections: listed.collect::<Option<_>>()?,
                aliases: self.aliases.into_iter().map(Arc::from).collect(),
                changes: self.changes.into_owned(),
                day_changes: self.day_changes.into_owned(),
                is_elsewhere: self.is_elsewhere,
                withdrawal: Withdrawal {
                    at: self.withdrawn_at,
                    note: self.note.map(str::to_owned),
                    replaced_by: self.replaced_by.and_then(Id::new),
                },
            }),
            seen: None,
            basis: StandsOn::File,
            is_advisory: self.is_advisory,
            pinned: self.pinned,
            media: self.media.into_iter().map(Arc::from).collect(),
            labels: {
                let tags = self.tags.into_iter().map(|tag| (Kind::Tag, tag));
                let authors = self
                    .authors
                    .into_iter()
                    .map(|author| (Kind::Author, author));
                let all = tags.chain(authors);
                all.map(|(kind, spelling)| labels.of(kind, spelling))
                    .collect::<Option<_>>()?
            },
        })
    }
}
