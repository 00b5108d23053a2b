//! Versions under random edits (docs/http.md, “Versions”): other bytes have another tag and a later date, the same
//! bytes are the same resource, and what changes in one section touches no other.

use crate::desk::{Office, SITE, second, text};
use http::Request;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tidings::edition::resource::Resource;

const SECTIONS: [&str; 3] = ["news", "other", "third"];
/// What is made on request.
const MADE: [&str; 10] = [
    "/",
    "/news/",
    "/news/0/",
    "/news/1/",
    "/tag/one/",
    "/tag/one/rss.xml",
    "/tag/one/atom.xml",
    "/tag/one/feed.json",
    "/tag/two/rss.xml",
    "/author/jo/feed.json",
];

const FORMATS: [&str; 3] = ["rss.xml", "atom.xml", "feed.json"];

/// What is done to one of the items.
#[derive(Debug, Clone)]
struct Edit {
    section: usize,
    name: usize,
    to: usize,
    after: i64,
}

/// What an item's file may say; the last is its removal.
const TEXTS: [&str; 8] = [
    "title = \"One\"\ndate = 2096-11-24T10:00:00Z\ntags = [\"One\", \"two\"]\nbody = \"b\"\n",
    "title = \"Two\"\ndate = 2096-11-24T10:00:00Z\ntags = [\"one\"]\nbody = \"b\"\n",
    "title = \"One\"\ndate = 2096-11-24T10:00:00Z\ncorrections = [{ at = 2096-11-24T12:01:00Z, note = \"n\" }]\ntags = [\"one\", \"two\"]\nauthors = [\"Jo\"]\nbody = \"b\"\n",
    "title = \"One\"\ndate = 2096-11-24T10:00:00Z\nstatus = \"withheld\"\nstatus_note = \"n\"\nbody = \"b\"\n",
    "title = \"One\"\ndate = 2096-11-24T10:00:00Z\nembargo_until = 2096-11-24T12:00:30Z\ntags = [\"two\"]\nauthors = [\"Jo\"]\nbody = \"b\"\n",
    "title = \"One\"\ndate = 2096-11-24T10:00:00Z\nstatus = \"canceled\"\nstatus_note = \"n\"\ntags = [\"one\"]\nbody = \"b\"\n",
    "title = \n",
    "",
];

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let weighted = prop::sample::select(vec![0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7]);
    let after = prop::sample::select(vec![0, 0, 1, 1, 2, 20]);
    let one = (0..SECTIONS.len(), 0..2_usize, weighted, after);
    let one = one.prop_map(|(section, name, to, after)| Edit {
        section,
        name,
        to,
        after,
    });
    prop::collection::vec(one, 1..14)
}

/// The versions that a path had: the bytes of each tag, and of each date.
#[derive(Default)]
struct Past {
    of_tag: HashMap<String, String>,
    of_date: HashMap<i64, String>,
    last: Option<(i64, Arc<Resource>)>,
}

fn look(office: &Office, past: &mut BTreeMap<String, Past>) -> Result<(), TestCaseError> {
    for section in ["/", "/news/", "/other/", "/third/"] {
        for format in FORMATS {
            let path = format!("{section}{format}");
            let resource = office.resource(&path).unwrap();
            let version = resource.version().unwrap();
            let date = version.last_modified().unwrap();
            let bytes = text(&resource);
            prop_assert!(date <= office.now(), "{} is dated ahead", path);
            let past = past.entry(path.clone()).or_default();
            let of_tag = past
                .of_tag
                .entry(version.tag().to_owned())
                .or_insert_with(|| bytes.clone());
            prop_assert_eq!(&*of_tag, &bytes, "one tag, two bodies: {}", path);
            let of_date = past.of_date.entry(date).or_insert_with(|| bytes.clone());
            prop_assert_eq!(&*of_date, &bytes, "one date, two bodies: {}", path);
            if let Some((before, last)) = &past.last {
                let is_same = text(last) == bytes;
                prop_assert_eq!(is_same, Arc::ptr_eq(last, &resource), "{}", path);
                prop_assert!(
                    if is_same {
                        date == *before
                    } else {
                        date > *before
                    },
                    "{}",
                    path
                );
            }
            past.last = Some((date, resource));
        }
    }
    for path in MADE {
        let (status, fields, bytes) = office.get(path);
        if status != 200 {
            continue;
        }
        let date = fields.get("last-modified").map(|date| {
            let date = httpdate::parse_http_date(date).unwrap();
            let since = date.duration_since(std::time::UNIX_EPOCH).unwrap();
            i64::try_from(since.as_secs()).unwrap()
        });
        let past = past.entry(path.to_owned()).or_default();
        let of_tag = past.of_tag.entry(fields["etag"].clone());
        let of_tag = of_tag.or_insert_with(|| bytes.clone());
        prop_assert_eq!(&*of_tag, &bytes, "one tag, two bodies: {}", path);
        let Some(date) = date else { continue };
        prop_assert!(date <= office.now(), "{} is dated ahead", path);
        let of_date = past.of_date.entry(date).or_insert_with(|| bytes.clone());
        prop_assert_eq!(&*of_date, &bytes, "one date, two bodies: {}", path);
    }
    Ok(())
}

