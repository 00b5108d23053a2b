//! The kinds of resources.

/// What kind of route a path has; it decides the fields of an error (docs/http.md, “What each resource answers”).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// A feed.
    Feed,
    /// A page; its 404 and 410 are small HTML pages.
    Page,
    /// A stylesheet or the like.
    Asset,
    /// A file of the media folder.
    Media,
    /// The list of all feeds.
    Opml,
    /// A sitemap, or what crawlers are told.
    Sitemap,
}
