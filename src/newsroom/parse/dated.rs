//! Keys that hold dates.

use crate::newsroom::item::Moment;
use crate::newsroom::parse::date::{
    Written, YEAR_MAX, YEAR_MIN, end_of_day, iso_spelling, resolve, whole_day, written,
};
use crate::newsroom::parse::reader::Reader;
use crate::newsroom::parse::report::Report;
use crate::newsroom::parse::tree::{Node, Value};
use chrono::{DateTime, Datelike, FixedOffset, LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// Reads a date from a node, with a problem where it is none.
pub fn of_node(report: &Report<'_>, key: &str, node: &Node<'_>) -> Option<Written> {
    let text = match &node.value {
        Value::Date(text) => text.as_str(),
        Value::Text(text) => text.trim(),
        other => {
            let message = format!("`{key}` must be a date, and is {}", other.kind());
            let hint = match other {
                Value::Integer(year @ 1..=9999) => {
                    format!("write month and day, too, as in `{key} = {year:04}-09-02`")
                }
                _ => "write it as in `2024-09-02` or `2024-09-02T18:30:00+02:00`".to_owned(),
            };
            report.error(node.span.clone(), message).hint(hint);
            return None;
        }
    };
    let Some(date) = written(text) else {
        let hint = match iso_spelling(text) {
            Some(iso) => format!("write it as `{iso}`"),
            None if is_no_day(text) => "there is no such day".to_owned(),
            None => "write it as in `2024-09-02` or `2024-09-02T18:30:00+02:00`".to_owned(),
        };
        report
            .error(
                node.span.clone(),
                format!("`{text}` is not a date that can be understood"),
            )
            .hint(hint);
        return None;
    };
    let year = match date {
        Written::Day(day) => day.year(),
        Written::Local(local) => local.year(),
        Written::Offset(instant) => instant.year(),
    };
    if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
        report
            .error(
                node.span.clone(),
                format!("the year of `{key}` must be from {YEAR_MIN} to {YEAR_MAX}"),
            )
            .hint("write four digits, as in `2026-11-24`");
        return None;
    }
    Some(date)
}

/// Whether a text begins as a day does that no calendar has, as the 29th of February of most years.
fn is_no_day(text: &str) -> bool {
    let mut parts = text
        .split(['T', 't', ' '])
        .next()
        .unwrap_or_default()
        .split('-');
    let mut number = || -> Option<u32> { parts.next()?.parse().ok() };
    let (Some(_), Some(month), Some(day)) = (number(), number(), number()) else {
        return false;
    };
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// The day or the time of a key.
pub fn moment(reader: &Reader<'_, '_>, key: &'static str, zone: Tz) -> Option<Moment> {
    let node = reader.node(key)?;
    match of_node(reader.report, key, node)? {
        Written::Day(day) => Some(whole_day(day, zone)),
        Written::Offset(instant) => Some(Moment::Instant(instant)),
        Written::Local(local) => resolved(reader.report, node, local, zone).map(Moment::Instant),
    }
}

/// The instant of a key; a day alone is its start in the site's zone.
pub fn instant(reader: &Reader<'_, '_>, key: &'static str, zone: Tz) -> Option<DateTime<Utc>> {
    moment(reader, key, zone).map(|moment| moment.instant())
}

/// The instant at which something ends: a day alone ends with its last second in the site's zone.
pub fn end(reader: &Reader<'_, '_>, key: &'static str, zone: Tz) -> Option<DateTime<Utc>> {
    let node = reader.node(key)?;
    match of_node(reader.report, key, node)? {
        Written::Day(day) => Some(end_of_day(day, zone)),
        Written::Offset(_) | Written::Local(_) => instant(reader, key, zone),
    }
}

/// The instant of a key that must have an offset.
pub fn instant_with_offset(
    reader: &Reader<'_, '_>,
    key: &'static str,
    zone: Tz,
) -> Option<DateTime<Utc>> {
    let node = reader.node(key)?;
    if let Value::Text(text) = &node.value
        && let Some(Written::Local(local)) = iso_spelling(text.trim()).and_then(|iso| written(&iso))
        && let Ok(instant) = resolve(local, zone)
    {
        let message = format!("`{text}` is not a date that can be understood");
        let reported = reader.report.error(node.span.clone(), message);
        reported.hint(format!(
            "in the site's time zone that is `{}`",
            instant.to_rfc3339()
        ));
        return None;
    }
    match of_node(reader.report, key, node)? {
        Written::Offset(instant) => Some(instant.to_utc()),
        other @ (Written::Day(_) | Written::Local(_)) => {
            let message = format!("`{key}` must say its offset, so that nobody can be mistaken");
            let meant = match other {
                Written::Local(local) => resolve(local, zone).ok(),
                Written::Day(_) | Written::Offset(_) => None,
            };
            let hint = meant.map_or_else(
                || "write it as in `2024-09-02T18:30:00+02:00`".to_owned(),
                |instant| format!("in the site's time zone that is `{}`", instant.to_rfc3339()),
            );
            reader.report.error(node.span.clone(), message).hint(hint);
            None
        }
    }
}

/// A local time in the site's zone, with a problem where the clocks change then.
pub fn resolved(
    report: &Report<'_>,
    node: &Node<'_>,
    local: NaiveDateTime,
    zone: Tz,
) -> Option<DateTime<FixedOffset>> {
    resolve(local, zone)
        .map_err(|message| {
            let hint = match zone.from_local_datetime(&local) {
                LocalResult::Ambiguous(first, second) => format!(
                    "write the one that is meant: `{}` or `{}`",
                    first.to_rfc3339(),
                    second.to_rfc3339()
                ),
                LocalResult::Single(_) | LocalResult::None => {
                    "write the offset, as in `2024-10-27T02:30:00+02:00`, or another time"
                        .to_owned()
                }
            };
            report.error(node.span.clone(), message).hint(hint);
        })
        .ok()
}
