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

/// The items that the page of a place shows at `now`: the pinned ones first, then the newest.
pub fn window(newsroom: &Newsroom, place: &Place, now: i64) -> Vec<Arc<Entry>> {
    let has_page =
        |entry: &&Arc<Entry>| entry.state(now) == crate::newsroom::lifecycle::State::Visible;
    let mut newest: Vec<_> = newsroom
        .newest(place)
        .filter(has_page)
        .take(ROWS_MAX)
        .cloned()
        .collect();
    newest.sort_by_key(|entry| !entry.pinned);
    newest
}

/// The page of a place.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn render(context: Context<'_>, place: &Place, shown: &[Shown]) -> Result<Page, askama::Error> {
    let newsroom = context.newsroom;
    let site = newsroom.site();
    let heading = newsroom.title_of(place).to_owned();
    let is_home = place.scope == Scope::All;
    let title = if is_home {
        heading.clone()
    } else {
        format!("{heading} – {}", site.title(place.tree))
    };
    let canonical = site.base_url.join(&folder(site, place));
    let frame = Frame::of(newsroom, place, title);
    let template = ListPage {
        frame: &frame,
        canonical: canonical.clone(),
        description: newsroom.description_of(place).to_owned(),
        heading,
        is_home,
        sections: sections(newsroom, place),
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
