//! HTML that is safe to carry: an allow-list of elements and attributes, every URL absolute (docs/http.md, “Cleaned
//! HTML”).

pub mod prepared;
pub mod shown;
mod vocabulary;
pub mod written;

use crate::text::escape::{escape, unescape};
use crate::text::legal::legal;
use crate::text::links;
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;
use url::Url;

/// A URL that stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// As it is written, entities decoded.
    pub url: &'a str,
    /// What it does there.
    pub kind: ReferenceKind,
}

/// What a URL does in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferenceKind {
    /// It leads somewhere.
    Link,
    /// It is shown in place: a picture, sound or film.
    Embed,
}

/// A reference made absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The absolute URL.
    pub url: String,
    /// The picture's pixels across and down, where they are known.
    pub size: Option<(u32, u32)>,
}

/// The elements that stay.
const ELEMENTS: [&str; 69] = [
    "a",
    "abbr",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// The attributes that stay, by element.
const ATTRIBUTES: [(&str, &[&str]); 17] = [
    ("a", &["href", "hreflang"]),
    ("audio", &["src", "controls"]),
    ("bdo", &["dir"]),
    ("blockquote", &["cite"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("img", &["src", "alt", "width", "height"]),
    ("ins", &["cite", "datetime"]),
    ("ol", &["start", "reversed", "type"]),
    ("q", &["cite"]),
    ("source", &["src", "type"]),
    ("td", &["colspan", "rowspan", "headers"]),
    ("th", &["colspan", "rowspan", "headers", "scope"]),
    ("time", &["datetime"]),
    ("video", &["src", "poster", "controls", "width", "height"]),
];

/// The attributes that stay on every element that stays.
const COMMON_ATTRIBUTES: [&str; 4] = ["dir", "id", "lang", "title"];

/// The elements that go with all that is in them.
const CONTENT_REMOVED: [&str; 9] = [
    "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title",
];

/// The schemes that absolute URLs may have.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// Sanitises HTML. Every URL passes through `resolve`, which makes it absolute; where it says `None`, the attribute
/// goes, and a picture without an address goes with it.
///
/// The result may hold the entity `&nbsp;` beside XML's own, which is right for escaped content and CDATA.
pub fn sanitise(html: &str, resolve: &dyn Fn(Reference<'_>) -> Option<Resolved>) -> String {
    let clean = cleaned(html);
    let anchors = anchors(&clean);
    let resolve = |reference: Reference<'_>| match reference.url.strip_prefix('#') {
        Some(name) => {
            let prefix = if name.starts_with(ID_PREFIX) {
                ""
            } else {
                ID_PREFIX
            };
            let url = format!("#{prefix}{name}");
            let is_there = anchors.contains(&url[1..]);
            is_there
                .then(|| {
                    resolve(Reference {
                        url: &url,
                        ..reference
                    })
                })
                .flatten()
        }
        None => resolve(reference),
    };
    let mut out = String::with_capacity(clean.len() + clean.len() / 8);
    let mut without_links = 0_usize;
    walk(&clean, |text, tag| {
        if without_links == 0 {
            links::push_linked(&mut out, text);
        } else {
            out.push_str(text);
        }
        push_tag(&mut out, tag, &resolve);
        match tag.strip_prefix("</") {
            Some(name) if is_without_links(name) => without_links = without_links.saturating_sub(1),
            None if is_without_links(tag.trim_start_matches('<')) => without_links += 1,
            _ => {}
        }
    });
    // A byte order mark at the start would be taken for one.
    out.trim_start_matches('\u{FEFF}').to_owned()
}

/// What the ids of a text begin with: they are not those of the page around it.
const ID_PREFIX: &str = "text-";

/// The ids of clean HTML.
fn anchors(html: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    if !html.contains(" id=\"") {
        return found;
    }
    walk(html, |_, tag| {
        let ids = attributes(tag).filter(|(name, _)| *name == "id");
        found.extend(ids.map(|(_, id)| unescape(id)));
    });
    found
}

/// Whether addresses in an element are not made links: they are links already, or shown as they are typed. `rest` begins
/// with its name.
fn is_without_links(rest: &str) -> bool {
    let name = rest.split([' ', '>']).next().unwrap_or_default();
    matches!(name, "a" | "code" | "pre" | "kbd" | "samp")
}

/// The URLs of a text that [`sanitise`] would pass to its resolver, as they are written, each once, in order.
pub fn references(html: &str) -> Vec<(String, ReferenceKind)> {
    let mut found = Vec::new();
    let mut known = HashSet::new();
    walk(&cleaned(html), |_, tag| {
        for (value, kind) in
            attributes(tag).filter_map(|(name, value)| Some((value, kind_of(name)?)))
        {
            let reference = (unescape(value), kind);
            if known.insert(reference.clone()) {
                found.push(reference);
            }
        }
    });
    found
}

/// The addresses of the pictures that sanitised HTML shows.
pub fn pictures(clean: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(clean, |_, tag| {
        if tag.starts_with("<img ") {
            let sources = attributes(tag).filter(|(name, _)| *name == "src");
            found.extend(sources.map(|(_, url)| unescape(url)));
        }
    });
    found
}

/// The allow-list's work. What comes out is well-formed, with every attribute in double quotes.
fn cleaned(html: &str) -> String {
    static ALLOW_LIST: LazyLock<Builder<'static>> = LazyLock::new(allow_list);
    let clean = ALLOW_LIST
        .clean(&prepared::prepared(&legal(html)))
        .to_string();
    // A character reference may have been to a character that XML forbids.
    match legal(&clean) {
        Cow::Borrowed(_) => clean,
        Cow::Owned(legal) => legal,
    }
}

fn allow_list() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(ELEMENTS.into_iter().collect())
        .tag_attributes(
            ATTRIBUTES
                .iter()
                .map(|(tag, names)| (*tag, names.iter().copied().collect()))
                .collect(),
        )
        .generic_attributes(COMMON_ATTRIBUTES.into_iter().collect())
        .clean_content_tags(CONTENT_REMOVED.into_iter().collect())
        .url_schemes(SCHEMES.into_iter().collect())
        .url_relative(UrlRelative::PassThrough)
        .id_prefix(Some(ID_PREFIX))
        .link_rel(None);
    builder
}

fn kind_of(attribute: &str) -> Option<ReferenceKind> {
    match attribute {
        "href" | "cite" => Some(ReferenceKind::Link),
        "src" | "poster" => Some(ReferenceKind::Embed),
        _ => None,
    }
}

/// Walks over the tags of clean HTML: calls with the text before each and the tag, at the end with the last text and
/// an empty tag.
pub(super) fn walk(html: &str, mut visit: impl FnMut(&str, &str)) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        let (tag, after) = tag.split_at(tag_end(tag));
        visit(text, tag);
        rest = after;
    }
    visit(rest, "");
}

