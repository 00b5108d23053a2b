//! The list of feeds, sitemaps and robots.txt, read back by an independent XML parser and held against their protocols
//! (docs/http.md, “Lists for programs”, “Versions”).

use crate::desk::{Answer, Office, SITE, second};
use crate::fixture::{NOW, Publication};
use chrono::DateTime;
use proptest::prelude::*;
use roxmltree::{Document, Node};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tidings::newsroom::identity::Id;
use tidings::page::{opml, sitemap};
use tidings::text::slug::Slug;

const SITEMAP: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const NEWS: &str = "http://www.google.com/schemas/sitemap-news/0.9";
const BASE: &str = "https://press.example.org";

fn item(title: &str, date: &str, more: &str) -> String {
    format!("title = \"{title}\"\ndate = {date}\n{more}body = \"b\"\n")
}

fn of<'a>(node: Node<'a, 'a>, name: &str) -> &'a str {
    let mut children = node.children().filter(|child| child.has_tag_name(name));
    let text = children.next().and_then(|child| child.text());
    text.unwrap_or_else(|| panic!("no {name} in {node:?}"))
}

/// The locations of a sitemap with their dates, which are checked against the protocol on the way.
fn urls(text: &str) -> Vec<(String, String)> {
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"),
        "{text}"
    );
    assert!(text.len() <= 52_428_800);
    let document = Document::parse(text).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().namespace(), Some(SITEMAP));
    let inner = match root.tag_name().name() {
        "urlset" => "url",
        "sitemapindex" => "sitemap",
        other => panic!("{other}"),
    };
    let urls = root.children().map(|url| {
        assert!(url.has_tag_name((SITEMAP, inner)));
        let loc = of(url, "loc");
        assert!(loc.starts_with(BASE) && loc.len() < 2_048, "{loc}");
        let lastmod = of(url, "lastmod");
        DateTime::parse_from_rfc3339(lastmod).unwrap();
        (
            loc.strip_prefix(BASE).unwrap().to_owned(),
            lastmod.to_owned(),
        )
    });
    let urls: Vec<_> = urls.collect();
    assert!(urls.len() <= 50_000);
    urls
}

