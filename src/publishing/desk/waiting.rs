//! Files that are not believed yet: what a look finds may be half of what somebody is writing, and a file that is gone
//! may be back in a moment. Each file waits by itself, whatever happens to the others.
//!
//! A file that the watch has seen closed, or renamed into its place, does not wait. Without that word (at a start, when
//! polling, after events were lost) a file that changed a moment ago is believed once it has stood the same for
//! [`QUIET_MILLISECONDS`].

use crate::source::stamp::FileStamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A changed file of which nobody says that it was closed must stay the same for so long. Programs that write over a
/// network pause for less.
pub const QUIET_MILLISECONDS: i64 = 2_000;

/// A file that the watch has seen written to and not closed is read after so long without another write: a program may
/// keep it open for ever, or the word of its closing may have been lost.
const OPEN_MILLISECONDS_MAX: i64 = 10_000;

/// A change dated further ahead than this was not made by a clock that is a little fast, as that of a file server may
/// be: its date says nothing.
const AHEAD_MILLISECONDS_MAX: i64 = 86_400_000;

/// The files that wait. Instants are milliseconds since 1970.
#[derive(Debug, Clone, Default)]
pub struct Waiting(BTreeMap<Arc<str>, Wait>);

/// What a file waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// To come back: it is gone, and if it still is at this instant that is believed.
    Gone { until: i64 },
    /// To be closed: somebody writes to it. If nobody has written by this instant it is read as it is.
    Open { until: i64 },
    /// To stay the same: it had this stamp, and if it still has at this instant it is read.
    Young { stamp: FileStamp, until: i64 },
}

/// What is to be done with a file that has another stamp than the one that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is whole, as far as anybody can tell.
    Read,
    /// It is read although somebody has it open: nothing was written for too long.
    ReadOpen,
    /// Somebody may still be writing.
    Later,
}

impl Waiting {
    /// Somebody writes to a file.
    pub fn open(&mut self, file: &str, now: i64) {
        let until = now + OPEN_MILLISECONDS_MAX;
        self.0.insert(file.into(), Wait::Open { until });
    }

    /// Whoever wrote to a file has closed it, or put it into its place.
    pub fn close(&mut self, file: &str) {
        self.0.remove(file);
    }

    /// What is to be done with a file that is there and changed.
    pub fn judge(&mut self, file: &Arc<str>, stamp: FileStamp, now: i64) -> Verdict {
        let known = self.0.get(file).copied();
        let wait = match known {
            Some(Wait::Open { until }) if until <= now => {
                self.0.remove(file);
                return Verdict::ReadOpen;
            }
            Some(open @ Wait::Open { .. }) => open,
            Some(Wait::Young { stamp: same, until }) if same == stamp => {
                if until <= now || !is_young(stamp, now) {
                    self.0.remove(file);
                    return Verdict::Read;
                }
                Wait::Young { stamp, until }
            }
            Some(Wait::Young { .. } | Wait::Gone { .. }) | None => {
                if !is_young(stamp, now) {
                    self.0.remove(file);
                    return Verdict::Read;
                }
                let until = now + quiet(stamp);
                Wait::Young { stamp, until }
            }
        };
        self.0.insert(Arc::clone(file), wait);
        Verdict::Later
    }

    /// A file is not there. Returns whether that is believed: it was gone already, for long enough. `after` is how long
    /// it must be gone, in milliseconds.
    pub fn is_gone(&mut self, file: &Arc<str>, now: i64, after: i64) -> bool {
        match self.0.get(file) {
            Some(Wait::Gone { until }) if *until <= now => {
                self.0.remove(file);
                true
            }
            Some(Wait::Gone { .. }) => false,
            Some(Wait::Open { .. } | Wait::Young { .. }) | None => {
                let until = now + after;
                self.0.insert(Arc::clone(file), Wait::Gone { until });
                false
            }
        }
    }

    /// A file is there.
    pub fn is_there(&mut self, file: &str) {
        if let Some(Wait::Gone { .. }) = self.0.get(file) {
            self.0.remove(file);
        }
    }

    /// The files that went a moment ago.
    pub fn gone(&self) -> impl Iterator<Item = &Arc<str>> {
        let gone = |(file, wait): (_, &Wait)| matches!(wait, Wait::Gone { .. }).then_some(file);
        self.0.iter().filter_map(gone)
    }

    /// Whether a file went a moment ago.
    pub fn has_gone(&self, file: &str) -> bool {
        matches!(self.0.get(file), Some(Wait::Gone { .. }))
    }

    /// Whether the watch has seen somebody write to a file who has not closed it since.
    pub fn is_open(&self, file: &str) -> bool {
        matches!(self.0.get(file), Some(Wait::Open { .. }))
    }

    /// Whether a file is there, and somebody may still be writing to it.
    pub fn is_written(&self, file: &str) -> bool {
        matches!(
            self.0.get(file),
            Some(Wait::Open { .. } | Wait::Young { .. })
        )
    }

    /// The clock was set back: nothing waits longer than it would if it had begun to wait now. `after` is how long a
    /// file must be gone, in milliseconds.
    pub fn set_back(&mut self, now: i64, after: i64) {
        for wait in self.0.values_mut() {
            match wait {
                Wait::Gone { until } => *until = (*until).min(now + after),
                Wait::Open { until } => *until = (*until).min(now + OPEN_MILLISECONDS_MAX),
                Wait::Young { stamp, until } => *until = (*until).min(now + quiet(*stamp)),
            }
        }
    }

