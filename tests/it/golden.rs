//! Golden directories: a data directory in, the three feeds of all news out. `UPDATE_EXPECT=1` rewrites them; read that
//! difference as code.

use crate::fixture::{NOW, body, clock, publisher};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tidings::edition::Edition;
use tidings::newsroom::problem::Problem;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The edition of a data directory at [`NOW`].
fn publish(data: &Path) -> Arc<Edition> {
    let mut publisher = publisher(data, None, clock(NOW));
    let problems = publisher.problems();
    // The item with every key holds what is taken out, too.
    let is_meant = |problem: &Problem| problem.message.starts_with("`<script>` is taken out");
    assert!(problems.iter().all(is_meant), "{problems:#?}");
    publisher.current().load_full()
}

/// Compares the feeds with the files beside the data, or rewrites those.
fn check(data: &Path, expected: &Path) {
    let edition = publish(data);
    for name in ["rss.xml", "atom.xml", "feed.json"] {
        let text = body(&edition, &format!("/{name}"));
        let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
        assert!(!feed.entries.is_empty());
        if name != "feed.json" {
            roxmltree::Document::parse(&text).unwrap();
        }
        let file = expected.join(name);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(expected).unwrap();
            fs::write(&file, &text).unwrap();
        }
        let golden = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            golden == text,
            "{} differs; UPDATE_EXPECT=1 rewrites it\n{text}",
            file.display()
        );
        assert_eq!(
            text,
            body(&publish(data), &format!("/{name}")),
            "the same data twice"
        );
    }
}

#[test]
fn an_item_with_every_key() {
    let case = root().join("tests/golden/full-item");
    check(&case.join("data"), &case);
}

#[test]
fn the_three_forms_say_the_same() {
    let case = root().join("tests/golden/forms");
    check(&case.join("data"), &case);
}

#[test]
fn the_sample_publication() {
    check(&root().join("data"), &root().join("tests/golden/sample"));
}
