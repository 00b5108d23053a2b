//! Sitemaps: all pages for search engines (sitemaps.org, version 0.9), in parts where they are many, and the news of the
//! last two days (docs/http.md, “Lists for programs”).

use super::list::ROWS_MAX;
use super::xml::{Xml, document, leaf};
use crate::feed::Shown;
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::lifecycle::{NEWS_SECONDS, State};
use crate::newsroom::place::{Place, Scope, folder};
use crate::newsroom::site::Site;
use crate::text::language::Language;
use crate::text::slug::SLUG_BYTES_MAX;
use chrono::{DateTime, SecondsFormat, TimeZone};
use std::cmp::Reverse;
use std::io;
use std::sync::Arc;

/// The path of the sitemap below the base URL.
pub const PATH: &str = "/sitemap.xml";

/// The path of the news sitemap below the base URL.
pub const NEWS_PATH: &str = "/sitemap-news.xml";

/// The protocol's limits of one file.
const URLS_MAX: usize = 50_000;
const BYTES_MAX: usize = 52_428_800;

/// How many pages a part has where there are too many for one file: less than it might, so that one is made within 50 ms,
/// and a new item makes no more than the last one another.
const PART_URLS: usize = 10_000;

/// What a news sitemap may name.
const NEWS_MAX: usize = 1_000;

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const NEWS_NAMESPACE: &str = "http://www.google.com/schemas/sitemap-news/0.9";

/// One page: where, and its last significant change.
enum Page<'a> {
    List(Place, i64),
    Item(&'a Arc<Entry>, i64),
}

/// The path of a part of the sitemap below the base URL; parts are counted from 1. They lie beside the whole: a sitemap
/// speaks of what is below its own folder.
pub fn part_path(number: usize) -> String {
    format!("/sitemap-{number}.xml")
}

/// The number of the part at a path.
pub fn part_number(path: &str) -> Option<usize> {
    let number = path.strip_prefix("/sitemap-")?.strip_suffix(".xml")?;
    let number = number.parse().ok()?;
    (part_path(number) == path).then_some(number)
}

/// The sitemap at `now`: every page, or an index of the parts where there are too many pages for one file.
pub fn render(newsroom: &Newsroom, now: i64) -> String {
    let site = newsroom.site();
    let pages = pages(newsroom, now);
    if pages.len() <= urls_max(site) {
        return urlset(newsroom, &pages);
    }
    document(|xml| {
        let root = xml.create_element("sitemapindex");
        root.with_attribute(("xmlns", NAMESPACE))
            .write_inner_content(|xml| {
                for (at, part) in pages.chunks(part_urls(site)).enumerate() {
                    let newest = part.iter().map(Page::changed_at).max().unwrap_or(0);
                    let url = site.base_url.join(&part_path(at + 1));
                    xml.create_element("sitemap").write_inner_content(|xml| {
                        leaf(xml, "loc", &url)?;
                        leaf(xml, "lastmod", &date(newest))
                    })?;
                }
                Ok(())
            })?;
        Ok(())
    })
}

/// One part of the sitemap at `now`, counted from 1; `None` where there are no parts, or not so many.
pub fn part(newsroom: &Newsroom, now: i64, number: usize) -> Option<String> {
    let site = newsroom.site();
    let pages = pages(newsroom, now);
    if pages.len() <= urls_max(site) {
        return None;
    }
    let part = pages.chunks(part_urls(site)).nth(number.checked_sub(1)?)?;
    Some(urlset(newsroom, part))
}

/// How many pages of a site certainly fit into one file.
fn urls_max(site: &Site) -> usize {
    let root = site.trees().map(|tree| site.root(tree).len()).max();
    let around = "<url><loc></loc><lastmod>2026-11-24T12:00:00Z</lastmod></url>";
    let longest = site.base_url.as_str().len() + root.unwrap_or(0) + 2 * (SLUG_BYTES_MAX + 1);
    let outermost = 1_000;
    let fitting = (BYTES_MAX - outermost) / (longest + around.len());
    fitting.clamp(1, URLS_MAX)
}

fn part_urls(site: &Site) -> usize {
    urls_max(site).min(PART_URLS)
}

