//! Answers with a file: whole, or the ranges that were asked for (RFC 9110, sections 14 and 15.3.7).

use super::range::{self, Wanted};
use super::{Answer, Payload, Piece, answer, plain, precondition};
use crate::edition::fields::value;
use crate::edition::resource::{Resource, View, error_fields};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{self, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{Method, StatusCode};
use std::ops::Range;

/// A file that a request asks for and may have.
pub(super) struct Asked<'a> {
    /// What it is seen as.
    pub(super) view: &'a View,
    /// The fields of the answer with the whole of it.
    pub(super) fields: HeaderMap,
    /// Its `Last-Modified`, as it is told.
    pub(super) last_modified: Option<i64>,
    /// How many bytes it has.
    pub(super) length: u64,
}

/// Answers a request whose preconditions hold with a file.
pub(super) fn with(
    head: &Parts,
    resource: &Resource,
    asked: Asked<'_>,
    now: DateTime<Utc>,
) -> Answer {
    let Asked {
        view,
        mut fields,
        last_modified,
        length,
    } = asked;
    let may_be_part = head.method == Method::GET
        && precondition::allows_range(&head.headers, view, last_modified, now);
    let wanted = if may_be_part {
        range::wanted(&head.headers, length)
    } else {
        Wanted::Whole
    };
    let ranges = match wanted {
        Wanted::Whole => {
            let whole = Piece::of_file(0..length);
            return answer(head, StatusCode::OK, fields, Payload::File(vec![whole]));
        }
        Wanted::Nothing => {
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            let mut fields = error_fields(resource.route(), status);
            fields.insert(header::CONTENT_RANGE, value(&format!("bytes */{length}")));
            return plain(head, status, fields);
        }
        Wanted::Ranges(ranges) => ranges,
    };
    let pieces = match <[Range<u64>; 1]>::try_from(ranges) {
        Ok([range]) => {
            fields.insert(header::CONTENT_RANGE, content_range(&range, length));
            vec![Piece::of_file(range)]
        }
        Err(ranges) => multipart(&mut fields, view, ranges, length),
    };
    answer(
        head,
        StatusCode::PARTIAL_CONTENT,
        fields,
        Payload::File(pieces),
    )
}

fn content_range(range: &Range<u64>, length: u64) -> HeaderValue {
    value(&format!("bytes {}-{}/{length}", range.start, range.end - 1))
}

/// The ranges as a `multipart/byteranges` body (RFC 9110, section 14.6). Its boundary is made of the version's tag, so
/// that the same request has the same bytes; a file does not hold a hash of itself.
fn multipart(
    fields: &mut HeaderMap,
    view: &View,
    ranges: Vec<Range<u64>>,
    length: u64,
) -> Vec<Piece> {
    let boundary = format!("part-{}", view.tag.as_deref().unwrap_or_default());
    let media_type = format!("multipart/byteranges; boundary={boundary}");
    let part_type = fields.insert(header::CONTENT_TYPE, value(&media_type));
    let mut line_end = "";
    let mut pieces = Vec::with_capacity(ranges.len() + 1);
    for range in ranges {
        let mut before = format!("{line_end}--{boundary}\r\n").into_bytes();
        if let Some(media_type) = &part_type {
            before.extend_from_slice(b"Content-Type: ");
            before.extend_from_slice(media_type.as_bytes());
            before.extend_from_slice(b"\r\n");
        }
        before.extend_from_slice(b"Content-Range: ");
        before.extend_from_slice(content_range(&range, length).as_bytes());
        before.extend_from_slice(b"\r\n\r\n");
        pieces.push(Piece {
            before: before.into(),
            range,
        });
        line_end = "\r\n";
    }
    pieces.push(Piece {
        before: Bytes::from(format!("\r\n--{boundary}--\r\n")),
        range: 0..0,
    });
    pieces
}