/// The attributes of a tag of clean HTML: names, and values as they are escaped.
fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = tag.find(' ').map_or("", |at| &tag[at..]);
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        rest = after;
        Some((name.trim_start(), value))
    })
}

/// Writes a tag with its URLs resolved. A picture or source without an address is left out, and a picture that has
/// no size gets the one that is known.
fn push_tag(out: &mut String, tag: &str, resolve: &dyn Fn(Reference<'_>) -> Option<Resolved>) {
    let Some((open, _)) = tag.split_once(' ').filter(|_| !tag.starts_with("</")) else {
        if !matches!(tag, "<img>" | "<source>") {
            out.push_str(tag);
        }
        return;
    };
    let start = out.len();
    out.push_str(open);
    let (mut has_address, mut has_size, mut known_size) = (false, false, None);
    for (name, value) in attributes(tag) {
        has_size |= matches!(name, "width" | "height");
        let Some(kind) = kind_of(name) else {
            push_attribute(out, name, value);
            continue;
        };
        let url = unescape(value);
        if let Some(resolved) = resolved(
            Reference {
                url: url.trim(),
                kind,
            },
            resolve,
        ) {
            push_attribute(out, name, &escape(&resolved.url));
            has_address = true;
            known_size = resolved.size;
        }
    }
    if !has_address && matches!(open, "<img" | "<source") {
        return out.truncate(start);
    }
    if let Some((width, height)) = known_size.filter(|_| open == "<img" && !has_size) {
        push_attribute(out, "width", &width.to_string());
        push_attribute(out, "height", &height.to_string());
    }
    out.push('>');
}

fn push_attribute(out: &mut String, name: &str, escaped: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    out.push_str(escaped);
    out.push('"');
}

/// A reference made absolute, if it then leads to the web. Mail and telephone addresses are absolute as they are.
fn resolved(
    reference: Reference<'_>,
    resolve: &dyn Fn(Reference<'_>) -> Option<Resolved>,
) -> Option<Resolved> {
    let is_address = |url: &Url| matches!(url.scheme(), "mailto" | "tel");
    if let Some(address) = Url::parse(reference.url).ok().filter(is_address) {
        return (reference.kind == ReferenceKind::Link).then(|| Resolved {
            url: address.into(),
            size: None,
        });
    }
    let resolved = resolve(reference)?;
    let absolute = Url::parse(&resolved.url).ok()?;
    matches!(absolute.scheme(), "http" | "https").then_some(resolved)
}

/// Where a tag ends: after the first `>` outside of quotes.
fn tag_end(tag: &str) -> usize {
    let mut is_quoted = false;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'>' if !is_quoted => return at + 1,
            _ => {}
        }
    }
    tag.len()
}

