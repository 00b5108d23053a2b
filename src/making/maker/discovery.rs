//! What tells machines of all feeds and pages, made when it is asked for.

use super::{Error, Making};
use crate::edition::resource::Resource;
use crate::edition::resource::discovery::Discovery;
use crate::edition::version::Version;
use crate::making::made::Made;
use crate::page::{opml, robots, sitemap};
use http::StatusCode;
use std::sync::Arc;

impl Making<'_> {
    pub(super) fn discovery(&self, what: Discovery) -> Result<Made, Error> {
        let edition = self.edition;
        let newsroom = &edition.newsroom;
        let (body, changed_at) = match what {
            Discovery::Feeds => (opml::render(newsroom), edition.settings_changed_at),
            Discovery::Robots => (robots::render(newsroom.site()), edition.settings_changed_at),
            Discovery::Pages => (sitemap::render(newsroom, edition.now), edition.changed_at),
            Discovery::PagesPart(number) => {
                let Some(part) = sitemap::part(newsroom, edition.now, number) else {
                    return Ok(Made::Nothing(StatusCode::NOT_FOUND, what.route()));
                };
                (part, edition.changed_at)
            }
            Discovery::News => self.news()?,
        };
        let last_modified = self.last_modified(changed_at);
        let version = Version::of(body.as_bytes(), last_modified);
        Ok(Made::Resource(Arc::new(Resource::discovery(
            what, body, version,
        ))))
    }

    /// The news sitemap, and when it changed: with what can be seen, or because the clock took an item out of it.
    fn news(&self) -> Result<(String, i64), Error> {
        let edition = self.edition;
        let (newsroom, now) = (&edition.newsroom, edition.now);
        let window = sitemap::news_window(newsroom, now);
        let shown = self.all_shown(&window)?;
        let left_at = sitemap::news_left_at(newsroom, now);
        Ok((
            sitemap::news(newsroom, &shown, now),
            edition.changed_at.max(left_at),
        ))
    }
}
