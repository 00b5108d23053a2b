//! The languages of pages: their words, their dates, and the ways between them.

use super::{shown, tags, values};
use crate::desk::{Office, SITE, second};
use std::collections::BTreeMap;
use tidings::text::words::all_texts;

const LANGUAGES: [&str; 12] = [
    "en", "ru", "hy", "fr", "de", "es", "ar", "zh", "be", "kk", "ky", "tg",
];

/// The words of each language by key, the language's own name first.
fn words() -> Vec<toml::Table> {
    all_texts().map(|text| text.parse().unwrap()).collect()
}

/// An office whose default language is one of those, with every kind of page. The items have no words, but figures.
fn office(language: &str) -> Office {
    let site = format!(
        "{}default_language = \"{language}\"\n",
        SITE.replace("Example", "1")
    );
    let item =
        |more: &str| format!("title = \"2\"\ndate = 2096-11-01T10:00:00Z\n{more}body = \"3\"\n");
    let full = item(
        "tags = [\"4\"]\nrelated = [\"e\"]\npinned = true\nrights = \"5\"\nexternal_url = \"https://6.example/\"\n\
         canonical_url = \"https://7.example/\"\nlicense = \"https://8.example/\"\nplace = { name = \"9\" }\n\
         corrections = [{ at = 2096-11-02T10:00:00Z, note = \"10\" }]\nauthors = [\"11\"]\n\
         attachments = [{ src = \"https://12.example/a.pdf\", title = \"12\", length = 2340000 }]\n\
         source = { name = \"13\", url = \"https://13.example/\" }\n",
    );
    let full = full.replace("body = \"3\"", "body = \"| 3 |\\n| --- |\\n| 3 |\"");
    let rows: Vec<(String, String)> = (0..60)
        .map(|number| (format!("2/n{number}.toml"), item("")))
        .collect();
    let (expired, canceled) = (
        item("expires = 2096-11-03T00:00:00Z\n"),
        item("status = \"canceled\"\n"),
    );
    let mut files = vec![
        ("site.toml", site.as_str()),
        ("1/full.toml", &full),
        ("1/e.toml", &expired),
        ("1/c.toml", &canceled),
        ("3/section.toml", ""),
    ];
    files.extend(rows.iter().map(|(path, text)| (&**path, &**text)));
    Office::open(&files, second("12:00:00"))
}

const PAGES: [&str; 11] = [
    "/tag/4/",
    "/author/11/",
    "/",
    "/page/2/",
    "/1/",
    "/3/",
    "/1/full/",
    "/1/e/",
    "/1/c/",
    "/2/n30/",
    "/nothing/",
];

#[test]
fn no_page_of_a_language_has_english_words() {
    let all = words();
    let english = all
        .iter()
        .find(|words| words["name"].as_str() == Some("English"));
    for language in LANGUAGES.into_iter().filter(|language| *language != "en") {
        let office = office(language);
        let own: Vec<&str> = all
            .iter()
            .filter(|words| words["name"].as_str() != Some("English"))
            .flat_map(|words| words.values().filter_map(|word| word.as_str()))
            .collect();
        for path in PAGES {
            let html = office.get(path).2;
            let (text, labels) = (shown(&html), values(&html, "aria-label"));
            for (key, word) in english.unwrap() {
                let word = word.as_str().unwrap();
                let fixed = word.split(['{', '}']).next().unwrap().trim();
                if fixed.len() < 3 || own.contains(&word) {
                    continue;
                }
                let is_there = |text: &str| {
                    text.split(|c: char| !c.is_alphanumeric() && c != ' ')
                        .any(|part| part.trim() == fixed)
                        || (fixed.contains(' ') && text.contains(fixed))
                };
                assert!(
                    !is_there(&text) && !labels.iter().any(|label| is_there(label)),
                    "{language} {path} says `{fixed}` ({key}): {text}"
                );
            }
        }
    }
}

#[test]
fn every_word_is_said_on_some_page() {
    for language in ["en", "ru", "ar"] {
        let office = office(language);
        let all: String = PAGES.map(|path| office.get(path).2).concat();
        let all = super::plain(&all) + &super::plain(&all).replace('\u{a0}', " ");
        let table: BTreeMap<String, String> = words()
            .into_iter()
            .find(|words| {
                let tag = tidings::text::language::Language::new(language).unwrap();
                words["name"].as_str() == Some(tidings::text::words::Words::of(&tag).name.as_str())
            })
            .unwrap()
            .into_iter()
            .map(|(key, word)| (key, word.as_str().unwrap().to_owned()))
            .collect();
        // What feeds, previews and larger files say, and what needs further languages.
        let elsewhere = [
            "draft",
            "scheduled",
            "embargoed",
            "name",
            "country",
            "decimal",
            "comma",
            "languages",
            "translations",
            "correction",
            "feed_explained",
            "replacement",
            "kilobytes",
            "gigabytes",
        ];
        for (key, word) in table
            .iter()
            .filter(|(key, _)| !elsewhere.contains(&key.as_str()))
        {
            let fixed = word.split(['{', '}']).next().unwrap().trim();
            assert!(all.contains(fixed), "{language}: {key}");
        }
    }
}

