//! Texts of others: each goes out under its own name, is linked to where it stands, and is never under our terms.

use crate::desk::{Office, SITE as DESK, second};
use crate::fixture::{NOW, Publication, SITE};
use tidings::page::sitemap;

const TERMS: &str =
    "rights = \"© Example\"\nlicense = \"https://creativecommons.org/licenses/by/4.0/\"\n";

const GAZETTE: &str =
    "source = { name = \"Gazette & Co\", url = \"https://gazette.example/a?b=1&c=2\" }\n";

const LATER: &str = "title = \"T\"\ndate = 2096-11-24T10:00:00Z\nbody = \"b\"\n";

const FEEDS: [&str; 3] = ["/rss.xml", "/atom.xml", "/feed.json"];

fn item(keys: &str) -> String {
    format!("title = \"T\"\ndate = 2026-11-24T10:00:00Z\n{keys}body = \"b\"\n")
}

fn publication(files: &[(&str, &str)]) -> Publication {
    Publication::of(&format!("{SITE}{TERMS}"), files, NOW)
}

#[test]
fn an_item_of_others_has_their_name_in_every_feed() {
    let (own, signed) = (item(""), item(&format!("{GAZETTE}authors = [\"Ada\"]\n")));
    let taken = item(&GAZETTE.replace(" }", ", feed_url = \"https://gazette.example/rss\" }"));
    for (text, rss, atom, json) in [
        (
            &own,
            "<dc:creator>Example</dc:creator>",
            "<author><name>Example</name></author><category",
            "\"authors\":[{\"name\":\"Example\"}],\"tags\"",
        ),
        (
            &signed,
            "<dc:creator>Ada</dc:creator>",
            "<author><name>Ada</name></author>",
            "\"authors\":[{\"name\":\"Ada\"}],\"tags\"",
        ),
        (
            &taken,
            "<dc:creator>Gazette &amp; Co</dc:creator>",
            "<author><name>Gazette &amp; Co</name><uri>https://gazette.example/a?b=1&amp;c=2</uri></author>",
            "\"authors\":[{\"name\":\"Gazette & Co\",\"url\":\"https://gazette.example/a?b=1&c=2\"}],\"tags\"",
        ),
    ] {
        let publication = publication(&[("news/a.toml", text)]);
        for (path, said) in FEEDS.into_iter().zip([rss, atom, json]) {
            let feed = publication.feed(path);
            assert!(feed.contains(said), "{said} is not in {feed}");
        }
    }
    let rss = publication(&[("news/a.toml", &taken)]).feed("/rss.xml");
    assert!(
        rss.contains("<source url=\"https://gazette.example/rss\">Gazette &amp; Co</source>"),
        "{rss}"
    );
}

#[test]
fn the_content_of_an_item_of_others_ends_with_its_source() {
    let keys = format!("{GAZETTE}corrections = [{{ at = 2026-11-24T11:00:00Z, note = \"n\" }}]\n");
    let files = [
        ("news/a.toml", &*item(&keys)),
        ("news/b.ru.toml", &*item(GAZETTE)),
    ];
    let site = format!("{SITE}[languages.ru]\n");
    let publication = Publication::of(&site, &files, NOW);
    for (tree, word) in [("", "Source"), ("/ru", "Источник")] {
        for path in FEEDS {
            let feed = publication.feed(&format!("{tree}{path}"));
            let parsed = feed_rs::parser::parse(feed.as_bytes()).unwrap();
            let content = parsed.entries[0].content.clone().unwrap().body.unwrap();
            let end = format!(
                "<p>{word}: <a href=\"https://gazette.example/a?b=1&amp;c=2\">Gazette &amp; Co</a></p>"
            );
            assert!(content.trim_end().ends_with(&end), "{path}: {content}");
        }
    }
}

