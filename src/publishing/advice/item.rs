//! What an item says of itself and of others.

use crate::edition::dead::{self, Linking};
use crate::feed::content;
use crate::newsroom::entry;
use crate::newsroom::item::{Item, MediaSource, Moment};
use crate::newsroom::label::Label;
use crate::newsroom::media::{UNKNOWN_TYPE, media_type};
use crate::newsroom::parse::report::PROBLEMS_MAX;
use crate::newsroom::problem::{Problem, Severity};
use chrono_tz::Tz;
use url::{Host, Url};

/// The longest lead that partners take whole, in characters.
const PARTNER_SUMMARY_CHARS_MAX: usize = 300;

/// Top-level domains that are never somebody's (RFC 2606, RFC 6761, RFC 6762).
const RESERVED_DOMAINS: [&str; 6] = [
    "invalid",
    "localhost",
    "local",
    "test",
    "internal",
    "localdomain",
];

/// Looks at one item, whose text is at hand for the places of what is found.
pub(super) fn of_item(linking: &Linking<'_>, text: &str) -> Vec<Problem> {
    let Linking {
        newsroom,
        entry,
        item,
        found,
        meant,
    } = *linking;
    let now = newsroom.now();
    let warning =
        |message: String| Problem::of_file(Severity::Warning, entry.file.to_string(), message);
    let at = |problem: Problem, word: &str| match text.find(word) {
        Some(start) => problem.at(text, &(start..start + word.len())),
        None => problem,
    };
    let mut problems = Vec::new();
    if !entry.has_own_id && entry.state(now).has_page() {
        let problem = warning(format!(
            "the item is published and does not say its id, which is `{}` after the file's name",
            entry.id
        ));
        let hint = format!(
            "write `id = \"{}\"` into it, or let `tidings check --fix` do so: a renamed file is else easily taken for a new item",
            entry.id
        );
        problems.push(problem.hint(hint));
    }
    for path in content::missing_media(item, found, newsroom.site())
        .into_iter()
        .take(PROBLEMS_MAX)
    {
        problems.push(at(
            content::missing_file(&entry.file, &path, meant(&path)),
            &path,
        ));
    }
    problems.extend(dead::of_item(linking, text));
    for attachment in &item.attachments {
        let name = match &attachment.src {
            MediaSource::File(path) => path.as_str(),
            MediaSource::Url(url) => url.path(),
        };
        if attachment.media_type.is_none() && media_type(name) == UNKNOWN_TYPE {
            let problem = warning(format!("nothing tells the type of the attachment `{name}`"));
            problems.push(at(problem, name).hint("write it, as in `type = \"audio/mpeg\"`"));
        }
    }
    for url in links(item) {
        if let Some(why) = impossible(&url) {
            let problem = warning(format!("the link to `{url}` cannot be right: {why}"));
            problems.push(at(problem, url.host_str().unwrap_or_default()).hint("mend the address"));
        }
    }
    for id in item.related.iter().chain(&item.replaced_by) {
        if newsroom.get(id).is_none() {
            let problem = warning(format!("there is no item with the id `{id}`"));
            problems
                .push(at(problem, id.as_str()).hint("mend the id; until then nothing is linked"));
        }
    }
    for (kind, spelling) in entry::spellings(item) {
        if Label::new(kind, spelling).is_none() {
            let problem = warning(format!(
                "`{spelling}` has no page: no address can be made of it"
            ));
            problems.push(at(problem, spelling).hint("write it with letters or digits"));
        }
    }
    problems.extend(
        of_dates(linking)
            .into_iter()
            .map(|(problem, key)| at(problem, key)),
    );
    if let Some(summary) = &item.summary {
        let length = summary.chars().count();
        if (PARTNER_SUMMARY_CHARS_MAX + 1..=500).contains(&length) {
            let problem = warning(format!(
                "`summary` has {length} characters; some partners cut it after {PARTNER_SUMMARY_CHARS_MAX}"
            ));
            problems.push(at(problem, "summary").hint("shorten it"));
        }
    }
    problems
}

