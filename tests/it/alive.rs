//! What changes while the server runs: the real binary with the real watch over the file system.
//!
//! Each test waits for what it expects within bounds, and at its end compares what is served with what a fresh server
//! makes of a copy of the same directories.

mod crowd;
mod directories;
mod life;
mod settings;
mod signals;
mod slow;

use crate::serving::{SITE, Serving, ask_until, data, field, is_as_a_fresh_one, wait_until, write};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// Whatever else a test publishes, these are there.
const FEEDS: [&str; 6] = [
    "/rss.xml",
    "/atom.xml",
    "/feed.json",
    "/news/rss.xml",
    "/news/atom.xml",
    "/news/feed.json",
];

/// An item file.
fn item(title: &str) -> String {
    format!("title = \"{title}\"\ndate = 2026-03-01\nbody = \"Text of {title}.\"\n")
}

/// A publication that is being served.
struct Publication {
    folder: TempDir,
    server: Serving,
}

impl Publication {
    /// Serves a data directory of these files; a site and `news/a.toml`, the item `First`, come with it.
    fn of(files: &[(&str, &str)]) -> Self {
        Self::with(files, &[])
    }

    fn with(files: &[(&str, &str)], arguments: &[&str]) -> Self {
        let first = item("First");
        let mut all = vec![("site.toml", SITE), ("news/a.toml", first.as_str())];
        all.extend(files);
        Self::over(data(&all), arguments)
    }

    /// Serves the data directory in a folder.
    fn over(folder: TempDir, arguments: &[&str]) -> Self {
        let server = Serving::start(&folder.path().join("data"), arguments);
        Self { folder, server }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join("data").join(file)
    }

    fn write(&self, file: &str, text: &str) {
        write(&self.path(file), text);
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Waits until the answer at a path has some words and lacks others.
    fn expect(&self, path: &str, has: &[&str], lacks: &[&str]) -> String {
        let pleases = |answer: &str| {
            has.iter().all(|words| answer.contains(words))
                && !lacks.iter().any(|words| answer.contains(words))
        };
        let answer = ask_until(&self.server, path, pleases);
        assert!(
            pleases(&answer),
            "{path} has not {has:?} or has {lacks:?}:\n{answer}\n{}",
            self.server.said()
        );
        answer
    }

    /// Waits until all news, and the section's, show these titles and not those, in each format.
    fn shows(&self, has: &[&str], lacks: &[&str]) {
        for path in FEEDS {
            self.expect(path, has, lacks);
        }
    }

    /// Waits until the server has said something.
    fn says(&self, words: &str) {
        let has_said = wait_until(|| self.server.said().contains(words));
        assert!(has_said, "not said: {words}\n{}", self.server.said());
    }

    /// Stops the server, and lets a fresh one serve a copy of what it leaves: its feeds are the same ones.
    fn ends_as_a_fresh_one(self, more: &[&str]) -> String {
        let paths: Vec<&str> = FEEDS.iter().chain(more).copied().collect();
        is_as_a_fresh_one(self.server, self.folder.path(), &paths)
    }
}

#[test]
fn a_file_is_taken_in_however_it_is_saved() {
    let publication = Publication::of(&[]);
    publication.write("news/a.toml", &item("In place"));
    publication.shows(&["In place"], &["First"]);
    publication.write("news/.a.toml.swp", "half of it");
    publication.write("news/.a.toml.new", &item("Renamed over"));
    publication.rename("news/.a.toml.new", "news/a.toml");
    publication.shows(&["Renamed over"], &["In place"]);
    // As vim does: the old file becomes the backup, and a new one is written.
    publication.rename("news/a.toml", "news/a.toml~");
    publication.write("news/a.toml", &item("With a backup"));
    fs::remove_file(publication.path("news/a.toml~")).unwrap();
    fs::remove_file(publication.path("news/.a.toml.swp")).unwrap();
    publication.shows(&["With a backup"], &["Renamed over"]);
    publication.write("news/b.toml~", &item("Backup"));
    publication.write("news/b.toml", &item("Second"));
    publication.shows(&["With a backup", "Second"], &["Backup\""]);
    let said = publication.ends_as_a_fresh_one(&["/news/a/"]);
    let of_ids = |line: &&str| line.contains("does not say its id");
    let others = said.lines().filter(|line| !of_ids(line));
    let said: Vec<&str> = others.filter(|line| !line.contains(" INFO ")).collect();
    assert!(said.is_empty(), "{said:#?}");
}

#[test]
fn a_moved_item_keeps_its_id_and_redirects() {
    let second = item("Second");
    let publication = Publication::of(&[("statements/b.toml", &second)]);
    let before = publication.expect("/statements/rss.xml", &["Second"], &[]);
    assert!(before.contains("tag:example.org,2022:b<"), "{before}");
    publication.rename("statements/b.toml", "news/moved.toml");
    publication.shows(&["First", "Second"], &[]);
    publication.expect("/statements/rss.xml", &["200 OK"], &["Second"]);
    let after = publication.expect("/news/rss.xml", &["tag:example.org,2022:b<"], &[]);
    assert_eq!(after.matches("<item>").count(), 2, "{after}");
    let old = publication.expect("/statements/b/", &["HTTP/1.1 301 "], &[]);
    assert!(field(&old, "location").ends_with("/news/moved/"), "{old}");
    publication.ends_as_a_fresh_one(&["/statements/rss.xml", "/news/moved/"]);
}

#[test]
fn a_removed_file_leaves_its_item_and_one_that_was_withdrawn_leaves_a_notice() {
    let publication = Publication::of(&[("news/b.toml", &item("Second"))]);
    fs::remove_file(publication.path("news/b.toml")).unwrap();
    publication.says("news/b.toml");
    publication.shows(&["First", "Second"], &[]);
    publication.ends_as_a_fresh_one(&["/news/b/"]);
    let site = format!("{SITE}[feeds]\non_missing = \"cancel\"\n");
    let publication = Publication::of(&[("site.toml", &site), ("news/b.toml", &item("Second"))]);
    fs::remove_file(publication.path("news/b.toml")).unwrap();
    publication.shows(&["First"], &["Second"]);
    publication.expect("/news/b/", &["HTTP/1.1 410 "], &["Second"]);
    publication.ends_as_a_fresh_one(&[]);
}

#[test]
fn a_new_folder_comes_with_what_was_put_into_it_at_once() {
    let publication = Publication::of(&[]);
    for number in 0..20 {
        let file = format!("news/2026/{number}/deep/down/n{number}.toml");
        publication.write(&file, &item(&format!("Deep {number}.")));
    }
    let titles: Vec<String> = (0..20).map(|number| format!("Deep {number}.")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    publication.shows(&titles, &[]);
    // A whole new section, moved in.
    let outside = publication.folder.path().join("outside");
    write(&outside.join("2026/c.toml"), &item("Third"));
    fs::rename(&outside, publication.path("statements")).unwrap();
    publication.expect("/statements/rss.xml", &["Third"], &[]);
    publication.expect("/rss.xml", &["Third"], &[]);
    // The watch follows into folders that are new.
    publication.write("statements/2026/d.toml", &item("Fourth"));
    publication.expect("/statements/atom.xml", &["Fourth"], &[]);
    publication.ends_as_a_fresh_one(&["/statements/rss.xml", "/statements/"]);
}
