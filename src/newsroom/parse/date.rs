//! Dates as authors write them: RFC 3339, with or without an offset, or a day alone.

use crate::newsroom::item::Moment;
use chrono::{
    DateTime, Datelike, Duration, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime,
    TimeZone, Utc,
};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// The first year that a date may have: archives go back far, and RFC 3339 writes no year before Christ.
pub(super) const YEAR_MIN: i32 = 1;

/// A year before this in another spelling may be one of two digits.
const SPELLED_YEAR_MIN: i32 = 1000;

/// The last year that RFC 3339 can write.
pub(super) const YEAR_MAX: i32 = 9999;

/// A date as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A day alone.
    Day(NaiveDate),
    /// A time without an offset, which the site's time zone gives it.
    Local(NaiveDateTime),
    /// A time with an offset.
    Offset(DateTime<FixedOffset>),
}

/// Reads a date in one of the accepted spellings.
pub fn written(text: &str) -> Option<Written> {
    let day = text.get(..10).and_then(day)?;
    if text.len() == 10 {
        return Some(Written::Day(day));
    }
    let rest = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
    let clock_end = rest
        .find(|c: char| !matches!(c, '0'..='9' | ':' | '.'))
        .unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(clock_end);
    let local = day.and_time(time(clock)?);
    if offset.is_empty() {
        return Some(Written::Local(local));
    }
    offset_of(offset)?
        .from_local_datetime(&local)
        .single()
        .map(Written::Offset)
}

fn day(text: &str) -> Option<NaiveDate> {
    let shape = text.bytes().enumerate().all(|(at, byte)| {
        if matches!(at, 4 | 7) {
            byte == b'-'
        } else {
            byte.is_ascii_digit()
        }
    });
    shape
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

/// `18:30`, `18:30:00` or `18:30:00.25`; parts of a second are dropped.
fn time(text: &str) -> Option<NaiveTime> {
    let whole = text.split('.').next().unwrap_or(text);
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !whole.split(':').all(digits) {
        return None;
    }
    let format = if whole.len() == 5 {
        "%H:%M"
    } else {
        "%H:%M:%S"
    };
    NaiveTime::parse_from_str(whole, format).ok()
}

fn offset_of(text: &str) -> Option<FixedOffset> {
    if matches!(text, "Z" | "z") {
        return FixedOffset::east_opt(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text
        .get(1..)?
        .split_once(':')
        .filter(|(hours, minutes)| hours.len() == 2 && minutes.len() == 2)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60)
        .then(|| FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)))
        .flatten()
}

/// The instant of a local time; a sentence where the clock change makes it none or two.
pub(super) fn resolve(local: NaiveDateTime, zone: Tz) -> Result<DateTime<FixedOffset>, String> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) => Ok(instant.fixed_offset()),
        LocalResult::Ambiguous(..) => Err(format!(
            "`{local}` happens twice in {zone}: the clocks are set back then"
        )),
        LocalResult::None => Err(format!(
            "`{local}` does not exist in {zone}: the clocks are set forward then"
        )),
    }
}

/// The first instant of a day in a time zone, also where its midnight does not exist.
pub fn start_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let starts = (0..24 * 4).filter_map(|quarter| {
        zone.from_local_datetime(&(midnight + Duration::minutes(15 * quarter)))
            .earliest()
    });
    let start = starts.map(|instant| instant.to_utc()).next();
    start.unwrap_or_else(|| midnight.and_utc())
}

/// A day alone.
pub fn whole_day(day: NaiveDate, zone: Tz) -> Moment {
    Moment::Day {
        day,
        start: start_of_day(day, zone),
    }
}

/// A day in a time zone, in seconds since 1970.
fn seconds_of(day: NaiveDate, zone: Tz) -> Range<i64> {
    start_of_day(day, zone).timestamp()..end_of_day(day, zone).timestamp()
}

/// Whether an instant in seconds since 1970 lies on a day in a time zone.
pub fn is_on(at: i64, day: NaiveDate, zone: Tz) -> bool {
    seconds_of(day, zone).contains(&at)
}

