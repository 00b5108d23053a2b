//! The full text of an item as feeds and pages carry it: sanitised HTML in which every URL is absolute.

use crate::feed::{Context, FeedItem, Picture};
use crate::newsroom::entry;
use crate::newsroom::item::{Body, BodyFormat, Item, Moment};
use crate::newsroom::media::{MediaFile, MediaFiles, without_hash};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::reference;
use crate::newsroom::site::Site;
use crate::text::calendar::Calendar;
use crate::text::escape::escape;
use crate::text::html::{self, Reference, ReferenceKind, Resolved};
use crate::text::markdown;
use crate::text::words::Words;
use std::collections::BTreeSet;
use std::fmt::Write;
use url::Url;

/// The body alone, sanitised, with absolute URLs. `page` is the item's own page.
pub fn body(context: Context<'_>, item: &Item, page: &str) -> String {
    html::sanitise(&html(&item.body), &|reference| {
        resolve(context, page, &reference)
    })
}

/// The whole content: subtitle and summary as their author wrote them, lead image, dateline, body, corrections, links to
/// the attachments, and whose text it is.
pub fn full(context: Context<'_>, item: &FeedItem) -> String {
    let mut content = String::with_capacity(item.body.len() + 512);
    for words in &item.lead {
        let _ = writeln!(content, "<p><strong>{}</strong></p>", escape(words));
    }
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
    item.images.first().filter(|image| !is_shown(item, image))
}

/// The other pictures, without those that the body shows.
pub fn further_images(item: &FeedItem) -> Vec<&Picture> {
    let further = item.images.iter().skip(1);
    further.filter(|image| !is_shown(item, image)).collect()
}

/// Whether the body shows a picture. A link to it shows nothing; one scheme is as good as the other.
fn is_shown(item: &FeedItem, image: &Picture) -> bool {
    let address = |url: &str| url.split_once(':').map(|(_, rest)| rest.to_owned());
    let wanted = address(&image.url);
    item.body.contains("<img ")
        && html::pictures(&item.body)
            .iter()
            .any(|url| address(url) == wanted)
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
pub fn certain_media_references(body: &Body, site: &Site) -> Vec<String> {
    let urls = media_urls(body, Some(site)).into_iter();
    let certain = urls.filter_map(|(url, kind)| certain_media(&url, kind, site));
    certain.collect()
}

/// The paths below the media folder that a body shows as pictures, sound or film.
pub fn embedded_media(body: &Body, site: &Site) -> Vec<String> {
    let urls = media_urls(body, Some(site)).into_iter();
    let shown = urls.filter(|(_, kind)| *kind == ReferenceKind::Embed);
    shown
        .filter_map(|(url, kind)| certain_media(&url, kind, site))
        .collect()
}

/// The path below the media folder that an address certainly names: that of a picture, or one with the folder in it.
pub fn certain_media(url: &str, kind: ReferenceKind, site: &Site) -> Option<String> {
    let own = reference::own_path(url, site);
    let url = own.as_deref().unwrap_or(url);
    let is_certain = kind == ReferenceKind::Embed && own.is_none() || url.starts_with("/media/");
    media_path(url).filter(|_| is_certain)
}

/// The media files that an item certainly refers to and that are not among those `found`, each once.
pub fn missing_media(item: &Item, found: &MediaFiles, site: &Site) -> BTreeSet<String> {
    let listed = entry::media_files(item).chain(certain_media_references(&item.body, site));
    listed
        .filter(|path| file_of(found, path).is_none())
        .collect()
}

/// The file that a path below the media folder means: as it is called, or as its link calls it.
pub fn file_of<'m>(media: &'m MediaFiles, path: &str) -> Option<&'m MediaFile> {
    let unmarked = || media.get(&without_hash(path)?.0);
    media.get(path).or_else(unmarked)
}

/// What the author of an item should know of a media file that is not there.
///
/// `meant` is a file that its author may have meant.
pub fn missing_file(file: &str, path: &str, meant: Option<String>) -> Problem {
    let message = format!("there is no file `media/{path}`");
    let problem = Problem::of_file(Severity::Warning, file, message);
    match meant {
        Some(meant) => problem.hint(format!("did you mean `{meant}`? Until then it is left out")),
        None => problem.hint("put the file there, or mend the name; until then it is left out"),
    }
}

/// The addresses that a body links to.
pub fn links(body: &Body) -> Vec<String> {
    let references = html::references(&html(body)).into_iter();
    let links = references.filter(|(_, kind)| *kind == ReferenceKind::Link);
    links.map(|(url, _)| url).collect()
}

