//! Scheduled, embargoed, corrected, expired; held back and let go again.

use super::item;
use crate::desk::{Office, SITE, second};
use crate::story::{at, tell};

#[test]
fn what_is_scheduled_comes_in_its_second() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", "2096-11-24T13:00:00Z", ""))
            .feed("updated 2022-01-01")
            .pages("404 /news/a/"),
        at("12:59:59")
            .feed("updated 2022-01-01")
            .pages("404 /news/a/"),
        at("13:00:00")
            .feed("a [A] 13:00:00\nupdated 13:00:00")
            .feed_of("/news/", "a [A] 13:00:00\nupdated 13:00:00")
            .pages("200 /news/a/\n301 /news/a /news/a/"),
    ]);
}

#[test]
fn what_was_under_embargo_is_dated_by_its_release() {
    let embargo = "embargo_until = 2096-11-24T15:00:00+02:00\n";
    tell(&[
        at("12:00:00")
            .write("news/b.toml", item("B", "2096-11-24T12:00:00Z", ""))
            .write("news/a.toml", item("A", "2096-11-23T10:00:00Z", embargo))
            .feed("b [B] 12:00:00\nupdated 12:00:00")
            .pages("404 /news/a/"),
        at("13:00:00")
            .feed("a [A] 13:00:00\nb [B] 12:00:00\nupdated 13:00:00")
            .pages("200 /news/a/"),
        at("14:00:00")
            .write("news/a.toml", item("A", "2096-11-23T10:00:00Z", ""))
            .feed("a [A] 13:00:00\nb [B] 12:00:00\nupdated 13:00:00")
            .problems("news/a.toml: warning: the date was moved after the item was published; feeds keep 2096-11-24T13:00:00Z"),
    ]);
}

#[test]
fn a_correction_moves_updated_alone_and_a_typo_moves_nothing() {
    let date = "2096-11-24T10:00:00Z";
    let corrected =
        "corrections = [{ at = 2096-11-24T12:30:00Z, note = \"The number was wrong.\" }]\n";
    let minor =
        "corrections = [{ at = 2096-11-24T12:40:00Z, note = \"A comma.\", minor = true }]\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", date, ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write("news/a.toml", item("Aa", date, ""))
            .feed("a [Aa] 10:00:00\nupdated 12:10:00"),
        at("12:31:00")
            .write("news/a.toml", item("A", date, corrected))
            .feed("a [A] 10:00:00, 12:30:00\nupdated 12:30:00"),
        at("12:41:00")
            .write("news/a.toml", item("A", date, minor))
            .feed("a [A] 10:00:00\nupdated 12:41:00"),
        at("13:00:00")
            .write(
                "news/a.toml",
                item("A", date, "updated = 2096-11-24T14:00:00Z\n"),
            )
            .feed("a [A] 10:00:00\nupdated 13:00:00"),
        at("14:00:00").feed("a [A] 10:00:00, 14:00:00\nupdated 14:00:00"),
    ]);
}

#[test]
fn a_correction_brings_an_old_item_back_for_thirty_days() {
    let section = "[feeds]\nitems = 1\n";
    let corrected =
        "corrections = [{ at = 2096-11-24T12:30:00Z, note = \"The number was wrong.\" }]\n";
    tell(&[
        at("12:00:00")
            .write("news/section.toml", section)
            .write("news/old.toml", item("Old", "2096-01-01T00:00:00Z", ""))
            .write("news/new.toml", item("New", "2096-11-01T00:00:00Z", ""))
            .feed_of("/news/", "new [New] 2096-11-01\nupdated 2096-11-01"),
        at("12:30:00")
            .write(
                "news/old.toml",
                item("Old", "2096-01-01T00:00:00Z", corrected),
            )
            .feed_of(
                "/news/",
                "new [New] 2096-11-01\nold [Old] 2096-01-01, 12:30:00\nupdated 12:30:00",
            ),
        at("2096-12-24T12:29:59Z").feed_of(
            "/news/",
            "new [New] 2096-11-01\nold [Old] 2096-01-01, 12:30:00\nupdated 12:30:00",
        ),
        at("2096-12-24T12:30:00Z")
            .feed_of(
                "/news/",
                "new [New] 2096-11-01\nupdated 2096-12-24T12:30:00Z",
            )
            .pages("200 /news/old/"),
    ]);
}

