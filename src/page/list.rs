//! The list page of a place: its newest items.

use super::Page;
use super::date::Date;
use super::frame::{Frame, Subject, in_every_tree, language_attributes, links_of};
use super::item::graph;
use super::preview;
use crate::feed::{self, Context, Picture, Shown};
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::place::{Place, Scope, folder};
use crate::page::frame::FeedLink;
use crate::text::words::{Words, filled};
use askama::Template;
use std::sync::Arc;

/// How many items a list page shows.
pub const ROWS_MAX: usize = 50;

/// Which of a list's pages one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are, at least 1.
    pub count: usize,
}

#[derive(Template)]
#[template(path = "list.html", config = "src/page/askama.toml")]
struct ListPage<'a> {
    frame: &'a Frame,
    canonical: &'a str,
    for_others: Option<&'a str>,
    graph: Vec<(&'static str, String)>,
    heading: String,
    description: String,
    is_home: bool,
    follow: Vec<Address>,
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
    position: String,
}

/// A feed with the address to copy.
struct Address {
    label: String,
    feed: FeedLink,
}

struct Row {
    title: String,
    url: String,
    attributes: String,
    date: Date,
    summary: Option<String>,
    image: Option<Picture>,
    /// Who wrote it, where that is not the publisher.
    source: Option<String>,
    /// Whether something in it was put right.
    is_corrected: bool,
    pinned: bool,
    /// What a preview says of it.
    mark: Option<String>,
}

impl Position {
    /// The page of a number; `None` where the list has none of it.
    pub fn of(newsroom: &Newsroom, place: &Place, number: usize) -> Option<Self> {
        let count = newsroom.count(place).div_ceil(ROWS_MAX).max(1);
        (1..=count)
            .contains(&number)
            .then_some(Self { number, count })
    }

    /// The path of a page of a place's list below the base URL: the first is the place itself.
    pub fn path(newsroom: &Newsroom, place: &Place, number: usize) -> String {
        let folder = folder(newsroom.site(), place);
        if number == 1 {
            folder
        } else {
            format!("{folder}page/{number}/")
        }
    }
}

/// The items that a page of a place's list shows: the pinned ones first, then the newest.
pub fn window(newsroom: &Newsroom, place: &Place, position: Position) -> Vec<Arc<Entry>> {
    let before = (position.number - 1) * ROWS_MAX;
    let rows = newsroom.pinned_first(place).skip(before);
    rows.take(ROWS_MAX).cloned().collect()
}

/// The page of a place.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn render(
    context: Context<'_>,
    place: &Place,
    shown: &[Shown],
    position: Position,
) -> Result<Page, askama::Error> {
    let newsroom = context.newsroom;
    let site = newsroom.site();
    let is_home = place.scope == Scope::All;
    let words = Words::of(site.language(place.tree));
    let heading = heading(newsroom, place, words);
    let said = said(position, words);
    let is_first = position.number == 1;
    let own = Some(&heading).filter(|_| !is_home);
    let parts: Vec<&str> = own
        .into_iter()
        .chain((!is_first).then_some(&said))
        .map(String::as_str)
        .collect();
    let subject = Subject {
        place,
        title: parts.join(" – "),
        // How many pages a list has is another thing in each language.
        alternates: if is_first {
            in_every_tree(context, place)
        } else {
            Vec::new()
        },
        current: Some("page"),
    };
    let url = |number| {
        let path = Position::path(newsroom, place, number);
        site.base_url.join(&path)
    };
    let frame = &Frame::of(context, subject);
    let canonical = url(position.number);
    let template = ListPage {
        canonical: &canonical,
        for_others: frame.alternate_for_others(site),
        graph: graph::of_place(context, place, &canonical),
        description: newsroom.description_of(place).to_owned(),
        heading,
        is_home,
        follow: follow(context, place, words),
        rows: shown
            .iter()
            .map(|shown| row(context, frame, shown))
            .collect(),
        newer: (position.number > 1).then(|| url(position.number - 1)),
        older: (position.number < position.count).then(|| url(position.number + 1)),
        position: said,
        frame,
    };
    let html = template.render()?;
    Ok(Page::of(html, frame, Some(canonical)))
}

/// `Page 2 of 5`.
fn said(position: Position, words: &Words) -> String {
    let Position { number, count } = position;
    let said = words.page.replace("{number}", &number.to_string());
    said.replace("{count}", &count.to_string())
}

fn heading(newsroom: &Newsroom, place: &Place, words: &Words) -> String {
    match &place.scope {
        Scope::All => words.all_news.clone(),
        Scope::Section(_) => newsroom.title_of(place).to_owned(),
        Scope::Tag(_) => filled(&words.tag, newsroom.title_of(place)),
        Scope::Author(_) => filled(&words.author, newsroom.title_of(place)),
    }
}

/// Every feed of the place itself, with its address.
fn follow(context: Context<'_>, place: &Place, words: &Words) -> Vec<Address> {
    let feeds = links_of(context.newsroom, place).into_iter();
    feeds
        .map(|feed| Address {
            label: filled(&words.feed_address, feed.name),
            feed,
        })
        .collect()
}

fn row(context: Context<'_>, frame: &Frame, shown: &Shown) -> Row {
    let item = feed::build::of_item(context, shown);
    let zone = context.newsroom.site().timezone;
    Row {
        title: item.title,
        url: item.url,
        attributes: language_attributes(&item.language, &frame.language),
        date: Date::of_moment(&shown.item.date, zone, &frame.calendar),
        summary: item.summary,
        image: item.images.into_iter().next(),
        source: item.source.map(|source| source.name),
        is_corrected: !item.corrections.is_empty(),
        pinned: shown.entry.pinned,
        mark: preview::mark(context, frame, &shown.entry),
    }
}
