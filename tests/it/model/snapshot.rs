//! Everything that a publisher shows at one instant, as text that can be compared.

use super::LATER;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tidings::edition::representation::Coding;
use tidings::edition::resource::{Content, Resource};
use tidings::edition::{Edition, Found, Key};
use tidings::making::made::Made;
use tidings::making::maker::Maker;
use tidings::publishing::publisher::Publisher;

/// What is shown.
pub(crate) struct Snapshot {
    /// Whether files are old enough for what was measured of them to be kept. What is made on request of others may have
    /// a later date after a start.
    is_settled: bool,
    /// Each line of what is to be compared, under a name.
    pub(crate) parts: BTreeMap<String, String>,
    /// The bodies of feeds and pages, by path.
    pub(crate) bodies: BTreeMap<String, String>,
    /// When each feed was last modified.
    pub(crate) last_modified: BTreeMap<String, i64>,
}

impl Snapshot {
    /// Takes it. `paths` are further paths to be looked up.
    pub(crate) fn of(publisher: &mut Publisher, paths: &BTreeSet<String>, now: i64) -> Self {
        let edition = publisher.current().load_full();
        let mut snapshot = Self {
            is_settled: now >= LATER,
            parts: BTreeMap::new(),
            bodies: BTreeMap::new(),
            last_modified: BTreeMap::new(),
        };
        for (path, resource) in edition.resources() {
            snapshot.take("feed", path, resource);
            let at = resource
                .version()
                .and_then(|version| version.last_modified());
            snapshot
                .last_modified
                .extend(at.map(|at| (path.to_owned(), at)));
        }
        for entry in edition.newsroom.entries() {
            let name = format!("entry {}", entry.id);
            snapshot.parts.insert(name, format!("{entry:#?}"));
        }
        let problems: Vec<String> = publisher
            .problems()
            .iter()
            .map(ToString::to_string)
            .collect();
        snapshot
            .parts
            .insert("problems".to_owned(), problems.join("\n"));
        let (site, sections) = (edition.newsroom.site(), edition.newsroom.sections());
        snapshot
            .parts
            .insert("site".to_owned(), format!("{site:#?}"));
        snapshot
            .parts
            .insert("sections".to_owned(), format!("{sections:#?}"));
        let maker = Maker::new(publisher.folder(), publisher.media());
        let own = edition
            .newsroom
            .entries()
            .map(|entry| edition.newsroom.path(entry));
        let lists = edition.newsroom.places();
        let lists = lists
            .iter()
            .map(|place| tidings::newsroom::place::folder(site, place));
        let labels = edition.newsroom.label_places();
        let labels = labels.iter().flat_map(|place| {
            let folder = tidings::newsroom::place::folder(site, place);
            ["", "rss.xml", "atom.xml", "feed.json"].map(|file| format!("{folder}{file}"))
        });
        for path in own.chain(lists).chain(labels).chain(paths.iter().cloned()) {
            snapshot.look(&maker, &edition, &path, now);
        }
        snapshot
    }

    fn take(&mut self, what: &str, path: &str, resource: &Resource) {
        let Content::Text(texts) = resource.content() else {
            return;
        };
        let body = String::from_utf8(texts.get(Coding::Identity).unwrap().to_vec()).unwrap();
        let mut fields = format!("{:#?}\n{:#?}", resource.view(false), resource.view(true));
        if what == "page" && !self.is_settled {
            let is_kept = |line: &&str| !line.contains("last-modified");
            fields = fields
                .lines()
                .filter(is_kept)
                .collect::<Vec<_>>()
                .join("\n");
        }
        self.parts.insert(format!("{what} {path} fields"), fields);
        self.parts.insert(format!("{what} {path}"), body.clone());
        self.bodies.insert(path.to_owned(), body);
    }

    /// Asks for a path as a client does.
    fn look(&mut self, maker: &Maker, edition: &Edition, path: &str, now: i64) {
        let base = edition.newsroom.site().base_url.path().to_owned();
        let found = match edition.find(&format!("{base}{path}"), None) {
            Found::Resource(_) => "a resource".to_owned(),
            Found::Redirect(to) => format!("a redirect to {to}"),
            Found::Missing(route) => format!("nothing, {route:?}"),
            Found::Make(key) => self.make(maker, edition, path, &key, now),
        };
        self.parts.insert(format!("path {path}"), found);
    }

    fn make(
        &mut self,
        maker: &Maker,
        edition: &Edition,
        path: &str,
        key: &Key,
        now: i64,
    ) -> String {
        match maker.make(edition, key, now) {
            Made::Resource(resource) => {
                self.take("page", path, &resource);
                "a page".to_owned()
            }
            Made::File(..) => "a file".to_owned(),
            Made::Redirect(to) => format!("a redirect to {to}"),
            Made::Nothing(status, _) => format!("nothing, {status}"),
            Made::Changed(file) => format!("{file} is another"),
        }
    }

    /// The first difference to another.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let names: BTreeSet<&String> = self.parts.keys().chain(other.parts.keys()).collect();
        let part =
            |parts: &BTreeMap<String, String>, name| parts.get(name).cloned().unwrap_or_default();
        let other = |name| part(&other.parts, name);
        let differing = names
            .into_iter()
            .filter(|name| part(&self.parts, *name) != other(*name));
        let lines: Vec<String> = differing
            .map(|name| format!("{name}:\n{}", lines(&part(&self.parts, name), &other(name))))
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// The lines that differ, `-` where the running publisher has them and `+` where the fresh one has.
fn lines(ours: &str, theirs: &str) -> String {
    let only = |one: &str, other: &str, sign: char| -> Vec<String> {
        let other: Vec<&str> = other.lines().collect();
        let lines = one.lines().filter(|line| !other.contains(line));
        lines.map(|line| format!("  {sign} {line}")).collect()
    };
    let mut all = only(ours, theirs, '-');
    all.extend(only(theirs, ours, '+'));
    if let [one, other] = &all[..] {
        return around(one, other);
    }
    all.join("\n")
}

/// Of two long lines what is around their first difference.
fn around(one: &str, other: &str) -> String {
    let is_same = |at: &usize| one.as_bytes().get(4..at + 4) == other.as_bytes().get(4..at + 4);
    let same = (0..one.len().min(other.len()))
        .take_while(is_same)
        .last()
        .unwrap_or(0);
    let part = |line: &str| {
        let (from, to) = (
            line.floor_char_boundary(same.saturating_sub(100)),
            line.floor_char_boundary(same + 300),
        );
        format!("  {} … {}", &line[..3], &line[from.max(4)..to.max(4)])
    };
    format!("{}\n{}", part(one), part(other))
}

/// Every row of the tables of a ledger that a start must not change.
pub(crate) fn rows(state: &Path) -> BTreeSet<String> {
    let ledger = rusqlite::Connection::open(state.join("ledger.sqlite")).unwrap();
    let tables = [
        "item",
        "item_group",
        "former_path",
        "version",
        "source",
        "removal",
    ];
    let mut all = BTreeSet::new();
    for table in tables {
        let mut query = ledger.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = query.column_count();
        let mut found = query.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let values = (0..columns)
                .map(|at| format!("{:?}", row.get::<_, rusqlite::types::Value>(at).unwrap()));
            all.insert(format!(
                "{table}: {}",
                values.collect::<Vec<_>>().join(", ")
            ));
        }
    }
    all
}
