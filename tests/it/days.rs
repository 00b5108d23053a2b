//! Dates that are a day alone, and the date of the feed itself: what readers that compare dates rely on.

use crate::desk::{Office, second};

const VIENNA: &str = "title = \"N\"\nbase_url = \"https://press.example.org\"\nid_authority = \"example.org\"\n\
                      id_authority_date = \"2026\"\ntimezone = \"Europe/Vienna\"\n";

fn item(title: &str, date: &str, more: &str) -> String {
    format!("title = \"{title}\"\ndate = {date}\nbody = \"Text.\"\n{more}")
}

/// The text of the first element of a name after a mark in a document.
fn element(document: &str, after: &str, name: &str) -> String {
    let rest = &document[document
        .find(after)
        .unwrap_or_else(|| panic!("{after} in {document}"))..];
    let open = format!("<{name}>");
    let rest = &rest[rest.find(&open).unwrap() + open.len()..];
    rest[..rest.find('<').unwrap()].replace("+00:00", "Z")
}

fn body(office: &Office, path: &str) -> String {
    office.get(path).2
}

#[test]
fn a_day_alone_that_is_published_on_its_day_goes_out_with_the_moment_of_its_publication() {
    let mut office = Office::open(&[("site.toml", VIENNA)], second("2096-11-24T09:00:00Z"));
    office.at(second("2096-11-24T21:41:00Z"));
    office.write("news/a.toml", &item("A", "2096-11-24", ""));
    office.step();
    let rss = body(&office, "/rss.xml");
    assert_eq!(
        element(&rss, "<item>", "pubDate"),
        "Sat, 24 Nov 2096 22:41:00 +0100"
    );
    let atom = body(&office, "/atom.xml");
    assert_eq!(
        element(&atom, "<entry>", "published"),
        "2096-11-24T21:41:00Z"
    );
    assert!(body(&office, "/news/a/").contains("datetime=\"2096-11-24\""));
    // It stays so: over a restart, and when the day is over.
    office.at(second("2096-11-26T12:00:00Z"));
    office.restart();
    assert_eq!(body(&office, "/rss.xml"), rss);
}

#[test]
fn a_day_alone_is_that_day_in_the_text_of_the_feed_also_east_and_west() {
    let files = [
        ("site.toml", VIENNA),
        ("news/a.toml", &item("A", "2096-09-02", "")),
    ];
    let office = Office::open(&files, second("2096-11-24T09:00:00Z"));
    let date = element(&body(&office, "/rss.xml"), "<item>", "pubDate");
    assert!(date.starts_with("Sun, 02 Sep 2096 12:"), "{date}");
    assert!(date.ends_with(" +0200"), "{date}");
    let published = element(&body(&office, "/atom.xml"), "<entry>", "published");
    assert!(published.starts_with("2096-09-02T10:"), "{published}");
}

#[test]
fn what_is_dated_with_a_day_to_come_appears_when_that_begins() {
    let files = [
        ("site.toml", VIENNA),
        ("news/a.toml", &item("A", "2096-11-25", "")),
    ];
    let mut office = Office::open(&files, second("2096-11-24T22:59:59Z"));
    assert_eq!(office.status("/news/a/"), "404");
    office.at(second("2096-11-24T23:00:00Z"));
    office.step();
    assert_eq!(office.status("/news/a/"), "200");
    let date = element(&body(&office, "/rss.xml"), "<item>", "pubDate");
    assert_eq!(date, "Sun, 25 Nov 2096 00:00:00 +0100");
}

