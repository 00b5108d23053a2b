//! The links and pictures of a text as their author wrote them, before anything is cleaned.

use super::ReferenceKind;
use crate::text::escape::unescape;
use std::collections::BTreeSet;

/// A link or a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it does.
    pub kind: ReferenceKind,
    /// Its address, entities decoded; `None` where it has none.
    pub url: Option<String>,
    /// Whether it has the attribute `alt`, whatever that says.
    pub has_alt: bool,
}

/// The links and pictures of HTML, in their order. Nothing in comments, scripts and styles counts.
pub fn links_and_pictures(html: &str) -> Vec<Written> {
    let mut found = Vec::new();
    each_tag(html, |name, attributes| {
        let kind = match name {
            "a" => ReferenceKind::Link,
            "img" => ReferenceKind::Embed,
            _ => return,
        };
        let value = |name: &str| attributes.iter().find(|(own, _)| own == name);
        let url = match kind {
            ReferenceKind::Link => value("href"),
            ReferenceKind::Embed => value("src"),
        };
        // An `a` without `href` is a mark in the text.
        if url.is_some() || kind == ReferenceKind::Embed {
            found.push(Written {
                kind,
                url: url.map(|(_, url)| decoded(url)),
                has_alt: value("alt").is_some(),
            });
        }
    });
    found
}

/// The places of HTML that a link may lead to: the values of `id`, and of `name` of an `a`.
pub fn anchors(html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    each_tag(html, |name, attributes| {
        let is_place = |own: &str| own == "id" || (own == "name" && name == "a");
        let places = attributes.iter().filter(|(own, _)| is_place(own));
        found.extend(places.map(|(_, value)| decoded(value)));
    });
    found
}

fn decoded(value: &str) -> String {
    unescape(&value.replace("&#39;", "'"))
}

/// Looks at the name, in small letters, and the attributes of each start tag.
fn each_tag(html: &str, mut look: impl FnMut(&str, &[(String, String)])) {
    let mut rest = html;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = after(comment, "-->");
            continue;
        }
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = rest[..length].to_ascii_lowercase();
        if matches!(name.as_str(), "script" | "style") {
            rest = after(rest, "</");
            continue;
        }
        if length == 0 {
            continue;
        }
        let (attributes, behind) = attributes(&rest[length..]);
        look(&name, &attributes);
        rest = behind;
    }
}

/// What follows a mark; nothing where it does not come.
fn after<'t>(text: &'t str, mark: &str) -> &'t str {
    text.find(mark).map_or("", |at| &text[at + mark.len()..])
}

/// The attributes of a tag, names in small letters, and what follows the tag (HTML standard, section 13.1.2.3).
fn attributes(tag: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (found, rest);
        }
        let is_end = |c: char| c.is_ascii_whitespace() || "=>/".contains(c);
        // A stray `=` is taken for a name.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..]
            .find(is_end)
            .map_or(rest.len(), |at| first + at);
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(behind) = rest.strip_prefix('=') {
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => behind[1..].split_once(quote).unwrap_or((&behind[1..], "")),
                None => {
                    let is_end = |c: char| c.is_ascii_whitespace() || c == '>';
                    behind.split_at(behind.find(is_end).unwrap_or(behind.len()))
                }
            };
        }
        found.push((name, value.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn links_and_pictures_are_read_as_they_are_written() {
        let html = "<A HREF = 'webcal://x?a&amp;b' >x</a><img src=a.png><img alt src=\"b c.png\"/><a name=x>\
                    <!-- <a href=no> --><script>'<a href=no>'</script><abbr href=no><img><a href=\"\">";
        let found: Vec<_> = links_and_pictures(html)
            .into_iter()
            .map(|found| {
                (
                    found.url.unwrap_or_else(|| "none".to_owned()),
                    found.has_alt,
                )
            })
            .collect();
        let expected = [
            ("webcal://x?a&b", false),
            ("a.png", false),
            ("b c.png", true),
            ("none", false),
            ("", false),
        ];
        assert_eq!(found, expected.map(|(url, alt)| (url.to_owned(), alt)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(html in "(<[a-z]{0,4}|[ =\"'/>]|href|.){0,40}") {
            links_and_pictures(&html);
        }
    }
}
