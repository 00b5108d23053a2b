//! The full text of an item as feeds and pages carry it: sanitised HTML in which every URL is absolute.

use crate::feed::{Context, FeedItem, Picture};
use crate::newsroom::entry;
use crate::newsroom::item::{Body, BodyFormat, Item};
use crate::newsroom::media::MediaFiles;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::reference;
use crate::newsroom::site::Site;
use crate::text::calendar::Calendar;
use crate::text::html::{self, Reference, ReferenceKind, Resolved};
use crate::text::markdown;
use crate::text::words::Words;
use std::collections::BTreeSet;
use std::fmt::Write;
use url::Url;

/// The body alone, sanitised, with absolute URLs. `page` is the item's own page.
pub fn body(context: Context<'_>, item: &Item, page: &str) -> String {
    html::sanitise(&raw_html(&item.body), &|reference| {
        resolve(context, page, &reference)
    })
}

/// The whole content: lead image, dateline, body, corrections, links to the attachments, and whose text it is.
pub fn full(context: Context<'_>, item: &FeedItem) -> String {
    let mut content = String::with_capacity(item.body.len() + 512);
    if let Some(image) = lead_image(item) {
        push_figure(&mut content, image);
    }
    content.push_str(&with_dateline(&item.body, item.dateline.as_deref()));
    push_corrections(&mut content, context, item);
    push_attachments(&mut content, item);
    push_source(&mut content, item);
    content
}

/// The first picture, unless the body shows it anyway.
pub fn lead_image(item: &FeedItem) -> Option<&Picture> {
    item.images
        .first()
        .filter(|image| !item.body.contains(&html::escape(&image.url)))
}

/// The paths below the media folder that a body may refer to, whether or not there are such files. A relative link
/// may be to a file or to a page. `page` is the path of the item's page.
pub fn media_references(body: &Body, site: &Site, page: &str) -> Vec<String> {
    let urls = media_urls(body, Some(site));
    let named = urls
        .iter()
        .flat_map(|(url, _)| reference::files(url, site, page));
    // Addresses that are no links may be copied all the same.
    let written = written_addresses(&body.text);
    named
        .chain(written.flat_map(|url| reference::files(url, site, page)))
        .collect()
}

/// The paths that stand in a text as `…/media/…`, link or not.
fn written_addresses(text: &str) -> impl Iterator<Item = &str> {
    let starts = memchr::memmem::find_iter(text.as_bytes(), "/media/");
    starts.map(|at| {
        let is_end = |c: char| c.is_whitespace() || "\"'<>()[]{}`|".contains(c);
        let rest = &text[at..];
        let end = rest.find(is_end).unwrap_or(rest.len());
        rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?'])
    })
}

/// The same, without the relative links that may be to a page.
pub fn certain_media_references(body: &Body) -> Vec<String> {
    let urls = media_urls(body, None);
    let certain = urls
        .iter()
        .filter(|(url, kind)| *kind == ReferenceKind::Embed || url.starts_with("/media/"));
    certain.filter_map(|(url, _)| media_path(url)).collect()
}

/// The media files that an item certainly refers to and that are not among those `found`, each once.
pub fn missing_media(item: &Item, found: &MediaFiles) -> BTreeSet<String> {
    let listed = entry::media_files(item).chain(certain_media_references(&item.body));
    listed.filter(|path| !found.contains_key(path)).collect()
}

/// What the author of an item should know of a media file that is not there.
pub fn missing_file(file: &str, path: &str) -> Problem {
    let message = format!("there is no file `media/{path}`");
    Problem::of_file(Severity::Warning, file, message)
        .hint("put the file there, or mend the name; until then it is left out")
}

/// The addresses that a body links to.
pub fn links(body: &Body) -> Vec<String> {
    let references = html::references(&raw_html(body)).into_iter();
    let links = references.filter(|(_, kind)| *kind == ReferenceKind::Link);
    links.map(|(url, _)| url).collect()
}

/// The addresses in a body, where any may be of a media file; with a site also its own absolute ones.
fn media_urls(body: &Body, site: Option<&Site>) -> Vec<(String, ReferenceKind)> {
    if may_refer(body) || site.is_some_and(|site| reference::may_name(&body.text, site)) {
        html::references(&raw_html(body))
    } else {
        Vec::new()
    }
}

fn raw_html(body: &Body) -> String {
    match body.format {
        BodyFormat::Markdown => markdown::to_html(&body.text),
        BodyFormat::Html => body.text.clone(),
        BodyFormat::Text => markdown::paragraphs(&body.text),
    }
}

/// Whether it is worth the parsing: a link in Markdown whose target is no web address, a reference definition, or
/// an HTML tag. Most bodies have none, and loading 100,000 of them must not render each.
fn may_refer(body: &Body) -> bool {
    let text = body.text.as_str();
    let is_web = |rest: &str| rest.starts_with("https://") || rest.starts_with("http://");
    match body.format {
        BodyFormat::Text => false,
        BodyFormat::Html => true,
        BodyFormat::Markdown => {
            let after = |at: usize| &text[at + 1..];
            let is_target = |rest: &str| {
                let target = rest.strip_prefix('(');
                target.is_some_and(|url| !is_web(url)) || rest.starts_with(':')
            };
            let is_tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
            memchr::memchr_iter(b']', text.as_bytes()).any(|at| is_target(after(at)))
                || memchr::memchr_iter(b'<', text.as_bytes()).any(|at| is_tag(after(at)))
        }
    }
}

