//! What is ready to be answered at one instant: every URL with its version, fields and bytes.

pub mod representation;
pub mod resource;

use crate::edition::resource::Resource;
use crate::newsroom::identity::Id;
use bytes::Bytes;
use http::StatusCode;
use std::sync::Arc;

/// All that is served at one instant. Immutable and swapped whole, so that a request sees exactly one.
pub struct Edition {
    resources: imbl::HashMap<Arc<str>, Arc<Resource>>,
}

/// What stands at a path.
pub enum Found<'a> {
    /// A resource that is ready.
    Resource(&'a Arc<Resource>),
    /// The absolute URL that has taken the path's place.
    Redirect(String),
    /// Something that is made on request.
    Make(Key),
    /// Nothing, and what kind of route it would have been.
    Missing(Route),
}

/// What kind of route a path has; it decides the fields of an error (http.md, table 1b).
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
}

/// Names what is made on request. `server` makes it and asks again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// An item's page, or the notice of a canceled one.
    Item(Id),
    /// A file of the media folder: its path below it, percent-decoded, exactly as asked for.
    Media(String),
}

impl Edition {
    /// Finds what stands at a percent-decoded path (which begins with `/` and has no dot segments).
    pub fn find(&self, path: &str) -> Found<'_> {
        self.resources
            .get(path)
            .map_or(Found::Missing(Route::Page), Found::Resource)
    }

    /// The small HTML page that tells a reader of `status`, 404 or 410.
    pub fn error_page(&self, _status: StatusCode) -> Bytes {
        Bytes::new()
    }
}
