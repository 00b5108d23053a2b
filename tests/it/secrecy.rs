//! What nobody may see yet is in no answer (docs/lifecycle.md, “Secrets”): with the file of a secret item every answer
//! is the one of the same directory without it.

use crate::desk::{Answer, Office, SITE, second};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The instants that are looked at, in minutes after noon. What is secret comes at the last or later.
const MINUTES: [i64; 4] = [0, 10, 20, 30];

/// What a secret item may be, and what else its file may say to be seen.
#[derive(Debug, Clone)]
struct Secret {
    file: String,
    kind: usize,
    keys: Vec<String>,
}

/// An item that is seen at some time.
#[derive(Debug, Clone)]
struct Open {
    name: usize,
    minute: i64,
    keys: Vec<String>,
}

const NAMES: [&str; 3] = ["a", "b", "c"];

/// What makes an item secret until half past twelve at least.
const KINDS: [&str; 6] = [
    "date = 2096-11-20T00:00:00Z\nembargo_until = 2096-11-24T12:30:00Z\n",
    "date = 2096-11-24T12:30:00Z\n",
    "date = 2096-11-20T00:00:00Z\nstatus = \"draft\"\n",
    "date = 2096-11-20T00:00:00Z\nstatus = \"withheld\"\nstatus_note = \"n\"\n",
    "date = 2096-11-24T12:30:00Z\nstatus = \"canceled\"\nstatus_note = \"n\"\n",
    "date = 2096-11-20T00:00:00Z\nembargo_until = 2097-01-01T00:00:00Z\nupdated = 2096-11-24T12:10:00Z\nexpires = 2098-01-01T00:00:00Z\n",
];

fn secret_keys() -> impl Strategy<Value = Vec<String>> {
    let slug = prop::sample::select(vec!["a", "b", "c", "s", "old"]);
    let id = prop::sample::select(vec!["a", "b", "c", "s", "killed"]);
    let keys = (
        prop::option::of(slug.prop_map(|slug| format!("slug = \"{slug}\"\n"))),
        prop::option::of(id.prop_map(|id| format!("id = \"{id}\"\n"))),
        prop::option::of(Just(
            "aliases = [\"/news/a/\", \"/news/old/\", \"/news/killed/\", \"/other/\", \"/own/\"]\n".to_owned(),
        )),
        prop::option::of(Just("id_uri = \"https://elsewhere.example.org/1\"\n".to_owned())),
        prop::option::of(Just("tags = [\"Own\", \"shared\", \"Old\", \"Killed\"]\nauthors = [\"Own\", \"Shared\"]\n".to_owned())),
        prop::option::of(Just("related = [\"a\"]\n".to_owned())),
        prop::option::of(Just("sections = [\"news\", \"other\"]\n".to_owned())),
        prop::option::of(Just(
            "images = [{ src = \"shared.png\", alt = \"\" }, { src = \"killed.png\", alt = \"\" }, { src = \"own.png\", alt = \"\" }]\n"
                .to_owned(),
        )),
        prop::option::of(Just("translation_key = \"shared\"\n".to_owned())),
        prop::option::of(Just("corrections = [{ at = 2096-11-24T12:20:00Z, note = \"n\" }]\n".to_owned())),
    );
    keys.prop_map(|(a, b, c, d, e, f, g, h, i, j)| {
        [a, b, c, d, e, f, g, h, i, j]
            .into_iter()
            .flatten()
            .collect()
    })
}

fn secret() -> impl Strategy<Value = Secret> {
    let file = prop::sample::select(vec![
        "news/0.toml",
        "news/zz.toml",
        "other/a.toml",
        "other/b.toml",
        "news/s.toml",
        "other/killed.toml",
        "news/shown.ru.toml",
    ]);
    (file, 0..KINDS.len(), secret_keys()).prop_map(|(file, kind, keys)| Secret {
        file: file.to_owned(),
        kind,
        keys,
    })
}

fn open() -> impl Strategy<Value = Vec<Open>> {
    let minute = prop::sample::select(vec![-60, 0, 10, 15, 20]);
    let keys = (
        prop::option::of(Just("aliases = [\"/news/old/\"]\n".to_owned())),
        prop::option::of(Just(
            "images = [{ src = \"shared.png\", alt = \"\" }]\n".to_owned(),
        )),
        prop::option::of(Just("slug = \"old\"\n".to_owned())),
        prop::option::of(Just(
            "id_uri = \"https://elsewhere.example.org/1\"\n".to_owned(),
        )),
        prop::option::of(Just(
            "tags = [\"shared\", \"old\"]\nauthors = [\"Shared\"]\n".to_owned(),
        )),
        prop::option::of(Just(
            "lang = \"ru\"\ntranslation_key = \"shared\"\n".to_owned(),
        )),
        prop::option::of(Just("expires = 2096-11-24T12:20:00Z\n".to_owned())),
    );
    let one =
        (0..NAMES.len(), minute, keys).prop_map(|(name, minute, (a, b, c, d, e, f, g))| Open {
            name,
            minute,
            keys: [a, b, c, d, e, f, g].into_iter().flatten().collect(),
        });
    prop::collection::vec(one, 0..4)
}

