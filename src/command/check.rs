//! `tidings check`: every problem in a data directory, as the server would see it, and more. Nothing is written but by
//! `--fix`.

pub mod advice;
pub mod files;
pub mod fix;
pub mod outlook;

use crate::command::arguments::CheckArguments;
use crate::command::check::outlook::Outlook;
use crate::command::desk::board::located;
use crate::command::desk::opening::Opened;
use crate::command::desk::{Desk, Setting};
use crate::command::{Error, Outcome, report};
use crate::edition::dead::Linking;
use crate::edition::publish::{self, Before};
use crate::feed::{Context, Row, Shown, content, select};
use crate::newsroom::Newsroom;
use crate::newsroom::problem::{Problem, Severity};
use crate::server::clock::{self, Clock};
use crate::source::media::{self, MediaIndex};
use crate::source::settings::Overrides;
use crate::source::{DataDirectory, SITE_FILE};
use crate::store::ledger::{self, Ledger};
use crate::text::causes::joined;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::path::Path;
use std::sync::Arc;
use url::Url;

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
            notes.extend(reached_by_nobody_else(desk.newsroom()));
            let outlook = Outlook::of(desk.newsroom(), &problems, now.timestamp());
            (problems, Some(outlook))
        }
        Err((problems, Error::Site)) => (problems, None),
        Err((_, error)) => return Err(error),
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
            "there is no ledger in `{}`: checked as if nothing had been published yet",
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
    let of_item = |entry: &&Arc<_>| {
        let read = directory.item(entry, newsroom.site(), newsroom.sections());
        let Ok((item, text)) = read else {
            return Vec::new();
        };
        let paths = entry.media.iter().map(|path| &**path);
        let found = index.measure(directory, paths, now).files;
        let meant = |path: &str| media::meant(directory, path);
        let linking = Linking {
            newsroom,
            entry,
            item: &item,
            found: &found,
            meant: &meant,
        };
        let head = |path: &str| media::head(directory, path);
        let mut problems = advice::of_item(&linking, &text);
        problems.extend(files::of_item(&linking, &text, &head));
        problems
    };
    let advice: Vec<Vec<Problem>> = entries.par_iter().map(of_item).collect();
    let mut problems: Vec<Problem> = advice.into_iter().flatten().collect();
    problems.extend(authority_to_come(newsroom, now));
    problems.extend(missing_pictures(directory, newsroom, &index, now));
    problems.extend(broken_feeds(directory, newsroom, &index, now));
    problems
}

/// A word about a base URL that leads nowhere from another machine.
fn reached_by_nobody_else(newsroom: &Newsroom) -> Option<String> {
    let base = newsroom.site().base_url.as_str();
    let why = Url::parse(base)
        .ok()
        .as_ref()
        .and_then(advice::impossible)?;
    Some(format!(
        "`base_url` is `{base}`, with which every address in the feeds begins: {why}. Write the address at which readers \
         reach you before you publish"
    ))
}

/// A word about an authority that is none yet: a tag URI names a day on which the name was its publisher's (RFC 4151,
/// section 2.1).
fn authority_to_come(newsroom: &Newsroom, now: i64) -> Option<Problem> {
    let authority = &newsroom.site().authority;
    let start = authority.start().and_time(chrono::NaiveTime::MIN).and_utc();
    (start.timestamp() > now).then(|| {
        let message = format!("`id_authority_date` lies in the future: `{}`", authority.date());
        Problem::of_file(Severity::Warning, SITE_FILE, message)
            .about("id_authority_date")
            .hint("write a year in which the name is yours already, before anything is published: it never changes")
    })
}

/// Pictures that `site.toml` names and that are not there.
fn missing_pictures(
    directory: &DataDirectory,
    newsroom: &Newsroom,
    index: &MediaIndex,
    now: i64,
) -> Vec<Problem> {
    let named = newsroom.site().named_pictures();
    let missing = named.filter(|(_, path)| {
        let one = std::iter::once(*path);
        index.measure(directory, one, now).files.is_empty()
    });
    let problem = |(key, path)| {
        content::missing_file(SITE_FILE, path, media::meant(directory, path)).about(key)
    };
    missing.map(problem).collect()
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
