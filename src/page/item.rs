//! The page of one item.

pub mod article;
pub mod details;
pub mod graph;

use super::date::Date;
use super::frame::{Alternate, Frame, Subject, language_attributes, url_of};
use super::{Link, Page, preview};
use crate::feed::{self, Context, FeedItem, Picture, Shown, content};
use crate::newsroom::entry::Entry;
use crate::newsroom::label::Kind;
use crate::newsroom::lifecycle::State;
use crate::page::item::details::Details;
use crate::text::html;
use crate::text::words::{Words, filled};
use askama::Template;
use url::Url;

#[derive(Template)]
#[template(path = "item.html", config = "src/page/askama.toml")]
struct ItemPage<'a> {
    frame: &'a Frame,
    /// What a preview says of it.
    mark: Option<String>,
    item: &'a FeedItem,
    head: Head<'a>,
    text: Text<'a>,
    details: Details<'a>,
    ways: Ways,
}

/// What machines are told.
struct Head<'a> {
    canonical: &'a str,
    for_others: Option<&'a str>,
    /// Open Graph, as property and content.
    graph: Vec<(&'static str, String)>,
    /// JSON-LD, safe within a `script` element.
    article: String,
}

/// What is read first.
struct Text<'a> {
    /// `lang` and `dir` of the item's own words, where they are in another language than the page's.
    attributes: String,
    section: Link,
    subtitle: Option<&'a str>,
    lead: Option<&'a str>,
    date: Date,
    updated: Option<Date>,
    authors: Vec<Link>,
    image: Option<&'a Picture>,
    body: String,
    further_images: Vec<&'a Picture>,
    corrections: Vec<(Date, &'a str)>,
    is_expired: bool,
}

/// The ways to other items.
struct Ways {
    back: Link,
    previous: Option<Link>,
    next: Option<Link>,
    related: Vec<Link>,
}

/// The other items that an item's page names.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The next older one in its section.
    pub older: Option<Shown>,
    /// The next newer one.
    pub newer: Option<Shown>,
    /// What its author names as related.
    pub related: Vec<Shown>,
}

/// The page of an item that may be read at the context's instant.
///
/// # Errors
///
/// Never in practice: the template writes to memory.
pub fn render(context: Context<'_>, shown: &Shown, around: &Around) -> Result<Page, askama::Error> {
    let item = &feed::build::of_item(context, shown);
    let alternates = alternates(context, shown, item);
    let subject = Subject {
        place: &shown.entry.home(),
        title: item.title.clone(),
        alternates: alternates.clone(),
        current: Some("true"),
    };
    let mut frame = Frame::of(context, subject);
    if item.source.is_some() {
        // The foot's notice would speak for what others wrote.
        frame.rights = None;
    }
    let frame = &frame;
    let canonical = item
        .canonical_url
        .as_ref()
        .map_or(item.url.as_str(), Url::as_str);
    let text = text(context, frame, shown, item);
    let template = ItemPage {
        mark: preview::mark(context, frame, &shown.entry),
        head: Head {
            canonical,
            for_others: frame.alternate_for_others(context.newsroom.site()),
            graph: graph::of_item(context, shown, item),
            article: article::json(context, shown, item, &alternates),
        },
        details: Details::of(
            item,
            frame.words,
            &text.attributes,
            details::Links {
                tags: tags(context, shown, item),
                translations: translations(&alternates, frame),
            },
        ),
        ways: ways(context, frame, &text.section, around),
        text,
        frame,
        item,
    };
    let html = template.render()?;
    Ok(Page::of(html, frame, Some(canonical.to_owned())))
}

