//! Version records: how a live feed last looked on the wire, kept so that a restart changes nothing (docs/http.md,
//! “Versions”).

/// The entity tag and publication time of a resource's present version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRecord {
    /// The opaque tag: a hash of the uncompressed bytes.
    pub tag: String,
    /// When this version was published, in seconds since 1970. Grows with every version.
    pub last_modified: i64,
}

impl VersionRecord {
    /// The `Last-Modified` with which this version goes out: `None` where it lies so far ahead of `now` that the clock
    /// must have gone back.
    pub fn sent(&self, now: i64) -> Option<i64> {
        Some(self.last_modified).filter(|at| *at <= now + HOLD_SECONDS_MAX)
    }
}

/// A hold of the swap is no longer than this; a record further in the future comes from a wrong clock, and the new
/// version goes out at once without a `Last-Modified` (docs/http.md, “Versions”).
pub const HOLD_SECONDS_MAX: i64 = 2;

/// The record of a resource whose bytes now have this tag: the same one for the same bytes, else a later one.
pub fn advance(known: Option<&VersionRecord>, tag: &str, now: i64) -> VersionRecord {
    match known {
        Some(known) if known.tag == tag => known.clone(),
        _ => VersionRecord {
            tag: tag.to_owned(),
            last_modified: known.map_or(now, |known| now.max(known.last_modified + 1)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(tag: &str, last_modified: i64) -> VersionRecord {
        VersionRecord {
            tag: tag.to_owned(),
            last_modified,
        }
    }

    #[test]
    fn the_same_bytes_keep_tag_and_time() {
        assert_eq!(advance(Some(&record("a", 5)), "a", 900), record("a", 5));
    }

    #[test]
    fn other_bytes_get_a_later_second_even_within_one() {
        assert_eq!(advance(None, "a", 100), record("a", 100));
        assert_eq!(advance(Some(&record("a", 100)), "b", 100), record("b", 101));
        assert_eq!(advance(Some(&record("a", 100)), "b", 99), record("b", 101));
    }
}
