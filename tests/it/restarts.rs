//! A start over the same directory and state gives what was served before, whatever was done until then.

use crate::desk::{Office, SITE, second};
use proptest::prelude::*;

const FILES: [&str; 6] = [
    "news/a.toml",
    "news/b.toml",
    "other/a.toml",
    "other/c.toml",
    "news/d.toml",
    "news/a.ru.toml",
];

/// What is done.
#[derive(Debug, Clone)]
enum Deed {
    Write(usize, String),
    Break(usize, &'static str),
    Remove(usize),
    Rename(usize, usize),
    RemoveFolder(&'static str),
    Withdraw(&'static str),
    Wait,
}

fn words() -> impl Strategy<Value = String> {
    let title = prop::sample::select(vec!["One", "Two"]);
    let date = prop::sample::select(vec![
        "2096-11-20",
        "2096-11-24T10:00:00Z",
        "2096-11-24T12:02:00Z",
    ]);
    let status = prop::sample::select(vec![
        "",
        "",
        "",
        "status = \"withheld\"\nstatus_note = \"n\"\n",
        "status = \"canceled\"\nstatus_note = \"n\"\nreplaced_by = \"b\"\n",
        "status = \"canceled\"\nstatus_note = \"n\"\nstatus_at = 2096-11-24T11:00:00Z\n",
        "status = \"draft\"\n",
        "embargo_until = 2096-11-24T12:03:00Z\n",
        "expires = 2096-11-24T12:04:00Z\n",
        "updated = 2096-11-24T12:01:00Z\n",
    ]);
    let slug = prop::sample::select(vec!["", "", "slug = \"a\"\n", "slug = \"s\"\n"]);
    let id = prop::sample::select(vec!["", "", "", "id = \"a\"\n", "id = \"z\"\n"]);
    let labels = prop::sample::select(vec![
        "",
        "tags = [\"one\", \"two\"]\n",
        "tags = [\"One\"]\nauthors = [\"two\", \"Two\"]\n",
        "translation_key = \"a\"\ntags = [\"three\"]\n",
    ]);
    (title, date, status, slug, id, labels).prop_map(|(title, date, status, slug, id, labels)| {
        format!("title = \"{title}\"\ndate = {date}\n{id}{slug}{status}{labels}body = \"b\"\n")
    })
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let file = 0..FILES.len();
    let broken = prop::sample::select(vec![
        "title = \n",
        "title = \nstatus = \"canceled\"\n",
        "title = \nstatus = \"withheld\"\n",
        "title = \nembargo_until = 2096-11-24T12:03:00Z\n",
    ]);
    let deed = prop_oneof![
        6 => (file.clone(), words()).prop_map(|(file, text)| Deed::Write(file, text)),
        1 => (file.clone(), broken).prop_map(|(file, text)| Deed::Break(file, text)),
        1 => file.clone().prop_map(Deed::Remove),
        2 => (file.clone(), file).prop_map(|(from, to)| Deed::Rename(from, to)),
        1 => prop::sample::select(vec!["news", "other"]).prop_map(Deed::RemoveFolder),
        1 => prop::sample::select(vec!["a", "b"]).prop_map(Deed::Withdraw),
        2 => Just(Deed::Wait),
    ];
    prop::collection::vec(deed, 1..10)
}

fn take(office: &mut Office, deed: &Deed) {
    match deed {
        Deed::Write(file, text) => office.write(FILES[*file], text),
        Deed::Break(file, text) => office.write(FILES[*file], text),
        Deed::Remove(file) => office.remove(FILES[*file]),
        Deed::Rename(from, to) => {
            if office.data().join(FILES[*from]).exists() {
                office.rename(FILES[*from], FILES[*to]);
            }
        }
        Deed::RemoveFolder(folder) => office.remove(folder),
        Deed::Withdraw(id) => office.wish_removal(id, None),
        Deed::Wait => {}
    }
}

fn holds(site: &str, deeds: &[Deed], is_cold: bool, is_scanned: bool) -> Result<(), TestCaseError> {
    let mut office = Office::open(&[("site.toml", site)], second("12:00:00"));
    for (number, deed) in deeds.iter().enumerate() {
        let now = office.now() + 37;
        office.at(now);
        take(&mut office, deed);
        if is_scanned {
            office.rescan();
        } else {
            office.step();
        }
        let paths = office.paths(&[]);
        let before = office.answers(&paths);
        if is_cold {
            office.restart_without("index.sqlite");
        } else {
            office.restart();
        }
        for (path, answer) in office.answers(&paths) {
            prop_assert_eq!(&answer, &before[&path], "step {}: {}", number, path);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, rng_seed: crate::fixture::seed(), ..ProptestConfig::default() })]

    #[test]
    fn a_start_changes_nothing(deeds in deeds(), is_cold: bool, is_scanned: bool) {
        let site = format!("{SITE}[languages.ru]\n[tags.one]\nspellings = [\"three\"]\n");
        holds(&site, &deeds, is_cold, is_scanned)?;
    }

    #[test]
    fn a_start_changes_nothing_where_what_is_missing_is_withdrawn(deeds in deeds(), is_cold: bool, is_scanned: bool) {
        let site = format!("{SITE}[feeds]\non_missing = \"cancel\"\nitems = 1\n");
        holds(&site, &deeds, is_cold, is_scanned)?;
    }
}
