//! Open Graph and its article properties, as other sites show a link to an item.

use super::page_of;
use crate::feed::{Context, FeedItem, Shown};
use crate::newsroom::label::Kind;
use crate::newsroom::place::{Place, Scope};
use crate::page::date::machine;
use crate::text::language::Language;
use crate::text::words::Words;

/// The properties of an item's page.
pub(super) fn of_item(
    context: Context<'_>,
    shown: &Shown,
    item: &FeedItem,
) -> Vec<(&'static str, String)> {
    let newsroom = context.newsroom;
    let site = newsroom.site();
    let tree = site.tree_of(&item.language);
    let dated = |at| machine(at, site.timezone);
    let mut graph = vec![
        ("og:type", "article".to_owned()),
        ("og:title", item.title.clone()),
        ("og:url", item.url.clone()),
        ("og:site_name", site.title(tree).to_owned()),
    ];
    graph.extend(
        item.summary
            .clone()
            .map(|summary| ("og:description", summary)),
    );
    graph.extend(locale(&item.language).map(|locale| ("og:locale", locale)));
    for image in &item.images {
        graph.push(("og:image", image.url.clone()));
        graph.extend(image.media_type.clone().map(|kind| ("og:image:type", kind)));
        if let Some((width, height)) = image.size {
            graph.push(("og:image:width", width.to_string()));
            graph.push(("og:image:height", height.to_string()));
        }
        if !image.alt.is_empty() {
            graph.push(("og:image:alt", image.alt.clone()));
        }
    }
    for file in &item.attachments {
        let property = match file.media_type.split('/').next() {
            Some("audio") => "og:audio",
            Some("video") => "og:video",
            _ => continue,
        };
        graph.push((property, file.url.clone()));
    }
    graph.push(("article:published_time", dated(item.published)));
    graph.push(("article:modified_time", dated(item.updated)));
    graph.extend(
        item.expires
            .map(|at| ("article:expiration_time", dated(at))),
    );
    let authors = item.authors.iter();
    let authors =
        authors.filter_map(|author| page_of(context, &shown.entry, Kind::Author, &author.name));
    graph.extend(authors.map(|page| ("article:author", page)));
    // An item without authors of its own is its source's.
    let source = shown.item.source.as_ref();
    let source = source.filter(|_| shown.item.authors.is_empty());
    graph.extend(source.map(|source| ("article:author", source.url.to_string())));
    graph.push(("article:section", item.section.1.clone()));
    graph.extend(item.tags.iter().map(|tag| ("article:tag", tag.clone())));
    graph
}

/// The properties of a list page at an absolute URL.
pub(in crate::page) fn of_place(
    context: Context<'_>,
    place: &Place,
    url: &str,
) -> Vec<(&'static str, String)> {
    let newsroom = context.newsroom;
    let site = newsroom.site();
    let mut graph = vec![
        ("og:type", "website".to_owned()),
        ("og:title", newsroom.title_of(place).to_owned()),
        ("og:url", url.to_owned()),
        ("og:description", newsroom.description_of(place).to_owned()),
    ];
    if place.scope != Scope::All {
        graph.push(("og:site_name", site.title(place.tree).to_owned()));
    }
    let locale = locale(site.language(place.tree));
    graph.extend(locale.map(|locale| ("og:locale", locale)));
    graph
}

/// The language as Open Graph wants it, `ll_CC`: with the country of its tag, else with the one where most speak it;
/// `None` where we know neither.
fn locale(language: &Language) -> Option<String> {
    let mut subtags = language.as_str().split('-');
    let primary = subtags.next()?;
    let is_country =
        |tag: &&str| tag.len() == 2 && tag.bytes().all(|byte| byte.is_ascii_uppercase());
    let country = subtags
        .find(is_country)
        .or_else(|| Words::country_of(primary))?;
    Some(format!("{primary}_{country}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_has_a_language_and_a_country() {
        for (tag, written) in [
            ("en", Some("en_GB")),
            ("en-US", Some("en_US")),
            ("zh-Hant-TW", Some("zh_TW")),
            ("hy", Some("hy_AM")),
            ("sr-Latn", None),
        ] {
            assert_eq!(locale(&Language::new(tag).unwrap()).as_deref(), written);
        }
    }
}
