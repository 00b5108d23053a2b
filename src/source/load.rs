//! The data directory read into a newsroom's parts: site, sections and index entries, with all problems.

use super::scan::Listing;
use super::{DataDirectory, Error, SECTION_FILE, SITE_FILE, content_hash};
use crate::feed::content;
use crate::newsroom::entry::Entry;
use crate::newsroom::parse::{self, Form, Parsed};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::site::{BaseUrl, Section, Site};
use crate::text::slug::Slug;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was read.
#[derive(Debug)]
pub struct Loaded {
    /// The publication.
    pub site: Arc<Site>,
    /// The sections by name.
    pub sections: BTreeMap<Slug, Arc<Section>>,
    /// The valid items, sorted by file.
    pub entries: Vec<Entry>,
}

/// Reads everything that a listing names. `None` where `site.toml` is unusable; the problems say why.
///
/// `base_url` takes the place of the one in `site.toml`.
pub fn load(
    directory: &DataDirectory,
    listing: &Listing,
    base_url: Option<&BaseUrl>,
) -> (Option<Loaded>, Vec<Problem>) {
    let mut problems = listing.problems.clone();
    let Some(site) = load_site(directory, base_url, &mut problems) else {
        return (None, problems);
    };
    let mut sections = BTreeMap::new();
    for folder in &listing.sections {
        let section = load_section(directory, folder, &site, &mut problems);
        sections.extend(section.map(|section| (section.name.clone(), Arc::new(section))));
    }
    let read: Vec<(Option<Entry>, Vec<Problem>)> = listing
        .items
        .par_iter()
        .map(|file| load_item(directory, file, &site, &sections))
        .collect();
    let mut entries = Vec::with_capacity(read.len());
    for (entry, own) in read {
        entries.extend(entry);
        problems.extend(own);
    }
    (
        Some(Loaded {
            site: Arc::new(site),
            sections,
            entries,
        }),
        problems,
    )
}

fn load_site(
    directory: &DataDirectory,
    base_url: Option<&BaseUrl>,
    problems: &mut Vec<Problem>,
) -> Option<Site> {
    let text = match directory.read(SITE_FILE) {
        Ok(text) => text,
        Err(error) => {
            problems.push(unreadable(SITE_FILE, &error).hint(
                "four keys suffice: `title`, `base_url`, `id_authority` and `id_authority_date`",
            ));
            return None;
        }
    };
    let (site, own) = parse::site::read(&text);
    problems.extend(own);
    let mut site = site?;
    if let Some(base_url) = base_url {
        site.base_url = base_url.clone();
    }
    Some(site)
}

fn load_section(
    directory: &DataDirectory,
    folder: &str,
    site: &Site,
    problems: &mut Vec<Problem>,
) -> Option<Section> {
    let file = format!("{folder}/{SECTION_FILE}");
    let text = match directory.read(&file) {
        Ok(text) => Some(text),
        Err(Error::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            problems.push(unreadable(&file, &error));
            None
        }
    };
    let (section, own) = parse::section::read(folder, text.as_deref(), site);
    problems.extend(own);
    section
}

fn load_item(
    directory: &DataDirectory,
    file: &str,
    site: &Site,
    sections: &BTreeMap<Slug, Arc<Section>>,
) -> (Option<Entry>, Vec<Problem>) {
    let text = match directory.read(file) {
        Ok(text) => text,
        Err(error) => return (None, vec![unreadable(file, &error)]),
    };
    let parsed = parse(file, &text, site, sections);
    let entry = parsed.item.map(|item| {
        let body_media = content::media_references(&item.body);
        Entry::of(
            &item,
            file,
            content_hash(&text),
            site.tree_of(&item.language),
            body_media,
        )
    });
    (entry, parsed.problems)
}

/// Parses one item file.
pub fn parse(
    file: &str,
    text: &str,
    site: &Site,
    sections: &BTreeMap<Slug, Arc<Section>>,
) -> Parsed {
    let name = file.rsplit('/').next().unwrap_or(file);
    let form = Form::of(name).unwrap_or(Form::Toml);
    parse::item::read(
        &parse::File {
            path: file,
            form,
            text,
        },
        site,
        sections,
    )
}

/// The problem of a file that cannot be read at all.
fn unreadable(file: &str, error: &Error) -> Problem {
    let message = match error {
        Error::File { source, .. } => format!("cannot be read: {source}"),
        Error::Directory { .. }
        | Error::TooLarge { .. }
        | Error::NotUtf8 { .. }
        | Error::Changed { .. } => error.to_string(),
    };
    Problem::of_file(Severity::Error, file, message)
}
