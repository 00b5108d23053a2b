//! Canceled items: the notice, its dates, its end, and nothing of the item's own words.

use super::item;
use crate::desk::{Office, SITE, second};
use crate::digest;
use crate::story::{at, tell, tell_of};

const TEN: &str = "2096-11-24T10:00:00Z";

fn canceled(title: &str, more: &str) -> String {
    let status = format!("status = \"canceled\"\nstatus_note = \"Wrong.\"\n{more}");
    item(title, TEN, &status)
}

#[test]
fn a_kill_is_a_notice_for_thirty_days_and_then_nothing() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write("news/a.toml", canceled("A", ""))
            .feed("† a 10:00:00, 12:10:00: Wrong.\nupdated 12:10:00")
            .feed_of("/news/", "† a 10:00:00, 12:10:00: Wrong.\nupdated 12:10:00")
            .pages("410 /news/a/"),
        at("2096-12-24T12:09:59Z").feed("† a 10:00:00, 12:10:00: Wrong.\nupdated 12:10:00"),
        at("2096-12-24T12:10:00Z")
            .feed("updated 2096-12-24T12:10:00Z")
            .pages("410 /news/a/"),
    ]);
}

#[test]
fn a_notice_has_none_of_the_items_words() {
    let files = [
        ("site.toml", SITE),
        (
            "news/a.toml",
            &item(
                "Zebra",
                TEN,
                "tags = [\"zebra-tag\"]\nsummary = \"Zebra lead.\"\n",
            ),
        ),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    office.at(second("12:10:00"));
    let note = "status = \"canceled\"\nstatus_note = \"Wrong <b>&\"\nslug = \"a\"\n";
    office.write("news/a.toml", &item("Zebra", TEN, note));
    office.step();
    for (path, (status, fields, body)) in office.answers(&office.paths(&[])) {
        let all = format!("{path} {status} {fields:?} {body}").to_lowercase();
        assert!(!all.contains("zebra"), "{all}");
    }
    let told = digest::of_place(&office, "/");
    assert_eq!(told, "† a 10:00:00, 12:10:00: Wrong <b>&\nupdated 12:10:00");
}

#[test]
fn the_moment_of_a_kill_is_the_authors_up_to_the_moment_it_was_seen() {
    let at_eleven = "status_at = 2096-11-24T11:00:00Z\n";
    let at_fifteen = "status_at = 2096-11-24T15:00:00Z\n";
    let updated = "updated = 2096-11-24T11:30:00Z\n";
    let both = format!("{at_eleven}{updated}");
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .write("news/b.toml", item("B", TEN, ""))
            .write("news/c.toml", item("C", TEN, updated))
            .feed("a [A] 10:00:00\nb [B] 10:00:00\nc [C] 10:00:00, 11:30:00\nupdated 11:30:00"),
        at("12:10:00")
            .write("news/a.toml", canceled("A", at_eleven))
            .write("news/b.toml", canceled("B", at_fifteen))
            .write("news/c.toml", canceled("C", &both))
            .feed(
                "† a 10:00:00, 11:00:00: Wrong.
                 † b 10:00:00, 12:10:00: Wrong.
                 † c 10:00:00, 11:30:01: Wrong.
                 updated 12:10:00",
            ),
        at("16:00:00").feed(
            "† a 10:00:00, 11:00:00: Wrong.
             † b 10:00:00, 12:10:00: Wrong.
             † c 10:00:00, 11:30:01: Wrong.
             updated 12:10:00",
        ),
    ]);
}

#[test]
fn a_notice_stays_as_it_was_when_the_file_goes() {
    let at_eleven = "status_at = 2096-11-24T11:00:00Z\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .write("news/section.toml", "")
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write("news/a.toml", canceled("A", at_eleven))
            .feed("† a 10:00:00, 11:00:00: Wrong.\nupdated 12:10:00"),
        at("12:20:00")
            .remove("news/a.toml")
            .feed("† a 10:00:00, 11:00:00: Wrong.\nupdated 12:10:00")
            .pages("410 /news/a/"),
        at("2096-12-24T11:00:00Z")
            .feed("updated 2096-12-24T11:00:00Z")
            .pages("410 /news/a/"),
    ]);
}

