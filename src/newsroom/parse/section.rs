//! `section.toml`.

use crate::newsroom::parse::form::Form;
use crate::newsroom::parse::reader::Reader;
use crate::newsroom::parse::report::{Report, cleaned};
use crate::newsroom::parse::tree::Field;
use crate::newsroom::parse::{document, feeds};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::site::{RESERVED_SECTIONS, Section, Site};
use crate::newsroom::wording::{Voice, Wording, Wordings};
use crate::text::language::Language;
use crate::text::slug::Slug;

/// Reads a section: its folder's name, and the text of its `section.toml` where it has one. A broken file costs its
/// own settings, not the section.
pub fn read(folder: &str, text: Option<&str>, site: &Site) -> (Option<Section>, Vec<Problem>) {
    let name = match name(folder, site) {
        Ok(name) => name,
        Err(problem) => return (None, vec![*problem]),
    };
    let mut section = plain(name, site);
    let Some(text) = text else {
        return (Some(section), Vec::new());
    };
    let file = format!("{folder}/section.toml");
    let (text, illegal) = cleaned(&file, text);
    let report = Report::new(&file, &text);
    illegal.into_iter().for_each(|problem| report.take(problem));
    if let Some((node, _)) = document::read(&report, Form::Toml)
        && let Some(reader) = Reader::of(&report, &node)
    {
        fill(&mut section, &reader, site);
    }
    (Some(section), report.into_problems())
}

fn name(folder: &str, site: &Site) -> Result<Slug, Box<Problem>> {
    let error = |message: String| Problem::of_file(Severity::Error, folder, message);
    let Some(name) = Slug::new(folder) else {
        let problem = error(format!(
            "`{folder}` cannot be a section: lower-case letters, digits and single hyphens only"
        ));
        return Err(Box::new(match Slug::of(folder) {
            Some(made) => problem.hint(format!("rename the folder to `{made}`")),
            None => problem.hint("rename the folder"),
        }));
    };
    let is_language = site
        .languages
        .iter()
        .any(|(language, _)| language.segment() == folder);
    if RESERVED_SECTIONS.contains(&folder) || is_language {
        let problem = error(format!(
            "`{folder}` cannot be a section: the publication has paths of that name"
        ));
        return Err(Box::new(problem.hint("rename the folder")));
    }
    Ok(name)
}

/// A section as it is without a file: named after its folder.
fn plain(name: Slug, site: &Site) -> Section {
    let words = name.as_str().replace('-', " ");
    let mut letters = words.chars();
    let title = letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    });
    Section {
        name,
        title,
        description: None,
        wording: Wordings::default(),
        id: None,
        in_main: true,
        syndicated: false,
        topics: Vec::new(),
        feeds: site.feeds.clone(),
    }
}

fn fill(section: &mut Section, reader: &Reader<'_, '_>, site: &Site) {
    section.title = reader
        .line("title")
        .unwrap_or_else(|| section.title.clone());
    section.description = reader.line("description");
    section.in_main = reader.boolean("in_main").unwrap_or(true);
    section.syndicated = reader.boolean("syndicated").unwrap_or(false);
    section.topics = reader.lines("topics");
    section.id = reader.line("id").filter(|id| {
        let is_uri = url::Url::parse(id).is_ok();
        if !is_uri {
            reader
                .error_at("id", format!("`{id}` is no absolute URI"))
                .hint("write the id that the feed had, as in `tag:example.org,2022:feed/news`");
        }
        is_uri
    });
    section.wording = wordings(reader, &site.languages);
    if let Some(table) = reader.table("feeds") {
        section.feeds = feeds::of_table(&table, &site.feeds);
    }
    reader.finish(&[
        ("name", "title"),
        ("language", "languages"),
        ("summary", "description"),
    ]);
}

/// The table `languages`: titles and descriptions in further languages of the publication, which are `listed`.
pub fn wordings(reader: &Reader<'_, '_>, listed: &[(Language, Voice)]) -> Wordings {
    let Some(languages) = reader.table("languages") else {
        return Wordings::default();
    };
    let fields = languages.all().iter();
    fields
        .filter_map(|field| wording(&languages, field, listed))
        .collect()
}

fn wording(
    languages: &Reader<'_, '_>,
    field: &Field<'_>,
    listed: &[(Language, Voice)],
) -> Option<(Language, Wording)> {
    let language = Language::new(&field.key)
        .filter(|language| listed.iter().any(|(listed, _)| listed == language));
    let Some(language) = language else {
        let message = format!("`{}` is no language that `site.toml` lists", field.key);
        languages
            .report
            .error(field.key_span.clone(), message)
            .hint("list it there as in `[languages.ru]`, or leave it out here");
        return None;
    };
    let reader = Reader::of(languages.report, &field.node)?;
    let wording = Wording {
        title: reader.line("title"),
        description: reader.line("description"),
    };
    reader.finish(&[]);
    Some((language, wording))
}
