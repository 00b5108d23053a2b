//! A date for people and for machines.

use crate::newsroom::entry::Entry;
use crate::newsroom::item::Moment;
use crate::text::calendar::{Calendar, offset};
use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// A date for people and for machines.
pub(super) struct Date {
    pub(super) machine: String,
    pub(super) shown: String,
    /// The offset from UTC; `None` for a day alone.
    pub(super) offset: Option<String>,
}

impl Date {
    /// A date as its author wrote it, in the site's time zone: a day alone stays one.
    pub(super) fn of_moment(moment: &Moment, zone: Tz, calendar: &Calendar) -> Self {
        match moment {
            Moment::Day { day, .. } => Self {
                machine: day.to_string(),
                shown: calendar.day(*day),
                offset: None,
            },
            Moment::Instant(instant) => Self::of_instant(instant.to_utc(), zone, calendar),
        }
    }

    /// When an item was published, of which no more than its index entry is known.
    pub(super) fn of_entry(entry: &Entry, zone: Tz, calendar: &Calendar) -> Self {
        let instant = DateTime::from_timestamp(entry.wire, 0).unwrap_or_default();
        if let Some(day) = entry.likeness.day() {
            return Self {
                machine: day.to_string(),
                shown: calendar.day(day),
                offset: None,
            };
        }
        Self::of_instant(instant, zone, calendar)
    }

    /// An instant in the site's time zone.
    pub(super) fn of_instant(instant: DateTime<Utc>, zone: Tz, calendar: &Calendar) -> Self {
        let local = zone.from_utc_datetime(&instant.naive_utc());
        Self {
            machine: machine(instant, zone),
            shown: calendar.minute(&local),
            offset: Some(offset(&local)),
        }
    }
}

/// RFC 3339 with the site's offset at that instant.
pub(super) fn machine(instant: DateTime<Utc>, zone: Tz) -> String {
    let local = zone.from_utc_datetime(&instant.naive_utc());
    local.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
