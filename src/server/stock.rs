//! The stock: what was made on request, kept beside the edition within a number of bytes. The counters of what a thing
//! shows are part of its name, so that what has changed is another thing and is made again, and nothing is ever stale.

use crate::edition::resource::Resource;
use crate::edition::{Key, Mark};
use crate::server::maker::Made;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, GuardResult};
use std::sync::Arc;

/// How many bytes all that is kept may have: some thousand pages.
pub const STOCK_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A page with its codings has about so many.
const RESOURCE_BYTES: u64 = 16 * 1024;

/// Names a thing as it is now.
pub type Name = (Key, Mark);

/// The stock.
#[derive(Debug)]
pub struct Stock {
    resources: Cache<Name, Arc<Resource>, Bytes>,
}

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Name, Arc<Resource>> for Bytes {
    fn weight(&self, _: &Name, resource: &Arc<Resource>) -> u64 {
        resource.bytes()
    }
}

impl Stock {
    /// An empty stock of at most so many bytes.
    pub fn new(bytes_max: u64) -> Self {
        let count = usize::try_from(bytes_max / RESOURCE_BYTES).unwrap_or(usize::MAX);
        Self {
            resources: Cache::with_weighter(count, bytes_max, Bytes),
        }
    }

    /// What is kept under a name, unless it is dated after `now`: the clock was set back.
    pub fn find(&self, name: &Name, now: i64) -> Option<Arc<Resource>> {
        self.resources
            .get(name)
            .filter(|resource| is_dated(resource, now))
    }

    /// The same, else what `make` makes. Of several that ask for one thing at once, one makes it and the others wait.
    pub fn find_or_make(&self, name: &Name, now: i64, make: impl FnOnce() -> Made) -> Made {
        let guard = match self.resources.get_value_or_guard(name, None) {
            GuardResult::Value(resource) if is_dated(&resource, now) => {
                return Made::Resource(resource);
            }
            GuardResult::Value(_) | GuardResult::Timeout => return make(),
            GuardResult::Guard(guard) => guard,
        };
        let made = make();
        if let Made::Resource(resource) = &made
            && is_dated(resource, now)
        {
            // Where it was dropped in the meantime the next one makes it again.
            let _kept = guard.insert(Arc::clone(resource));
        }
        made
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
    use crate::edition::Route;
    use crate::edition::resource::PageFields;
    use crate::edition::version::Version;
    use crate::newsroom::identity::Id;
    use http::StatusCode;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn name(id: &str) -> Name {
        (Key::Item(Id::new(id).unwrap()), Mark::default())
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
        let (stock, made) = (Stock::new(STOCK_BYTES_MAX), AtomicUsize::new(0));
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
    fn what_has_no_date_or_one_ahead_is_made_each_time() {
        let stock = Stock::new(STOCK_BYTES_MAX);
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
        let stock = Stock::new(bytes_max);
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
