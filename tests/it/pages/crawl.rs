//! Every page of the sample publication, found by following links: none leads nowhere, none to a redirect, and an
//! independent checker finds each page valid.

use super::values;
use crate::serving::Serving;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the sample's `base_url` leads.
const BASE: &str = "http://localhost:8080";

/// More paths than the sample has.
const PATHS_MAX: usize = 2_000;

/// The folder of the tools that `tests/run.sh` fetches.
pub(super) fn tools() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/page-tools");
    assert!(
        folder.join("node_modules").exists(),
        "`tests/run.sh` fetches what this test needs to {}",
        folder.display()
    );
    folder
}

/// All HTML pages that links lead to, by path. Whatever they name answers with 200.
fn crawl(server: &Serving) -> BTreeMap<String, String> {
    let mut connection = server.connect();
    let mut pages = BTreeMap::new();
    let mut seen = BTreeSet::from(["/".to_owned()]);
    let mut next = vec!["/".to_owned()];
    while let Some(path) = next.pop() {
        assert!(seen.len() < PATHS_MAX, "{path}");
        let answer = connection.ask(&path, "").unwrap();
        assert_eq!(answer.status, 200, "{path} {}", answer.head);
        if !answer
            .field("content-type")
            .unwrap()
            .starts_with("text/html")
        {
            continue;
        }
        let html = answer.text();
        let links = ["href", "src", "content"].map(|name| values(&html, name));
        for link in links.concat() {
            let inside = link.strip_prefix(BASE).filter(|path| path.starts_with('/'));
            let inside = inside.and_then(|path| path.split('#').next());
            if let Some(inside) = inside.filter(|inside| seen.insert((*inside).to_owned())) {
                next.push(inside.to_owned());
            }
        }
        pages.insert(path, html);
    }
    pages
}

#[test]
fn the_sample_has_no_dead_link_and_every_page_is_valid() {
    let data = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate::serving::copy_tree(&root.join("data"), &data.path().join("data"));
    let server = Serving::start(&data.path().join("data"), &[]);
    let mut pages = crawl(&server);
    assert!(pages.len() > 20, "{:?}", pages.keys());
    let missing = server.connect().ask("/ru/nothing/", "").unwrap();
    pages.insert("/ru/nothing/".to_owned(), missing.text());
    server.stop();

    let tools = tools();
    let folder = data.path().join("pages");
    fs::create_dir(&folder).unwrap();
    let config =
        "{\"root\": true, \"extends\": [\"html-validate:standard\", \"html-validate:a11y\"]}";
    fs::write(folder.join(".htmlvalidate.json"), config).unwrap();
    for (path, html) in &pages {
        let name = path.trim_matches('/').replace('/', "_");
        fs::write(folder.join(format!("_{name}.html")), html).unwrap();
    }
    let checked = Command::new(tools.join("node_modules/.bin/html-validate"))
        .arg(&folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{said}");
}