/// An attribute's value as its author means it: the usual references decoded.
fn unescaped(text: &str) -> Cow<'_, str> {
    if text.contains('&') {
        let text = text
            .replace("&#38;", "&amp;")
            .replace("&#39;", "'")
            .replace("&#x27;", "'");
        Cow::Owned(unescape(&text))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a text begins with a tag of an element that there is in HTML.
pub(super) fn is_tag(text: &str) -> bool {
    let name = text.trim_start_matches(['<', '/']);
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let is_closed = name[length..].starts_with(['>', ' ', '/']);
    is_closed && vocabulary::is_element(&name[..length].to_ascii_lowercase())
}

/// The words of sanitised HTML: tags taken out, entities decoded, white space folded.
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    walk(html, |before, tag| {
        text.push_str(before);
        if !is_inline(tag) {
            text.push(' ');
        }
    });
    unescape(&text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a tag stands within a line of text.
fn is_inline(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']);
    is_inline_name(name.split([' ', '>', '/']).next().unwrap_or_default())
}

/// Whether an element of a name stands within a line of text.
pub(super) fn is_inline_name(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "del"
            | "dfn"
            | "em"
            | "i"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "var"
            | "wbr"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn absolute(reference: Reference<'_>) -> Option<Resolved> {
        let base = Url::parse("https://example.org/a/").ok()?;
        let size = reference.url.ends_with("known.png").then_some((4, 3));
        Some(Resolved {
            url: base.join(reference.url).ok()?.into(),
            size,
        })
    }

    fn clean(html: &str) -> String {
        sanitise(html, &absolute)
    }

    #[test]
    fn what_runs_or_positions_is_removed() {
        for (html, safe) in [
            ("<script>a</script>b", "b"),
            ("<p onclick=x style='a' class=b>t</p>", "<p>t</p>"),
            ("<a href=\"java\tscript:x\">t</a>", "<a>t</a>"),
            ("<a href=\"&#106;avascript:x\">t</a>", "<a>t</a>"),
            ("<img src=\"data:image/png;base64,AA\">t", "t"),
            ("<svg><p><style><img src=x onerror=y></style></svg>t", "t"),
            (
                "<iframe src=javascript:x></iframe><object data=javascript:y></object>t",
                "<a>javascript:x</a><a>javascript:y</a>t",
            ),
            ("<form><input></form>t", "<div></div>t"),
            (
                "<a href=\"mailto:a@example.org\">t</a>",
                "<a href=\"mailto:a@example.org\">t</a>",
            ),
        ] {
            assert_eq!(clean(html), safe, "{html}");
        }
    }

    #[test]
    fn every_url_is_absolute_and_a_known_picture_has_its_size() {
        assert_eq!(
            clean(
                "<a href='b'>t</a><img src=known.png alt=x><img src='/c.png' width=1><video src=v.mp4 poster=p.png controls></video>"
            ),
            "<a href=\"https://example.org/a/b\">t</a><img src=\"https://example.org/a/known.png\" alt=\"x\" width=\"4\" \
             height=\"3\"><img src=\"https://example.org/c.png\" width=\"1\"><video src=\"https://example.org/a/v.mp4\" \
             poster=\"https://example.org/a/p.png\" controls=\"\"></video>"
        );
    }

    #[test]
    fn anchors_within_a_text_lead_to_its_page_and_those_that_lead_nowhere_are_words() {
        assert_eq!(
            clean("<a href='#fn1'>1</a> <a href='#gone'>2</a> <a href='#'>3</a><li id=fn1>n</li>"),
            "<a href=\"https://example.org/a/#text-fn1\">1</a> <a>2</a> <a>3</a><li id=\"text-fn1\">n</li>"
        );
        let notes = clean(&crate::text::markdown::to_html(
            "A claim[^1].\n\n[^1]: Yearbook",
        ));
        assert!(
            notes.contains("<a href=\"https://example.org/a/#text-1\">1</a>"),
            "{notes}"
        );
        assert!(
            notes.contains("<div id=\"text-1\">") && notes.contains("Yearbook"),
            "{notes}"
        );
    }

    #[test]
    fn addresses_become_links_where_they_are_not_shown_as_typed() {
        assert_eq!(
            clean(
                "<p>www.example.org <code>www.example.org</code> <a href='b'>www.example.org</a></p>"
            ),
            "<p><a href=\"https://www.example.org/\">www.example.org</a> <code>www.example.org</code> \
             <a href=\"https://example.org/a/b\">www.example.org</a></p>"
        );
    }

    #[test]
    fn character_references_to_what_xml_forbids_are_removed() {
        assert_eq!(
            clean("a&#1;b&#xFFFE;c<i title='&#8;x'>d</i>"),
            "abc<i title=\"x\">d</i>"
        );
    }

    #[test]
    fn the_references_of_a_text_are_told_as_written() {
        let found = references("<a href='x y'>t</a><img src='b.png'><img src='b.png'><p cite=z>");
        let expected = [
            ("x y", ReferenceKind::Link),
            ("b.png", ReferenceKind::Embed),
        ];
        assert_eq!(found, expected.map(|(url, kind)| (url.to_owned(), kind)));
    }

    #[test]
    fn the_words_of_html_are_plain_text() {
        assert_eq!(
            plain("<p>a <b>b</b>c&amp;lt;</p><p>d<br>e&nbsp;f</p>"),
            "a bc&lt; d e f"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_made_safe_and_stays_as_it_then_is(html in "(<[a-z]{1,6}( [a-z]{1,7}=[\"']?[^<>]{0,9}[\"']?)?>|</[a-z]{1,6}>|.){0,30}") {
            let once = clean(&html);
            prop_assert!(crate::text::legal::first_illegal(&once).is_none());
            prop_assert!(!once.to_ascii_lowercase().contains("<script"));
            prop_assert_eq!(clean(&once), once.clone());
            let xml = format!("<x a=\"{0}\">{0}</x>", escape(&once));
            prop_assert!(roxmltree::Document::parse(&xml).is_ok());
        }
    }
}
