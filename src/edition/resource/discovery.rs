//! What tells machines of all feeds and pages: the list of feeds, sitemaps, and what crawlers are told.

use super::{Content, Resource, View};
use crate::edition::fields::{SANDBOX_POLICY, common};
use crate::edition::representation::Representations;
use crate::edition::route::Route;
use crate::edition::version::Version;
use crate::page::sitemap;
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderValue};

/// One of these documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Discovery {
    /// All feeds, as OPML.
    Feeds,
    /// All pages, or the parts that name them.
    Pages,
    /// One part of all pages, counted from 1.
    PagesPart(usize),
    /// The items of the last two days.
    News,
    /// What crawlers are told.
    Robots,
}

impl Discovery {
    /// What stands at a path at the root of the host, wherever the publication is.
    pub fn at_root(path: &str) -> Option<Self> {
        match path {
            "/robots.txt" => Some(Self::Robots),
            "/.well-known/feeds" => Some(Self::Feeds),
            _ => None,
        }
    }

    /// What stands at a path below the base URL.
    pub fn at(path: &str) -> Option<Self> {
        match path {
            "/feeds.opml" => Some(Self::Feeds),
            sitemap::PATH => Some(Self::Pages),
            sitemap::NEWS_PATH => Some(Self::News),
            _ => sitemap::part_number(path).map(Self::PagesPart),
        }
    }

    /// The kind of route that it has.
    pub fn route(self) -> Route {
        match self {
            Self::Feeds => Route::Opml,
            Self::Pages | Self::PagesPart(_) | Self::News | Self::Robots => Route::Sitemap,
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Feeds => "text/x-opml; charset=utf-8",
            Self::Pages | Self::PagesPart(_) | Self::News => "application/xml; charset=utf-8",
            Self::Robots => "text/plain; charset=utf-8",
        }
    }

    fn cache_control(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Feeds | Self::Pages | Self::PagesPart(_) | Self::Robots => "max-age=3600",
            Self::News => "max-age=300",
        })
    }
}

impl Resource {
    /// A document that tells machines of all feeds or pages.
    pub fn discovery(what: Discovery, body: String, version: Version) -> Self {
        let mut base = common(what.route(), SANDBOX_POLICY);
        base.insert(header::CACHE_CONTROL, what.cache_control());
        base.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let mut shown = HeaderMap::new();
        if what == Discovery::Feeds {
            let disposition = HeaderValue::from_static("attachment; filename=\"feeds.opml\"");
            shown.insert(header::CONTENT_DISPOSITION, disposition);
        }
        Self {
            route: what.route(),
            status: StatusCode::OK,
            view: View::new(&base, &shown, what.media_type(), Some((&version, "", true))),
            document_view: None,
            content: Content::Text(Representations::of(body.into())),
            version: Some(version),
        }
    }
}