#[test]
fn what_was_withheld_for_long_and_is_then_canceled_has_a_notice() {
    let withheld = "status = \"withheld\"\nstatus_note = \"Under review.\"\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write("news/a.toml", item("A", TEN, withheld))
            .feed("updated 12:10:00"),
        at("2097-02-01T00:00:00Z")
            .write("news/a.toml", canceled("A", ""))
            .feed("† a 10:00:00, 2097-02-01: Wrong.\nupdated 2097-02-01")
            .pages("410 /news/a/"),
    ]);
}

#[test]
fn what_is_canceled_stays_so() {
    let problem = "news/a.toml: error: the item `a` was withdrawn for good and stays so";
    let notice = "† a 10:00:00, 11:00:00: Wrong.\nupdated 12:10:00";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write(
                "news/a.toml",
                canceled("A", "status_at = 2096-11-24T11:00:00Z\n"),
            )
            .feed(notice),
        at("12:20:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed(notice)
            .pages("410 /news/a/")
            .problems(problem),
        at("12:30:00")
            .write("news/a.toml", item("B", TEN, ""))
            .feed(notice)
            .pages("410 /news/a/")
            .problems(problem),
        at("12:40:00")
            .remove("news/a.toml")
            .feed(notice)
            .pages("410 /news/a/"),
        at("12:50:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed(notice)
            .pages("410 /news/a/")
            .problems(problem),
    ]);
}

#[test]
fn what_was_never_published_cannot_be_canceled() {
    let draft = "status = \"draft\"\n";
    let later = "2096-11-24T15:00:00Z";
    let status = "status = \"canceled\"\nstatus_note = \"Wrong.\"\n";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", later, ""))
            .write("news/b.toml", item("B", later, draft))
            .feed("updated 2022-01-01"),
        at("12:10:00")
            .write("news/a.toml", item("A", later, status))
            .write("news/b.toml", item("B", later, status))
            .feed("updated 2022-01-01")
            .pages("404 /news/a/\n404 /news/b/"),
        at("16:00:00")
            .feed("updated 2022-01-01")
            .pages("404 /news/a/\n404 /news/b/"),
    ]);
}

#[test]
fn a_publication_may_want_no_notices() {
    let site = format!("{SITE}[feeds]\non_cancel = \"remove\"\n");
    tell_of(
        &site,
        &[
            at("12:00:00")
                .write("news/a.toml", item("A", TEN, ""))
                .write("news/b.toml", item("B", TEN, ""))
                .feed("a [A] 10:00:00\nb [B] 10:00:00\nupdated 10:00:00"),
            at("12:10:00")
                .write("news/a.toml", canceled("A", ""))
                .feed("b [B] 10:00:00\nupdated 12:10:00")
                .pages("410 /news/a/"),
        ],
    );
}

#[test]
fn the_end_of_a_notice_is_that_of_its_section() {
    tell(&[
        at("12:00:00")
            .write("news/section.toml", "[feeds]\nnotice_days = 2\n")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .write("news/a.toml", canceled("A", ""))
            .feed_of("/news/", "† a 10:00:00, 12:10:00: Wrong.\nupdated 12:10:00"),
        at("2096-11-26T12:10:00Z")
            .feed("† a 10:00:00, 12:10:00: Wrong.\nupdated 12:10:00")
            .feed_of("/news/", "updated 2096-11-26T12:10:00Z"),
        at("2096-12-24T12:10:00Z").feed("updated 2096-12-24T12:10:00Z"),
    ]);
}

