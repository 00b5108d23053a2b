//! The house rules that the compiler does not see: rooms and files depend one way, and the first six rooms are pure.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOMS: [&str; 13] = [
    "text",
    "newsroom",
    "feed",
    "page",
    "edition",
    "respond",
    "clock",
    "source",
    "store",
    "making",
    "publishing",
    "server",
    "command",
];

/// The rooms without files, sockets, clocks and logs.
const PURE: usize = 6;

/// What a pure room may not name.
const IMPURE: [&str; 11] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "SystemTime::now",
    "Utc::now",
    "Instant::now",
    "tokio",
    "tracing",
    "rusqlite",
];

/// Crates that are known to a few rooms alone.
const KEPT: [(&str, &[&str]); 6] = [
    ("hyper", &["server"]),
    ("http", &["edition", "respond", "making", "server"]),
    ("rss", &["feed"]),
    ("atom_syndication", &["feed"]),
    ("rusqlite", &["store"]),
    ("askama", &["page", "making", "publishing"]),
];

fn files_of(room: &str) -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![source.join(format!("{room}.rs"))];
    let mut folders = vec![source.join(room)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// The code of a room, without comments and without its unit tests.
fn code_of(room: &str) -> Vec<(PathBuf, String)> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        (path, code)
    };
    files_of(room).into_iter().map(read).collect()
}

fn names(code: &str, path: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_none_or(|c| !is_word(c));
        let after = code[at + path.len()..]
            .chars()
            .next()
            .is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
        before && after
    })
}

#[test]
fn lib_rs_lists_the_rooms_in_their_order() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let listed: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(listed, ROOMS);
}

#[test]
fn no_room_uses_one_below_it() {
    let mut wrong = BTreeSet::new();
    for (at, room) in ROOMS.iter().enumerate() {
        for (path, code) in code_of(room) {
            for below in &ROOMS[at + 1..] {
                if names(&code, &format!("crate::{below}")) {
                    wrong.insert(format!("{} uses {below}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_first_six_rooms_are_pure() {
    let mut wrong = BTreeSet::new();
    for room in &ROOMS[..PURE] {
        for (path, code) in code_of(room) {
            for impure in IMPURE.iter().filter(|impure| names(&code, impure)) {
                wrong.insert(format!("{} names {impure}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_crate_that_belongs_to_a_room_stays_there() {
    let mut wrong = BTreeSet::new();
    for room in ROOMS {
        for (path, code) in code_of(room) {
            for (kept, rooms) in KEPT.iter().filter(|(_, rooms)| !rooms.contains(&room)) {
                if names(&code, &format!("{kept}::")) || names(&code, &format!("use {kept}")) {
                    wrong.insert(format!(
                        "{} names {kept}, which is for {rooms:?}",
                        path.display()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The module of a file: `newsroom::parse::item`.
fn module_of(path: &Path) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let path = path.strip_prefix(source).unwrap().with_extension("");
    path.to_str().unwrap().replace('/', "::")
}

/// The paths that a tree of `use` names: `a::{b, c::d}` names `a::b` and `a::c::d`.
fn paths_of(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((prefix, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.trim().to_owned()];
    };
    let rest = rest.trim_end().strip_suffix('}').unwrap_or(rest);
    let mut depth = 0;
    let parts = rest.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let parts = parts.filter(|part| !part.trim().is_empty());
    parts
        .flat_map(paths_of)
        .map(|path| format!("{prefix}{path}"))
        .collect()
}

/// The modules that the code of a module names.
fn uses_of(module: &str, code: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let tree = code[at + 4..].split(';').next().unwrap_or_default();
        named.extend(paths_of(tree));
    }
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c| !is_path(c));
    named.extend(words.filter(|word| word.contains("::")).map(str::to_owned));
    let mut uses = BTreeSet::new();
    for path in named {
        let mut parts: Vec<&str> = path.split("::").collect();
        let mut base: Vec<&str> = module.split("::").collect();
        match parts.first() {
            Some(&"crate") => base.clear(),
            Some(&"self") => {}
            Some(&"super") => {
                while parts.get(1) == Some(&"super") {
                    parts.remove(0);
                    base.pop();
                }
                base.pop();
            }
            _ => continue,
        }
        parts.remove(0);
        base.extend(parts);
        let longest = (1..=base.len())
            .rev()
            .map(|length| base[..length].join("::"));
        uses.extend(longest.into_iter().find(|name| modules.contains(name)));
    }
    uses.remove(module);
    uses
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let all = ROOMS.iter().flat_map(|room| code_of(room));
    let codes: Vec<(String, String)> = all.map(|(path, code)| (module_of(&path), code)).collect();
    let modules: BTreeSet<String> = codes.iter().map(|(module, _)| module.clone()).collect();
    let mut left: Vec<(String, BTreeSet<String>)> = codes
        .iter()
        .map(|(module, code)| (module.clone(), uses_of(module, code, &modules)))
        .collect();
    assert!(
        left.iter().any(|(_, uses)| uses.len() > 5),
        "nothing was found"
    );
    // What uses none of the rest, or is used by none of it, is in no circle.
    loop {
        let names: BTreeSet<String> = left.iter().map(|(module, _)| module.clone()).collect();
        let used: BTreeSet<String> = left.iter().flat_map(|(_, uses)| uses.clone()).collect();
        let before = left.len();
        left.retain(|(module, uses)| {
            used.contains(module) && uses.iter().any(|used| names.contains(used))
        });
        if left.len() == before {
            break;
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

/// The headings of a document that comments name, as in `docs/http.md, “Versions”`.
fn named_headings(text: &str) -> Vec<(String, String)> {
    // A comment may name a heading over the end of a line.
    let lines = text.lines().map(|line| line.trim_start());
    let lines = lines.map(|line| line.trim_start_matches(['/', '!']).trim());
    let words = lines.collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    for part in words.split("docs/").skip(1) {
        let Some((file, rest)) = part.split_once(".md, “") else {
            continue;
        };
        if file.contains(' ') {
            continue;
        }
        let rest = format!("“{rest}");
        for heading in rest
            .split(", ")
            .map_while(|heading| heading.strip_prefix('“'))
        {
            let Some((heading, _)) = heading.split_once('”') else {
                break;
            };
            found.push((format!("docs/{file}.md"), heading.to_owned()));
        }
    }
    found
}

#[test]
fn what_the_code_refers_to_can_be_read_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["src", "tests", "benches", "fuzz/fuzz_targets"].map(|name| root.join(name));
    let files = folders.iter().flat_map(walkdir::WalkDir::new).flatten();
    let code = files.filter(|file| file.path().extension().is_some_and(|end| end == "rs"));
    let (mut count, mut wrong) = (0, BTreeSet::new());
    for file in code.filter(|file| !file.path().ends_with("layers.rs")) {
        for (document, heading) in named_headings(&fs::read_to_string(file.path()).unwrap()) {
            count += 1;
            let text = fs::read_to_string(root.join(&document)).unwrap_or_default();
            let is_there = text.lines().any(|line| {
                line.strip_prefix("## ") == Some(&heading)
                    || line.starts_with(&format!("- **{heading}.**"))
            });
            if !is_there {
                wrong.insert(format!("{}: {document}, {heading}", file.path().display()));
            }
        }
    }
    assert!(count > 50 && wrong.is_empty(), "{count}: {wrong:#?}");
}
