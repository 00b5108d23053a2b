//! Tags and authors as places: their pages and feeds, made when they are asked for.

use crate::desk::{Office, SITE, second};
use std::collections::BTreeMap;

fn item(title: &str, keys: &str) -> String {
    let date = "date = 2096-11-24T10:00:00Z";
    format!("title = \"{title}\"\n{date}\n{keys}body = \"Text of {title}.\"\n")
}

/// An office with a site's further settings and items: file, title and keys.
fn office(settings: &str, items: &[(&str, &str, &str)]) -> Office {
    let site = format!("{SITE}{settings}");
    let texts: Vec<(&str, String)> = items
        .iter()
        .map(|(file, title, keys)| (*file, item(title, keys)))
        .collect();
    let mut files = vec![("site.toml", site.as_str())];
    files.extend(texts.iter().map(|(file, text)| (*file, text.as_str())));
    Office::open(&files, second("12:00:00"))
}

/// The titles that a path shows, and what the whole is called.
fn shows(office: &Office, path: &str) -> String {
    let (status, _, body) = office.get(path);
    assert_eq!(status, 200, "{path}");
    if !path.ends_with(".xml") && !path.ends_with(".json") {
        let heading = body
            .split("<h1>")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap();
        // Before its name a page says what it is about, in its language.
        let heading = heading.rsplit_once(": ").map_or(heading, |(_, name)| name);
        let rows = body.split("<h2><a href=").skip(1);
        let titles = rows.map(|rest| rest.split('>').nth(1).unwrap().split('<').next().unwrap());
        return format!("{heading}: {}", titles.collect::<Vec<_>>().join(", "));
    }
    let feed = feed_rs::parser::parse(body.as_bytes()).unwrap();
    let titles = feed.entries.iter();
    let titles = titles.map(|entry| entry.title.as_ref().unwrap().content.clone());
    let titles = titles.collect::<Vec<_>>().join(", ");
    format!("{}: {titles}", feed.title.unwrap().content)
}

const FEEDS: [&str; 3] = ["rss.xml", "atom.xml", "feed.json"];

#[test]
fn tags_and_authors_have_a_page_and_three_feeds_in_each_tree() {
    let office = office(
        "[languages.ru]\ntitle = \"Пример\"\n",
        &[
            (
                "news/a.toml",
                "A",
                "tags = [\"Climate Change\", \"Énergie\"]\nauthors = [\"Press Office\"]\n",
            ),
            ("other/b.toml", "B", "tags = [\"Climate Change\"]\n"),
            (
                "news/c.ru.toml",
                "C",
                "tags = [\"Климат\", \"Climate Change\"]\n",
            ),
        ],
    );
    for (folder, title, titles) in [
        ("/tag/climate-change/", "Climate Change", "A, B"),
        ("/tag/energie/", "Énergie", "A"),
        ("/author/press-office/", "Press Office", "A"),
        ("/ru/tag/klimat/", "Климат", "C"),
        ("/ru/tag/climate-change/", "Climate Change", "C"),
    ] {
        assert_eq!(shows(&office, folder), format!("{title}: {titles}"));
        let site = if folder.starts_with("/ru/") {
            "Пример"
        } else {
            "Example"
        };
        for feed in FEEDS {
            let path = format!("{folder}{feed}");
            assert_eq!(shows(&office, &path), format!("{title} – {site}: {titles}"));
            let (_, fields, body) = office.get(&path);
            assert!(
                body.contains(&format!("https://press.example.org{path}")),
                "{body}"
            );
            assert!(fields.contains_key("etag") && fields.contains_key("last-modified"));
        }
        let id = format!("tag:example.org,2022:feed{}", folder.trim_end_matches('/'));
        assert!(
            office
                .get(&format!("{folder}atom.xml"))
                .2
                .contains(&format!("<id>{id}</id>"))
        );
        let page = office.get(folder).2;
        let link = format!(
            "type=\"application/rss+xml\" title=\"{title} (RSS)\" href=\"https://press.example.org{folder}rss.xml\""
        );
        assert!(page.contains(&link), "{page}");
    }
    for path in [
        "/tag/klimat/",
        "/tag/",
        "/author/example/",
        "/author/",
        "/tag/none/rss.xml",
        "/tag/energie/atom",
        "/tag/energie/page/2/",
        "/tag/energie/x/rss.xml",
    ] {
        assert_eq!(office.status(path), "404", "{path}");
    }
    assert_eq!(office.status("/tag/energie"), "301 /tag/energie/");
    assert_eq!(
        office.get("/tag/none/rss.xml").1["content-type"],
        "text/plain; charset=utf-8"
    );
}

