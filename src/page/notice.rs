//! The small pages that say why there is nothing: 404 and 410.

use super::{Frame, Page, all_news};
use crate::newsroom::Newsroom;
use crate::newsroom::site::Tree;
use askama::Template;

#[derive(Template)]
#[template(path = "notice.html", config = "src/page/askama.toml")]
struct NoticePage<'a> {
    frame: &'a Frame,
    sentence: &'a str,
}

/// The page for an address that leads nowhere.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn missing(newsroom: &Newsroom) -> Result<Page, askama::Error> {
    render(
        newsroom,
        Tree::DEFAULT,
        "Page not found",
        "There is no page at this address.",
    )
}

/// The page of a canceled item: the public note and nothing of the item's own words.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn withdrawn(
    newsroom: &Newsroom,
    tree: Tree,
    note: Option<&str>,
) -> Result<Page, askama::Error> {
    render(
        newsroom,
        tree,
        "Withdrawn",
        note.unwrap_or("This item has been withdrawn."),
    )
}

fn render(
    newsroom: &Newsroom,
    tree: Tree,
    title: &str,
    sentence: &str,
) -> Result<Page, askama::Error> {
    let frame = Frame::of(newsroom, &all_news(tree), title.to_owned());
    let template = NoticePage {
        frame: &frame,
        sentence,
    };
    let html = template.render()?;
    Ok(Page::of(html, frame, None))
}
