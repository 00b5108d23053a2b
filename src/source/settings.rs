//! `site.toml`, `theme.css` and each section's `section.toml`. A broken one keeps its last good version in force.

use super::{DataDirectory, Error, SECTION_FILE, SITE_FILE, THEME_FILE, content_hash, unreadable};
use crate::newsroom::Sections;
use crate::newsroom::base_url::BaseUrl;
use crate::newsroom::parse;
use crate::newsroom::parse::report::Report;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::site::{Section, Site};
use crate::newsroom::theme::Theme;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The publication as it is configured.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The publication.
    pub site: Arc<Site>,
    /// The sections by name.
    pub sections: Arc<Sections>,
    /// The texts in force, by file.
    pub texts: BTreeMap<String, String>,
}

/// A text that is another whenever something beside an item's file decides what it gives.
pub fn fingerprint(settings: &Settings) -> [u8; 16] {
    let site = &settings.site;
    let languages: Vec<_> = site
        .languages
        .iter()
        .map(|(language, _)| language)
        .collect();
    let sections = settings.sections.values();
    let syndicated: Vec<_> = sections
        .filter(|section| section.syndicated)
        .map(|section| &section.name)
        .collect();
    content_hash(&format!(
        "{} {:?} {:?} {languages:?} {syndicated:?} {:?} {:?}",
        env!("FINGERPRINT_OF_PARSER"),
        site.timezone,
        site.default_language,
        site.base_url,
        site.written_base_url,
    ))
}

/// So long a file with settings is waited for: one on a share that hangs must not hold up withdrawals and embargoes.
pub const FILE_TIME: Duration = Duration::from_secs(3);

/// After one that did not answer the others are waited for so long.
const AFTER_LATE: Duration = Duration::from_millis(50);

/// What is remembered of earlier settings.
pub struct Memory<'a> {
    /// Tells the last good text of a file.
    pub text: &'a dyn Fn(&str) -> Option<String>,
    /// The files to which somebody may be writing, or which went a moment ago: their last good texts stay in force.
    pub written: &'a BTreeSet<String>,
    /// Whether items have been published under it.
    pub has_published: bool,
    /// How long each file is waited for: see [`FILE_TIME`].
    pub time: Cell<Duration>,
}

/// Why there are no settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// There is no `site.toml`: the directory may not be the right one, or not be mounted.
    Missing,
    /// It is broken, and no good version is known.
    Broken,
}

/// What is said elsewhere than in the files, and counts more.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Takes the place of the one in `site.toml`.
    pub base_url: Option<BaseUrl>,
    /// Whether items are shown before their time, to those who write them.
    pub is_preview: bool,
}

