//! A publication made of texts, without files: what the tests of documents and answers stand on.

use proptest::test_runner::RngSeed;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tidings::clock::Clock;
use tidings::edition::Edition;
use tidings::edition::publish::{self, Before};
use tidings::feed::{Context, Row, Shown, content, select};
use tidings::newsroom::absent::Records;
use tidings::newsroom::entry::{Entry, page_of};
use tidings::newsroom::item::Status;
use tidings::newsroom::ledger_changes::LedgerChanges;
use tidings::newsroom::media::{MediaFile, MediaFiles};
use tidings::newsroom::problem::Problem;
use tidings::newsroom::reconciler::Reconciler;
use tidings::newsroom::record::{GroupRecord, Groups, ItemRecord, SETTINGS, groups_of};
use tidings::newsroom::{Newsroom, parse};
use tidings::page::notice;
use tidings::publishing::desk::{GONE_AFTER_MILLISECONDS, Setting};
use tidings::publishing::publisher::{Publisher, Store};
use tidings::source::content_hash;
use tidings::source::settings::Overrides;
use tidings::store::ledger::Ledger;

/// The instant of every fixture: 2026-11-24T12:00:00Z.
pub(crate) const NOW: i64 = 1_795_521_600;

/// The least that a site needs.
pub(crate) const SITE: &str = "title = \"Example\"\nbase_url = \"https://press.example.org\"\nid_authority = \"example.org\"\n\
                        id_authority_date = \"2022\"\n";

/// A publication with the whole items beside their entries.
pub(crate) struct Publication {
    pub(crate) newsroom: Newsroom,
    pub(crate) items: HashMap<String, Shown>,
    pub(crate) media: MediaFiles,
    pub(crate) problems: Vec<Problem>,
    pub(crate) now: i64,
}

