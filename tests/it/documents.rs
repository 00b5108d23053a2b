//! What the three documents say, read back by an independent reader and by a strict XML parser that is not the one
//! that wrote them.

use crate::fixture::{NOW, Publication, SITE, body};
use proptest::prelude::*;

const FORMATS: [&str; 3] = ["rss.xml", "atom.xml", "feed.json"];

fn read(text: &str) -> feed_rs::model::Feed {
    feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn one(item: &str) -> Publication {
    let publication = Publication::of(SITE, &[("news/a.toml", item)], NOW);
    assert!(
        publication
            .problems
            .iter()
            .all(|problem| !problem.is_error()),
        "{:#?}",
        publication.problems
    );
    publication
}

#[test]
fn a_section_without_items_is_a_valid_feed() {
    let publication = Publication::of(SITE, &[("empty/section.toml", "title = \"Empty\"\n")], NOW);
    for path in FORMATS {
        let feed = read(&publication.feed(&format!("/empty/{path}")));
        assert_eq!(
            (feed.entries.len(), feed.title.unwrap().content.as_str()),
            (0, "Empty – Example"),
            "{path}"
        );
    }
}

#[test]
fn feed_dates_come_from_the_content() {
    let publication = one("title = \"T\"\ndate = 2026-03-01T10:00:00Z\nbody = \"b\"\n");
    assert!(
        publication
            .feed("/atom.xml")
            .contains("<updated>2026-03-01T10:00:00+00:00</updated>")
    );
    assert!(
        publication
            .feed("/rss.xml")
            .contains("<lastBuildDate>Sun, 01 Mar 2026 10:00:00 GMT</lastBuildDate>")
    );
    let empty = Publication::of(SITE, &[("news/section.toml", "")], NOW);
    assert!(
        empty
            .feed("/atom.xml")
            .contains("<updated>2022-01-01T00:00:00+00:00</updated>")
    );
    assert!(!empty.feed("/rss.xml").contains("lastBuildDate"));
}

#[test]
fn title_slug_section_and_address_move_no_id() {
    let ids = |site: &str, path: &str, item: &str| -> Vec<String> {
        let publication = Publication::of(site, &[(path, item), ("other/section.toml", "")], NOW);
        let edition = publication.edition();
        FORMATS
            .iter()
            .map(|format| {
                read(&body(&edition, &format!("/{format}"))).entries[0]
                    .id
                    .clone()
            })
            .collect()
    };
    let before = ids(
        SITE,
        "news/a.toml",
        "id = \"x\"\ntitle = \"T\"\ndate = 2026-03-01\nbody = \"b\"\n",
    );
    let moved = SITE.replace(
        "https://press.example.org",
        "http://elsewhere.example/press",
    );
    let after = ids(
        &moved,
        "other/b.toml",
        "id = \"x\"\ntitle = \"U\"\nslug = \"v\"\ndate = 2026-03-01\nbody = \"b\"\n",
    );
    assert_eq!(before, after);
    assert_eq!(before, vec!["tag:example.org,2022:x"; 3]);
}

#[test]
fn items_are_newest_first_and_of_one_second_by_id() {
    let item = |id: &str, date: &str| {
        format!("id = \"{id}\"\ntitle = \"{id}\"\ndate = {date}\nbody = \"b\"\n")
    };
    let files = [
        ("news/1.toml", item("b", "2026-03-01T10:00:00Z")),
        ("news/2.toml", item("a", "2026-03-01T10:00:00Z")),
        ("news/3.toml", item("old", "2026-02-01T10:00:00Z")),
        ("news/4.toml", item("new", "2026-03-01T10:00:01Z")),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let publication = Publication::of(SITE, &files, NOW);
    for path in FORMATS {
        let titles: Vec<String> = read(&publication.feed(&format!("/{path}")))
            .entries
            .iter()
            .map(|entry| entry.title.clone().unwrap().content)
            .collect();
        assert_eq!(titles, ["new", "a", "b", "old"], "{path}");
    }
}

#[test]
fn a_correction_travels_however_old_its_item_is() {
    let mut files: Vec<(String, String)> = (10..40)
        .map(|n| {
            (
                format!("news/{n}.toml"),
                format!("title = \"{n}\"\ndate = 2026-10-01T10:00:{n}Z\nbody = \"b\"\n"),
            )
        })
        .collect();
    let old = "title = \"old\"\ndate = 2020-01-01T00:00:00Z\nupdated = 2026-11-20T00:00:00Z\nbody = \"b\"\n";
    files.push(("news/old.toml".to_owned(), old.to_owned()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let feed = read(&Publication::of(SITE, &files, NOW).feed("/rss.xml"));
    assert_eq!(feed.entries.len(), 31);
    assert_eq!(feed.entries[30].title.as_ref().unwrap().content, "old");
    let later = read(&Publication::of(SITE, &files, NOW + 40 * 86_400).feed("/rss.xml"));
    assert_eq!(later.entries.len(), 30);
}

#[test]
fn what_nobody_may_see_is_in_no_byte() {
    let shown = (
        "news/a.toml",
        "title = \"Shown\"\ndate = 2026-03-01\nbody = \"b\"\n",
    );
    let secrets = [
        "date = 2026-12-01\n",
        "date = 2026-03-02\nembargo_until = 2026-11-24T12:00:01Z\n",
        "date = 2026-03-02\nstatus = \"draft\"\n",
        "date = 2026-03-02\nstatus = \"withheld\"\nstatus_note = \"n\"\n",
        "date = 2027-03-02\nstatus = \"canceled\"\nstatus_note = \"n\"\n",
        "date = 2026-03-02\nexpires = 2026-11-24T12:00:00Z\n",
        "date = 2026-03-02\ngenre = \"advisory\"\n",
    ];
    let without = Publication::of(SITE, &[shown], NOW).edition();
    for secret in secrets {
        let item = format!("title = \"Secret\"\nslug = \"secret\"\n{secret}body = \"Secret\"\n");
        let with = Publication::of(SITE, &[shown, ("news/b.toml", &item)], NOW).edition();
        for folder in ["/", "/news/"] {
            for path in FORMATS {
                let path = format!("{folder}{path}");
                assert_eq!(body(&without, &path), body(&with, &path), "{secret}");
            }
        }
    }
}

#[test]
fn an_item_appears_in_the_second_of_its_date_and_of_its_embargo() {
    let item = "title = \"T\"\ndate = 2026-11-01T00:00:00Z\nembargo_until = 2026-11-24T12:00:00Z\nbody = \"b\"\n";
    let count = |now| {
        read(&Publication::of(SITE, &[("news/a.toml", item)], now).feed("/atom.xml"))
            .entries
            .len()
    };
    assert_eq!((count(NOW - 1), count(NOW)), (0, 1));
    let publication = Publication::of(SITE, &[("news/a.toml", item)], NOW - 100);
    assert_eq!(publication.newsroom.next_change(), Some(NOW));
}

#[test]
fn a_language_that_is_listed_has_its_own_tree() {
    let site = format!("{SITE}[languages.ru]\ntitle = \"Пример\"\n");
    let english = (
        "news/a.toml",
        "title = \"English\"\ndate = 2026-03-01\nbody = \"b\"\n",
    );
    let russian = (
        "news/a.ru.toml",
        "title = \"По-русски\"\ndate = 2026-03-01\nbody = \"т\"\n",
    );
    let publication = Publication::of(&site, &[english, russian], NOW);
    let edition = publication.edition();
    let titles = |path: &str| -> Vec<String> {
        read(&body(&edition, path))
            .entries
            .iter()
            .map(|entry| entry.title.clone().unwrap().content)
            .collect()
    };
    assert_eq!(titles("/atom.xml"), ["English"]);
    assert_eq!(titles("/ru/atom.xml"), ["По-русски"]);
    assert_eq!(titles("/ru/news/feed.json"), ["По-русски"]);
    assert!(body(&edition, "/ru/atom.xml").contains("<id>tag:example.org,2022:feed/ru</id>"));
    assert!(body(&edition, "/ru/news/atom.xml").contains("https://press.example.org/ru/news/a/"));
}

#[test]
fn a_large_body_travels_as_its_summary() {
    let item = format!(
        "title = \"T\"\ndate = 2026-03-01\nsummary = \"Short.\"\nbody = \"\"\"\n{}\n\"\"\"\n",
        "many words ".repeat(30_000)
    );
    let publication = one(&item);
    for path in FORMATS {
        let text = publication.feed(&format!("/{path}"));
        assert!(
            text.len() < 4_000 && text.contains("Short."),
            "{path}: {}",
            text.len()
        );
        assert_eq!(read(&text).entries.len(), 1);
    }
}

#[test]
fn the_stylesheet_instruction_follows_the_declaration_and_can_be_turned_off() {
    let item = [(
        "news/a.toml",
        "title = \"T\"\ndate = 2026-03-01\nbody = \"b\"\n",
    )];
    let text = Publication::of(SITE, &item, NOW).feed("/rss.xml");
    let start = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<?xml-stylesheet type=\"text/css\" href=\"/assets/feed.css\"?>\n<rss";
    assert!(text.starts_with(start), "{}", &text[..200]);
    let section = ("news/section.toml", "[feeds]\nbrowser_view = false\n");
    let publication = Publication::of(SITE, &[item[0], section], NOW);
    assert!(publication.feed("/rss.xml").contains("xml-stylesheet"));
    assert!(!publication.feed("/news/rss.xml").contains("xml-stylesheet"));
    let off = format!("{SITE}[feeds]\nbrowser_view = false\n");
    assert!(
        !Publication::of(&off, &item, NOW)
            .feed("/rss.xml")
            .contains("xml-stylesheet")
    );
}

/// TOML's spelling of a text.
fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.chars()
            .map(|c| match c {
                '"' => "\\\"".to_owned(),
                '\\' => "\\\\".to_owned(),
                c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
                c => c.to_string(),
            })
            .collect::<String>()
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_field_reads_back_the_same(
        title in "\\PC{0,40}.{0,40}", summary in any::<String>(), tag in any::<String>(), name in any::<String>(), body_text in any::<String>(),
    ) {
        let item = format!(
            "id = \"a\"\ndate = 2026-03-01\ntitle = {}\nsummary = {}\ntags = [{}]\nauthors = [{}]\nbody = {}\nbody_format = \"text\"\n",
            quoted(&format!("t{title}")), quoted(&summary), quoted(&tag), quoted(&format!("n{name}")), quoted(&format!("b{body_text}"))
        );
        let publication = Publication::of(SITE, &[("news/a.toml", &item)], NOW);
        prop_assume!(!publication.items.is_empty());
        let expected = &publication.items["a"].item;
        for path in FORMATS {
            let text = publication.feed(&format!("/{path}"));
            let feed = read(&text);
            let entry = &feed.entries[0];
            let title = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(title(&entry.title.as_ref().unwrap().content), title(&expected.title), "{}", path);
            if path != "feed.json" {
                let document = roxmltree::Document::parse(&text).unwrap();
                let named = document.descendants().filter(|node| node.tag_name().name() == "title").nth(1).unwrap();
                prop_assert_eq!(named.text().unwrap(), &expected.title);
            }
        }
        prop_assert_eq!(publication.feed("/rss.xml"), Publication::of(SITE, &[("news/a.toml", &item)], NOW).feed("/rss.xml"));
    }

    #[test]
    fn any_bytes_in_any_form_are_read_without_a_panic(text in any::<String>(), name in "[a-zé0-9.]{1,12}") {
        for extension in ["toml", "json", "md"] {
            let path = format!("news/{name}.{extension}");
            Publication::of(SITE, &[(&path, &text)], NOW);
            Publication::of(SITE, &[(&path, &format!("+++\n{text}\n+++\n{text}"))], NOW);
        }
    }
}
