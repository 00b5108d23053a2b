//! Web pages: every link that a feed writes answers with one.

mod date;
pub mod frame;
pub mod item;
pub mod list;
pub mod notice;
pub mod opml;
mod preview;
pub mod robots;
pub mod sitemap;
pub mod style;
mod xml;

use crate::page::frame::{FeedLink, Frame};
use crate::text::language::Language;

/// A page before it becomes a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document.
    pub html: String,
    /// Its language.
    pub language: Language,
    /// The address that stands for it; `None` on notices.
    pub canonical: Option<String>,
    /// The feeds that it names, its own first.
    pub feeds: Vec<FeedLink>,
}

/// A name that may lead somewhere.
struct Link {
    title: String,
    url: Option<String>,
    /// `lang` and `dir` of the title, where it is in another language than the page.
    attributes: String,
}

impl Link {
    /// A name that leads to an absolute URL.
    fn to(title: &str, url: String) -> Self {
        Self {
            url: Some(url),
            ..Self::text(title)
        }
    }

    /// A name alone.
    fn text(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            url: None,
            attributes: String::new(),
        }
    }
}

impl Page {
    /// A page that is written.
    fn of(html: String, frame: &Frame, canonical: Option<String>) -> Self {
        Self {
            html,
            language: frame.language.clone(),
            canonical,
            feeds: frame.feeds.clone(),
        }
    }
}

/// A text that is another whenever the pages of the same items may look otherwise: made from the sources of what writes
/// them.
pub fn fingerprint() -> &'static str {
    env!("FINGERPRINT_OF_PAGES")
}
