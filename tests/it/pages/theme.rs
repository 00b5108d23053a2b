//! `theme.css` and the logo: the publication's own looks.

use super::{tags, values};
use crate::desk::{Office, SITE, second};
use std::fs;
use std::sync::Arc;

const ITEM: &str = "title = \"A\"\ndate = 2096-11-01\nbody = \"b\"\n";

/// The paths of a page's stylesheets.
fn sheets(office: &Office, path: &str) -> Vec<String> {
    let html = office.get(path).2;
    let links = tags(&html, "link").into_iter();
    let sheets = links.filter(|tag| tag.contains("rel=\"stylesheet\""));
    sheets
        .map(|tag| values(&format!(" {tag}"), "href").concat())
        .map(|url| url.replace("https://press.example.org", ""))
        .collect()
}

#[test]
fn a_theme_follows_our_stylesheet_on_every_page_and_may_change() {
    let mut office = Office::open(
        &[
            ("site.toml", SITE),
            ("news/a.toml", ITEM),
            ("theme.css", "h1 { color: teal }"),
        ],
        second("12:00:00"),
    );
    assert!(office.problems().is_empty(), "{:?}", office.problems());
    let first = sheets(&office, "/news/a/");
    assert!(
        first.len() == 2 && first[0].starts_with("/assets/page."),
        "{first:?}"
    );
    for path in ["/", "/news/", "/nothing/"] {
        assert_eq!(sheets(&office, path), first);
    }
    let (status, fields, text) = office.get(&first[1]);
    assert_eq!((status, text.as_str()), (200, "h1 { color: teal }"));
    assert_eq!(fields["content-type"], "text/css; charset=utf-8");
    assert_eq!(fields["cache-control"], "max-age=31536000, immutable");
    let dates = |office: &Office| office.get("/news/a/").1["last-modified"].clone();
    let before = dates(&office);
    office.at(second("12:01:00"));
    office.write("theme.css", "h1 { color: navy }");
    office.step();
    let second_one = sheets(&office, "/news/a/");
    assert!(second_one[0] == first[0] && second_one[1] != first[1]);
    assert_eq!(office.get(&second_one[1]).2, "h1 { color: navy }");
    // Pages that name it may be in caches.
    assert_eq!(office.get(&first[1]).2, "h1 { color: teal }");
    assert_eq!(office.status("/assets/theme.00000000.css"), "404");
    assert!(dates(&office) > before);
    office.at(second("12:02:00"));
    office.remove("theme.css");
    office.step();
    assert_eq!(sheets(&office, "/nothing/"), first[..1]);
}

#[test]
fn a_broken_theme_is_reported_and_the_last_good_one_stays() {
    let mut office = Office::open(
        &[
            ("site.toml", SITE),
            ("news/a.toml", ITEM),
            ("theme.css", "h1 { color: teal }"),
        ],
        second("12:00:00"),
    );
    let first = sheets(&office, "/");
    office.at(second("12:01:00"));
    office.write("theme.css", &" ".repeat(256 * 1024 + 1));
    office.step();
    let is_told = |office: &mut Office, what: &str| {
        let problems = office.problems();
        problems
            .iter()
            .any(|problem| problem.contains("theme.css") && problem.contains(what))
    };
    assert!(is_told(&mut office, "larger than 256 KiB"));
    assert_eq!(sheets(&office, "/"), first);
    office.restart();
    assert!(is_told(&mut office, "its last good version stays in force"));
    assert_eq!(sheets(&office, "/"), first);
    office.at(second("12:02:00"));
    fs::write(office.data().join("theme.css"), b"\xff").unwrap();
    office.rescan();
    assert!(is_told(&mut office, "not UTF-8"));
    assert_eq!(sheets(&office, "/"), first);
}

#[test]
fn the_logo_is_in_the_header_and_a_new_one_takes_its_place() {
    let gif = |width: char| format!("GIF89a{width}\u{1}@\0\0\0\0");
    let site = format!("{SITE}logo = \"logo.gif\"\n");
    let mut office = Office::open(
        &[
            ("site.toml", &site),
            ("news/a.toml", ITEM),
            ("media/logo.gif", &gif('@')),
        ],
        second("12:00:00"),
    );
    let logo = |office: &Office, path: &str| {
        let html = office.get(path).2;
        let header = html.split_once("class=\"publication\"").unwrap().1;
        let image = tags(header, "img")[0].to_owned();
        assert!(
            image.contains("alt=\"\"") && image.contains("height=\"64\""),
            "{image}"
        );
        image
    };
    let before = logo(&office, "/news/a/");
    assert!(before.contains("width=\"320\""));
    assert_eq!(logo(&office, "/nothing/"), before);
    office.at(second("12:01:00"));
    office.write("media/logo.gif", &gif('A'));
    office.step();
    let after = logo(&office, "/news/a/");
    assert!(after.contains("width=\"321\""), "{after}");
    assert_eq!(logo(&office, "/nothing/"), after);
}

#[test]
fn the_page_for_nothing_is_made_when_its_surroundings_change_and_not_with_every_item() {
    let files = [
        ("site.toml", SITE),
        ("news/a.toml", ITEM),
        ("old/b.toml", ITEM),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    let pages = |office: &mut Office| office.publisher().current().load().missing_pages();
    let first = pages(&mut office);
    office.at(second("12:01:00"));
    office.write("news/a.toml", &ITEM.replace("\"A\"", "\"Other\""));
    office.step();
    assert!(Arc::ptr_eq(&first, &pages(&mut office)));
    let has = |office: &Office, section: &str| {
        let page = office.get("/nothing/").2;
        page.contains(&format!("href=\"https://press.example.org/{section}/\""))
    };
    assert!(has(&office, "old") && !has(&office, "new"));
    office.at(second("12:02:00"));
    office.write("new/c.toml", ITEM);
    office.step();
    assert!(has(&office, "new"));
    // A section whose folder is gone stays while an item in it does.
    office.at(second("12:03:00"));
    office.remove("old");
    office.step();
    assert!(has(&office, "old"));
    office.at(second("12:04:00"));
    office.wish_removal("b", None);
    office.step();
    let shown = office.get("/nothing/").2;
    office.restart();
    assert_eq!(office.get("/nothing/").2, shown);
}
