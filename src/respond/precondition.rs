//! Preconditions, in the order of RFC 9110, section 13.2.2.

use crate::edition::resource::View;
use crate::respond::tags;
use crate::text::date::parse_http_date;
use chrono::{DateTime, Utc};
use http::header::{self, HeaderMap, HeaderName};

/// What the preconditions of GET or HEAD say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Send the representation.
    Proceed,
    /// The client has it: 304.
    NotModified,
    /// The client does not want it: 412.
    Failed,
}

/// Evaluates the preconditions of a request for a view of a resource whose `Last-Modified` is told as this.
pub fn evaluate(
    fields: &HeaderMap,
    view: &View,
    last_modified: Option<i64>,
    now: DateTime<Utc>,
) -> Verdict {
    let tag = view.tag.as_deref().unwrap_or_default();
    if fields.contains_key(header::IF_MATCH) {
        let is_match = !view.is_weak && tags::names_strongly(fields, &header::IF_MATCH, tag);
        if !is_match && !tags::is_any(fields, &header::IF_MATCH) {
            return Verdict::Failed;
        }
    } else if let Some((limit, modified)) =
        date(fields, &header::IF_UNMODIFIED_SINCE, now).zip(last_modified)
        && modified > limit
    {
        return Verdict::Failed;
    }
    if fields.contains_key(header::IF_NONE_MATCH) {
        let has_it = tags::is_any(fields, &header::IF_NONE_MATCH)
            || tags::names_weakly(fields, &header::IF_NONE_MATCH, tag);
        return if has_it {
            Verdict::NotModified
        } else {
            Verdict::Proceed
        };
    }
    match date(fields, &header::IF_MODIFIED_SINCE, now).zip(last_modified) {
        Some((since, modified)) if modified <= since => Verdict::NotModified,
        Some(_) | None => Verdict::Proceed,
    }
}

/// Whether `If-Range` lets a range be sent (RFC 9110, section 13.1.5): it is not there, or it names the present version.
/// A date counts only where it is the very `Last-Modified` of a second that is over.
pub fn allows_range(
    fields: &HeaderMap,
    view: &View,
    last_modified: Option<i64>,
    now: DateTime<Utc>,
) -> bool {
    let mut lines = fields.get_all(header::IF_RANGE).iter();
    let (line, is_only) = (lines.next(), lines.next().is_none());
    let Some(line) = line else { return true };
    if line.as_bytes().starts_with(b"\"") {
        let tag = view.tag.as_deref().unwrap_or_default();
        return is_only && !view.is_weak && *line == format!("\"{tag}\"");
    }
    let said = date(fields, &header::IF_RANGE, now);
    said.is_some_and(|at| Some(at) == last_modified && at < now.timestamp())
}

/// The date of a field in seconds since 1970; `None` where it is not there, twice there or no date (docs/http.md,
/// “Conditional requests”).
fn date(fields: &HeaderMap, name: &HeaderName, now: DateTime<Utc>) -> Option<i64> {
    let mut lines = fields.get_all(name).iter();
    let line = lines.next().filter(|_| lines.next().is_none())?;
    parse_http_date(line.to_str().ok()?.trim(), now).map(|instant| instant.timestamp())
}
