//! What a press officer asks first: what is out, and what is to come.

use crate::newsroom::Newsroom;
use crate::newsroom::entry::{Entry, StandsOn};
use crate::newsroom::lifecycle::State;
use crate::newsroom::problem::Problem;
use crate::source::SITE_FILE;
use chrono::DateTime;
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many items that are to come are named, the next ones first.
const NAMED_MAX: usize = 10;

/// What is out and what is to come.
#[derive(Debug)]
pub struct Outlook {
    /// How many items have a file that can be used, or stand on its last good version.
    pub items: usize,
    /// What is said of them, a line each.
    pub lines: Vec<String>,
}

impl Outlook {
    /// The outlook at `now`, in seconds since 1970, with the problems that were found.
    pub fn of(newsroom: &Newsroom, problems: &[Problem], now: i64) -> Self {
        let entries = newsroom.entries();
        let entries: Vec<&Arc<Entry>> = entries
            .filter(|entry| entry.basis != StandsOn::Ledger)
            .collect();
        let count = |state: State| {
            entries
                .iter()
                .filter(|entry| entry.state(now) == state)
                .count()
        };
        let mut counts = vec![format!("{} published", count(State::Visible))];
        for (state, name) in [
            (State::Expired, "expired"),
            (State::Canceled, "withdrawn"),
            (State::Withheld, "withheld"),
            (State::Draft, "in draft"),
        ] {
            counts.extend(
                Some(count(state))
                    .filter(|count| *count > 0)
                    .map(|count| format!("{count} {name}")),
            );
        }
        let mut coming: Vec<&Arc<Entry>> = entries
            .iter()
            .copied()
            .filter(|entry| entry.state(now) == State::Scheduled)
            .collect();
        coming.sort_by_key(|entry| (entry.life.release(), Arc::clone(&entry.file)));
        if !coming.is_empty() {
            counts.push(format!("{} to come", coming.len()));
        }
        let broken = held_back(problems, &entries);
        if broken > 0 {
            counts.push(format!("{broken} held back by errors"));
        }
        let mut lines = vec![counts.join(", ")];
        lines.extend(
            coming
                .iter()
                .take(NAMED_MAX)
                .map(|entry| line(newsroom, entry)),
        );
        if let Some(more) = coming.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
            lines.push(format!("… and {more} more"));
        }
        Self {
            items: entries.len(),
            lines,
        }
    }
}

/// How many item files are of no use for their errors.
fn held_back(problems: &[Problem], entries: &[&Arc<Entry>]) -> usize {
    let used: BTreeSet<&str> = entries.iter().map(|entry| &*entry.file).collect();
    let is_item =
        |file: &str| file.contains('/') && !file.ends_with("/section.toml") && file != SITE_FILE;
    let errors = problems.iter().filter(|problem| problem.is_error());
    let files: BTreeSet<&str> = errors.map(|problem| &*problem.file).collect();
    let files = files
        .into_iter()
        .filter(|file| is_item(file) && !used.contains(file));
    files.count()
}

/// When an item comes, in the site's time zone, and why then.
fn line(newsroom: &Newsroom, entry: &Entry) -> String {
    let at = entry.life.release();
    let zone = newsroom.site().timezone;
    let at_zone = DateTime::from_timestamp(at, 0).map(|at| at.with_timezone(&zone));
    let when = at_zone.map_or_else(String::new, |at| at.format("%-d %B %Y, %H:%M").to_string());
    let why = if entry.life.embargo == Some(at) {
        "embargo ends"
    } else {
        "scheduled"
    };
    format!("{when} ({why}): {}", entry.file)
}