#[test]
fn site_toml_says_what_pages_are_called_and_which_spellings_share_one() {
    let settings = "[languages.fr]\n\
        [tags]\nenergy = \"Energy policy\"\n\
        [tags.climate]\ntitle = \"Climate\"\ndescription = \"All about it\"\nspellings = [\"Global warming\", \"Climat\"]\n\
        languages.fr.title = \"Le climat\"\n\
        [authors.press-office]\nspellings = [\"Press desk\"]\n";
    let mut office = office(
        settings,
        &[
            (
                "news/a.toml",
                "A",
                "tags = [\"global Warming\", \"climate\", \"energy\"]\nauthors = [\"Press desk\", \"Press Office\"]\n",
            ),
            ("news/b.fr.toml", "B", "tags = [\"climat\"]\n"),
        ],
    );
    assert_eq!(shows(&office, "/tag/climate/"), "Climate: A");
    assert!(office.get("/tag/climate/").2.contains("All about it"));
    assert_eq!(
        shows(&office, "/tag/energy/rss.xml"),
        "Energy policy – Example: A"
    );
    assert_eq!(shows(&office, "/fr/tag/climate/"), "Le climat: B");
    assert_eq!(shows(&office, "/author/press-office/"), "Press desk: A");
    assert_eq!(office.status("/tag/global-warming/"), "301 /tag/climate/");
    assert_eq!(office.status("/tag/global-warming"), "301 /tag/climate/");
    assert_eq!(
        office.status("/fr/tag/climat/atom.xml"),
        "301 /fr/tag/climate/atom.xml"
    );
    assert_eq!(office.status("/fr/tag/global-warming/page/2/"), "404");
    assert_eq!(
        office.status("/author/press-desk/"),
        "301 /author/press-office/"
    );
    let mut told = office.problems();
    told.retain(|problem| !problem.contains("find texts of the default language"));
    assert_eq!(told, [] as [&str; 0]);
    // Without that each spelling has its page, and the next edition knows.
    office.at(second("12:00:10"));
    office.write("site.toml", &format!("{SITE}[languages.fr]\n"));
    office.step();
    assert_eq!(shows(&office, "/tag/climate/"), "climate: A");
    assert_eq!(shows(&office, "/tag/global-warming/"), "global Warming: A");
    assert_eq!(office.status("/fr/tag/climate/"), "404");
    assert_eq!(shows(&office, "/fr/tag/climat/"), "climat: B");
}

#[test]
fn spellings_that_meet_share_a_page_with_a_warning() {
    let mut office = office(
        "",
        &[
            ("news/a.toml", "A", "tags = [\"climate\"]\n"),
            ("news/b.toml", "B", "tags = [\"Climate\"]\n"),
        ],
    );
    let warning = "site.toml: warning: items write tags `Climate`, `climate`, which share the page `/tag/climate/`";
    assert!(
        office.problems()[0].starts_with(warning),
        "{:?}",
        office.problems()
    );
    assert_eq!(shows(&office, "/tag/climate/"), "Climate: A, B");
    office.restart();
    assert!(
        office.problems()[0].starts_with(warning),
        "{:?}",
        office.problems()
    );
    office.at(second("12:00:10"));
    office.write(
        "site.toml",
        &format!("{SITE}[tags]\nclimate = \"The climate\"\n"),
    );
    office.step();
    assert_eq!(office.problems(), [] as [&str; 0]);
    office.at(second("12:00:20"));
    office.write("site.toml", SITE);
    office.step();
    assert_eq!(office.problems().len(), 1);
    office.at(second("12:00:30"));
    office.write("news/b.toml", &item("B", "tags = [\"climate\"]\n"));
    office.step();
    assert_eq!(office.problems(), [] as [&str; 0]);
    assert_eq!(shows(&office, "/tag/climate/"), "climate: A, B");
}

