//! Files that are gone or broken: an accident takes nothing off the wire, and a withdrawal wins over everything.

use super::item;
use crate::desk::{Office, SITE, second};
use crate::story::{Step, at, tell, tell_of};

const TEN: &str = "2096-11-24T10:00:00Z";
const FEED: &str = "a [A] 10:00:00\nupdated 10:00:00";
const GONE: &str = "news/a.toml: warning: the file of the published item `a` is gone; its last good version stays published";

fn first() -> Step {
    at("12:00:00")
        .write("news/a.toml", item("A", TEN, ""))
        .feed(FEED)
}

#[test]
fn a_file_that_goes_takes_nothing_along() {
    tell(&[
        first(),
        at("12:10:00")
            .remove("news/a.toml")
            .feed(FEED)
            .pages("200 /news/a/")
            .problems(GONE),
        at("12:20:00")
            .write("news/b.toml", item("B", "2096-11-24T12:20:00Z", ""))
            .feed("b [B] 12:20:00\na [A] 10:00:00\nupdated 12:20:00")
            .problems(GONE),
        at("12:30:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("b [B] 12:20:00\na [A] 10:00:00\nupdated 12:20:00"),
    ]);
}

#[test]
fn a_folder_that_goes_keeps_its_feeds() {
    tell(&[
        first().write("news/section.toml", "title = \"Late news\"\n"),
        at("12:10:00")
            .remove("news")
            .feed(FEED)
            .feed_of("/news/", FEED)
            .pages("200 /news/a/\n200 /news/")
            .problems(GONE),
        at("12:20:00")
            .write("news/section.toml", "title = \"Late news\"\n")
            .write("news/a.toml", item("A", TEN, ""))
            .feed(FEED)
            .feed_of("/news/", FEED),
    ]);
}

#[test]
fn a_publication_may_take_a_file_that_goes_for_a_kill() {
    let site = format!("{SITE}[feeds]\non_missing = \"cancel\"\n");
    let notice = "† a 10:00:00, 12:10:02: This item has been withdrawn.\nupdated 12:10:02";
    tell_of(
        &site,
        &[
            first(),
            at("12:10:00")
                .remove("news/a.toml")
                .feed(notice)
                .feed_of("/news/", notice)
                .pages("410 /news/a/"),
            at("12:20:00")
                .write("news/a.toml", item("A", TEN, ""))
                .feed(notice)
                .pages("410 /news/a/")
                .problems("news/a.toml: error: the item `a` was withdrawn for good and stays so"),
        ],
    );
    tell_of(
        &site,
        &[
            first(),
            at("12:10:00")
                .remove("news")
                .feed(notice)
                .feed_of("/news/", notice)
                .pages("410 /news/a/"),
        ],
    );
}

#[test]
fn a_broken_file_leaves_its_last_good_version() {
    let broken = "title = \ndate = 2096-11-24T10:00:00Z\n";
    tell(&[
        first(),
        at("12:10:00")
            .write("news/a.toml", broken)
            .feed(FEED)
            .pages("200 /news/a/")
            .problems("news/a.toml:1:\nits last good version stays published"),
        at("12:20:00")
            .write("news/a.toml", item("Aa", TEN, ""))
            .feed("a [Aa] 10:00:00\nupdated 12:20:00"),
    ]);
}

#[test]
fn of_what_no_feed_shows_no_copy_is_kept() {
    let one = "[feeds]\nitems = 1\n";
    tell_of(
        &format!("{SITE}{one}"),
        &[
            at("12:00:00")
                .write("news/a.toml", item("A", TEN, ""))
                .write("news/old.toml", item("Old", "2096-01-01T00:00:00Z", ""))
                .feed(FEED)
                .pages("200 /news/old/"),
            at("12:10:00")
                .write("news/old.toml", "title = \n")
                .pages("404 /news/old/")
                .problems("news/old.toml:1:\nof older items no copy is kept"),
            at("12:20:00")
                .write("news/old.toml", item("Old", "2096-01-01T00:00:00Z", ""))
                .feed("a [A] 10:00:00\nupdated 12:10:00")
                .pages("200 /news/old/"),
        ],
    );
}

#[test]
fn what_a_broken_file_says_of_a_withdrawal_counts() {
    let cases = [
        ("status = \"withheld\"", "updated 12:10:00", "404 /news/a/"),
        ("status = \"draft\"", "updated 12:10:00", "404 /news/a/"),
        ("draft = true", "updated 12:10:00", "404 /news/a/"),
        ("Status = \"canceled\"", "updated 12:10:00", "404 /news/a/"),
        ("status: canceled", "updated 12:10:00", "404 /news/a/"),
        ("status \"withheld\"", "updated 12:10:00", "404 /news/a/"),
        ("withdrawn = true", "updated 12:10:00", "404 /news/a/"),
        (
            "body = \"\"\"To withdraw write\nstatus = \"canceled\"\n\"\"\"",
            "updated 12:10:00",
            "404 /news/a/",
        ),
        (
            "status = \"cancelled\"\nstatus_note = \"Wrong.\"",
            "† a 10:00:00, 12:10:00: Wrong.\nupdated 12:10:00",
            "410 /news/a/",
        ),
        (
            "embargo_until = \"tomorrow\"",
            "updated 12:10:00",
            "404 /news/a/",
        ),
        // An embargo that is understood takes nothing back that is published.
        ("embargo_until = 2096-11-24T14:00:00Z", FEED, "200 /news/a/"),
        (
            "status = \"canceled\"\nstatus_note = \"Wrong.\"",
            "† a 10:00:00, 12:10:00: Wrong.\nupdated 12:10:00",
            "410 /news/a/",
        ),
        (
            "status = \"canceled\"\nstatus_note = \"Wrong.\"\nstatus_at = 2096-11-24T11:00:00Z",
            "† a 10:00:00, 11:00:00: Wrong.\nupdated 12:10:00",
            "410 /news/a/",
        ),
        ("status = \"usable\"", FEED, "200 /news/a/"),
        ("embargo_until = 2096-11-24T09:00:00Z", FEED, "200 /news/a/"),
    ];
    for (said, feed, pages) in cases {
        tell(&[
            first(),
            at("12:10:00")
                .write("news/a.toml", format!("title = \n{said}\n"))
                .feed(feed)
                .pages(pages)
                .some_problems("news/a.toml:\nnews/a.toml: warning: the file is broken"),
        ]);
    }
}

#[test]
fn what_was_canceled_and_whose_file_breaks_stays_so() {
    let notice = "† a 10:00:00, 11:00:00: Wrong.\nupdated 12:10:00";
    let canceled =
        "status = \"canceled\"\nstatus_note = \"Wrong.\"\nstatus_at = 2096-11-24T11:00:00Z\n";
    tell(&[
        first(),
        at("12:10:00")
            .write("news/a.toml", item("A", TEN, canceled))
            .feed(notice),
        at("12:20:00")
            .write("news/a.toml", "title = \n")
            .feed(notice)
            .pages("410 /news/a/")
            .problems("news/a.toml:1:\nthe file is broken"),
        at("12:30:00")
            .write("news/a.toml", "title = \nstatus = \"usable\"\n")
            .feed(notice)
            .pages("410 /news/a/")
            .problems("news/a.toml:1:\nthe file is broken"),
    ]);
}

#[test]
fn what_was_withheld_and_whose_file_goes_or_breaks_stays_away() {
    let withheld = item("A", TEN, "status = \"withheld\"\nstatus_note = \"n\"\n");
    tell(&[
        first(),
        at("12:10:00")
            .write("news/a.toml", withheld.clone())
            .feed("updated 12:10:00"),
        at("12:20:00")
            .write("news/a.toml", "title = \n")
            .feed("updated 12:10:00")
            .pages("404 /news/a/")
            .problems("news/a.toml:1:\nthe file is broken"),
        at("12:30:00")
            .write("news/a.toml", withheld)
            .feed("updated 12:10:00"),
        at("12:40:00")
            .remove("news/a.toml")
            .feed("updated 12:10:00")
            .pages("404 /news/a/")
            .problems("news/a.toml: warning: the file of the published item `a` is gone; it is published no longer"),
    ]);
}

#[test]
fn an_item_kept_without_a_file_follows_the_clock() {
    let expires = "expires = 2096-11-24T13:00:00Z\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, expires))
            .feed(FEED),
        at("12:10:00")
            .remove("news/a.toml")
            .feed(FEED)
            .problems(GONE),
        at("13:00:00")
            .feed("updated 13:00:00")
            .pages("200 /news/a/")
            .problems(GONE),
    ]);
}