#[test]
fn pages_name_their_versions_both_ways() {
    let site = format!("{SITE}[languages.ru]\n[languages.sr-Latn]\n");
    let item = |title: &str| format!("title = \"{title}\"\ndate = 2096-11-01\nbody = \"b\"\n");
    let (english, russian, alone) = (item("A"), item("А"), item("Один"));
    let office = Office::open(
        &[
            ("site.toml", &site),
            ("news/a.toml", &english),
            ("news/a.ru.toml", &russian),
            ("news/b.ru.toml", &alone),
        ],
        second("12:00:00"),
    );
    let versions = |path: &str| -> Vec<String> {
        let html = office.get(path).2;
        let links = tags(&html, "link").into_iter();
        let mut versions: Vec<String> = links
            .filter(|tag| tag.contains("hreflang"))
            .map(|tag| {
                let tag = format!(" {tag}");
                let url = values(&tag, "href").concat();
                let path = url.replace("https://press.example.org", "");
                format!("{} {path}", values(&tag, "hreflang").concat())
            })
            .collect();
        versions.sort();
        versions
    };
    let of_item = ["en /news/a/", "ru /ru/news/a/", "x-default /news/a/"];
    assert_eq!(versions("/news/a/"), of_item);
    assert_eq!(versions("/ru/news/a/"), of_item);
    assert!(versions("/ru/news/b/").is_empty());
    let of_list = [
        "en /news/",
        "ru /ru/news/",
        "sr-Latn /sr-latn/news/",
        "x-default /news/",
    ];
    for path in ["/news/", "/ru/news/", "/sr-latn/news/"] {
        assert_eq!(versions(path), of_list);
    }
    // The switch leads to the item where it is, else to its section.
    let html = office.get("/ru/news/b/").2;
    let switch = html.split_once("class=\"languages\"").unwrap().1;
    let switch = switch.split_once("</nav>").unwrap().0;
    let paths = values(switch, "href");
    let paths: Vec<&str> = paths
        .iter()
        .map(|url| url.strip_prefix("https://press.example.org").unwrap())
        .collect();
    assert_eq!(paths, ["/news/", "/ru/news/b/", "/sr-latn/news/"]);
}

#[test]
fn an_item_in_another_language_than_its_page_says_so() {
    let text = "title = \"عنوان\"\nlang = \"ar\"\ndate = 2096-11-01\nbody = \"نص\"\n";
    let office = Office::open(
        &[("site.toml", SITE), ("news/a.toml", text)],
        second("12:00:00"),
    );
    let (_, fields, html) = office.get("/news/a/");
    assert!(html.contains("<html lang=\"en\">") && html.contains("<h1 lang=\"ar\" dir=\"rtl\">"));
    assert_eq!(fields["content-language"], "en");
    assert!(
        office
            .get("/news/")
            .2
            .contains("<article lang=\"ar\" dir=\"rtl\">")
    );
    let site = format!("{SITE}[languages.ar]\n");
    let office = Office::open(
        &[("site.toml", &site), ("news/a.toml", text)],
        second("12:00:00"),
    );
    let (_, fields, html) = office.get("/ar/news/a/");
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">") && html.contains("<h1>عنوان"));
    assert_eq!(fields["content-language"], "ar");
    assert!(html.contains("<time datetime=\"2096-11-01\">1 نوفمبر 2096</time>"));
}

#[test]
fn notices_and_corrections_in_feeds_are_in_their_language() {
    let site = format!("{SITE}[languages.ru]\n");
    let item =
        |more: &str| format!("title = \"А\"\ndate = 2096-11-01T10:00:00Z\n{more}body = \"б\"\n");
    let corrected = item("corrections = [{ at = 2096-11-02T10:00:00Z, note = \"Так.\" }]\n");
    let canceled = item("status = \"canceled\"\n");
    let office = Office::open(
        &[
            ("site.toml", &site),
            ("news/a.ru.toml", &corrected),
            ("news/b.ru.toml", &canceled),
        ],
        second("12:00:00"),
    );
    let feed = office.get("/ru/rss.xml").2;
    assert!(
        feed.contains("<title>Отозвано (News, 1 ноября 2096\u{202f}г. в 10:00)</title>"),
        "{feed}"
    );
    assert!(feed.contains("Этот материал отозван."));
    assert!(
        feed.contains("Исправление, 2 ноября 2096\u{202f}г.: Так."),
        "{feed}"
    );
    assert!(feed.contains("href=\"/assets/feed.ru.css\""));
    let sheet = office.get("/assets/feed.ru.css").2;
    assert!(sheet.contains("content: \"Это веб-лента"), "{sheet}");
}
