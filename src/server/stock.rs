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