#[test]
fn where_a_feed_carries_summaries_the_source_is_named_and_linked() {
    let files = [("news/a.toml", &*item(GAZETTE))];
    let site = format!("{SITE}[feeds]\ncontent = \"summary\"\n");
    let publication = Publication::of(&site, &files, NOW);
    for path in FEEDS {
        let feed = publication.feed(path).replace("&amp;", "&");
        for said in ["Gazette & Co", "https://gazette.example/a?b=1&c=2"] {
            assert!(feed.contains(said), "{said} is not in {feed}");
        }
    }
}

#[test]
fn a_feed_with_items_of_others_states_no_terms_for_all() {
    let own = item("");
    let taken = item(GAZETTE);
    let licensed = item(&format!("{GAZETTE}rights = \"© Gazette\"\n"));
    let partners = "syndicated = true\n";
    for (files, whole, of_items) in [
        (vec![("news/a.toml", &*own)], 1, 0),
        // The one that is ours says so itself.
        (vec![("news/a.toml", &*own), ("news/b.toml", &*taken)], 0, 1),
        (vec![("news/b.toml", &*taken)], 0, 0),
        (vec![("news/b.toml", &*licensed)], 0, 0),
        (vec![("news/section.toml", partners)], 0, 0),
    ] {
        let publication = publication(&files);
        let rss = publication.feed("/news/rss.xml");
        let (channel, _) = rss.split_once("<item>").unwrap_or((&rss, ""));
        assert_eq!(
            channel.matches("<copyright>© Example").count(),
            whole,
            "{rss}"
        );
        assert_eq!(channel.matches("licenses/by").count(), whole, "{rss}");
        assert_eq!(
            rss.matches("<dc:rights>© Example").count(),
            of_items,
            "{rss}"
        );
        let atom = publication.feed("/news/atom.xml");
        let json = publication.feed("/news/feed.json");
        for feed in [&atom, &json] {
            assert_eq!(
                feed.matches("© Example").count(),
                whole + of_items,
                "{feed}"
            );
        }
    }
}

#[test]
fn an_item_has_one_alternate_in_atom_which_is_its_own_page() {
    let files = [("news/a.toml", &*item("")), ("news/a.ru.toml", &*item(""))];
    let site = format!("{SITE}[languages.ru]\n");
    let publication = Publication::of(&site, &files, NOW);
    for (path, page) in [("/atom.xml", "/news/a/"), ("/ru/atom.xml", "/ru/news/a/")] {
        let feed = publication.feed(path);
        let entry = feed.split("<entry>").nth(1).unwrap();
        let links: Vec<&str> = entry.split("<link ").skip(1).collect();
        assert_eq!(links.len(), 1, "{entry}");
        let own = format!("href=\"https://press.example.org{page}\" rel=\"alternate\"");
        assert!(links[0].starts_with(&own), "{entry}");
        assert!(!feed.contains("hreflang"), "{feed}");
    }
}

#[test]
fn items_whose_canonical_page_is_elsewhere_are_in_no_sitemap() {
    for (canonical, is_named) in [
        (None, true),
        (Some("https://press.example.org/news/a/"), true),
        (Some("https://press.example.org/news/a"), true),
        (Some("https://other.example.net/news/a/"), false),
        (Some("https://press.example.org/news/b/"), false),
    ] {
        let keys = canonical.map(|url| format!("canonical_url = \"{url}\"\n"));
        let text = item(&keys.unwrap_or_default());
        let publication = Publication::of(SITE, &[("news/a.toml", &text)], NOW);
        let newsroom = &publication.newsroom;
        let shown: Vec<_> = sitemap::news_window(newsroom, NOW)
            .iter()
            .map(|entry| publication.items[entry.id.as_str()].clone())
            .collect();
        let (all, news) = (
            sitemap::render(newsroom, NOW),
            sitemap::news(newsroom, &shown, NOW),
        );
        for map in [all, news] {
            assert_eq!(map.contains("/news/a/"), is_named, "{canonical:?}: {map}");
        }
    }
}

