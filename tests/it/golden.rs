//! Golden directories: a data directory in, the three feeds of all news out. `UPDATE_EXPECT=1` rewrites them; read that
//! difference as code.

use crate::fixture::{NOW, body};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tidings::command::publisher::gather;
use tidings::edition::Edition;
use tidings::edition::publish::{self, Before};
use tidings::feed::{Context, Shown, select};
use tidings::newsroom::place::{Place, Scope};
use tidings::newsroom::record::Records;
use tidings::newsroom::site::Tree;
use tidings::source::media::MediaIndex;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The feeds of all news of a data directory at [`NOW`].
fn publish(data: &Path) -> Edition {
    let gathered = gather(data, None, &Records::default(), NOW).unwrap();
    assert!(gathered.problems.is_empty(), "{:#?}", gathered.problems);
    let newsroom = gathered.newsroom.unwrap();
    let place = Place {
        tree: Tree::DEFAULT,
        scope: Scope::All,
    };
    let read = |entry: &Arc<_>| {
        let item = gathered
            .directory
            .item(entry, newsroom.site(), newsroom.sections())
            .unwrap();
        Shown {
            entry: Arc::clone(entry),
            item: Arc::new(item),
        }
    };
    let shown: Vec<Shown> = select::window(&newsroom, &place, NOW)
        .iter()
        .map(read)
        .collect();
    let site = newsroom.site();
    let pictures = [&site.logo, &site.icon]
        .into_iter()
        .filter_map(Option::as_deref);
    let paths = shown
        .iter()
        .flat_map(|shown| shown.entry.media.iter().map(|path| &**path))
        .chain(pictures);
    let media = MediaIndex::default()
        .measure(&gathered.directory, paths, NOW)
        .files;
    let context = Context {
        newsroom: &newsroom,
        media: &media,
        now: NOW,
    };
    let latest = tidings::feed::latest(&shown, NOW);
    let made = publish::feeds(
        context,
        &place,
        &shown,
        Before {
            latest,
            ..Before::default()
        },
    );
    Edition::new(newsroom.clone(), NOW, &|_| NOW, Vec::new().into()).with(made.resources)
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
