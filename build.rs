//! Fingerprints of the sources: what an older program has parsed, or told to be the look of a page, is not trusted by a
//! newer one whose sources differ, whatever its version says. The same sources have the same fingerprints on every
//! machine.

use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// What decides what an item file gives.
const PARSER: [&str; 6] = [
    "Cargo.lock",
    "src/newsroom",
    "src/text",
    "src/feed/content.rs",
    "src/source/load.rs",
    "src/store/index.rs",
];

/// What decides how a page of the same items looks.
const PAGES: [&str; 5] = [
    "Cargo.lock",
    "src/page",
    "src/newsroom",
    "src/text",
    "src/feed",
];

fn main() {
    for (name, sources) in [("PARSER", &PARSER as &[&str]), ("PAGES", &PAGES)] {
        println!(
            "cargo:rustc-env=FINGERPRINT_OF_{name}={}",
            fingerprint(sources)
        );
        for source in sources {
            println!("cargo:rerun-if-changed={source}");
        }
    }
}

fn fingerprint(sources: &[&str]) -> String {
    let mut files = Vec::new();
    for source in sources {
        collect(Path::new(source), &mut files);
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let bytes = fs::read(&file).expect("a source that cargo builds can be read");
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(bytes.len().to_be_bytes());
        hash.update(bytes);
    }
    let digest = hash.finalize();
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    let entries = fs::read_dir(path).expect("a folder of sources can be listed");
    for entry in entries {
        collect(
            &entry.expect("a folder of sources can be listed").path(),
            files,
        );
    }
}
