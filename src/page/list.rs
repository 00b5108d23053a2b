//! The list page of a place: its newest items.

use super::{Date, Frame, Page, all_news, preview};
use crate::feed::{self, Context, Shown};
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::place::{Place, Scope, folder};
use crate::text::language::Language;
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
    canonical: String,
    heading: String,
    description: String,
    is_home: bool,
    sections: Vec<SectionLink>,
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
}

struct SectionLink {
    title: String,
    url: String,
}

struct Row {
    title: String,
    url: String,
    language: Language,
    date: Date,
    summary: Option<String>,
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
    let heading = newsroom.title_of(place).to_owned();
    let is_home = place.scope == Scope::All;
    let title = if is_home {
        heading.clone()
    } else {
        format!("{heading} – {}", site.title(place.tree))
    };
    let url = |number| {
        let path = Position::path(newsroom, place, number);
        site.base_url.join(&path)
    };
    let canonical = url(position.number);
    let frame = Frame::of(newsroom, place, title);
    let template = ListPage {
        frame: &frame,
        canonical: canonical.clone(),
        description: newsroom.description_of(place).to_owned(),
        heading,
        is_home,
        sections: sections(newsroom, place),
        newer: (position.number > 1).then(|| url(position.number - 1)),
        older: (position.number < position.count).then(|| url(position.number + 1)),
        rows: shown.iter().map(|shown| row(context, shown)).collect(),
    };
    let html = template.render()?;
    Ok(Page::of(html, frame, Some(canonical)))
}

/// The sections, on the page of all news.
fn sections(newsroom: &Newsroom, place: &Place) -> Vec<SectionLink> {
    if *place != all_news(place.tree) {
        return Vec::new();
    }
    let link = |name: &crate::text::slug::Slug| {
        let scope = Scope::Section(name.clone());
        let section = Place {
            tree: place.tree,
            scope,
        };
        SectionLink {
            title: newsroom.title_of(&section).to_owned(),
            url: newsroom
                .site()
                .base_url
                .join(&folder(newsroom.site(), &section)),
        }
    };
    newsroom.sections().keys().map(link).collect()
}

fn row(context: Context<'_>, shown: &Shown) -> Row {
    let item = feed::build::of_item(context, shown);
    Row {
        title: item.title,
        url: item.url,
        language: item.language,
        date: Date::of_moment(&shown.item.date, context.newsroom.site().timezone),
        summary: item.summary,
        mark: preview::mark(context.newsroom, &shown.entry, context.now),
    }
}
