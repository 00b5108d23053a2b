//! Dates as the wire wants them.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, Utc};
use std::time::{Duration, UNIX_EPOCH};

/// RFC 3339 in UTC with upper-case `T` and `Z`, whole seconds (RFC 4287, section 3.3).
pub fn rfc3339(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// RFC 822 with a four-digit year: the date of RSS. Without an offset it is written in GMT.
pub fn rfc822(instant: DateTime<FixedOffset>) -> String {
    let zone = match instant.offset().local_minus_utc() {
        0 => "GMT",
        _ => "%z",
    };
    instant
        .format(&format!("%a, %d %b %Y %H:%M:%S {zone}"))
        .to_string()
}

/// IMF-fixdate (RFC 9110, section 5.6.7) of seconds since 1970; earlier instants count as 1970.
pub fn imf_fixdate(seconds: i64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// Reads an HTTP date in any of its three forms (RFC 9110, section 5.6.7). A two-digit year that would be more than 50
/// years after `now` is the past century's. `None` for anything else.
pub fn parse_http_date(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if let Some(instant) = rfc850(text, now) {
        return Some(instant);
    }
    let instant = httpdate::parse_http_date(text).ok()?;
    let seconds = instant.duration_since(UNIX_EPOCH).ok()?.as_secs();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`.
fn rfc850(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (weekday, rest) = text.split_once(", ")?;
    let days = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    let rest = rest
        .strip_suffix(" GMT")
        .filter(|rest| days.contains(&weekday) && rest.len() == 18)?;
    let (day_month, year_time) = rest.split_at_checked(7)?;
    let year: i32 = year_time.get(..2)?.parse().ok()?;
    let century = now.year() - now.year() % 100;
    let in_century = |century: i32| {
        let text = format!("{day_month}{}{}", century + year, year_time.get(2..)?);
        NaiveDateTime::parse_from_str(&text, "%d-%b-%Y %H:%M:%S")
            .ok()
            .map(|naive| naive.and_utc())
    };
    let limit = now.checked_add_months(chrono::Months::new(50 * 12))?;
    let instant = in_century(century)?;
    if instant > limit {
        in_century(century - 100)
    } else {
        Some(instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn and_atom_10_dates_are_written_in_utc() {
        let at = instant("2022-09-14T15:30:00Z");
        assert_eq!(rfc822(at.fixed_offset()), "Wed, 14 Sep 2022 15:30:00 GMT");
        let vienna = at.with_timezone(&FixedOffset::east_opt(7200).unwrap());
        assert_eq!(rfc822(vienna), "Wed, 14 Sep 2022 17:30:00 +0200");
        assert_eq!(rfc3339(at), "2022-09-14T15:30:00Z");
        assert_eq!(imf_fixdate(at.timestamp()), "Wed, 14 Sep 2022 15:30:00 GMT");
    }

    #[test]
    fn all_three_forms_are_read() {
        let now = instant("2026-11-24T00:00:00Z");
        for (text, read) in [
            (
                "Sun, 06 Nov 1994 08:49:37 GMT",
                Some("1994-11-06T08:49:37Z"),
            ),
            (
                "Sunday, 06-Nov-94 08:49:37 GMT",
                Some("1994-11-06T08:49:37Z"),
            ),
            ("Sun Nov  6 08:49:37 1994", Some("1994-11-06T08:49:37Z")),
            (
                "Tuesday, 24-Nov-76 00:00:00 GMT",
                Some("2076-11-24T00:00:00Z"),
            ),
            (
                "Tuesday, 24-Nov-76 00:00:01 GMT",
                Some("1976-11-24T00:00:01Z"),
            ),
            (
                "Friday, 01-Jan-26 00:00:00 GMT",
                Some("2026-01-01T00:00:00Z"),
            ),
            ("2022-09-14T15:30:00Z", None),
            ("0", None),
            ("", None),
            ("Sunday, 06-Nov-é4 08:49:37 GMT", None),
        ] {
            assert_eq!(parse_http_date(text, now), read.map(instant), "{text}");
        }
    }
}