#[test]
fn a_name_with_a_language_that_is_not_listed_keeps_a_new_item_back_and_takes_no_published_one_away()
{
    let mut office = Office::open(
        &[
            ("site.toml", &format!("{DESK}[languages.ru]\n")),
            ("news/a.ru.toml", LATER),
            ("news/b.de.toml", LATER),
            ("news/c.v2.toml", LATER),
        ],
        second("12:00:00"),
    );
    let status = |office: &Office, path: &str| office.get(path).0;
    assert_eq!(status(&office, "/ru/news/a/"), 200);
    assert_eq!(status(&office, "/news/b-de/"), 404);
    assert_eq!(status(&office, "/news/c-v2/"), 200);
    let problems = office.problems().join("\n");
    assert!(problems.contains("news/b.de.toml"), "{problems}");
    assert!(
        problems.contains("write `[languages.de]` into site.toml"),
        "{problems}"
    );
    // What was published is still there when its language is listed no more.
    office.at(second("12:10:00"));
    office.write("site.toml", DESK);
    office.step();
    for _ in 0..2 {
        assert_eq!(status(&office, "/news/a-ru/"), 200);
        assert!(office.get("/rss.xml").2.contains(":a.ru</guid>"));
        assert_eq!(status(&office, "/news/b-de/"), 404);
        office.restart();
    }
    office.at(second("12:20:00"));
    office.write("site.toml", &format!("{DESK}[languages.de]\n"));
    office.step();
    assert_eq!(status(&office, "/de/news/b/"), 200);
}