#[test]
fn a_tag_comes_with_its_first_visible_item_and_goes_with_its_last() {
    let mut office = office(
        "",
        &[(
            "news/a.toml",
            "A",
            "tags = [\"one\"]\nembargo_until = 2096-11-24T13:00:00Z\n",
        )],
    );
    assert_eq!(office.status("/tag/one/"), "404");
    assert_eq!(office.status("/tag/one/rss.xml"), "404");
    office.at(second("13:00:00"));
    office.step();
    assert_eq!(shows(&office, "/tag/one/"), "one: A");
    assert_eq!(shows(&office, "/tag/one/rss.xml"), "one – Example: A");
    office.at(second("13:10:00"));
    office.write(
        "news/a.toml",
        &item(
            "A",
            "tags = [\"one\"]\nstatus = \"withheld\"\nstatus_note = \"n\"\n",
        ),
    );
    office.step();
    assert_eq!(office.status("/tag/one/"), "404");
    assert_eq!(office.status("/tag/one/feed.json"), "404");
    office.at(second("13:20:00"));
    office.write("news/a.toml", &item("A", "tags = [\"one\", \"two\"]\n"));
    office.step();
    assert_eq!(shows(&office, "/tag/two/atom.xml"), "two – Example: A");
    // What is withdrawn leaves the page, and its notice goes to who follows the tag.
    office.at(second("13:30:00"));
    office.write(
        "news/a.toml",
        &item(
            "A",
            "tags = [\"two\"]\nstatus = \"canceled\"\nstatus_note = \"n\"\n",
        ),
    );
    office.step();
    assert_eq!(office.status("/tag/two/"), "404");
    assert_eq!(office.status("/tag/one/rss.xml"), "404");
    for feed in FEEDS {
        let shown = shows(&office, &format!("/tag/two/{feed}"));
        assert!(
            shown.ends_with(": Withdrawn (News, 24 November 2096 at 13:00): n"),
            "{shown}"
        );
    }
    // With the file gone the ledger alone knows that.
    office.at(second("13:40:00"));
    let before = office.get("/tag/two/atom.xml").2;
    // There is no page of the tag to lead to.
    assert!(before.contains("<link href=\"https://press.example.org/\" rel=\"alternate\""));
    office.remove("news/a.toml");
    office.step();
    assert_eq!(office.get("/tag/two/atom.xml").2, before);
    office.restart();
    assert_eq!(office.get("/tag/two/atom.xml").2, before);
    office.at(second("13:30:00") + 30 * 86_400);
    office.step();
    assert_eq!(office.status("/tag/two/rss.xml"), "404");
}

#[test]
fn an_advisory_is_on_the_page_and_in_no_feed() {
    let office = office(
        "",
        &[(
            "news/a.toml",
            "A",
            "genre = \"advisory\"\ntags = [\"one\"]\n",
        )],
    );
    assert_eq!(shows(&office, "/tag/one/"), "one: A");
    for feed in FEEDS {
        let body = office.get(&format!("/tag/one/{feed}")).2;
        assert!(!body.contains("Text of A"), "{body}");
    }
}

