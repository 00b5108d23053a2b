//! The stylesheets: one for pages, one for a feed that is opened in a browser.

use sha2::{Digest, Sha256};

/// The pages' stylesheet.
pub const PAGE: &str = include_str!("page.css");

/// The stylesheet of a feed in a browser (http.md R-151).
pub const FEED: &str = include_str!("feed.css");

/// The path of the feed stylesheet below the base URL: a plain name, so that a new one moves no feed.
pub const FEED_PATH: &str = "/assets/feed.css";

/// The path of the pages' stylesheet below the base URL, with a hash of its text.
pub fn page_path() -> String {
    let digest = Sha256::digest(PAGE.as_bytes());
    let mark: String = digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("/assets/page.{mark}.css")
}