/// All pages: the lists with something in them, then the items that have no canonical page elsewhere, the oldest first, then the tags and authors, so that
/// what is new comes into the last part. Every list is gone through once, since a look at a hundred thousand entries in no order would take as long
/// as all the rest.
fn pages(newsroom: &Newsroom, now: i64) -> Vec<Page<'_>> {
    let mut items = Vec::new();
    let mut lists = Vec::new();
    for place in newsroom.places() {
        let apart = newsroom
            .section_of(&place)
            .filter(|section| !section.in_main);
        let mut newest = None;
        let listed = newsroom.newest(&place);
        for entry in listed.filter(|entry| entry.state(now) == State::Visible) {
            let changed_at = entry.updated(now);
            newest = newest.max(Some(changed_at));
            let is_here = match &place.scope {
                Scope::All => true,
                // Whoever may be found there is found elsewhere.
                Scope::Tag(_) | Scope::Author(_) => false,
                Scope::Section(_) => apart.is_some_and(|section| section.name == entry.section),
            };
            if is_here && !entry.rare.is_elsewhere {
                items.push((entry.wire, entry, changed_at));
            }
        }
        lists.extend(newest.map(|newest| Page::List(place, newest)));
    }
    // A stable sort takes the lists for what they are: runs that are sorted already.
    items.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    let items = items.into_iter();
    let items = items.map(|(_, entry, changed_at)| Page::Item(entry, changed_at));
    let labels = newsroom.label_places().into_iter();
    let labels = labels.filter_map(|place| {
        let visible = newsroom.newest(place);
        let visible = visible.filter(|entry| entry.state(now) == State::Visible);
        let changes = visible.take(ROWS_MAX).map(|entry| entry.updated(now));
        Some(Page::List(place.clone(), changes.max()?))
    });
    lists.into_iter().chain(items).chain(labels).collect()
}

fn urlset(newsroom: &Newsroom, pages: &[Page<'_>]) -> String {
    document(|xml| {
        let root = xml.create_element("urlset");
        root.with_attribute(("xmlns", NAMESPACE))
            .write_inner_content(|xml| {
                for page in pages {
                    let (url, changed_at) = (page.url(newsroom), page.changed_at());
                    xml.create_element("url").write_inner_content(|xml| {
                        leaf(xml, "loc", &url)?;
                        leaf(xml, "lastmod", &date(changed_at))
                    })?;
                }
                Ok(())
            })?;
        Ok(())
    })
}

impl Page<'_> {
    fn changed_at(&self) -> i64 {
        match self {
            Self::List(_, at) | Self::Item(_, at) => *at,
        }
    }

    fn url(&self, newsroom: &Newsroom) -> String {
        let site = newsroom.site();
        let path = match self {
            Self::List(place, _) => folder(site, place),
            Self::Item(entry, _) => newsroom.path(entry),
        };
        site.base_url.join(&path)
    }
}

/// The items of a news sitemap at `now`, the newest first: those of the last two days that are not for readers of the
/// pages alone, and have no canonical page elsewhere.
pub fn news_window(newsroom: &Newsroom, now: i64) -> Vec<Arc<Entry>> {
    let mut news: Vec<Arc<Entry>> = Vec::new();
    for place in sections(newsroom) {
        let visible = newsroom.newest(&place).filter(|entry| is_news(entry, now));
        let recent = visible.take_while(|entry| now < entry.wire + NEWS_SECONDS);
        news.extend(recent.filter(|entry| is_of(entry, &place)).cloned());
    }
    news.sort_unstable_by(|a, b| (Reverse(a.wire), &a.id).cmp(&(Reverse(b.wire), &b.id)));
    news.truncate(NEWS_MAX);
    news
}

/// When the last item left the news sitemap by the clock; 0 where none has.
pub fn news_left_at(newsroom: &Newsroom, now: i64) -> i64 {
    let left = |place: Place| {
        let mut old = newsroom
            .newest(&place)
            .filter(|entry| is_news(entry, now))
            .map(|entry| entry.wire + NEWS_SECONDS);
        old.find(|at| *at <= now)
    };
    sections(newsroom).filter_map(left).max().unwrap_or(0)
}

/// Whether a news sitemap may name an item: it is for all readers, and its own page is the one to find.
fn is_news(entry: &Entry, now: i64) -> bool {
    entry.is_in_feeds(now) && !entry.rare.is_elsewhere
}

/// Every section in every tree.
fn sections(newsroom: &Newsroom) -> impl Iterator<Item = Place> {
    let places = newsroom.places().into_iter();
    places.filter(|place| matches!(place.scope, Scope::Section(_)))
}

