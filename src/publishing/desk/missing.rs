//! Withdrawals for want of a file (`on_missing = "cancel"`) of many items at once: rather a folder that is not mounted,
//! or a deployment that went wrong, than what an author meant. They wait until somebody confirms them.

use crate::newsroom::identity::Id;
use crate::newsroom::problem::{Problem, Severity};
use std::collections::{BTreeSet, VecDeque};

/// So many items may lose their files and be withdrawn without another word: an author deletes a handful by hand.
const TOGETHER_MAX: usize = 5;

/// Files that go within so many seconds went together.
const TOGETHER_SECONDS: i64 = 60;

/// The items whose withdrawal waits.
#[derive(Debug, Default)]
pub struct Missing {
    waiting: BTreeSet<Id>,
    /// The items that had no file at the last look, whether they wait or not.
    missing: BTreeSet<Id>,
    /// When items were withdrawn in this way lately, in seconds since 1970.
    withdrawn_at: VecDeque<i64>,
}

impl Missing {
    /// Goes on with those that waited when the program ended.
    pub fn waiting_for(unconfirmed: BTreeSet<Id>) -> Self {
        Self {
            waiting: unconfirmed,
            ..Self::default()
        }
    }

    /// The items whose withdrawal waits, which the ledger remembers.
    pub fn unconfirmed(&self) -> &BTreeSet<Id> {
        &self.waiting
    }

    /// Decides on the items that would be withdrawn now, with the number of files that went a moment ago and may
    /// follow. `is_lost` tells whether an item that waits has neither a file nor a copy. Returns whether others
    /// wait now.
    pub fn take(
        &mut self,
        missing: &BTreeSet<Id>,
        going: usize,
        now: i64,
        is_lost: impl Fn(&Id) -> bool,
    ) -> bool {
        self.missing.clone_from(missing);
        let before = self.waiting.len();
        self.waiting
            .retain(|id| missing.contains(id) || is_lost(id));
        let has_fewer = self.waiting.len() < before;
        let is_recent = |at: &i64| (at - now).abs() <= TOGETHER_SECONDS;
        self.withdrawn_at.retain(is_recent);
        let new = missing.difference(&self.waiting).count();
        if new == 0 {
            return has_fewer;
        }
        if new + going + self.withdrawn_at.len() > TOGETHER_MAX {
            self.waiting.extend(missing.iter().cloned());
            return true;
        }
        self.withdrawn_at.extend(std::iter::repeat_n(now, new));
        has_fewer
    }

    /// The items that had no file at the last look.
    pub fn items(&self) -> impl Iterator<Item = &Id> {
        self.missing.union(&self.waiting)
    }

    /// Whether the withdrawal of an item waits.
    pub fn must_wait(&self, id: &Id) -> bool {
        self.waiting.contains(id)
    }

    /// What is said while some wait.
    pub fn problem(&self) -> Option<Problem> {
        let first = self.waiting.first()?;
        let message = format!(
            "the files of {} published items are gone, among them that of `{first}`; none of these is withdrawn before \
             somebody confirms it",
            self.waiting.len()
        );
        let hint = "put the files back (is a folder not mounted?), or confirm with `tidings remove --missing`";
        Some(Problem::of_file(Severity::Warning, ".", message).hint(hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: std::ops::Range<usize>) -> BTreeSet<Id> {
        numbers
            .map(|number| Id::new(&format!("n{number}")).unwrap())
            .collect()
    }

    #[test]
    fn a_handful_is_withdrawn_and_more_wait_until_they_are_back() {
        let mut missing = Missing::default();
        let id = |number: usize| ids(number..number + 1).pop_first().unwrap();
        missing.take(&ids(0..3), 0, 100, |_| false);
        assert!(missing.problem().is_none());
        // Two more within the minute are still a handful, the third is not.
        missing.take(&ids(3..5), 0, 130, |_| false);
        assert!(!missing.must_wait(&id(3)));
        missing.take(&ids(5..6), 0, 150, |_| false);
        assert!(missing.must_wait(&id(5)));
        // What waits does so until its file is back, however few are left.
        missing.take(&ids(5..6), 0, 1_000, |_| false);
        assert!(missing.must_wait(&id(5)));
        missing.take(&BTreeSet::new(), 0, 1_001, |_| false);
        assert!(missing.problem().is_none());
    }

    #[test]
    fn the_first_of_many_files_that_go_waits_for_the_others() {
        let mut missing = Missing::default();
        missing.take(&ids(0..1), 300, 100, |_| false);
        assert!(missing.problem().is_some());
    }
}