    /// The files that are to be looked at again now.
    pub fn due(&self, now: i64) -> impl Iterator<Item = &Arc<str>> {
        let is_due = move |(file, wait): (_, &Wait)| (wait.until() <= now).then_some(file);
        self.0.iter().filter_map(is_due)
    }

    /// When the next file is to be looked at again.
    pub fn next(&self) -> Option<i64> {
        self.0.values().map(|wait| wait.until()).min()
    }
}

impl Wait {
    fn until(self) -> i64 {
        match self {
            Self::Gone { until } | Self::Open { until } | Self::Young { until, .. } => until,
        }
    }
}

/// Whether a file changed so short a time ago that somebody may still be writing. A clock that is a little fast, as
/// that of a file server, makes it young, too.
pub fn is_young(stamp: FileStamp, now: i64) -> bool {
    let age = now - stamp.ctime / 1_000_000;
    (-AHEAD_MILLISECONDS_MAX..quiet(stamp)).contains(&age)
}

/// How long a file must stay the same. An empty one has most likely not been written to yet.
fn quiet(stamp: FileStamp) -> i64 {
    if stamp.size == 0 {
        OPEN_MILLISECONDS_MAX
    } else {
        QUIET_MILLISECONDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(size: u64, changed_at: i64) -> FileStamp {
        FileStamp {
            size,
            mtime: changed_at * 1_000_000,
            ctime: changed_at * 1_000_000,
            inode: 1,
        }
    }

    #[test]
    fn a_file_that_changes_at_every_look_is_never_read() {
        let (mut waiting, file) = (Waiting::default(), Arc::from("news/a.md"));
        for second in 0..100_i64 {
            let now = 1_000_000 + second * 1_500;
            let stamp = stamp(second.unsigned_abs() + 1, now - 10);
            assert_eq!(waiting.judge(&file, stamp, now), Verdict::Later);
        }
        let last = stamp(100, 1_000_000 + 99 * 1_500 - 10);
        let later = 1_000_000 + 99 * 1_500 + QUIET_MILLISECONDS;
        assert_eq!(waiting.next(), Some(later));
        assert_eq!(waiting.judge(&file, last, later - 1_000), Verdict::Later);
        assert_eq!(waiting.judge(&file, last, later), Verdict::Read);
        assert_eq!(waiting.next(), None);
    }

    #[test]
    fn an_old_file_and_one_that_was_closed_are_read_at_once() {
        let (mut waiting, file) = (Waiting::default(), Arc::from("news/a.md"));
        assert_eq!(waiting.judge(&file, stamp(1, 0), 2_000), Verdict::Read);
        waiting.open(&file, 2_000);
        assert_eq!(waiting.judge(&file, stamp(2, 2_000), 2_000), Verdict::Later);
        waiting.close(&file);
        assert!(!waiting.is_written(&file));
    }

    #[test]
    fn a_file_that_stays_open_is_read_after_ten_seconds_without_a_write() {
        let (mut waiting, file) = (Waiting::default(), Arc::from("news/a.md"));
        for now in [0, 9_000, 18_000] {
            waiting.open(&file, now);
            assert_eq!(
                waiting.judge(&file, stamp(1, now), now + 8_999),
                Verdict::Later
            );
        }
        assert_eq!(
            waiting.judge(&file, stamp(1, 18_000), 28_000),
            Verdict::ReadOpen
        );
    }

    #[test]
    fn a_file_servers_fast_clock_makes_no_half_file_whole() {
        let (mut waiting, file) = (Waiting::default(), Arc::from("news/a.md"));
        let now = 1_000_000;
        let ahead = |size| stamp(size, now + 60_000);
        assert_eq!(waiting.judge(&file, ahead(1), now), Verdict::Later);
        assert_eq!(waiting.judge(&file, ahead(2), now + 1_900), Verdict::Later);
        assert_eq!(waiting.judge(&file, ahead(2), now + 3_800), Verdict::Later);
        assert_eq!(waiting.judge(&file, ahead(2), now + 3_900), Verdict::Read);
    }

    #[test]
    fn a_clock_that_is_set_back_by_a_year_makes_nothing_wait_for_a_year() {
        let (mut waiting, year) = (Waiting::default(), 31_536_000_000);
        let [gone, open, young] = ["a.toml", "b.toml", "c.toml"].map(Arc::from);
        waiting.is_gone(&gone, year, 2_000);
        waiting.open(&open, year);
        waiting.judge(&young, stamp(1, year), year);
        waiting.set_back(5_000, 2_000);
        assert_eq!(
            waiting.due(7_000).collect::<Vec<_>>(),
            [&gone, &young].to_vec()
        );
        assert_eq!(waiting.due(15_000).count(), 3);
    }

    #[test]
    fn each_file_that_went_waits_by_itself() {
        let mut waiting = Waiting::default();
        let (a, b) = (Arc::from("a.toml"), Arc::from("b.toml"));
        assert!(!waiting.is_gone(&a, 0, 2_000));
        assert!(!waiting.is_gone(&b, 1_500, 2_000));
        assert!(waiting.is_gone(&a, 2_000, 2_000));
        assert!(!waiting.is_gone(&b, 2_000, 2_000));
        waiting.is_there(&b);
        assert!(!waiting.is_gone(&b, 4_000, 2_000));
    }
}
