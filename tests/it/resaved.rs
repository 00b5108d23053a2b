//! Pages whose files are saved again and again: every request gets a whole page of one edition, and never a text that
//! was not taken in.

use crate::desk::{Office, second};
use crate::serving::{self, Serving};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Feeds with one item, so that all others are read from their files.
fn site(site: &str) -> String {
    format!("{site}[feeds]\nitems = 1\nformats = [\"rss\"]\n")
}

fn item(title: &str, day: u32) -> String {
    format!(
        "title = \"{title}\"\ndate = 2026-03-{day:02}T10:00:00Z\nbody = \"Words of {title}.\"\n"
    )
}

#[test]
fn a_page_shows_what_was_taken_in_while_its_file_says_more() {
    let files = [
        ("site.toml", &*site(crate::desk::SITE)),
        ("news/new.toml", &item("New", 9)),
        ("news/old.toml", &item("Old", 2)),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    office.at(second("12:01:00"));
    office.write("news/old.toml", &item("Second", 2));
    office.step();
    office.write("news/old.toml", &item("Third", 2));
    for path in ["/", "/news/", "/news/old/"] {
        let (status, _, body) = office.get(path);
        assert_eq!(status, 200, "{path}");
        assert!(body.contains("Second") && !body.contains("Third"), "{body}");
    }
    office.at(second("12:01:01"));
    office.step();
    let (_, _, body) = office.get("/news/");
    assert!(body.contains("Third") && !body.contains("Second"), "{body}");
    // One that is withdrawn shows no more, whatever is in memory of it.
    let killed =
        item("Third", 2).replace("title", "status = \"canceled\"\nstatus_note = \"n\"\ntitle");
    office.at(second("12:01:02"));
    office.write("news/old.toml", &killed);
    office.step();
    let (status, _, body) = office.get("/news/old/");
    assert!(status == 410 && !body.contains("Third"), "{body}");
    let (_, _, body) = office.get("/news/");
    assert!(body.contains("New") && !body.contains("Third"), "{body}");
}

#[test]
fn every_request_gets_a_whole_page_while_its_rows_are_saved_or_gone() {
    let rows: Vec<(String, String)> = (2..6)
        .map(|day| (format!("news/r{day}.toml"), item("Row 0", day)))
        .collect();
    let site = site(serving::SITE);
    let mut files = vec![("site.toml", &*site)];
    files.extend(rows.iter().map(|(path, text)| (&**path, &**text)));
    let folder = serving::data(&files);
    let data = folder.path().join("data");
    let server = Serving::start(&data, &[]);
    let has_ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Faster than the one version a second, so that a file hardly ever says what was taken in.
            for number in 1..60 {
                for day in 2..5 {
                    let text = item(&format!("Row {number}"), day);
                    serving::write(&data.join(format!("news/r{day}.toml")), &text);
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            has_ended.store(true, Ordering::SeqCst);
        });
        while !has_ended.load(Ordering::SeqCst) {
            for path in ["/", "/news/", "/news/r3/"] {
                let answer = server.get(path);
                assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
                assert!(answer.contains("Row "), "{path}: {answer}");
            }
        }
    });
    // A file that went is believed to be gone after two seconds; until then nobody can tell what its row says.
    std::fs::remove_file(data.join("news/r2.toml")).unwrap();
    let answer = server.get("/news/");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    server.stop();
}

#[test]
fn a_page_that_only_names_an_item_does_not_wait_until_that_is_written() {
    let rows: Vec<(String, String)> = (2..6)
        .map(|day| {
            (
                format!("news/r{day}.toml"),
                item(&format!("Row {day}"), day),
            )
        })
        .collect();
    let site = site(serving::SITE);
    let mut files = vec![("site.toml", &*site)];
    files.extend(rows.iter().map(|(path, text)| (&**path, &**text)));
    let folder = serving::data(&files);
    let data = folder.path().join("data");
    let server = Serving::start(&data, &[]);
    let mut slow = std::fs::File::create(data.join("news/r3.toml")).unwrap();
    std::io::Write::write_all(&mut slow, b"title = \"Row 3\"\n").unwrap();
    let ask = |path: &'static str| server.get(path);
    std::thread::scope(|scope| {
        let [list, beside, own] =
            ["/news/", "/news/r2/", "/news/r3/"].map(|path| scope.spawn(move || ask(path)));
        let (list, beside) = (list.join().unwrap(), beside.join().unwrap());
        for answer in [&list, &beside] {
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
            assert!(
                !answer.contains("Row 3") && !answer.contains("\r\nlast-modified:"),
                "{answer}"
            );
        }
        assert!(list.contains("Row 4") && beside.contains("Row 2"));
        assert!(own.join().unwrap().starts_with("HTTP/1.1 503 "));
    });
    serving::write(&data.join("news/r3.toml"), &item("Row 3", 3));
    drop(slow);
    assert!(serving::wait_until(|| server
        .get("/news/")
        .contains("Row 3")));
}
