//! What a preview says of an item that is not for readers yet.

use super::date::Date;
use super::frame::Frame;
use crate::feed::Context;
use crate::newsroom::entry::Entry;
use crate::newsroom::lifecycle::Unreleased;
use crate::text::words::filled;
use chrono::DateTime;

/// The words for it; `None` where the item is for readers, or there is no preview.
pub(super) fn mark(context: Context<'_>, frame: &Frame, entry: &Entry) -> Option<String> {
    let zone = context.newsroom.site().timezone;
    let at = |word: &str, seconds: i64| {
        let instant = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        let date = Date::of_instant(instant, zone, &frame.calendar);
        filled(word, &date.shown)
    };
    let words = frame.words;
    entry.life.unreleased(context.now).map(|why| match why {
        Unreleased::Draft => words.draft.clone(),
        Unreleased::Scheduled(date) => at(&words.scheduled, date),
        Unreleased::Embargoed(end) => at(&words.embargoed, end),
    })
}