/// Locations and dates of a sitemap, a line each.
fn listed(text: &str) -> String {
    let lines = urls(text)
        .into_iter()
        .map(|(loc, date)| format!("{loc} {date}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The items of a news sitemap, a line each: location, publication's name and language, date, title.
fn news(text: &str) -> String {
    urls(text);
    let document = Document::parse(text).unwrap();
    let lines = document.root_element().children().map(|url| {
        let news = url
            .children()
            .find(|child| child.has_tag_name((NEWS, "news")))
            .unwrap();
        let publication = news.first_element_child().unwrap();
        let loc = of(url, "loc").strip_prefix(BASE).unwrap();
        let (name, language) = (of(publication, "name"), of(publication, "language"));
        let (date, title) = (of(news, "publication_date"), of(news, "title"));
        format!("{loc} | {name} | {language} | {date} | {title}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

const RUSSIAN: &str = "timezone = \"Europe/Vienna\"\n[languages.ru]\ntitle = \"Пример\"\n[feeds]\nformats = [\"atom\", \"json\"]\n";

#[test]
fn the_list_of_feeds_names_each_once() {
    let site = format!("{SITE}description = \"News & more\"\n{RUSSIAN}");
    let files = [(
        "news/section.toml",
        "title = \"<News>\"\nlanguages.ru.title = \"Новости\"\n",
    )];
    let publication = Publication::of(&site, &files, NOW);
    let text = opml::render(&publication.newsroom);
    let document = Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(
        (root.tag_name().name(), root.attribute("version")),
        ("opml", Some("2.0"))
    );
    let parts: Vec<&str> = root.children().map(|part| part.tag_name().name()).collect();
    assert_eq!(parts, ["head", "body"]);
    assert_eq!(of(root.first_element_child().unwrap(), "title"), "Example");
    let mut lines = Vec::new();
    for outline in root
        .descendants()
        .filter(|node| node.has_tag_name("outline"))
    {
        let attribute = |name| outline.attribute(name).unwrap_or("-");
        assert_eq!(attribute("text"), attribute("title"));
        let attributes = [
            "type",
            "text",
            "xmlUrl",
            "htmlUrl",
            "language",
            "description",
        ];
        let line = attributes.map(attribute).join(" | ");
        let depth = outline.ancestors().count() - 4;
        lines.push(format!("{}{}", "  ".repeat(depth), line.replace(BASE, "")));
    }
    let expected = "\
- | Example | - | - | - | -
  rss | Example | /atom.xml | / | en | News & more
  rss | <News> | /news/atom.xml | /news/ | en | News & more
- | Пример | - | - | - | -
  rss | Пример | /ru/atom.xml | /ru/ | ru | News & more
  rss | Новости | /ru/news/atom.xml | /ru/news/ | ru | News & more";
    assert_eq!(lines.join("\n"), expected);
    // Of one language there is nothing around the feeds.
    let alone = Publication::of(SITE, &files, NOW);
    let alone = opml::render(&alone.newsroom);
    let document = Document::parse(&alone).unwrap();
    let outlines = document
        .descendants()
        .filter(|node| node.has_tag_name("outline"));
    let parents = outlines.map(|outline| outline.parent().unwrap().tag_name().name());
    assert_eq!(parents.collect::<Vec<_>>(), ["body", "body"]);
}

fn fields(answer: &Answer) -> Vec<(&str, &str)> {
    let fields = answer.1.iter().map(|(name, value)| (&**name, &**value));
    fields.filter(|(name, _)| *name != "etag").collect()
}

#[test]
fn what_tells_of_feeds_and_pages_carries_its_fields() {
    let office = Office::open(
        &[("site.toml", SITE), ("news/section.toml", "")],
        second("12:00:00"),
    );
    let common = |media_type, fresh, policy| {
        vec![
            ("cache-control", fresh),
            ("content-security-policy", policy),
            ("content-type", media_type),
            ("last-modified", "Sat, 24 Nov 2096 12:00:00 GMT"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("vary", "accept-encoding"),
            ("x-content-type-options", "nosniff"),
        ]
    };
    let policy = "default-src 'none'; sandbox";
    let xml = "application/xml; charset=utf-8";
    for (path, expected) in [
        ("/sitemap.xml", common(xml, "max-age=3600", policy)),
        ("/sitemap-news.xml", common(xml, "max-age=300", policy)),
        (
            "/robots.txt",
            common("text/plain; charset=utf-8", "max-age=3600", policy),
        ),
    ] {
        let answer = office.get(path);
        assert_eq!((answer.0, fields(&answer)), (200, expected), "{path}");
        assert!(answer.1["etag"].starts_with("W/\""));
    }
    let mut shared = common("text/x-opml; charset=utf-8", "max-age=3600", policy);
    shared.extend([
        ("access-control-allow-origin", "*"),
        (
            "access-control-expose-headers",
            "ETag, Link, Retry-After, IM, Delta-Base, Date, Age",
        ),
        ("content-disposition", "attachment; filename=\"feeds.opml\""),
        ("cross-origin-resource-policy", "cross-origin"),
    ]);
    shared.sort_unstable();
    let feeds = office.get("/feeds.opml");
    assert_eq!((feeds.0, fields(&feeds)), (200, shared));
    assert_eq!(office.get("/.well-known/feeds"), feeds);
    let nothing = office.get("/sitemap-1.xml");
    assert_eq!(
        (nothing.0, &*nothing.1["content-type"]),
        (404, "text/plain; charset=utf-8")
    );
}

#[test]
fn robots_and_the_list_of_feeds_stand_at_the_root_of_the_host() {
    let site = SITE.replace(BASE, "https://press.example.org/press");
    let office = Office::open(
        &[("site.toml", &site), ("news/section.toml", "")],
        second("12:00:00"),
    );
    let robots = "User-agent: *\nAllow: /\n\nSitemap: https://press.example.org/press/sitemap.xml\n\
                  Sitemap: https://press.example.org/press/sitemap-news.xml\n";
    assert_eq!(office.get("/robots.txt").2, robots);
    for (path, status) in [
        ("/.well-known/feeds", 200),
        ("/press/feeds.opml", 200),
        ("/press/sitemap.xml", 200),
        ("/press/sitemap-news.xml", 200),
        ("/press/robots.txt", 404),
        ("/press/.well-known/feeds", 404),
        ("/feeds.opml", 404),
        ("/sitemap.xml", 404),
    ] {
        assert_eq!(office.get(path).0, status, "{path}");
    }
}

#[test]
fn the_sitemap_lists_what_may_be_read() {
    let past = "2096-11-01T10:00:00Z";
    let corrected = "corrections = [{ at = 2096-11-20T09:00:00Z, note = \"n\" }, { at = 2096-12-01T00:00:00Z, note = \"n\" }]\n";
    let files = [
        ("site.toml", format!("{SITE}[languages.ru]\n")),
        ("news/a.toml", item("A", past, "")),
        (
            "news/corrected.toml",
            item(
                "C",
                "2096-11-02T10:00:00Z",
                &format!("{corrected}tags = [\"One Tag\"]\nauthors = [\"Press Office\"]\n"),
            ),
        ),
        (
            "news/both.toml",
            item(
                "B",
                "2096-11-03T10:00:00Z",
                "sections = [\"news\", \"other\"]\n",
            ),
        ),
        (
            "news/advisory.toml",
            item("V", "2096-11-04T10:00:00Z", "genre = \"advisory\"\n"),
        ),
        (
            "news/draft.toml",
            item("D", past, "status = \"draft\"\ntags = [\"Secret\"]\n"),
        ),
        (
            "news/held.toml",
            item("H", past, "status = \"withheld\"\nstatus_note = \"n\"\n"),
        ),
        (
            "news/killed.toml",
            item("K", past, "status = \"canceled\"\nstatus_note = \"n\"\n"),
        ),
        (
            "news/old.toml",
            item("O", past, "expires = 2096-11-10T00:00:00Z\n"),
        ),
        (
            "news/secret.toml",
            item("S", past, "embargo_until = 2097-01-01T00:00:00Z\n"),
        ),
        ("news/coming.toml", item("N", "2097-01-01T00:00:00Z", "")),
        ("other/section.toml", "in_main = false\n".to_owned()),
        ("third/secret.toml", item("T", "2097-01-01T00:00:00Z", "")),
        ("other/eins.ru.toml", item("R", "2096-11-05T10:00:00Z", "")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    let office = Office::open(&files, second("12:00:00"));
    let expected = "\
/ 2096-11-20T09:00:00Z
/news/ 2096-11-20T09:00:00Z
/other/ 2096-11-03T10:00:00Z
/ru/other/ 2096-11-05T10:00:00Z
/news/a/ 2096-11-01T10:00:00Z
/news/corrected/ 2096-11-20T09:00:00Z
/news/both/ 2096-11-03T10:00:00Z
/news/advisory/ 2096-11-04T10:00:00Z
/ru/other/eins-ru/ 2096-11-05T10:00:00Z
/tag/one-tag/ 2096-11-20T09:00:00Z
/author/press-office/ 2096-11-20T09:00:00Z";
    let text = office.get("/sitemap.xml").2;
    assert_eq!(
        listed(&text).replace("/ru/other/eins/", "/ru/other/eins-ru/"),
        expected
    );
    // Every one of them answers.
    for (path, _) in urls(&text) {
        assert_eq!(office.get(&path).0, 200, "{path}");
    }
}

#[test]
fn more_than_fifty_thousand_pages_come_in_parts() {
    let files = [(
        "news/a.toml",
        "title = \"T\"\ndate = 2020-01-01T00:00:00Z\nbody = \"b\"\n",
    )];
    let mut newsroom = Publication::of(SITE, &files, NOW).newsroom;
    let first = Arc::clone(newsroom.entries().next().unwrap());
    // With the two lists these are fifty thousand: one file.
    let mut grow = |from: i64, to: i64| {
        for number in from..to {
            let mut entry = (*first).clone();
            entry.slug = Slug::new(&format!("item-{number}")).unwrap();
            entry.id = Id::new(entry.slug.as_str()).unwrap();
            entry.wire += number;
            newsroom.insert(Arc::new(entry));
        }
        newsroom.clone()
    };
    let full = grow(1, 49_998);
    assert_eq!(urls(&sitemap::render(&full, NOW)).len(), 50_000);
    assert_eq!(sitemap::part(&full, NOW, 1), None);
    let more = grow(49_998, 60_000);
    let index = listed(&sitemap::render(&more, NOW));
    // Two lists and 60,000 items, a second apart.
    let newest = [
        "16:39:59", "05:33:17", "08:19:57", "11:06:37", "13:53:17", "16:39:57", "16:39:59",
    ];
    let newest = newest.iter().enumerate();
    let expected = newest.map(|(at, time)| format!("/sitemap-{}.xml 2020-01-01T{time}Z", at + 1));
    assert_eq!(index, expected.collect::<Vec<_>>().join("\n"));
    let parts: Vec<_> = (1..=7)
        .map(|number| urls(&sitemap::part(&more, NOW, number).unwrap()))
        .collect();
    let lengths: Vec<usize> = parts.iter().map(Vec::len).collect();
    assert_eq!(lengths, [10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 2]);
    assert_eq!(parts[6][1].0, "/news/item-59999/");
    let all: BTreeSet<&String> = parts.iter().flatten().map(|(loc, _)| loc).collect();
    assert_eq!(all.len(), 60_002);
    for number in [0, 8, usize::MAX] {
        assert_eq!(sitemap::part(&more, NOW, number), None);
    }
}

#[test]
fn the_news_sitemap_has_two_days_of_news() {
    let files = [
        ("site.toml", format!("{SITE}{RUSSIAN}")),
        (
            "news/new.toml",
            item(
                "New & <good>",
                "2096-11-24T11:00:00Z",
                "sections = [\"news\", \"other\"]\n",
            ),
        ),
        ("news/edge.toml", item("Edge", "2096-11-22T12:00:01Z", "")),
        ("news/over.toml", item("Over", "2096-11-22T12:00:00Z", "")),
        (
            "news/late.toml",
            item(
                "Late",
                "2096-11-01T12:00:00Z",
                "embargo_until = 2096-11-24T10:00:00Z\n",
            ),
        ),
        (
            "news/secret.toml",
            item(
                "Secret",
                "2096-11-24T10:00:00Z",
                "embargo_until = 2096-11-24T12:00:01Z\n",
            ),
        ),
        (
            "news/advisory.toml",
            item("V", "2096-11-24T10:00:00Z", "genre = \"advisory\"\n"),
        ),
        (
            "news/killed.toml",
            item(
                "K",
                "2096-11-24T10:00:00Z",
                "status = \"canceled\"\nstatus_note = \"n\"\n",
            ),
        ),
        ("other/section.toml", "in_main = false\n".to_owned()),
        ("other/da.ru.toml", item("Да", "2096-11-24T09:00:00Z", "")),
        (
            "other/zh.toml",
            item("中", "2096-11-24T08:00:00Z", "lang = \"zh-Hant\"\n"),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    let mut office = Office::open(&files, second("12:00:00"));
    let told = news(&office.get("/sitemap-news.xml").2);
    let path = |line: &&str| line.split(' ').next().unwrap().to_owned();
    assert_eq!(
        told.lines().next().unwrap(),
        "/news/new/ | Example | en | 2096-11-24T12:00:00+01:00 | New & <good>"
    );
    assert!(
        told.contains(" | Пример | ru | 2096-11-24T10:00:00+01:00 | Да"),
        "{told}"
    );
    assert!(
        told.contains(" | Example | zh-tw | 2096-11-24T09:00:00+01:00 | 中"),
        "{told}"
    );
    let paths: Vec<String> = told.lines().map(|line| path(&line)).collect();
    assert_eq!(paths[..2], ["/news/new/", "/news/late/"]);
    assert_eq!(paths.len(), 5);
    assert_eq!(paths[4], "/news/edge/");
    // The clock alone takes one out and lets another in, each in its second.
    office.at(second("12:00:01"));
    office.step();
    let told = news(&office.get("/sitemap-news.xml").2);
    assert!(
        told.contains("/news/secret/") && !told.contains("/news/edge/"),
        "{told}"
    );
}

#[test]
fn the_clock_alone_gives_the_news_sitemap_another_date() {
    let office = |restarts: bool| {
        let a = item("A", "2096-11-22T12:30:00Z", "");
        let mut office = Office::open(
            &[("site.toml", SITE), ("news/a.toml", &a)],
            second("12:00:00"),
        );
        let before = office.get("/sitemap-news.xml");
        office.at(second("12:29:59"));
        office.step();
        assert_eq!(office.get("/sitemap-news.xml"), before);
        office.at(second("12:30:00"));
        if restarts {
            office.restart();
        } else {
            office.step();
        }
        let after = office.get("/sitemap-news.xml");
        assert_eq!(before.1["last-modified"], "Sat, 24 Nov 2096 12:00:00 GMT");
        assert_eq!(after.1["last-modified"], "Sat, 24 Nov 2096 12:30:00 GMT");
        assert_ne!(after.1["etag"], before.1["etag"]);
        // An empty one is allowed.
        assert_eq!(news(&after.2), "");
        after
    };
    assert_eq!(office(false), office(true));
}

#[test]
fn what_stands_on_the_settings_moves_with_them_alone() {
    let files = [("site.toml", SITE), ("news/section.toml", "")];
    let mut office = Office::open(&files, second("12:00:00"));
    let all = |office: &Office| ["/feeds.opml", "/robots.txt"].map(|path| office.get(path));
    let before = all(&office);
    office.at(second("12:10:00"));
    office.write("news/a.toml", &item("A", "2096-11-24T10:00:00Z", ""));
    office.step();
    assert_eq!(all(&office), before);
    office.at(second("12:20:00"));
    office.write("third/section.toml", "");
    office.rescan();
    let after = all(&office);
    assert!(after[0].2.contains("/third/rss.xml"));
    assert_eq!(after[0].1["last-modified"], "Sat, 24 Nov 2096 12:20:00 GMT");
    let restarted = {
        office.restart();
        all(&office)
    };
    assert_eq!(restarted, after);
}

/// What is done to an item, and what time it is then.
#[derive(Debug, Clone)]
struct Edit {
    file: &'static str,
    text: Option<String>,
    after: i64,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let file = prop::sample::select(vec![
        "news/0.toml",
        "news/1.toml",
        "other/0.toml",
        "other/section.toml",
    ]);
    let date = prop::sample::select(vec![
        "2096-11-22T12:00:05Z",
        "2096-11-22T12:01:00Z",
        "2096-11-24T11:00:00Z",
    ]);
    let more = prop::sample::select(vec![
        "",
        "",
        "corrections = [{ at = 2096-11-24T12:00:30Z, note = \"n\" }]\n",
        "embargo_until = 2096-11-24T12:00:20Z\n",
        "expires = 2096-11-24T12:00:40Z\n",
        "status = \"canceled\"\nstatus_note = \"n\"\n",
        "status = \"withheld\"\nstatus_note = \"n\"\n",
        "slug = \"another\"\n",
    ]);
    // The clock may be set back, too.
    let after = prop::sample::select(vec![1, 1, 2, 5, 20, 60, 172_800, -3, -30]);
    let one = (file, date, more, prop::bool::weighted(0.8), after);
    let one = one.prop_map(|(file, date, more, is_there, after)| {
        let text = if file.ends_with("section.toml") {
            format!("title = \"{}\"\n", date.len() + more.len())
        } else {
            item("T", date, more)
        };
        Edit {
            file,
            text: is_there.then_some(text),
            after,
        }
    });
    prop::collection::vec(one, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, rng_seed: crate::fixture::seed(), ..ProptestConfig::default() })]

    #[test]
    fn one_date_and_one_tag_are_of_one_text(edits in edits()) {
        let files = [("site.toml", SITE), ("news/section.toml", ""), ("other/section.toml", "")];
        let mut office = Office::open(&files, second("12:00:00"));
        let mut seen: BTreeMap<&str, HashMap<String, String>> = BTreeMap::new();
        for edit in &edits {
            office.at(office.now() + edit.after);
            match &edit.text {
                Some(text) => office.write(edit.file, text),
                None => office.remove(edit.file),
            }
            // A clock that was set back by a moment holds a change up for that moment.
            for _ in 0..4 {
                office.step();
                office.at(office.now() + 1);
            }
            office.step();
            for path in ["/sitemap.xml", "/sitemap-news.xml", "/feeds.opml", "/robots.txt"] {
                let (status, fields, text) = office.get(path);
                prop_assert_eq!(status, 200);
                let seen = seen.entry(path).or_default();
                let validators = [fields.get("etag"), fields.get("last-modified")];
                for validator in validators.into_iter().flatten() {
                    let known = seen.entry(validator.clone()).or_insert_with(|| text.clone());
                    prop_assert_eq!(&*known, &text, "{}: {}", path, validator);
                }
                if let Some(date) = fields.get("last-modified") {
                    let date = DateTime::parse_from_rfc2822(date).unwrap();
                    prop_assert!(date.timestamp() <= office.now());
                }
            }
        }
    }
}
