//! Small stories: what an author does second by second, and what readers then find. Each is told three times, so that
//! a start in the middle of it, with the parsed index and without it, is found to change nothing.

use crate::desk::{Answer, Office, SITE, second};
use crate::digest;
use std::collections::BTreeMap;

/// What an author does.
pub(crate) enum Act {
    Write(&'static str, String),
    Remove(&'static str),
    Rename(&'static str, &'static str),
    Withdraw(&'static str, Option<&'static str>),
}

/// One step of a story.
pub(crate) struct Step {
    at: i64,
    acts: Vec<Act>,
    feeds: Vec<(&'static str, &'static str)>,
    pages: &'static str,
    problems: &'static str,
    has_more_problems: bool,
}

/// A step at a time of the day, or at an instant.
pub(crate) fn at(time: &str) -> Step {
    Step {
        at: second(time),
        acts: Vec::new(),
        feeds: Vec::new(),
        pages: "",
        problems: "",
        has_more_problems: false,
    }
}

impl Step {
    /// A file is saved.
    pub(crate) fn write(mut self, path: &'static str, text: impl Into<String>) -> Self {
        self.acts.push(Act::Write(path, text.into()));
        self
    }

    /// A file or a folder is removed.
    pub(crate) fn remove(mut self, path: &'static str) -> Self {
        self.acts.push(Act::Remove(path));
        self
    }

    /// A file is renamed.
    pub(crate) fn rename(mut self, from: &'static str, to: &'static str) -> Self {
        self.acts.push(Act::Rename(from, to));
        self
    }

    /// `tidings remove` is run.
    pub(crate) fn withdraw(mut self, id: &'static str, note: Option<&'static str>) -> Self {
        self.acts.push(Act::Withdraw(id, note));
        self
    }

    /// What the feed of all news must tell, line by line.
    pub(crate) fn feed(self, expected: &'static str) -> Self {
        self.feed_of("/", expected)
    }

    /// What the feed of a folder must tell, line by line.
    pub(crate) fn feed_of(mut self, folder: &'static str, expected: &'static str) -> Self {
        self.feeds.push((folder, expected));
        self
    }

    /// What paths must answer: `200 /news/a/`, `301 /news/b/ /news/a/`.
    pub(crate) fn pages(mut self, expected: &'static str) -> Self {
        self.pages = expected;
        self
    }

    /// Parts of some of the problems that there must be, one a line.
    pub(crate) fn some_problems(mut self, expected: &'static str) -> Self {
        self.has_more_problems = true;
        self.problems(expected)
    }

    /// Parts of all the problems that there must be, one a line.
    pub(crate) fn problems(mut self, expected: &'static str) -> Self {
        self.problems = expected;
        self
    }
}

/// How a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// Without a stop.
    Through,
    /// With a stop and a start after each step.
    Restarting,
    /// The same, with the parsed index forgotten.
    RestartingCold,
    /// Each step is what a start finds.
    FoundAtStart,
}

/// Tells a story in every way. The first step begins with the files that it writes.
pub(crate) fn tell(steps: &[Step]) {
    tell_of(SITE, steps);
}

/// The same with a `site.toml`.
pub(crate) fn tell_of(site: &str, steps: &[Step]) {
    for telling in [
        Telling::Through,
        Telling::Restarting,
        Telling::RestartingCold,
        Telling::FoundAtStart,
    ] {
        let mut office = Office::open(&[("site.toml", site)], steps[0].at - 60);
        let mut before = BTreeMap::new();
        for (number, step) in steps.iter().enumerate() {
            let place = format!("{telling:?}, step {number}");
            take(&mut office, step, telling);
            compare(&mut office, step, &place);
            let after = feeds(&office);
            versions(&before, &after, &place);
            before = after;
            restart(&mut office, step, telling, &place);
        }
    }
}

fn take(office: &mut Office, step: &Step, telling: Telling) {
    if telling == Telling::FoundAtStart {
        office.stop();
    }
    office.at(step.at);
    for act in &step.acts {
        match act {
            Act::Write(path, text) => office.write(path, text),
            Act::Remove(path) => office.remove(path),
            Act::Rename(from, to) => office.rename(from, to),
            Act::Withdraw(id, note) => office.wish_removal(id, *note),
        }
    }
    match telling {
        Telling::Through => office.step(),
        Telling::Restarting | Telling::RestartingCold => office.rescan(),
        Telling::FoundAtStart => office.start(),
    }
}

fn compare(office: &mut Office, step: &Step, place: &str) {
    for (folder, expected) in &step.feeds {
        let told = digest::of_place(office, folder);
        assert_eq!(told, trimmed(expected), "{place}: {folder}");
    }
    for line in trimmed(step.pages).lines() {
        let mut words = line.splitn(3, ' ');
        let (status, path) = (words.next().unwrap(), words.next().unwrap());
        let target = words.next().map(|target| format!(" {target}"));
        let expected = format!("{status}{}", target.unwrap_or_default());
        assert_eq!(office.status(path), expected, "{place}: {path}");
    }
    let mut problems = office.problems();
    // No story is about texts of the publication that a language lacks.
    problems.retain(|problem| !problem.contains("find texts of the default language"));
    let expected = trimmed(step.problems);
    let expected: Vec<&str> = expected.lines().collect();
    let fits = (problems.len() == expected.len() || step.has_more_problems)
        && expected
            .iter()
            .all(|part| problems.iter().any(|problem| problem.contains(part)));
    assert!(fits, "{place}: {problems:#?}, expected {expected:#?}");
}

fn trimmed(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn feeds(office: &Office) -> BTreeMap<String, Answer> {
    let mut paths = office.paths(&[]);
    paths.retain(|path| path.ends_with(".xml") || path.ends_with(".json"));
    office.answers(&paths)
}

/// Other bytes have another tag and a later date; the same bytes have neither (docs/http.md, “Versions”).
fn versions(before: &BTreeMap<String, Answer>, after: &BTreeMap<String, Answer>, place: &str) {
    for (path, (_, fields, body)) in after {
        let Some((_, old_fields, old_body)) = before.get(path) else {
            continue;
        };
        let date = |fields: &BTreeMap<String, String>| {
            httpdate::parse_http_date(&fields["last-modified"]).unwrap()
        };
        let place = format!("{place}: {path}");
        if body == old_body {
            assert_eq!(fields, old_fields, "{place}");
        } else {
            assert_ne!(fields["etag"], old_fields["etag"], "{place}");
            assert!(date(fields) > date(old_fields), "{place}");
        }
    }
}

fn restart(office: &mut Office, step: &Step, telling: Telling, place: &str) {
    let more: Vec<String> = trimmed(step.pages)
        .lines()
        .filter_map(|line| Some(line.split(' ').nth(1)?.to_owned()))
        .collect();
    let paths = office.paths(&more);
    let (before, problems) = (office.answers(&paths), office.problems());
    match telling {
        Telling::Through | Telling::FoundAtStart => return,
        Telling::Restarting => office.restart(),
        Telling::RestartingCold => office.restart_without("index.sqlite"),
    }
    for (path, answer) in office.answers(&paths) {
        assert_eq!(answer, before[&path], "{place}: after a restart: {path}");
    }
    assert_eq!(office.paths(&more), paths, "{place}: after a restart");
    assert_eq!(office.problems(), problems, "{place}: after a restart");
}
