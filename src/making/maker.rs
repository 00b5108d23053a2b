//! The maker: makes what an edition does not hold ready, from the files that it was made of.

mod discovery;
mod media;

use crate::edition::publish;
use crate::edition::resource::{PageFields, Resource};
use crate::edition::route::Route;
use crate::edition::version::Version;
use crate::edition::{Edition, Key};
use crate::feed::{self, Context, Row, Shown, select};
use crate::making::made::Made;
use crate::making::page_cache::{CACHE_BYTES_MAX, PageCache};
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::item::MediaSource;
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::{Place, Scope};
use crate::newsroom::site::Format;
use crate::page::item::Around;
use crate::page::list::Position;
use crate::page::{self, Page, list, notice};
use crate::source::media::{Measured, MediaIndex};
use crate::source::{self, DataDirectory};
use crate::text::causes::joined;
use arc_swap::ArcSwap;
use http::StatusCode;
use std::cell::Cell;
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
    stock: PageCache,
}

impl Maker {
    /// A maker for the items of a data directory, as it changes.
    pub fn new(folder: Arc<ArcSwap<DataDirectory>>, media: Arc<MediaIndex>) -> Self {
        Self {
            folder,
            media,
            stock: PageCache::new(CACHE_BYTES_MAX),
        }
    }

    /// Makes what a key of an edition names, at `now` by the clock. A file that changed after it was taken in is never
    /// shown from its new text; what cannot be made for another reason is 503, with a line in the log.
    pub fn make(&self, edition: &Edition, key: &Key, now: i64) -> Made {
        let make = || self.making(edition, now).make(key);
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

    /// The same without the other items that cannot be read now, which would only be named: such a page has no date and
    /// is not kept. An item's own page needs its file all the same.
    pub fn make_without_unread(&self, edition: &Edition, key: &Key, now: i64) -> Made {
        let making = Making {
            leaves_out: true,
            ..self.making(edition, now)
        };
        making.make(key)
    }

    fn making<'a>(&'a self, edition: &'a Edition, now: i64) -> Making<'a> {
        Making {
            maker: self,
            edition,
            now,
            leaves_out: false,
            has_left_out: Cell::new(false),
        }
    }
}

/// The making of one thing of an edition, at an instant.
struct Making<'a> {
    maker: &'a Maker,
    edition: &'a Edition,
    /// The instant by the clock, in seconds since 1970.
    now: i64,
    /// Whether other items that cannot be read are left out.
    leaves_out: bool,
    has_left_out: Cell<bool>,
}