/// The instant on the wire, in seconds since 1970, of an item `id` that is dated with a day alone and is first
/// published at `now`: that very moment where it lies on that day in the site's zone. Otherwise a second that is on that
/// day from Honolulu to Auckland, between 10 and 11 o'clock UTC (as near to that as the day lasts in the site's zone),
/// the same on every machine and hardly ever that of another item.
pub fn published_on_day(day: NaiveDate, zone: Tz, id: &str, now: i64) -> i64 {
    const HOUR: i64 = 3600;
    let at_the_site = seconds_of(day, zone);
    if at_the_site.contains(&now) {
        return now;
    }
    let digest = Sha256::digest(id.as_bytes());
    let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    let ten = day.and_time(NaiveTime::MIN).and_utc().timestamp() + 10 * HOUR;
    let from = ten.min(at_the_site.end - HOUR).max(at_the_site.start);
    from + i64::from(number) % HOUR
}

/// The ISO spelling of a date written otherwise, where it can be meant in one way only.
pub fn iso_spelling(text: &str) -> Option<String> {
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.to_rfc3339());
    }
    // `+0200`, and a blank before it, as in Jekyll's files.
    let with_offset = [
        "%Y-%m-%d %H:%M:%S %z",
        "%Y-%m-%dT%H:%M:%S%z",
        "%Y-%m-%d %H:%M %z",
        "%Y-%m-%dT%H:%M%z",
    ];
    let instant = with_offset
        .iter()
        .find_map(|format| DateTime::parse_from_str(text, format).ok());
    if let Some(instant) = instant.filter(|_| written(text).is_none()) {
        return Some(instant.to_rfc3339());
    }
    let with_time = [
        "%d.%m.%Y %H:%M",
        "%d.%m.%Y, %H:%M",
        "%d. %B %Y, %H:%M",
        "%d. %B %Y %H:%M",
        "%d %B %Y, %H:%M",
        "%d %B %Y %H:%M",
        "%d %b %Y %H:%M",
        "%B %d, %Y %H:%M",
        "%Y/%m/%d %H:%M",
    ];
    let bare = text.trim_end_matches("Uhr").trim_end_matches([' ', 'h']);
    let local = with_time
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(bare, format).ok());
    if let Some(local) = local.filter(|local| local.year() >= SPELLED_YEAR_MIN) {
        return Some(local.format("%Y-%m-%dT%H:%M:%S").to_string());
    }
    let named = [
        "%Y-%m-%d",
        "%d %B %Y",
        "%d %b %Y",
        "%B %d, %Y",
        "%b %d, %Y",
        "%B %d %Y",
        "%d. %B %Y",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%d.%m.%Y",
        "%Y%m%d",
    ];
    let found = named
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok());
    // `03/04/2024` is March in one country and April in another.
    let with_slashes = || {
        let british = NaiveDate::parse_from_str(text, "%d/%m/%Y").ok();
        let american = NaiveDate::parse_from_str(text, "%m/%d/%Y").ok();
        british
            .xor(american)
            .or(british.filter(|_| british == american))
    };
    let day = found
        .or_else(with_slashes)
        .filter(|day| (SPELLED_YEAR_MIN..=YEAR_MAX).contains(&day.year()))?;
    Some(day.to_string())
}

pub(super) fn end_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    day.succ_opt()
        .map_or_else(|| start_of_day(day, zone), |next| start_of_day(next, zone))
}

/// The end that a text says of a key as `expires`, in seconds since 1970.
pub fn end_of(text: &str, zone: Tz) -> Option<i64> {
    match written(text)? {
        Written::Day(day) => Some(end_of_day(day, zone).timestamp()),
        Written::Offset(_) | Written::Local(_) => instant_of(text, Some(zone)),
    }
}

