//! `tidings check`: every problem in a data directory, as the server would see it, and more. Nothing is written but by
//! `--fix`.

pub mod fix;
pub mod outlook;

use crate::clock::{self, Clock};
use crate::command::arguments::CheckArguments;
use crate::command::check::outlook::Outlook;
use crate::command::{Error, Outcome, report};
use crate::edition::publish::{self, Before};
use crate::feed::{Context, Row, Shown, select};
use crate::newsroom::Newsroom;
use crate::newsroom::problem::Problem;
use crate::publishing::desk::board::located;
use crate::publishing::desk::opening::Opened;
use crate::publishing::desk::{Desk, Setting};
use crate::publishing::{self, advice};
use crate::source::DataDirectory;
use crate::source::media::MediaIndex;
use crate::source::settings::Overrides;
use crate::store::ledger::{self, Ledger};
use crate::text::causes::joined;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::path::Path;
use std::sync::Arc;

/// Reports every problem.
///
/// # Errors
///
/// When the data directory cannot be read or the report cannot be written.
pub fn run(arguments: &CheckArguments) -> Result<Outcome, Error> {
    let now = clock::now();
    let state = arguments.places.state().map_err(Error::CurrentDirectory)?;
    let (ledger, mut notes) = remembered(&state, now.timestamp())?;
    let setting = || Setting {
        data: arguments.places.data.clone(),
        overrides: Overrides::default(),
        gone_after_milliseconds: 0,
    };
    let clock = Clock::of(move || now, |_| {});
    let mut opened = Desk::open(setting(), &ledger, None, &clock);
    if arguments.fix
        && let Ok(Opened { desk, .. }) = &opened
    {
        notes.extend(fix::write_ids(desk.directory(), desk.newsroom()));
        opened = Desk::open(setting(), &ledger, None, &clock);
    }
    let (problems, outlook) = match opened {
        Ok(Opened { mut desk, .. }) => {
            let mut problems = desk.board().all();
            problems.extend(further(desk.directory(), desk.newsroom(), now.timestamp()));
            let problems = problems.into_iter();
            let problems = problems.map(|problem| located(desk.directory(), problem));
            let problems: Vec<Problem> = problems.collect();
            notes.extend(advice::site::reached_by_nobody_else(desk.newsroom()));
            let outlook = Outlook::of(desk.newsroom(), &problems, now.timestamp());
            (problems, Some(outlook))
        }
        Err((problems, publishing::Error::Site)) => (problems, None),
        Err((_, error)) => return Err(error.into()),
    };
    report::write(&problems, &notes, outlook.as_ref(), arguments.format).map_err(Error::Output)?;
    let has_errors = problems.iter().any(Problem::is_error);
    Ok(if has_errors {
        Outcome::Errors
    } else {
        Outcome::Clean
    })
}

/// The ledger as it is; without one, an empty one and a note that says so.
fn remembered(state: &Path, now: i64) -> Result<(Ledger, Vec<String>), Error> {
    let note = match Ledger::peek(state) {
        Ok(Some(ledger)) => return Ok((ledger, Vec::new())),
        Ok(None) => format!(
            "nothing has been published from here yet (`{}` is not there): checked as what is new",
            state.display()
        ),
        Err(error @ ledger::Error::Later { .. }) => return Err(error.into()),
        Err(error) => format!("{}: checked without it", joined(&error)),
    };
    Ok((Ledger::in_memory(now)?, vec![note]))
}

/// What the server does not look at before it is asked for.
fn further(directory: &DataDirectory, newsroom: &Newsroom, now: i64) -> Vec<Problem> {
    let index = MediaIndex::default();
    let mut entries: Vec<_> = newsroom.entries().collect();
    entries.sort_by(|a, b| a.file.cmp(&b.file));
    let of_item = |entry: &&Arc<_>| advice::of_item(newsroom, directory, &index, entry, now);
    let advice: Vec<Vec<Problem>> = entries.par_iter().map(of_item).collect();
    let mut problems: Vec<Problem> = advice.into_iter().flatten().collect();
    problems.extend(advice::site::of_site(newsroom, directory, &index, now));
    problems.extend(broken_feeds(directory, newsroom, &index, now));
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
        let rows: Vec<Row> = window
            .iter()
            .filter_map(|entry| {
                if select::is_notice(entry, now) {
                    return Some(Row::Notice(Arc::clone(entry)));
                }
                let read = directory.item(entry, newsroom.site(), newsroom.sections());
                Some(Row::Item(Shown {
                    entry: Arc::clone(entry),
                    item: Arc::new(read.ok()?.0),
                }))
            })
            .collect();
        let paths = window
            .iter()
            .flat_map(|entry| entry.media.iter().map(|path| &**path));
        let media = index.measure(directory, paths, now).files;
        let context = Context {
            newsroom,
            media: &media,
            now,
        };
        problems.extend(publish::feeds(context, &place, &rows, Before::default()).problems);
    }
    problems.dedup();
    problems
}