/// The addresses in a body, where any may be of a media file; with a site also its own absolute ones.
fn media_urls(body: &Body, site: Option<&Site>) -> Vec<(String, ReferenceKind)> {
    if may_refer(body) || site.is_some_and(|site| reference::may_name(&body.text, site)) {
        html::references(&html(body))
    } else {
        Vec::new()
    }
}

/// The HTML of a body, as it is written.
pub fn html(body: &Body) -> String {
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

/// The path below the media folder that a URL in a body names: `photo.jpg`, `./photo.jpg`, `media/photo.jpg` and
/// `/media/photo.jpg` do.
pub fn media_path(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let is_relative = !path.is_empty() && !path.starts_with('/') && Url::parse(url).is_err();
    let path = path.strip_prefix("/media/").or_else(|| {
        let name = path.trim_start_matches("./");
        is_relative.then(|| name.strip_prefix("media/").unwrap_or(name))
    })?;
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
    // What Windows calls a file on a network (`\\server\share`) is no address.
    if url.starts_with('\\') || url.starts_with("%5C") || url.starts_with("%5c") {
        return None;
    }
    let base = &context.site().base_url;
    let own = reference::own_path(url, context.site());
    let own = own.filter(|path| path.starts_with("/media/"));
    let named = own.as_deref().unwrap_or(url);
    if let Some(path) = media_path(named) {
        if let Some(file) = file_of(context.media, &path) {
            return Some(Resolved {
                url: base.join(&file.url_path()),
                size: file.size,
            });
        }
        // What is not there is not written: every link of a feed answers.
        if reference.kind == ReferenceKind::Embed || named.starts_with("/media/") {
            return None;
        }
    }
    let with_scheme = url.strip_prefix("//").map(|rest| format!("https://{rest}"));
    if let Ok(absolute) = Url::parse(with_scheme.as_deref().unwrap_or(url)) {
        return plain(absolute.into());
    }
    if with_scheme.is_some() {
        return None;
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
        escape(&image.url),
        escape(&image.alt)
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
            escape(&words.join(" "))
        );
    }
    content.push_str("</figure>\n");
}

/// The body with the dateline at the start of its first paragraph, or in a paragraph of its own before it.
pub fn with_dateline(body: &str, dateline: Option<&str>) -> String {
    let body = body.trim_end();
    match (dateline.map(escape), body.strip_prefix("<p>")) {
        (None, _) => format!("{body}\n"),
        (Some(dateline), Some(rest)) => format!("<p>{dateline} — {rest}\n"),
        (Some(dateline), None) => format!("<p>{dateline}</p>\n{body}\n"),
    }
}

/// What was put right, each with its day, in the words of the item's language.
fn corrections(context: Context<'_>, item: &FeedItem) -> Vec<String> {
    let (words, calendar) = (Words::of(&item.language), Calendar::of(&item.language));
    let sentence = |(at, note): &(Moment, String)| {
        let day = at
            .instant()
            .with_timezone(&context.site().timezone)
            .date_naive();
        format!("{}, {}: {note}", words.correction, calendar.day(day))
    };
    item.corrections.iter().map(sentence).collect()
}

fn push_corrections(content: &mut String, context: Context<'_>, item: &FeedItem) {
    for sentence in corrections(context, item) {
        let _ = writeln!(content, "<p><em>{}</em></p>", escape(&sentence));
    }
}

/// Where a feed carries the summary alone, what was put right stands behind it: it may be the summary that was wrong.
pub fn push_corrections_to_summary(context: Context<'_>, item: &mut FeedItem) {
    if item.corrections.is_empty() {
        return;
    }
    let mut summary = item.summary.take().into_iter().collect::<Vec<_>>();
    summary.extend(corrections(context, item));
    item.summary = Some(summary.join(" "));
}

/// Links to the attached files: RSS carries one enclosure, and many readers show none.
fn push_attachments(content: &mut String, item: &FeedItem) {
    if item.attachments.is_empty() {
        return;
    }
    content.push_str("<ul>\n");
    for attachment in &item.attachments {
        let name = attachment.title.as_ref().unwrap_or(&attachment.file_name);
        let _ = writeln!(
            content,
            "<li><a href=\"{}\">{}</a></li>",
            escape(&attachment.url),
            escape(name)
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
            escape(&Words::of(&item.language).source),
            escape(source.url.as_str()),
            escape(&source.name)
        );
    }
}