#[test]
fn what_is_made_on_request_is_another_when_it_shows_something_else() {
    let mut office = office(
        "[languages.ru]\n",
        &[
            ("news/a.toml", "A", "tags = [\"one\"]\n"),
            (
                "news/b.toml",
                "B",
                "tags = [\"one\", \"two\"]\ncorrections = [{ at = 2096-11-24T11:00:00Z, note = \"n\" }]\n",
            ),
            (
                "news/c.toml",
                "C",
                "tags = [\"two\"]\nstatus = \"canceled\"\nstatus_note = \"n\"\nreplaced_by = \"d\"\n",
            ),
        ],
    );
    let paths = [
        "/tag/one/",
        "/tag/one/rss.xml",
        "/tag/two/atom.xml",
        "/tag/two/",
        "/news/a/",
        "/news/",
        "/news/b/",
    ];
    let mut past: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    let replaced = item("D", "id = \"d\"\nembargo_until = 2096-11-24T14:00:00Z\n");
    let steps: [(i64, &str, String); 7] = [
        (
            second("12:30:00"),
            "news/a.toml",
            item("Aa", "tags = [\"one\"]\n"),
        ),
        (
            second("12:40:00"),
            "news/a.ru.toml",
            item(
                "Ru",
                "embargo_until = 2096-11-24T12:50:00Z\ntags = [\"ru\"]\n",
            ),
        ),
        (second("12:50:00"), "", String::new()),
        (second("13:00:00"), "other/d.toml", replaced),
        (second("14:00:00"), "", String::new()),
        (second("11:00:00") + 30 * 86_400, "", String::new()),
        (second("12:00:00") + 30 * 86_400, "", String::new()),
    ];
    for (number, (at, file, text)) in steps.into_iter().enumerate() {
        office.at(at);
        if !file.is_empty() {
            office.write(file, &text);
        }
        // What the clock changed while nobody looked counts, too.
        if number % 2 == 1 {
            office.restart();
        }
        office.step();
        for path in paths {
            let (status, fields, body) = office.get(path);
            assert_eq!(status, 200, "{path}");
            assert_eq!(office.get(path).2, body, "{path}");
            let dates = past.entry(path).or_default();
            let known = dates
                .entry(fields["last-modified"].clone())
                .or_insert_with(|| body.clone());
            assert_eq!(
                *known, body,
                "one date, two bodies: {path} at step {number}"
            );
        }
    }
    let (two, item) = (&past["/tag/two/atom.xml"], &past["/news/a/"]);
    let last = office.get("/tag/two/atom.xml").2;
    assert!(
        !last.contains("Withdrawn") && two.values().any(|body| body.contains("/other/d/")),
        "{last}"
    );
    assert!(item.len() >= 2);
}

#[test]
fn a_translation_that_comes_or_goes_is_told_by_the_pages_of_the_others() {
    let mut office = office(
        "[languages.ru]\n[languages.fr]\n",
        &[
            ("news/a.toml", "A", ""),
            (
                "news/a.ru.toml",
                "Ru",
                "embargo_until = 2096-11-24T13:00:00Z\n",
            ),
            ("news/x.toml", "X", ""),
            ("other/y.toml", "Y", ""),
        ],
    );
    let names = |office: &Office, page: &str, path: &str, language: &str| {
        let link = format!(
            "<link rel=\"alternate\" hreflang=\"{language}\" href=\"https://press.example.org{path}\">"
        );
        office.get(page).2.contains(&link)
    };
    assert!(!names(&office, "/news/a/", "/ru/news/a/", "ru"));
    let other = office.resource("/other/atom.xml").unwrap();
    let page = office.get("/news/a/").1["last-modified"].clone();
    office.at(second("13:00:00"));
    office.step();
    assert!(names(&office, "/news/a/", "/ru/news/a/", "ru"));
    assert!(names(&office, "/ru/news/a/", "/news/a/", "en"));
    assert!(!office.get("/atom.xml").2.contains("hreflang"));
    assert!(std::sync::Arc::ptr_eq(
        &other,
        &office.resource("/other/atom.xml").unwrap()
    ));
    assert_ne!(office.get("/news/a/").1["last-modified"], page);
    // At another address it is named there; in one more language, twice.
    office.at(second("13:10:00"));
    office.write("news/a.ru.toml", &item("Ru", "slug = \"b\"\n"));
    office.write("news/a.fr.toml", &item("Fr", ""));
    office.step();
    assert!(names(&office, "/news/a/", "/ru/news/b/", "ru"));
    assert!(names(&office, "/news/a/", "/fr/news/a/", "fr"));
    assert!(names(&office, "/ru/news/b/", "/fr/news/a/", "fr"));
    let before = office.get("/news/a/");
    office.restart();
    assert_eq!(office.get("/news/a/"), before);
    // Withdrawn it is named no longer, by whoever was not running when that happened.
    office.stop();
    office.at(second("13:20:00"));
    office.write(
        "news/a.ru.toml",
        &item(
            "Ru",
            "slug = \"b\"\nstatus = \"withheld\"\nstatus_note = \"n\"\n",
        ),
    );
    office.start();
    assert!(!names(&office, "/news/a/", "/ru/news/b/", "ru"));
    assert!(names(&office, "/news/a/", "/fr/news/a/", "fr"));
    let feed = tidings::text::date::imf_fixdate(second("13:20:00"));
    assert_eq!(office.get("/news/a/").1["last-modified"], feed);
}
