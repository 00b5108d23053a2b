//! The small pages that say why there is nothing: 404 and 410.

use super::{Frame, Page, all_news};
use crate::feed::{self, Context};
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::site::Tree;
use askama::Template;

#[derive(Template)]
#[template(path = "notice.html", config = "src/page/askama.toml")]
struct NoticePage<'a> {
    frame: &'a Frame,
    sentence: &'a str,
    replacement: Option<String>,
}

/// The page for an address that leads nowhere.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn missing(newsroom: &Newsroom) -> Result<Page, askama::Error> {
    let notice = Notice {
        title: "Page not found",
        sentence: "There is no page at this address.",
        replacement: None,
    };
    render(newsroom, Tree::DEFAULT, notice)
}

/// The page of a canceled item: the public note and nothing of the item's own words.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn withdrawn(context: Context<'_>, entry: &Entry) -> Result<Page, askama::Error> {
    let notice = Notice {
        title: "Withdrawn",
        sentence: entry.note().unwrap_or(feed::notice::SENTENCE),
        replacement: feed::notice::replacement(context, entry),
    };
    render(context.newsroom, entry.tree, notice)
}

/// What such a page says.
struct Notice<'a> {
    title: &'a str,
    sentence: &'a str,
    replacement: Option<String>,
}

fn render(newsroom: &Newsroom, tree: Tree, notice: Notice<'_>) -> Result<Page, askama::Error> {
    let frame = Frame::of(newsroom, &all_news(tree), notice.title.to_owned());
    let template = NoticePage {
        frame: &frame,
        sentence: notice.sentence,
        replacement: notice.replacement,
    };
    let html = template.render()?;
    Ok(Page::of(html, frame, None))
}