/// Reads the settings of the folders that there are.
///
/// # Errors
///
/// [`Unusable`]; the problems say more.
pub fn load(
    directory: &DataDirectory,
    folders: &BTreeSet<String>,
    overrides: &Overrides,
    memory: &Memory<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Settings, Unusable> {
    let mut texts = BTreeMap::new();
    let mut site = load_site(directory, memory, &mut texts, problems)?;
    if let Some(base_url) = &overrides.base_url {
        let written = std::mem::replace(&mut site.base_url, base_url.clone());
        site.written_base_url = Some(written);
    }
    site.is_preview = overrides.is_preview;
    site.theme = load_theme(directory, memory, &mut texts, problems);
    let mut sections = Sections::new();
    for folder in folders {
        let mut reading = Reading {
            directory,
            memory,
            texts: &mut texts,
            problems,
        };
        let section = load_section(&mut reading, folder, &site);
        sections.extend(section.map(|section| (section.name.clone(), Arc::new(section))));
    }
    Ok(Settings {
        site: Arc::new(site),
        sections: Arc::new(sections),
        texts,
    })
}

fn load_site(
    directory: &DataDirectory,
    memory: &Memory<'_>,
    texts: &mut BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Result<Site, Unusable> {
    let last_good = (memory.text)(SITE_FILE);
    let last_good = last_good.and_then(|text| Some((parse::site::read(&text, None).0?, text)));
    let held = last_good.as_ref().filter(|_| memory.has_published);
    let held = held.map(|(site, _)| &site.authority);
    match memory.read(directory, SITE_FILE) {
        Ok(text) => {
            let (site, own) = parse::site::read(&text, held);
            problems.extend(own);
            if let Some(site) = site {
                texts.insert(SITE_FILE.to_owned(), text);
                return Ok(site);
            }
        }
        Err(error) => {
            let hint = "name the folder that holds it; in a new one four keys suffice: `title`, `base_url`, `id_authority` \
                        and `id_authority_date`";
            let problem = if error.is_missing() {
                let message = "there is no `site.toml` in this folder";
                Problem::of_file(Severity::Error, SITE_FILE, message)
            } else {
                unreadable(SITE_FILE, &error)
            };
            problems.push(problem.hint(hint));
            if error.is_missing() {
                return Err(Unusable::Missing);
            }
        }
    }
    let (site, text) = last_good.ok_or(Unusable::Broken)?;
    problems.push(stays(SITE_FILE));
    texts.insert(SITE_FILE.to_owned(), text);
    Ok(site)
}

fn load_theme(
    directory: &DataDirectory,
    memory: &Memory<'_>,
    texts: &mut BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Option<Theme> {
    let problem = match memory.read(directory, THEME_FILE) {
        Ok(text) if text.len() <= Theme::BYTES_MAX => {
            let report = Report::new(THEME_FILE, &text);
            let theme = parse::theme::read(&report);
            problems.extend(report.into_problems());
            if theme.is_some() {
                texts.insert(THEME_FILE.to_owned(), text);
                return theme;
            }
            None
        }
        Err(error) if error.is_missing() => return None,
        Err(error) => Some(unreadable(THEME_FILE, &error)),
        Ok(_) => {
            let size = Theme::BYTES_MAX / 1024;
            let message = format!("the stylesheet is larger than {size} KiB");
            let hint = "pictures and fonts belong into `media/`, not into the stylesheet";
            Some(Problem::of_file(Severity::Error, THEME_FILE, message).hint(hint))
        }
    };
    problems.extend(problem);
    let kept = (memory.text)(THEME_FILE)?;
    problems.push(stays(THEME_FILE));
    let theme = Theme::new(&kept);
    texts.insert(THEME_FILE.to_owned(), kept);
    Some(theme)
}

/// What the reading of settings needs and fills.
struct Reading<'a> {
    directory: &'a DataDirectory,
    memory: &'a Memory<'a>,
    texts: &'a mut BTreeMap<String, String>,
    problems: &'a mut Vec<Problem>,
}

fn load_section(reading: &mut Reading<'_>, folder: &str, site: &Site) -> Option<Section> {
    let file = format!("{folder}/{SECTION_FILE}");
    let mut section = None;
    match reading.memory.read(reading.directory, &file) {
        Ok(text) => {
            let (read, own) = parse::section::read(folder, Some(&text), site);
            let is_good = !own.iter().any(Problem::is_error);
            reading.problems.extend(own);
            if is_good {
                reading.texts.insert(file, text);
                return read;
            }
            section = read;
        }
        Err(error) if error.is_missing() => {
            let (section, own) = parse::section::read(folder, None, site);
            reading.problems.extend(own);
            return section;
        }
        Err(error) => reading.problems.push(unreadable(&file, &error)),
    }
    let kept = (reading.memory.text)(&file).and_then(|text| {
        let (section, own) = parse::section::read(folder, Some(&text), site);
        let section = section.filter(|_| !own.iter().any(Problem::is_error))?;
        Some((section, text))
    });
    let Some((kept, text)) = kept else {
        return section.or_else(|| parse::section::read(folder, None, site).0);
    };
    reading.problems.push(stays(&file));
    reading.texts.insert(file, text);
    Some(kept)
}

impl Memory<'_> {
    /// The text of a file as it is, or as it is in force where somebody may be writing to it. One that was not in force
    /// is not there before it is whole.
    fn read(&self, directory: &DataDirectory, file: &str) -> Result<String, Error> {
        if !self.written.contains(file) {
            let read = directory.read_within(file, self.time.get());
            if read.as_ref().is_err_and(Error::is_late) {
                // The others are likely to be on the same share.
                self.time.set(AFTER_LATE);
            }
            return read;
        }
        let missing = || Error::File {
            file: file.to_owned(),
            source: std::io::ErrorKind::NotFound.into(),
        };
        (self.text)(file).ok_or_else(missing)
    }
}

/// The section of a folder that is gone, for the published items that are kept in it.
pub fn kept_section(
    folder: &str,
    site: &Site,
    last_good: &dyn Fn(&str) -> Option<String>,
) -> Option<Section> {
    let text = last_good(&format!("{folder}/{SECTION_FILE}"));
    parse::section::read(folder, text.as_deref(), site).0
}

fn stays(file: &str) -> Problem {
    Problem::of_file(
        Severity::Warning,
        file,
        "the file is broken: its last good version stays in force",
    )
}

impl Error {
    fn is_late(&self) -> bool {
        matches!(self, Self::File { source, .. } if source.kind() == std::io::ErrorKind::TimedOut)
    }

    fn is_missing(&self) -> bool {
        matches!(self, Self::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }
}
