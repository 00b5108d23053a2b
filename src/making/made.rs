//! What was made for a request.

use crate::edition::resource::Resource;
use crate::edition::route::Route;
use crate::making::open_file::OpenFile;
use http::StatusCode;
use std::sync::Arc;

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