#[test]
fn an_item_kept_without_a_file_has_its_page_when_no_feed_shows_it() {
    let feed = "b [B] 12:20:00\nupdated 12:20:00";
    tell_of(
        &format!("{SITE}[feeds]\nitems = 1\n"),
        &[
            first(),
            at("12:10:00")
                .remove("news/a.toml")
                .feed(FEED)
                .problems(GONE),
            at("12:20:00")
                .write("news/b.toml", item("B", "2096-11-24T12:20:00Z", ""))
                .feed(feed)
                .pages("200 /news/a/\n200 /news/b/\n200 /news/\n200 /")
                .problems(GONE),
            at("12:30:00")
                .feed(feed)
                .pages("200 /news/a/\n200 /")
                .problems(GONE),
        ],
    );
}

#[test]
fn what_a_broken_file_held_back_stays_away_until_a_whole_one_says_otherwise() {
    let broken = "title = \nstatus = \"withheld\"\n";
    let held = || {
        at("12:10:00")
            .write("news/a.toml", broken)
            .feed("updated 12:10:00")
            .problems("news/a.toml:1:\nkeeps the item back")
    };
    tell(&[
        first(),
        held(),
        at("12:20:00")
            .remove("news/a.toml")
            .feed("updated 12:10:00")
            .pages("404 /news/a/")
            .problems("it is published no longer"),
    ]);
    tell(&[
        first(),
        held(),
        at("12:20:00")
            .write("news/a.toml", "title = \n")
            .feed("updated 12:10:00")
            .pages("404 /news/a/")
            .problems("news/a.toml:1:\nthe file is broken"),
        at("12:30:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("a [A] 10:00:00\nupdated 12:30:00"),
    ]);
}

#[test]
fn a_renamed_file_that_breaks_keeps_its_new_page() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, "id = \"a\"\n"))
            .feed(FEED),
        at("12:10:00")
            .rename("news/a.toml", "news/b.toml")
            .feed("a [A] 10:00:00\nupdated 12:10:00")
            .pages("301 /news/a/ /news/b/\n200 /news/b/"),
        at("12:20:00")
            .write("news/b.toml", "title = \n")
            .feed("a [A] 10:00:00\nupdated 12:10:00")
            .pages("301 /news/a/ /news/b/\n200 /news/b/")
            .problems("news/b.toml:1:\nits last good version stays published"),
    ]);
}

