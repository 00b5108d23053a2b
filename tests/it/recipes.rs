//! The recipes of the documentation work as they stand.

use crate::serving::{check, write};
use std::collections::BTreeMap;
use std::fs;

const RECIPES: &str = include_str!("../../docs/recipes.md");

/// The files of the recipes: a line with the path in bold, and the block that follows it.
fn files() -> BTreeMap<&'static str, String> {
    let mut files = BTreeMap::new();
    let mut lines = RECIPES.lines();
    while let Some(line) = lines.next() {
        let path = line
            .strip_prefix("**`")
            .and_then(|rest| rest.strip_suffix("`**"));
        let Some(path) = path else { continue };
        let block = lines
            .by_ref()
            .skip_while(|line| !line.starts_with("```"))
            .skip(1);
        let block: Vec<&str> = block.take_while(|line| *line != "```").collect();
        files.insert(path, block.join("\n") + "\n");
    }
    files
}

/// What lies in `media/`, of the kinds that their names say.
fn media(name: &str) -> Vec<u8> {
    match name.rsplit('.').next() {
        Some("png") => {
            let site = concat!(env!("CARGO_MANIFEST_DIR"), "/data/media");
            let all = walkdir::WalkDir::new(site).into_iter().flatten();
            let mut pictures =
                all.filter(|entry| entry.path().extension().is_some_and(|end| end == "png"));
            fs::read(pictures.next().unwrap().path()).unwrap()
        }
        Some("pdf") => b"%PDF-1.4\n%%EOF\n".to_vec(),
        _ => b"ID3\x04\0\0\0\0\0\0".to_vec(),
    }
}

#[test]
fn every_recipe_is_checked_clean_and_none_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let files = files();
    assert!(files.len() >= 14, "{:?}", files.keys());
    for (path, text) in &files {
        write(&data.join(path), text);
        let named = text.lines().filter_map(|line| line.strip_prefix("src = "));
        for name in named.map(|name| name.trim_matches('"')) {
            let file = data.join("media").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, media(name)).unwrap();
        }
    }
    let (status, report) = check(&data, &[]);
    assert_eq!(status, 0, "{report}");
    assert!(report.contains("0 errors, 0 warnings"), "{report}");
    assert!(!report.contains("hint:"), "{report}");
}
