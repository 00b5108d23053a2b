//! Files that are written slowly, and files that are away for a moment: what readers get meanwhile.

use super::{FEEDS, Publication, item};
use crate::serving::{SITE, Serving, check, data, run, tidings, write};
use std::fs;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

/// A pause that a program makes over a slow network.
const PAUSE: Duration = Duration::from_millis(1_500);

/// What nobody may read before its time.
const SECRET: &str = "Sealed words.";

/// An item in each format whose embargo comes last, after everything that could be shown.
fn sealed() -> [(&'static str, String); 3] {
    let end = "embargo_until = 2099-01-01T00:00:00Z\n";
    [
        (
            "news/x.toml",
            format!("title = \"{SECRET}\"\ndate = 2026-03-02\nbody = \"{SECRET}\"\n{end}"),
        ),
        (
            "news/x.json",
            format!(
                "{{\"title\": \"{SECRET}\", \"date\": \"2026-03-02\", \"body\": \"{SECRET}\"}}\n{}",
                "{\"status\": \"withheld\"}"
            ),
        ),
        (
            "news/x.md",
            format!(
                "+++\ntitle = \"Open\"\ndate = 2026-03-02\n+++\n{SECRET}\n\nThat is what they did not say.\n"
            ),
        ),
    ]
}

/// Asks for all that could show a secret.
fn shows_anywhere(server: &Serving, words: &str) -> bool {
    let pages = ["/", "/news/", "/news/x/"];
    let mut paths = FEEDS.iter().chain(&pages);
    paths.any(|path| server.get(path).contains(words))
}

/// Watches for words while somebody writes.
fn never_shows(server: &Serving, words: &str, during: Duration) {
    let until = std::time::Instant::now() + during;
    while std::time::Instant::now() < until {
        assert!(!shows_anywhere(server, words), "{}", server.said());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_embargo_at_the_end_of_a_file_holds_while_the_file_is_written() {
    for (file, text) in sealed() {
        let publication = Publication::of(&[]);
        let mut open = fs::File::create(publication.path(file)).unwrap();
        // The cut is where what stands there already would be an item.
        let cut = text.rfind(['\n', '}']).map_or(0, |_| {
            let marks = ["embargo_until", "{\"status\"", "\n\nThat"];
            marks.iter().find_map(|mark| text.find(mark)).unwrap()
        });
        open.write_all(&text.as_bytes()[..cut]).unwrap();
        never_shows(&publication.server, SECRET, PAUSE);
        never_shows(&publication.server, SECRET, PAUSE);
        if file.ends_with(".md") {
            open.write_all(&text.as_bytes()[cut..]).unwrap();
            drop(open);
            publication.expect("/news/x/", &[SECRET, "did not say"], &[]);
        } else {
            open.write_all(&text.as_bytes()[cut..]).unwrap();
            drop(open);
            never_shows(&publication.server, SECRET, PAUSE);
        }
    }
}

#[test]
fn a_published_item_stays_as_it_is_while_its_file_is_written_anew() {
    let publication = Publication::of(&[]);
    let after = item("Second").replace("Text of", "Words of");
    let mut open = fs::File::create(publication.path("news/a.toml")).unwrap();
    for byte in after.as_bytes().chunks(7) {
        open.write_all(byte).unwrap();
        std::thread::sleep(Duration::from_millis(150));
        for path in FEEDS {
            let feed = publication.server.get(path);
            assert!(feed.contains("First"), "{path}: {feed}");
        }
    }
    drop(open);
    publication.shows(&["Words of Second"], &["First"]);
    let said = publication.ends_as_a_fresh_one(&["/news/a/"]);
    assert!(!said.contains("error"), "{said}");
}

#[test]
fn a_file_that_is_renamed_while_it_is_written_is_not_whole() {
    let publication = Publication::of(&[]);
    let mut open = fs::File::create(publication.path("news/.part")).unwrap();
    let text = &sealed()[0].1;
    let cut = text.find("embargo").unwrap();
    open.write_all(&text.as_bytes()[..cut]).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    publication.rename("news/.part", "news/x.toml");
    never_shows(&publication.server, SECRET, PAUSE);
    open.write_all(&text.as_bytes()[cut..]).unwrap();
    drop(open);
    never_shows(&publication.server, SECRET, PAUSE);
}

#[test]
fn a_change_of_rights_does_not_make_half_a_file_whole() {
    use std::os::unix::fs::PermissionsExt;
    let publication = Publication::of(&[]);
    let text = &sealed()[0].1;
    let cut = text.find("embargo").unwrap();
    let mut open = fs::File::create(publication.path("news/x.toml")).unwrap();
    open.write_all(&text.as_bytes()[..cut]).unwrap();
    let rights = fs::Permissions::from_mode(0o644);
    fs::set_permissions(publication.path("news/x.toml"), rights).unwrap();
    never_shows(&publication.server, SECRET, PAUSE);
    open.write_all(&text.as_bytes()[cut..]).unwrap();
    drop(open);
    never_shows(&publication.server, SECRET, PAUSE);
}

#[test]
fn a_file_that_nobody_closes_is_read_after_ten_seconds_with_a_warning() {
    let publication = Publication::of(&[]);
    let mut open = fs::File::create(publication.path("news/b.toml")).unwrap();
    open.write_all(item("Second").as_bytes()).unwrap();
    publication.says("news/b.toml: warning: somebody has had this file open for writing");
    publication.shows(&["First", "Second"], &[]);
    drop(open);
    publication.says("news/b.toml: what was wrong before is mended");
    publication.ends_as_a_fresh_one(&[]);
}

/// Writes a file in parts, each in another opening, as programs do that nobody watches.
fn write_in_parts(path: &Path, text: &str, cut: usize, pause: Duration) {
    fs::write(path, &text.as_bytes()[..cut]).unwrap();
    std::thread::sleep(pause);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(&text.as_bytes()[cut..], cut as u64)
        .unwrap();
}

#[test]
fn a_start_and_polling_leave_half_a_file_alone() {
    let text = &sealed()[0].1;
    let cut = text.find("embargo").unwrap();
    for arguments in [&["--poll", "1"] as &[&str], &[]] {
        let folder = data(&[("site.toml", SITE), ("news/a.toml", &item("First"))]);
        let path = folder.path().join("data/news/x.toml");
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| write_in_parts(&path, text, cut, PAUSE));
            let server = Serving::start(&folder.path().join("data"), arguments);
            never_shows(&server, SECRET, PAUSE);
            writing.join().unwrap();
            never_shows(&server, SECRET, PAUSE);
            if !arguments.is_empty() {
                let other = text.replace("news/x", "news/y");
                let path = folder.path().join("data/news/y.toml");
                let writing = scope.spawn(move || write_in_parts(&path, &other, cut, PAUSE));
                never_shows(&server, SECRET, PAUSE * 2);
                writing.join().unwrap();
            }
        });
    }
}