#[test]
fn the_replacement_is_named_while_it_can_be_read() {
    let replaced = "replaced_by = \"b\"\n";
    let link = "https://press.example.org/other/";
    let has = |office: &Office, path: &str, slug: &str| {
        let (_, _, body) = office.get(path);
        body.contains(&format!("{link}{slug}/"))
    };
    let files = [
        ("site.toml", SITE),
        ("other/section.toml", "in_main = false\n"),
        ("news/a.toml", &item("A", TEN, "")),
        ("other/b.toml", &item("B", "2096-11-24T13:00:00Z", "")),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    office.at(second("12:10:00"));
    office.write("news/a.toml", &canceled("A", replaced));
    office.step();
    let paths = ["/news/a/", "/rss.xml", "/news/atom.xml", "/news/feed.json"];
    let expect = |office: &mut Office, time: &str, slug: &str, is_there: bool| {
        office.at(second(time));
        office.step();
        for path in paths {
            assert_eq!(has(office, path, slug), is_there, "{time}: {path}");
        }
        office.restart();
        for path in paths {
            assert_eq!(
                has(office, path, slug),
                is_there,
                "{time}: {path}, after a restart"
            );
        }
    };
    expect(&mut office, "12:59:59", "b", false);
    expect(&mut office, "13:00:00", "b", true);
    office.write(
        "other/b.toml",
        &item("B", "2096-11-24T13:00:00Z", "slug = \"moved\"\n"),
    );
    expect(&mut office, "13:10:00", "moved", true);
    let withheld = "slug = \"moved\"\nstatus = \"withheld\"\nstatus_note = \"n\"\n";
    office.write("other/b.toml", &item("B", "2096-11-24T13:00:00Z", withheld));
    expect(&mut office, "13:20:00", "moved", false);
}

/// A publication of a hundred news items whose feeds hold so many, and a hundred and four that were withdrawn a second
/// after the other, `c000` first.
fn after_a_wave_of_kills(items: usize) -> Office {
    let path = |name: char, number: usize| format!("news/{name}{number:03}.toml");
    let site = format!("{SITE}[feeds]\nitems = {items}\n");
    let mut files = vec![("site.toml".to_owned(), site)];
    for number in 0..104 {
        let old = item("C", "2096-11-01T00:00:00Z", "");
        files.push((path('c', number), old));
    }
    for number in 0..100 {
        files.push((path('n', number), item("News", TEN, "")));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let mut office = Office::open(&files, second("12:00:00"));
    office.at(second("12:10:00"));
    for number in 0..104 {
        let (minute, second) = (number / 60, number % 60);
        let killed = format!(
            "status = \"canceled\"\nstatus_note = \"n\"\nstatus_at = 2096-11-24T12:{minute:02}:{second:02}Z\n"
        );
        let text = item("C", "2096-11-01T00:00:00Z", &killed);
        office.write(&path('c', number), &text);
    }
    office.step();
    office
}

#[test]
fn many_notices_leave_room_for_the_news() {
    for (items, notices) in [(30, 70), (60, 50), (100, 50)] {
        let mut office = after_a_wave_of_kills(items);
        let told = digest::of_place(&office, "/");
        let ids = |told: &str, mark: &str| -> Vec<String> {
            let lines = told.lines().filter_map(|line| line.strip_prefix(mark));
            lines.map(|line| line[..4].to_owned()).collect()
        };
        let withdrawn = ids(&told, "† ");
        assert_eq!(withdrawn.len(), notices, "{items}: {told}");
        // The newest withdrawals; all have one wire time, so that they are in the order of their ids.
        let first = format!("c{:03}", 104 - notices);
        assert_eq!(withdrawn[0], first, "{items}: {told}");
        assert_eq!(ids(&told, "n").len(), 100 - notices, "{items}: {told}");
        // When notices end, the newest have their room again.
        office.at(second("2096-12-24T12:01:33Z"));
        office.step();
        let told = digest::of_place(&office, "/");
        assert_eq!(ids(&told, "† ").len(), 10, "{items}: {told}");
        assert_eq!(ids(&told, "n").len(), items.min(90), "{items}: {told}");
    }
}

#[test]
fn a_removal_that_was_wished_is_a_kill_for_good() {
    let problem = "news/a.toml: error: the item `a` was withdrawn for good and stays so";
    let notice = "† a 10:00:00, 12:10:00: Not ours.\nupdated 12:10:00";
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .withdraw("a", Some("Not ours."))
            .feed(notice)
            .pages("410 /news/a/")
            .problems(problem),
        at("12:20:00")
            .write("news/a.toml", item("Aa", TEN, ""))
            .feed(notice)
            .pages("410 /news/a/")
            .problems(problem),
        at("12:30:00")
            .remove("news/a.toml")
            .feed(notice)
            .pages("410 /news/a/"),
    ]);
}

#[test]
fn a_file_that_is_gone_and_kept_can_be_removed_for_good() {
    tell(&[
        at("12:00:00")
            .write("news/a.toml", item("A", TEN, ""))
            .feed("a [A] 10:00:00\nupdated 10:00:00"),
        at("12:10:00")
            .remove("news/a.toml")
            .feed("a [A] 10:00:00\nupdated 10:00:00")
            .problems("news/a.toml: warning: the file of the published item `a` is gone; its last good version stays published"),
        at("12:20:00")
            .withdraw("a", None)
            .feed("† a 10:00:00, 12:20:00: This item has been withdrawn.\nupdated 12:20:00")
            .pages("410 /news/a/"),
    ]);
}
