//! A writer that pauses at every byte: of none of the sample items half is published, in any format.

use crate::desk::{Office, second};
use crate::serving::now_milliseconds;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use tidings::publishing::desk::dirty::Dirty;

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
}

/// The item files of the sample, of every section and format.
fn items() -> Vec<String> {
    let mut items = Vec::new();
    let mut folders = vec![sample()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_item = name.starts_with("2026-") && path.is_file();
            if path.is_dir() && !path.ends_with("media") {
                folders.push(path);
            } else if is_item {
                let path = path.strip_prefix(sample()).unwrap();
                items.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    for format in [".toml", ".md", ".json"] {
        assert!(items.iter().any(|item| item.ends_with(format)), "{items:?}");
    }
    items.sort();
    items
}

/// Writes a text into a file byte by byte, opened once, and does something after each.
fn write_by_bytes(path: &Path, text: &[u8], mut after: impl FnMut()) {
    let mut file = File::create(path).unwrap();
    after();
    for byte in text {
        file.write_all(&[*byte]).unwrap();
        after();
    }
}

/// What readers may get: every item as it stands, and the tag of every feed.
fn shown(office: &mut Office) -> Vec<String> {
    let edition = office.publisher().current().load_full();
    let items = edition.newsroom.entries();
    let items = items.map(|entry| {
        let state = entry.state(edition.now);
        format!("{} {:?} {:?} {state:?}", entry.id, entry.hash, entry.basis)
    });
    let feeds = edition.resources();
    let feeds = feeds.map(|(path, resource)| format!("{path} {:?}", resource.version()));
    items.chain(feeds).collect()
}

/// The same text with a headline of its own and an embargo at the end, where the format can have one there.
fn changed(item: &str, text: &str) -> String {
    let text = text.replacen("title", "short_title = \"Other\"\ntitle", 1);
    if item.ends_with(".json") {
        return text.replace("short_title = \"Other\"\ntitle", "title");
    }
    if item.ends_with(".toml") && !text.contains("\n[") {
        return text + "embargo_until = 2099-01-01T00:00:00Z\n";
    }
    text
}

#[test]
fn a_watch_that_sees_every_byte_lets_none_through_before_the_file_is_closed() {
    let mut office = Office::over(&sample(), second("12:00:00"));
    for item in items() {
        let path = office.data().join(&item);
        let text = changed(&item, &fs::read_to_string(&path).unwrap());
        let before = shown(&mut office);
        let mut count = 0;
        write_by_bytes(&path, text.as_bytes(), || {
            count += 1;
            office.at(office.now() + 1);
            let publisher = office.publisher();
            publisher.note_open(&item);
            let mut dirty = Dirty::default();
            dirty.add(&item);
            publisher.note(if count % 64 == 0 {
                Dirty::everything()
            } else {
                dirty
            });
            publisher.step().unwrap();
            assert_eq!(shown(&mut office), before, "{item} at byte {count}");
        });
        let publisher = office.publisher();
        publisher.note_closed(&item);
        let mut dirty = Dirty::default();
        dirty.add_closed(&item);
        publisher.note(dirty);
        publisher.step().unwrap();
        // What is the same as before is no news.
        let is_other = !item.ends_with(".json");
        assert_eq!(shown(&mut office) != before, is_other, "{item}");
    }
}

#[test]
fn without_a_watch_a_writer_that_pauses_for_less_than_two_seconds_is_waited_for() {
    for format in [".toml", ".md", ".json"] {
        let mut office = Office::over(&sample(), now_milliseconds() / 1_000 - 60);
        let items = items();
        let item = items.iter().find(|item| item.ends_with(format)).unwrap();
        let path = office.data().join(item);
        let text = changed(item, &fs::read_to_string(&path).unwrap()) + "\n";
        let before = shown(&mut office);
        // The clock goes as that of the files does, and half of the looks come a second later.
        write_by_bytes(&path, text.as_bytes(), || {
            for ahead in [0, 1] {
                office.at(now_milliseconds() / 1_000 + ahead);
                let publisher = office.publisher();
                publisher.note(Dirty::everything());
                publisher.step().unwrap();
                assert_eq!(shown(&mut office), before, "{item} is read too early");
            }
        });
        office.at(now_milliseconds() / 1_000 + 60);
        office.rescan();
        assert_ne!(shown(&mut office), before, "{item} is not read at all");
    }
}
