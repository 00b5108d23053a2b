//! Which items a feed document shows: the newest, and those that were corrected lately.

use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::place::Place;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

/// The most items of a document (http.md R-074).
pub const ITEMS_MAX: usize = 100;

/// The items of a place's current document at `now`, newest first by wire time, of one second by id.
///
/// The newest `items` come first; what changed significantly in the last 30 days travels with them however old it
/// is, so that a correction reaches every reader.
pub fn window(newsroom: &Newsroom, place: &Place, now: i64) -> Vec<Arc<Entry>> {
    let newest = newsroom
        .newest(place)
        .filter(|entry| entry.is_in_feeds(now));
    let mut window: Vec<Arc<Entry>> = newest
        .take(newsroom.feeds_of(place).items)
        .cloned()
        .collect();
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