#[test]
fn withdrawals_of_one_day_can_be_told_apart() {
    let canceled = |keys: &str| format!("{LATER}status = \"canceled\"\n{keys}");
    let mut office = Office::open(
        &[
            (
                "site.toml",
                &format!("{DESK}[contact]\nname = \"Desk\"\nemail = \"desk@example.org\"\n"),
            ),
            ("news/a.toml", LATER),
            ("news/b.toml", LATER),
            ("news/c.toml", &LATER.replace("T10:00:00Z", "")),
        ],
        second("12:00:00"),
    );
    office.at(second("12:10:00"));
    office.write(
        "news/a.toml",
        &canceled("status_note = \"The figures were wrong.\"\n"),
    );
    office.write("news/b.toml", &canceled(""));
    office.write("news/c.toml", &canceled("").replace("T10:00:00Z", ""));
    office.step();
    let feed = office.get("/rss.xml").2;
    for title in [
        "Withdrawn (News, 24 November 2096 at 10:00): The figures were wrong.",
        "Withdrawn (News, 24 November 2096 at 10:00)",
        "Withdrawn (News, 24 November 2096)",
    ] {
        assert!(feed.contains(&format!("<title>{title}</title>")), "{feed}");
    }
    let (status, _, page) = office.get("/news/a/");
    assert_eq!(status, 410);
    for said in [
        "<a href=\"https://press.example.org/news/\">News</a>, <time datetime=\"2096-11-24T10:00:00+00:00\">24 November 2096 at 10:00</time>",
        "<p>The figures were wrong.</p>",
        "<p><bdi><a href=\"mailto:desk@example.org\">Desk</a></bdi></p>",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    assert!(
        office
            .get("/")
            .2
            .contains("<p>There are no items here at the moment.</p>")
    );
}

#[test]
fn lists_mark_what_was_corrected_and_name_what_others_wrote() {
    let corrected =
        format!("{LATER}corrections = [{{ at = 2096-11-24T11:00:00Z, note = \"n\" }}]\n");
    let taken = format!("{LATER}{GAZETTE}");
    for (text, is_corrected, is_taken) in [
        (LATER, false, false),
        (&corrected, true, false),
        (&taken, false, true),
    ] {
        let office = Office::open(
            &[("site.toml", DESK), ("news/a.toml", text)],
            second("12:00:00"),
        );
        let page = office.get("/news/").2;
        assert_eq!(
            page.contains("<span class=\"mark\">Correction</span>"),
            is_corrected,
            "{page}"
        );
        assert_eq!(
            page.contains(" · Source: <bdi>Gazette &#38; Co</bdi>"),
            is_taken,
            "{page}"
        );
    }
}

#[test]
fn the_page_of_an_item_of_others_is_theirs() {
    let site = format!("{DESK}{TERMS}");
    let taken = format!("{LATER}{GAZETTE}");
    for (text, is_ours) in [(LATER, true), (&*taken, false)] {
        let office = Office::open(
            &[("site.toml", &*site), ("news/a.toml", text)],
            second("12:00:00"),
        );
        let page = office.get("/news/a/").2;
        assert_eq!(page.contains("© Example"), is_ours, "{page}");
        assert_eq!(page.contains("licenses/by"), is_ours, "{page}");
        let author = "\"author\":[{\"@type\":\"Organization\",\"name\":\"Gazette & Co\",\"url\":\"https://gazette.example/a?b=1&c=2\"}]";
        assert_eq!(page.contains(author), !is_ours, "{page}");
        let graph =
            "<meta property=\"article:author\" content=\"https://gazette.example/a?b=1&#38;c=2\">";
        assert_eq!(page.contains(graph), !is_ours, "{page}");
        let byline = "By <a href=\"https://gazette.example/a?b=1&#38;c=2\">Gazette &#38; Co</a>";
        assert_eq!(page.contains(byline), !is_ours, "{page}");
    }
}

#[test]
fn what_is_missing_in_a_language_is_told_in_one_line() {
    let mut office = Office::open(
        &[
            (
                "site.toml",
                &format!("{DESK}{TERMS}[languages.ru]\ntitle = \"Пример\"\n[languages.fr]\n"),
            ),
            ("news/a.ru.toml", LATER),
        ],
        second("12:00:00"),
    );
    let told = office.problems().join("\n");
    assert!(
        told.contains("readers in `ru` find texts of the default language: `rights`, `title` of the section `news`"),
        "{told}"
    );
    assert!(!told.contains("`fr`"), "{told}");
}

#[test]
fn the_publications_own_texts_can_be_said_in_each_language() {
    let site = format!(
        "{DESK}{TERMS}links = [{{ title = \"About\", url = \"/about/\" }}]\n\
         publisher = {{ name = \"Office\", url = \"https://office.example/\" }}\n\
         contact = {{ name = \"Desk\", email = \"desk@example.org\" }}\n\
         [languages.fr]\n[languages.ru]\nrights = \"© Пример\"\npublisher = {{ name = \"Бюро\" }}\n\
         contact = {{ name = \"Стол\" }}\nlinks = [{{ title = \"О нас\", url = \"/o-nas/\" }}]\n"
    );
    let office = Office::open(
        &[
            ("site.toml", &*site),
            ("news/a.toml", LATER),
            ("news/a.fr.toml", LATER),
            ("news/a.ru.toml", LATER),
        ],
        second("12:00:00"),
    );
    for (tree, said, unsaid) in [
        ("", ["© Example", "Office", "Desk", "About"], "Бюро"),
        ("/fr", ["© Example", "Office", "Desk", "About"], "Бюро"),
        ("/ru", ["© Пример", "Бюро", "Стол", "О нас"], "Office"),
    ] {
        for path in ["/", "/news/a/", "/nothing/"] {
            let page = office.get(&format!("{tree}{path}")).2;
            for word in said {
                assert!(page.contains(word), "{tree}{path}: {word} is not in {page}");
            }
            assert!(!page.contains(unsaid), "{tree}{path}: {page}");
        }
        for path in FEEDS {
            let feed = office.get(&format!("{tree}{path}")).2;
            assert!(
                feed.contains(said[0]) && feed.contains(said[1]),
                "{tree}{path}: {feed}"
            );
            assert!(!feed.contains(unsaid), "{tree}{path}: {feed}");
        }
    }
}