/// The feeds of all sections but one.
fn elsewhere(office: &Office, section: &str) -> Vec<(String, Arc<Resource>)> {
    let others = SECTIONS.iter().filter(|other| **other != section);
    let paths = others.flat_map(|other| FORMATS.map(|format| format!("/{other}/{format}")));
    let feeds = paths.map(|path| (path.clone(), office.resource(&path).unwrap()));
    feeds.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, rng_seed: crate::fixture::seed(), ..ProptestConfig::default() })]

    #[test]
    fn versions_hold_under_any_edits(edits in edits(), end in 1..100_i64) {
        let main = "in_main = false\n";
        let mut files = vec![("site.toml", SITE)];
        files.extend([("news/section.toml", ""), ("other/section.toml", main), ("third/section.toml", main)]);
        let mut office = Office::open(&files, second("12:00:00") - 10);
        let mut past = BTreeMap::new();
        office.at(second("12:00:00"));
        look(&office, &mut past)?;
        for edit in &edits {
            office.at(office.now() + edit.after);
            let section = SECTIONS[edit.section];
            let path = format!("{section}/{}.toml", edit.name);
            match TEXTS[edit.to] {
                "" => office.remove(&path),
                text => office.write(&path, text),
            }
            let others = elsewhere(&office, section);
            office.step();
            // What waits for its second or its date may come with any step.
            let is_prompt = |edit: &Edit| edit.after > 0 && !matches!(edit.to, 2 | 4);
            if edits.iter().all(is_prompt) {
                for (path, before) in others {
                    prop_assert!(Arc::ptr_eq(&office.resource(&path).unwrap(), &before), "{}", path);
                }
            }
            look(&office, &mut past)?;
        }
        office.at(office.now() + end);
        office.step();
        look(&office, &mut past)?;
    }
}

/// Three changes in one second become one version a second, and all of them are seen in the end.
#[test]
fn changes_within_a_second_wait_for_the_next() {
    let item =
        |title: &str| format!("title = \"{title}\"\ndate = 2096-11-24T10:00:00Z\nbody = \"b\"\n");
    let files = [("site.toml", SITE), ("news/a.toml", &item("0"))];
    let mut office = Office::open(&files, second("12:00:00"));
    let mut past = Vec::new();
    let noon = second("12:00:00");
    for (number, at) in [noon + 10, noon + 10, noon + 10, noon + 11, noon + 12]
        .into_iter()
        .enumerate()
    {
        office.at(at);
        office.write("news/a.toml", &item(&(number + 1).to_string()));
        office.step();
        let resource = office.resource("/rss.xml").unwrap();
        let title = text(&resource).split("<title>").nth(2).unwrap()[..1].to_owned();
        past.push((
            title,
            resource.version().unwrap().last_modified().unwrap() - noon,
        ));
    }
    let told: Vec<(&str, i64)> = past.iter().map(|(title, at)| (&**title, *at)).collect();
    assert_eq!(
        told,
        [("1", 10), ("1", 10), ("1", 10), ("4", 11), ("5", 12)]
    );
}

