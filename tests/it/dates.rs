//! `Last-Modified` of everything that is served only moves forward (docs/http.md, “Versions”): under any edits,
//! pictures
//! and related items that come and go among them, and across restarts, nobody who asks by date gets 304 for other bytes.

use crate::desk::{Office, SITE, second};
use http::Request;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, UNIX_EPOCH};

/// What is done to the data directory.
#[derive(Debug, Clone)]
enum Act {
    /// A picture of the media folder is written, or goes.
    Picture(usize, Option<u8>),
    /// A file is written; an empty text is its removal.
    Item(usize, usize),
    /// The settings are others.
    Site(usize),
}

/// When an act is taken in, and how.
#[derive(Debug, Clone)]
struct Move {
    act: Act,
    after: i64,
    /// Whether the server is down meanwhile.
    is_down: bool,
    /// Whether it is asked before it has taken the act in.
    is_asked_before: bool,
}

const PICTURES: [&str; 3] = ["one.png", "two.png", "logo.png"];

const FILES: [&str; 6] = [
    "news/a.toml",
    "news/b.toml",
    "other/a.toml",
    "other/c.toml",
    "news/a.ru.toml",
    "third/d.toml",
];

/// What follows the title and the date in an item's file; the last is its removal.
const TEXTS: [&str; 12] = [
    "tags = [\"One\"]\nbody = \"b\"\n",
    "tags = [\"one\", \"two\"]\nbody = \"b\"\n[[images]]\nsrc = \"one.png\"\nalt = \"a\"\n",
    "tags = [\"one\"]\nauthors = [\"Jo\"]\nbody = \"b\"\n[[images]]\nsrc = \"two.png\"\nalt = \"a\"\n",
    "related = [\"a\", \"b\", \"c\", \"d\"]\ntags = [\"two\"]\nbody = \"b\"\n",
    "related = [\"b\", \"d\"]\nbody = \"b\"\n[[images]]\nsrc = \"one.png\"\nalt = \"a\"\n",
    "body = \"<p><a href='/media/two.png'>two</a></p>\"\nformat = \"html\"\ntags = [\"one\"]\n",
    "status = \"withheld\"\ntags = [\"one\"]\nbody = \"b\"\n",
    "embargo_until = 2096-11-24T12:00:20Z\ntags = [\"two\"]\nbody = \"b\"\n",
    "expires = 2096-11-24T12:00:30Z\ntags = [\"one\"]\nbody = \"b\"\n",
    "status = \"canceled\"\nstatus_note = \"n\"\ntags = [\"one\"]\nbody = \"b\"\n",
    "title = \n",
    "",
];

const SITES: [&str; 6] = [
    "",
    "logo = \"logo.png\"\n",
    "logo = \"logo.png\"\nicon = \"one.png\"\n[languages.ru]\ntitle = \"R\"\n",
    "[languages.ru]\n",
    "[tags.one]\nspellings = [\"two\"]\n",
    "[tags.two]\nspellings = [\"one\"]\n[feeds]\nitems = 1\non_cancel = \"remove\"\n",
];

fn item(file: usize, text: usize) -> String {
    format!(
        "title = \"{file} {text}\"\ndate = 2096-11-24T10:00:00Z\n{}",
        TEXTS[text]
    )
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let picture = (0..PICTURES.len(), prop::option::of(0..2_u8));
    let texts = vec![0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 9, 10, 11, 11];
    let item = (0..FILES.len(), prop::sample::select(texts));
    let act = prop_oneof![
        4 => picture.prop_map(|(name, version)| Act::Picture(name, version)),
        6 => item.prop_map(|(file, text)| Act::Item(file, text)),
        2 => (0..SITES.len()).prop_map(Act::Site),
    ];
    let after = prop::sample::select(vec![0, 0, 1, 1, 2, 20]);
    let one = (act, after, 0..5_u8, any::<bool>());
    let one = one.prop_map(|(act, after, down, is_asked_before)| Move {
        act,
        after,
        is_down: down == 0,
        is_asked_before,
    });
    prop::collection::vec(one, 4..30)
}

fn take(office: &mut Office, act: &Act) {
    match act {
        Act::Picture(name, None) => office.remove(&format!("media/{}", PICTURES[*name])),
        Act::Picture(name, Some(version)) => {
            office.write(&format!("media/{}", PICTURES[*name]), &version.to_string());
        }
        Act::Item(file, text) if TEXTS[*text].is_empty() => office.remove(FILES[*file]),
        Act::Item(file, text) => office.write(FILES[*file], &item(*file, *text)),
        Act::Site(site) => {
            // Plain keys stand before tables.
            office.write("site.toml", &format!("{SITE}{}", SITES[*site]));
        }
    }
}