#[test]
fn settings_that_are_being_written_stay_as_they_are() {
    let site = format!("{SITE}[languages.ru]\ntitle = \"Пример\"\n");
    let russian = item("Первый");
    let files = [("site.toml", site.as_str()), ("news/r.ru.toml", &russian)];
    let publication = Publication::of(&files);
    publication.expect("/ru/rss.xml", &["Первый"], &[]);
    let mut open = fs::File::create(publication.path("site.toml")).unwrap();
    open.write_all(SITE.as_bytes()).unwrap();
    let until = std::time::Instant::now() + PAUSE;
    while std::time::Instant::now() < until {
        let feed = publication.server.get("/ru/rss.xml");
        assert!(feed.contains("Первый"), "{feed}");
        assert!(!publication.server.get("/rss.xml").contains("Первый"));
    }
    open.write_all(&site.as_bytes()[SITE.len()..]).unwrap();
    drop(open);
    publication.write("news/b.toml", &item("Second"));
    publication.shows(&["First", "Second"], &["Первый"]);
    publication.ends_as_a_fresh_one(&["/ru/rss.xml"]);
}

fn killing() -> String {
    format!("{SITE}[feeds]\non_missing = \"cancel\"\n")
}

#[test]
fn a_file_that_is_away_for_a_moment_is_not_withdrawn_whatever_else_changes() {
    let site = killing();
    let publication = Publication::of(&[("site.toml", &site), ("news/c.toml", &item("Third"))]);
    let text = item("First");
    for (number, away) in [100, 700, 1_500].into_iter().enumerate() {
        fs::remove_file(publication.path("news/a.toml")).unwrap();
        publication.write("news/b.toml", &item(&format!("Second {number}.")));
        let (status, said) = run(tidings().args(["remove", "c"]).arg(publication.path("")));
        assert_eq!(status, 0, "{said}");
        std::thread::sleep(Duration::from_millis(away));
        publication.write("news/a.toml", &text);
        publication.shows(&["First", &format!("Second {number}.")], &[]);
    }
    // So long that it is believed: then it is withdrawn, for good.
    fs::remove_file(publication.path("news/a.toml")).unwrap();
    publication.expect("/news/a/", &["HTTP/1.1 410 "], &[]);
    publication.ends_as_a_fresh_one(&["/news/a/"]);
}

