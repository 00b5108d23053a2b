//! Items that come and go by the clock, and those that are withdrawn while the server runs.

use super::{FEEDS, Publication, item};
use crate::serving::{SITE, check, now_milliseconds, run, tidings, without_date};
use chrono::DateTime;
use std::fs;

/// What lifts on a second is served so soon after it.
const LATE_MILLISECONDS_MAX: i64 = 150;

fn written(second: i64) -> String {
    DateTime::from_timestamp(second, 0).unwrap().to_rfc3339()
}

/// Polls a feed without pause until it pleases. Returns when the last request was sent that did not, and when the first
/// answer came that did, in milliseconds since 1970.
fn turn(publication: &Publication, pleases: impl Fn(&str) -> bool) -> (i64, i64) {
    let mut connection = publication.server.connect();
    let mut last = 0;
    for _ in 0..100_000 {
        let sent = now_milliseconds();
        let answer = connection.ask("/rss.xml", "").unwrap();
        if pleases(&answer.text()) {
            return (last, now_milliseconds());
        }
        last = sent;
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    panic!("it never came: {}", publication.server.said());
}

#[test]
fn embargoes_lift_and_items_expire_on_their_seconds() {
    let publication = Publication::of(&[]);
    let start = now_milliseconds() / 1_000 + 3;
    let secret = |number: i64| format!("Secret {number}.");
    for number in 0..3 {
        let line = match number {
            2 => "expires",
            _ => "embargo_until",
        };
        let text = format!(
            "{}{line} = {}\n",
            item(&secret(number)),
            written(start + number)
        );
        publication.write(&format!("news/s{number}.toml"), &text);
    }
    publication.shows(&[&secret(2)], &[&secret(0), &secret(1)]);
    let mut late = Vec::new();
    for number in 0..3 {
        let (title, is_embargo) = (secret(number), number < 2);
        let (last, first) = turn(&publication, |feed| feed.contains(&title) == is_embargo);
        let due = (start + number) * 1_000;
        assert!(first >= due, "{title} turned {} ms early", due - first);
        late.push(last - due);
    }
    // Where the machine is busy one of three may be held up.
    late.sort_unstable();
    assert!(late[1] <= LATE_MILLISECONDS_MAX, "late by {late:?} ms");
    publication.shows(&[&secret(0), &secret(1)], &[&secret(2)]);
    publication.expect("/news/s2/", &["HTTP/1.1 200 ", "Secret 2."], &[]);
    publication.ends_as_a_fresh_one(&["/news/s0/", "/news/s2/"]);
}

#[test]
fn a_date_that_moves_ahead_hides_nothing_and_a_withheld_item_comes_back() {
    let publication = Publication::of(&[]);
    let date = item("There, too").replace("2026-03-01", "2062-03-01T10:00:00Z");
    publication.write("news/a.toml", &date);
    publication.shows(&["There, too"], &["First"]);
    publication.expect("/news/a/", &["HTTP/1.1 200 "], &[]);
    publication.says("`date` now lies ahead (2062-03-01T10:00:00Z)");
    // Of a new text under an embargo nothing shows, and what readers have stays.
    let embargo = format!("{}embargo_until = 2099-01-01T00:00:00Z\n", item("Sealed"));
    publication.write("news/a.toml", &embargo);
    publication.says("`embargo_until` now lies ahead (2099-01-01T00:00:00Z)");
    publication.shows(&["There, too"], &["Sealed"]);
    publication.expect("/news/a/", &["HTTP/1.1 200 ", "There, too"], &["Sealed"]);
    publication.write("news/a.toml", &item("First"));
    publication.shows(&["First"], &[]);
    publication.write(
        "news/a.toml",
        &format!("{}status = \"withheld\"\n", item("First")),
    );
    publication.shows(&[], &["First"]);
    publication.write("news/a.toml", &item("First"));
    publication.shows(&["First"], &[]);
    publication.ends_as_a_fresh_one(&["/news/a/"]);
}

#[test]
fn a_broken_file_leaves_its_last_good_version_even_after_a_restart() {
    let publication = Publication::of(&[]);
    publication.write("news/a.toml", "title = \"First\nnonsense");
    publication.says("news/a.toml:1:");
    publication.shows(&["First"], &["nonsense"]);
    publication.ends_as_a_fresh_one(&["/news/a/"]);
}

#[test]
fn the_page_of_an_item_whose_file_went_outlives_its_place_in_the_feed() {
    let site = format!("{SITE}[feeds]\nitems = 1\n");
    let second = item("Second").replace("2026-03-01", "2026-03-02");
    let publication = Publication::of(&[("site.toml", &site), ("news/b.toml", &second)]);
    publication.shows(&["Second"], &["First"]);
    fs::remove_file(publication.path("news/b.toml")).unwrap();
    publication.says("the file of the published item `b` is gone");
    let third = item("Third").replace("2026-03-01", "2026-03-03");
    publication.write("news/c.toml", &third);
    publication.shows(&["Third"], &["Second"]);
    publication.expect("/news/b/", &["HTTP/1.1 200 ", "Text of Second."], &[]);
    publication.expect("/news/", &["First", "Second", "Third"], &[]);
    publication.ends_as_a_fresh_one(&["/news/b/", "/news/"]);
}

#[test]
fn a_removed_item_is_gone_with_a_notice_on_the_running_server() {
    let publication = Publication::of(&[("news/b.toml", &item("Second"))]);
    let data = publication.path("");
    let (status, said) = run(tidings()
        .args(["remove", "b", "--note", "Published in error."])
        .arg("--state")
        .arg(publication.folder.path().join("data.state")));
    // The data directory is an argument, too, and `remove` must find the ledger without it.
    assert_eq!(status, 0, "{said}");
    publication.shows(&["First", "Published in error."], &["Text of Second"]);
    publication.expect(
        "/atom.xml",
        &["deleted-entry", "tag:example.org,2022:b\""],
        &[],
    );
    let page = publication.expect("/news/b/", &["HTTP/1.1 410 "], &["Text of Second"]);
    assert!(page.contains("Published in error."), "{page}");
    let (status, said) = run(tidings().args(["remove", "no-such"]).arg(&data));
    assert!(
        status == 1 && said.contains("no item was ever published"),
        "{said}"
    );
    publication.ends_as_a_fresh_one(&[]);
}

#[test]
fn check_runs_beside_the_server_and_changes_nothing() {
    let publication = Publication::of(&[("news/b.toml", "title = \"Bad\"\n")]);
    let before = FEEDS.map(|path| publication.server.get(path));
    let (status, report) = check(&publication.path(""), &[]);
    assert!(
        status == 1 && report.contains("news/b.toml:1:1"),
        "{report}"
    );
    let after = FEEDS.map(|path| publication.server.get(path));
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(without_date(before), without_date(after));
    }
    publication.write("news/b.toml", &item("Good"));
    publication.shows(&["First", "Good"], &[]);
    publication.ends_as_a_fresh_one(&[]);
}