impl Making<'_> {
    fn make(&self, key: &Key) -> Made {
        let made = match key {
            Key::Feed(place, format) => self.feed((place, *format)),
            Key::Item(id) => self.item(id),
            Key::List(place, number) => self.list(place, *number),
            Key::Media(path) => return self.media(path),
            Key::Discovery(discovery) => self.discovery(*discovery),
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

    fn item(&self, id: &Id) -> Result<Made, Error> {
        let edition = self.edition;
        let Some(entry) = edition.newsroom.get(id) else {
            return Ok(Made::Nothing(StatusCode::NOT_FOUND, Route::Page));
        };
        if entry.state(edition.now) == State::Canceled {
            return self.withdrawn(entry);
        }
        let shown = self.shown(entry)?;
        let around = self.around(&shown)?;
        let own = entry.media.iter().map(|path| &**path);
        let measured = self.measured(own);
        let context = self.context(&measured);
        let page = page::item::render(context, &shown, &around)?;
        let changed_at = changed_at(edition, &shown).max(measured.changed_at);
        Ok(Made::Resource(self.page_resource(page, changed_at)))
    }

    /// The public notice of a canceled item, with nothing of its own words.
    fn withdrawn(&self, entry: &Entry) -> Result<Made, Error> {
        let measured = self.measured(std::iter::empty());
        let context = self.context(&measured);
        let page = notice::withdrawn(context, entry)?;
        Ok(Made::Resource(Arc::new(Resource::gone_page(
            page.html,
            page.language.as_str(),
        ))))
    }

    fn list(&self, place: &Place, number: usize) -> Result<Made, Error> {
        let edition = self.edition;
        let Some(position) = Position::of(&edition.newsroom, place, number) else {
            return Ok(Made::Nothing(StatusCode::NOT_FOUND, Route::Page));
        };
        let rows = list::window(&edition.newsroom, place, position);
        let shown = self.all_shown(&rows)?;
        let measured = self.measured(shown.iter().filter_map(lead_file));
        let context = self.context(&measured);
        let page = list::render(context, place, &shown, position)?;
        let stamps = rows.iter().map(|entry| entry.changed_at());
        let changed_at = stamps
            .chain([edition.list_changed_at(place), measured.changed_at])
            .max()
            .unwrap_or(0);
        Ok(Made::Resource(self.page_resource(page, changed_at)))
    }

    /// The other items that an item's page names.
    fn around(&self, shown: &Shown) -> Result<Around, Error> {
        let edition = self.edition;
        let beside = edition.newsroom.neighbours(&shown.entry, edition.now);
        let read = |entry: Option<Arc<Entry>>| {
            let shown = entry.map(|entry| self.other(&entry)).transpose()?;
            Ok::<_, Error>(shown.flatten())
        };
        let related: Vec<_> = related(edition, shown).cloned().collect();
        Ok(Around {
            older: read(beside.older)?,
            newer: read(beside.newer)?,
            related: self.all_shown(&related)?,
        })
    }

    /// What is known of the files that a page shows: its own, and those of every page.
    fn measured<'e>(&'e self, own: impl Iterator<Item = &'e str>) -> Measured {
        let pictures = self.edition.newsroom.site().pictures();
        let folder = self.maker.folder.load();
        self.maker
            .media
            .measure(&folder, own.chain(pictures), self.now)
    }

    /// A feed of a tag or an author. Its `Last-Modified` comes from the stamps of what it shows (docs/http.md,
    /// “Versions”).
    fn feed(&self, (place, format): (&Place, Format)) -> Result<Made, Error> {
        let edition = self.edition;
        let row = |entry: &Arc<Entry>| {
            Ok::<_, Error>(if select::is_notice(entry, edition.now) {
                Some(Row::Notice(Arc::clone(entry)))
            } else {
                self.other(entry)?.map(Row::Item)
            })
        };
        let window = select::window(&edition.newsroom, place, edition.now);
        let rows = window.iter().filter_map(|entry| row(entry).transpose());
        let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
        let items = rows.iter().filter(|row| matches!(row, Row::Item(_)));
        let own = items.flat_map(|row| row.entry().media.iter().map(|path| &**path));
        let measured = self.measured(own);
        let context = self.context(&measured);
        let stamps = rows.iter().map(|row| row.entry().changed_at());
        let stamps = stamps.chain([edition.place_changed_at(place), measured.changed_at]);
        let last_modified = self.last_modified(stamps.max().unwrap_or(0));
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

    fn all_shown(&self, entries: &[Arc<Entry>]) -> Result<Vec<Shown>, Error> {
        let shown = entries.iter().map(|entry| self.other(entry).transpose());
        shown.flatten().collect()
    }

    /// Another item than the one that is asked for; `None` where it is left out.
    fn other(&self, entry: &Arc<Entry>) -> Result<Option<Shown>, Error> {
        match self.shown(entry) {
            Err(error) if self.leaves_out => {
                tracing::info!("{}; a page is made without it", joined(&error));
                self.has_left_out.set(true);
                Ok(None)
            }
            shown => shown.map(Some),
        }
    }

    fn shown(&self, entry: &Arc<Entry>) -> Result<Shown, Error> {
        let newsroom = &self.edition.newsroom;
        let item = match self.edition.whole(entry) {
            Some(item) => Arc::clone(item),
            None => {
                let folder = self.maker.folder.load();
                let (site, sections) = (newsroom.site(), newsroom.sections());
                Arc::new(folder.item(entry, site, sections)?.0)
            }
        };
        Ok(Shown {
            entry: Arc::clone(entry),
            item,
        })
    }

    /// What things of an edition are made under.
    fn context<'e>(&'e self, measured: &'e Measured) -> Context<'e> {
        Context {
            newsroom: &self.edition.newsroom,
            media: &measured.files,
            now: self.edition.now,
        }
    }

    /// The newest stamp of what something shows, unless it lies in the future. The present second is told only where
    /// there is an edition of it: then no other follows in it, which would have the same date.
    fn last_modified(&self, changed_at: i64) -> Option<i64> {
        let changed_at = changed_at.max(self.edition.settings_changed_at);
        let (now, made) = (self.now, self.edition.now);
        let is_over = changed_at < now || (changed_at == now && changed_at <= made);
        Some(changed_at).filter(|at| is_over && *at > 0 && !self.has_left_out.get())
    }

    fn page_resource(&self, page: Page, changed_at: i64) -> Arc<Resource> {
        let last_modified = self.last_modified(changed_at);
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