/// Whether a section is the one of an item's address.
fn is_of(entry: &Entry, place: &Place) -> bool {
    *place == entry.home()
}

/// The news sitemap of these items at `now`.
pub fn news(newsroom: &Newsroom, shown: &[Shown], now: i64) -> String {
    document(|xml| {
        let root = xml.create_element("urlset");
        root.with_attributes([("xmlns", NAMESPACE), ("xmlns:news", NEWS_NAMESPACE)])
            .write_inner_content(|xml| {
                shown
                    .iter()
                    .try_for_each(|one| news_url(xml, newsroom, one, now))
            })?;
        Ok(())
    })
}

fn news_url(xml: &mut Xml, newsroom: &Newsroom, shown: &Shown, now: i64) -> io::Result<()> {
    let (site, entry) = (newsroom.site(), &shown.entry);
    let published = DateTime::from_timestamp(entry.wire, 0).unwrap_or_default();
    let published = site.timezone.from_utc_datetime(&published.naive_utc());
    xml.create_element("url").write_inner_content(|xml| {
        leaf(xml, "loc", &site.base_url.join(&newsroom.path(entry)))?;
        leaf(xml, "lastmod", &date(entry.updated(now)))?;
        xml.create_element("news:news").write_inner_content(|xml| {
            xml.create_element("news:publication")
                .write_inner_content(|xml| {
                    leaf(xml, "news:name", site.title(entry.tree))?;
                    leaf(xml, "news:language", news_language(&shown.item.language))
                })?;
            let published = published.to_rfc3339_opts(SecondsFormat::Secs, true);
            leaf(xml, "news:publication_date", &published)?;
            leaf(xml, "news:title", &shown.item.title)
        })?;
        Ok(())
    })?;
    Ok(())
}

/// A language as news sitemaps have it: two or three letters, and of Chinese its script.
fn news_language(language: &Language) -> &str {
    let mut subtags = language.as_str().split('-');
    match subtags.next().unwrap_or_default() {
        "zh" if subtags.any(|subtag| matches!(subtag, "Hant" | "TW" | "HK" | "MO")) => "zh-tw",
        "zh" => "zh-cn",
        primary => primary,
    }
}

/// RFC 3339 in UTC, which is a W3C date with a zone.
fn date(seconds: i64) -> String {
    let instant = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::newsroom::base_url::BaseUrl;

    #[test]
    fn languages_are_short() {
        for (tag, expected) in [
            ("en", "en"),
            ("en-GB", "en"),
            ("sr-Latn", "sr"),
            ("zh", "zh-cn"),
            ("zh-Hans-CN", "zh-cn"),
            ("zh-TW", "zh-tw"),
            ("zh-Hant", "zh-tw"),
            ("kmr", "kmr"),
        ] {
            assert_eq!(news_language(&Language::new(tag).unwrap()), expected);
        }
    }

    #[test]
    fn a_file_of_the_longest_addresses_keeps_within_its_bytes() {
        let text = "title = \"T\"\nbase_url = \"https://example.org\"\nid_authority = \"example.org\"\n\
                    id_authority_date = \"2022\"\n[languages.sr-Latn]\n";
        let site = |path: &str| {
            let mut site = crate::newsroom::parse::site::read(text, None).0.unwrap();
            site.base_url = BaseUrl::new(&format!("https://example.org/{path}")).unwrap();
            site
        };
        assert_eq!(urls_max(&site("")), URLS_MAX);
        for length in [1_000, 100_000] {
            let site = site(&"x".repeat(length));
            let slug = "y".repeat(SLUG_BYTES_MAX);
            let url = site.base_url.join(&format!("/sr-latn/{slug}/{slug}/"));
            let one = format!("<url><loc>{url}</loc><lastmod>{}</lastmod></url>", date(0));
            assert!(urls_max(&site) * one.len() + 1_000 <= BYTES_MAX);
            assert!((urls_max(&site) + 2) * one.len() + 1_000 > BYTES_MAX);
        }
    }

    #[test]
    fn parts_have_one_path_each() {
        for (path, number) in [
            ("/sitemap-1.xml", Some(1)),
            ("/sitemap-12.xml", Some(12)),
            ("/sitemap-01.xml", None),
            ("/sitemap-+1.xml", None),
            ("/sitemap-news.xml", None),
            ("/sitemap-99999999999999999999999.xml", None),
            ("/sitemap.xml", None),
        ] {
            assert_eq!(part_number(path), number, "{path}");
        }
    }
}
