//! What a preview says of an item that is not for readers yet.

use super::Date;
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::lifecycle::Unreleased;
use chrono::DateTime;

/// The words for it; `None` where the item is for readers, or there is no preview.
pub(super) fn mark(newsroom: &Newsroom, entry: &Entry, now: i64) -> Option<String> {
    let at = |seconds: i64| {
        let instant = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        Date::of_instant(instant, newsroom.site().timezone).shown
    };
    entry.life.unreleased(now).map(|why| match why {
        Unreleased::Draft => "Draft".to_owned(),
        Unreleased::Scheduled(date) => format!("Scheduled for {}", at(date)),
        Unreleased::Embargoed(end) => format!("Under embargo until {}", at(end)),
    })
}
