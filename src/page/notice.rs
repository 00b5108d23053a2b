//! The small pages that say why there is nothing: 404 and 410.

use super::Page;
use super::frame::{Frame, Subject, all_news};
use crate::feed::{self, Context};
use crate::newsroom::entry::Entry;
use crate::newsroom::site::Tree;
use crate::text::words::Words;
use askama::Template;

#[derive(Template)]
#[template(path = "notice.html", config = "src/page/askama.toml")]
struct NoticePage<'a> {
    frame: &'a Frame,
    sentence: &'a str,
    replacement: Option<String>,
}

/// The page for an address in a tree that leads nowhere.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn missing(context: Context<'_>, tree: Tree) -> Result<Page, askama::Error> {
    let words = words_of(context, tree);
    let notice = Notice {
        title: &words.missing,
        sentence: &words.missing_sentence,
        replacement: None,
    };
    render(context, tree, notice)
}

/// The page of a canceled item: the public note and nothing of the item's own words.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn withdrawn(context: Context<'_>, entry: &Entry) -> Result<Page, askama::Error> {
    let words = words_of(context, entry.tree);
    let notice = Notice {
        title: &words.withdrawn,
        sentence: entry.note().unwrap_or(&words.withdrawn_sentence),
        replacement: feed::notice::replacement(context, entry),
    };
    render(context, entry.tree, notice)
}

fn words_of(context: Context<'_>, tree: Tree) -> &'static Words {
    Words::of(context.newsroom.site().language(tree))
}

/// What such a page says.
struct Notice<'a> {
    title: &'a str,
    sentence: &'a str,
    replacement: Option<String>,
}

fn render(context: Context<'_>, tree: Tree, notice: Notice<'_>) -> Result<Page, askama::Error> {
    let subject = Subject {
        place: &all_news(tree),
        title: notice.title.to_owned(),
        alternates: Vec::new(),
        current: None,
    };
    let frame = &Frame::of(context, subject);
    let template = NoticePage {
        frame,
        sentence: notice.sentence,
        replacement: notice.replacement,
    };
    let html = template.render()?;
    Ok(Page::of(html, frame, None))
}
