//! A data directory that is switched, replaced or checked out, and one that no event tells of.

use super::{Publication, item};
use crate::serving::{SITE, copy_tree, run, wait_until, write};
use nix::sys::signal::Signal;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How many files are checked out at once.
const FILES: usize = 300;

fn git(folder: &Path, arguments: &[&str]) {
    let (status, said) = run(Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .args([
            "-c",
            "user.name=Editor",
            "-c",
            "user.email=editor@example.org",
        ])
        .args(["-c", "gc.auto=0", "-c", "commit.gpgsign=false"])
        .args(arguments));
    assert_eq!(status, 0, "git {arguments:?}: {said}");
}

fn write_all(data: &Path, word: &str) {
    for number in 0..FILES {
        let text = item(&format!("{word} {number}"));
        write(&data.join(format!("news/2026/n{number}.toml")), &text);
    }
}

#[test]
fn a_checkout_of_many_files_is_published_whole() {
    let folder = crate::serving::data(&[("site.toml", SITE)]);
    let data = folder.path().join("data");
    git(&data, &["init", "-q", "-b", "old"]);
    write_all(&data, "Old");
    git(&data, &["add", "."]);
    git(&data, &["commit", "-q", "-m", "old"]);
    git(&data, &["checkout", "-q", "-b", "new"]);
    write_all(&data, "New");
    fs::remove_file(data.join("news/2026/n0.toml")).unwrap();
    write(&data.join("news/2026/more.toml"), &item("More"));
    git(&data, &["add", "-A"]);
    git(&data, &["commit", "-q", "-m", "new"]);
    git(&data, &["checkout", "-q", "old"]);
    let publication = Publication::over(folder, &[]);
    for (branch, word, other) in [("new", ">New ", ">Old "), ("old", ">Old ", ">New ")] {
        git(&data, &["checkout", "-q", branch]);
        publication.expect("/news/rss.xml", &[word], &[other]);
        for number in 1..FILES {
            let title = &format!("{word}{number}<");
            publication.expect(&format!("/news/n{number}/"), &[title], &[]);
        }
    }
    publication.ends_as_a_fresh_one(&["/news/", "/news/n7/"]);
}

#[test]
fn a_link_to_the_data_directory_may_be_switched() {
    let folder = tempfile::tempdir().unwrap();
    for (version, title) in [("v1", "First"), ("v2", "Second"), ("v3", "Third")] {
        write(&folder.path().join(version).join("site.toml"), SITE);
        write(
            &folder.path().join(version).join("news/a.toml"),
            &item(title),
        );
    }
    symlink("v1", folder.path().join("data")).unwrap();
    let publication = Publication::over(folder, &[]);
    for (version, title, before) in [("v2", "Second", "First"), ("v3", "Third", "Second")] {
        let link = publication.folder.path().join("link");
        symlink(version, &link).unwrap();
        fs::rename(&link, publication.folder.path().join("data")).unwrap();
        publication.shows(&[title], &[before]);
    }
    // What is saved where the link leads now is seen, too.
    publication.write("news/a.toml", &item("Fourth"));
    publication.shows(&["Fourth"], &["Third"]);
    publication.ends_as_a_fresh_one(&["/news/a/"]);
}

#[test]
fn a_mount_whose_hidden_link_is_switched_shows_the_new_files() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let fill = |version: &str, title: &str| {
        write(&data.join(version).join("site.toml"), SITE);
        write(&data.join(version).join("news/a.toml"), &item(title));
    };
    fill("..2026_1", "First");
    symlink("..2026_1", data.join("..data")).unwrap();
    symlink("..data/site.toml", data.join("site.toml")).unwrap();
    fs::create_dir(data.join("news")).unwrap();
    symlink("../..data/news/a.toml", data.join("news/a.toml")).unwrap();
    symlink("..data/news", data.join("statements")).unwrap();
    let publication = Publication::over(folder, &[]);
    for (version, title, before) in [("2", "Second", "First"), ("3", "Third", "Second")] {
        let name = format!("..2026_{version}");
        fill(&name, title);
        symlink(&name, data.join("..data_tmp")).unwrap();
        let old = fs::read_link(data.join("..data")).unwrap();
        fs::rename(data.join("..data_tmp"), data.join("..data")).unwrap();
        fs::remove_dir_all(data.join(old)).unwrap();
        publication.shows(&[title], &[before]);
    }
    publication.ends_as_a_fresh_one(&[]);
}

#[test]
fn a_link_to_a_file_that_is_no_item_by_its_name_shows_its_changes() {
    let publication = Publication::of(&[("news/_draft.toml", &item("Second"))]);
    symlink("_draft.toml", publication.path("news/b.toml")).unwrap();
    publication.shows(&["Second"], &[]);
    publication.write("news/_draft.toml", &item("Third"));
    publication.shows(&["Third"], &["Second"]);
}