fn text<'a>(context: Context<'_>, frame: &Frame, shown: &'a Shown, item: &'a FeedItem) -> Text<'a> {
    let zone = context.newsroom.site().timezone;
    let dated = |at| Date::of_instant(at, zone, &frame.calendar);
    let image = content::lead_image(item);
    let corrections = item.corrections.iter();
    Text {
        attributes: language_attributes(&item.language, &frame.language),
        section: Link::to(&item.section.1, url_of(context, &shown.entry.home())),
        subtitle: shown.item.subtitle.as_deref(),
        lead: shown.item.summary.as_deref(),
        date: Date::of_moment(&shown.item.date, zone, &frame.calendar),
        updated: (item.updated > item.published).then(|| dated(item.updated)),
        authors: authors(context, shown, item),
        image,
        // Where the body shows the first picture itself, no other place does.
        further_images: content::further_images(item),
        body: body(item, Words::of(&item.language)),
        corrections: corrections
            .map(|(at, note)| {
                let at = Date::of_moment(at, zone, &frame.calendar);
                (at, note.as_str())
            })
            .collect(),
        is_expired: shown.entry.state(context.now) == State::Expired,
    }
}

/// The body below the page's own heading, with the dateline at its start.
fn body(item: &FeedItem, words: &Words) -> String {
    let body = html::shown::with_headings_below(&item.body, 1);
    let body = html::shown::with_tables_framed(&body, &words.table);
    content::with_dateline(&body, item.dateline.as_deref())
}

/// The byline: authors that the item names lead to their pages, the publisher to its own site.
fn authors(context: Context<'_>, shown: &Shown, item: &FeedItem) -> Vec<Link> {
    let authors = item.authors.iter();
    authors
        .map(|author| {
            let own = || author.url.as_ref().map(Url::to_string);
            Link {
                url: page_of(context, &shown.entry, Kind::Author, &author.name).or_else(own),
                ..Link::text(&author.name)
            }
        })
        .collect()
}

fn tags(context: Context<'_>, shown: &Shown, item: &FeedItem) -> Vec<Link> {
    let tags = item.tags.iter();
    tags.map(|tag| Link {
        url: page_of(context, &shown.entry, Kind::Tag, tag),
        ..Link::text(tag)
    })
    .collect()
}

/// The page of a tag or an author that an item names; `None` where no item that can be read is listed there.
fn page_of(context: Context<'_>, entry: &Entry, kind: Kind, spelling: &str) -> Option<String> {
    let newsroom = context.newsroom;
    let mut labels = entry.labels.iter();
    let label = labels.find(|label| label.kind() == kind && label.spelling() == Some(spelling))?;
    let place = newsroom.place_of_label(entry, label);
    newsroom.has_page(&place).then(|| url_of(context, &place))
}

fn ways(context: Context<'_>, frame: &Frame, section: &Link, around: &Around) -> Ways {
    let to = |other: &Shown| to_item(context, frame, other);
    Ways {
        back: Link {
            title: filled(&frame.words.back, &section.title),
            url: section.url.clone(),
            attributes: String::new(),
        },
        previous: around.older.as_ref().map(to),
        next: around.newer.as_ref().map(to),
        related: around.related.iter().map(to).collect(),
    }
}

fn to_item(context: Context<'_>, frame: &Frame, other: &Shown) -> Link {
    Link {
        title: other.item.title.clone(),
        url: Some(url_of_item(context, &other.entry)),
        attributes: language_attributes(&other.item.language, &frame.language),
    }
}

/// The other versions, each by what its language calls itself.
fn translations(alternates: &[Alternate], frame: &Frame) -> Vec<Link> {
    let link = |Alternate { language, url }: &Alternate| Link {
        title: Words::name_of(language),
        url: Some(url.clone()),
        attributes: format!(
            "{} hreflang=\"{language}\"",
            language_attributes(language, &frame.language)
        ),
    };
    alternates.iter().skip(1).map(link).collect()
}

fn url_of_item(context: Context<'_>, entry: &Entry) -> String {
    let newsroom = context.newsroom;
    newsroom.site().base_url.join(&newsroom.path(entry))
}

/// The item in each of its languages, itself first.
fn alternates(context: Context<'_>, shown: &Shown, item: &FeedItem) -> Vec<Alternate> {
    let own = Alternate {
        language: item.language.clone(),
        url: item.url.clone(),
    };
    let translations = context.newsroom.translations(&shown.entry, context.now);
    let others = translations.into_iter().map(|(language, entry)| Alternate {
        language,
        url: url_of_item(context, &entry),
    });
    std::iter::once(own).chain(others).collect()
}
