//! What stays in memory of every item: enough to find, order and time it. The rest stays in its file.

use crate::newsroom::identity::Id;
use crate::newsroom::item::{Genre, Item, MediaSource, Moment};
use crate::newsroom::label::{Kind, Label};
use crate::newsroom::lifecycle::{CORRECTED_SECONDS, NEWS_SECONDS};
use crate::newsroom::lifecycle::{Life, Past, State};
use crate::newsroom::parse::date;
use crate::newsroom::place::{Place, Scope};
use crate::newsroom::rare_fields::{RareFields, RareValues, Withdrawal};
use crate::newsroom::reference;
use crate::newsroom::site::{Site, Tree};
use crate::text::slug::Slug;
use chrono::NaiveDate;
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The index entry of one item. Instants are seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The permanent name.
    pub id: Id,
    /// Whether the file says the id.
    pub has_own_id: bool,
    /// The file, relative to the data directory.
    pub file: Arc<str>,
    /// A hash of the file's bytes: a file whose hash is another is a change to take in, never a text to show.
    pub hash: [u8; 16],
    /// What tells that a file under another name holds the same item.
    pub likeness: Likeness,
    /// The tree of pages and feeds that it belongs to.
    pub tree: Tree,
    /// The key of the text that it is a version of: those of one key, in several languages, are translations of each
    /// other. It is as the file says it, else the stem of its name without the language suffix.
    pub text: Arc<str>,
    /// Whether the file says it. Stems count within a section alone: two sections may have files of one name.
    pub has_own_text: bool,
    /// The section of its URL.
    pub section: Slug,
    /// The last segment of its URL.
    pub slug: Slug,
    /// What decides when it is seen.
    pub life: Life,
    /// Publication time on the wire: the release, as the ledger fixed it when the item first was seen.
    pub wire: i64,
    /// What the ledger remembers of it; `None` before it was published.
    pub seen: Option<Seen>,
    /// What it stands on.
    pub basis: StandsOn,
    /// Whether it is kept out of the feeds (`genre = "advisory"`).
    pub is_advisory: bool,
    /// Whether the HTML lists keep it at the top.
    pub pinned: bool,
    /// The files of the media folder that it refers to.
    pub media: Box<[Arc<str>]>,
    /// Its tags and authors.
    pub labels: Box<[Arc<Label>]>,
    /// What few items have.
    pub rare: RareFields,
}

/// What the ledger remembers of an item beside what its entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// When what is visible of it last changed; grows with every change.
    pub changed_at: i64,
    /// What it was when it was looked at last.
    pub state: State,
    /// When its withdrawal was first seen.
    pub withdrawn_at: Option<i64>,
    /// Its changes that are dated with a day alone.
    pub day_changes: DayChanges,
}

/// The significant changes of an item that are dated with a day alone: such a change counts from the moment when it was
/// first seen, so that readers notice it, also where it is not the first one of its day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayChanges {
    /// How many had come when the item was looked at last.
    pub come: u32,
    /// When the newest of them was first seen in an item that was published before.
    pub seen_at: Option<i64>,
}

/// What an entry stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandsOn {
    /// Its file, as it is.
    File,
    /// The last good version of its file, which is broken or gone now.
    LastGood,
    /// The ledger alone: a notice of what was withdrawn.
    Ledger,
}

/// What an item is recognised by when its file has another name: its headline and its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Likeness {
    /// A hash of the headline.
    pub title: u32,
    /// The date as written: an instant in seconds since 1970, or a day's number since 1970.
    pub date: i64,
    /// Whether the date is a day alone.
    pub is_day: bool,
}

impl Likeness {
    fn of(item: &Item) -> Self {
        let digest = Sha256::digest(item.title.as_bytes());
        let (date, is_day) = match &item.date {
            Moment::Day { day, .. } => (i64::from(day.to_epoch_days()), true),
            Moment::Instant(instant) => (instant.timestamp(), false),
        };
        Self {
            title: u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]),
            date,
            is_day,
        }
    }

    /// The day, where the date is one alone.
    pub fn day(&self) -> Option<NaiveDate> {
        let days = i32::try_from(self.date).ok().filter(|_| self.is_day)?;
        NaiveDate::from_epoch_days(days)
    }

    /// Whether headline or date are the other's.
    pub fn is_near(&self, other: &Self) -> bool {
        self.title == other.title || (self.date, self.is_day) == (other.date, other.is_day)
    }
}

