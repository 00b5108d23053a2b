//! `tidings check`: every problem in a data directory, without writing anything.

use crate::command::arguments::CheckArguments;
use crate::command::publisher::{Gathered, gather};
use crate::command::{Error, Outcome, report};
use crate::edition::publish::{self, Before};
use crate::feed::{Context, Shown, content, select};
use crate::newsroom::Newsroom;
use crate::newsroom::entry;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::record::Records;
use crate::server::clock;
use crate::source::DataDirectory;
use crate::source::media::MediaIndex;
use crate::store::ledger::Ledger;
use crate::text::causes::joined;
use std::path::Path;
use std::sync::Arc;

/// Reports every problem.
///
/// # Errors
///
/// When the data directory cannot be read or the report cannot be written.
pub fn run(arguments: &CheckArguments) -> Result<Outcome, Error> {
    let now = clock::now().timestamp();
    let state = arguments.places.state().map_err(Error::CurrentDirectory)?;
    let (records, note) = remembered(&state);
    let Gathered {
        directory,
        newsroom,
        mut problems,
        ..
    } = gather(&arguments.places.data, None, &records, now)?;
    if let Some(newsroom) = &newsroom {
        let index = MediaIndex::default();
        problems.extend(missing_media(&directory, newsroom, &index, now));
        problems.extend(broken_feeds(&directory, newsroom, &index, now));
    }
    report::write(
        &problems,
        note.as_deref(),
        newsroom.as_ref().map(Newsroom::len),
        arguments.format,
    )
    .map_err(Error::Output)?;
    let has_errors = problems.iter().any(Problem::is_error);
    Ok(if has_errors {
        Outcome::Errors
    } else {
        Outcome::Clean
    })
}

/// What the ledger remembers; without one a note says so.
fn remembered(state: &Path) -> (Records, Option<String>) {
    match Ledger::peek(state) {
        Ok(Some(records)) => (records, None),
        Ok(None) => (
            Records::default(),
            Some(format!(
                "no ledger in `{}`: checked without it",
                state.display()
            )),
        ),
        Err(error) => (
            Records::default(),
            Some(format!("{}: checked without it", joined(&error))),
        ),
    }
}

/// Items that name files which are not there.
fn missing_media(
    directory: &DataDirectory,
    newsroom: &Newsroom,
    index: &MediaIndex,
    now: i64,
) -> Vec<Problem> {
    let mut entries: Vec<_> = newsroom
        .entries()
        .filter(|entry| !entry.media.is_empty())
        .collect();
    entries.sort_by(|a, b| a.file.cmp(&b.file));
    let mut problems = Vec::new();
    for entry in entries {
        let found = index
            .measure(directory, entry.media.iter().map(|path| &**path), now)
            .files;
        if entry.media.iter().all(|path| found.contains_key(&**path)) {
            continue;
        }
        let Ok(item) = directory.item(entry, newsroom.site(), newsroom.sections()) else {
            continue;
        };
        let listed = entry::media_files(&item).chain(content::certain_media_references(&item.body));
        for path in listed.filter(|path| !found.contains_key(path)) {
            let message = format!("there is no file `media/{path}`");
            let problem = Problem::of_file(Severity::Warning, entry.file.to_string(), message);
            problems.push(
                problem.hint("put the file there, or mend the name; until then it is left out"),
            );
        }
    }
    problems
}

/// Items that would make a feed ill-formed.
fn broken_feeds(
    directory: &DataDirectory,
    newsroom: &Newsroom,
    index: &MediaIndex,
    now: i64,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for place in newsroom.places() {
        let window = select::window(newsroom, &place, now);
        let read = window.iter().filter_map(|entry| {
            let item = directory
                .item(entry, newsroom.site(), newsroom.sections())
                .ok()?;
            Some(Shown {
                entry: Arc::clone(entry),
                item: Arc::new(item),
            })
        });
        let shown: Vec<Shown> = read.collect();
        let paths = shown
            .iter()
            .flat_map(|shown| shown.entry.media.iter().map(|path| &**path));
        let media = index.measure(directory, paths, now).files;
        let context = Context {
            newsroom,
            media: &media,
            now,
        };
        problems.extend(publish::feeds(context, &place, &shown, Before::default()).problems);
    }
    problems.dedup();
    problems
}