/// What is said of the dates of an item, each with its key.
fn of_dates(linking: &Linking<'_>) -> Vec<(Problem, &'static str)> {
    let Linking {
        newsroom,
        entry,
        item,
        ..
    } = *linking;
    let now = newsroom.now();
    let warning =
        |message: String| Problem::of_file(Severity::Warning, entry.file.to_string(), message);
    let mut found = Vec::new();
    let date = item.date.instant().to_utc();
    if item
        .updated
        .is_some_and(|updated| is_before(&updated, &item.date, newsroom.site().timezone))
    {
        let problem = warning("`updated` lies before `date` and counts for nothing".to_owned());
        found.push((problem.hint("write when the item last changed"), "updated"));
    }
    let is_public = entry.state(now).has_page();
    let ahead = |at: &Moment| is_public && at.instant().timestamp() > now;
    if let Some(updated) = item.updated.filter(ahead) {
        let zone = newsroom.site().timezone;
        let day = updated.instant().with_timezone(&zone).format("%Y-%m-%d");
        let problem = warning(format!("`updated` lies ahead and counts from {day} on"));
        found.push((problem.hint("write when the item last changed"), "updated"));
    }
    let zone = newsroom.site().timezone;
    let early = item.corrections.iter();
    let mut early = early.filter(|correction| is_before(&correction.at, &item.date, zone));
    if early.next().is_some() {
        let problem = warning("a correction lies before `date` of the item".to_owned());
        found.push((problem.hint("write when it was put right"), "corrections"));
    }
    if item.expires.is_some_and(|expires| expires <= date) {
        let problem = warning("the item expires before its `date`: no feed ever has it".to_owned());
        found.push((
            problem.hint("write when it is to leave the feeds"),
            "expires",
        ));
    }
    found
}

/// Whether a change lies before the date of its item. On the same day a day alone does not.
fn is_before(updated: &Moment, date: &Moment, zone: Tz) -> bool {
    let day_of = |moment: &Moment| match moment {
        Moment::Day { day, .. } => *day,
        Moment::Instant(instant) => instant.with_timezone(&zone).date_naive(),
    };
    match updated {
        Moment::Day { day, .. } => *day < day_of(date),
        Moment::Instant(_) => updated.instant() < date.instant(),
    }
}

/// The web addresses that an item leads to.
fn links(item: &Item) -> Vec<Url> {
    let own = [&item.canonical_url, &item.external_url, &item.license];
    let own = own.into_iter().flatten().cloned();
    let source = item
        .source
        .iter()
        .flat_map(|source| std::iter::once(source.url.clone()).chain(source.feed_url.clone()));
    let authors = item.authors.iter().filter_map(|author| author.url.clone());
    let in_body = content::links(&item.body);
    let in_body = in_body.iter().filter_map(|url| Url::parse(url).ok());
    let mut links: Vec<Url> = own.chain(source).chain(authors).chain(in_body).collect();
    links.sort();
    links.dedup();
    links
}

/// Why a web address cannot lead anywhere for a reader elsewhere.
pub fn impossible(url: &Url) -> Option<&'static str> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    match url.host()? {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let last = name.rsplit('.').next().unwrap_or_default();
            if RESERVED_DOMAINS.contains(&last) {
                Some("the host is on nobody's network but your own")
            } else if !name.contains('.') {
                Some("the host has no domain")
            } else if name.contains("..") || last.len() < 2 {
                Some("there is no such domain")
            } else {
                None
            }
        }
        Host::Ipv4(address) => {
            let is_inner = address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified();
            is_inner.then_some("the address is on nobody's network but your own")
        }
        Host::Ipv6(address) => (address.is_loopback() || address.is_unspecified())
            .then_some("the address is on nobody's network but your own"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_lead_nowhere_are_told_from_those_that_may() {
        for (url, is_wrong) in [
            ("https://www.example.org/a", false),
            ("https://пример.рф/", false),
            ("https://192.0.2.1/", false),
            ("mailto:press@example.org", false),
            ("https://intranet/a", true),
            ("http://localhost:8080/", true),
            ("https://nas.local/", true),
            ("https://https//www.example.org", true),
            ("http://192.168.1.1/", true),
            ("http://[::1]/", true),
            ("https://example.c/", true),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(impossible(&url).is_some(), is_wrong, "{url}");
        }
    }
}