impl Entry {
    /// Makes the entry of an item that the ledger does not know.
    ///
    /// `body_media` are the files of the media folder that its body refers to.
    ///
    /// # Panics
    ///
    /// Never: the parser gives every item a section.
    pub fn of(
        item: &Item,
        file: Arc<str>,
        hash: [u8; 16],
        site: &Site,
        body_media: Vec<String>,
    ) -> Self {
        let life = Life::of(item);
        let mut sections = item.sections.iter().cloned();
        let tree = site.tree_of(&item.language);
        let is_of_tree = *site.language(tree) == item.language;
        let id = item.id.clone().sharing(&item.slug);
        Self {
            text: shared_text(&item.translation_key, &id, &item.slug),
            has_own_text: item.translation_key_is_explicit,
            id,
            has_own_id: item.id_is_explicit,
            file,
            hash,
            likeness: Likeness::of(item),
            tree,
            section: sections
                .next()
                .expect("the parser gives every item a section"),
            slug: item.slug.clone(),
            life,
            wire: life.release(),
            seen: None,
            basis: StandsOn::File,
            is_advisory: item.genre == Genre::Advisory,
            pinned: item.pinned,
            media: media(item, body_media, site),
            labels: labels(item),
            rare: RareFields::from(RareValues {
                id_uri: item.id_uri.as_deref().map(Arc::from),
                language: (!is_of_tree).then(|| item.language.clone()),
                sections: sections.collect(),
                aliases: item
                    .aliases
                    .iter()
                    .map(|alias| Arc::from(&**alias))
                    .collect(),
                changes: {
                    let mut changes = instants(changes(item));
                    changes.dedup();
                    changes
                },
                day_changes: instants(changes(item).filter(|at| matches!(at, Moment::Day { .. }))),
                is_elsewhere: is_elsewhere(item, site),
                withdrawal: Withdrawal {
                    at: item.status_at.map(|at| at.timestamp()),
                    note: item.status_note.clone(),
                    replaced_by: item.replaced_by.clone(),
                },
            }),
        }
    }

    /// Publication time on the wire of an item that is first seen published at `now`: its release, or what stands for a
    /// day alone.
    pub fn first_wire(&self, zone: Tz, now: i64) -> i64 {
        let id = self.id.as_str();
        let day = self.day_of_release();
        day.map_or(self.life.release(), |day| {
            date::published_on_day(day, zone, id, now)
        })
    }

    /// The day that releases it, where that is one alone, and no embargo is later.
    fn day_of_release(&self) -> Option<NaiveDate> {
        let is_by_date = self.life.release() == self.life.date;
        self.likeness.day().filter(|_| is_by_date)
    }

    /// Whether it was published at the time that its file says now.
    pub fn is_of_its_date(&self, zone: Tz) -> bool {
        let day = self.day_of_release();
        day.map_or(self.life.release() == self.wire, |day| {
            date::is_on(self.wire, day, zone)
        })
    }

    /// The entry as its file gives it, without what the ledger remembers.
    #[must_use]
    pub fn as_read(&self) -> Self {
        Self {
            seen: None,
            wire: self.life.release(),
            ..self.clone()
        }
    }

    /// The section of its address, in its tree.
    pub fn home(&self) -> Place {
        Place {
            tree: self.tree,
            scope: Scope::Section(self.section.clone()),
        }
    }

    /// The sections that list it; the first is the one of its URL.
    pub fn sections(&self) -> impl Iterator<Item = &Slug> {
        std::iter::once(&self.section).chain(&self.rare.sections)
    }

    /// What the item is at `now`.
    pub fn state(&self, now: i64) -> State {
        self.life.state(now, self.past(now))
    }

    /// What is remembered of it.
    pub fn past(&self, now: i64) -> Past {
        let seen = self
            .seen
            .map(|seen| Past::of(Some(seen.state), self.wire, now));
        seen.unwrap_or(Past::Unpublished)
    }

    /// Whether feeds show it at `now`.
    pub fn is_in_feeds(&self, now: i64) -> bool {
        !self.is_advisory && self.state(now) == State::Visible
    }

    /// When what is visible of it last changed; 0 before it was published.
    pub fn changed_at(&self) -> i64 {
        self.seen.map_or(0, |seen| seen.changed_at)
    }

    /// The last significant change on the wire at `now`: the newest change that has come, and never before its wire
    /// time.
    pub fn updated(&self, now: i64) -> i64 {
        let seen_at = self.seen.and_then(|seen| seen.day_changes.seen_at);
        self.updated_since(self.wire, seen_at, now)
    }

    /// The same for an item that was published at `wire`, and whose newest change of a day alone was seen at `seen_at`.
    pub fn updated_since(&self, wire: i64, seen_at: Option<i64>, now: i64) -> i64 {
        let changes = self.rare.changes.iter().copied().chain(seen_at);
        changes.filter(|at| *at <= now).fold(wire, i64::max)
    }

    /// How many of its changes that are dated with a day alone have come.
    pub fn day_changes_come(&self, now: i64) -> u32 {
        let come = self.rare.day_changes.partition_point(|at| *at <= now);
        u32::try_from(come).unwrap_or(u32::MAX)
    }

