//! Rendering and loading: `cargo bench`. Times are for one feed of 100 items, unless a name says otherwise.

use divan::Bencher;
use std::fmt::Write;
use std::fs;
use tidings::clock::Clock;
use tidings::edition::publish::{self, Before};
use tidings::feed::{self, Context, Feed, Row, Shown, select};
use tidings::newsroom::media::MediaFiles;
use tidings::newsroom::place::{Place, Scope};
use tidings::newsroom::site::Tree;
use tidings::newsroom::{Newsroom, parse};
use tidings::publishing::desk::opening::Opened;
use tidings::publishing::desk::{Desk, Setting};
use tidings::source::DataDirectory;
use tidings::source::settings::Overrides;
use tidings::store::ledger::Ledger;

/// A second after every item's date.
const NOW: i64 = 1_800_000_000;

fn main() {
    divan::main();
}

/// A publication of so many items of about 3,000 characters in one section, in a folder of its own.
fn corpus(items: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the corpus");
    let news = folder.path().join("news");
    fs::create_dir(&news).expect("a section");
    let site = "title = \"Bench\"\nbase_url = \"https://example.org\"\nid_authority = \"example.org\"\n\
                id_authority_date = \"2026\"\n[feeds]\nitems = 100\n";
    fs::write(folder.path().join("site.toml"), site).expect("a site");
    for number in 0..items {
        let mut text = format!(
            "id = \"item-{number}\"\ntitle = \"Item number {number}\"\ndate = 2026-01-01T{:02}:{:02}:{:02}Z\n\
             tags = [\"a\", \"b\"]\nbody = \"\"\"\n",
            number / 3600 % 24,
            number / 60 % 60,
            number % 60
        );
        for paragraph in 0..10 {
            let _ = writeln!(
                text,
                "Paragraph {paragraph} of *item* {number} says [something](https://example.org/{number}). {}\n",
                "Some more words. ".repeat(14)
            );
        }
        text.push_str("\"\"\"\n");
        fs::write(news.join(format!("item-{number}.toml")), text).expect("an item");
    }
    folder
}

struct Loaded {
    newsroom: Newsroom,
    rows: Vec<Row>,
    place: Place,
}

fn open(folder: &std::path::Path) -> Desk {
    let setting = Setting {
        data: folder.to_owned(),
        overrides: Overrides::default(),
        gone_after_milliseconds: 0,
    };
    let now = chrono::DateTime::from_timestamp(NOW, 0).expect("an instant");
    let clock = Clock::of(move || now, |_| {});
    let ledger = Ledger::in_memory(NOW).expect("a ledger in memory");
    let Opened { desk, .. } = Desk::open(setting, &ledger, None, &clock)
        .map_err(|(problems, error)| format!("{problems:?} {error}"))
        .expect("a corpus that loads");
    desk
}

fn loaded() -> Loaded {
    let folder = corpus(100);
    let desk = open(folder.path());
    let newsroom = desk.newsroom().clone();
    let place = Place {
        tree: Tree::DEFAULT,
        scope: Scope::All,
    };
    let read = |entry: &std::sync::Arc<tidings::newsroom::entry::Entry>| {
        let (item, _) = desk
            .directory()
            .item(entry, newsroom.site(), newsroom.sections())
            .expect("an item");
        Row::Item(Shown {
            entry: entry.clone(),
            item: item.into(),
        })
    };
    let rows = select::window(&newsroom, &place, NOW)
        .iter()
        .map(read)
        .collect();
    Loaded {
        newsroom,
        rows,
        place,
    }
}

fn with_feed<T>(bencher: Bencher<'_, '_>, write: impl Fn(&Feed) -> T + Sync) {
    let Loaded {
        newsroom,
        rows,
        place,
    } = loaded();
    let media = MediaFiles::new();
    let context = Context {
        newsroom: &newsroom,
        media: &media,
        now: NOW,
    };
    let items = rows.iter().filter_map(|row| match row {
        Row::Item(shown) => Some(feed::build::of_item(context, shown)),
        Row::Notice(_) => None,
    });
    let feed = feed::build::of_place(context, &place, items.collect(), Some(NOW));
    bencher
        .counter(divan::counter::ItemsCount::new(feed.items.len()))
        .bench(|| write(&feed));
}

#[divan::bench]
fn rss(bencher: Bencher<'_, '_>) {
    with_feed(bencher, feed::rss::write);
}

#[divan::bench]
fn atom(bencher: Bencher<'_, '_>) {
    with_feed(bencher, feed::atom::write);
}

#[divan::bench]
fn json(bencher: Bencher<'_, '_>) {
    with_feed(bencher, feed::json::write);
}

/// From parsed items to three checked documents with gzip.
#[divan::bench]
fn feeds_of_a_place(bencher: Bencher<'_, '_>) {
    let Loaded {
        newsroom,
        rows,
        place,
    } = loaded();
    let media = MediaFiles::new();
    let context = Context {
        newsroom: &newsroom,
        media: &media,
        now: NOW,
    };
    bencher
        .counter(divan::counter::ItemsCount::new(rows.len()))
        .bench(|| {
            publish::feeds(
                context,
                &place,
                &rows,
                Before {
                    latest: Some(NOW),
                    ..Before::default()
                },
            )
            .resources
            .len()
        });
}

#[divan::bench]
fn parse_one_item(bencher: Bencher<'_, '_>) {
    let folder = corpus(1);
    let directory = DataDirectory::open(folder.path()).expect("a corpus");
    let text = directory.read("news/item-0.toml").expect("an item");
    let desk = open(folder.path());
    let newsroom = desk.newsroom();
    let file = parse::File {
        path: "news/item-0.toml",
        form: parse::form::Form::Toml,
        text: &text,
        id: None,
    };
    bencher.bench(|| parse::item::read(&file, newsroom.site(), newsroom.sections()));
}

/// Scanning, reading, parsing and indexing.
#[divan::bench(sample_count = 5)]
fn load_10_000_items(bencher: Bencher<'_, '_>) {
    let folder = corpus(10_000);
    bencher.bench(|| open(folder.path()).newsroom().len());
}