#[test]
fn another_directory_may_take_the_place_of_the_old_one() {
    let publication = Publication::of(&[]);
    let folder = publication.folder.path().to_owned();
    for (round, title) in [("1", "Second"), ("2", "Third")] {
        copy_tree(&folder.join("data"), &folder.join("new"));
        write(&folder.join("new/news/a.toml"), &item(title));
        fs::rename(
            folder.join("data"),
            folder.join("old").with_extension(round),
        )
        .unwrap();
        fs::rename(folder.join("new"), folder.join("data")).unwrap();
        publication.shows(&[title], &["First"]);
    }
    publication.write("news/b.toml", &item("Fourth"));
    publication.shows(&["Third", "Fourth"], &[]);
    // While there is none, what was published stays.
    fs::rename(folder.join("data"), folder.join("away")).unwrap();
    publication.server.signal(Signal::SIGHUP);
    publication.shows(&["Third", "Fourth"], &[]);
    fs::rename(folder.join("away"), folder.join("data")).unwrap();
    publication.write("news/b.toml", &item("Fifth"));
    publication.shows(&["Third", "Fifth"], &["Fourth"]);
    // What is saved in it meanwhile is seen when it is back, and nothing is taken for gone.
    fs::rename(folder.join("data"), folder.join("away")).unwrap();
    write(&folder.join("away/news/b.toml"), &item("Sixth"));
    write(&folder.join("away/news/2026/c.toml"), &item("Seventh"));
    publication.says("there is no folder `");
    fs::rename(folder.join("away"), folder.join("data")).unwrap();
    publication.shows(&["Third", "Sixth", "Seventh"], &["Fifth"]);
    publication.write("news/2026/c.toml", &item("Eighth"));
    publication.shows(&["Third", "Sixth", "Eighth"], &["Seventh"]);
    publication.ends_as_a_fresh_one(&[]);
}

#[test]
fn without_events_every_file_is_looked_at_as_often_as_it_is_asked_for() {
    let publication = Publication::with(&[], &["--poll", "1"]);
    publication.write("news/a.toml", &item("Second"));
    publication.shows(&["Second"], &["First"]);
    publication.write("news/2026/b.toml", &item("Third"));
    publication.shows(&["Second", "Third"], &[]);
    publication.ends_as_a_fresh_one(&[]);
}

#[test]
fn a_hang_up_makes_it_look_everywhere() {
    let publication = Publication::with(&[], &["--poll", "86400"]);
    publication.write("news/b.toml", &item("Second"));
    publication.write("statements/c.toml", &item("Third"));
    assert!(!publication.server.get("/rss.xml").contains("Second"));
    publication.server.signal(Signal::SIGHUP);
    publication.shows(&["First", "Second"], &[]);
    publication.expect("/statements/rss.xml", &["Third"], &[]);
    publication.ends_as_a_fresh_one(&["/statements/rss.xml"]);
}

#[test]
fn what_is_saved_often_is_shown_at_last() {
    let publication = Publication::of(&[]);
    for number in 0..100 {
        publication.write("news/a.toml", &item(&format!("Number {number}.")));
        assert!(wait_until(|| publication.path("news/a.toml").exists()));
    }
    publication.shows(&["Number 99."], &["First"]);
    publication.ends_as_a_fresh_one(&["/news/a/"]);
}

/// So many folders take a second to watch.
const FOLDERS: usize = 20_000;

#[test]
fn a_watch_that_begins_late_takes_the_place_of_no_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    for version in ["v1", "v2", "v3"] {
        let version = folder.path().join(version);
        write(&version.join("site.toml"), SITE);
        write(&version.join("news/a.toml"), &item("First"));
    }
    for number in 0..FOLDERS {
        let below = format!("v2/media/{}/{number}", number / 100);
        fs::create_dir_all(folder.path().join(below)).unwrap();
    }
    symlink("v1", folder.path().join("data")).unwrap();
    let publication = Publication::over(folder, &[]);
    let switch = |version: &str| {
        let link = publication.folder.path().join("link");
        symlink(version, &link).unwrap();
        fs::rename(&link, publication.folder.path().join("data")).unwrap();
    };
    switch("v2");
    // By then the watch over the many folders has begun to begin.
    std::thread::sleep(Duration::from_millis(150));
    switch("v3");
    publication.write("news/a.toml", &item("Second"));
    publication.shows(&["Second"], &["First"]);
    std::thread::sleep(Duration::from_secs(4));
    publication.write("news/a.toml", &item("Third"));
    publication.shows(&["Third"], &["Second"]);
    publication.ends_as_a_fresh_one(&["/news/a/"]);
}
