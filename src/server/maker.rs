//! The maker: makes what an edition does not hold ready, from the files that it was made of.

mod discovery;
mod media;

use crate::edition::resource::{PageFields, Resource};
use crate::edition::version::Version;
use crate::edition::{Edition, Key, Route};
use crate::feed::{Context, Shown};
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::State;
use crate::newsroom::media::MediaFiles;
use crate::newsroom::place::Place;
use crate::page::{self, Page, list, notice};
use crate::server::body::OpenFile;
use crate::source::media::MediaIndex;
use crate::source::{self, DataDirectory};
use crate::text::causes::joined;
use arc_swap::ArcSwap;
use http::StatusCode;
use std::sync::Arc;

/// Why a page cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its item cannot be read as it was loaded.
    #[error(transparent)]
    Source(#[from] source::Error),
    /// The template fails.
    #[error("cannot write a page")]
    Page(#[from] askama::Error),
}

/// Makes pages and opens media files.
pub struct Maker {
    folder: Arc<ArcSwap<DataDirectory>>,
    media: Arc<MediaIndex>,
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
        Self { folder, media }
    }

    /// Makes what a key of an edition names, at `now` by the clock. A file that changed after it was taken in is never
    /// shown from its new text; what cannot be made for another reason is 503, with a line in the log.
    pub fn make(&self, edition: &Edition, key: &Key, now: i64) -> Made {
        let made = match key {
            Key::Item(id) => self.item(edition, id, now),
            Key::List(place) => self.list(edition, place, now),
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
            Error::Source(source::Error::Directory { .. }) | Error::Page(_) => {
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
            return Self::withdrawn(edition, entry);
        }
        let shown = self.shown(edition, entry)?;
        let pictures = entry.media.iter().map(|path| &**path);
        let measured = self.media.measure(&self.folder.load(), pictures, now);
        let context = Context {
            newsroom: &edition.newsroom,
            media: &measured.files,
            now: edition.now,
        };
        let page = page::item::render(context, &shown)?;
        let changed_at = entry.changed_at().max(measured.changed_at);
        Ok(Made::Resource(page_resource(
            edition, page, changed_at, now,
        )))
    }

    /// The public notice of a canceled item, with nothing of its own words.
    fn withdrawn(edition: &Edition, entry: &Arc<Entry>) -> Result<Made, Error> {
        let media = MediaFiles::new();
        let context = Context {
            newsroom: &edition.newsroom,
            media: &media,
            now: edition.now,
        };
        let page = notice::withdrawn(context, entry)?;
        Ok(Made::Resource(Arc::new(Resource::gone_page(
            page.html,
            page.language.as_str(),
        ))))
    }

    fn list(&self, edition: &Edition, place: &Place, now: i64) -> Result<Made, Error> {
        let rows = list::window(&edition.newsroom, place, edition.now);
        let shown: Result<Vec<Shown>, Error> = rows
            .iter()
            .map(|entry| self.shown(edition, entry))
            .collect();
        let media = MediaFiles::new();
        let context = Context {
            newsroom: &edition.newsroom,
            media: &media,
            now: edition.now,
        };
        let page = list::render(context, place, &shown?)?;
        let stamps = rows.iter().map(|entry| entry.changed_at());
        let changed_at = stamps
            .chain([edition.place_changed_at(place)])
            .max()
            .unwrap_or(0);
        Ok(Made::Resource(page_resource(
            edition, page, changed_at, now,
        )))
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

fn page_resource(edition: &Edition, page: Page, changed_at: i64, now: i64) -> Arc<Resource> {
    let changed_at = changed_at.max(edition.settings_changed_at);
    let last_modified = Some(changed_at).filter(|at| *at <= now && *at > 0);
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