/// The instant of a text in seconds since 1970; without a zone it must say its offset. `None` where it is no date.
pub fn instant_of(text: &str, zone: Option<Tz>) -> Option<i64> {
    let instant = match written(text)? {
        Written::Offset(instant) => instant.to_utc(),
        Written::Day(day) => start_of_day(day, zone?),
        Written::Local(local) => resolve(local, zone?).ok()?.to_utc(),
    };
    Some(instant.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accepted_spellings_are_those_of_rfc_3339_and_their_beginnings() {
        for (text, read) in [
            ("2024-09-02", "Day(2024-09-02)"),
            (
                "2024-09-02T18:30:00+03:00",
                "Offset(2024-09-02T18:30:00+03:00)",
            ),
            (
                "2024-09-02 18:30:00.75Z",
                "Offset(2024-09-02T18:30:00+00:00)",
            ),
            ("2024-09-02t18:30z", "Offset(2024-09-02T18:30:00+00:00)"),
            ("2024-09-02T18:30", "Local(2024-09-02T18:30:00)"),
        ] {
            assert_eq!(format!("{:?}", written(text).unwrap()), read, "{text}");
        }
        for bad in [
            "14.09.2022",
            "2024-9-2",
            "2024-02-30",
            "2024-09-02T",
            "2024-09-02T25:00",
            "2024-09-02T1:2",
            "2024-09-02T18:30+3",
            "",
            "é024-09-02",
        ] {
            assert_eq!(written(bad), None, "{bad}");
        }
    }

    #[test]
    fn other_spellings_are_answered_with_the_iso_one_where_it_is_plain() {
        for (text, iso) in [
            ("14.09.2022", Some("2022-09-14")),
            ("Sep 14, 2022", Some("2022-09-14")),
            ("14 September 2022", Some("2022-09-14")),
            ("25/12/2022", Some("2022-12-25")),
            ("03/04/2022", None),
            ("05/05/2022", Some("2022-05-05")),
            (
                "Wed, 14 Sep 2022 15:30:00 GMT",
                Some("2022-09-14T15:30:00+00:00"),
            ),
            ("soon", None),
        ] {
            assert_eq!(iso_spelling(text).as_deref(), iso, "{text}");
        }
    }

    #[test]
    fn a_day_begins_at_its_first_instant_even_without_a_midnight() {
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(
            start_of_day(day("2024-09-02"), chrono_tz::Europe::Moscow).to_rfc3339(),
            "2024-09-01T21:00:00+00:00"
        );
        // Beirut set its clocks forward at midnight.
        assert_eq!(
            start_of_day(day("2022-03-27"), chrono_tz::Asia::Beirut).to_rfc3339(),
            "2022-03-26T22:00:00+00:00"
        );
    }

    #[test]
    fn a_day_alone_is_that_day_from_honolulu_to_auckland() {
        let day: NaiveDate = "2024-09-02".parse().unwrap();
        let on_the_wire = |zone: Tz, id: &str, now: &str| {
            let now: DateTime<Utc> = now.parse().unwrap();
            DateTime::from_timestamp(published_on_day(day, zone, id, now.timestamp()), 0).unwrap()
        };
        let later = "2024-09-05T00:00:00Z";
        let far = [
            chrono_tz::Pacific::Honolulu,
            chrono_tz::America::New_York,
            chrono_tz::UTC,
            chrono_tz::Asia::Tokyo,
            chrono_tz::Pacific::Auckland,
        ];
        for id in ["a", "b", "c"] {
            let at = on_the_wire(chrono_tz::Europe::Vienna, id, later);
            for zone in far {
                assert_eq!(at.with_timezone(&zone).date_naive(), day, "{id} {zone}");
            }
        }
        let first = on_the_wire(chrono_tz::Europe::Vienna, "a", later);
        assert_ne!(first, on_the_wire(chrono_tz::Europe::Vienna, "b", later));
        assert_eq!(
            first,
            on_the_wire(chrono_tz::Asia::Tokyo, "a", "2025-01-01T00:00:00Z")
        );
        // At the edges of the world it is at least that day at the site.
        for zone in [
            chrono_tz::Pacific::Kiritimati,
            chrono_tz::Pacific::Pago_Pago,
        ] {
            let at = on_the_wire(zone, "a", later);
            assert_eq!(at.with_timezone(&zone).date_naive(), day, "{zone}");
        }
    }

    #[test]
    fn what_is_published_on_its_day_counts_from_that_moment() {
        let day: NaiveDate = "2024-09-02".parse().unwrap();
        let zone = chrono_tz::Europe::Vienna;
        for (now, is_on_the_day) in [
            ("2024-09-01T21:59:59Z", false),
            ("2024-09-01T22:00:00Z", true),
            ("2024-09-02T21:59:59Z", true),
            ("2024-09-02T22:00:00Z", false),
        ] {
            let now = now.parse::<DateTime<Utc>>().unwrap().timestamp();
            assert_eq!(
                published_on_day(day, zone, "a", now) == now,
                is_on_the_day,
                "{now}"
            );
        }
    }

    #[test]
    fn a_local_time_in_a_clock_change_is_no_instant() {
        let local = |text: &str| match written(text) {
            Some(Written::Local(local)) => local,
            other => panic!("{other:?}"),
        };
        assert!(resolve(local("2024-03-31T02:30:00"), chrono_tz::Europe::Vienna).is_err());
        assert!(resolve(local("2024-10-27T02:30:00"), chrono_tz::Europe::Vienna).is_err());
        assert!(resolve(local("2024-10-27T03:30:00"), chrono_tz::Europe::Vienna).is_ok());
    }
}