/// The path below the media folder that a URL in a body names: `photo.jpg` and `/media/photo.jpg` do.
fn media_path(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let is_relative = !path.is_empty() && !path.starts_with('/') && Url::parse(url).is_err();
    let path = path
        .strip_prefix("/media/")
        .or(is_relative.then_some(path))?;
    let decoded = percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .ok()?;
    let inside = decoded
        .split('/')
        .all(|segment| !matches!(segment, "" | "." | ".."));
    inside.then(|| decoded.into_owned())
}

/// Makes a URL of a body absolute. Web addresses stay; a path from the root lies below the base URL; the name of a
/// file in the media folder is that file, with the hash in its link; any other relative link hangs from the page.
fn resolve(context: Context<'_>, page: &str, reference: &Reference<'_>) -> Option<Resolved> {
    let plain = |url: String| Some(Resolved { url, size: None });
    let url = reference.url.trim();
    if let Some(rest) = url.strip_prefix("//") {
        return Url::parse(&format!("https://{rest}"))
            .ok()
            .and_then(|url| plain(url.into()));
    }
    if let Ok(absolute) = Url::parse(url) {
        return plain(absolute.into());
    }
    let base = &context.site().base_url;
    if let Some(path) = media_path(url) {
        if let Some(file) = context.media.get(&path) {
            return Some(Resolved {
                url: base.join(&file.url_path()),
                size: file.size,
            });
        }
        // What is not there is not written: every link of a feed answers.
        if reference.kind == ReferenceKind::Embed || url.starts_with("/media/") {
            return None;
        }
    }
    let start = if url.starts_with('/') {
        base.join(url)
    } else {
        Url::parse(page).ok()?.join(url).ok()?.into()
    };
    Url::parse(&start).ok().and_then(|url| plain(url.into()))
}

/// A picture with its caption and credit.
fn push_figure(content: &mut String, image: &Picture) {
    let _ = write!(
        content,
        "<figure><img src=\"{}\" alt=\"{}\"",
        html::escape(&image.url),
        html::escape(&image.alt)
    );
    if let Some((width, height)) = image.size {
        let _ = write!(content, " width=\"{width}\" height=\"{height}\"");
    }
    content.push('>');
    let credit = image.credit.as_ref().map(|credit| format!("({credit})"));
    let words: Vec<&str> = [image.caption.as_deref(), credit.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    if !words.is_empty() {
        let _ = write!(
            content,
            "<figcaption>{}</figcaption>",
            html::escape(&words.join(" "))
        );
    }
    content.push_str("</figure>\n");
}

/// The body with the dateline at the start of its first paragraph, or in a paragraph of its own before it.
pub fn with_dateline(body: &str, dateline: Option<&str>) -> String {
    let body = body.trim_end();
    match (dateline.map(html::escape), body.strip_prefix("<p>")) {
        (None, _) => format!("{body}\n"),
        (Some(dateline), Some(rest)) => format!("<p>{dateline} — {rest}\n"),
        (Some(dateline), None) => format!("<p>{dateline}</p>\n{body}\n"),
    }
}

/// What was put right, each with its day, in the words of the item's language.
fn push_corrections(content: &mut String, context: Context<'_>, item: &FeedItem) {
    if item.corrections.is_empty() {
        return;
    }
    let (words, calendar) = (Words::of(&item.language), Calendar::of(&item.language));
    for (at, note) in &item.corrections {
        let day = at.with_timezone(&context.site().timezone).date_naive();
        let _ = writeln!(
            content,
            "<p><em>{}, {}: {}</em></p>",
            html::escape(&words.correction),
            html::escape(&calendar.day(day)),
            html::escape(note)
        );
    }
}

/// Links to the attached files: RSS carries one enclosure, and many readers show none.
fn push_attachments(content: &mut String, item: &FeedItem) {
    if item.attachments.is_empty() {
        return;
    }
    content.push_str("<ul>\n");
    for attachment in &item.attachments {
        let name = attachment
            .title
            .as_deref()
            .unwrap_or_else(|| attachment.url.rsplit('/').next().unwrap_or_default());
        let _ = writeln!(
            content,
            "<li><a href=\"{}\">{}</a></li>",
            html::escape(&attachment.url),
            html::escape(name)
        );
    }
    content.push_str("</ul>\n");
}

/// Whose text it is, in the words of the item's language: few readers show more of this than the content says.
fn push_source(content: &mut String, item: &FeedItem) {
    if let Some(source) = &item.source {
        let _ = writeln!(
            content,
            "<p>{}: <a href=\"{}\">{}</a></p>",
            html::escape(&Words::of(&item.language).source),
            html::escape(source.url.as_str()),
            html::escape(&source.name)
        );
    }
}
