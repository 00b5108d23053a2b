//! The notice board: everything that authors should know, by file, and what of it is new.

use crate::newsroom::parse;
use crate::newsroom::parse::form::Form;
use crate::newsroom::problem::{Problem, Severity};
use crate::source::DataDirectory;
use crate::source::scan::is_below;
use std::collections::{BTreeMap, BTreeSet};

/// Where a problem was found. Each is looked at anew by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// In what the directory holds.
    Listing,
    /// In a file's text.
    Text,
    /// In how the item stands to the others and to the ledger.
    Place,
    /// In what became of the dates of published items.
    Date,
    /// In how items spell tags and authors.
    Spelling,
    /// In what the ledger has seen and is no longer.
    Gone,
    /// In which language versions of a text were withdrawn.
    Versions,
    /// In which files are missing together.
    Missing,
}

/// For so many problems at once the log looks for places in their files: that takes a reading each, on the thread that
/// publishes.
const PLACES_MAX: usize = 50;

/// The board.
#[derive(Debug, Default)]
pub struct Board {
    settings: Vec<Problem>,
    files: BTreeMap<(Found, String), Vec<Problem>>,
    /// What stood of a file when the log was written last, where that was touched since.
    logged: BTreeMap<(Found, String), Vec<Problem>>,
    logged_settings: Vec<Problem>,
}

impl Board {
    /// Puts up what was found in the settings, in the place of what was there.
    pub fn set_settings(&mut self, problems: Vec<Problem>) {
        self.settings = problems;
    }

    /// Puts up what was found of a file, in the place of what was there.
    pub fn set(&mut self, found: Found, file: &str, problems: Vec<Problem>) {
        let key = (found, file.to_owned());
        let has_some = !problems.is_empty();
        let before = if has_some {
            self.files.insert(key.clone(), problems)
        } else {
            self.files.remove(&key)
        };
        if before.is_some() || has_some {
            self.logged.entry(key).or_insert(before.unwrap_or_default());
        }
    }

    /// Puts up one more problem of a file, unless it is there.
    pub fn add(&mut self, found: Found, problem: Problem) {
        let file = problem.file.clone();
        let known = self.files.get(&(found, file.clone()));
        let mut problems = known.cloned().unwrap_or_default();
        if !problems.contains(&problem) {
            problems.push(problem);
            self.set(found, &file, problems);
        }
    }

    /// Puts up what a look at the directory found at and below a path, in the place of what was there.
    pub fn set_listing(&mut self, below: &str, problems: Vec<Problem>) {
        let start = (Found::Listing, below.to_owned());
        let end = (Found::Text, String::new());
        let known = self.files.range(start..end).map(|((_, file), _)| file);
        let looked_at = known.filter(|file| is_below(file, below));
        let by_file = looked_at.map(|file| (file.clone(), Vec::new())).collect();
        self.set_each(Found::Listing, by_file, problems);
    }

    /// Puts up all that was found in one respect, in the place of all that was there.
    pub fn set_all(&mut self, found: Found, problems: Vec<Problem>) {
        let known = self.files.keys().filter(|(there, _)| *there == found);
        let by_file = known.map(|(_, file)| (file.clone(), Vec::new())).collect();
        self.set_each(found, by_file, problems);
    }

    /// Puts up what was found of several files, each in the place of what was there. `by_file` names those that are
    /// to be clear where nothing was found of them.
    pub fn set_each(
        &mut self,
        found: Found,
        mut by_file: BTreeMap<String, Vec<Problem>>,
        problems: Vec<Problem>,
    ) {
        for problem in problems {
            by_file
                .entry(problem.file.clone())
                .or_default()
                .push(problem);
        }
        for (file, problems) in by_file {
            self.set(found, &file, problems);
        }
    }

    /// Whether what was found of a file stands there already.
    pub fn is_same(&self, found: Found, file: &str, problems: &[Problem]) -> bool {
        let known = self.files.get(&(found, file.to_owned()));
        known.map_or(&[] as &[Problem], Vec::as_slice) == problems
    }

    /// Whether nothing is known of a file.
    pub fn is_clear(&self, file: &str) -> bool {
        let all = [
            Found::Listing,
            Found::Text,
            Found::Place,
            Found::Date,
            Found::Spelling,
            Found::Versions,
        ];
        !all.iter()
            .any(|found| self.files.contains_key(&(*found, file.to_owned())))
    }

    /// All problems, by file, place and words.
    pub fn all(&self) -> Vec<Problem> {
        let of_files = self.files.values().flatten();
        let mut all: Vec<Problem> = self.settings.iter().chain(of_files).cloned().collect();
        let place = |problem: &Problem| {
            let mark = problem.mark.as_ref().map(|mark| (mark.line, mark.column));
            (problem.file.clone(), mark, problem.message.clone())
        };
        all.sort_by_cached_key(place);
        all
    }

    /// Writes to the log what is new since the last call, and which files have no problem any more.
    pub fn log_news(&mut self, directory: &DataDirectory) {
        let mut places = PLACES_MAX;
        let mut new = |now: &[Problem], before: &[Problem]| {
            for problem in now.iter().filter(|problem| !before.contains(problem)) {
                let needs_place = problem.key.is_some() && problem.mark.is_none();
                if needs_place && places > 0 {
                    places -= 1;
                    log(&located(directory, problem.clone()));
                } else {
                    log(problem);
                }
            }
        };
        new(&self.settings, &self.logged_settings);
        let before = std::mem::replace(&mut self.logged_settings, self.settings.clone());
        let mut mended: BTreeSet<String> = before.into_iter().map(|problem| problem.file).collect();
        for problem in &self.settings {
            mended.remove(&problem.file);
        }
        for (key, before) in std::mem::take(&mut self.logged) {
            match self.files.get(&key) {
                Some(now) => new(now, &before),
                None if before.is_empty() => {}
                None => {
                    mended.insert(key.1);
                }
            }
        }
        // Of what is gone there is nothing to say.
        let is_there = |file: &&String| self.is_clear(file) && directory.stamp(file).is_some();
        for file in mended.iter().filter(is_there) {
            tracing::info!("{file}: what was wrong before is mended");
        }
    }
}

/// The problem with the place of the key that it is about, where that stands in its file.
pub fn located(directory: &DataDirectory, problem: Problem) -> Problem {
    let Some(key) = problem.key.filter(|_| problem.mark.is_none()) else {
        return problem;
    };
    let Ok(text) = directory.read(&problem.file) else {
        return problem;
    };
    let form = Form::of(&problem.file);
    match form.and_then(|form| parse::place_of(form, &text, key)) {
        Some(place) => problem.at(&text, &place),
        None => problem,
    }
}

/// Writes a problem to the log.
pub fn log(problem: &Problem) {
    match problem.severity {
        Severity::Error => tracing::error!("{problem}"),
        Severity::Warning => tracing::warn!("{problem}"),
        Severity::Hint => tracing::info!("{problem}"),
    }
}
