//! The small pages that say why there is nothing: 404 and 410.

use super::date::Date;
use super::frame::{Frame, Subject, all_news, url_of};
use super::{Link, Page};
use crate::feed::{self, Context};
use crate::newsroom::entry::Entry;
use crate::newsroom::place::Place;
use crate::newsroom::site::Tree;
use crate::text::calendar::Calendar;
use crate::text::words::Words;
use askama::Template;

#[derive(Template)]
#[template(path = "notice.html", config = "src/page/askama.toml")]
struct NoticePage<'a> {
    frame: &'a Frame,
    /// The section and the date of what is withdrawn.
    about: Option<(Link, Date)>,
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
        place: all_news(tree),
        about: None,
        sentence: &words.missing_sentence,
        replacement: None,
    };
    render(context, notice)
}

/// The page of a canceled item: the public note and nothing of the item's own words.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn withdrawn(context: Context<'_>, entry: &Entry) -> Result<Page, askama::Error> {
    let words = words_of(context, entry.tree);
    let site = context.newsroom.site();
    let language = site.language(entry.tree);
    let home = entry.home();
    let section = feed::build::section(context, entry, language).1;
    let section = Link {
        url: (context.newsroom.has_page(&home)).then(|| url_of(context, &home)),
        ..Link::text(&section)
    };
    let date = Date::of_entry(entry, site.timezone, &Calendar::of(language));
    let notice = Notice {
        title: &words.withdrawn,
        place: home,
        about: Some((section, date)),
        sentence: entry.note().unwrap_or(&words.withdrawn_sentence),
        replacement: feed::notice::replacement(context, entry),
    };
    render(context, notice)
}

fn words_of(context: Context<'_>, tree: Tree) -> &'static Words {
    Words::of(context.newsroom.site().language(tree))
}

/// What such a page says.
struct Notice<'a> {
    title: &'a str,
    place: Place,
    about: Option<(Link, Date)>,
    sentence: &'a str,
    replacement: Option<String>,
}

fn render(context: Context<'_>, notice: Notice<'_>) -> Result<Page, askama::Error> {
    let subject = Subject {
        place: &notice.place,
        title: notice.title.to_owned(),
        alternates: Vec::new(),
        current: notice.about.as_ref().map(|_| "true"),
    };
    let frame = &Frame::of(context, subject);
    let template = NoticePage {
        frame,
        about: notice.about,
        sentence: notice.sentence,
        replacement: notice.replacement,
    };
    let html = template.render()?;
    Ok(Page::of(html, frame, None))
}
