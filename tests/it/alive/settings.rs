//! Settings and media that change while the server runs.

use super::{Publication, item};
use crate::serving::SITE;
use std::fs;
use std::path::Path;

#[test]
fn a_section_and_the_site_may_be_renamed_and_break() {
    let publication = Publication::of(&[("statements/b.toml", &item("Second"))]);
    publication.write("news/section.toml", "title = \"Press releases\"\n");
    for feed in ["/news/rss.xml", "/news/atom.xml", "/news/feed.json"] {
        publication.expect(feed, &["Press releases", "First"], &[]);
    }
    publication.write("statements/section.toml", "in_main = false\n");
    publication.shows(&["First"], &["Second"]);
    publication.expect("/statements/rss.xml", &["Second"], &[]);
    publication.write("site.toml", &SITE.replace("Example", "Another name"));
    publication.shows(&["Another name", "First"], &["Example"]);
    publication.expect("/", &["Another name"], &["Example"]);
    // A broken one has no effect but its problem.
    publication.write("site.toml", "nonsense");
    publication.says("site.toml");
    publication.write("news/section.toml", "titel = \"x\"\n");
    publication.says("news/section.toml");
    publication.shows(&["Another name", "First"], &[]);
    publication.expect("/news/rss.xml", &["Press releases"], &[]);
    publication.write("site.toml", &SITE.replace("Example", "A third name"));
    publication.says("site.toml: what was wrong before is mended");
    publication.ends_as_a_fresh_one(&["/", "/statements/rss.xml"]);
}

#[test]
fn what_is_saved_while_the_settings_are_away_is_seen_when_they_are_back() {
    let publication = Publication::of(&[("news/b.toml", &item("Second"))]);
    publication.rename("site.toml", "site.toml~");
    publication.write("news/a.toml", &item("Another"));
    fs::remove_file(publication.path("news/b.toml")).unwrap();
    publication.says("site.toml: error");
    publication.shows(&["First", "Second"], &[]);
    publication.rename("site.toml~", "site.toml");
    publication.shows(&["Another", "Second"], &["First"]);
    publication.ends_as_a_fresh_one(&["/news/a/"]);
}

#[test]
fn a_language_comes_and_the_format_of_a_section_goes() {
    let publication = Publication::of(&[("news/b.ru.toml", &item("Second"))]);
    publication.expect("/ru/rss.xml", &["HTTP/1.1 404 "], &[]);
    let languages = "[languages.ru]\ntitle = \"Russian\"\ndescription = \"In Russian\"\n";
    publication.write("site.toml", &format!("{SITE}{languages}"));
    publication.expect("/ru/rss.xml", &["Second", "Russian"], &["First"]);
    publication.shows(&["First"], &["Second"]);
    publication.write("news/section.toml", "[feeds]\nformats = [\"atom\"]\n");
    publication.expect("/news/rss.xml", &["HTTP/1.1 404 "], &[]);
    publication.expect("/news/atom.xml", &["First"], &[]);
    fs::remove_file(publication.path("news/section.toml")).unwrap();
    publication.shows(&["First"], &[]);
    publication.write("site.toml", SITE);
    publication.shows(&["First", "Second"], &[]);
    publication.expect("/ru/rss.xml", &["HTTP/1.1 404 "], &[]);
    publication.expect("/ru/news/b-ru/", &["HTTP/1.1 404 "], &[]);
    publication.write("site.toml", &format!("{SITE}{languages}"));
    publication.shows(&["First"], &["Second"]);
    publication.ends_as_a_fresh_one(&["/ru/rss.xml", "/ru/news/atom.xml"]);
}

#[test]
fn a_picture_that_comes_later_is_measured_and_one_that_changes_is_another() {
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/media");
    let text = format!(
        "{}[[images]]\nsrc = \"2026/photo.png\"\nalt = \"A photo\"\n",
        item("First")
    );
    let publication = Publication::of(&[("news/a.toml", &text)]);
    publication.shows(&["First"], &["/media/2026/photo."]);
    fs::create_dir_all(publication.path("media/2026")).unwrap();
    fs::copy(
        pictures.join("logo.png"),
        publication.path("media/2026/photo.png"),
    )
    .unwrap();
    publication.shows(&["/media/2026/photo."], &[]);
    let named = |feed: &str| {
        let at = feed.find("/media/2026/photo.").unwrap();
        feed[at..].split('"').next().unwrap().to_owned()
    };
    let before = named(&publication.server.get("/rss.xml"));
    publication.expect(&before, &["HTTP/1.1 200 "], &[]);
    fs::copy(
        pictures.join("icon.png"),
        publication.path("media/2026/photo.png"),
    )
    .unwrap();
    publication.shows(&["/media/2026/photo."], &[&before]);
    let after = named(&publication.server.get("/rss.xml"));
    publication.expect(&before, &["HTTP/1.1 301 ", &after], &[]);
    // What was measured is kept over a stop once the file is older than the grain of the clock, and asked for again.
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    publication.expect(&after, &["HTTP/1.1 200 "], &[]);
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    publication.ends_as_a_fresh_one(&["/news/a/"]);
}