#[test]
fn a_start_waits_for_a_file_that_is_away_for_a_moment() {
    let site = killing();
    let Publication { folder, server } = Publication::of(&[("site.toml", &site)]);
    server.stop();
    let file = folder.path().join("data/news/a.toml");
    fs::remove_file(&file).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(1_000));
            write(&file, &item("First"));
        });
        let server = Serving::start(&folder.path().join("data"), &[]);
        crate::serving::ask_until(&server, "/news/a/", |answer| answer.contains("First"));
        let page = server.get("/news/a/");
        assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    });
}

#[test]
fn a_section_that_goes_is_not_withdrawn_before_somebody_confirms_it() {
    let site = killing();
    let news: Vec<(String, String)> = (0..40)
        .map(|number| {
            (
                format!("old/n{number}.toml"),
                item(&format!("Old {number}.")),
            )
        })
        .collect();
    let mut files = vec![("site.toml", &*site)];
    files.extend(news.iter().map(|(file, text)| (&**file, &**text)));
    let publication = Publication::of(&files);
    publication.expect("/old/n7/", &["HTTP/1.1 200 "], &[]);
    let (there, away) = (
        publication.path("old"),
        publication.folder.path().join("away"),
    );
    fs::rename(&there, &away).unwrap();
    publication.says("confirm with `tidings remove --missing`");
    publication.expect("/old/rss.xml", &["Old 7."], &[]);
    fs::rename(&away, &there).unwrap();
    publication.says(".: what was wrong before is mended");
    for number in 0..40 {
        publication.expect(&format!("/old/n{number}/"), &["HTTP/1.1 200 "], &[]);
    }
    fs::remove_dir_all(&there).unwrap();
    publication.says("confirm with `tidings remove --missing`");
    let (status, said) = run(tidings()
        .args(["remove", "--missing"])
        .arg(publication.path("")));
    assert!(status == 0 && said.contains("40 items"), "{said}");
    publication.expect("/old/n7/", &["HTTP/1.1 410 "], &[]);
    publication.expect("/old/n39/", &["HTTP/1.1 410 "], &[]);
    let (status, said) = check(&publication.path(""), &[]);
    assert!(status == 0, "{said}");
    publication.ends_as_a_fresh_one(&["/old/n7/"]);
}

#[test]
fn a_folder_that_is_renamed_file_by_file_takes_its_items_along() {
    let site = killing();
    let news: Vec<(String, String)> = (0..60)
        .map(|number| {
            let text = format!("id = \"n{number}\"\n{}", item(&format!("Old {number}.")));
            (format!("news/2024/n{number}.toml"), text)
        })
        .collect();
    let mut files = vec![("site.toml", &*site)];
    files.extend(news.iter().map(|(file, text)| (&**file, &**text)));
    let publication = Publication::of(&files);
    // As a checkout does it: all old files go, then the new ones come one after the other.
    for (file, _) in &news {
        fs::remove_file(publication.path(file)).unwrap();
    }
    for (file, text) in &news {
        publication.write(&file.replace("2024", "archive"), text);
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(PAUSE * 2);
    for number in 0..60 {
        publication.expect(&format!("/news/n{number}/"), &["HTTP/1.1 200 "], &[]);
    }
    publication.ends_as_a_fresh_one(&["/news/n7/"]);
}

#[test]
fn a_large_file_holds_up_no_withdrawal() {
    // Words with marks that an author may well use, so many that they take a moment to read.
    let words = "A *word* and [a link](https://example.org/x), `code`, **more**.\n\n".repeat(4_500);
    let large = format!(
        "{}{words}",
        "+++\ntitle = \"Large\"\ndate = 2026-03-02\n+++\n"
    );
    let publication = Publication::of(&[("news/b.toml", &item("Second"))]);
    publication.write("news/large.md", &large);
    std::thread::sleep(Duration::from_millis(20));
    let withdrawn = format!(
        "status = \"canceled\"\nstatus_note = \"Wrong.\"\n{}",
        item("Second")
    );
    publication.write("news/b.toml", &withdrawn);
    let until = std::time::Instant::now() + Duration::from_secs(6);
    let is_withdrawn = || {
        publication
            .server
            .get("/news/b/")
            .starts_with("HTTP/1.1 410 ")
    };
    while !is_withdrawn() {
        assert!(
            std::time::Instant::now() < until,
            "{}",
            publication.server.said()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    publication.expect("/news/large/", &["HTTP/1.1 200 ", "Large"], &[]);
    publication.rename("news/large.md", "news/larger.md");
    publication.expect("/news/larger/", &["HTTP/1.1 200 ", "Large"], &[]);
    publication.expect("/news/large/", &["HTTP/1.1 301 "], &[]);
    publication.ends_as_a_fresh_one(&["/news/larger/"]);
}
