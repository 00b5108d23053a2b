//! The stock: what was made on request, kept beside the edition within a number of bytes. It is kept with the counters of
//! what it shows, so that what has changed is made again and takes the place of what was, and nothing is ever stale.

use crate::edition::resource::Resource;
use crate::edition::{Key, Revision};
use crate::making::made::Made;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, GuardResult};
use std::sync::Arc;

/// How many bytes all that is kept may have: some thousand pages.
pub const CACHE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A page with its codings has about so many.
const RESOURCE_BYTES: u64 = 16 * 1024;

/// What a resource has beside its bytes, above all its fields, takes about so many.
const FIELDS_BYTES: u64 = 4 * 1024;

/// So often what is out of date is dropped for one request; then others ask for states that are older still.
const TURNS_MAX: usize = 3;

/// Names a thing as it is now.
pub type Name = (Key, Revision);

/// The stock.
#[derive(Debug)]
pub struct PageCache {
    resources: Cache<Key, Kept, Bytes>,
}

/// What is kept, as it was for a mark.
#[derive(Debug, Clone)]
struct Kept {
    mark: Revision,
    resource: Arc<Resource>,
}

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Key, Kept> for Bytes {
    fn weight(&self, _: &Key, kept: &Kept) -> u64 {
        kept.resource.bytes() + FIELDS_BYTES
    }
}

impl PageCache {
    /// An empty stock of at most so many bytes.
    pub fn new(bytes_max: u64) -> Self {
        let count = usize::try_from(bytes_max / RESOURCE_BYTES).unwrap_or(usize::MAX);
        Self {
            resources: Cache::with_weighter(count, bytes_max, Bytes),
        }
    }

    /// What is kept under a name, unless it is dated after `now`: the clock was set back.
    pub fn find(&self, (key, mark): &Name, now: i64) -> Option<Arc<Resource>> {
        let kept = self.resources.get(key);
        let kept = kept.filter(|kept| kept.mark == *mark && is_dated(&kept.resource, now));
        kept.map(|kept| kept.resource)
    }

    /// The same, else what `make` makes. Of several that ask for one thing at once, one makes it and the others wait.
    pub fn find_or_make(&self, (key, mark): &Name, now: i64, make: impl FnOnce() -> Made) -> Made {
        for _ in 0..TURNS_MAX {
            let guard = match self.resources.get_value_or_guard(key, None) {
                GuardResult::Value(kept) if kept.mark != *mark => {
                    let is_it = |other: &Kept| other.mark == kept.mark;
                    self.resources.remove_if(key, is_it);
                    continue;
                }
                GuardResult::Value(kept) if is_dated(&kept.resource, now) => {
                    return Made::Resource(kept.resource);
                }
                GuardResult::Value(_) | GuardResult::Timeout => return make(),
                GuardResult::Guard(guard) => guard,
            };
            let made = make();
            if let Made::Resource(resource) = &made
                && is_dated(resource, now)
            {
                // Where it was dropped in the meantime the next one makes it again.
                let _kept = guard.insert(Kept {
                    mark: *mark,
                    resource: Arc::clone(resource),
                });
            }
            return made;
        }
        make()
    }
}

/// Whether a resource has a date that may be told.
fn is_dated(resource: &Resource, now: i64) -> bool {
    let version = resource.version();
    version.is_some_and(|version| version.last_modified().is_some_and(|at| at <= now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::resource::PageFields;
    use crate::edition::route::Route;
    use crate::edition::version::Version;
    use crate::newsroom::identity::Id;
    use http::StatusCode;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn name(id: &str) -> Name {
        (Key::Item(Id::new(id).unwrap()), Revision::default())
    }

    fn page(body: &str, last_modified: Option<i64>) -> Made {
        Made::Resource(Arc::new(Resource::page(PageFields {
            version: Version::of(body.as_bytes(), last_modified),
            body: body.to_owned(),
            canonical: None,
            feeds: Vec::new(),
            language: "en".to_owned(),
        })))
    }

    #[test]
    fn of_many_who_ask_at_once_one_makes_it() {
        let (stock, made) = (PageCache::new(CACHE_BYTES_MAX), AtomicUsize::new(0));
        let make = || {
            made.fetch_add(1, Ordering::SeqCst);
            page("<p>a</p>", Some(5))
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| stock.find_or_make(&name("a"), 9, make));
            }
        });
        assert_eq!(made.load(Ordering::SeqCst), 1);
        assert!(stock.find(&name("a"), 9).is_some() && stock.find(&name("b"), 9).is_none());
    }

    #[test]
    fn what_has_changed_takes_the_place_of_what_was() {
        let stock = PageCache::new(CACHE_BYTES_MAX);
        let (key, first) = name("a");
        let second = Revision {
            own: 1,
            ..Revision::default()
        };
        stock.find_or_make(&(key.clone(), first), 9, || page("<p>a</p>", Some(5)));
        let made = stock.find_or_make(&(key.clone(), second), 9, || page("<p>b</p>", Some(6)));
        assert!(matches!(made, Made::Resource(_)));
        assert!(stock.find(&(key.clone(), first), 9).is_none());
        assert!(stock.find(&(key, second), 9).is_some());
        assert_eq!(stock.resources.len(), 1);
    }

    #[test]
    fn what_has_no_date_or_one_ahead_is_made_each_time() {
        let stock = PageCache::new(CACHE_BYTES_MAX);
        for (id, date) in [("a", None), ("b", Some(10))] {
            stock.find_or_make(&name(id), 9, || page("<p>a</p>", date));
            assert!(stock.find(&name(id), 9).is_none(), "{id}");
        }
        stock.find_or_make(&name("c"), 9, || {
            Made::Nothing(StatusCode::SERVICE_UNAVAILABLE, Route::Page)
        });
        assert!(stock.find(&name("c"), 9).is_none());
        // The clock was set back after it was made.
        stock.find_or_make(&name("d"), 9, || page("<p>a</p>", Some(9)));
        assert!(stock.find(&name("d"), 8).is_none() && stock.find(&name("d"), 9).is_some());
    }

    #[test]
    fn it_holds_no_more_than_its_bytes() {
        let bytes_max = 200_000;
        let stock = PageCache::new(bytes_max);
        for number in 0..200 {
            let body = "x".repeat(5_000);
            stock.find_or_make(&name(&format!("n{number}")), 9, || page(&body, Some(5)));
        }
        let kept = (0..200).filter(|number| stock.find(&name(&format!("n{number}")), 9).is_some());
        let kept = kept.count();
        assert!((1..=21).contains(&kept), "{kept}");
        assert!(stock.resources.weight() <= bytes_max);
    }
}