#[test]
fn what_is_withheld_comes_back_as_it_was() {
    let date = "2096-11-24T10:00:00Z";
    let withheld = "status = \"withheld\"\nstatus_note = \"Under review.\"\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", date, ""))
            .write("news/b.toml", item("B", "2096-11-24T11:00:00Z", ""))
            .feed("b [B] 11:00:00\na [A] 10:00:00\nupdated 11:00:00"),
        at("12:10:00")
            .write("news/a.toml", item("A", date, withheld))
            .feed("b [B] 11:00:00\nupdated 12:10:00")
            .pages("404 /news/a/\n200 /news/b/"),
        at("12:20:00")
            .write("news/a.toml", item("A", date, ""))
            .feed("b [B] 11:00:00\na [A] 10:00:00\nupdated 12:20:00")
            .pages("200 /news/a/"),
    ]);
}

#[test]
fn what_expires_leaves_the_feeds_and_keeps_its_page() {
    let expires = "expires = 2096-11-24T13:00:00Z\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", "2096-11-24T10:00:00Z", expires))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("13:00:00")
            .feed("updated 13:00:00")
            .pages("200 /news/a/"),
        at("13:10:00")
            .write("news/a.toml", item("A", "2096-11-24T10:00:00Z", ""))
            .feed("a [A] 10:00:00\nupdated 13:10:00"),
    ]);
}

#[test]
fn an_advisory_has_a_page_alone() {
    let advisory = "genre = \"advisory\"\n";
    let canceled = "genre = \"advisory\"\nstatus = \"canceled\"\nstatus_note = \"Off.\"\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", "2096-11-24T10:00:00Z", advisory))
            .feed("updated 2022-01-01")
            .pages("200 /news/a/"),
        at("12:10:00")
            .write("news/a.toml", item("A", "2096-11-24T10:00:00Z", canceled))
            .feed("updated 2022-01-01")
            .pages("410 /news/a/"),
    ]);
}

#[test]
fn a_moved_date_moves_nothing_on_the_wire() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", "2096-11-24T10:00:00Z", ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write("news/a.toml", item("A", "2096-11-24T11:00:00Z", ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00")
            .problems("news/a.toml: warning: the date was moved after the item was published; feeds keep 2096-11-24T10:00:00Z"),
        at("12:20:00")
            .write("news/a.toml", item("A", "2096-11-24T10:00:00Z", ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
    ]);
}

#[test]
fn the_media_of_what_is_not_yet_seen_are_not_there() {
    let image = "images = [{ src = \"photo.png\", alt = \"\" }]\n";
    tell(&[
        at("12:00:00")
            .write("media/photo.png", "a picture")
            .pages("200 /media/photo.png"),
        at("12:10:00")
            .write("news/a.toml", item("A", "2096-11-24T13:00:00Z", image))
            .pages("404 /media/photo.png"),
        at("13:00:00")
            .feed("a [A] 13:00:00\nupdated 13:00:00")
            .pages("200 /media/photo.png"),
    ]);
}

#[test]
fn a_word_about_a_moved_date_goes_with_what_it_tells_of() {
    let moved = |date: &str| item("A", date, "");
    let files = [
        ("site.toml", SITE),
        ("news/a.toml", &*moved("2096-11-24T10:00:00Z")),
        // What is refused makes the desk look at all of it after the clock was set back.
        ("news/b.toml", &item("B", "2096-11-20", "")),
        ("events/b.toml", &item("C", "2096-11-20", "")),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    office.write("news/a.toml", &moved("2096-11-24T09:00:00Z"));
    office.at(second("12:10:00"));
    office.step();
    let tells = |office: &mut Office| {
        let problems = office.problems();
        problems
            .iter()
            .any(|said| said.contains("the date was moved"))
    };
    assert!(tells(&mut office));
    office.at(second("2096-11-23"));
    office.step();
    assert_eq!(office.status("/news/a/"), "404");
    assert!(!tells(&mut office));
    office.at(second("12:20:00"));
    office.step();
    assert!(tells(&mut office));
    office.wish_removal("a", None);
    office.at(second("12:30:00"));
    office.step();
    assert_eq!(office.status("/news/a/"), "410");
    assert!(!tells(&mut office));
}