#[test]
fn a_clock_set_back_makes_no_file_wait_for_longer() {
    let site = format!("{SITE}[feeds]\non_missing = \"cancel\"\n");
    let files = [
        ("site.toml", &*site),
        ("news/a.toml", &item("A", "2096-11-20", "")),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    office.at(second("12:10:00"));
    office.remove("news/a.toml");
    office.publisher().step().unwrap();
    assert_eq!(office.status("/news/a/"), "200");
    office.at(second("11:00:00"));
    office.publisher().step().unwrap();
    assert_eq!(office.status("/news/a/"), "200");
    office.at(second("11:00:02"));
    office.publisher().step().unwrap();
    assert_eq!(office.status("/news/a/"), "410");
}

#[test]
fn of_two_items_that_one_file_held_both_are_missed() {
    let one = "[feeds]\nitems = 1\n";
    let gone = "the file of the published item `b` is gone; it is published no longer";
    let both = "the file of the published item `b` is gone; it is published no longer\n\
                the file of the published item `x` is gone; its last good version stays published";
    tell_of(
        &format!("{SITE}{one}"),
        &[
            first().write("news/b.toml", item("B", "2096-01-01T00:00:00Z", "")),
            at("12:10:00").remove("news/b.toml").problems(gone),
            at("12:15:00")
                .write(
                    "news/x.toml",
                    item("X", "2096-11-24T12:15:00Z", "id = \"x\"\n"),
                )
                .problems(gone),
            at("12:20:00")
                .rename("news/x.toml", "news/b.toml")
                .feed("x [X] 12:15:00\nupdated 12:20:00")
                .problems(gone),
            at("12:30:00").remove("news/b.toml").problems(both),
            at("12:40:00")
                .write("news/c.toml", item("C", "2096-11-24T09:00:00Z", ""))
                .problems(both),
        ],
    );
}

#[test]
fn an_item_that_a_refused_file_held_is_missed_when_that_breaks() {
    let one = "[feeds]\nitems = 1\n";
    let gone = "the file of the published item `b` is gone; it is published no longer\n\
                news/deep/a.toml:";
    let old = item("B", "2096-01-01T00:00:00Z", "id = \"b\"\n");
    tell_of(
        &format!("{SITE}{one}"),
        &[
            first().write("news/b.toml", old),
            at("12:10:00")
                .rename("news/b.toml", "news/deep/a.toml")
                .some_problems("belongs to `news/a.toml`"),
            at("12:20:00")
                .write("news/deep/a.toml", "title = \n")
                .some_problems(gone),
        ],
    );
}

/// Six files go, four come back, and the program is restarted: the two still wait for somebody who confirms.
#[test]
fn what_waits_for_a_confirmation_does_so_after_a_restart() {
    let site = format!("{SITE}[feeds]\non_missing = \"cancel\"\n");
    let names: Vec<String> = (0..6)
        .map(|number| format!("news/n{number}.toml"))
        .collect();
    let texts: Vec<String> = (0..6)
        .map(|number| item(&format!("N{number}"), TEN, ""))
        .collect();
    let mut files = vec![("site.toml", &*site)];
    files.extend(
        names
            .iter()
            .map(|name| &**name)
            .zip(texts.iter().map(|text| &**text)),
    );
    let mut office = Office::open(&files, second("12:00:00"));
    office.at(second("12:10:00"));
    names.iter().for_each(|name| office.remove(name));
    office.step();
    assert!(
        office
            .problems()
            .join("\n")
            .contains("the files of 6 published items are gone")
    );
    office.at(second("12:20:00"));
    for (name, text) in names.iter().zip(&texts).skip(2) {
        office.write(name, text);
    }
    office.step();
    for time in ["12:30:00", "12:40:00"] {
        office.at(second(time));
        office.restart();
        assert_eq!(office.status("/news/n0/"), "200");
        assert_eq!(office.status("/news/n5/"), "200");
        let problems = office.problems().join("\n");
        assert!(
            problems.contains("the files of 2 published items are gone"),
            "{problems}"
        );
    }
    office.at(second("12:50:00"));
    office.write(&names[0], &texts[0]);
    office.write(&names[1], &texts[1]);
    office.step();
    // Now a handful is a handful again, after a restart as before it.
    office.at(second("13:00:00"));
    office.restart();
    office.at(second("13:10:00"));
    office.remove(&names[0]);
    office.step();
    assert_eq!(office.status("/news/n0/"), "410");
}