#[test]
fn changes_of_a_day_alone_count_from_the_moment_when_they_were_seen() {
    let day = "2096-11-24";
    let correction = |note: &str| format!("[[corrections]]\nat = {day}\nnote = \"{note}\"\n");
    let mut office = Office::open(&[("site.toml", VIENNA)], second("2096-11-24T08:00:00Z"));
    let updated = |office: &Office| element(&body(office, "/atom.xml"), "<entry>", "updated");
    let one = correction("One.");
    let two = format!("{one}{}", correction("Two."));
    let steps = [
        (
            "2096-11-24T09:00:00Z",
            String::new(),
            "2096-11-24T09:00:00Z",
        ),
        ("2096-11-24T10:00:00Z", one.clone(), "2096-11-24T10:00:00Z"),
        ("2096-11-24T11:00:00Z", two.clone(), "2096-11-24T11:00:00Z"),
        // A slip of the pen is no change that readers should notice.
        (
            "2096-11-24T12:00:00Z",
            two.replace("Two", "2"),
            "2096-11-24T11:00:00Z",
        ),
        // A date of the author's own is one, on whatever day it is found.
        (
            "2096-11-25T12:00:00Z",
            format!("updated = {day}\n{two}"),
            "2096-11-25T12:00:00Z",
        ),
    ];
    for (now, more, expected) in &steps {
        office.at(second(now));
        office.write("news/a.toml", &item("A", "2096-11-24T08:30:00Z", more));
        office.step();
        if *now != "2096-11-24T09:00:00Z" {
            assert_eq!(updated(&office), *expected, "{now}");
        }
        let before = body(&office, "/atom.xml");
        office.restart();
        assert_eq!(body(&office, "/atom.xml"), before, "{now}");
    }
    // On the page it is a day, as its author wrote it.
    let page = body(&office, "/news/a/");
    assert!(!page.contains("at 00:00"), "{page}");
    // Found for the first time together with its corrections, an item counts by their days.
    let more = "[[corrections]]\nat = 2096-11-20\nnote = \"Old.\"\n";
    office.write("news/b.toml", &item("B", "2096-11-19T08:00:00Z", more));
    office.at(second("2096-11-25T13:00:00Z"));
    office.step();
    let atom = body(&office, "/atom.xml");
    assert_eq!(element(&atom, ">B<", "updated"), "2096-11-19T23:00:00Z");
}

#[test]
fn an_update_on_the_day_of_publication_is_no_slip() {
    let files = [
        ("site.toml", VIENNA),
        (
            "news/a.toml",
            &item("A", "2096-11-20", "updated = 2096-11-20\n"),
        ),
        (
            "news/b.toml",
            &item("B", "2096-11-20", "updated = 2096-11-19\n"),
        ),
    ];
    let office = Office::open(&files, second("2096-11-24T08:00:00Z"));
    let (_, checked) = crate::serving::check(&office.data(), &[]);
    assert!(!checked.contains("news/a.toml:4"), "{checked}");
    assert!(
        checked.contains("`updated` lies before `date`"),
        "{checked}"
    );
}

#[test]
fn the_date_of_a_feed_moves_whenever_the_feed_changes() {
    let first = item("A", "2096-11-24T08:00:00Z", "tags = [\"one\"]\n");
    let files = [("site.toml", VIENNA), ("news/a.toml", &first)];
    let mut office = Office::open(&files, second("2096-11-24T09:00:00Z"));
    let dates = |office: &Office| {
        let (rss, atom) = (body(office, "/rss.xml"), body(office, "/news/atom.xml"));
        let tag = body(office, "/tag/one/atom.xml");
        (
            element(&rss, "<channel>", "lastBuildDate"),
            element(&atom, "<feed", "updated"),
            element(&tag, "<feed", "updated"),
        )
    };
    let is = |text: &str, atom: &str| (text.to_owned(), atom.to_owned(), atom.to_owned());
    let begun = is("Sat, 24 Nov 2096 08:00:00 GMT", "2096-11-24T08:00:00Z");
    assert_eq!(dates(&office), begun);
    // Nothing changes by the clock, by a start or by what no feed shows.
    office.at(second("2096-11-24T10:00:00Z"));
    office.restart();
    assert_eq!(dates(&office), begun);
    // An item that is dated back.
    office.at(second("2096-11-24T21:41:00Z"));
    office.write(
        "news/old.toml",
        &item("Old", "2096-03-01", "tags = [\"one\"]\n"),
    );
    office.step();
    let moved = is("Sat, 24 Nov 2096 21:41:00 GMT", "2096-11-24T21:41:00Z");
    assert_eq!(dates(&office), moved);
    office.restart();
    assert_eq!(dates(&office), moved);
    // A text, while the server is down.
    office.stop();
    office.at(second("2096-11-24T22:00:00Z"));
    office.write("news/a.toml", &first.replace("Text.", "Another text."));
    office.start();
    assert_eq!(
        dates(&office),
        is("Sat, 24 Nov 2096 22:00:00 GMT", "2096-11-24T22:00:00Z")
    );
}
