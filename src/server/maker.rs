//! The maker: makes what an edition does not hold ready, from the files that it was made of.

mod discovery;
mod media;

use crate::edition::resource::{PageFields, Resource};
use crate::edition::version::Version;
use crate::edition::{Edition, Key, Route, publish};
use crate::feed::{self, Context, Row, Shown, select};
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::item::MediaSource;
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::{Place, Scope};
use crate::newsroom::site::Format;
use crate::page::item::Around;
use crate::page::list::Position;
use crate::page::{self, Page, list, notice};
use crate::server::body::OpenFile;
use crate::server::stock::{STOCK_BYTES_MAX, Stock};
use crate::source::media::{Measured, MediaIndex};
use crate::source::{self, DataDirectory};
use crate::text::causes::joined;
use arc_swap::ArcSwap;
use http::StatusCode;
use std::sync::Arc;

/// So many related items are named on a page: each is read from its file.
const RELATED_MAX: usize = 20;

/// Why a page cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its item cannot be read as it was loaded.
    #[error(transparent)]
    Source(#[from] source::Error),
    /// The document is not well-formed.
    #[error("cannot write a feed: {0}")]
    Feed(String),
    /// The template fails.
    #[error("cannot write a page")]
    Page(#[from] askama::Error),
}

/// Makes pages and opens media files.
pub struct Maker {
    folder: Arc<ArcSwap<DataDirectory>>,
    media: Arc<MediaIndex>,
    stock: Stock,
}

/// What was made for a key.
pub enum Made {
    /// A resource whose bytes it holds.
    Resource(Arc<Resource>),
    /// A resource whose bytes are in a file.
    File(Arc<Resource>, OpenFile),
    /// The absolute URL that has taken the path's place.
    Redirect(String),
    /// There is nothing: 404, 410 or 503.
    Nothing(StatusCode, Route),
    /// A file, relative to the data directory, is another than the edition knows: the next edition must say more.
    Changed(String),
}

impl Maker {
    /// A maker for the items of a data directory, as it changes.
    pub fn new(folder: Arc<ArcSwap<DataDirectory>>, media: Arc<MediaIndex>) -> Self {
        Self {
            folder,
            media,
            stock: Stock::new(STOCK_BYTES_MAX),
        }
    }

    /// Makes what a key of an edition names, at `now` by the clock. A file that changed after it was taken in is never
    /// shown from its new text; what cannot be made for another reason is 503, with a line in the log.
    pub fn make(&self, edition: &Edition, key: &Key, now: i64) -> Made {
        let make = || self.make_anew(edition, key, now);
        match edition.mark(key) {
            Some(mark) => self.stock.find_or_make(&(key.clone(), mark), now, make),
            None => make(),
        }
    }

    /// What was made before for a key of an edition and is still so.
    pub fn kept(&self, edition: &Edition, key: &Key, now: i64) -> Option<Arc<Resource>> {
        let mark = edition.mark(key)?;
        self.stock.find(&(key.clone(), mark), now)
    }

    fn make_anew(&self, edition: &Edition, key: &Key, now: i64) -> Made {
        let made = match key {
            Key::Feed(place, format) => self.feed(edition, (place, *format), now),
            Key::Item(id) => self.item(edition, id, now),
            Key::List(place, number) => self.list(edition, place, *number, now),
            Key::Media(path) => return self.media(edition, path, now),
            Key::Discovery(discovery) => self.discovery(edition, *discovery, now),
        };
        made.unwrap_or_else(|error| match error {
            Error::Source(
                source::Error::Changed { file }
                | source::Error::File { file, .. }
                | source::Error::TooLarge { file }
                | source::Error::NotUtf8 { file, .. },
            ) => Made::Changed(file),
            Error::Source(source::Error::Directory { .. }) | Error::Page(_) | Error::Feed(_) => {
                tracing::error!("{}", joined(&error));
                Made::Nothing(StatusCode::SERVICE_UNAVAILABLE, key.route())
            }
        })
    }

    fn item(&self, edition: &Edition, id: &Id, now: i64) -> Result<Made, Error> {
        let Some(entry) = edition.newsroom.get(id) else {
            return Ok(Made::Nothing(StatusCode::NOT_FOUND, Route::Page));
        };
        if entry.state(edition.now) == State::Canceled {
            return self.withdrawn(edition, entry, now);
        }
        let shown = self.shown(edition, entry)?;
        let around = self.around(edition, &shown)?;
        let own = entry.media.iter().map(|path| &**path);
        let measured = self.measured(edition, own, now);
        let context = context(edition, &measured);
        let page = page::item::render(context, &shown, &around)?;
        let changed_at = changed_at(edition, &shown).max(measured.changed_at);
        Ok(Made::Resource(page_resource(
            edition, page, changed_at, now,
        )))
    }

    /// The public notice of a canceled item, with nothing of its own words.
    fn withdrawn(&self, edition: &Edition, entry: &Entry, now: i64) -> Result<Made, Error> {
        let measured = self.measured(edition, std::iter::empty(), now);
        let context = context(edition, &measured);
        let page = notice::withdrawn(context, entry)?;
        Ok(Made::Resource(Arc::new(Resource::gone_page(
            page.html,
            page.language.as_str(),
        ))))
    }

    fn list(
        &self,
        edition: &Edition,
        place: &Place,
        number: usize,
        now: i64,
    ) -> Result<Made, Error> {
        let Some(position) = Position::of(&edition.newsroom, place, number) else {
            return Ok(Made::Nothing(StatusCode::NOT_FOUND, Route::Page));
        };
        let rows = list::window(&edition.newsroom, place, position);
        let shown = self.all_shown(edition, &rows)?;
        let measured = self.measured(edition, shown.iter().filter_map(lead_file), now);
        let context = context(edition, &measured);
        let page = list::render(context, place, &shown, position)?;
        let stamps = rows.iter().map(|entry| entry.changed_at());
        let changed_at = stamps
            .chain([edition.list_changed_at(place), measured.changed_at])
            .max()
            .unwrap_or(0);
        Ok(Made::Resource(page_resource(
            edition, page, changed_at, now,
        )))
    }

    /// The other items that an item's page names.
    fn around(&self, edition: &Edition, shown: &Shown) -> Result<Around, Error> {
        let newsroom = &edition.newsroom;
        let beside = newsroom.neighbours(&shown.entry, edition.now);
        let read = |entry: Arc<Entry>| self.shown(edition, &entry);
        let related = related(edition, shown);
        Ok(Around {
            older: beside.older.map(read).transpose()?,
            newer: beside.newer.map(read).transpose()?,
            related: related.cloned().map(read).collect::<Result<_, _>>()?,
        })
    }

    /// What is known of the files that a page shows: its own, and those of every page.
    fn measured<'a>(
        &self,
        edition: &'a Edition,
        own: impl Iterator<Item = &'a str>,
        now: i64,
    ) -> Measured {
        let pictures = edition.newsroom.site().pictures();
        self.media
            .measure(&self.folder.load(), own.chain(pictures), now)
    }

    /// A feed of a tag or an author. Its `Last-Modified` comes from the stamps of what it shows (http.md R-002).
    fn feed(
        &self,
        edition: &Edition,
        (place, format): (&Place, Format),
        now: i64,
    ) -> Result<Made, Error> {
        let newsroom = &edition.newsroom;
        let row = |entry: &Arc<Entry>| {
            Ok(if select::is_notice(entry, edition.now) {
                Row::Notice(Arc::clone(entry))
            } else {
                Row::Item(self.shown(edition, entry)?)
            })
        };
        let window = select::window(newsroom, place, edition.now);
        let rows: Result<Vec<Row>, Error> = window.iter().map(row).collect();
        let rows = rows?;
        let items = rows.iter().filter(|row| matches!(row, Row::Item(_)));
        let own = items.flat_map(|row| row.entry().media.iter().map(|path| &**path));
        let measured = self.measured(edition, own, now);
        let context = context(edition, &measured);
        let stamps = rows.iter().map(|row| row.entry().changed_at());
        let stamps = stamps.chain([edition.place_changed_at(place), measured.changed_at]);
        let last_modified = last_modified(edition, stamps.max().unwrap_or(0), now);
        let latest = edition.place_latest(place);
        let latest = latest.into_iter().chain(feed::latest(&rows, edition.now));
        let dates = (latest.max(), last_modified);
        let made = publish::on_request(context, (place, format), &rows, dates);
        let (resource, problems) = made.map_err(Error::Feed)?;
        for problem in problems {
            tracing::error!("{problem}");
        }
        Ok(Made::Resource(Arc::new(resource)))
    }

    fn all_shown(&self, edition: &Edition, entries: &[Arc<Entry>]) -> Result<Vec<Shown>, Error> {
        let entries = entries.iter();
        entries.map(|entry| self.shown(edition, entry)).collect()
    }

    fn shown(&self, edition: &Edition, entry: &Arc<Entry>) -> Result<Shown, Error> {
        let newsroom = &edition.newsroom;
        let item = match edition.whole(entry) {
            Some(item) => Arc::clone(item),
            None => {
                let folder = self.folder.load();
                let (site, sections) = (newsroom.site(), newsroom.sections());
                Arc::new(folder.item(entry, site, sections)?.0)
            }
        };
        Ok(Shown {
            entry: Arc::clone(entry),
            item,
        })
    }
}

