//! What stays in memory of every item: enough to find, order and time it. The rest stays in its file.

use crate::newsroom::identity::Id;
use crate::newsroom::item::{Genre, Item, MediaSource};
use crate::newsroom::lifecycle::{Life, State};
use crate::newsroom::site::Tree;
use crate::text::slug::Slug;
use std::sync::Arc;

/// The index entry of one item. Instants are seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The permanent name.
    pub id: Id,
    /// The guid that an imported item had elsewhere.
    pub id_uri: Option<Arc<str>>,
    /// The file, relative to the data directory.
    pub file: Arc<str>,
    /// A hash of the file's bytes: a file whose hash is another is a change to take in, never a text to show.
    pub hash: [u8; 16],
    /// The tree of pages and feeds that it belongs to.
    pub tree: Tree,
    /// The sections that list it; the first is the one of its URL.
    pub sections: Box<[Slug]>,
    /// The last segment of its URL.
    pub slug: Slug,
    /// Old paths below the base URL.
    pub aliases: Box<[Arc<str>]>,
    /// What decides when it is seen.
    pub life: Life,
    /// Publication time on the wire: the release, as the ledger fixed it when the item first was seen.
    pub wire: i64,
    /// The instants of its significant changes, oldest first.
    pub changes: Box<[i64]>,
    /// The moment of a withdrawal, as its author wrote it.
    pub status_at: Option<i64>,
    /// When what is visible of it last changed, as the ledger stamped it; 0 before it was seen.
    pub changed_at: i64,
    /// Whether the ledger has seen it published.
    pub was_seen: bool,
    /// Whether it is kept out of the feeds (`genre = "advisory"`).
    pub is_advisory: bool,
    /// Whether the HTML lists keep it at the top.
    pub pinned: bool,
    /// The files of the media folder that it refers to.
    pub media: Box<[Arc<str>]>,
}

impl Entry {
    /// Makes the entry of an item that the ledger does not know.
    ///
    /// `body_media` are the files of the media folder that its body refers to.
    pub fn of(
        item: &Item,
        file: &str,
        hash: [u8; 16],
        tree: Tree,
        body_media: Vec<String>,
    ) -> Self {
        let life = Life::of(item);
        Self {
            id: item.id.clone(),
            id_uri: item.id_uri.as_deref().map(Arc::from),
            file: file.into(),
            hash,
            tree,
            sections: item.sections.clone().into(),
            slug: item.slug.clone(),
            aliases: item
                .aliases
                .iter()
                .map(|alias| alias.as_str().into())
                .collect(),
            life,
            wire: life.release,
            changes: changes(item).into(),
            status_at: item.status_at.map(|at| at.timestamp()),
            changed_at: 0,
            was_seen: false,
            is_advisory: item.genre == Genre::Advisory,
            pinned: item.pinned,
            media: media(item, body_media),
        }
    }

    /// The section of its URL.
    ///
    /// # Panics
    ///
    /// Never: the parser gives every item a section.
    pub fn section(&self) -> &Slug {
        self.sections
            .first()
            .expect("the parser gives every item a section")
    }

    /// What the item is at `now`.
    pub fn state(&self, now: i64) -> State {
        self.life.state(now, self.was_seen)
    }

    /// Whether feeds show it at `now`.
    pub fn is_in_feeds(&self, now: i64) -> bool {
        !self.is_advisory && self.state(now) == State::Visible
    }

    /// The instants at which something about it changes by the clock alone.
    pub fn instants(&self) -> impl Iterator<Item = i64> + '_ {
        let corrected_end = self.changes.iter().map(|at| at + super::CORRECTED_SECONDS);
        let own = [Some(self.life.release), self.life.expires]
            .into_iter()
            .flatten();
        own.chain(self.changes.iter().copied()).chain(corrected_end)
    }
}

/// The last significant change of an item on the wire at `now`: the newest change that has come, and never before
/// its wire time.
pub fn updated(item: &Item, wire: i64, now: i64) -> i64 {
    changes(item)
        .into_iter()
        .filter(|at| *at <= now)
        .fold(wire, i64::max)
}

fn changes(item: &Item) -> Vec<i64> {
    let corrections = item
        .corrections
        .iter()
        .filter(|correction| !correction.minor);
    let instants = corrections
        .map(|correction| correction.at)
        .chain(item.updated);
    let mut changes: Vec<i64> = instants.map(|at| at.timestamp()).collect();
    changes.sort_unstable();
    changes.dedup();
    changes
}

/// The files of the media folder that an item lists as pictures or attachments.
pub fn media_files(item: &Item) -> impl Iterator<Item = String> + '_ {
    let images = item.images.iter().map(|image| &image.src);
    let attachments = item.attachments.iter().map(|attachment| &attachment.src);
    images.chain(attachments).filter_map(|src| match src {
        MediaSource::File(path) => Some(path.clone()),
        MediaSource::Url(_) => None,
    })
}

fn media(item: &Item, body_media: Vec<String>) -> Box<[Arc<str>]> {
    let mut media: Vec<String> = media_files(item).chain(body_media).collect();
    media.sort_unstable();
    media.dedup();
    media.iter().map(|path| path.as_str().into()).collect()
}
