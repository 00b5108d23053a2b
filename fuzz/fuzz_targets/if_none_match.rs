//! Any bytes as the lines of `If-None-Match`, against a plain statement of its rule (docs/http.md, “Conditional
//! requests”).

#![no_main]

use http::{StatusCode, header};
use libfuzzer_sys::fuzz_target;
use tidings::respond::Payload;
use tidings_fuzz::{field_lines, get, tag};

/// Stands for the tag, which nobody guesses. No field may hold this byte.
const TAG: u8 = 0x01;

/// What proxies add to a tag (docs/http.md, “Conditional requests”).
const SUFFIXES: [&str; 7] = [
    "-gzip", "-br", "-zstd", "-deflate", "-gz", ";gzip", "--gzip",
];

fuzz_target!(|bytes: &[u8]| {
    let mut field = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match *byte {
            TAG => field.extend_from_slice(tag().as_bytes()),
            other => field.push(other),
        }
    }
    let lines = field_lines(&field);
    let lines_of_bytes: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    for (as_document, opaque) in [(false, tag().to_owned()), (true, format!("{}.d", tag()))] {
        let response = get(&header::IF_NONE_MATCH, &lines, as_document);
        let etag = format!("W/\"{opaque}\"");
        assert_eq!(response.headers()[header::ETAG], etag);
        match response.status() {
            StatusCode::NOT_MODIFIED => {
                assert!(may_match(&lines_of_bytes, &opaque), "{lines:?}");
                assert_eq!(response.body(), &Payload::Empty);
            }
            StatusCode::OK => assert!(!must_match(&lines_of_bytes, &opaque), "{lines:?}"),
            other => panic!("{other}: {lines:?}"),
        }
    }
});

/// Whether the rule demands 304: a line that is `*`, or a list of tags with this one among them.
fn must_match(lines: &[&[u8]], opaque: &str) -> bool {
    lines.iter().any(|line| {
        line.trim_ascii() == b"*"
            || members(line).is_some_and(|members| members.contains(&opaque.as_bytes()))
    })
}

/// Whether the rule leaves room for 304: where it demands it, where a suffix is all that differs, and where a line
/// that is no list of tags has the tag somewhere in it.
fn may_match(lines: &[&[u8]], opaque: &str) -> bool {
    let coded = SUFFIXES.map(|suffix| format!("{opaque}{suffix}"));
    let is_coded = |member: &&[u8]| coded.iter().any(|coded| coded.as_bytes() == *member);
    must_match(lines, opaque)
        || lines.iter().any(|line| match members(line) {
            Some(members) => members.iter().any(is_coded),
            None => line
                .windows(opaque.len())
                .any(|window| window == opaque.as_bytes()),
        })
}

/// The opaque tags of a line that keeps the grammar (RFC 9110, sections 5.6.1 and 8.8.3); `None` of any other.
fn members(line: &[u8]) -> Option<Vec<&[u8]>> {
    let mut members = Vec::new();
    let mut rest = line.trim_ascii_start();
    loop {
        if let Some(tag) = rest.strip_prefix(b"W/").unwrap_or(rest).strip_prefix(b"\"") {
            let end = tag.iter().position(|byte| *byte == b'"')?;
            members.push(&tag[..end]);
            rest = tag[end + 1..].trim_ascii_start();
        }
        match rest.split_first() {
            None => return Some(members),
            Some((b',', after)) => rest = after.trim_ascii_start(),
            Some(_) => return None,
        }
    }
}