/// What things of an edition are made under.
fn context<'a>(edition: &'a Edition, measured: &'a Measured) -> Context<'a> {
    Context {
        newsroom: &edition.newsroom,
        media: &measured.files,
        now: edition.now,
    }
}

/// The items that an author names as related and that may be read.
fn related<'a>(edition: &'a Edition, shown: &'a Shown) -> impl Iterator<Item = &'a Arc<Entry>> {
    let named = shown.item.related.iter().take(RELATED_MAX);
    let known = named.filter_map(|id| edition.newsroom.get(id));
    known.filter(|entry| entry.state(edition.now).has_page())
}

/// When an item's page last became another: with the item itself, with its translations, with its section, whose other
/// items are its neighbours, or with the pages of its tags and authors, which come and go. A related item may be gone, or
/// in any section: where there are such, any change may be one of theirs.
fn changed_at(edition: &Edition, shown: &Shown) -> i64 {
    let newsroom = &edition.newsroom;
    let has_related = !shown.item.related.is_empty();
    let related = has_related.then_some(edition.changed_at);
    let translations = newsroom.translations(&shown.entry, edition.now);
    let named = translations.values().map(|entry| entry.changed_at());
    let named = named.chain(related);
    let sections = newsroom.site().trees().map(|tree| {
        let scope = Scope::Section(shown.entry.section.clone());
        edition.place_changed_at(&Place { tree, scope })
    });
    let labels = newsroom.label_places_of(&shown.entry).into_iter();
    let labels = labels.map(|place| edition.place_changed_at(&place));
    let own = [shown.entry.changed_at()];
    let all = named.chain(sections).chain(labels).chain(own);
    all.max().unwrap_or(0)
}

/// The file of the media folder that is an item's first picture.
fn lead_file(shown: &Shown) -> Option<&str> {
    match &shown.item.images.first()?.src {
        MediaSource::File(path) => Some(path),
        MediaSource::Url(_) => None,
    }
}

/// The newest stamp of what something shows, unless it lies in the future. The present second is told only where there
/// is an edition of it: then no other follows in it, which would have the same date.
fn last_modified(edition: &Edition, changed_at: i64, now: i64) -> Option<i64> {
    let changed_at = changed_at.max(edition.settings_changed_at);
    let is_over = changed_at < now || (changed_at == now && changed_at <= edition.now);
    Some(changed_at).filter(|at| is_over && *at > 0)
}

fn page_resource(edition: &Edition, page: Page, changed_at: i64, now: i64) -> Arc<Resource> {
    let last_modified = last_modified(edition, changed_at, now);
    Arc::new(Resource::page(PageFields {
        version: Version::of(page.html.as_bytes(), last_modified),
        body: page.html,
        canonical: page.canonical,
        feeds: page
            .feeds
            .into_iter()
            .map(|feed| (feed.url, feed.media_type))
            .collect(),
        language: page.language.to_string(),
    }))
}
