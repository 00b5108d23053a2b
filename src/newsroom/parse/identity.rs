//! What an item is called, where it stands and when: id, slug, old paths, sections, language and date.

use crate::newsroom::identity::Id;
use crate::newsroom::item::Moment;
use crate::newsroom::parse::around::Around;
use crate::newsroom::parse::name::Name;
use crate::newsroom::parse::reader::{Reader, line, nearest, slug};
use crate::newsroom::parse::report::Report;
use crate::newsroom::parse::tree::Node;
use crate::newsroom::parse::{date, dated};
use crate::newsroom::site::RESERVED_SLUGS;
use crate::text::language::Language;
use crate::text::slug::Slug;

/// The longest id that an item brought from elsewhere, in bytes.
const ID_URI_BYTES_MAX: usize = 2_000;

/// The item's id: as it was published, else as it is written, else derived from the file's name.
pub fn id(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Id> {
    let said = said_id(reader, around);
    around.known_id.cloned().or(said)
}

fn said_id(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Id> {
    if let Some(node) = reader.node("id") {
        return other_id(reader.report, "id", node).filter(|id| {
            id.as_str() != "feed" || {
                reader
                    .error_at("id", "`feed` is the name of the feeds and no item id")
                    .hint("write another one");
                false
            }
        });
    }
    let derived = around.name.id().filter(|id| id.as_str() != "feed");
    if derived.is_none() {
        let message = format!(
            "no id can be made of the file name `{}`",
            around.name.whole_stem
        );
        reader
            .report
            .error_of_file(message)
            .hint("give the item an `id`");
    }
    derived
}

/// An id, of this item or of another.
pub fn other_id(report: &Report<'_>, key: &'static str, node: &Node<'_>) -> Option<Id> {
    let text = line(report, key, node)?;
    let id = Id::new(&text);
    if id.is_none() {
        let message = format!(
            "`{text}` is no id: lower-case letters, digits, `.`, `_` and `-`, at most 120, a letter or digit first"
        );
        let reported = report.error(node.span.clone(), message);
        if let Some(made) = Slug::of(&text) {
            reported.hint(format!("write `{made}`"));
        }
    }
    id
}

/// The guid that an imported item had elsewhere. One of this publication's own names an item here: of the item itself it
/// says nothing, and another's would make two items one to readers.
pub fn id_uri(reader: &Reader<'_, '_>, around: &Around<'_>, id: Option<&Id>) -> Option<String> {
    let uri = reader.line("id_uri")?;
    if uri.len() > ID_URI_BYTES_MAX {
        reader.error_at(
            "id_uri",
            format!("`id_uri` is longer than {ID_URI_BYTES_MAX} bytes"),
        );
        return None;
    }
    let own = around.site.authority.tag("");
    let Some(named) = without_prefix(&uri, &own) else {
        return Some(uri);
    };
    if id.is_none_or(|id| id.as_str() != named) {
        let message = format!("`{uri}` names `{named}` of this publication, not an item elsewhere");
        let reported = reader.error_at("id_uri", message);
        reported.hint(
            "take the line out; an item that was published here before keeps its guid by its `id`",
        );
    }
    None
}

/// The rest of a text that begins with an ASCII prefix in whatever case.
fn without_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The sections that list the item: as written, else that of its folder.
pub fn sections(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Vec<Slug>> {
    let one = reader.field("section");
    let several = reader.field("sections");
    if one.is_some() && several.is_some() {
        reader
            .error_at("sections", "`section` and `sections` are both here")
            .hint("keep `sections`, the first being the item's own");
        return None;
    }
    if let Some(field) = one {
        return known_section(reader.report, around, "section", &field.node)
            .map(|section| vec![section]);
    }
    if several.is_some() {
        let mut sections: Vec<Slug> = Vec::new();
        for section in reader.list("sections", |report, key, node| {
            known_section(report, around, key, node)
        }) {
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
        if sections.is_empty() {
            reader
                .error_at("sections", "`sections` names no section")
                .hint("name at least one");
        }
        return Some(sections).filter(|sections| !sections.is_empty());
    }
    let Some(folder) = around.name.folder else {
        reader
            .report
            .error_of_file("the item lies in no section's folder")
            .hint("move it into one, or name its `section`");
        return None;
    };
    let section = Slug::new(folder).and_then(|slug| around.sections.get(&slug));
    if section.is_none() {
        reader.report.error_of_file(format!(
            "the folder `{folder}` is no section that can be used"
        ));
    }
    section.map(|section| vec![section.name.clone()])
}

fn known_section(
    report: &Report<'_>,
    around: &Around<'_>,
    key: &'static str,
    node: &Node<'_>,
) -> Option<Slug> {
    let name = slug(report, key, node)?;
    let section = around.sections.get(&name);
    if section.is_none() {
        let reported = report.error(node.span.clone(), format!("there is no section `{name}`"));
        match nearest(name.as_str(), around.sections.keys().map(Slug::as_str)) {
            Some(near) => reported.hint(format!("did you mean `{near}`?")),
            None => reported.hint("make a folder of that name in the data directory"),
        }
    }
    section.map(|section| section.name.clone())
}

/// The last segment of the item's URL: as written, else derived from the file's name.
pub fn item_slug(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Slug> {
    let is_explicit = reader.field("slug").is_some();
    let slug = if is_explicit {
        reader.slug("slug")
    } else {
        around.name.slug()
    };
    if slug.is_none() && !is_explicit {
        let message = format!(
            "no slug can be made of the file name `{}`",
            around.name.stem
        );
        reader
            .report
            .error_of_file(message)
            .hint("give the item a `slug`");
    }
    let slug = slug?;
    if RESERVED_SLUGS.contains(&slug.as_str()) {
        let message = format!("the slug `{slug}` is taken by the publication's own paths");
        let reported = if is_explicit {
            reader.error_at("slug", message)
        } else {
            reader.report.error_of_file(message)
        };
        reported.hint("give the item another `slug`");
        return None;
    }
    Some(slug)
}

/// An old path: from the root, without query and dot segments.
pub fn alias(report: &Report<'_>, key: &'static str, node: &Node<'_>) -> Option<String> {
    let text = line(report, key, node)?;
    let is_path = is_plain_path(&text);
    if !is_path {
        let message = format!("`{text}` is no path of this publication");
        report
            .error(node.span.clone(), message)
            .hint("write it from the root, as in `/news/old-name/`");
    }
    is_path.then_some(text)
}

/// Whether a text is a path from the root, and not the root, without query, dot segments and what must be encoded.
pub fn is_plain_path(text: &str) -> bool {
    text.starts_with('/')
        && text.len() > 1
        && !text.contains("//")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"?#\\\"<>%".contains(&byte))
        && !has_dot_segment(text)
}

/// Whether a segment of a path is `.` or `..`.
pub fn has_dot_segment(path: &str) -> bool {
    path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Reports a language in a file's name that the publication does not list. It keeps a new item back, and takes no
/// published one away: whoever places it decides.
pub fn unlisted_language(report: &Report<'_>, name: &Name<'_>) {
    if let Some(unlisted) = &name.unlisted {
        let message = format!(
            "the file's name ends with `.{unlisted}`, which is no language of this publication"
        );
        report.error(0..0, message).hint(format!(
            "write `[languages.{unlisted}]` into site.toml, or take `.{unlisted}` out of the name"
        ));
    }
}

/// The item's language: as written, else that of the file's suffix, else the site's.
pub fn language(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Language> {
    let suffix = around.name.language.clone();
    let Some(tag) = reader.line("lang") else {
        return Some(suffix.unwrap_or_else(|| around.site.default_language.clone()));
    };
    let Some(language) = Language::new(&tag) else {
        reader
            .error_at("lang", format!("`{tag}` is no language tag"))
            .hint("write it as in `en` or `sr-Latn`");
        return None;
    };
    if let Some(suffix) = suffix.filter(|suffix| *suffix != language) {
        let message = format!("`lang` is `{language}`, and the file name says `{suffix}`");
        reader.error_at("lang", message).hint("mend one of the two");
        return None;
    }
    Some(language)
}

/// The date of first publication: as written, else that which the file's name begins with.
pub fn date(reader: &Reader<'_, '_>, around: &Around<'_>) -> Option<Moment> {
    let zone = around.site.timezone;
    if reader.node("date").is_none() {
        let day = around.name.date();
        if day.is_none() {
            let reported = reader
                .report
                .error(reader.span.start..reader.span.start, "`date` is missing");
            reported.hint("write the day or time of publication, as in `date = 2024-09-02` or `date = 2024-09-02T18:30:00+02:00`");
        }
        return day.map(|day| date::whole_day(day, zone));
    }
    dated::moment(reader, "date", zone)
}