    /// When it was withdrawn: as its author says, unless that lies after the moment when it was first seen.
    pub fn withdrawn_at(&self) -> Option<i64> {
        let said = self.rare.withdrawal.at;
        let seen = self.seen.and_then(|seen| seen.withdrawn_at);
        said.into_iter().chain(seen).min()
    }

    /// The date of the notice of its withdrawal: the moment of that, or a second after its last change if that is
    /// later, so that readers take the notice for newer than what they have.
    pub fn notice_at(&self, now: i64) -> i64 {
        let updated = self.updated(now);
        self.withdrawn_at()
            .map_or(updated + 1, |at| at.max(updated + 1))
    }

    /// The public reason of its withdrawal.
    pub fn note(&self) -> Option<&str> {
        self.rare.withdrawal.note.as_deref()
    }

    /// The item that takes its place.
    pub fn replaced_by(&self) -> Option<&Id> {
        self.rare.withdrawal.replaced_by.as_ref()
    }

    /// The instants at which something about it changes by the clock alone, the end of a notice aside.
    pub fn instants(&self) -> impl Iterator<Item = i64> + '_ {
        let changes = self.rare.changes.iter();
        let corrected_end = changes.map(|at| at + CORRECTED_SECONDS);
        let news_end = self.wire.saturating_add(NEWS_SECONDS);
        let life = &self.life;
        // Of what was published before, the date holds nothing back, and the end of an embargo lets the new text out.
        let embargo = life.embargo.filter(|embargo| *embargo < life.date);
        let own = [Some(life.release()), embargo, life.expires, Some(news_end)];
        let own = own.into_iter().flatten();
        // The date of a notice may lie a second ahead of what it withdraws.
        let withdrawn = self.withdrawn_at().is_some();
        let last = self.rare.changes.iter().copied().chain([self.wire]);
        let notice = last.filter(move |_| withdrawn).map(|at| at + 1);
        own.chain(self.rare.changes.iter().copied())
            .chain(corrected_end)
            .chain(notice)
    }
}

/// The significant changes of an item.
fn changes(item: &Item) -> impl Iterator<Item = Moment> + '_ {
    let corrections = item.corrections.iter();
    let significant = corrections.filter(|correction| !correction.minor);
    significant
        .map(|correction| correction.at)
        .chain(item.updated)
}

fn instants(changes: impl Iterator<Item = Moment>) -> Vec<i64> {
    let mut instants: Vec<i64> = changes.map(|at| at.instant().timestamp()).collect();
    instants.sort_unstable();
    instants
}

/// The key of a text, with the memory of an id or a slug that is the same.
pub fn shared_text(key: &str, id: &Id, slug: &Slug) -> Arc<str> {
    let same = [id.shared(), slug.shared()];
    let same = same.into_iter().find(|shared| ***shared == *key);
    same.map_or_else(|| key.into(), Arc::clone)
}

/// The tags and authors of an item as it spells them, also those of which no label can be made.
pub fn spellings(item: &Item) -> impl Iterator<Item = (Kind, &str)> {
    let tags = item.tags.iter().map(|tag| (Kind::Tag, tag.as_str()));
    let authors = item.authors.iter();
    tags.chain(authors.map(|author| (Kind::Author, author.name.as_str())))
}

fn labels(item: &Item) -> Box<[Arc<Label>]> {
    spellings(item)
        .filter_map(|(kind, spelling)| Label::new(kind, spelling).map(Arc::new))
        .collect()
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

fn media(item: &Item, body_media: Vec<String>, site: &Site) -> Box<[Arc<str>]> {
    let images = item.images.iter().map(|image| &image.src);
    let attachments = item.attachments.iter().map(|attachment| &attachment.src);
    let page = page_of(item, site);
    let listed = images.chain(attachments).flat_map(|src| match src {
        MediaSource::File(path) => vec![path.clone()],
        MediaSource::Url(url) => reference::files(url.as_str(), site, &page),
    });
    let mut media: Vec<String> = listed.chain(body_media).collect();
    media.sort_unstable();
    media.dedup();
    media.iter().map(|path| path.as_str().into()).collect()
}

/// Whether an item's `canonical_url` is another page than its own.
fn is_elsewhere(item: &Item, site: &Site) -> bool {
    let page = page_of(item, site);
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    item.canonical_url.as_ref().is_some_and(|url| {
        let mut own = [Some(&site.base_url), site.written_base_url.as_ref()]
            .into_iter()
            .flatten();
        !own.any(|base| bare(&base.join(&page)) == bare(url.as_str()))
    })
}

/// The path of an item's page below the base URL.
pub fn page_of(item: &Item, site: &Site) -> String {
    let root = site.root(site.tree_of(&item.language));
    let section = item.sections.first().map_or("", Slug::as_str);
    format!("{root}{section}/{}/", item.slug)
}
