//! The page of one item.

use super::{Date, Frame, Page, preview};
use crate::feed::{self, Context, FeedItem, Picture, Shown, content};
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::{Place, Scope, folder};
use askama::Template;

#[derive(Template)]
#[template(path = "item.html", config = "src/page/askama.toml")]
struct ItemPage<'a> {
    frame: &'a Frame,
    canonical: String,
    section_url: String,
    item: &'a FeedItem,
    subtitle: Option<&'a str>,
    date: Date,
    updated: Option<Date>,
    byline: String,
    lead: Option<&'a str>,
    images: Vec<&'a Picture>,
    corrections: Vec<(Date, &'a str)>,
    expired: bool,
    /// What a preview says of it.
    mark: Option<String>,
}

/// The page of an item that may be read at the context's instant.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn render(context: Context<'_>, shown: &Shown) -> Result<Page, askama::Error> {
    let newsroom = context.newsroom;
    let site = newsroom.site();
    let (entry, item) = (&shown.entry, feed::build::of_item(context, shown));
    let section = Place {
        tree: entry.tree,
        scope: Scope::Section(entry.section.clone()),
    };
    let frame = Frame::of(newsroom, &section, item.title.clone());
    let canonical = item
        .canonical_url
        .as_ref()
        .map_or_else(|| item.url.clone(), ToString::to_string);
    let names: Vec<&str> = item
        .authors
        .iter()
        .map(|author| author.name.as_str())
        .collect();
    let images = content::lead_image(&item)
        .into_iter()
        .chain(item.images.iter().skip(1))
        .collect();
    let corrections = item.corrections.iter();
    let template = ItemPage {
        section_url: site.base_url.join(&folder(site, &section)),
        canonical: canonical.clone(),
        subtitle: shown.item.subtitle.as_deref(),
        date: Date::of_moment(&shown.item.date, site.timezone),
        updated: (item.updated > item.published)
            .then(|| Date::of_instant(item.updated, site.timezone)),
        byline: names.join(", "),
        lead: shown.item.summary.as_deref(),
        images,
        corrections: corrections
            .map(|(at, note)| (Date::of_instant(*at, site.timezone), note.as_str()))
            .collect(),
        mark: preview::mark(newsroom, entry, context.now),
        expired: entry.state(context.now) == State::Expired,
        item: &item,
        frame: &frame,
    };
    let html = template.render()?;
    Ok(Page::of(html, frame, Some(canonical)))
}
