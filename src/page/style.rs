//! The stylesheets: one for pages, and one in each language for a feed that is opened in a browser.

use crate::newsroom::theme::mark_of;
use crate::text::language::Language;
use crate::text::words::Words;
use std::sync::LazyLock;

/// The pages' stylesheet.
pub const PAGE: &str = include_str!("page.css");

/// The stylesheet of a feed in a browser (docs/http.md, “A feed in a browser”), without its words.
pub(super) const FEED: &str = include_str!("feed.css");

/// The path of the pages' stylesheet below the base URL, with a hash of its text.
pub fn page_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| format!("/assets/page.{}.css", mark_of(PAGE)));
    &PATH
}

/// The stylesheet of a feed in a language.
pub fn feed(language: &Language) -> String {
    let direction = if language.is_right_to_left() {
        "rtl"
    } else {
        "ltr"
    };
    // The words are our own, and a test finds no quotation mark of CSS in them.
    let explained = FEED.replace("{explained}", &Words::of(language).feed_explained);
    explained.replace("{direction}", direction)
}

/// The path of a feed's stylesheet below the base URL: a plain name, so that a new one moves no feed. English is the one
/// without a language in its name.
pub fn feed_path(language: &Language) -> String {
    match Words::tag_of(language) {
        "en" => "/assets/feed.css".to_owned(),
        tag => format!("/assets/feed.{tag}.css"),
    }
}