/// A clock that was set back dates nothing ahead of itself, neither before the edition knows of that nor after, and tells
/// the old dates again when it has come to them.
#[test]
fn nothing_is_dated_after_the_clock() {
    let files = [("site.toml", SITE), ("news/a.toml", TEXTS[0])];
    let mut office = Office::open(&files, second("12:00:00"));
    let dated = |office: &Office| -> Vec<String> {
        let paths = office.paths(&[]).into_iter();
        let dated = paths.filter(|path| {
            let (_, fields, _) = office.get(path);
            fields.contains_key("last-modified")
        });
        dated.collect()
    };
    let all = dated(&office);
    assert!(all.contains(&"/assets/feed.css".to_owned()), "{all:?}");
    assert!(all.contains(&"/rss.xml".to_owned()), "{all:?}");
    for back in ["11:59:59", "11:00:00"] {
        office.at(second(back));
        assert_eq!(dated(&office), Vec::<String>::new(), "{back}");
        office.step();
        assert_eq!(dated(&office), Vec::<String>::new(), "{back}");
        let request = Request::get("/assets/feed.css")
            .header("host", "press.example.org")
            .header("if-modified-since", "Sat, 24 Nov 2096 12:00:00 GMT");
        let (status, fields, _) = office.ask(request);
        assert!(status == 200 && !fields.contains_key("last-modified"));
    }
    office.at(second("12:00:01"));
    office.step();
    assert_eq!(dated(&office), all);
}

/// What is restyled in one place leaves every other resource of the edition as it is.
#[test]
fn the_feeds_of_other_sections_are_the_same_resources() {
    let item =
        |title: &str| format!("title = \"{title}\"\ndate = 2096-11-24T10:00:00Z\nbody = \"b\"\n");
    let (one, two) = (item("One"), item("Two"));
    let files = [
        ("site.toml", SITE),
        ("news/a.toml", &one),
        ("other/b.toml", &one),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    let before = FORMATS.map(|format| office.resource(&format!("/other/{format}")).unwrap());
    office.at(second("12:01:00"));
    office.write("news/a.toml", &two);
    office.write(
        "site.toml",
        &SITE.replace("title", "feeds.items = 20\ntitle"),
    );
    office.step();
    for (format, before) in FORMATS.iter().zip(before) {
        let now = office.resource(&format!("/other/{format}")).unwrap();
        assert!(Arc::ptr_eq(&now, &before), "{format}");
    }
    assert!(text(&office.resource("/news/rss.xml").unwrap()).contains("Two"));
}

/// Hubs and caches of others learn from this what to fetch anew.
#[test]
fn a_step_names_the_feeds_that_have_a_new_version_and_no_others() {
    let item = |title: &str, more: &str| {
        format!("title = \"{title}\"\ndate = 2096-11-24T10:00:00Z\n{more}body = \"b\"\n")
    };
    let files = [
        ("site.toml", SITE),
        ("news/a.toml", &item("One", "")),
        ("other/b.toml", &item("Two", "")),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    let step = |office: &mut Office, time: &str, text: &str| {
        office.at(second(time));
        office.write("news/a.toml", text);
        let news = office.publisher().step().unwrap();
        let mut paths = news.paths;
        paths.sort();
        let items = news.items.iter().map(ToString::to_string);
        (paths, items.collect::<BTreeSet<String>>())
    };
    let feeds = |places: &[&str]| {
        let of_place = |place: &&str| {
            ["atom.xml", "feed.json", "rss.xml"].map(|name| format!("{place}{name}"))
        };
        let mut feeds: Vec<String> = places.iter().flat_map(of_place).collect();
        feeds.sort();
        feeds
    };
    let only_a = BTreeSet::from(["a".to_owned()]);
    let changed = step(&mut office, "12:01:00", &item("Changed", ""));
    assert_eq!(changed, (feeds(&["/", "/news/"]), only_a.clone()));
    // What no feed says is no new version.
    let silent = step(&mut office, "12:02:00", &item("Changed", "priority = 2\n"));
    assert_eq!(silent, (Vec::new(), only_a.clone()));
    let nothing = office.publisher().step().unwrap();
    assert!(nothing.paths.is_empty() && nothing.items.is_empty());
    let withdrawn = step(
        &mut office,
        "12:03:00",
        &item("Changed", "status = \"canceled\"\n"),
    );
    assert_eq!(withdrawn, (feeds(&["/", "/news/"]), only_a));
}
