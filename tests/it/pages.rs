//! Pages as browsers, search engines and other machines read them.

mod article;
mod browser;
mod crawl;
mod languages;
mod theme;

use crate::desk::{Office, SITE, second};
use crate::fixture::NOW;
use std::fs;
use std::path::Path;

/// The values of an attribute in the order of the page, entities decoded.
fn values(html: &str, attribute: &str) -> Vec<String> {
    let start = format!(" {attribute}=\"");
    let rest = html.split(start.as_str()).skip(1);
    rest.map(|rest| plain(rest.split('"').next().unwrap()))
        .collect()
}

/// A text with its entities decoded.
fn plain(escaped: &str) -> String {
    let text = escaped.replace("&#34;", "\"").replace("&quot;", "\"");
    let text = text.replace("&#60;", "<").replace("&lt;", "<");
    let text = text.replace("&#62;", ">").replace("&gt;", ">");
    let text = text.replace("&#39;", "'");
    text.replace("&#38;", "&").replace("&amp;", "&")
}

/// The start tags of an element.
fn tags<'h>(html: &'h str, element: &str) -> Vec<&'h str> {
    let start = format!("<{element} ");
    let rest = html.split(start.as_str()).skip(1);
    rest.map(|rest| rest.split('>').next().unwrap()).collect()
}

/// What a page shows, without markup.
fn shown(html: &str) -> String {
    let body = html.split_once("<body>").unwrap().1;
    let mut parts = body.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('>').map_or("", |(_, text)| text));
    let text = rest.fold(first, |all, text| all + " " + text);
    plain(&text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Compares pages of a data directory with the files beside it; `UPDATE_EXPECT=1` rewrites those.
fn check(data: &str, expected: &str, pages: &[(&str, &str)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let office = Office::over(&root.join(data), NOW);
    for (path, name) in pages {
        let (_, _, html) = office.get(path);
        // Another stylesheet is no other page.
        let html = html.replace(tidings::page::style::page_path(), "/assets/page.….css");
        let file = root.join(expected).join(name);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&file, &html).unwrap();
        }
        let golden = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            golden == html,
            "{} differs; UPDATE_EXPECT=1 rewrites it\n{html}",
            file.display()
        );
    }
}

#[test]
fn an_item_with_every_key() {
    check(
        "tests/golden/full-item/data",
        "tests/golden/full-item",
        &[("/press/news/team-15-september/", "page.html")],
    );
}

#[test]
fn the_sample_publication() {
    check(
        "data",
        "tests/golden/sample",
        &[
            ("/statements/", "list.html"),
            ("/ru/news/2026-11-12-autumn-exercise/", "page.html"),
            ("/ru/nothing/", "missing.html"),
        ],
    );
}

#[test]
fn a_page_names_its_own_feeds_first_then_those_of_all_news() {
    let text = "title = \"A\"\ndate = 2096-11-01\nbody = \"b\"\n";
    let section = "[feeds]\nformats = [\"atom\"]\n";
    let office = Office::open(
        &[
            ("site.toml", SITE),
            ("news/section.toml", section),
            ("news/a.toml", text),
        ],
        second("12:00:00"),
    );
    let feeds = |path: &str| -> Vec<String> {
        let html = office.get(path).2;
        let links = tags(&html, "link").into_iter();
        let feeds = links.filter(|tag| tag.contains("application/"));
        feeds
            .map(|tag| {
                let tag = format!(" {tag}");
                let title = &values(&tag, "title")[0];
                let url = values(&tag, "href")[0].replace("https://press.example.org", "");
                format!("{title} {url}")
            })
            .collect()
    };
    let main = [
        "Example (RSS) /rss.xml",
        "Example (Atom) /atom.xml",
        "Example (JSON Feed) /feed.json",
    ];
    assert_eq!(feeds("/"), main);
    let own = [&["News (Atom) /news/atom.xml"], &main[..]].concat();
    assert_eq!(feeds("/news/"), own);
    assert_eq!(feeds("/news/a/"), own);
    // To copy, a page has its own feeds alone.
    assert_eq!(
        values(&office.get("/news/").2, "value"),
        ["https://press.example.org/news/atom.xml"]
    );
}

#[test]
fn every_feed_has_a_page_with_its_address_to_copy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let office = Office::over(&root.join("data"), NOW);
    for path in office.paths(&[]) {
        let Some((folder, name)) = path.rsplit_once('/') else {
            continue;
        };
        if ["rss.xml", "atom.xml", "feed.json"].contains(&name) {
            let html = office.get(&format!("{folder}/")).2;
            let address = format!("http://localhost:8080{path}");
            assert!(values(&html, "value").contains(&address), "{path}");
        }
    }
}

#[test]
fn an_expired_item_says_so_and_is_not_indexed() {
    let text = "title = \"A\"\ndate = 2096-11-01\nexpires = 2096-11-24T12:00:00Z\nbody = \"b\"\n";
    let mut office = Office::open(
        &[("site.toml", SITE), ("news/a.toml", text)],
        second("11:00:00"),
    );
    let expired = "This item is no longer current.";
    let before = office.get("/news/a/").2;
    assert!(!before.contains(expired) && before.contains("max-image-preview:large"));
    office.at(second("12:00:00"));
    office.step();
    let after = office.get("/news/a/").2;
    assert!(
        after.contains(expired) && after.contains("<meta name=\"robots\" content=\"noindex\">")
    );
}

#[test]
fn the_bodys_headings_are_below_the_headline() {
    let text = "+++\ntitle = \"A\"\ndate = 2096-11-01\n+++\n# One\n\n### Two\n\n# Three\n";
    let office = Office::open(
        &[("site.toml", SITE), ("news/a.md", text)],
        second("12:00:00"),
    );
    let html = office.get("/news/a/").2;
    let levels = html
        .match_indices("<h")
        .filter_map(|(at, _)| html[at + 2..].chars().next());
    let levels: String = levels.filter(char::is_ascii_digit).collect();
    assert_eq!(levels, "1232");
}

#[test]
fn a_page_changes_its_date_with_what_it_names() {
    let item = |day: u8, more: &str| {
        format!("title = \"Item {day}.\"\ndate = 2096-11-{day:02}T00:00:00Z\n{more}body = \"b\"\n")
    };
    let (one, two, far) = (item(1, "related = [\"far\"]\n"), item(2, ""), item(3, ""));
    let mut office = Office::open(
        &[
            ("site.toml", SITE),
            ("news/one.toml", &one),
            ("news/two.toml", &two),
            ("other/far.toml", &far),
        ],
        second("12:00:00"),
    );
    let page = |office: &Office| {
        let (_, fields, html) = office.get("/news/one/");
        (fields["last-modified"].clone(), html)
    };
    let (mut date, html) = page(&office);
    assert!(html.contains("Item 2.") && html.contains("Item 3."));
    for (at, file, title) in [
        ("12:01:00", "news/two.toml", "Another neighbour"),
        ("12:02:00", "other/far.toml", "Another relation"),
    ] {
        office.at(second(at));
        office.write(file, &item(2, "").replace("Item 2.", title));
        office.step();
        let (new, html) = page(&office);
        assert!(html.contains(title) && new > date, "{new} {date}");
        date = new;
    }
    office.at(second("12:03:00"));
    office.write("other/far.toml", &item(3, "status = \"withheld\"\n"));
    office.step();
    let (new, html) = page(&office);
    assert!(!html.contains("Another relation") && new > date);
}
