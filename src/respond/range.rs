//! Ranges of bytes as clients ask for them (RFC 9110, section 14; docs/http.md, “Media”).

use http::header::{self, HeaderMap};
use std::ops::Range;

/// So many ranges are sent in one answer; who asks for more gets the whole.
const RANGES_MAX: usize = 16;

/// What of a file a client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: no range was asked for, or none that we understand.
    Whole,
    /// These runs of bytes, in the order in which they were asked for; none is empty and no two of them touch.
    Ranges(Vec<Range<u64>>),
    /// Ranges of which the file has no byte.
    Nothing,
}

/// Reads what a request's `Range` wants of a file of so many bytes. Another unit than bytes, bad syntax, or several
/// fields are as no range at all.
pub fn wanted(fields: &HeaderMap, length: u64) -> Wanted {
    let mut lines = fields.get_all(header::RANGE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Wanted::Whole;
    };
    let specs = line.to_str().ok().and_then(specs);
    // Of an empty file there is no range to name, and nothing else to send either: the whole, as nginx and others do.
    let Some(specs) = specs.filter(|_| length > 0) else {
        return Wanted::Whole;
    };
    let found: Vec<Range<u64>> = specs
        .into_iter()
        .filter_map(|spec| spec.within(length))
        .collect();
    let ranges = merged(found);
    match ranges.len() {
        0 => Wanted::Nothing,
        1..=RANGES_MAX => Wanted::Ranges(ranges),
        _ => Wanted::Whole,
    }
}

/// One range as it is written.
#[derive(Debug, Clone, Copy)]
enum Spec {
    /// From one byte to another, which is the file's last where none is said.
    From(u64, Option<u64>),
    /// So many of the last bytes.
    Last(u64),
}

impl Spec {
    fn of(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        match (first.is_empty(), last.is_empty()) {
            (true, true) => None,
            (true, false) => number(last).map(Self::Last),
            (false, true) => number(first).map(|first| Self::From(first, None)),
            (false, false) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::From(first, Some(last)))
            }
        }
    }

    /// The bytes of it that a file of a length has; `None` where it has none.
    fn within(self, length: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::From(first, last) => {
                let end = last.map_or(length, |last| last.saturating_add(1));
                first..end.min(length)
            }
            Self::Last(bytes) => length.saturating_sub(bytes)..length,
        };
        (!range.is_empty()).then_some(range)
    }
}

/// The ranges of a field's value; `None` where it has another unit or breaks the grammar.
fn specs(value: &str) -> Option<Vec<Spec>> {
    let (unit, set) = value.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let members = set
        .split(',')
        .map(|member| member.trim_matches([' ', '\t']));
    let specs: Option<Vec<Spec>> = members
        .filter(|member| !member.is_empty())
        .map(Spec::of)
        .collect();
    specs.filter(|specs| !specs.is_empty())
}

/// A number of any length: what is larger than every file is as good as the largest number.
fn number(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Joins what overlaps or touches. A joined range stands where the first of its parts stood.
fn merged(ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut by_start: Vec<(usize, Range<u64>)> = ranges.into_iter().enumerate().collect();
    by_start.sort_by_key(|(_, range)| range.start);
    let mut joined: Vec<(usize, Range<u64>)> = Vec::new();
    for (at, range) in by_start {
        match joined.last_mut() {
            Some((first, before)) if range.start <= before.end => {
                before.end = before.end.max(range.end);
                *first = at.min(*first);
            }
            Some(_) | None => joined.push((at, range)),
        }
    }
    joined.sort_by_key(|(at, _)| *at);
    joined.into_iter().map(|(_, range)| range).collect()
}
