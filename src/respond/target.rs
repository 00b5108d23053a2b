//! The request's target and host (RFC 9112, section 3.2).

use http::request::Parts;
use http::{Uri, Version, header};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The longest target, in octets (docs/http.md, “Targets”).
pub const TARGET_BYTES_MAX: usize = 8_000;

/// What a request is aimed at.
#[derive(Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A path, percent-decoded once. The query is no part of it: only `[redirects]` looks at that (docs/http.md,
    /// “Redirects”).
    Path(Cow<'a, str>),
    /// The server as a whole: `*`.
    Asterisk,
    /// More than [`TARGET_BYTES_MAX`].
    TooLong,
    /// No path that could be meant well (docs/http.md, “Targets”).
    Bad,
}

/// Reads the target of a request in origin-form or absolute-form.
pub fn of(uri: &Uri) -> Target<'_> {
    let path = uri.path();
    let authority = uri
        .authority()
        .map_or(0, |authority| authority.as_str().len() + "https://".len());
    if authority + uri.path_and_query().map_or(0, |whole| whole.as_str().len()) > TARGET_BYTES_MAX {
        return Target::TooLong;
    }
    if path == "*" {
        return Target::Asterisk;
    }
    // An authority alone (RFC 9112, section 3.2.3) is for CONNECT, which was refused before.
    if uri.path_and_query().is_none() || (uri.authority().is_some() && uri.scheme().is_none()) {
        return Target::Bad;
    }
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    if !path.starts_with('/')
        || !path.bytes().all(is_plain)
        || !is_well_encoded(path)
        || !is_normal(path)
    {
        return Target::Bad;
    }
    if !path.contains('%') {
        return Target::Path(path.into());
    }
    // Bytes that are no UTF-8 name nothing that we have.
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    if decoded.contains(['\0', '\\']) || !is_normal(&decoded) {
        return Target::Bad;
    }
    Target::Path(decoded)
}

/// Whether every `%` is followed by two hexadecimal digits.
fn is_well_encoded(path: &str) -> bool {
    let bytes = path.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    bytes
        .iter()
        .enumerate()
        .all(|(at, byte)| *byte != b'%' || (is_digit(at + 1) && is_digit(at + 2)))
}

/// Whether a path has neither dot segments nor empty ones within it.
fn is_normal(path: &str) -> bool {
    !path.contains("//")
        && path
            .split('/')
            .all(|segment| !matches!(segment, "." | ".."))
}

/// Whether a request has the one `Host` that HTTP/1.1 demands (RFC 9112, section 3.2); HTTP/1.0 may have none.
pub fn has_one_host(head: &Parts) -> bool {
    let mut hosts = head.headers.get_all(header::HOST).iter();
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+;=:[]".contains(byte);
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.as_bytes().iter().all(is_host),
        (None, None) => head.version < Version::HTTP_11,
        (_, Some(_)) => false,
    }
}