/// What has been sent so far: by path, the bytes under each date.
#[derive(Default)]
struct Past(BTreeMap<String, BTreeMap<i64, String>>);

impl Past {
    fn look(&mut self, office: &Office) -> Result<(), TestCaseError> {
        let more = [
            "/feeds.opml",
            "/sitemap.xml",
            "/sitemap-news.xml",
            "/robots.txt",
            "/media/one.png",
            "/media/two.png",
            "/media/logo.png",
        ];
        let more: Vec<String> = more.map(str::to_owned).to_vec();
        let mut paths: BTreeSet<String> = office.paths(&more);
        paths.extend(self.0.keys().cloned());
        for path in paths {
            let ask = |since: Option<i64>| {
                let request = Request::get(&path).header("host", "press.example.org");
                office.ask_now(match since {
                    Some(since) => request.header("if-modified-since", to_http(since)),
                    None => request,
                })
            };
            // What has changed in the second of the last edition waits for the next one.
            let Ok((200, fields, body)) = ask(None) else {
                continue;
            };
            // Of a media file the answer says only which bytes of it are sent.
            let bytes = format!("{} {body}", fields["etag"]);
            let sent = self.0.entry(path.clone()).or_default();
            let newest = sent.keys().next_back().copied();
            let date = fields.get("last-modified").map(|date| of_http(date));
            if let Some((newest, date)) = newest.zip(date) {
                prop_assert!(newest <= date, "{} went back", path);
            }
            if let Some((date, _)) = sent
                .iter()
                .next_back()
                .filter(|(_, before)| **before != bytes)
            {
                let (status, ..) = ask(Some(*date)).unwrap();
                prop_assert_eq!(status, 200, "{} of {} has other bytes", path, date);
            }
            sent.extend(date.map(|date| (date, bytes)));
        }
        Ok(())
    }
}

fn of_http(date: &str) -> i64 {
    let date = httpdate::parse_http_date(date).unwrap();
    let since = date.duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

fn to_http(date: i64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(date.cast_unsigned()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, rng_seed: crate::fixture::seed(), ..ProptestConfig::default() })]

    #[test]
    fn nobody_who_asks_by_date_gets_304_for_other_bytes(moves in moves()) {
        let first = [item(0, 1), item(1, 2), item(2, 4), item(5, 3)];
        let files = [
            ("site.toml", SITE),
            ("media/one.png", "0"),
            ("media/two.png", "0"),
            (FILES[0], &*first[0]),
            (FILES[1], &*first[1]),
            (FILES[2], &*first[2]),
            (FILES[5], &*first[3]),
        ];
        let mut office = Office::open(&files, second("12:00:00"));
        let mut past = Past::default();
        past.look(&office)?;
        for step in &moves {
            if step.is_down {
                office.stop();
                office.at(office.now() + step.after);
                take(&mut office, &step.act);
                office.start();
            } else {
                office.at(office.now() + step.after);
                take(&mut office, &step.act);
                if step.is_asked_before && matches!(step.act, Act::Picture(..)) {
                    past.look(&office)?;
                }
                office.step();
            }
            past.look(&office)?;
        }
        office.at(office.now() + 40);
        office.step();
        past.look(&office)?;
    }
}

/// Archives go back far: a date of any year from 1 on is read, shown and carried.
#[test]
fn an_item_of_any_year_is_carried() {
    let item = |year: &str| format!("title = \"T\"\ndate = {year}-07-04T10:00:00Z\nbody = \"b\"\n");
    let years = ["0001", "0305", "1054", "1905", "1969"];
    let files: Vec<(String, String)> = years
        .iter()
        .map(|year| (format!("news/y{year}.toml"), item(year)))
        .collect();
    let mut all = vec![("site.toml", SITE)];
    all.extend(files.iter().map(|(file, text)| (&**file, &**text)));
    let mut office = Office::open(&all, second("12:00:00"));
    assert!(
        office
            .problems()
            .iter()
            .all(|problem| !problem.contains("year"))
    );
    let (rss, atom) = (office.get("/rss.xml").2, office.get("/atom.xml").2);
    for year in years {
        assert!(
            rss.contains(&format!(" Jul {year} 10:00:00 GMT</pubDate>")),
            "{year}: {rss}"
        );
        assert!(
            atom.contains(&format!("<published>{year}-07-04T10:00:00+00:00")),
            "{year}"
        );
        assert_eq!(office.status(&format!("/news/y{year}/")), "200");
    }
}
