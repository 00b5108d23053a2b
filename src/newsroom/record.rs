//! What the ledger remembers of items and groups: a row an item and a row a group (all news of a tree, a section, a tag,
//! an author, or the settings).

use crate::newsroom::Newsroom;
use crate::newsroom::entry::{DayChanges, Entry, Likeness, Seen};
use crate::newsroom::identity::Id;
use crate::newsroom::item::Status;
use crate::newsroom::lifecycle::{Past, State};
use crate::newsroom::place::folder;

/// The group of everything that all pages and feeds share: settings, sections and templates.
pub const SETTINGS: &str = "settings";

/// The group of everything: stamped with every other.
pub const EVERYTHING: &str = "everything";

/// The row of one item that has been seen published. Instants are seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRecord {
    /// The permanent name.
    pub id: Id,
    /// The guid that an imported item had elsewhere.
    pub id_uri: Option<String>,
    /// The file that holds it, relative to the data directory.
    pub file: String,
    /// The path of its page below the base URL.
    pub path: String,
    /// Publication time on the wire, fixed when it first was seen.
    pub wire: i64,
    /// The hash of the file that was shown last.
    pub hash: [u8; 16],
    /// What it is recognised by under another file name.
    pub likeness: Likeness,
    /// When what is visible of it last changed; grows with every change.
    pub changed_at: i64,
    /// Its last significant change on the wire.
    pub updated: i64,
    /// Its changes that are dated with a day alone.
    pub day_changes: DayChanges,
    /// What it was when it was looked at last; `None` once its file was gone or broken.
    pub state: Option<State>,
    /// When its withdrawal was first seen.
    pub withdrawn_at: Option<i64>,
    /// When it was withdrawn, as its author said.
    pub said_at: Option<i64>,
    /// The public reason of a withdrawal.
    pub note: Option<String>,
    /// The item that takes the place of a withdrawn one.
    pub replaced_by: Option<Id>,
    /// Whether it is kept out of the feeds.
    pub is_advisory: bool,
    /// The groups that listed it: the folders of its places.
    pub groups: Vec<String>,
    /// The files of the media folder that it refers to.
    pub media: Vec<String>,
    /// The language of its text and, after a space, the key; `None` in a row of an earlier layout.
    pub text: Option<String>,
}

/// The row of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupRecord {
    /// When what it shows last changed; grows with every change.
    pub changed_at: i64,
    /// The running maximum of its feed's dates (docs/http.md, “Dates of feeds”); `None` before there was one.
    pub latest: Option<i64>,
    /// For the settings, a hash of them.
    pub hash: Option<[u8; 16]>,
}

/// The rows of groups by name: a copy is free.
pub type Groups = imbl::HashMap<String, GroupRecord>;

impl ItemRecord {
    /// The row of an item that was published, as its entry stands; `None` for what never was.
    pub fn of(newsroom: &Newsroom, entry: &Entry) -> Option<Self> {
        let seen = entry.seen?;
        Some(Self {
            id: entry.id.clone(),
            id_uri: entry.rare.id_uri.as_deref().map(str::to_owned),
            file: entry.file.to_string(),
            path: newsroom.path(entry),
            wire: entry.wire,
            hash: entry.hash,
            likeness: entry.likeness,
            changed_at: seen.changed_at,
            updated: entry.updated(newsroom.now()),
            day_changes: seen.day_changes,
            state: Some(seen.state),
            withdrawn_at: seen.withdrawn_at,
            said_at: entry.rare.withdrawal.at,
            note: entry.note().map(str::to_owned),
            replaced_by: entry.replaced_by().cloned(),
            is_advisory: entry.is_advisory,
            groups: groups_of(newsroom, entry),
            media: entry.media.iter().map(ToString::to_string).collect(),
            text: Some(version_of(newsroom, entry)),
        })
    }

    /// What it says of the past of its item.
    pub fn past(&self, now: i64) -> Past {
        Past::of(self.state, self.wire, now)
    }

    /// Whether an item is as it was when it was looked at last, and may be seen as its file says.
    pub fn is_as_before(&self, newsroom: &Newsroom, entry: &Entry) -> bool {
        // What is withdrawn for good is so by its row, whatever its file says.
        let is_held = self.state == Some(State::Canceled) && entry.life.status != Status::Canceled;
        self.state.is_some()
            && !is_held
            && *self.file == *entry.file
            && self.hash == entry.hash
            // Rows of an earlier layout do not know it.
            && (self.text.is_none()
                || self.updated
                    == entry.updated_since(
                        self.wire,
                        self.day_changes.seen_at,
                        newsroom.now(),
                    ))
            && self.day_changes.come == entry.day_changes_come(newsroom.now())
            && self.path == newsroom.path(entry)
            && self.groups == groups_of(newsroom, entry)
            && self.is_version(newsroom, entry)
    }

    /// Gives an entry that is as it was what its row says.
    pub fn recall(&self, entry: &mut Entry) {
        entry.wire = self.wire;
        entry.seen = self.state.map(|state| Seen {
            changed_at: self.changed_at,
            state,
            withdrawn_at: self.withdrawn_at,
            day_changes: self.day_changes,
        });
    }

    /// Whether an entry is the same version of the same text, as far as the row knows.
    fn is_version(&self, newsroom: &Newsroom, entry: &Entry) -> bool {
        let version = self.text.as_deref();
        version.is_none_or(|version| version == version_of(newsroom, entry))
    }

    /// The key of its text.
    pub fn text_key(&self) -> Option<&str> {
        self.text.as_deref()?.split_once(' ').map(|(_, key)| key)
    }

    /// What the other versions of its text say of it while it is seen: language, key, address, and whether feeds may.
    pub(super) fn as_version(&self) -> Option<(&str, &str, bool)> {
        let text = self.text.as_deref()?;
        let is_seen = self.state == Some(State::Visible);
        is_seen.then_some((text, &self.path, self.is_advisory))
    }
}

/// The names of the groups that list an item: the folders of its places, `/`, `/news/`, `/tag/climate/`.
pub fn groups_of(newsroom: &Newsroom, entry: &Entry) -> Vec<String> {
    let mut folders = Vec::new();
    for place in newsroom.places_of(entry) {
        folders.push(folder(newsroom.site(), &place));
    }
    folders.extend(label_groups_of(newsroom, entry));
    folders
}

/// Those of its tags and authors.
pub fn label_groups_of(newsroom: &Newsroom, entry: &Entry) -> Vec<String> {
    let places = newsroom.label_places_of(entry);
    let folders = places.iter().map(|place| folder(newsroom.site(), place));
    folders.collect()
}

/// Which version of which text an item is, as its row says it: language and key.
pub fn version_of(newsroom: &Newsroom, entry: &Entry) -> String {
    format!("{} {}", newsroom.language_of(entry), entry.text)
}

impl GroupRecord {
    /// Takes a date into the running maximum, unless it lies in the future. Returns whether that moved it.
    pub fn take_date(&mut self, at: i64, now: i64) -> bool {
        let moves = at <= now && self.latest.is_none_or(|latest| latest < at);
        if moves {
            self.latest = Some(at);
        }
        moves
    }
}
