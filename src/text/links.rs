//! Web and e-mail addresses that stand in a text without a link.

use crate::text::escape::{escape, unescape};
use linkify::{LinkFinder, LinkKind};
use std::sync::LazyLock;

static FINDER: LazyLock<LinkFinder> = LazyLock::new(|| {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    finder
});

/// Writes a piece of clean HTML without tags, with links where addresses stand: `https://…`, `http://…`, `www.…` and
/// those of e-mail.
pub fn push_linked(out: &mut String, escaped: &str) {
    let bytes = escaped.as_bytes();
    let may_have = memchr::memchr(b'@', bytes).is_some()
        || memchr::memmem::find(bytes, b"://").is_some()
        || ["www.", "WWW.", "Www."]
            .iter()
            .any(|start| escaped.contains(start));
    if !may_have {
        return out.push_str(escaped);
    }
    let text = unescape(escaped);
    for span in FINDER.spans(&text) {
        let words = escaped_text(span.as_str());
        match span.kind().and_then(|kind| target(kind, span.as_str())) {
            Some(url) => {
                out.push_str("<a href=\"");
                out.push_str(&escape(&url));
                out.push_str("\">");
                out.push_str(&words);
                out.push_str("</a>");
            }
            None => out.push_str(&words),
        }
    }
}

/// Where an address leads; `None` for what is none, as far as we know.
fn target(kind: &LinkKind, text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let url = match kind {
        LinkKind::Email => format!("mailto:{text}"),
        LinkKind::Url if lower.starts_with("http://") || lower.starts_with("https://") => {
            text.to_owned()
        }
        LinkKind::Url if lower.starts_with("www.") && !lower.contains("://") => {
            format!("https://{text}")
        }
        _ => return None,
    };
    url::Url::parse(&url).ok().map(Into::into)
}

/// Text as the sanitiser writes it.
fn escaped_text(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\u{A0}', "&nbsp;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_addresses_become_links() {
        let linked = |url: &str, words: &str| format!("<a href=\"{url}\">{words}</a>");
        for (text, expected) in [
            (
                "See https://example.org/a?b=1&amp;c=2.",
                format!(
                    "See {}.",
                    linked(
                        "https://example.org/a?b=1&amp;c=2",
                        "https://example.org/a?b=1&amp;c=2"
                    )
                ),
            ),
            (
                "(www.example.org)",
                format!(
                    "({})",
                    linked("https://www.example.org/", "www.example.org")
                ),
            ),
            (
                "press@lindmoor.example, or",
                format!(
                    "{}, or",
                    linked("mailto:press@lindmoor.example", "press@lindmoor.example")
                ),
            ),
            ("ftp://example.org/a", "ftp://example.org/a".to_owned()),
            (
                "Mr.Smith met e.g. readme.md @ noon",
                "Mr.Smith met e.g. readme.md @ noon".to_owned(),
            ),
            (
                "a &lt; b&nbsp;c @ \"d\"",
                "a &lt; b&nbsp;c @ \"d\"".to_owned(),
            ),
        ] {
            let mut out = String::new();
            push_linked(&mut out, text);
            assert_eq!(out, expected);
        }
    }
}
