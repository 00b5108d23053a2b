//! Which items a feed document shows: notices of what was withdrawn, the newest, and those that were corrected lately.

use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::Place;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

/// The most items of a document (docs/http.md, “Size of a document”).
pub const ITEMS_MAX: usize = 100;

/// So many notices find room in any document: half of it, so that a withdrawal reaches readers however many items the
/// feed is to hold, and news do however much was withdrawn.
const NOTICES_MIN: usize = ITEMS_MAX / 2;

/// The items of a place's current document at `now`, newest first by wire time, of one second by id. Those that are
/// withdrawn are there for their notices.
///
/// Where there are too many, notices come first, the newest withdrawal before the others, then the newest `items`, then
/// what changed significantly in the last 30 days, which travels along however old it is, so that a correction reaches
/// every reader. A feed is there for its news: notices take the room that the newest `items` leave, or half of the
/// document where these leave less.
pub fn window(newsroom: &Newsroom, place: &Place, now: i64) -> Vec<Arc<Entry>> {
    let items = newsroom.feeds_of(place).items;
    let mut window = newsroom.notices(place, now);
    window.truncate(NOTICES_MIN.max(ITEMS_MAX.saturating_sub(items)));
    let newest = newsroom
        .newest(place)
        .filter(|entry| entry.is_in_feeds(now));
    let room = items.min(ITEMS_MAX - window.len());
    window.extend(newest.take(room).cloned());
    let mut taken: HashSet<_> = window.iter().map(|entry| entry.id.clone()).collect();
    for entry in newsroom
        .corrected(place, now)
        .filter(|entry| entry.is_in_feeds(now))
    {
        if window.len() == ITEMS_MAX {
            break;
        }
        if taken.insert(entry.id.clone()) {
            window.push(Arc::clone(entry));
        }
    }
    window.sort_by(|a, b| (Reverse(a.wire), &a.id).cmp(&(Reverse(b.wire), &b.id)));
    window
}

/// Whether a member of a window is there for the notice of its withdrawal.
pub fn is_notice(entry: &Entry, now: i64) -> bool {
    entry.state(now) == State::Canceled
}
