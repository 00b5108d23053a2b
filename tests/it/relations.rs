//! What items stand beside: their neighbours in the section, and the versions of their text in other languages.

use crate::fixture::{NOW, Publication, SITE};
use tidings::newsroom::identity::Id;

const LANGUAGES: &str = "[languages.ru]\n[languages.fr]\n";

fn item(day: u32, keys: &str) -> String {
    format!("title = \"t\"\ndate = 2026-10-{day:02}T10:00:00Z\n{keys}body = \"b\"\n")
}

/// The ids beside an item: the older and the newer one, then its translations with their languages.
fn beside(site: &str, files: &[(&str, &str)], id: &str) -> String {
    let publication = Publication::of(site, files, NOW);
    let newsroom = &publication.newsroom;
    let entry = newsroom.get(&Id::new(id).unwrap()).unwrap();
    let neighbours = newsroom.neighbours(entry, NOW);
    let name = |entry: Option<_>| {
        entry.map_or(
            "–".to_owned(),
            |entry: std::sync::Arc<tidings::newsroom::entry::Entry>| entry.id.to_string(),
        )
    };
    let mut told = format!("{} {}", name(neighbours.older), name(neighbours.newer));
    for (language, version) in newsroom.translations(entry, NOW) {
        told.push_str(&format!(" {language}:{}", version.id));
    }
    told
}

#[test]
fn neighbours_are_the_visible_items_of_the_section_by_wire_time_and_id() {
    let same = item(3, "");
    let files = [
        ("news/a.toml", item(1, "")),
        ("news/b.toml", item(2, "status = \"draft\"\n")),
        ("news/c.toml", item(2, "expires = 2026-11-01T00:00:00Z\n")),
        ("other/x.toml", same.clone()),
        ("news/d.toml", same.clone()),
        ("news/e.toml", same),
        (
            "news/f.toml",
            item(5, "embargo_until = 2027-01-01T00:00:00Z\n"),
        ),
        ("news/g.toml", item(4, "sections = [\"other\", \"news\"]\n")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    for (id, expected) in [
        ("a", "– e"),
        ("b", "a e"),
        ("c", "a e"),
        ("e", "a d"),
        ("d", "e g"),
        ("g", "x –"),
        ("x", "– g"),
        ("f", "g –"),
    ] {
        assert_eq!(beside(SITE, &files, id), expected, "{id}");
    }
}

#[test]
fn translations_are_the_visible_versions_of_one_key_or_of_one_name_in_the_section() {
    let site = format!("{SITE}{LANGUAGES}");
    let plain = item(1, "");
    let key = item(1, "translation_key = \"text\"\n");
    let files = [
        ("news/a.toml", plain.clone()),
        ("news/a.ru.toml", plain.clone()),
        ("news/2026/a.fr.toml", item(1, "status = \"draft\"\n")),
        ("other/a.fr.toml", plain.clone()),
        ("news/b.toml", key.clone()),
        ("other/c.fr.toml", key.clone()),
        ("other/d.fr.toml", item(2, "translation_key = \"text\"\n")),
        ("other/text.ru.toml", plain.clone()),
        (
            "news/e.toml",
            item(1, "lang = \"de\"\ntranslation_key = \"text\"\n"),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    for (id, expected) in [
        ("a", "ru:a.ru"),
        ("a.ru", "en:a"),
        ("b", "de:e fr:d.fr ru:text.ru"),
        ("c.fr", "de:e en:b ru:text.ru"),
        ("text.ru", "de:e en:b fr:d.fr"),
        ("e", "en:b fr:d.fr ru:text.ru"),
    ] {
        let told = beside(&site, &files, id);
        let translations = told.splitn(3, ' ').nth(2).unwrap_or_default();
        assert_eq!(translations, expected, "{id}");
    }
}
