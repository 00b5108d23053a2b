//! What a publication's settings say and lead to.

use super::item;
use crate::feed::content;
use crate::newsroom::Newsroom;
use crate::newsroom::problem::{Problem, Severity};
use crate::source::media::{self, MediaIndex};
use crate::source::{DataDirectory, SITE_FILE};
use url::Url;

/// Looks at the settings.
pub fn of_site(
    newsroom: &Newsroom,
    directory: &DataDirectory,
    index: &MediaIndex,
    now: i64,
) -> Vec<Problem> {
    let mut problems = missing_pictures(directory, newsroom, index, now);
    problems.extend(authority_to_come(newsroom, now));
    problems
}

/// A word about a base URL that leads nowhere from another machine.
pub fn reached_by_nobody_else(newsroom: &Newsroom) -> Option<String> {
    let base = newsroom.site().base_url.as_str();
    let why = Url::parse(base).ok().as_ref().and_then(item::impossible)?;
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
