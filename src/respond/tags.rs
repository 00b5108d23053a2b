//! Lists of entity tags as clients send them (RFC 9110, section 8.8.3).

use http::header::{HeaderMap, HeaderName};

/// What proxies put behind a tag when they code a body, before the closing quote (docs/http.md, “Conditional
/// requests”).
const SUFFIXES: [&[u8]; 7] = [
    b"--gzip",
    b";gzip",
    b"-gzip",
    b"-br",
    b"-zstd",
    b"-deflate",
    b"-gz",
];

/// One member of a list.
struct Member<'a> {
    opaque: &'a [u8],
    is_weak: bool,
    is_quoted: bool,
}

/// Whether a field names a tag, compared weakly and liberally: without quotes, with `w/`, with escaped quotes, and
/// with a coding's suffix. Safe because the tag is a hash of 120 bits. For 304 alone.
pub fn names_weakly(fields: &HeaderMap, name: &HeaderName, tag: &str) -> bool {
    let tag = tag.as_bytes();
    let is_named = |member: Member<'_>| {
        let opaque = unescaped(member.opaque);
        opaque == tag
            || SUFFIXES
                .iter()
                .any(|suffix| opaque.strip_suffix(*suffix) == Some(tag))
    };
    fields
        .get_all(name)
        .iter()
        .any(|line| members(line.as_bytes()).any(is_named))
}

/// Whether a field names a tag, compared strongly (RFC 9110, section 8.8.3.2).
pub fn names_strongly(fields: &HeaderMap, name: &HeaderName, tag: &str) -> bool {
    let is_named =
        |member: Member<'_>| member.is_quoted && !member.is_weak && member.opaque == tag.as_bytes();
    fields
        .get_all(name)
        .iter()
        .any(|line| members(line.as_bytes()).any(is_named))
}

/// Whether a field is `*`: any present representation.
pub fn is_any(fields: &HeaderMap, name: &HeaderName) -> bool {
    fields
        .get_all(name)
        .iter()
        .any(|line| line.as_bytes().trim_ascii() == b"*")
}

/// Takes off `\"` at both ends: some clients escape what they stored.
fn unescaped(opaque: &[u8]) -> &[u8] {
    opaque
        .strip_prefix(b"\\\"")
        .and_then(|rest| rest.strip_suffix(b"\\\""))
        .unwrap_or(opaque)
}

/// The members of a list. A comma within quotes does not split; what is no tag is a member that names nothing.
fn members(line: &[u8]) -> impl Iterator<Item = Member<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        while let Some(after) = rest.strip_prefix(b",") {
            rest = after.trim_ascii_start();
        }
        if rest.is_empty() {
            return None;
        }
        let weak = rest
            .strip_prefix(b"W/")
            .or_else(|| rest.strip_prefix(b"w/"));
        let is_weak = weak.is_some();
        let start = weak.unwrap_or(rest);
        let (opaque, after, is_quoted) = match start.strip_prefix(b"\"") {
            Some(inner) => {
                let end = inner
                    .iter()
                    .position(|byte| *byte == b'"')
                    .unwrap_or(inner.len());
                (
                    &inner[..end],
                    inner.get(end + 1..).unwrap_or_default(),
                    true,
                )
            }
            None => {
                let end = start
                    .iter()
                    .position(|byte| *byte == b',')
                    .unwrap_or(start.len());
                (start[..end].trim_ascii_end(), &start[end..], false)
            }
        };
        rest = after;
        Some(Member {
            opaque,
            is_weak,
            is_quoted,
        })
    })
}
