//! A state directory to which nothing more can be written: the service goes on.

use crate::serving::{ITEM, SITE, Serving, ask_until, data, tidings};
use assert_cmd::cargo::cargo_bin;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// No file grows beyond so many blocks of 512 bytes: enough for the ledger to be opened, too little for what comes.
const BLOCKS: &str = "128";

/// The program under a limit of file sizes. A write beyond it fails as on a full disk.
fn limited() -> Command {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f \"$0\" && exec \"$@\"",
            BLOCKS,
        ])
        .arg(cargo_bin!("tidings"));
    for name in ["TIDINGS_STATE", "TIDINGS_LISTEN", "STATE_DIRECTORY"] {
        command.env_remove(name);
    }
    command
}

/// Words that cannot be packed into much less.
fn words(number: u64) -> String {
    let word = |n: u64| {
        format!(
            "{:016x} ",
            (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ (number << 32))
        )
    };
    (number * 10_000..number * 10_000 + 4_000)
        .map(word)
        .collect()
}

fn published(feed: &str) -> HashMap<String, i64> {
    let body = feed.split_once("\r\n\r\n").unwrap().1;
    let feed = feed_rs::parser::parse(body.as_bytes()).unwrap();
    let entries = feed.entries.into_iter();
    entries
        .map(|entry| (entry.id, entry.published.unwrap().timestamp()))
        .collect()
}

fn write(news: &Path, number: u64) {
    let text = format!(
        "title = \"Number {number}\"\ndate = 2026-03-02\nbody = \"{}\"\n",
        words(number)
    );
    fs::write(news.join(format!("n{number}.toml")), text).unwrap();
}

#[test]
fn a_full_disk_costs_one_warning_and_no_publication() {
    let folder = data(&[("site.toml", SITE), ("news/first.toml", ITEM)]);
    let path = folder.path().join("data");
    Serving::start_as(tidings(), &path, &[]).stop();
    let server = Serving::start_as(limited(), &path, &[]);
    let mut feed = String::new();
    for number in 1..=3 {
        write(&path.join("news"), number);
        let title = format!("Number {number}");
        feed = ask_until(&server, "/rss.xml", |feed| feed.contains(&title));
        assert!(feed.contains(&title) && feed.contains("First"), "{feed}");
    }
    let shown = published(&feed);
    assert_eq!(shown.len(), 4);
    let said = server.stop();
    assert_eq!(said.matches("cannot write the ledger").count(), 1, "{said}");
    let server = Serving::start_as(tidings(), &path, &[]);
    assert_eq!(published(&server.get("/rss.xml")), shown);
    let said = server.stop();
    assert!(!said.contains("ledger"), "{said}");
    let ledger =
        rusqlite::Connection::open(folder.path().join("data.state/ledger.sqlite")).unwrap();
    let count = |query: &str| {
        ledger
            .query_row(query, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    assert_eq!(count("PRAGMA integrity_check"), "ok");
    assert_eq!(count("SELECT CAST(count(*) AS TEXT) FROM item"), "4");
}