impl Publication {
    /// Parses a site and files (path and text) as they are at `now`.
    pub(crate) fn of(site: &str, files: &[(&str, &str)], now: i64) -> Self {
        let (site, mut problems) = parse::site::read(site, None);
        let site = site.unwrap_or_else(|| panic!("{problems:#?}"));
        let mut sections = BTreeMap::new();
        for (path, _) in files {
            let folder = path.split('/').next().unwrap();
            let text = files
                .iter()
                .find(|(path, _)| *path == format!("{folder}/section.toml"))
                .map(|(_, text)| *text);
            let (section, own) = parse::section::read(folder, text, &site);
            problems.extend(own);
            sections.extend(section.map(|section| (section.name.clone(), Arc::new(section))));
        }
        let mut entries = Vec::new();
        let mut items = HashMap::new();
        for (path, text) in files
            .iter()
            .filter(|(path, _)| !path.ends_with("section.toml"))
        {
            let form = parse::form::Form::of(path).unwrap();
            let file = parse::File {
                path,
                form,
                text,
                id: None,
            };
            let parsed = parse::item::read(&file, &site, &sections);
            problems.extend(parsed.problems);
            let Some(item) = parsed.item else { continue };
            let media = content::media_references(&item.body, &site, &page_of(&item, &site));
            entries.push(Entry::of(
                &item,
                (*path).into(),
                content_hash(text),
                &site,
                media,
            ));
            items.insert(item.id.to_string(), Arc::new(item));
        }
        let mut newsroom = Newsroom::new(Arc::new(site), Arc::new(sections), now);
        let (mut records, mut stamps) = (Records::default(), LedgerChanges::default());
        records.absent = published_before(&newsroom, &entries).into_iter().collect();
        let entries = entries.into_iter().map(Arc::new).collect();
        Reconciler::new(&mut newsroom, &mut records, &mut stamps).take(entries);
        let shown = newsroom.entries().map(|entry| {
            let item = Arc::clone(&items[entry.id.as_str()]);
            (
                entry.id.to_string(),
                Shown {
                    entry: Arc::clone(entry),
                    item,
                },
            )
        });
        let items = shown.collect();
        let photo = MediaFile {
            path: "photo.jpg".to_owned(),
            length: 12_345,
            size: Some((1600, 900)),
            hash: Some([0x1a, 0x2b, 0x3c, 0x4d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        };
        let media = MediaFiles::from([("photo.jpg".to_owned(), photo)]);
        Self {
            newsroom,
            items,
            media,
            problems,
            now,
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            newsroom: &self.newsroom,
            media: &self.media,
            now: self.now,
        }
    }

    /// Every group, changed now.
    fn stamped(&self) -> Groups {
        let entries = self.newsroom.entries();
        let of_items = entries.flat_map(|entry| groups_of(&self.newsroom, entry));
        let names = of_items.chain([SETTINGS.to_owned(), "/".to_owned(), "/news/".to_owned()]);
        let group = GroupRecord {
            changed_at: self.now,
            ..GroupRecord::default()
        };
        names.map(|name| (name, group.clone())).collect()
    }

    /// The edition with the feeds of every place.
    pub(crate) fn edition(&self) -> Edition {
        let trees = self.newsroom.site().trees();
        let missing = trees.map(|tree| notice::missing(self.context(), tree).unwrap());
        let missing = missing.map(|page| page.html.into()).collect();
        let mut edition = Edition::new(self.newsroom.clone(), self.now, self.stamped(), missing);
        for place in self.newsroom.places() {
            let window = select::window(&self.newsroom, &place, self.now);
            let rows: Vec<Row> = window
                .iter()
                .map(|entry| match select::is_notice(entry, self.now) {
                    true => Row::Notice(Arc::clone(entry)),
                    false => Row::Item(self.items[entry.id.as_str()].clone()),
                })
                .collect();
            let latest = tidings::feed::latest(&rows, self.now);
            let made = publish::feeds(
                self.context(),
                &place,
                &rows,
                Before {
                    latest,
                    ..Before::default()
                },
            );
            assert!(made.problems.is_empty(), "{:?}", made.problems);
            edition = edition.with(made.resources);
        }
        edition
    }

    /// The text of a feed.
    pub(crate) fn feed(&self, path: &str) -> String {
        body(&self.edition(), path)
    }
}

/// The seed of the long stories: the same at every run, so that a change is to blame for what fails, unless
/// `PROPTEST_RNG_SEED` asks for others.
pub(crate) fn seed() -> RngSeed {
    let asked = std::env::var("PROPTEST_RNG_SEED").ok();
    RngSeed::Fixed(asked.and_then(|seed| seed.parse().ok()).unwrap_or(2026))
}

/// The rows of the items that are withdrawn, as they were published before.
fn published_before(newsroom: &Newsroom, entries: &[Entry]) -> Vec<ItemRecord> {
    let (mut newsroom, now) = (newsroom.clone(), newsroom.now());
    let (mut records, mut stamps) = (Records::default(), LedgerChanges::default());
    let is_withdrawn = |entry: &&Entry| entry.life.status == Status::Canceled;
    let withdrawn = entries.iter().filter(is_withdrawn).map(|entry| {
        let mut entry = entry.clone();
        entry.life.status = Status::Usable;
        Arc::new(entry)
    });
    let withdrawn: Vec<Arc<Entry>> = withdrawn
        .filter(|entry| entry.life.release() <= now)
        .collect();
    Reconciler::new(&mut newsroom, &mut records, &mut stamps).take(withdrawn);
    let published = newsroom.entries();
    published
        .filter_map(|entry| ItemRecord::of(&newsroom, entry))
        .collect()
}

/// A clock that somebody turns, in seconds since 1970. Whoever waits by it turns it on.
pub(crate) fn turned(seconds: &Arc<AtomicI64>) -> Clock {
    let (told, waited) = (Arc::clone(seconds), Arc::clone(seconds));
    Clock::of(
        move || chrono::DateTime::from_timestamp(told.load(Ordering::SeqCst), 0).unwrap(),
        move |wait| {
            let whole = i64::try_from(wait.as_millis().div_ceil(1_000)).unwrap();
            waited.fetch_add(whole, Ordering::SeqCst);
        },
    )
}

/// A clock that stands still.
pub(crate) fn clock(now: i64) -> Clock {
    Clock::of(
        move || chrono::DateTime::from_timestamp(now, 0).unwrap(),
        |_| {},
    )
}

/// A publisher over a data directory, as patient as the server is. Without a state directory its ledger is
/// in memory.
pub(crate) fn publisher(data: &Path, state: Option<&Path>, clock: Clock) -> Publisher {
    let now = clock.now().timestamp();
    let ledger = match state {
        Some(state) => {
            std::fs::create_dir_all(state).unwrap();
            Ledger::open(state, now).unwrap()
        }
        None => Ledger::in_memory(now).unwrap(),
    };
    let setting = Setting {
        data: data.to_owned(),
        overrides: Overrides::default(),
        gone_after_milliseconds: GONE_AFTER_MILLISECONDS,
    };
    let store = Store {
        ledger,
        state: state.map(Path::to_owned),
    };
    Publisher::start(setting, store, clock).unwrap()
}

/// The uncompressed text at a path of an edition.
pub(crate) fn body(edition: &Edition, path: &str) -> String {
    use tidings::edition::representation::Coding;
    use tidings::edition::resource::Content;
    let resource = edition
        .resource(path)
        .unwrap_or_else(|| panic!("nothing at {path}"));
    match resource.content() {
        Content::Text(texts) => {
            String::from_utf8(texts.get(Coding::Identity).unwrap().to_vec()).unwrap()
        }
        Content::File { .. } => panic!("{path} is a file"),
    }
}