fn noon() -> i64 {
    second("12:00:00")
}

impl Secret {
    fn text(&self) -> String {
        let keys = self.keys.concat();
        format!(
            "title = \"Secret\"\n{}{keys}body = \"Secret ![](/media/own.png)\"\n",
            KINDS[self.kind]
        )
    }
}

impl Open {
    fn file(&self) -> String {
        format!("news/{}.toml", NAMES[self.name])
    }

    fn text(&self) -> String {
        let date = chrono::DateTime::from_timestamp(noon() + self.minute * 60, 0).unwrap();
        let date = date.format("%Y-%m-%dT%H:%M:%SZ");
        let keys = self.keys.concat();
        format!("title = \"Open\"\ndate = {date}\n{keys}body = \"Open.\"\n")
    }
}

fn files(items: &[Open]) -> Vec<(String, String)> {
    let killed = "title = \"Killed\"\ndate = 2096-11-20T00:00:00Z\nstatus = \"canceled\"\nstatus_note = \"n\"\n\
                  replaced_by = \"s\"\ntags = [\"Killed\"]\nimages = [{ src = \"killed.png\", alt = \"\" }]\nbody = \"b\"\n";
    let shown = "title = \"Shown\"\ndate = 2096-11-21T00:00:00Z\ntags = [\"Shared\"]\nimages = [{ src = \"shared.png\", alt = \"\" }]\n\
                 body = \"b\"\n";
    let mut files = vec![
        ("site.toml".to_owned(), format!("{SITE}[languages.ru]\n")),
        ("other/section.toml".to_owned(), String::new()),
        ("news/section.toml".to_owned(), String::new()),
        ("news/killed.toml".to_owned(), killed.to_owned()),
        ("news/shown.toml".to_owned(), shown.to_owned()),
        ("media/shared.png".to_owned(), "shared".to_owned()),
        ("media/killed.png".to_owned(), "killed".to_owned()),
    ];
    files.extend(items.iter().map(|item| (item.file(), item.text())));
    files
}

fn paths() -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for label in [
        "tag/own",
        "tag/shared",
        "tag/old",
        "tag/killed",
        "author/own",
        "author/shared",
    ] {
        for name in ["", "rss.xml", "atom.xml", "feed.json", "page/2/", "page/1/"] {
            paths.insert(format!("/{label}/{name}"));
            paths.insert(format!("/ru/{label}/{name}"));
        }
    }
    for section in ["news", "other", "ru/news", "ru/other"] {
        for slug in ["a", "b", "c", "s", "old", "killed", "0", "zz"] {
            paths.insert(format!("/{section}/{slug}/"));
            paths.insert(format!("/{section}/{slug}"));
        }
        for name in ["", "rss.xml", "atom.xml", "feed.json"] {
            paths.insert(format!("/{section}/{name}"));
            paths.insert(format!("/{name}"));
            paths.insert(format!("/ru/{name}"));
        }
    }
    let more = ["shared.png", "killed.png", "own.png"].map(|name| format!("/media/{name}"));
    paths.extend(more);
    paths.extend(["/own/", "/own", "/tag/own/", "/assets/page.css"].map(str::to_owned));
    let discovery = [
        "/feeds.opml",
        "/.well-known/feeds",
        "/sitemap.xml",
        "/sitemap-1.xml",
        "/sitemap-news.xml",
    ];
    paths.extend(discovery.map(str::to_owned));
    paths.insert("/robots.txt".to_owned());
    paths
}

type Answers = Vec<BTreeMap<String, Answer>>;

/// The answers at each instant, by an office that runs through and by one that starts in each.
fn tell(office: &mut Office, secret: Option<&Secret>, comes_at: usize) -> Answers {
    let mut told = Vec::new();
    for (number, minute) in MINUTES.iter().enumerate() {
        for at in [noon() + minute * 60 - 1, noon() + minute * 60] {
            if secret.is_some() && at >= noon() + 1800 {
                continue;
            }
            office.at(at);
            if let Some(secret) = secret.filter(|_| number == comes_at) {
                office.write(&secret.file, &secret.text());
                office.write("media/own.png", "own");
            }
            office.rescan();
            told.push(office.answers(&paths()));
        }
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, rng_seed: crate::fixture::seed(), ..ProptestConfig::default() })]

    #[test]
    fn no_answer_tells_of_a_secret_item(secret in secret(), items in open(), comes_at in 0_usize..4, restarts: bool) {
        let files = files(&items);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
        let mut office = Office::open(&files, noon() - 3600);
        let without = tell(&mut office, None, 0);
        // The same directory with the file that is secret.
        let text = secret.text();
        let mut with_secret = files.clone();
        if comes_at == 3 {
            with_secret.extend([(&*secret.file, &*text), ("media/own.png", "own")]);
        }
        let mut office = Office::open(&with_secret, noon() - 3600);
        if restarts {
            office.restart();
        }
        let with = tell(&mut office, Some(&secret), comes_at);
        for (number, (with, without)) in with.iter().zip(&without).enumerate() {
            for (path, answer) in with {
                prop_assert_eq!(answer, &without[path], "{} at look {}: {}", path, number, secret.text());
            }
        }
    }
}
