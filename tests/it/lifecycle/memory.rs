//! What is remembered: a ledger that is lost, one of an earlier layout, and a damaged parsed index.

use super::item;
use crate::desk::{Answer, Office, SITE, second};
use crate::digest;
use std::collections::BTreeMap;

const TEN: &str = "2096-11-24T10:00:00Z";

fn dated(fields: &BTreeMap<String, String>) -> std::time::SystemTime {
    httpdate::parse_http_date(&fields["last-modified"]).unwrap()
}

fn feeds(office: &Office) -> BTreeMap<String, Answer> {
    let mut paths = office.paths(&[]);
    paths.retain(|path| path.ends_with(".xml") || path.ends_with(".json"));
    office.answers(&paths)
}

/// An office that has published an item late, one that was corrected, and the notice of one that was withdrawn.
fn lived() -> Office {
    let embargo = "embargo_until = 2096-11-24T12:05:00Z\n";
    let canceled = "status = \"canceled\"\nstatus_note = \"Wrong.\"\n";
    let files = [
        ("site.toml", SITE),
        ("news/a.toml", &item("A", TEN, embargo)),
        (
            "news/b.toml",
            &item("B", "2096-11-20", "updated = 2096-11-24T11:00:00Z\n"),
        ),
        ("news/c.toml", &item("C", TEN, "")),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    office.at(second("12:05:00"));
    office.step();
    office.at(second("12:10:00"));
    office.write("news/c.toml", &item("C", TEN, canceled));
    office.step();
    office
}

#[test]
fn a_lost_ledger_costs_no_id_and_no_date_goes_back() {
    let mut office = lived();
    let told = digest::of_place(&office, "/");
    let before = feeds(&office);
    office.at(second("13:00:00"));
    office.restart_without("ledger.sqlite");
    // Nobody knows any more that the withdrawn item was ever published: it stays away, without a notice.
    let notice = |line: &&str| !line.starts_with(['†', 'u']);
    let expected: Vec<&str> = told.lines().filter(notice).collect();
    let told = digest::of_place(&office, "/");
    let told: Vec<&str> = told.lines().filter(notice).collect();
    assert_eq!(told, expected);
    for (path, (_, fields, _)) in feeds(&office) {
        assert!(dated(&fields) > dated(&before[&path].1), "{path}");
        assert_eq!(
            fields["last-modified"], "Sat, 24 Nov 2096 13:00:00 GMT",
            "{path}"
        );
    }
    assert_eq!(office.status("/news/c/"), "404");
    let (_, fields, _) = office.get("/news/a/");
    assert_eq!(fields["last-modified"], "Sat, 24 Nov 2096 13:00:00 GMT");
}

#[test]
fn a_damaged_index_costs_nothing() {
    for garbage in [&b""[..], b"no database", &[0xff; 5000]] {
        let mut office = lived();
        let paths = office.paths(&[]);
        let before = office.answers(&paths);
        office.stop();
        for suffix in ["-wal", "-shm"] {
            let log = office.state().join(format!("index.sqlite{suffix}"));
            let _gone = std::fs::remove_file(log);
        }
        std::fs::write(office.state().join("index.sqlite"), garbage).unwrap();
        office.start();
        assert_eq!(office.answers(&paths), before);
        // It is an index again.
        office.restart();
        assert_eq!(office.answers(&paths), before);
    }
}

#[test]
fn an_index_that_is_damaged_within_costs_nothing() {
    let mut office = lived();
    let paths = office.paths(&[]);
    let before = office.answers(&paths);
    office.stop();
    let index = rusqlite::Connection::open(office.state().join("index.sqlite")).unwrap();
    let damaged = index
        .execute("UPDATE parsed SET entry = x'ff00ff'", [])
        .unwrap();
    assert!(damaged > 0);
    drop(index);
    office.start();
    assert_eq!(office.answers(&paths), before);
}

#[test]
fn an_index_that_cannot_be_read_to_its_end_is_begun_anew() {
    let mut office = lived();
    let paths = office.paths(&[]);
    let before = office.answers(&paths);
    office.stop();
    let path = office.state().join("index.sqlite");
    let count = || {
        let index = rusqlite::Connection::open(&path).unwrap();
        let count = index.query_row("SELECT sum(length(entry)) FROM parsed", [], |row| {
            row.get::<_, i64>(0)
        });
        count.ok()
    };
    let kept = count();
    assert!(kept.is_some());
    // The page of the table itself, behind the one that describes it.
    let mut bytes = std::fs::read(&path).unwrap();
    let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    bytes[page..].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(count(), None);
    office.start();
    assert_eq!(office.answers(&paths), before);
    office.stop();
    assert_eq!(count(), kept);
}

#[test]
fn an_authority_under_which_items_were_published_stays() {
    let mut office = lived();
    let paths = office.paths(&[]);
    let before = office.answers(&paths);
    for (new, at) in [
        (
            SITE.replace("\"example.org\"", "\"example.com\""),
            "id_authority = ",
        ),
        (SITE.replace("\"2022\"", "\"2023\""), "id_authority_date = "),
    ] {
        assert_ne!(new, SITE);
        office.at(office.now() + 60);
        office.write("site.toml", &new);
        office.step();
        assert_eq!(office.answers(&paths), before);
        let problems = office.problems();
        let line = new.lines().position(|line| line.starts_with(at)).unwrap() + 1;
        assert!(
            problems.iter().any(|problem| {
                problem.starts_with(&format!("site.toml:{line}:"))
                    && problem.contains("begins with `example.org,2022`, which never changes")
            }),
            "{problems:#?}"
        );
        office.restart();
        assert_eq!(office.answers(&paths), before);
    }
}

#[test]
fn an_authority_under_which_nothing_was_published_may_be_another() {
    let files = [("site.toml", SITE), ("news/section.toml", "")];
    let mut office = Office::open(&files, second("12:00:00"));
    office.write("site.toml", &SITE.replace("\"2022\"", "\"2023\""));
    office.at(second("12:05:00"));
    office.step();
    assert!(office.problems().is_empty(), "{:#?}", office.problems());
    let (_, _, body) = office.get("/atom.xml");
    assert!(body.contains("tag:example.org,2023:feed"), "{body}");
}

/// The tables that the first version wrote.
const LAYOUT_1: &str = "
CREATE TABLE item (id TEXT PRIMARY KEY, file TEXT NOT NULL, path TEXT NOT NULL, wire INTEGER NOT NULL,
    hash BLOB NOT NULL, changed_at INTEGER NOT NULL, state TEXT, withdrawn_at INTEGER, groups TEXT NOT NULL)
    STRICT, WITHOUT ROWID;
CREATE TABLE item_group (name TEXT PRIMARY KEY, changed_at INTEGER NOT NULL, latest INTEGER, hash BLOB)
    STRICT, WITHOUT ROWID;
CREATE TABLE version (path TEXT PRIMARY KEY, tag TEXT NOT NULL, last_modified INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE media (path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL,
    inode INTEGER NOT NULL, hash BLOB, width INTEGER, height INTEGER, changed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
ATTACH 'THERE' AS there;
INSERT INTO item SELECT id, file, path, wire, hash, changed_at, state, withdrawn_at, groups FROM there.item;
INSERT INTO item_group SELECT name, changed_at, latest, hash FROM there.item_group;
INSERT INTO version SELECT path, tag, last_modified FROM there.version;
PRAGMA user_version = 1;
";

#[test]
fn a_ledger_of_the_first_layout_is_taken_over() {
    let mut office = lived();
    let paths = office.paths(&[]);
    let before = office.answers(&paths);
    office.stop();
    let there = office.state().join("ledger.sqlite");
    let first = office.state().with_file_name("first");
    std::fs::create_dir(&first).unwrap();
    let ledger = rusqlite::Connection::open(first.join("ledger.sqlite")).unwrap();
    let script = LAYOUT_1.replace("THERE", there.to_str().unwrap());
    ledger.execute_batch(&script).unwrap();
    drop(ledger);
    office.at(second("13:00:00"));
    office.restart_in("first");
    assert_eq!(office.answers(&paths), before);
    office.restart();
    assert_eq!(office.answers(&paths), before);
    // What it knew of is still known.
    office.at(second("13:10:00"));
    office.rename("news/b.toml", "news/new.toml");
    office.step();
    assert_eq!(office.status("/news/b/"), "301 /news/new/");
}

/// A ledger of the second layout knew nothing of texts, tags and authors: what feeds show stays as it was, and pages and
/// the feeds of tags count from the start that found them.
#[test]
fn a_ledger_of_the_second_layout_is_taken_over() {
    let site = format!("{SITE}[languages.ru]\n");
    let tagged = item("A", "2096-11-24T10:00:00Z", "tags = [\"one\"]\n");
    let version = item("Ru", "2096-11-24T10:00:00Z", "");
    let files = [
        ("site.toml", &*site),
        ("news/a.toml", &tagged),
        ("news/a.ru.toml", &version),
    ];
    let mut office = Office::open(&files, second("12:00:00"));
    let feed = office.get("/news/atom.xml");
    let before = office.get("/tag/one/rss.xml");
    office.stop();
    let ledger = rusqlite::Connection::open(office.state().join("ledger.sqlite")).unwrap();
    let script = "ALTER TABLE item DROP COLUMN text; UPDATE item SET groups = replace(groups, '\n/tag/one/', ''); \
                  DELETE FROM item_group WHERE name LIKE '/tag/%'; DROP TABLE unconfirmed; \
                  ALTER TABLE item DROP COLUMN day_changes; ALTER TABLE item DROP COLUMN day_change_seen_at; \
                  PRAGMA user_version = 2;";
    ledger.execute_batch(script).unwrap();
    drop(ledger);
    office.at(second("13:00:00"));
    office.start();
    assert_eq!(office.get("/news/atom.xml"), feed);
    let after = office.get("/tag/one/rss.xml");
    assert_eq!(after.2, before.2);
    assert_eq!(after.1["last-modified"], "Sat, 24 Nov 2096 13:00:00 GMT");
    office.at(second("13:10:00"));
    office.restart();
    assert_eq!(office.get("/tag/one/rss.xml"), after);
}
